"""`plitka model`: the models on this machine."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Commands, Say, add_command
from plitka.cli.engines import DEFAULT_MODEL
from plitka.cli.terminal import Terminal

if TYPE_CHECKING:
    from plitka.model.bundle import Bundle


def add(commands: Commands, _: Say) -> None:
    """Declare the command and its own commands."""
    title = _("the models on this machine: list, info, verify")
    parser = commands.add_parser("model", help=title, description=title, allow_abbrev=False)
    actions = parser.add_subparsers(metavar=_("ACTION"), required=True)
    add_command(actions, "list", _, _("name every model")).set_defaults(run=run_list, logs=True)
    for name, run, told in (
        ("info", run_info, _("say what a model is made of")),
        ("verify", run_verify, _("compare every file of a model with its hash")),
    ):
        one = add_command(actions, name, _, told)
        one.add_argument(
            "model",
            nargs="?",
            default=DEFAULT_MODEL,
            metavar="NAME_OR_DIR",
            help=_("a name of `plitka model list`, or a folder (default: {default})").format(default=DEFAULT_MODEL),
        )
        one.set_defaults(run=run, logs=True)


def run_list(options: argparse.Namespace, terminal: Terminal) -> int:
    """Names and folders; no manifest is read, so that a damaged model is listed too."""
    from plitka.model.bundle import list_bundles

    folders = {name: str(folder) for name, folder in list_bundles().items()}
    if options.json:
        terminal.write_json({"models": folders})
    else:
        terminal.write_table(folders.items())
    return 0


def run_info(options: argparse.Namespace, terminal: Terminal) -> int:
    """What the manifest says."""
    from plitka.model.bundle import find_bundle

    info = _info(find_bundle(options.model))
    if options.json:
        terminal.write_json(info)
    else:
        terminal.write_table(list(_lines("", info)))
    return 0


def run_verify(options: argparse.Namespace, terminal: Terminal) -> int:
    """Read every byte of the model's own files; a hub base is held to its commit when it is loaded."""
    from plitka.model.bundle import find_bundle

    bundle = find_bundle(options.model)
    bundle.verify()
    if options.json:
        terminal.write_json({"model": bundle.label, "folder": str(bundle.folder), "n_files": len(bundle.files)})
    else:
        told = terminal.gettext("{model} is whole: {n_files} files match their hashes")
        terminal.write(told.format(model=bundle.label, n_files=len(bundle.files)))
    return 0


def _info(bundle: "Bundle") -> dict[str, Any]:
    return {
        "name": bundle.name,
        "digest": bundle.digest,
        "licence": bundle.licence,
        "folder": str(bundle.folder),
        "base": asdict(bundle.base),
        "lora": asdict(bundle.lora) if bundle.lora else None,
        "embeddings": asdict(bundle.embeddings) if bundle.embeddings else None,
        "defaults": asdict(bundle.defaults),
        "n_files": len(bundle.files),
        "n_bytes": sum(record.n_bytes for record in bundle.files.values()),
    }


def _lines(place: str, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A nested table as rows of `a.b` and value."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _lines(f"{place}{key}.", value)
        elif value is not None:
            yield f"{place}{key}", ", ".join(value) if isinstance(value, list | tuple) else str(value)
