"""What a scene shows of words about the look, told in words."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from plitka.core.language.looks import FINISHES
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import Kind, vocabulary
from plitka.core.recipes.part_names import USUAL
from plitka.core.recipes.recipe import Notice
from plitka.errors import CommandHint

_SHOWN: Mapping[str, Notice] = MappingProxyType(
    {
        "wet=yes": Notice("{words!r} is shown as a wet tile"),
        "wet=no": Notice("{words!r} is shown as a dry tile"),
        "light=studio": Notice("{words!r} is shown in the light of a studio"),
        "light=sun": Notice("{words!r} is shown in the sun, with hard shadows"),
        "light=overcast": Notice("{words!r} is shown under a cloudy sky, with soft shadows"),
        "light=warm": Notice("{words!r} is shown in warm, yellow light"),
        "light=cold": Notice("{words!r} is shown in cold, bluish light"),
        "surface=pressed": Notice("{words!r} is shown as a pressed surface, with relief"),
        "surface=cut": Notice("{words!r} is shown as a cut surface, which is flat"),
        "coarse": Notice("{words!r} is shown as granules of {colour!r} that are larger than the others"),
        "fine": Notice("{words!r} is shown as granules of {colour!r} that are smaller than the others"),
    }
)
_MASKS_OF_PARTS = tuple(
    (re.compile(words), mask)
    for words, mask in (
        ("left|лев|слева", "half:left"),
        ("right|прав|справа", "half:right"),
        ("cent|middle|середин|центр", USUAL["circle"]),
        ("edge|кра|border", USUAL["border"]),
        ("corner|угол|угл", USUAL["checker"]),
    )
)
_GRANULES = "granules"
_FINISHES: Mapping[str, Notice] = MappingProxyType(
    {
        "matt": Notice("{words!r} is a matt finish; no scene has gloss, so only a model that reads words is told"),
        "satin": Notice("{words!r} is a satin finish; no scene has gloss, so only a model that reads words is told"),
        "gloss": Notice("{words!r} is a glossy finish; no scene has gloss, so only a model that reads words is told"),
    }
)


def shown(words: str, choice: str, colour: str = "", *, is_of_all: bool = False) -> Notice:
    """How a choice of a scene shows some words.

    Args:
        words: as they were typed.
        choice: such as `wet=yes`, `granules=2-4`, or `coarse` of a colour.
        colour: whose granules are larger or smaller, as it was typed.
        is_of_all: a size stands beside one of several colours, and is of all of them.
    """
    name, _, value = choice.partition("=")
    if name == _GRANULES and is_of_all:
        return Notice("{words!r} is shown as granules of {size} mm on the whole tile", {"words": words, "size": value})
    if name == _GRANULES:
        return Notice("{words!r} is shown as granules of {size} mm", {"words": words, "size": value})
    told = _SHOWN[choice]
    values = {"words": words, "colour": colour} if colour else {"words": words}
    return replace(told, values=values)


def told_finish(words: str, finish: str) -> Notice:
    """That a finish is understood, and not shown.

    Args:
        words: as they were typed.
        finish: one of `looks.FINISHES`.
    """
    return replace(_FINISHES[finish], values={"words": words}, is_for_engine=True)


def is_finish(words: str) -> bool:
    """Whether words are of how much a face shines, and of nothing else."""
    meaning = vocabulary().get(name_key(words))
    return meaning is not None and meaning.kind is Kind.ASIDE and meaning.text in FINISHES


def shown_by_zones(words: str, mask: str) -> Notice:
    """That a pattern has to be asked for as a zone.

    Args:
        words: as they were typed.
        mask: one that shows such a pattern.
    """
    return Notice(
        "{words!r} needs zones, each with a recipe of its own{hint}",
        {"words": words, "hint": option_of_zone(mask, "RECIPE")},
    )


def option_of_zone(mask: str, recipe: str) -> CommandHint:
    """How a zone is asked for on the command line.

    Args:
        mask: of the zone.
        recipe: its mix in words.
    """
    return CommandHint("; on the command line: --zone {zone}", {"zone": f"'{mask}={recipe}'"})


def mask_of_part(words: str) -> str:
    """The mask that fits best for a part of the tile.

    Args:
        words: such as `left half`, in small letters.
    """
    return next((mask for pattern, mask in _MASKS_OF_PARTS if pattern.search(words)), "half:right")
