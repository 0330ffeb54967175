"""`plitka keys change`, `rotate`, `usage` and `audit`: keys in force, looked after beside a service that may run."""

import argparse
import time
from datetime import UTC, datetime
from typing import Any

from plitka.cli.arguments import Commands, Translate, add_command, decimal, whole
from plitka.cli.deeds import deed_words, details_text, subject_words
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.store_access import opened
from plitka.cli.terminal import Terminal
from plitka.errors import InputError, NotFound

_NO_LIMIT = "none"
"""Takes a limit away."""
_USUAL_OVERLAP_HOURS = 24.0
_USUAL_DAYS = 30


def add(actions: Commands, _: Translate) -> tuple[argparse.ArgumentParser, ...]:
    """Declare them."""
    change = add_command(actions, "change", _, _("give a key other limits, from its next request on"))
    change.add_argument("id", metavar="ID", help=_("as `plitka keys list` shows it"))
    change.add_argument("--name", help=_("of the key's owner"))
    for option, told in (
        ("--per-minute", _("pictures a minute, or {none}: as is usual")),
        ("--daily", _("pictures a day, or {none}: no limit")),
        ("--concurrency", _("pictures made or waiting at once, or {none}: no limit of its own")),
        ("--addresses", _("addresses and networks that it may be used from, with commas between, or {none}: any")),
        ("--keep-days", _("days that its pictures are kept, or {none}: as those of others")),
        ("--keep-bytes", _("bytes of its pictures that are kept, or {none}: no limit of its own")),
        ("--webhook-hosts", _("hosts that it may have told, with commas between, or {none}: those of the service")),
    ):
        # Names of their own: the service has settings that are called as some of them are.
        change.add_argument(option, dest=_dest(option), metavar="X", help=told.format(none=_NO_LIMIT))
    change.set_defaults(run=run_change)
    rotate = add_command(actions, "rotate", _, _("give a key a new secret, and show it, once"))
    rotate.add_argument("id", metavar="ID", help=_("as `plitka keys list` shows it"))
    rotate.add_argument(
        "--overlap",
        type=decimal,
        metavar="HOURS",
        default=_USUAL_OVERLAP_HOURS,
        help=_("in which the old secret opens as well (default: {usual:g})").format(usual=_USUAL_OVERLAP_HOURS),
    )
    rotate.set_defaults(run=run_rotate)
    usage = add_command(actions, "usage", _, _("what each key has ordered on each day"))
    usage.add_argument(
        "--days", type=whole, metavar="N", default=_USUAL_DAYS, help=_("to today (default: {usual})").format(usual=30)
    )
    usage.set_defaults(run=run_usage)
    audit = add_command(actions, "audit", _, _("what operators have done, the newest last"))
    audit.set_defaults(run=run_audit)
    return change, rotate, usage, audit


def run_change(options: argparse.Namespace, terminal: Terminal) -> int:
    """Change what is named, and nothing else."""
    values: dict[str, Any] = {} if options.name is None else {"name": options.name}
    for name in ("per_minute", "daily", "concurrency", "keep_days", "keep_bytes"):
        if (given := getattr(options, _dest(name))) is not None:
            values[name] = None if given == _NO_LIMIT else _number(name, given)
    for name in ("addresses", "webhook_hosts"):
        if (given := getattr(options, _dest(name))) is not None:
            values[name] = None if given == _NO_LIMIT else [one.strip() for one in given.split(",") if one.strip()]
    with opened(options, create=False) as store:
        from plitka.serve import audit, key_changes, keys

        try:
            row = key_changes.change(store, options.id, values)
        except NotFound as error:  # to a script it is a wrong word like any other
            raise InputError(error.message, **error.values) from error
        audit.note(store, audit.COMMAND_LINE, "key.change", options.id, **values)
        (told,) = keys.summary([row])
    if options.json:
        terminal.write_json(told)
    else:
        terminal.remark(terminal.gettext("the key {id} is changed").format(id=options.id))
    return EXIT_OK


def _dest(name: str) -> str:
    """What a key's value is called among the options."""
    return "key_" + name.removeprefix("--").replace("-", "_")


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        option = "--" + name.replace("_", "-")
        raise InputError(
            "{option} is a number, or {none}; not {text!r}", option=option, none=_NO_LIMIT, text=text
        ) from error


def run_rotate(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the key with its new secret to stdout, alone on its line."""
    with opened(options, create=False) as store:
        from plitka.serve import audit, key_changes

        try:
            text = key_changes.rotate(store, options.id, options.overlap * 3600)
        except NotFound as error:  # as above
            raise InputError(error.message, **error.values) from error
        audit.note(store, audit.COMMAND_LINE, "key.rotate", options.id, overlap_hours=options.overlap)
    if options.json:
        terminal.write_json({"id": options.id, "key": text})
        return EXIT_OK
    told = terminal.gettext("the new key; the old one opens as well for {hours:g} hours:")
    terminal.remark(told.format(hours=options.overlap))
    terminal.write(text)
    return EXIT_OK


def run_usage(options: argparse.Namespace, terminal: Terminal) -> int:
    """A line for each key and day."""
    with opened(options, create=False) as store:
        from plitka.serve import usage

        days = usage.by_day(store, since=time.time() - (max(1, options.days) - 1) * 86400)
        names = store.key_names()
    rows = [
        (_day(one.day), one.key_id, names.get(one.key_id, ""), *map(str, (one.n_orders, one.n_succeeded, one.n_failed)))
        for one in days
    ]
    if options.json:
        heads = ("day", "key_id", "name", "orders", "succeeded", "failed")
        terminal.write_json({"days": [dict(zip(heads, row, strict=True)) for row in rows]})
        return EXIT_OK
    _ = terminal.gettext
    if rows:
        terminal.write_table([(_("day"), "id", _("name"), _("orders"), _("succeeded"), _("failed")), *rows])
    else:
        terminal.remark(_("no key has ordered anything in these days"))
    return EXIT_OK


def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86400, UTC).date().isoformat()


def run_audit(options: argparse.Namespace, terminal: Terminal) -> int:
    """A line for each deed."""
    with opened(options, create=False) as store:
        from plitka.serve import audit

        deeds = audit.entries(store, limit=10_000)[::-1]
    if options.json:
        terminal.write_json({"deeds": [dict(deed._mapping) for deed in deeds]})  # noqa: SLF001  (SQLAlchemy's public name for it)
        return EXIT_OK
    _ = terminal.gettext
    if not deeds:
        terminal.remark(_("no operator has done anything yet"))
        return EXIT_OK
    actors, actions, subjects = {audit.COMMAND_LINE: _("command line")}, deed_words(_), subject_words(_)
    rows = [
        (
            datetime.fromtimestamp(deed.at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            actors.get(deed.actor, deed.actor),
            actions.get(deed.action, deed.action),
            subjects.get(deed.subject, deed.subject),
            details_text(deed.details, _),
        )
        for deed in deeds
    ]
    terminal.write_table([(_("time, UTC"), _("who"), _("what"), _("to whom"), _("more")), *rows])
    return EXIT_OK
