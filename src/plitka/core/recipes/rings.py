"""Borders within a border: `outer ring 40 mm black, next ring 40 mm red, centre grey`.

```
rings = ring, { separator, ring }, separator, field ;     from the edge inwards
ring  = words for a border, size, mix ;                   in any order
field = ("centre" | "inside" | "the rest"), mix | mix, "tile" ;
```

Each is a border on top of the wider one that lies within it, so that the masks add up the widths.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from plitka.core.language import zone_words
from plitka.core.recipes.part_names import BORDER, SIZE, small_letters
from plitka.core.recipes.quantities import find_sides
from plitka.core.recipes.recipe import Recipe, plain
from plitka.core.recipes.undrawn import is_undrawn
from plitka.core.recipes.zone_sizes import millimetres, without_places
from plitka.core.recipes.zone_texts import Read, TileText, Zoned, ZoneInText, trimmed

_MOST_PERCENT = 45
"""Of the shorter side, which leaves something in the middle."""
_MAX_CLAUSES = 8
_PAIR = 2
_OUTER = re.compile(zone_words.OUTERMOST)
_BORDER = re.compile(
    rf"(?<![^\W_])(?:{zone_words.BORDER}|{zone_words.EDGE}|{zone_words.OUTERMOST}|{zone_words.RING})(?![^\W_])"
)
_RING = re.compile(rf"(?<![^\W_])(?:{zone_words.RING})(?![^\W_])")
_NO_RING = re.compile(rf"(?<![^\W_])(?:{zone_words.BORDER}|{zone_words.EDGE})(?![^\W_])")
"""A border that is not called a ring, which may be round as well."""
_WITHIN = re.compile(rf"(?<![^\W_])(?:{zone_words.WITHIN})(?![^\W_])")
_MANY = re.compile(rf"(?<![^\W_])(?:{zone_words.SEVERAL}) (?:{zone_words.BORDER}|{zone_words.RING})[ ]*:?")
"""`Three borders:` before what each of them is."""
_PLACE = re.compile(rf"(?<![^\W_])(?:{zone_words.OUTERMOST}|{zone_words.INSIDE})(?![^\W_])")
_LINE = re.compile(rf"(?<![^\W_])(?:{zone_words.LINE})(?![^\W_])")
_FIELD = re.compile(rf"(?<![^\W_])(?:{zone_words.FIELD}|{zone_words.REST_OF_TILE})(?![^\W_])")
_CUT = re.compile(
    r"[\n;]|[,.](?!\d)|(?<![^\W_])(?:and then|then|followed by|а затем|затем|потом|далее)(?![^\W_])|[ ][–—-][ ](?=\D)"
)
_THEN = re.compile(r"then|followed|затем|потом|далее")


@dataclass(frozen=True, slots=True)
class _Ring:
    mix: str
    recipe: Recipe
    place: tuple[int, int]
    wide_mm: Fraction
    size: str
    """As it was typed."""


def find_rings(text: str, read: Read) -> Zoned | None:
    """The ground and the borders that lie one within another; None where a text tells of no such tile.

    Args:
        text: as for `parse_recipe`.
        read: how one mix is read.
    """
    small = small_letters(text)
    sizes = [*SIZE.finditer(small)]
    if not sizes or _BORDER.search(small) is None or is_undrawn(small):
        return None
    return _Rings(text, small, read).found()


class _Rings(TileText):
    """Takes apart what is said of borders within a border."""

    is_many = False
    """They are said to be several before they are told."""

    def found(self) -> Zoned | None:
        self.is_many = (many := _MANY.search(self.small)) is not None
        if many is not None:
            self.text, self.small, self.sized = (
                without_places(text, [many.span()]) for text in (self.text, self.small, self.sized)
            )
        clauses = self._clauses()
        if len(clauses) > _MAX_CLAUSES:
            return None
        rings: list[_Ring] = []
        fields: list[str] = []
        for start, end, is_next in clauses:
            part = self.sized[start:end]
            if SIZE.search(part) is not None:
                ring = self._ring(start, end, is_first=not rings, is_next=is_next)
                if ring is None:
                    return None
                rings.append(ring)
            elif trimmed(part):
                fields.append(trimmed(self._without(start, end, (_FIELD,))))
        is_outer = len(rings) == 1 and all(words.search(self.small) for words in (_RING, _OUTER))
        is_told = len(rings) >= _PAIR or is_outer
        ground = self.mix(", ".join(filter(None, fields)))
        if not is_told or ground is None:
            return None
        return self._zoned(ground[0], rings)

    def _clauses(self) -> list[tuple[int, int, bool]]:
        """From where to where each clause goes, and whether it is said to come next."""
        cuts = [*_CUT.finditer(self.sized)]
        starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(self.text)]
        nexts = [False, *(_THEN.search(cut[0]) is not None for cut in cuts)]
        return [part for part in zip(starts, ends, nexts, strict=True) if trimmed(self.text[part[0] : part[1]])]

    def _ring(self, start: int, end: int, *, is_first: bool, is_next: bool) -> _Ring | None:
        """A border of a clause; later ones are called so, or said to come next or to lie within."""
        small = self.sized[start:end]
        sizes = [*SIZE.finditer(small)]
        said = _BORDER.search(small) if is_first else _BORDER.search(small) or _WITHIN.search(small)
        is_round = is_first and not any(words.search(small) for words in (_OUTER, _WITHIN, _NO_RING))
        if len(sizes) != 1 or (not self.is_many and (is_round or (said is None and not is_next))):
            return None
        own = self.mix(self._without(start, end, (SIZE, _BORDER, _WITHIN, _LINE, *([_PLACE] if self.is_many else []))))
        if own is None or own[1].words or own[1].look:
            return None
        place = (start + len(small) - len(small.lstrip()), start + len(small.rstrip()))
        size = self.text[start:end][slice(*sizes[0].span())].strip()
        return _Ring(own[0], own[1].recipe, place, millimetres(sizes[0]), size)

    def _without(self, start: int, end: int, patterns: Sequence["re.Pattern[str]"]) -> str:
        """What a clause says beside some words."""
        small, text = self.small[start:end], self.text[start:end]
        places = [found.span() for pattern in patterns for found in pattern.finditer(small)]
        return without_places(text, places)

    def _zoned(self, ground: str, rings: list[_Ring]) -> Zoned | None:
        if self._are_from_within(rings):
            rings.reverse()
        zones: list[ZoneInText] = []
        within = Fraction(0)
        for ring in rings:
            within += 100 * ring.wide_mm / self.side_mm
            if not 0 < within <= _MOST_PERCENT:
                return None
            mask = f"{BORDER}:{plain(within)}%"
            self.tell_size(ring.size, mask, self.side_mm)
            zones.append(ZoneInText(mask, ring.recipe, ring.mix, ring.place))
        sides = "".join(f", {self.text[slice(*found.span())]}" for found in find_sides(self.small))
        return Zoned(f"{ground}{sides}", tuple(reversed(zones)), tuple(self.remarks), is_told=True)

    def _are_from_within(self, rings: Sequence[_Ring]) -> bool:
        """Whether the last is said to be the outer one, and the first not."""
        first, last = (self.small[slice(*ring.place)] for ring in (rings[0], rings[-1]))
        return _OUTER.search(last) is not None and _OUTER.search(first) is None
