"""The words of the command line: options that all commands share, and what is told about them."""

import argparse
import gettext
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from plitka.cli.engines import LoadEngine
from plitka.core.generation import USUAL_MODE, Mode
from plitka.core.language import translations as languages

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
"""argparse has no public name for it."""
Say = Callable[[str], str]


def language_of(words: Sequence[str], environ: Mapping[str, str]) -> str:
    """The language of `--language`, else of the environment: help is written before options are read."""
    scan = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    scan.add_argument("--language")
    try:
        asked = scan.parse_known_args(words)[0].language
    except argparse.ArgumentError:
        asked = None
    return asked if asked in languages.LANGUAGES else languages.choose_language(environ)


def parse(words: Sequence[str], language: str, load_engine: LoadEngine) -> argparse.Namespace:
    """The options of one command; its `run` is among them.

    Raises:
        SystemExit: 2 for words that make no command, 0 after --help and --version.
    """
    with _argparse_speaking(language):
        parser = build_parser(languages.translation(language).gettext, load_engine)
        return parser.parse_args(words)


def build_parser(_: Say, load_engine: LoadEngine) -> argparse.ArgumentParser:
    """The whole command line, its help told by `_`."""
    from plitka.cli import catalogue, dataset, evaluate, generate, measure, models, render, serve

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
    catalogue.add_parse(commands, _)
    catalogue.add_colours(commands, _)
    models.add(commands, _)
    dataset.add(commands, _)
    evaluate.add(commands, _, load_engine)
    serve.add(commands, _, load_engine)
    serve.add_keys(commands, _)
    return parser


def add_command(commands: Commands, name: str, _: Say, help_text: str) -> argparse.ArgumentParser:
    """A command with the options that every command has."""
    parser = commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)
    shared = parser.add_argument_group(_("for every command"))
    shared.add_argument("--json", action="store_true", help=_("one JSON object on stdout"))
    shared.add_argument("--language", choices=languages.LANGUAGES, help=_("of messages and help"))
    shared.add_argument("--quiet", action="store_true", help=_("no progress and no remarks on stderr"))
    shared.add_argument("--verbose", action="store_true", help=_("log what happens, not only warnings"))
    shared.add_argument("--log-json", action="store_true", help=_("logs as lines of JSON"))
    parser.set_defaults(logs=False)
    return parser


def add_recipe_options(parser: argparse.ArgumentParser, _: Say) -> None:
    """How a recipe is read."""
    parser.add_argument("--palette", type=Path, metavar="FILE", help=_("a maker's own colours, as CSV"))
    parser.add_argument("--strict", action="store_true", help=_("refuse a recipe that needs any guessing"))


def add_mode_option(parser: argparse.ArgumentParser, _: Say) -> None:
    """How the words become a picture."""
    parser.add_argument(
        "--mode",
        type=Mode,
        choices=list(Mode),
        help=_("guided: measured and corrected over a granule map; text: by the words alone (usual: {usual})").format(
            usual=USUAL_MODE
        ),
    )


class _Version(argparse.Action):
    """`--version`, which looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        sys.stdout.write(f"plitka {version()}\n")
        parser.exit()


def version() -> str:
    """The installed version of plitka."""
    from importlib.metadata import version as installed_version

    return installed_version("plitka")


@contextmanager
def _argparse_speaking(language: str) -> Iterator[None]:
    """Lend argparse our catalogue: it asks the process's own gettext domain for its words."""
    domain, chosen = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain("plitka", str(Path(languages.__file__).with_name("locale")))
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
