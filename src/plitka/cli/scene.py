"""What a tile shows, as the command line asks for it: its zones, granules, surface and light."""

import argparse
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from plitka.cli.arguments import Translate
from plitka.cli.recipe import palette_of, split_names
from plitka.cli.terminal import Terminal
from plitka.core.recipes.recipe import Recipe
from plitka.core.scene import FRACTIONS_MM, USUAL_FRACTION, Lighting, Scene, Size, Surface
from plitka.core.scene_json import build_scene
from plitka.errors import InputError

_BASE64_GROUP = 4
"""Characters of base64 come in groups of so many, the last one filled up by `=`."""


def add_scene_options(parser: argparse.ArgumentParser, _: Translate) -> None:
    """What lies in the picture, how much of the tile it shows, and how it is lit."""
    group = parser.add_argument_group(_("what the tile shows (in guided mode)"))
    group.add_argument(
        "--zone",
        action="append",
        metavar="MASK=RECIPE",
        help=_("a part of the tile with a recipe of its own, such as 'border:8%%=white'; can be given several times"),
    )
    add_fraction_option(group, _)
    group.add_argument(
        "--granule-mm", type=float, nargs=2, metavar=("MIN", "MAX"), help=_("smallest and largest granule")
    )
    group.add_argument("--coarse", metavar="COLOURS", help=_("colours of the recipe whose granules are larger"))
    group.add_argument("--fine", metavar="COLOURS", help=_("colours of the recipe whose granules are smaller"))
    group.add_argument(
        "--field-mm", type=float, metavar="N", help=_("what the picture's side shows (usual: 1 mm for each 7 px)")
    )
    group.add_argument("--surface", choices=_values(Surface), help=_("moulded under a press, or cut from a block"))
    group.add_argument(
        "--light",
        choices=_values(Lighting),
        help=_("what the tile is lit by (usual: {usual})").format(usual=Lighting.STUDIO),
    )
    group.add_argument(
        "--wet",
        action=argparse.BooleanOptionalAction,
        help=_("a tile that rain has wetted: darker, with a gloss"),
    )


def add_fraction_option(parser: argparse._ActionsContainer, _: Translate) -> None:
    """The granules by a name of the trade."""
    parser.add_argument(
        "--granules",
        metavar="FRACTION",
        help=_("granules of the trade, in mm: {fractions} (usual: {usual})").format(
            fractions=", ".join(FRACTIONS_MM), usual=USUAL_FRACTION
        ),
    )


def read_scene(
    options: argparse.Namespace,
    recipe: Recipe,
    size: Size | None,
    terminal: Terminal,
    repeated: Mapping[str, Any] | None = None,
) -> Scene:
    """The scene of a recipe that the options ask for; what had to be guessed in a zone's recipe is told.

    Args:
        options: of the command.
        recipe: of the ground.
        size: of the picture; None leaves it to the engine.
        terminal: where it is told.
        repeated: choices of a picture to repeat, as `build_scene` takes them; the options win.

    Raises:
        InputError: a choice that does not exist, two that contradict each other, or a mask that cannot be read.
    """
    choices = _merge(repeated or {}, _given_choices(options, recipe))
    scene, notices = build_scene(recipe, size=size, palette=palette_of(options), strict=options.strict, **choices)
    for notice in notices:
        terminal.notice(notice)
    return scene


def split_zone(text: str) -> tuple[str, str]:
    """The mask and the recipe of `MASK=RECIPE`.

    The mask ends at the first `=`; in a data URL at the first one behind its base64.

    Raises:
        InputError: one of the two is missing.
    """
    start = text.find(",") + 1 if text.startswith("data:") else 0
    end = text.find("=", start)
    if start and end >= 0:
        while (end - start) % _BASE64_GROUP and text[end + 1 : end + 2] == "=":
            end += 1
    mask, recipe = text[:end].strip(), text[end + 1 :].strip()
    if end < 0 or not mask or not recipe:
        raise InputError("a zone is MASK=RECIPE, such as border:8%=white, not {text!r}", text=text)
    return mask, recipe


def _values(kind: type[StrEnum]) -> tuple[str, ...]:
    """Plain texts, which argparse shows as such when it refuses another one."""
    return tuple(member.value for member in kind)


def _given_choices(options: argparse.Namespace, recipe: Recipe) -> dict[str, Any]:
    """What the command line says, as `build_scene` takes it; what it does not say is left out."""
    given = {
        "zones": None if options.zone is None else [_read_zone(text) for text in options.zone],
        "granules": options.granules,
        "granule_mm": options.granule_mm,
        "coarse": _names("coarse", options.coarse, recipe),
        "fine": _names("fine", options.fine, recipe),
        "surface": options.surface,
        "light": options.light,
        "wet": options.wet,
        "field_mm": options.field_mm,
    }
    return {name: value for name, value in given.items() if value is not None}


def _merge(repeated: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The choices of a picture and of the command line, which wins; its size of granules is one choice in two forms."""
    if "granules" in given or "granule_mm" in given:
        repeated = {name: value for name, value in repeated.items() if name not in {"granules", "granule_mm"}}
    return {**repeated, **given}


def _read_zone(text: str) -> tuple[str, str]:
    from plitka.core.files.mask_file import read_mask

    source, recipe = split_zone(text)
    return read_mask(source), recipe


def _names(option: str, names: str | None, recipe: Recipe) -> list[str] | None:
    if names is None:
        return None
    found = split_names(names)
    if not found:
        codes = ", ".join(colour.code for colour in recipe.colours)
        raise InputError("--{option} names no colour; name some of {codes}", option=option, codes=codes)
    return found
