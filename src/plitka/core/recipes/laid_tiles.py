"""Words by which a pattern may be meant of whole tiles, or of a place, and not of each tile.

`Black and yellow tiles in a checkerboard` may be laid of tiles of two kinds, and «кант» of a path lies at its edges.
"""

import re

from plitka.core.recipes.part_names import BORDER, CHECKER, small_letters
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.tiles import refuse_several
from plitka.core.recipes.zone_texts import Zoned

_TILES = re.compile(
    r"(?<![^\W_])(?:(?<!each )(?<!all )tiles|[^\W_]+[ыи]е плитки|[^\W_]+[ыи]х плиток|плитки [^\W_]+[ыи]е"
    r"|[^\W_]+(?:ая|ой|ую) (?:плитк[а-я]+ )?(?:и|а|с) [^\W_]+(?:ая|ой|ую) плитк[а-я]+|плитка, [^\W_]+ плитка"
    r"|плитками|плитк[а-я]+ через одну|every other tile)(?![^\W_])"
)
_WIDE_PERCENT = 25
"""A border from here on leaves less than a quarter of its tile, so that one of a larger area may be meant."""
_AROUND = re.compile(
    r"(?<![^\W_])(?:a?round|вокруг)[ ](?:(?:a|the|our|\d+[ ]?%|[^\W\d_]+)[ ]){0,3}"
    r"(?:field|pitch|area|поля|участка)(?![^\W_])"
)
_WHOLE = f"{CHECKER}:1"
"""Squares as large as a tile."""
_WIDTH = re.compile(rf"{BORDER}:([\d.]+)%")
_PLACE = re.compile(
    r"(?<![^\W_])(?:(?:foot|walk|cycle )?(?:path|way)|walkway|track|court|playground|yard|terrace|patio|площадк[а-я]+"
    r"|дорожк[а-я]+|двор[а-я]*|террас[а-я]+|корт[а-я]*|зал[а-я]?)(?![^\W_])"
)


def check_whole_tiles(source: Source, zoned: Zoned | None) -> None:
    """Nothing unless squares are as large as a tile, so that each is one of a single colour.

    Raises:
        RecipeError: they are.
    """
    zone = next((zone for zone in (() if zoned is None else zoned.zones) if zone.mask == _WHOLE), None)
    if zone is not None:
        raise refuse_several(source, 2 * [zone.place])


def told_of_each(text: str, zoned: Zoned) -> list[Notice]:
    """What is told of squares or a border that may be meant of more than one tile."""
    small = small_letters(text)
    kinds = {zone.mask.partition(":")[0] for zone in zoned.zones}
    if CHECKER in kinds and (tiles := _TILES.search(small)) is not None:
        words = text[slice(*tiles.span())]
        return [
            Notice(
                "{words!r}: each tile shows the squares; for whole tiles of one colour write each by itself",
                {"words": words},
            )
        ]
    if BORDER in kinds and (span := _of_area(zoned, small)) is not None:
        words = text[slice(*span)].strip()
        return [
            Notice(
                "{words!r}: each tile has the border; for tiles at the edge alone write each by itself",
                {"words": words},
            )
        ]
    return []


def _of_area(zoned: Zoned, small: str) -> tuple[int, int] | None:
    """Where it is told that a border may lie around more than one tile, or how it is told, if it is very wide."""
    if (place := _PLACE.search(small) or _AROUND.search(small)) is not None:
        return place.span()
    widths = ((zone.place, _WIDTH.fullmatch(zone.mask)) for zone in zoned.zones)
    return next((place for place, wide in widths if wide and float(wide[1]) >= _WIDE_PERCENT), None)
