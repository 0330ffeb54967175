"""`plitka backup`, `restore`, `check` and `migrate`: what the service keeps, looked after from outside of it."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from plitka.cli.arguments import Commands, Translate, add_command
from plitka.cli.exit_codes import EXIT_FILE, EXIT_OK
from plitka.cli.store_access import add_data_option, require_packages, settings_of
from plitka.cli.terminal import Terminal
from plitka.serve.settings import Settings

if TYPE_CHECKING:
    from plitka.serve.backup import Copied
    from plitka.serve.inspection import Findings


def add_backup(commands: Commands, _: Translate) -> None:
    """Declare `backup` and `restore`."""
    backup = add_command(commands, "backup", _, _("copy all that the service keeps, while it runs"))
    backup.add_argument(
        "folder", type=Path, metavar="DIR", help=_("a new folder, or one with an earlier backup, to bring up to now")
    )
    backup.set_defaults(run=run_backup)
    restore = add_command(commands, "restore", _, _("fill the place of a new service from a backup"))
    restore.add_argument("folder", type=Path, metavar="DIR", help=_("of `plitka backup`"))
    restore.set_defaults(run=run_restore)
    for parser in (backup, restore):
        add_data_option(parser, _)
        parser.set_defaults(logs=True)


def add_check(commands: Commands, _: Translate) -> None:
    """Declare `check`."""
    parser = add_command(commands, "check", _, _("look for damage in all that the service keeps, or in a backup"))
    parser.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help=_("a backup; without one, what the service keeps")
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help=_(
            "while no service runs: make indexes anew, set aside files that are damaged, cut off or shown by no job, "
            "mark lost pictures as such"
        ),
    )
    add_data_option(parser, _)
    parser.set_defaults(run=run_check)


def run_backup(options: argparse.Namespace, terminal: Terminal) -> int:
    """Copy the database and its pictures; 4 where pictures are lost, and the rest is copied."""
    require_packages()
    from plitka.serve.backup import back_up

    return _tell_copied(back_up(settings_of(options), options.folder), options, terminal)


def run_restore(options: argparse.Namespace, terminal: Terminal) -> int:
    """Copy them back; codes as above."""
    require_packages()
    from plitka.serve.backup import restore

    return _tell_copied(restore(settings_of(options), options.folder), options, terminal)


def _tell_copied(copied: "Copied", options: argparse.Namespace, terminal: Terminal) -> int:
    if options.json:
        terminal.write_json(asdict(copied))
    else:
        told = terminal.gettext("keys: {n_keys}, jobs: {n_jobs}, pictures: {n_pictures}")
        terminal.write(told.format(n_keys=copied.n_keys, n_jobs=copied.n_jobs, n_pictures=copied.n_pictures))
        _list_names(terminal, terminal.gettext("pictures that are missing or damaged"), copied.lost)
    return EXIT_FILE if copied.lost else EXIT_OK


def run_check(options: argparse.Namespace, terminal: Terminal) -> int:
    """Tell what is wrong; 4 if something still is."""
    require_packages()
    from plitka.serve.inspection import inspect_kept

    settings = settings_of(options) if options.folder is None else Settings(data=options.folder)
    found = inspect_kept(settings, repair=options.repair)
    if options.json:
        terminal.write_json(asdict(found) | {"is_well": found.is_well})
    else:
        _tell_found(found, terminal)
    return EXIT_OK if found.is_well else EXIT_FILE


def _tell_found(found: "Findings", terminal: Terminal) -> None:
    _ = terminal.gettext
    _list_names(terminal, _("faults of the database; restore a backup"), found.faults)
    if not found.faults:
        told = _("revision: {revision}, jobs: {n_jobs}, pictures: {n_pictures}")
        terminal.write(told.format(revision=found.revision, n_jobs=found.n_jobs, n_pictures=found.n_pictures))
    _list_names(terminal, _("pictures that are missing or damaged"), found.lost)
    if found.known:
        terminal.write(_("pictures that are known to be lost: {n}").format(n=len(found.known)))
    if found.n_deleted:
        terminal.write(_("jobs that their owners have deleted: {n}").format(n=found.n_deleted))
    _list_names(terminal, _("damaged files"), found.damaged)
    _list_names(terminal, _("pictures that no job shows"), found.orphans)
    _list_names(terminal, _("files that were cut off"), found.parts)
    if found.n_set_aside:
        terminal.write(_("moved to the folder aside: {n}").format(n=found.n_set_aside))
    if found.n_marked:
        terminal.write(_("marked as lost: {n}").format(n=found.n_marked))
    if found.is_well and not found.known and not found.n_set_aside:
        terminal.write(_("nothing is wrong"))


def _list_names(terminal: Terminal, heading: str, names: tuple[str, ...]) -> None:
    if names:
        terminal.write(f"{heading}: {len(names)}")
        for name in names:
            terminal.write(f"  {name}")


def add_migrate(commands: Commands, _: Translate) -> None:
    """Declare `migrate`."""
    parser = add_command(commands, "migrate", _, _("bring the service's database up to this version of plitka"))
    add_data_option(parser, _)
    parser.set_defaults(run=run_migrate)


def run_migrate(options: argparse.Namespace, terminal: Terminal) -> int:
    """Change the tables, in one transaction, and tell from which revision to which."""
    require_packages()
    from plitka.serve.revisions import latest
    from plitka.serve.store import migrate_database

    before, after = migrate_database(settings_of(options)), latest()
    if options.json:
        terminal.write_json({"before": before, "after": after})
    elif before == after:
        terminal.write(terminal.gettext("the database is of revision {after} already").format(after=after))
    else:
        told = terminal.gettext("the database was of revision {before}, and is of {after} now")
        terminal.write(told.format(before=before, after=after))
    return EXIT_OK
