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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from plitka.core.language import zone_words
from plitka.core.recipes.mixes import NO_GROUND, OTHER_TOTAL, Reading
from plitka.core.recipes.part_names import (
    BORDER,
    CHECKER,
    CIRCLE,
    EDGE,
    FIELD,
    LINE,
    MIDDLE,
    OUTSIDE,
    SIZE,
    STRIPES,
    TURNED,
    USUAL,
    Head,
    find_heads,
    meant_together,
    small_letters,
)
from plitka.core.recipes.recipe import Notice, Recipe, plain

Read = Callable[[str], Reading | None]
"""Reads a text as one mix; None where it is none."""

_USUAL_TILE_MM = 500
_OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
_GROUNDS = (FIELD, OUTSIDE, MIDDLE)
_ORDER = (*_OPPOSITE, CIRCLE, BORDER)
"""Later ones lie on top."""
_MAX_BORDER, _MAX_CIRCLE, _MAX_COUNT = 40, 100, 64
"""Percent of the shorter side, and how many."""
_MAX_JOINTS = 4
"""More part no two mixes."""
_MAX_WORDS = 12
"""Of two mixes by turns; longer texts are no such thing, and would be read long."""
_HALF = re.compile(zone_words.HALF)
_WIDTH = re.compile(r"\(?(?<![\d.,])(?P<percent>\d{1,2})[ ]?%\)?(?=[ ]*(?:[:=]|wide|шириной))")
"""`Border 10%: red` says how wide it is."""
_TILE = re.compile(zone_words.TILE)
_EACH = re.compile(zone_words.EACH)
_THICK = re.compile(r"thick|толщин")
_OF_LINE = re.compile(rf"(?<![^\W_]){zone_words.LINE}(?![^\W_])")
_RADIUS = re.compile(r"radius|радиус")
_AROUND = rf"(?:{zone_words.AROUND_A_MIX})(?![^\W_])"
_JOINT = r"(?:and|with|plus|then|on|и|а|с|со|в|на|по|плюс|у|при)(?![^\W_])"
_BEFORE = re.compile(rf"^(?:[\s,;:.=+&/–—-]|(?:{_JOINT}|{_AROUND}))+", re.IGNORECASE)
_BEHIND = re.compile(rf"(?:[\s,;:.=+&/–—-]|(?<![^\W_])(?:{_JOINT}|{_AROUND}))+$", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[\n;+]|[,.](?!\d)|(?<![^\W_])(?:and|with|w/|plus|и|с|со|плюс)(?![^\W_])",
    re.IGNORECASE,
)
_LINES = re.compile(r"[\n;]")
_BETWEEN_TWO = (
    _LINES,
    re.compile(r"[\s,]+(?:and|&|и|vs\.?|versus|чередует?ся с|чередующ\w+ с|alternating with)\s+", re.IGNORECASE),
    re.compile(r",(?!\d)"),
    re.compile(r"(?<!\d)/|/(?!\d)"),
    re.compile(r"\s+(?:with|с|со|on|на)\s+|\s*\+\s*", re.IGNORECASE),
    re.compile(r"(?<=о)-(?=[а-яё])", re.IGNORECASE),
)
"""What parts two mixes, the strongest first."""
_SPACES = re.compile(r"[ \t]{2,}")
_IN_BRACKETS = re.compile(r"([^()]+)\(([^()]+)\)\s*")


@dataclass(frozen=True, slots=True)
class ZoneInText:
    """A part of the tile with a mix of its own."""

    mask: str
    """A built-in shape, such as `border:8%`."""
    recipe: Recipe
    mix: str
    """As it was typed."""
    place: tuple[int, int]
    """Where the text names the part, with its mix where that is there."""


@dataclass(frozen=True, slots=True)
class Zoned:
    """A text that was taken apart."""

    ground: str
    """What is said of the ground, to be read as one mix."""
    zones: tuple[ZoneInText, ...]
    """Later ones lie on top."""
    remarks: tuple[Notice, ...]
    """What had to be settled."""
    is_told: bool = False
    """No mix of the whole tile has such words, as it may have those of squares and stripes."""
    has_unshown: bool = False
    """A part of it is left out."""


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
    small = small_letters(text)
    heads = find_heads(small)
    kinds = [head.kind for head in heads]
    if not heads:
        return None
    if len(heads) == 1 and kinds[0] in (CHECKER, STRIPES):
        return _Finder(text, small, read).alternating(heads[0])
    if {CHECKER, STRIPES} & {*kinds}:
        return None
    return _Finder(text, small, read).parted(heads)


