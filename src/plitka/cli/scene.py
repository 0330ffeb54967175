"""What a tile shows, as the command line asks for it: its zones, granules, surface and light."""

import argparse
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from plitka.cli.arguments import Translate, decimal
from plitka.cli.recipe import palette_of, split_names
from plitka.cli.terminal import Terminal
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.recipe import Recipe
from plitka.core.scene import FRACTIONS_MM, USUAL_FRACTION, Lighting, Scene, Size, Surface, naming_zone, short_mask
from plitka.core.scene_json import build_scene, merge_choices, with_zones
from plitka.errors import InputError

_BASE64_GROUP = 4
"""Characters of base64 come in groups of so many, the last one filled up by `=`."""
_END_OF_SVG = re.compile(r"(?:</|%3C/|%3C%2F)svg\s*(?:>|%3E)\s*=", re.IGNORECASE)
_LABEL = re.compile(r"#[0-9]{1,5}$")
_SHOWN_CH = 80


def add_scene_options(parser: argparse.ArgumentParser, _: Translate, *, has_modes: bool = False) -> None:
    """What lies in the picture, how much of the tile it shows, and how it is lit; a model heeds it in guided mode."""
    shown = _("what the tile shows (in guided mode)") if has_modes else _("what the tile shows")
    group = parser.add_argument_group(shown)
    group.add_argument(
        "--zone",
        action="append",
        metavar="MASK=RECIPE",
        help=_("a part of the tile with a recipe of its own, such as 'border:8%%=white'; can be given several times"),
    )
    add_fraction_option(group, _)
    group.add_argument(
        "--granule-mm", type=decimal, nargs=2, metavar=("MIN", "MAX"), help=_("smallest and largest granule")
    )
    group.add_argument("--coarse", metavar="COLOURS", help=_("colours of the recipe whose granules are larger"))
    group.add_argument("--fine", metavar="COLOURS", help=_("colours of the recipe whose granules are smaller"))
    group.add_argument(
        "--field-mm", type=decimal, metavar="N", help=_("what the picture's side shows (default: 1 mm for each 7 px)")
    )
    group.add_argument(
        "--surface",
        choices=_values(Surface),
        help=_("how the face came about (default: {usual}); {choices}").format(
            usual=Surface.PRESSED, choices=Surface.describe(_)
        ),
    )
    group.add_argument(
        "--light",
        choices=_values(Lighting),
        help=_("what the tile is lit by (default: {usual}); {choices}").format(
            usual=Lighting.STUDIO, choices=Lighting.describe(_)
        ),
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
        help=_("granules of the trade, in mm: {fractions} (default: {usual})").format(
            fractions=", ".join(FRACTIONS_MM), usual=USUAL_FRACTION
        ),
    )


def read_scene(
    options: argparse.Namespace,
    reading: Reading,
    size: Size | None,
    terminal: Terminal,
    repeated: Mapping[str, Any] | None = None,
) -> Scene:
    """The scene of a recipe that the options ask for; what had to be guessed in a zone's recipe is told.

    Args:
        options: of the command.
        reading: of the ground's recipe; the options win over what it says of the look.
        size: of the picture; None leaves it to the engine.
        terminal: where it is told.
        repeated: choices of a picture to repeat, as `build_scene` takes them; the options win.

    Raises:
        InputError: a choice that does not exist, two that contradict each other, or a mask that cannot be read.
    """
    recipe = reading.recipe
    said = {**reading.look, "words": reading.words} if reading.words else reading.look
    if reading.zones:
        repeated = {name: value for name, value in (repeated or {}).items() if not name.startswith("zone")}
    choices = merge_choices(merge_choices(repeated or {}, said), _given_choices(options, recipe))
    choices = with_zones(choices, reading)
    scene, notices = build_scene(recipe, size=size, palette=palette_of(options), strict=options.strict, **choices)
    terminal.notices(notices)
    return scene


def split_zone(text: str) -> tuple[str, str]:
    """The mask and the recipe of `MASK=RECIPE`.

    The mask ends at the first `=`, unless a file's name goes on behind it; a data URL ends behind its base64 or its
    `</svg>`.

    Raises:
        InputError: one of the two is missing, or where a data URL ends cannot be told.
    """
    end = _end_of_url(text) if text.startswith("data:") else _end_of_mask(text)
    mask, recipe = text[:end].strip(), text[end + 1 :].strip()
    if end < 0 or not mask or not recipe:
        raise InputError("a zone is MASK=RECIPE, such as border:8%=white, not {text!r}", text=_cut(text))
    return mask, recipe


def _end_of_mask(text: str) -> int:
    """Place of the `=` behind a shape or a file; that of the first one where neither is there."""
    from plitka.core.tile.masks import is_shape

    first = text.find("=")
    if is_shape(text[:first].strip()):
        return first
    ends = [place for place, character in enumerate(text) if character == "="]
    return next((end for end in ends if _is_file(_LABEL.sub("", text[:end].strip()))), first)


def _is_file(name: str) -> bool:
    try:
        return bool(name) and Path(name).is_file()
    except (OSError, ValueError):  # too long for a name, or with a zero byte
        return False


def _end_of_url(text: str) -> int:
    """Place of the `=` behind a data URL; -1 without one."""
    start = text.find(",") + 1
    if not text[:start].endswith(";base64,"):
        closed = _END_OF_SVG.search(text, start)
        if closed is None and "=" in text[start:]:
            raise InputError(
                "where the mask {mask} ends cannot be told: write it in base64, as data:TYPE;base64,...",
                mask=short_mask(text),
            )
        return closed.end() - 1 if closed else -1
    end = text.find("=", start)
    while end >= 0 and (end - start) % _BASE64_GROUP and text[end + 1 : end + 2] == "=":
        end += 1
    return end


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CH else f"{text[: _SHOWN_CH - 3]}..."


def _values(kind: type[StrEnum]) -> tuple[str, ...]:
    """Plain texts, which argparse shows as such when it refuses another one."""
    return tuple(member.value for member in kind)


def _given_choices(options: argparse.Namespace, recipe: Recipe) -> dict[str, Any]:
    """What the command line says, as `build_scene` takes it; what it does not say is left out."""
    given = {
        **_read_zones(options.zone),
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


def _read_zones(texts: Sequence[str] | None) -> dict[str, Any]:
    """Masks and recipes, and what the masks were called."""
    if texts is None:
        return {}
    from plitka.core.files.mask_file import read_mask

    zones, names = [], []
    for number, text in enumerate(texts, 1):
        source, recipe = split_zone(text)
        names.append(short_mask(source) if source.startswith("data:") else source)
        with naming_zone(number, names[-1]):
            zones.append((read_mask(source), recipe))
    return {"zones": zones, "zone_names": names}


def _names(option: str, names: str | None, recipe: Recipe) -> list[str] | None:
    if names is None:
        return None
    found = split_names(names)
    if not found:
        codes = ", ".join(colour.code for colour in recipe.colours)
        raise InputError("--{option} names no colour; name some of {codes}", option=option, codes=codes)
    return found
