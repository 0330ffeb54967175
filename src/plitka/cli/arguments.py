"""Options that several commands share, each declared once."""

import argparse
import re
from collections.abc import Callable
from enum import StrEnum
from gettext import gettext
from pathlib import Path
from typing import TypeAlias

from plitka.cli.engines import DEFAULT_MODEL
from plitka.core.generation import USUAL_MODE, Mode
from plitka.core.language.translations import LANGUAGES
from plitka.model.engine_config import EngineConfig

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
"""argparse has no public name for it."""
Translate = Callable[[str], str]
"""A text of ours -> the same in the language of the help."""
BY_AREA, BY_MASS = "area", "mass"


def whole(text: str) -> int:
    """The number that was typed for an option.

    Raises:
        argparse.ArgumentTypeError: it is none, said in argparse's language.
    """
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(gettext("{text!r} is no whole number").format(text=text)) from error


def sides(text: str) -> tuple[int, ...]:
    """The side that was typed, or the width and the height with an x or × between.

    Raises:
        argparse.ArgumentTypeError: it is none, said in argparse's language.
    """
    typed = tuple(whole(part) for part in re.split("[xхX×*]", text))
    if len(typed) > 2:
        raise argparse.ArgumentTypeError(
            gettext("{text!r} is neither a side nor a width and a height").format(text=text)
        )
    return typed


def decimal(text: str) -> float:
    """The number that was typed, with a decimal point or comma."""
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise argparse.ArgumentTypeError(gettext("{text!r} is no number").format(text=text)) from error


def shown(value: float, _: Translate) -> str:
    """A number in a help text, with the decimal sign of its language."""
    return f"{value:g}".replace(".", _("."))


def with_default(told: str, usual: object, _: Translate) -> str:
    """A help text, with what an option is where it is left out."""
    return _("{what} (default: {usual})").format(what=told, usual=usual)


def add_command(commands: Commands, name: str, _: Translate, help_text: str) -> argparse.ArgumentParser:
    """A command with the options that every command has."""
    parser = commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)
    _add_shared_options(parser, _, argparse.SUPPRESS)  # what was said before the command's name stays
    parser.set_defaults(logs=False)
    return parser


def add_family(commands: Commands, name: str, _: Translate, help_text: str) -> Commands:
    """Where the actions of a family go, such as `model`; what every command takes may stand before the action too."""
    parser = commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)
    _add_shared_options(parser, _, argparse.SUPPRESS)
    return parser.add_subparsers(metavar=_("ACTION"), required=True)


def add_program_options(parser: argparse.ArgumentParser, _: Translate) -> None:
    """What every command takes, before the command's name."""
    _add_shared_options(parser, _, None)


def _add_shared_options(parser: argparse.ArgumentParser, _: Translate, default: str | None) -> None:
    shared = parser.add_argument_group(_("for every command"))
    shared.add_argument("--language", choices=LANGUAGES, default=default, help=_("of messages and help"))
    for name, told in (
        ("json", _("one JSON object on stdout")),
        ("quiet", _("no progress and no remarks on stderr")),
        ("verbose", _("log what happens, not only warnings")),
        ("log-json", _("logs as lines of JSON")),
    ):
        shared.add_argument(f"--{name}", action="store_true", default=default or False, help=told)


def add_picture_options(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Where a picture is written, and by which seed it is made."""
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help=_("a .png, .jpg or .webp file, or a folder (default: tile.png, or tile-2.png ...)"),
    )
    parser.add_argument(
        "--seed", type=whole, metavar="N", help=_("the same seed repeats the picture; -1 or none: a random one")
    )


def add_size_option(parser: argparse.ArgumentParser, _: Translate, usual_px: int) -> None:
    """The side of square pictures."""
    parser.add_argument(
        "--size",
        type=whole,
        default=usual_px,
        metavar="PX",
        help=_("side of the picture (default: {usual})").format(usual=usual_px),
    )


def add_sides_options(parser: argparse.ArgumentParser, _: Translate, usual_px: int) -> None:
    """The side of a square picture, or the two of another."""
    parser.add_argument(
        "--size",
        type=sides,
        metavar="PX",
        help=_("side of the picture, or width and height as in 1024x512 (default: {usual})").format(usual=usual_px),
    )
    for name, told in (
        ("--width", _("width of the picture, where it is not its height")),
        ("--height", _("height of the picture, where it is not its width")),
    ):
        parser.add_argument(name, type=whole, metavar="PX", help=told)


def add_palette_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Which colours can be named."""
    parser.add_argument("--palette", type=Path, metavar="FILE", help=_("a maker's own colours, as CSV"))


def add_recipe_options(parser: argparse.ArgumentParser, _: Translate) -> None:
    """How a recipe is read."""
    add_palette_option(parser, _)
    parser.add_argument(
        "--strict",
        action="store_true",
        help=_("refuse percents that miss 100, amounts without a number, and words that are not understood"),
    )
    parser.add_argument(
        "--by",
        choices=(BY_AREA, BY_MASS),
        default=BY_AREA,
        help=_(
            "what numbers are shares of: the area that is seen, or the mass that is weighed (default: {usual})"
        ).format(usual=BY_AREA),
    )


def add_like_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """A picture whose choices are taken where the options are silent."""
    parser.add_argument(
        "--like", type=Path, metavar="FILE", help=_("repeat a picture; options given here win over its own")
    )


def add_preview_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Whether a small picture is shown on a terminal that can."""
    parser.add_argument(
        "--no-preview",
        dest="preview",
        action="store_false",
        help=_("no small picture on a terminal that shows all colours"),
    )


def member_of(kind: type[StrEnum]) -> Callable[[str], str]:
    """What reads a member; other words are left to argparse, which then names the choices."""

    def read(text: str) -> str:
        try:
            return kind(text)
        except ValueError:
            return text

    return read


def add_mode_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """How the words become a picture."""
    parser.add_argument(
        "--mode",
        type=member_of(Mode),
        choices=[mode.value for mode in Mode],
        help=_("guided: measured and corrected over a granule map; text: by the words alone (default: {usual})").format(
            usual=USUAL_MODE
        ),
    )


def add_model_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Which model makes the picture."""
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="NAME_OR_DIR", help=model_help(_))


def model_help(_: Translate) -> str:
    """How a model is named."""
    return _("a name of `plitka model list`, or a folder (default: {default})").format(default=DEFAULT_MODEL)


def add_device_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """What the model runs on."""
    parser.add_argument(
        "--device",
        default=EngineConfig().device,
        metavar="DEVICE",
        help=with_default(_("auto, cpu, cuda or cuda:N"), EngineConfig().device, _),
    )


def add_guidance_device_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """What computes half of the guidance meanwhile."""
    parser.add_argument(
        "--guidance-device",
        default=EngineConfig().guidance_device,
        metavar="DEVICE",
        help=with_default(
            _("a second GPU that computes half of the guidance at the same time: none, auto or cuda:N"),
            EngineConfig().guidance_device,
            _,
        ),
    )


def engine_config(options: argparse.Namespace) -> EngineConfig:
    """Where the model runs, by the options of both devices."""
    return EngineConfig(device=options.device, guidance_device=options.guidance_device)
