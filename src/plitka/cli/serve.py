"""`plitka serve` and `plitka keys`: the service, and who may use it."""

import argparse
import threading
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from plitka.cli import key_changes
from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_device_option,
    add_family,
    add_guidance_device_option,
    add_model_option,
    decimal,
    engine_config,
    whole,
)
from plitka.cli.engines import LoadEngine
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.store_access import add_data_option, opened, require_packages, settings_of
from plitka.cli.terminal import Terminal
from plitka.cli.version import version
from plitka.cli.workers import add_making_options, add_workers_option, check_making, loaders, settle_workers
from plitka.core.generation import Engine
from plitka.errors import Cancelled, InputError, NotFound, PlitkaError
from plitka.serve.settings import Settings

if TYPE_CHECKING:
    from plitka.serve.service import Service


def add(commands: Commands, _: Translate, load_engine: LoadEngine) -> None:
    """Declare `serve`."""
    parser = add_command(commands, "serve", _, _("answer requests over HTTP"))
    usual = Settings()
    parser.add_argument("--host", help=_("address to listen on (default: {usual})").format(usual=usual.host))
    parser.add_argument("--port", type=whole, help=_("port to listen on (default: {usual})").format(usual=usual.port))
    add_model_option(parser, _)
    add_device_option(parser, _)
    add_guidance_device_option(parser, _)
    parser.add_argument(
        "--batch-s",
        type=decimal,
        metavar="S",
        help=_("as many at once as a GPU makes in so many seconds and has room for, in place of --batch"),
    )
    add_workers_option(parser, _)
    add_data_option(parser, _)
    add_making_options(parser, _)
    parser.add_argument(
        "--open-loopback",
        action="store_true",
        default=None,
        help=_("let in whoever comes from this machine, without a key; not behind a proxy"),
    )
    parser.add_argument(
        "--open", action="store_true", help=_("open the page in the browser of this machine, signed in")
    )
    parser.set_defaults(run=run_serve, logs=True, load_engine=load_engine)


def add_keys(commands: Commands, _: Translate) -> None:
    """Declare `keys` and its own commands."""
    actions = add_family(
        commands, "keys", _, _("who may use the service: create, list, change, rotate, revoke, usage, audit")
    )
    create = add_command(actions, "create", _, _("make a key and show it, once"))
    create.add_argument("name", metavar="NAME", help=_("name of the key's owner"))
    create.add_argument("--role", default="maker", help=_("viewer, maker or operator (default: maker)"))
    create.add_argument(
        "--per-minute",
        type=whole,
        metavar="N",
        help=_("pictures a minute (default: {usual})").format(usual=Settings().per_minute),
    )
    create.add_argument("--daily", type=whole, metavar="N", help=_("pictures a day (default: as many as it likes)"))
    create.add_argument("--expires", type=decimal, metavar="DAYS", help=_("days until it ends (default: never)"))
    create.set_defaults(run=run_create)
    listed = add_command(actions, "list", _, _("name every key"))
    listed.set_defaults(run=run_list)
    revoke = add_command(actions, "revoke", _, _("end a key, at once"))
    revoke.add_argument("id", metavar="ID", help=_("as `plitka keys list` shows it"))
    revoke.set_defaults(run=run_revoke)
    for action in (create, listed, revoke, *key_changes.add(actions, _)):
        add_data_option(action, _)


def run_serve(options: argparse.Namespace, terminal: Terminal) -> int:
    """Serve until the process is told to stop; what can be refused is refused before the model is loaded."""
    require_packages()
    from plitka.serve.server import check_address, serve
    from plitka.serve.service import open_service

    check_making(options)
    settle_workers(options)
    settings = settings_of(options)
    check_address(settings)
    config = replace(engine_config(options), max_batch=settings.batch, batch_s=settings.batch_s or None)
    set_up_logs = _log_setup(options, terminal)
    set_up_logs()
    service = open_service(
        settings,
        _telling(partial(options.load_engine, options.model, config, None), terminal),
        version=version(),
        warm_up_px=options.warm_up_px,
        loaders=loaders(options, config, settings.workers),
        set_up=set_up_logs,
    )
    if not settings.open_loopback and not service.store.list_keys() and not (options.open and settings.is_loopback):
        _tell_no_key(settings, terminal)
    _tell_place(settings, terminal)

    def tell_start(port: int) -> None:
        terminal.remark(_url(settings.host, port))
        if options.open:
            _open_page(service, port, terminal)

    serve(service, tell_start)
    return EXIT_OK


