"""Mixes by turns in one text, squares or stripes, and stripes on a ground.

```
turns = ["four"], shape, mix, "and", mix, ["each with", mix] ;     `checkerboard of red and grey, each with 10% black`
      | [count], shape, ":", list                                  `4 squares: red, green, red, green`
      | [count], mix, "stripes", size, "on", mix ;                 `two red stripes 5 cm wide on black`
```

Stripes are upright, or lie across the tile where the text says so: `a horizontal stripe`.
"""

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from plitka.core.language import zone_words
from plitka.core.language.numbers import NUMBERS
from plitka.core.recipes.bands import (
    MOST_BANDS,
    bands_apart,
    bands_by_turns,
    bands_mask,
    bands_of_each,
    bands_of_widths,
)
from plitka.core.recipes.grounds import told_grounds
from plitka.core.recipes.line_places import LinePlace
from plitka.core.recipes.mixes import REMAINING, Reading
from plitka.core.recipes.part_names import CHECKER, LINE, SIZE, STRIPES, USUAL, Head, as_it_lies, small_letters
from plitka.core.recipes.quantities import find_sides
from plitka.core.recipes.recipe import Notice, plain
from plitka.core.recipes.zone_sizes import millimetres, without_places
from plitka.core.recipes.zone_texts import EACH, TileText, Zoned, ZoneInText, trimmed, without

_MAX_COUNT = 64
"""Of stripes, or of squares along a side."""
_MAX_JOINTS = 4
"""More part no two mixes."""
_MAX_WORDS = 12
"""Of two mixes by turns; longer texts are no such thing, and would be read long."""
_MAX_TURNS = 16
"""Of a list of colours by turns."""
_THICK = re.compile(r"thick|толщин")
_NUMBER_WORDS = {
    small_letters(word): int(number)
    for number, words in NUMBERS.items()
    if number in range(1, _MAX_TURNS + 1)
    for word in words.split(", ")
}
_N = rf"(?P<n>\d{{1,2}}|{'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))})"
COUNTED = re.compile(
    rf"(?<![^\W_.,]){_N}[ -](?!(?:mm|cm|m|in|inch|inches|мм|см|м)[ -])(?=(?:(?!\d|and|и)[^\W_]+[ -]){{0,3}}"
    rf"(?P<what>(?:{zone_words.SQUARES})|{zone_words.STRIPES}|{zone_words.LINE}|полос)(?![^\W_]))"
)
_GRID = re.compile(r"(?<![\d.,])(?P<n>\d{1,2}) ?[xх×*] ?(?P=n)(?!\d|[.,]\d| ?(?:mm|cm|m|мм|см|м)\b)")
"""Squares along both sides: `chequerboard 4x4`."""
_OF_THEM = re.compile(
    rf"(?<![^\W_]){_N}[ ](?:of (?:them|these|those)(?: in total)?"
    r"|(?:шт(?:ук[аи]?)?|раза?)\.?(?=[ ]*(?:[,;.\n]|$|(?:по|на|each|on)[ ])))"
)
"""How many there are, said behind: `red stripes, two of them`."""
_GROUND = re.compile(rf"(?<![^\W_])(?:{zone_words.GROUND})(?![^\W_])", re.IGNORECASE)
_REST = re.compile(rf"(?:{zone_words.REST_OF_TILE})(?![^\W_])", re.IGNORECASE)
_OF_GROUND = re.compile(r"\s+(?:плитки|плиты|мата|коврика|поля|покрытия|полотна)(?![^\W_])")
"""Behind the colour of what a stripe is in the middle of."""
_EQUAL = re.compile(
    r"(?<![\w.,:/%-])(?P<share>1|50)[ ]?(?:к|to|на|[:/-])[ ]?(?P=share)(?![ ]?[%:/-]|[.,]?\d)"
    r"|(?<![^\W_])(?:fifty[ -]fifty|half and half|in equal (?:parts|shares)|equally|пополам|поровну"
    r"|в равных (?:долях|частях))(?![^\W_])"
)
"""How much there is of two mixes by turns, as of any."""
_FILLER = re.compile(rf"(?<![^\W_])(?:{zone_words.LYING}|{zone_words.EVEN}|{zone_words.UPRIGHT})(?![^\W_])")
_LINES = re.compile(r"[\n;]")
_ENDS = re.compile(r"[\n;]|[,.](?!\d)")
"""Of a clause."""
_IN_ONE_WORD = re.compile(r"(?<=[ое])-(?=[а-яё])|(?<=[a-z])-(?=[a-z])", re.IGNORECASE)
"""In «бело-синяя», `black-white`."""
LIKE = re.compile(r"[\s,]+(?:looks? |looking )?(?:like|as on|как|типа|наподобие|вроде)[ ][^,;\n]+\Z", re.IGNORECASE)
"""What stripes and squares are compared with."""
_BETWEEN_TWO = (
    _LINES,
    re.compile(r"[\s,]+(?:and|&|и|vs\.?|versus|чередует?ся с|чередующ\w+ с|alternating with)\s+", re.IGNORECASE),
    re.compile(r",(?!\d)"),
    re.compile(r"(?<!\d)/|/(?!\d)"),
    re.compile(r"\s+(?:with|с|со|on|на)\s+|\s*\+\s*", re.IGNORECASE),
    _IN_ONE_WORD,
)
"""What parts two mixes, the strongest first."""
_LEAST_LISTED = 3
_USUAL_WIDE = 10
"""Percent of the tile that a stripe has of which nothing is said."""
_PAIR = 2
_EACH_SIZE = re.compile(r"(?<![^\W_])(?:по|each)(?=[ ]*(?:[:,;]|$))", re.IGNORECASE)
"""What is left of «по 10 см», `10 cm each`, without the size."""
_RATIO = re.compile(r"\d[ ]*[/:][ ]*\d")
_NEXT = r"(?:and then|and|и|then|а затем|затем|потом|далее)(?=\s)"
_IN_LIST = re.compile(rf"\s*(?:[,/;](?:\s*{_NEXT})?|\s{_NEXT})\s*", re.IGNORECASE)