class _Finder:
    def __init__(self, text: str, small: str, read: Read) -> None:
        self.text, self.small, self.read = text, small, cache(read)
        self.remarks: list[Notice] = []
        cuts = [found.span() for found in _CLAUSE.finditer(text)]
        self.clauses = [*zip([0, *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), len(text)], strict=True)]

    # Squares and stripes

    def alternating(self, head: Head) -> Zoned | None:
        """Two mixes by turns."""
        size = next((found for found in SIZE.finditer(self.small) if not _THICK.search(found[0])), None)
        cut = sorted({(head.start, head.end), *([] if size is None else [size.span()])}, reverse=True)
        body, tail = self.text, ""
        for start, end in cut:
            body = f"{body[:start]} {body[end:]}"
        if (each := _EACH.search(small_letters(body))) is not None:
            body, tail = body[: each.start()], f" + {body[each.end() :]}"
        pair = self._pair(body, tail) if len(body.split()) <= _MAX_WORDS else None
        if pair is None:
            return None
        (ground, _), (mix, zone) = pair
        shape = self._by_turns(head.kind, size)
        return Zoned(ground, (ZoneInText(shape, zone.recipe, mix, (head.start, head.end)),), tuple(self.remarks))

    def _pair(self, body: str, tail: str) -> tuple[tuple[str, Reading], tuple[str, Reading]] | None:
        has_number = any(map(str.isdigit, body))
        joints = [[*sign.finditer(body)] for sign in _BETWEEN_TWO]
        if sum(map(len, joints)) > _MAX_JOINTS:
            return None
        for sign, found in zip(_BETWEEN_TWO, joints, strict=True):
            pairs = []
            for joint in found:
                sides = (body[: joint.start()] + tail, body[joint.end() :] + tail)
                shorter = min(sides, key=len)
                first, second = (self._mix(side) for side in sides) if self._mix(shorter) else (None, None)
                if first and second and not second[1].words and first[1].recipe != second[1].recipe:
                    pairs.append((first, second))
            if pairs:
                n_colours = sum(len(mix.recipe.parts) for _, mix in pairs[0])
                is_clear = len(pairs) == 1 and (has_number or tail or n_colours == len(pairs[0]) or sign is _LINES)
                return pairs[0] if is_clear else None
        return None

    def _by_turns(self, kind: str, size: "re.Match[str] | None") -> str:
        """The mask of stripes or squares as wide as was said."""
        shape = USUAL[kind]
        if kind == STRIPES and (turned := TURNED.search(self.small)) is not None:
            words = self.text[turned.start() : turned.end()]
            self.remarks.append(Notice("{words!r} cannot be shown; stripes are upright", {"words": words}))
        if size is None:
            return shape
        side = self._tile_mm()
        n = side / _millimetres(size) / (2 if kind == STRIPES else 1)
        if not 1 <= n <= _MAX_COUNT:
            self.remarks.append(
                Notice(
                    "stripes or squares of {size!r} do not fit a tile of {side} mm; {mask} is taken",
                    {"size": self._typed(size), "side": side, "mask": shape},
                )
            )
            return shape
        shape = f"{kind}:{round(n)}"
        self._tell_size(self._typed(size), shape, side)
        return shape

    def _typed(self, found: "re.Match[str]") -> str:
        return self.text[slice(*found.span())].strip()

    # Parts by name

    def parted(self, heads: Sequence[Head]) -> Zoned | None:
        """A ground and parts of it, each with its mix behind its name, before it, or in one clause with it."""
        ways = (
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

    def _mix_behind(self, heads: Sequence[Head]) -> tuple[list[_Part] | None, str]:
        """Each name leads its clause, or follows another there: `border black field red`."""
        own = [head for at, head in enumerate(heads) if not (head.kind == LINE and at and heads[at - 1].kind == EDGE)]
        starts = []
        for at, head in enumerate(own):
            start = self._clause_of(head)[0]
            leads = not _trimmed(SIZE.sub(" ", self.small[start : head.start]))
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
            closes = not _trimmed(SIZE.sub(" ", self.small[head.end : end]))
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
        return parts, ", ".join(filter(None, (_trimmed(self.text[slice(*place)]) for place in rest)))

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
                leads = bool(own) and not _trimmed(SIZE.sub(" ", self.small[start : own[0].start]))
        return longer

    def _clause_of(self, head: Head) -> tuple[int, int]:
        return next((start, end) for start, end in self.clauses if start <= head.start <= end)

    def _part(self, head: Head, start: int, end: int, *others: Head) -> _Part:
        mix = self.text[start:end]
        for named in reversed((head, *others)):
            mix = f"{mix[: named.start - start]} {mix[named.end - start :]}"
        return _Part(head.kind, mix, self._place(start, end))

    def _place(self, start: int, end: int) -> tuple[int, int]:
        """A place without signs and little words around it."""
        text = self.text[start:end]
        before, behind = _BEFORE.search(text), _BEHIND.search(text)
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
        if len(halves) == 2 and not grounds:
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
        is_layer = kinds & {"top", "bottom"} and not any(
            _HALF.search(self.small[slice(*part.place)]) for part in halves
        )
        return not is_layer

    def _ground(self, named: str, rest: str) -> str | None:
        """What is said of the ground, with what is said of the tile beside it."""
        if not _trimmed(rest):
            mix = self._mix(named)
            return None if mix is None else mix[0]
        if not _trimmed(named):
            mix = self._mix(rest)
            return None if mix is None else mix[0]
        alone, both = self._mix(named), self._mix(f"{_trimmed(named)}, {_trimmed(rest)}")
        if alone is None or both is None or alone[1].recipe.colours != both[1].recipe.colours:
            return None
        return both[0]

    def _zone(self, part: _Part) -> ZoneInText | None:
        small = self.small[slice(*part.place)]
        mix, mask = part.mix, f"half:{part.kind}" if part.kind in _OPPOSITE else USUAL[part.kind]
        if part.kind in (BORDER, CIRCLE):
            size, width = SIZE.search(small), _WIDTH.search(small)
            mix = _without(SIZE, _without(_OF_LINE, mix))
            if width is not None and size is None:
                mask = f"{part.kind}:{width['percent']}%"
                mix = _without(_WIDTH, mix)
            elif size is not None:
                percent = self._percent(part.kind, size, small)
                if percent is None:
                    return None
                mask = f"{part.kind}:{percent}%"
                self._tell_size(size[0], mask, self._tile_mm())
        found = self._mix(mix)
        if found is None or found[1].words or found[1].look:
            return None
        return ZoneInText(mask, found[1].recipe, found[0], part.place)

    def _percent(self, kind: str, size: "re.Match[str]", words: str) -> str | None:
        """How wide a border or a circle is, of the shorter side of the tile."""
        times = 2 if kind == CIRCLE and _RADIUS.search(words) else 1
        percent = 100 * times * _millimetres(size) / self._tile_mm()
        limit = _MAX_BORDER if kind == BORDER else _MAX_CIRCLE
        return plain(percent) if 0 < percent <= limit else None

    def _tell_size(self, size: str, mask: str, side_mm: int) -> None:
        notice = Notice("{size!r} of a tile of {side} mm is {mask}", {"size": size, "side": side_mm, "mask": mask})
        self.remarks.append(notice)

    def _tile_mm(self) -> int:
        """The shorter side."""
        found = _TILE.search(self.small)
        if found is None:
            return _USUAL_TILE_MM
        side = min(int(found[1]), int(found[2]))
        is_cm = found[3] in ("cm", "см") or (found[3] is None and side <= 100)
        return side * 10 if is_cm else side

    def _mix(self, text: str) -> tuple[str, Reading] | None:
        """A text that is one whole mix, without words around it, and how it reads."""
        text = _trimmed(text)
        if not text:
            return None
        reading = self.read(text)
        if reading is not None and not _is_whole(reading):
            return None
        if reading is None and (twice := _IN_BRACKETS.fullmatch(text)) is not None:
            name, mix = self.read(twice[1].strip()), self.read(twice[2].strip())
            if name and mix and {*name.recipe.colours} <= {*mix.recipe.colours}:
                return twice[2].strip(), mix  # `blue (80/20 blue/white)`
        return None if reading is None else (text, reading)


def _is_whole(reading: Reading) -> bool:
    """Whether a reading left no ground and no rest of its numbers open: «серый 60» alone is no mix."""
    told = [notice.message for notice in reading.warnings]
    is_of_parts = any(message.startswith(OTHER_TOTAL) for message in told)
    has_ground = not any(message.startswith(NO_GROUND) for message in told)
    return has_ground and not (is_of_parts and len(reading.recipe.parts) == 1)


def _settled(part: _Part, parts: Sequence[_Part]) -> _Part:
    """A part by what else is named: an edge is a border, and a middle with nothing but an outside is a circle."""
    kinds = {other.kind for other in parts}
    if part.kind == EDGE or (part.kind == OUTSIDE and not kinds & {CIRCLE} and FIELD in kinds):
        return replace(part, kind=BORDER)
    return replace(part, kind=CIRCLE) if part.kind == MIDDLE and kinds == {MIDDLE, OUTSIDE} else part


def _without(pattern: "re.Pattern[str]", text: str) -> str:
    """A text without what a pattern of small letters finds in it."""
    for found in reversed([*pattern.finditer(small_letters(text))]):
        text = f"{text[: found.start()]} {text[found.end() :]}"
    return text


def _trimmed(text: str) -> str:
    """A text without signs and little words around it, and without half of a pair of brackets."""
    text = _BEHIND.sub("", _BEFORE.sub("", _SPACES.sub(" ", text)))
    while text and text.count("(") != text.count(")"):
        kept = text.strip("()").strip() if text[0] in "()" or text[-1] in "()" else ""
        text = _BEHIND.sub("", _BEFORE.sub("", kept))
    return text


def _millimetres(size: "re.Match[str]") -> Fraction:
    length = Fraction(size["size"].replace(",", "."))
    return length * 10 if size["unit"] in ("cm", "см") else length
