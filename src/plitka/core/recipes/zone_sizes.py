"""Sizes that a text tells of the parts of a tile, and of the tile: how wide a border is, how large a circle.

```
size   = ["diameter" | "radius" | "width"], length, ["wide" | "across"] ;
apart  = separator, size, separator ;          `a yellow circle in the centre, 30 cm across, tile 50x50 cm`
tile   = length, "x" | "by", length ;          in millimetres, centimetres, metres, inches or feet
```
"""

import math
import re
from collections.abc import Sequence
from fractions import Fraction

from plitka.core.language import zone_words
from plitka.core.recipes.part_names import BORDER, CIRCLE, EDGE, SIZE, Head, small_letters
from plitka.core.recipes.quantities import find_sides, sides_mm
from plitka.core.recipes.recipe import plain

USUAL_TILE_MM = 500
_LIMITS = {BORDER: 40, CIRCLE: 100}
"""Percent of the shorter side."""
_MM = {"m": 1000, "м": 1000, "cm": 10, "см": 10, "mm": 1, "мм": 1}
_INCH_MM = Fraction("25.4")
_LEAST_BARE_MM = 100
_ACROSS = re.compile(zone_words.ACROSS)
_WIDE = re.compile(zone_words.WIDE)
_LEAST_MM = {CIRCLE: 100, BORDER: 60}
"""A smaller size of which nothing is said may be how thick the tile is."""
_THICK = re.compile(r"\d ?(?:[xх×*]|by|на) ?\d+ ?[^\W\d_]* ?(?:[xх×*]|by|на) ?\d|thick|толщин")
"""How thick the tile is, so that another size is of a part of it."""
_RADIUS = re.compile(r"radius|радиус")
_NAMED = tuple(
    (kind, re.compile(rf"(?:the |this )?(?:{words})(?: is| has| of| -|:)?(?: a| an)? (?P<size_of_it>\S.*)"))
    for kind, words in ((CIRCLE, zone_words.CIRCLE), (BORDER, zone_words.BORDER))
)
"""Of `red circle on black, circle 30cm dia`: the part is named again."""
AREA = re.compile(
    r"(?:on |на )?(?P<percent>\d{1,2}(?:[.,]\d)?)[ ]?%(?: of)?(?: the)?(?: (?:tile(?:'s)?|whole))?"
    r"(?: (?:area|surface)| площади)(?: плитки)?"
)
"""How much of the tile a circle takes."""
SHORT = re.compile(
    r"(?<![^\W_])(?![а-я]*[ыио]й\.|фон|круг|цент|кра|кант|низ|верх|см|мм|рам)[а-я]{1,5}"
    r"[бвгджзйклмнпрстфхцчшщ]\.\Z"
)
"""A word that is cut short ends no clause: «беж. фон»."""
_CLAUSE = re.compile(r"(?:[,;.\n(]|^)[ ]*(?P<said>(?:[^,;.\n()]|(?<=\d)[.,](?=\d)|(?<=[^\W\d_])\.(?=[ ]?\d))+)")


def without_tile(text: str) -> str:
    """A text with blanks for the tile's own size, so that no part has it."""
    return without_places(text, [found.span() for found in find_sides(small_letters(text))])


def tile_mm(small: str) -> Fraction:
    """The shorter side of the tile that a text in small letters tells of; the usual one where it tells of none."""
    sides = sides_mm(small)
    return Fraction(USUAL_TILE_MM) if sides is None else min(sides)


def sizes_apart(whole: str, heads: Sequence[Head]) -> dict[str, tuple[int, int]]:
    """Where sizes stand that are said behind a comma and of a part by its name, by the part's kind.

    Args:
        whole: the text in small letters.
        heads: the parts that it names.
    """
    small = without_tile(whole)
    kinds = {BORDER if head.kind == EDGE else head.kind for head in heads}
    lone = [found for found in SIZE.finditer(small) if found["size"]]
    apart: dict[str, tuple[int, int]] = {}
    for clause in _CLAUSE.finditer(small):
        if SHORT.search(small, 0, clause.start() + 1):
            continue
        words = clause["said"]
        for kind, named in _NAMED:
            own = named.fullmatch(words.strip())
            if (
                kind in kinds
                and own is not None
                and (SIZE.fullmatch(own["size_of_it"]) or AREA.fullmatch(own["size_of_it"]))
            ):
                apart.setdefault(kind, clause.span("said"))
        if SIZE.fullmatch(words.strip()) is None:
            continue
        for kind, said in ((CIRCLE, _ACROSS), (BORDER, _WIDE)):
            if kind in kinds and said.search(words):
                apart.setdefault(kind, clause.span("said"))
        drawn = kinds & {CIRCLE, BORDER}
        if len(lone) == 1 and len(drawn) == 1:
            kind = drawn.pop()
            if _THICK.search(whole) or millimetres(lone[0]) >= _LEAST_MM[kind]:
                apart.setdefault(kind, clause.span("said"))
    return apart


def without_places(text: str, places: Sequence[tuple[int, int]]) -> str:
    """A text with blanks at some places, and every other character where it was."""
    for start, end in places:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def percent_of(kind: str, size: "re.Match[str]", words: str, side_mm: Fraction) -> str | None:
    """How wide a border or a circle is, in percent of the shorter side of the tile; None where it does not fit.

    Args:
        kind: `border` or `circle`.
        size: what `SIZE` found in the words.
        words: about the part, in small letters.
        side_mm: of the tile.
    """
    times = 2 if kind == CIRCLE and _RADIUS.search(words) else 1
    percent = 100 * times * millimetres(size) / side_mm
    return plain(percent) if 0 < percent <= _LIMITS[kind] else None


def diameter_percent(area: "re.Match[str]", small: str) -> str | None:
    """How wide a circle of some area is, in percent of the shorter side; None where it does not fit.

    Args:
        area: what `AREA` found.
        small: the whole text in small letters, with the sides of the tile.
    """
    sides = sides_mm(small)
    longer = 1.0 if sides is None else float(max(sides) / min(sides))
    percent = 100 * math.sqrt(float(area["percent"].replace(",", ".")) / 100 * longer * 4 / math.pi)
    return plain(Fraction(round(percent, 1)).limit_denominator(10)) if 0 < percent <= _LIMITS[CIRCLE] else None


def millimetres(size: "re.Match[str]") -> Fraction:
    """The length that `SIZE` found."""
    length = Fraction(size["size"].replace(",", "."))
    unit = size["unit"] or ("cm" if length < _LEAST_BARE_MM else "mm")  # `Ø30`, `Ø300`
    return length * _MM.get(unit, _INCH_MM)