class Turns(TileText):
    """Takes apart what is said of squares or stripes."""

    place: LinePlace | None = None

    def found(self, head: Head, place: LinePlace | None = None) -> Zoned | None:
        """Mixes by turns, or stripes on a ground; None where they are no whole ones, or do not fit.

        Args:
            head: where the squares or stripes are named.
            place: at which sides of the tile stripes lie; None: in the middle, or evenly apart.
        """
        self.place = place
        size, counted, places = self._said(head)
        if head.kind == STRIPES and (items := self._sized_apart(places)):
            return self._of_own_widths(items, head)
        n = 0 if counted is None else _NUMBER_WORDS.get(counted["n"]) or int(counted["n"])
        n = n * n if counted is not None and counted.re is _GRID else n
        n = n or int(head.kind == LINE)
        drawn = self._on_ground(places) if head.kind != CHECKER else None
        body = self._body(places)
        if (each := EACH.search(small_letters(body))) is not None:
            body, self.tail = body[: each.start()], f" + {body[each.end() :]}"
        is_on = drawn is not None or head.kind == LINE or place is not None or self._is_counted_apart(head, counted)
        listed = None if is_on else self._listed(body, n, is_sized=size is not None)
        is_whole = listed is not None and size is None and head.kind == STRIPES and len(listed) > _PAIR
        if listed is not None and (is_whole or len({*listed}) > _PAIR or n % 2 or len(listed) % 2):
            return self._in_bands(listed, n, size, head)
        if listed is not None:
            body, n = ", ".join(listed[:2]), n or len(listed)
        pair = drawn or self._pair(body) or self._pair(without(_EQUAL, body))
        shape = self._shape_on_ground(n, size, head) if is_on else self._shape(head.kind, size, n)
        if pair is None or shape is None:
            return None
        if is_on and drawn is None and self._is_ground_second(head, pair[0][0], pair[1][0]):
            pair = pair[1], pair[0]  # «полоса белая, фон красный»
        (ground, _), (mix, zone) = pair
        if is_on and drawn is None and len(zone.recipe.parts) > 1 and _RATIO.search(mix):
            return None  # of both colours: `red and black 60/40, line down the middle in white`
        zoned = ZoneInText(shape, zone.recipe, mix, (head.start, head.end))
        return Zoned(f"{ground}{self._tile()}", (zoned,), tuple(self.remarks), is_told=is_on)

    def _said(self, head: Head) -> tuple["re.Match[str] | None", "re.Match[str] | None", list[tuple[int, int]]]:
        """How wide they are and how many, and where that, their name and words that say nothing stand."""
        size = next((found for found in SIZE.finditer(self.sized) if not _THICK.search(found[0])), None)
        counted = COUNTED.search(self.small) or _OF_THEM.search(self.small)
        if counted is None and head.kind == CHECKER:
            counted = _GRID.search(self.sized)
        like = LIKE.search(self.text, head.end)
        if like is not None:
            words = like[0].strip(" ,")
            self.remarks.append(Notice("{words!r} is no part of the mix; it is left out", {"words": words}))
        said = [found for found in (size, counted, like) if found]
        places = [found.span() for found in (*said, *_FILLER.finditer(self.small))]
        if counted is not None and counted.re is COUNTED:
            places.append(counted.span("what"))
        return size, counted, [(head.start, head.end), *places]

    def _sized_apart(self, places: Sequence[tuple[int, int]]) -> list[tuple[str, Fraction]]:
        """The mixes of a list in which each has its width, with that in mm; none where all are as wide."""
        sizes = [found.span() for found in SIZE.finditer(self.sized)]
        said = [part for part in places if part not in sizes]
        text = without_places(self.text, [*said, *(found.span() for found in find_sides(self.small))])
        items = [(item, [*SIZE.finditer(small_letters(item))]) for item in _IN_LIST.split(text) if trimmed(item)]
        if len(items) not in range(_PAIR, _MAX_TURNS + 1) or not all(len(found) == 1 for _, found in items):
            return []
        told = [(trimmed(without(SIZE, item)), millimetres(found[0])) for item, found in items]
        is_same = len({wide for _, wide in told}) == 1
        return [] if is_same or any(_THICK.search(found[0][0]) for _, found in items) else told

    def _of_own_widths(self, items: Sequence[tuple[str, Fraction]], head: Head) -> Zoned | None:
        """Stripes side by side again and again across the tile, each as wide as it is said to be."""
        bands = bands_of_widths([(small_letters(name), 100 * wide / self.side_mm) for name, wide in items])
        mixes = {name: self.mix(name) for name in bands}
        if len(mixes) < _PAIR or sum(map(len, bands.values())) > MOST_BANDS:
            return None
        zones: list[ZoneInText] = []
        for name, own in bands.items():
            mix = mixes[name]
            if mix is None or mix[1].words or mix[1].look:
                return None
            mask = as_it_lies(bands_mask(own), self.text)
            zones.append(ZoneInText(mask, mix[1].recipe, mix[0], (head.start, head.end)))
        return Zoned(f"{zones[0].mix}{self._tile()}", tuple(zones[1:]), tuple(self.remarks), is_told=True)

    def _is_counted_apart(self, head: Head, counted: "re.Match[str] | None") -> bool:
        """Whether `blue with 2 stripes of white` counts its stripes, and not those of the other mix."""
        is_other = counted is not None and counted.re is COUNTED and not head.start <= counted.start("what") < head.end
        if counted is None or is_other or head.kind != STRIPES:
            return False
        return counted.re is _OF_THEM or bool(trimmed(self.text[: min(counted.start(), head.start)]))

    def _is_ground_second(self, head: Head, first: str, second: str) -> bool:
        """Whether the second of two mixes is called a ground, or the first alone stands in one clause with a stripe."""
        if _GROUND.search(second) and not _GROUND.search(first):
            return True
        if _REST.match(second):
            return True
        at = self.small.find(small_letters(second), head.end)
        if at >= 0 and _OF_GROUND.match(self.small, at + len(second)) and 0 <= self.text.find(first) < at:
            return True  # «белая линия по центру синей плитки»
        start = max((found.end() for found in _ENDS.finditer(self.text, 0, head.start)), default=0)
        end = next((found.start() for found in _ENDS.finditer(self.text, head.end)), len(self.text))
        clause = self.text[start:end]
        return first in clause and second not in clause and not _GROUND.search(first)

    def _tile(self) -> str:
        """The size of the tile, as the ground has it."""
        return "".join(f", {self.text[slice(*found.span())]}" for found in find_sides(self.small))

    def _on_ground(self, places: Sequence[tuple[int, int]]) -> tuple[tuple[str, Reading], tuple[str, Reading]] | None:
        """The mix of a ground that they are said to lie on, and their own."""
        sides = [found.span() for found in find_sides(self.small)]
        small = without_places(self.small, [*places, *sides])
        for around, ground in told_grounds(small):
            under = self.mix(_EACH_SIZE.sub(" ", without_places(self.text, [*places, *sides])[slice(*ground)]))
            if under is None or under[1].words:
                continue
            body = self._body([*places, around])
            own = self.mix(body) if len(body.split()) <= _MAX_WORDS else None
            is_one = (
                own is not None and not own[1].words and (len(own[1].recipe.parts) == 1 or any(map(str.isdigit, body)))
            )
            if own is not None and is_one and own[1].recipe != under[1].recipe:
                return under, own
        return None

    def _listed(self, body: str, n: int, *, is_sized: bool) -> list[str] | None:
        """The colours of stripes or squares in their order; None where no list of them is told."""
        items = [trimmed(without(SIZE, item)) for item in _IN_LIST.split(body)]
        if len(items) == 1 and len(items[0].split()) in range(_LEAST_LISTED, _MAX_TURNS + 1):
            words, whole = items[0].split(), self.mix(items[0])
            is_each = whole is not None and len(whole[1].recipe.parts) == len({*map(small_letters, words)})
            items = words if is_each or _are_by_turns(words) else items
        items = [small_letters(item) for item in items]
        if len(items) not in range(_LEAST_LISTED, _MAX_TURNS + 1) or any(a == b for a, b in pairwise(items)):
            return None
        if not all(items) or (n and len(items) != n):
            return None
        if is_sized and items[0] == items[-1]:
            items = items[:-1]  # as many as fit follow each other
        if any(item.isdigit() or self.mix(item) is None for item in dict.fromkeys(items)):
            return None
        return items

    def _in_bands(self, listed: Sequence[str], n: int, size: "re.Match[str] | None", head: Head) -> Zoned | None:
        """Stripes side by side, of which the first colour is the ground's."""
        step = Fraction(100, n or len(listed)) if size is None else 100 * millimetres(size) / self.side_mm
        if head.kind != STRIPES or not Fraction(100, MOST_BANDS) <= step <= Fraction(100, _PAIR):
            return None
        zones: list[ZoneInText] = []
        for name, bands in [*bands_of_each(listed, step).items()][1:]:
            mix = self.mix(name)
            if mix is None or mix[1].words or mix[1].look:
                return None
            zones.append(
                ZoneInText(as_it_lies(bands_mask(bands), self.text), mix[1].recipe, mix[0], (head.start, head.end))
            )
        return Zoned(f"{listed[0]}{self._tile()}", tuple(zones), tuple(self.remarks), is_told=True)

    def _shape_on_ground(self, n: int, size: "re.Match[str] | None", head: Head) -> str | None:
        """The mask of so many stripes on a ground, evenly apart or at sides; None where they do not fit."""
        kind = head.kind
        if self.place is not None and n not in (0, 1, len(self.place.sides)):
            return None
        if kind == STRIPES and self.place is None and (size is None or not n):
            return self._shape(STRIPES, size, 2 * n)
        wide = Fraction(_USUAL_WIDE) if size is None else 100 * millimetres(size) / self.side_mm
        if n * wide >= 100 or n > MOST_BANDS:
            return None
        mask = (
            as_it_lies(bands_apart(n, wide), self.text) if self.place is None else self.place.mask(wide, self.side_mm)
        )
        if mask is not None and size is not None:
            self.tell_size(self.text[slice(*size.span())].strip(), mask, self.side_mm)
        elif mask is not None:
            self.tell_usual((head.start, head.end), _USUAL_WIDE)
        return mask

    def _body(self, places: Sequence[tuple[int, int]]) -> str:
        """What is said of the mixes: the text without some places, and without the size of the tile."""
        sides = [found.span() for found in find_sides(self.small)]
        return trimmed(_EACH_SIZE.sub(" ", without_places(self.text, [*places, *sides])))

    def _pair(self, body: str) -> tuple[tuple[str, Reading], tuple[str, Reading]] | None:
        if len(body.split()) > _MAX_WORDS:
            return None
        has_number = any(map(str.isdigit, body))
        joints = [[*sign.finditer(body)] for sign in _BETWEEN_TWO]
        if sum(map(len, joints)) > _MAX_JOINTS:
            return None
        if len(body.split()) == _PAIR:
            joints[-1] += re.finditer(r"\s+", body)  # `red white`
        for sign, found in zip(_BETWEEN_TWO, joints, strict=True):
            pairs = []
            for joint in found:
                sides = (body[: joint.start()], body[joint.end() :])
                shorter = min(sides, key=len)
                first, second = (self.mix(side) for side in sides) if self.mix(shorter) else (None, None)
                if sign is _IN_ONE_WORD and first is None and joint[0] == "-":
                    first, second = self.mix(f"{sides[0]}е"), self.mix(sides[1])  # «бело» of «бело-синяя»
                if first is None or second is None or any(_lists_rest(*mix) for mix in (first, second)):
                    continue
                if not second[1].words and first[1].recipe != second[1].recipe:
                    pairs.append((first, second))
            if pairs:
                n_colours = sum(len(mix.recipe.parts) for _, mix in pairs[0])
                is_clear = has_number or self.tail or n_colours == len(pairs[0]) or sign is _LINES
                return pairs[0] if len(pairs) == 1 and is_clear else None
        return None

    def _shape(self, kind: str, size: "re.Match[str] | None", n: int) -> str:
        """The mask of so many stripes or squares, or of such as wide as was said."""
        shape = as_it_lies(USUAL[kind], self.text)
        if size is None and kind == STRIPES and n % 2:
            return as_it_lies(bands_by_turns(n), self.text)
        if size is None:
            along = n / 2 if kind == STRIPES else math.sqrt(n)
            return as_it_lies(f"{kind}:{along:.0f}", self.text) if n and along.is_integer() else shape
        wide = self.side_mm / millimetres(size) / (2 if kind == STRIPES else 1)
        typed = self.text[slice(*size.span())].strip()
        if not 1 <= wide <= _MAX_COUNT:
            self.remarks.append(
                Notice(
                    "stripes or squares of {size!r} do not fit a tile of {side} mm; {mask} is taken",
                    {"size": typed, "side": plain(self.side_mm), "mask": shape},
                )
            )
            return shape
        shape = f"{kind}:{round(wide)}"
        if kind == STRIPES and wide <= MOST_BANDS:  # whole ones from the edge; `stripes:2` has half a gap at both
            step = 100 * millimetres(size) / self.side_mm
            shape = bands_mask(bands_of_each(("", STRIPES), step)[STRIPES])
        shape = as_it_lies(shape, self.text)
        self.tell_size(typed, shape, self.side_mm)
        return shape


def _lists_rest(mix: str, reading: Reading) -> bool:
    """Whether a colour of a list has what others leave, so that the list is of all: «белая, синяя; белой 1/3»."""
    is_rest = any(notice.message.startswith(REMAINING) for notice in reading.warnings)
    return is_rest and _ENDS.search(mix) is not None


def _are_by_turns(items: Sequence[str]) -> bool:
    """Whether two colours stand by turns, and one of them more than once."""
    return len(items) >= _LEAST_LISTED and all(item == items[at % 2] for at, item in enumerate(items))