def _telling(load: Callable[[], Engine], terminal: Terminal) -> Callable[[], Engine]:
    """The same, but whoever started the service reads why it has no engine, each reason once.

    The log, which others may read, has neither the server's paths nor a sentence.
    """
    told = set()

    def load_or_tell() -> Engine:
        try:
            return load()
        except Cancelled:
            raise
        except PlitkaError as error:
            if str(error) not in told:
                told.add(str(error))
                terminal.error(error)
            raise

    return load_or_tell


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _log_setup(options: argparse.Namespace, terminal: Terminal) -> Callable[[], None]:
    """What has all that happens logged as JSON; on a screen warnings alone, which do not bury the link, and life.

    The processes of workers call it as well.
    """
    from plitka.cli.logs import configure_logs

    if options.log_json or not terminal.stderr.isatty():
        return partial(configure_logs, verbose=not options.quiet, as_json=True)
    return partial(configure_logs, verbose=options.verbose, as_json=False, kept=() if options.quiet else ("life",))


def _open_page(service: "Service", port: int, terminal: Terminal) -> None:
    """Show the page in the browser of this machine, signed in by a link that is good once."""
    host = service.settings.host if service.settings.is_loopback else "127.0.0.1"
    url = f"{_url(host, port)}/#link={service.invite()}"
    terminal.remark(terminal.gettext("the page, signed in; this link is good once: {url}").format(url=url))
    # A browser in the terminal would hold up the service.
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def _tell_place(settings: Settings, terminal: Terminal) -> None:
    """Say where the service's data are; URLs are not shown, for they may hold a password."""
    if not (settings.database_url and settings.pictures_url):
        terminal.remark(terminal.gettext("data are kept in {path}").format(path=settings.data.resolve()))


def _tell_no_key(settings: Settings, terminal: Terminal) -> None:
    """Say how to make the first key, which a running service takes at once."""
    command = settings.key_command
    if not settings.is_loopback:
        raise InputError(
            "{host} can be reached by others, and there is no key yet; make one with `{command}`",
            host=settings.host,
            command=command,
        )
    told = terminal.gettext("there is no key yet, so nobody is let in; make one in another window: {command}")
    terminal.remark(told.format(command=command))


def run_create(options: argparse.Namespace, terminal: Terminal) -> int:
    """Make a key and write it to stdout, alone on its line, so that a script can read it."""
    with opened(options, create=True) as store:
        from plitka.serve import audit
        from plitka.serve.keys import make_key

        key, row = make_key(
            store,
            options.name,
            role=options.role,
            per_minute=options.per_minute,
            daily=options.daily,
            days=options.expires,
        )
        audit.note(store, audit.COMMAND_LINE, "key.create", row.id, name=row.name, role=row.role)
    _tell_place(settings_of(options), terminal)
    if options.json:
        terminal.write_json({"id": row.id, "name": row.name, "role": row.role, "key": key})
    else:
        terminal.remark(
            terminal.gettext("the key of {name}; it is not kept, and cannot be shown again:").format(name=row.name)
        )
        terminal.write(key)
    return EXIT_OK


def run_list(options: argparse.Namespace, terminal: Terminal) -> int:
    """Every key's name, role and limits; the key itself is not kept."""
    with opened(options, create=False) as store:
        from plitka.serve.keys import summary

        rows = summary(store.list_keys())
    if options.json:
        terminal.write_json({"keys": rows})
    else:
        _write_keys(rows, terminal)
    return EXIT_OK


def _write_keys(rows: Sequence[Mapping[str, Any]], terminal: Terminal) -> None:
    _ = terminal.gettext
    states = {"in force": _("in force"), "expired": _("expired"), "revoked": _("revoked")}
    if not rows:
        terminal.remark(_("there are no keys yet"))
        return
    unlimited = _("no limit")
    per_minute = Settings().per_minute
    heading = ("id", _("name"), _("role"), _("a minute"), _("a day"), _("state"))
    cells = (
        (
            row["id"],
            row["name"],
            row["role"],
            str(row["per_minute"] or per_minute),
            str(row["daily"] or unlimited),
            states[row["state"]],
        )
        for row in rows
    )
    terminal.write_table([heading, *cells])


def run_revoke(options: argparse.Namespace, terminal: Terminal) -> int:
    """Revoke a key and cancel its jobs; a running service refuses it from its next request on."""
    with opened(options, create=False) as store:
        from plitka.serve import audit
        from plitka.serve.keys import revoke

        try:
            n_cancelled = revoke(store, options.id)
        except NotFound as error:  # to a script it is a wrong word like any other
            raise InputError(error.message, **error.values) from error
        audit.note(store, audit.COMMAND_LINE, "key.revoke", options.id, cancelled=n_cancelled)
    if options.json:
        terminal.write_json({"revoked": options.id, "cancelled": n_cancelled})
        return EXIT_OK
    terminal.remark(terminal.gettext("the key {id} opens nothing any more").format(id=options.id))
    if n_cancelled:
        terminal.remark(terminal.gettext("its jobs that waited are cancelled: {n}").format(n=n_cancelled))
    return EXIT_OK
