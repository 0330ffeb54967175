"""A tile of several mixes in one text: a field and its border, a circle and what lies around it, halves, squares.

```
zoned     = part, mix, { part, mix }       `Border: 100% black. Field: 80% red, 20% black.`
          | mix, part, { mix, part }       `a black border and a grey field`
          | mix, part and mix              «серая плитка, кайма 5 см красная»
          | squares, mix, "and", mix       `checkerboard of red and grey, each with 10% black`
```

A text is taken for one only if each part of it reads as a whole mix; all else is left to whoever reads one mix.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from plitka.core.language import zone_words
from plitka.core.language.looks import USUAL_CIRCLE_PERCENT
from plitka.core.recipes.grounds import told_grounds
from plitka.core.recipes.line_places import find_line_place
from plitka.core.recipes.mixes import EQUAL_PARTS, Reading
from plitka.core.recipes.part_names import (
    BORDER,
    CHECKER,
    CIRCLE,
    EDGE,
    FIELD,
    LINE,
    LYING,
    MIDDLE,
    OUTSIDE,
    PARTS_ACROSS,
    SIZE,
    SPLIT,
    STRIPES,
    THIRDS,
    USUAL,
    Head,
    find_heads,
    meant_together,
    small_letters,
)
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.turns import COUNTED, LIKE, Turns
from plitka.core.recipes.undrawn import is_undrawn
from plitka.core.recipes.zone_sizes import (
    AREA,
    SHORT,
    diameter_percent,
    percent_of,
    sizes_apart,
    without_places,
    without_tile,
)
from plitka.core.recipes.zone_texts import (
    BEFORE_MIX,
    BEHIND_MIX,
    EACH,
    FLECK,
    Read,
    TileText,
    Zoned,
    ZoneInText,
    trimmed,
    without,
    without_heading,
)

_OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
_GROUNDS = (FIELD, OUTSIDE, MIDDLE)
_ORDER = (*PARTS_ACROSS, *THIRDS, *_OPPOSITE, CIRCLE, BORDER)
"""Later ones lie on top."""
_PARTS = {**THIRDS, **PARTS_ACROSS}
_PAIR = 2
_HALF = re.compile(zone_words.HALF)
_WIDTH = re.compile(
    r"\(?(?:(?:approx|about|roughly|ca|примерно|около|порядка)\.?[ ])?(?<![\d.,])(?P<percent>\d{1,2})[ ]?%\)?"
    r"(?:(?=[ ]*(?:[:=]|wide|шириной))|[ ](?:of )?(?:the )?(?:tile['’]?s? )?(?:width|side)(?: of the tile)?"
    r"|[ ](?:от )?(?:ширины|стороны)(?: плитки)?)"
)
"""`Border 10%: red` and `border 10% of the width` say how wide it is."""
_OF_LINE = re.compile(rf"(?<![^\W_]){zone_words.LINE}(?![^\W_])")
_CLAUSE = re.compile(
    r"[\n;+]|(?<=[ ])/(?=[ ])|[,.](?!\d)|(?<![^\W_])(?:and|with|w/|plus|и|с|со|плюс)(?![^\W_])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    mix: str
    place: tuple[int, int]


def find_zones(text: str, read: Read) -> Zoned | None:
    """The ground and the zones that a text tells of; None where it tells of one mix, or not of whole ones.

    Args:
        text: as for `parse_recipe`.
        read: how one mix is read.
    """
    text = without_heading(text)
    small = small_letters(text)
    if is_undrawn(small):
        return None
    heads = find_heads(small)
    like = LIKE.search(small)
    heads = [head for head in heads if like is None or head.start < like.start()]
    kinds = [head.kind for head in heads]
    if not heads:
        return None
    if (at_side := _line_at_side(text, small, heads, read)) is not None:
        return at_side
    by_turns = [head for head in heads if head.kind in (CHECKER, STRIPES, LINE)]
    if len(by_turns) == len(heads) == _PAIR and {*kinds} in ({STRIPES, LINE}, {CHECKER}):  # «в полоску, полоса 5 см»
        named, again = sorted(by_turns, key=lambda head: head.kind == LINE)
        text, small = (without_places(one, [(again.start, again.end)]) for one in (text, small))
        return Turns(text, small, read).found(named)
    if len(by_turns) == len(heads) == _PAIR and kinds == [STRIPES, STRIPES] and _counts(small, heads[1]):
        return Turns(text, small, read).found(heads[0])  # «полосы красная и белая, 5 полос»
    if len(by_turns) == 1 and {*kinds} <= {by_turns[0].kind, FIELD, MIDDLE}:
        return Turns(text, small, read).found(by_turns[0])
    if {CHECKER, STRIPES} & {*kinds}:
        return None
    split = [found.span() for found in SPLIT.finditer(small)] if {*kinds} & {*_OPPOSITE} else []
    split = [place for place in split if not any(_meet(place, head) for head in heads if head.kind in _ORDER)]
    heads = [head for head in heads if not any(_meet(place, head) for place in split)]
    text, small = without_places(text, split), without_places(small, split)
    apart = sizes_apart(small, heads)
    heads = [head for head in heads if not any(start <= head.start < end for start, end in apart.values())]
    plain = without_places(text, [*apart.values()])
    finder = _Finder(plain, without_places(small, [*apart.values()]), read, small, apart)
    finder.is_split = bool(split)
    return finder.parted(heads)


def _counts(small: str, head: Head) -> bool:
    """Whether the first number of things is the number of such stripes."""
    counted = COUNTED.search(small)
    return counted is not None and head.start <= counted.start("what") < head.end


def _line_at_side(text: str, small: str, heads: Sequence[Head], read: Read) -> Zoned | None:
    """A stripe along a side of the tile, or along two: `a white stripe 5 cm along the top edge`."""
    lines = [head for head in heads if head.kind in (LINE, STRIPES)]
    place = find_line_place(small, [(head.start, head.end) for head in lines])
    if place is None:
        return None
    plain, plain_small = without_places(text, place.places), without_places(small, place.places)
    kinds = {head.kind for head in find_heads(plain_small)}
    if not kinds <= {lines[0].kind, FIELD}:
        return None
    turns = Turns(plain, plain_small, read)
    at_side = turns.found(lines[0], place)
    if at_side is not None and place.is_guessed:
        values = {"words": text[slice(*place.places[0])].strip()}
        told = Notice("{words!r} leaves open which side it is; the left one is taken", values)
        return replace(at_side, remarks=(*at_side.remarks, told))
    is_list = lines[0].kind == STRIPES and place.is_first(is_lying=LYING.search(small) is not None)
    return turns.found(lines[0]) if at_side is None and is_list else at_side


class _Finder(TileText):
    """Takes apart what is said of parts by their names.

    Args:
        text, small, read: as for `TileText`; with blanks where sizes are said apart.
        whole: the text in small letters, with those.
        apart: where they are, by the kind of the part.
    """

    def __init__(self, text: str, small: str, read: Read, whole: str, apart: Mapping[str, tuple[int, int]]) -> None:
        super().__init__(text, small, read)
        self.whole, self.apart = whole, apart
        self.is_split = False
        """It is said that the tile is parted in two, so that `top` is no layer."""
        self.shared = (0, "")
        """Up to where mixes have something in common, and what: `red tile, blue border, each with 10% white, ...`."""
        cuts = [found.span() for found in _CLAUSE.finditer(text) if not SHORT.search(small, 0, found.end())]
        self.clauses = [*zip([0, *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), len(text)], strict=True)]

    def parted(self, heads: Sequence[Head]) -> Zoned | None:
        """A ground and parts of it, each with its mix behind its name, before it, or in one clause with it."""
        if not heads:
            return None
        each = EACH.search(self.small, heads[-1].end)
        if each is not None and len(heads) <= _PAIR:  # two parts, or one and its ground
            self.tail = f" + {self.text[each.end() :]}"
            self._blank(each.start(), len(self.text))
        between = EACH.search(self.small, heads[0].end, heads[-1].start) if len(heads) > 1 else None
        if between is not None:
            end = next(end for start, end in self._ends_behind(between.end()) if end > start)
            self.shared = (between.start(), f" + {self.text[between.end() : end]}")
            self._blank(between.start(), end)
        if not all(any(start <= head.start <= end for start, end in self.clauses) for head in heads):
            return None  # a part is named in what several are said to have
        ways = (
            self._on_ground(heads),
            self._mix_behind(heads),
            self._mix_before(heads),
            self._by_clauses(heads, self.clauses),
            self._by_clauses(heads, self._longer_clauses(heads)),
        )
        for parts, rest in ways:
            self.remarks = []
            if parts is not None and (found := self._assembled(parts, rest)) is not None:
                return found
        return None

    def _blank(self, start: int, end: int) -> None:
        """Leave nothing of the text between two places."""
        self.text, self.small, self.sized = (
            without_places(text, [(start, end)]) for text in (self.text, self.small, self.sized)
        )
        self.clauses = [part for clause in self.clauses for part in _without(clause, (start, end))]

    def _ends_behind(self, at: int) -> list[tuple[int, int]]:
        """From a place to the ends of the clauses behind it."""
        return [(at, end) for _, end in self.clauses if end >= at]

    def _with_shared(self, mix: str, start: int) -> str:
        """A mix that was told at a place, with what it has in common with others."""
        return f"{mix}{self.shared[1]}" if start < self.shared[0] else mix

    def _mix_behind(self, heads: Sequence[Head]) -> tuple[list[_Part] | None, str]:
        """Each name leads its clause, or follows another there: `border black field red`."""
        own = [head for at, head in enumerate(heads) if not (head.kind == LINE and at and heads[at - 1].kind == EDGE)]
        starts = []
        for at, head in enumerate(own):
            start = self._clause_of(head)[0]
            leads = not trimmed(SIZE.sub(" ", self.sized[start : head.start]))
            follows = at > 0 and own[at - 1].end > start
            if not leads and not follows:
                return None, ""
            starts.append(start if leads else head.start)
        ends = [*starts[1:], len(self.text)]
        parts = [self._part(*named) for named in zip(own, starts, ends, strict=True)]
        return parts, self.text[: starts[0]]

    def _mix_before(self, heads: Sequence[Head]) -> tuple[list[_Part] | None, str]:
        """Each name ends its clause, or another follows there: `black border grey field`."""
        ends = []
        for at, head in enumerate(heads):
            end = self._clause_of(head)[1]
            closes = not trimmed(SIZE.sub(" ", self.sized[head.end : end]))
            is_followed = at + 1 < len(heads) and heads[at + 1].start < end
            if not closes and not is_followed:
                return None, ""
            ends.append(end if closes else head.end)
        parts = [self._part(*named) for named in zip(heads, [0, *ends[:-1]], ends, strict=True)]
        return parts, self.text[ends[-1] :]

    def _by_clauses(self, heads: Sequence[Head], clauses: Sequence[tuple[int, int]]) -> tuple[list[_Part] | None, str]:
        """Each name stands in one clause with its mix, and all other clauses are of the ground."""
        parts: list[_Part] = []
        rest: list[tuple[int, int]] = []
        is_next = False
        for start, end in clauses:
            own = [head for head in heads if start <= head.start < end]
            kind = own[0].kind if len(own) == 1 else meant_together(*(head.kind for head in own))
            if not own:
                rest = [*rest[:-1], (rest[-1][0], end)] if is_next else [*rest, (start, end)]
            elif not kind or len(own) > 2:
                return None, ""
            else:
                parts.append(self._part(Head(kind, own[0].start, own[0].end), start, end, *own[1:]))
            is_next = not own
        return parts, ", ".join(filter(None, (trimmed(self.text[slice(*place)]) for place in rest)))

    def _longer_clauses(self, heads: Sequence[Head]) -> list[tuple[int, int]]:
        """Those that a name leads go on up to the next name: `border: 80% red, 20% black`."""
        longer: list[tuple[int, int]] = []
        leads = False
        for start, end in self.clauses:
            own = [head for head in heads if start <= head.start < end]
            if leads and not own:
                longer[-1] = (longer[-1][0], end)
            else:
                longer.append((start, end))
                leads = bool(own) and not trimmed(SIZE.sub(" ", self.sized[start : own[0].start]))
        return longer

    def _on_ground(self, heads: Sequence[Head]) -> tuple[list[_Part] | None, str]:
        """A ground is said to lie under the parts, so that all other mixes are theirs: «круг красный на сером фоне»."""
        for (start, end), ground in told_grounds(self.small):
            drawn = [head for head in heads if not start <= head.start < end]
            if not drawn or any(head not in drawn and head.kind not in (FIELD, MIDDLE) for head in heads):
                continue
            if self.mix(self.text[slice(*ground)]) is None:
                continue
            clauses = [part for clause in self.clauses for part in _without(clause, (start, end))]
            kind = drawn[0].kind if len(drawn) == 1 else meant_together(*(head.kind for head in drawn))
            parts, rest = self._one_drawn(drawn, clauses) if kind else self._by_clauses(drawn, clauses)
            if parts is not None:
                return parts, ", ".join(filter(None, (self.text[slice(*ground)], rest)))
        return None, ""

    def _one_drawn(self, heads: Sequence[Head], clauses: Sequence[tuple[int, int]]) -> tuple[list[_Part] | None, str]:
        """The one part that lies on a ground has all mixes of the clauses, and the ground what else they say."""
        kind = meant_together(*(head.kind for head in heads)) if len(heads) > 1 else heads[0].kind
        named = [(start, end) for start, end in clauses if any(start <= head.start < end for head in heads)]
        own = [place for place in clauses if place in named or self.mix(self.text[slice(*place)]) is not None]
        start, end = own[0][0], own[-1][1]
        others = [(max(first, start), min(last, end)) for first, last in _between(own)]
        mix = without_places(self.text, [*others, *((head.start, head.end) for head in heads)])[start:end]
        read = self.mix(without(SIZE, without(AREA, mix)))
        if read is None or _is_guessed(read[1]):
            return None, ""
        rest = [trimmed(self.text[slice(*place)]) for place in clauses if place not in own]
        return [_Part(kind, self._with_shared(mix, start), self._place(start, end))], ", ".join(filter(None, rest))

    def _clause_of(self, head: Head) -> tuple[int, int]:
        return next((start, end) for start, end in self.clauses if start <= head.start <= end)

    def _part(self, head: Head, start: int, end: int, *others: Head) -> _Part:
        mix = self.text[start:end]
        for named in reversed((head, *others)):
            mix = f"{mix[: named.start - start]} {mix[named.end - start :]}"
        return _Part(head.kind, self._with_shared(mix, start), self._place(start, end))

    def _place(self, start: int, end: int) -> tuple[int, int]:
        """A place without signs and little words around it."""
        text = self.text[start:end]
        before, behind = BEFORE_MIX.search(text), BEHIND_MIX.search(text)
        return start + (before.end() if before else 0), end - (behind.end() - behind.start() if behind else 0)

    def _assembled(self, parts: Sequence[_Part], rest: str) -> Zoned | None:
        lines = [part for part in parts if part.kind == LINE]
        parts = [_settled(part, parts) for part in parts if part.kind != LINE]
        kinds = [part.kind for part in parts]
        if not parts or len({*kinds}) < len(kinds) or (lines and BORDER not in kinds):
            return None
        grounds = [part for part in parts if part.kind in _GROUNDS]
        zones = [part for part in parts if part.kind not in _GROUNDS]
        halves = [part for part in zones if part.kind in _OPPOSITE]
        if not zones or len(grounds) > 1 or not self._are_halves(halves):
            return None
        if {*kinds} & {*PARTS_ACROSS} and {*kinds} & {*THIRDS, *_OPPOSITE}:
            return None
        if len({*kinds} & {*THIRDS}) == len(THIRDS):
            halves = [part for part in zones if part.kind in THIRDS]
        if len(halves) > 1 and not grounds:
            grounds = halves[:1]
            zones = [part for part in zones if part is not halves[0]]
        built: list[ZoneInText] = []
        for part in sorted(zones, key=lambda part: _ORDER.index(part.kind)):
            zone = self._zone(part)
            if zone is None:
                return None
            built.append(zone)
        ground = self._ground(grounds[0].mix if grounds else "", rest)
        if ground is None:
            return None
        self.remarks += [
            Notice("{words!r} cannot be shown, and is left out", {"words": self.text[slice(*part.place)]})
            for part in lines
        ]
        return Zoned(ground, tuple(built), tuple(self.remarks), is_told=True, has_unshown=bool(lines))

    def _are_halves(self, halves: Sequence[_Part]) -> bool:
        kinds = {part.kind for part in halves}
        if len(kinds) > 2 or (len(kinds) == 2 and _OPPOSITE[halves[0].kind] not in kinds):
            return False
        is_layer = (
            not self.is_split
            and kinds & {"top", "bottom"}
            and not any(_HALF.search(self.small[slice(*part.place)]) for part in halves)
        )
        return not is_layer

    def _ground(self, named: str, rest: str) -> str | None:
        """What is said of the ground, with what is said of the tile beside it."""
        if not trimmed(rest):
            mix = self.mix(named)
            return None if mix is None else mix[0]
        if not trimmed(named):
            first = self.text.find(trimmed(rest).partition(",")[0])
            mix = self.mix(rest if first < 0 else self._with_shared(rest, first))
            return None if mix is None else mix[0]
        alone, both = self.mix(named), self.mix(f"{trimmed(named)}, {trimmed(rest)}")
        if alone is None and FLECK.search(small_letters(named)):  # `grey tile, red border, inside a black fleck 10%`
            alone = both = self.mix(f"{trimmed(rest)}, {trimmed(named)}")
        if alone is None or both is None or alone[1].recipe.colours != both[1].recipe.colours:
            return None
        return both[0]

    def _zone(self, part: _Part) -> ZoneInText | None:
        small = self.sized[slice(*part.place)]
        mask = f"half:{part.kind}" if part.kind in _OPPOSITE else _PARTS.get(part.kind) or USUAL[part.kind]
        mix = part.mix
        if part.kind in (BORDER, CIRCLE):
            size, width = SIZE.search(small), _WIDTH.search(small)
            if size is None and part.kind in self.apart:
                small = self.whole[slice(*self.apart[part.kind])]
                size = SIZE.search(small)
            mix = without(SIZE, without_tile(without(_OF_LINE, mix)))
            if size is None and width is None and part.kind == CIRCLE and AREA.search(small) is None:
                self.tell_usual(part.place, USUAL_CIRCLE_PERCENT)
            area = AREA.search(small) if part.kind == CIRCLE and size is None else None
            if area is not None:
                percent = diameter_percent(area, self.whole)
                if percent is None:
                    return None
                mask, mix = f"{CIRCLE}:{percent}%", without(AREA, mix)
                self.tell_size(area[0], mask, self.side_mm)
            elif width is not None and size is None:
                mask = f"{part.kind}:{width['percent']}%"
                mix = without(_WIDTH, mix)
            elif size is not None:
                percent = percent_of(part.kind, size, small, self.side_mm)
                if percent is None:
                    return None
                mask = f"{part.kind}:{percent}%"
                self.tell_size(size[0], mask, self.side_mm)
        found = self.mix(mix)
        if found is None or found[1].words or found[1].look or ("," in found[0] and _is_guessed(found[1])):
            return None  # a colour behind a comma may be of the ground
        return ZoneInText(mask, found[1].recipe, found[0], part.place)


def _is_guessed(reading: Reading) -> bool:
    """Whether colours have equal parts only since nothing is said of them."""
    return any(notice.message.startswith(EQUAL_PARTS) for notice in reading.warnings)


def _meet(place: tuple[int, int], head: Head) -> bool:
    return place[0] < head.end and head.start < place[1]


def _without(place: tuple[int, int], other: tuple[int, int]) -> list[tuple[int, int]]:
    """What is left of a place without another."""
    parts = [(place[0], min(place[1], other[0])), (max(place[0], other[1]), place[1])]
    return [(start, end) for start, end in parts if start < end]


def _between(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(first[1], second[0]) for first, second in pairwise(places)]


def _settled(part: _Part, parts: Sequence[_Part]) -> _Part:
    """A part by what else is named: an edge is a border, and a middle with nothing but an outside is a circle."""
    kinds = {other.kind for other in parts}
    if part.kind == EDGE or (part.kind == OUTSIDE and not kinds & {CIRCLE} and FIELD in kinds):
        return replace(part, kind=BORDER)
    return replace(part, kind=CIRCLE) if part.kind == MIDDLE and kinds == {MIDDLE, OUTSIDE} else part
