"""The whole command line: every command with its options, and the language that its help is in."""

import argparse
import gettext
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from plitka.cli import (
    catalogue,
    database,
    dataset,
    doctor,
    evaluate,
    generate,
    measure,
    models,
    prune,
    render,
    serve,
    sheet,
    tour,
    train,
    workers,
)
from plitka.cli.arguments import Translate, add_program_options
from plitka.cli.engines import DEFAULT_MODEL, LoadEngine
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.terminal import Terminal
from plitka.cli.version import version
from plitka.core.generation import Defaults
from plitka.core.language import translations
from plitka.errors import BundleError

_RECIPES = {"en": "60% red, 40% black", "ru": "60% красный, 40% чёрный"}


def language_of(words: Sequence[str], environ: Mapping[str, str]) -> str:
    """The language of `--language`, else of the environment: help is written before options are read."""
    asked = _scan(words, "--language")
    return asked if asked in translations.LANGUAGES else translations.choose_language(environ)


def usual_choices(words: Sequence[str]) -> Defaults:
    """What the model of `--model` uses where nothing is asked for, as far as help is to tell it."""
    if not {"-h", "--help"} & set(words):
        return Defaults()
    from plitka.model.bundle import find_bundle

    try:
        return find_bundle(_scan(words, "--model") or DEFAULT_MODEL).defaults
    except BundleError:
        return Defaults()


def _scan(words: Sequence[str], option: str) -> str | None:
    """What follows an option, before the options are known."""
    scan = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    scan.add_argument(option, dest="asked")
    try:
        asked: str | None = scan.parse_known_args(words)[0].asked
    except argparse.ArgumentError:
        return None
    return asked


def parse(words: Sequence[str], language: str, load_engine: LoadEngine) -> argparse.Namespace:
    """The options of one command; its `run` is among them.

    Raises:
        SystemExit: 2 for words that make no command, 0 after --help and --version.
    """
    with _argparse_speaking(language):
        parser = build_parser(translations.translation(language).gettext, load_engine, usual_choices(words))
        options, rest = parser.parse_known_args(words)
        if rest:
            _take_late(options, rest, parser)
        return options


def _take_late(options: argparse.Namespace, words: Sequence[str], parser: argparse.ArgumentParser) -> None:
    """Words behind an option, where a command takes any number: argparse gives it only those before the first one."""
    late: str | None = getattr(options, "late", None)
    if late is None or any(word.startswith("-") for word in words):
        parser.error(gettext.gettext("unrecognized arguments: %s") % " ".join(words))
    setattr(options, late, [*getattr(options, late), *words])


def build_parser(_: Translate, load_engine: LoadEngine, usual: Defaults | None = None) -> argparse.ArgumentParser:
    """The parser of all commands, its help translated by `_`; `usual` is what it says of the model's choices."""
    parser: argparse.ArgumentParser = _Parser(
        prog="plitka",
        description=_("Shows what a mix of rubber granules will look like as a tile."),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help=_("show plitka's version and exit"))
    add_program_options(parser, _)
    parser.set_defaults(run=_start, logs=False)
    commands = parser.add_subparsers(metavar=_("COMMAND"))
    generate.add(commands, _, load_engine, usual or Defaults())
    render.add(commands, _)
    measure.add(commands, _)
    sheet.add(commands, _)
    catalogue.add_parse(commands, _)
    catalogue.add_colours(commands, _)
    models.add(commands, _)
    doctor.add(commands, _)
    dataset.add(commands, _)
    train.add(commands, _)
    evaluate.add(commands, _, load_engine)
    serve.add(commands, _, load_engine)
    serve.add_keys(commands, _)
    workers.add(commands, _, load_engine)
    database.add_backup(commands, _)
    database.add_check(commands, _)
    database.add_migrate(commands, _)
    prune.add(commands, _)
    tour.add_completion(commands, _, parser)
    tour.add_demo(commands, _, parser)
    return parser


def _start(__: argparse.Namespace, terminal: Terminal) -> int:
    """What to type first, for somebody who typed the program's name alone."""
    _ = terminal.gettext
    terminal.write(_("Shows what a mix of rubber granules will look like as a tile.") + "\n")
    recipe = _RECIPES[terminal.language]
    terminal.write_table(
        [
            (f"  plitka generate '{recipe}'", _("a photograph-like picture of that tile")),
            (f"  plitka parse '{recipe}'", _("how a recipe is read")),
            ("  plitka colours", _("every colour that has a name")),
            ("  plitka measure photo.jpg", _("which colours a tile of yours has")),
            ("  plitka serve", _("all of it over HTTP")),
            ("  plitka demo", _("a tour of five commands")),
            ("  plitka --help", _("every command")),
        ]
    )
    return EXIT_OK


class _Parser(argparse.ArgumentParser):
    """Names the values of an option that takes several, where argparse would only count them."""

    def _match_argument(self, action: argparse.Action, arg_strings_pattern: str) -> int:
        try:
            return super()._match_argument(action, arg_strings_pattern)
        except argparse.ArgumentError as error:
            if not isinstance(action.nargs, int) or not isinstance(action.metavar, tuple):
                raise
            told = gettext.gettext("expected the values {names}, with a space between")
            raise argparse.ArgumentError(action, told.format(names=" ".join(action.metavar))) from error


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
