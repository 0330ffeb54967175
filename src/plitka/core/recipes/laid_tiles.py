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
    r"|плитка (?:и|а|,|с) [^\W_]+ плитка|плитками|плитк[а-я]+ через одну|every other tile)(?![^\W_])"
)
_WHOLE = f"{CHECKER}:1"
"""Squares as large as a tile."""
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
    if BORDER in kinds and (place := _PLACE.search(small)) is not None:
        words = text[slice(*place.span())]
        return [
            Notice(
                "{words!r}: each tile has the border; for tiles at the edge alone write each by itself",
                {"words": words},
            )
        ]
    return []
