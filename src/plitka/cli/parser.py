"""The whole command line: every command with its options, and the language that its help is in."""

import argparse
import gettext
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from plitka.cli import catalogue, database, dataset, evaluate, generate, measure, models, render, serve, sheet
from plitka.cli.arguments import Translate
from plitka.cli.engines import LoadEngine
from plitka.cli.version import version
from plitka.core.language import translations


def language_of(words: Sequence[str], environ: Mapping[str, str]) -> str:
    """The language of `--language`, else of the environment: help is written before options are read."""
    scan = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    scan.add_argument("--language")
    try:
        asked = scan.parse_known_args(words)[0].language
    except argparse.ArgumentError:
        asked = None
    return asked if asked in translations.LANGUAGES else translations.choose_language(environ)


def parse(words: Sequence[str], language: str, load_engine: LoadEngine) -> argparse.Namespace:
    """The options of one command; its `run` is among them.

    Raises:
        SystemExit: 2 for words that make no command, 0 after --help and --version.
    """
    with _argparse_speaking(language):
        parser = build_parser(translations.translation(language).gettext, load_engine)
        return parser.parse_args(words)


def build_parser(_: Translate, load_engine: LoadEngine) -> argparse.ArgumentParser:
    """The parser of all commands, its help translated by `_`."""
    parser = argparse.ArgumentParser(
        prog="plitka",
        description=_("Shows what a mix of rubber granules will look like as a tile."),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help=_("show plitka's version and exit"))
    commands = parser.add_subparsers(metavar=_("COMMAND"), required=True)
    generate.add(commands, _, load_engine)
    render.add(commands, _)
    measure.add(commands, _)
    sheet.add(commands, _)
    catalogue.add_parse(commands, _)
    catalogue.add_colours(commands, _)
    models.add(commands, _)
    dataset.add(commands, _)
    evaluate.add(commands, _, load_engine)
    serve.add(commands, _, load_engine)
    serve.add_keys(commands, _)
    database.add_backup(commands, _)
    database.add_check(commands, _)
    database.add_migrate(commands, _)
    return parser


class _Version(argparse.Action):
    """`--version`, which looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        sys.stdout.write(f"plitka {version()}\n")
        parser.exit()


@contextmanager
def _argparse_speaking(language: str) -> Iterator[None]:
    """Have argparse take its own words from our catalogue: it looks in the process's gettext domain."""
    domain, chosen = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain("plitka", str(Path(translations.__file__).with_name("locale")))
    gettext.textdomain("plitka")
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if chosen is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = chosen
