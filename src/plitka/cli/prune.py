"""`plitka prune`: old pictures deleted with their jobs, beside a service that may run."""

import argparse
from dataclasses import asdict

from plitka.cli.arguments import Commands, Translate, add_command, decimal, whole
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.store_access import add_data_option, opened, settings_of
from plitka.cli.terminal import Terminal
from plitka.errors import InputError


def add(commands: Commands, _: Translate) -> None:
    """Declare it."""
    parser = add_command(commands, "prune", _, _("delete old pictures with their jobs, but for favourites"))
    parser.add_argument("--days", type=decimal, metavar="N", help=_("what ended longer ago"))
    parser.add_argument(
        "--bytes", type=whole, metavar="N", help=_("the oldest, until the pictures have no more bytes than this")
    )
    parser.add_argument("--key", metavar="ID", help=_("of this key alone"))
    parser.add_argument("--dry-run", action="store_true", help=_("only tell what would be deleted"))
    add_data_option(parser, _)
    parser.set_defaults(run=run_prune)


def run_prune(options: argparse.Namespace, terminal: Terminal) -> int:
    """Delete, for good, and tell how much; without options by the settings of the service."""
    settings = settings_of(options)
    days = settings.keep_days or None if options.days is None else options.days
    n_bytes = settings.keep_bytes or None if options.bytes is None else options.bytes
    if days is None and n_bytes is None:
        raise InputError("nothing says how much is to be kept; give --days or --bytes")
    if min(days or 0.0, n_bytes or 0) < 0:
        raise InputError("{name} must be above zero, not {value}", name="prune", value=min(days or 0.0, n_bytes or 0))
    with opened(options, create=False) as store:
        from plitka.serve import audit
        from plitka.serve.picture_store import PictureStore
        from plitka.serve.retention import Limits, measure_kept, prune

        pictures = PictureStore(settings.pictures)
        measure_kept(store, pictures)
        limits = Limits(days=days, n_bytes=n_bytes, key_id=options.key)
        done = prune(store, pictures, limits, dry_run=options.dry_run)
        if not options.dry_run:
            audit.note(store, audit.COMMAND_LINE, "jobs.prune", options.key or "service", **asdict(done))
    if options.json:
        terminal.write_json(asdict(done) | {"is_dry_run": options.dry_run})
        return EXIT_OK
    if options.dry_run:
        told = terminal.gettext("jobs that would be deleted: {n_jobs}, with pictures of {n_bytes} bytes")
    else:
        told = terminal.gettext("jobs that were deleted: {n_jobs}, with pictures of {n_bytes} bytes")
    terminal.write(told.format(n_jobs=done.n_jobs, n_bytes=done.n_bytes))
    return EXIT_OK
