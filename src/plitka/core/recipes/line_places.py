"""Stripes that lie at a side of the tile: `a white stripe 5 cm along the top edge`, «полосы сверху и снизу по 5 см»."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from plitka.core.language import zone_words
from plitka.core.recipes.bands import bands_mask
from plitka.core.recipes.part_names import ROWS, STRIPES
from plitka.core.recipes.zone_sizes import millimetres

_SIDE = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(f"(?P<{side}>{words})" for side, words in zone_words.SIDES.items())
    + rf")(?![^\W_]|[ ](?:{zone_words.NO_SIDE}))"
)
_ONE_SIDE = re.compile(rf"(?<![^\W_])(?:{zone_words.ONE_SIDE})(?![^\W_])")
_OFFSET = re.compile(
    rf"[,(]?[ ]*(?<![^\W_])(?:(?:{zone_words.SET_AT}) )*{zone_words.SIZE}[ ]+(?:from|below|above|off|от)[ ]+(?:"
    + "|".join(f"(?P<from_{side}>{words})" for side, words in zone_words.SIDES_FROM.items())
    + r")(?![^\W_])[)]?"
)
"""How far from a side it begins: `20 cm from the top`."""
_AND = re.compile(r"[ ]*(?:,|and|&|и)[ ]*")
_PAIRS = ({"top"}, {"bottom"}, {"left"}, {"right"}, {"top", "bottom"}, {"left", "right"})
_WHOLE = 100
"""Percent of the tile."""


@dataclass(frozen=True, slots=True)
class LinePlace:
    """Where a stripe lies: at one side of the tile, or at two that are opposite."""

    sides: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    """Of the words that say so, with what joins them."""
    offset_mm: Fraction = Fraction(0)
    """From that side."""
    is_guessed: bool = False
    """One side of the tile is said, and not which."""

    def mask(self, wide: Fraction, side_mm: Fraction) -> str | None:
        """The mask of a stripe at each of the sides; None where it does not fit.

        Args:
            wide: in percent of the tile.
            side_mm: of the tile.
        """
        first = _WHOLE * self.offset_mm / side_mm
        last = first + wide
        if last > _WHOLE:
            return None
        bands = [
            (_WHOLE - last, _WHOLE - first) if side in ("bottom", "right") else (first, last) for side in self.sides
        ]
        mask = bands_mask(sorted(bands))
        return f"{ROWS}{mask.removeprefix(STRIPES)}" if {*self.sides} & {"top", "bottom"} else mask

    def is_first(self, *, is_lying: bool) -> bool:
        """Whether the first of some stripes is said to lie there: `horizontal bands: white at the top, then blue`."""
        return self.sides == (("top",) if is_lying else ("left",))


def find_line_place(small: str, lines: Sequence[tuple[int, int]]) -> LinePlace | None:
    """At which sides the stripes of a text lie; None where it does not say so, or names sides of other things.

    Args:
        small: the text in small letters.
        lines: where stripes are named.
    """
    offset = _OFFSET.search(small)
    if offset is not None and len(lines) == 1 and offset["size"]:
        side = (offset.lastgroup or "").removeprefix("from_")
        return LinePlace((side,), (offset.span(),), millimetres(offset))
    found = [*_SIDE.finditer(small)]
    one = None if found or len(lines) != 1 else _ONE_SIDE.search(small)
    if one is not None:
        return LinePlace(("left",), (one.span(),), is_guessed=True)
    sides = tuple(side.lastgroup or "" for side in found)
    if not found or len(lines) != 1 or {*sides} not in _PAIRS or len({*sides}) < len(sides):
        return None
    first, last = found[0], found[-1]
    if len(found) > 1 and _AND.fullmatch(small[first.end() : last.start()]) is None:
        return None
    return LinePlace(sides, ((first.start(), last.end()),))
