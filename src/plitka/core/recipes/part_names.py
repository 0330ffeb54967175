"""Names of the parts of a tile in a text: its border, its field, a circle, halves, squares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from plitka.core.language import shapes, zone_words
from plitka.core.language.looks import PATTERNS

BORDER, EDGE, LINE, CIRCLE = "border", "edge", "line", "circle"
MIDDLE, FIELD, OUTSIDE = "middle", "field", "outside"
CHECKER, STRIPES, ROWS = "checker", "stripes", "rows"
THIRDS: Mapping[str, str] = MappingProxyType(
    {"third_left": "stripes:0-33.33%", "third_middle": "stripes:33.33-66.67%", "third_right": "stripes:66.67-100%"}
)
"""The mask of each third of the tile."""
PARTS_ACROSS: Mapping[str, str] = MappingProxyType(
    {
        "third_top": "rows:0-33.33%", "third_bottom": "rows:66.67-100%",
        "quarter_top": "rows:0-25%", "quarter_bottom": "rows:75-100%",
    }
)  # fmt: skip
"""The mask of each part that lies across the tile."""
SINGLE = "stripes:45-55%"
"""The mask of one line of which nothing is said."""
USUAL: Mapping[str, str] = MappingProxyType({mask.partition(":")[0]: mask for mask in PATTERNS})
"""The mask of each shape that is named without a size."""
SIZE = re.compile(rf"(?<![^\W_]){zone_words.SIZE}")
"""How wide a part is, in small letters."""
SPLIT = re.compile(rf"(?<![^\W_])(?:{zone_words.HALVED}|{zone_words.SPLIT})(?![^\W_])")
"""That a tile is parted in two."""
TURNED = re.compile(zone_words.TURNED)
"""Stripes that do not stand upright."""
_LIES = re.compile(
    rf"(?<![^\W_])(?:{zone_words.UPRIGHT}|{zone_words.LYING}|{'|'.join(zone_words.SIDES.values())})(?![^\W_])"
)
LYING = re.compile(rf"(?<![^\W_])(?:{zone_words.LYING}|{zone_words.ROWS})(?![^\W_])")
"""Stripes that lie across the tile."""
_HEAD = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(
        f"(?P<{kind}>{words})"
        for kind, words in (
            *zone_words.THIRDS.items(),
            *zone_words.PARTS_ACROSS.items(),
            (CIRCLE, zone_words.CIRCLE),
            (BORDER, zone_words.BORDER),
            (EDGE, zone_words.EDGE),
            (OUTSIDE, zone_words.OUTSIDE),
            (CHECKER, zone_words.CHECKER),
            (STRIPES, zone_words.STRIPES),
            (LINE, zone_words.LINE),
            (MIDDLE, zone_words.CENTRED),
            (FIELD, zone_words.FIELD),
            *zone_words.HALVES.items(),
        )
    )
    + r")(?![^\W_])"
)


_FIGURE = re.compile(rf"(?<![^\W_])(?:{shapes.FIGURE})(?![^\W_])")
_POINTED = re.compile(shapes.POINTED)
_AROUND = re.compile(zone_words.AROUND_A_MIX)
_AROUND_WHAT = re.compile(rf"a?round|вокруг|{zone_words.GROUND}")
"""Beside the name of another part: «полоса по краям чёрного поля»."""
_SPOT = re.compile(r"dot|spot|точк|пятн")
_PERCENT_BEFORE = re.compile(r"(?:^|[,;.] ?|with (?:a )?|с )\d{1,2} ?% [^\W\d_]+ $")
_PERCENT_BEHIND = re.compile(r" (?:(?:approx|about|roughly|ca|примерно|около|порядка)\.? )?\d{1,2} ?%")
_PERCENT_AHEAD = re.compile(r"(?:^|[,;.] ?|with (?:a )?|с )\d{1,2} ?% $")
_WORD_BEHIND = re.compile(r" (?:in |цвета )?[^\W\d_]")
_WORD_BEFORE = re.compile(r"[^\W\d_] $")


@dataclass(frozen=True, slots=True)
class Head:
    """A name of a part, with the words around it that are of the name."""

    kind: str
    start: int
    end: int


def find_shape(text: str, *, with_halves: bool = False) -> tuple[int, int, str] | None:
    """Where a text names a border, squares, stripes or a circle, and the mask of one; None where it names none.

    A line has the mask of a single stripe.
    """
    named = {BORDER, CIRCLE, CHECKER, STRIPES, LINE, *THIRDS, *PARTS_ACROSS}
    halves = ("left", "right") if with_halves else ()
    head = next((head for head in find_heads(small_letters(text)) if head.kind in named or head.kind in halves), None)
    if head is None:
        return None
    own = THIRDS.get(head.kind) or PARTS_ACROSS.get(head.kind)
    mask = f"half:{head.kind}" if head.kind in halves else own or USUAL.get(head.kind, SINGLE)
    return head.start, head.end, as_it_lies(mask, text)


def as_it_lies(mask: str, text: str) -> str:
    """A mask of stripes that lie across the tile, where a text says so of them; else the same mask."""
    is_lying = mask.startswith(STRIPES) and LYING.search(small_letters(text)) is not None
    return f"{ROWS}{mask.removeprefix(STRIPES)}" if is_lying else mask


def find_part(text: str) -> bool:
    """Whether a text names a part of the tile, or a figure, drawn by a zone or not."""
    small = small_letters(text)
    return bool(find_heads(small)) or _FIGURE.search(small) is not None


def part_with_number(text: str) -> tuple[int, int, str] | None:
    """Where a border or a circle has a percent of its own beside its one word for a colour: `10% white border`."""
    small = small_letters(text)
    for head in find_heads(small):
        if head.kind not in (BORDER, CIRCLE):
            continue
        before, behind = small[: head.start], small[head.end :]
        is_headed = _PERCENT_AHEAD.search(before) and _WORD_BEHIND.match(behind)  # `10% border red, black`
        if (
            is_headed
            or _PERCENT_BEFORE.search(before)
            or (_WORD_BEFORE.search(before) and _PERCENT_BEHIND.match(behind))
        ):
            return head.start, head.end, USUAL[head.kind]
    return None


def planned_parts(text: str) -> list[tuple[int, int, str]]:
    """Where a text names different parts with a colon behind each, and the mask of each: `border: ...; field: ...`."""
    heads = [head for head in find_heads(small_letters(text)) if text[head.end :].lstrip()[:1] == ":"]
    kinds = {head.kind for head in heads}
    if len(kinds) < 2 or kinds.isdisjoint({BORDER, EDGE, CIRCLE}):
        return []
    return [(head.start, head.end, USUAL.get(head.kind, USUAL[BORDER])) for head in heads]


def may_be_of_part(text: str, place: tuple[int, int]) -> bool:
    """Whether a word that is no colour names a part of the tile, or says how its stripes lie."""
    start, end = place
    small = small_letters(text)
    heads = find_heads(small)
    is_named = any(head.start < end and start < head.end for head in heads)
    is_named |= bool(heads) and _AROUND_WHAT.fullmatch(small, start, end) is not None
    said = (*SPLIT.finditer(small), *SIZE.finditer(small), *_LIES.finditer(small))
    is_said = any(found.start() < end and start < found.end() for found in said)
    is_named |= _AROUND.fullmatch(small, start, end) is not None  # `thin white border`
    is_said |= bool(heads) and is_pointed(small[start:end])  # `chessboard of red and grey, the red ones with a fleck`
    return is_named or is_said or TURNED.search(small, start, end) is not None


def is_pointed(word: str) -> bool:
    """Whether a word only says which of several parts is meant: `ones`, `outer`."""
    return _POINTED.fullmatch(small_letters(word)) is not None


@lru_cache(maxsize=32)  # each reader of a text asks anew
def small_letters(text: str) -> str:
    """In small letters, with as many characters."""
    return "".join(low if len(low := character.lower()) == 1 else character for character in text).replace("ё", "е")


def find_heads(small: str) -> list[Head]:
    """The words for parts, those of one part together: `border around the edge`."""
    heads: list[Head] = []
    is_sized = SIZE.search(small) is not None
    for found in _HEAD.finditer(small):
        if not is_sized and _SPOT.search(found[0]):
            continue  # one without a size may be a fleck
        head = Head(found.lastgroup or "", *found.span())
        gap = SIZE.sub("", small[heads[-1].end : head.start]).strip(" (-") if heads else "-"
        if heads and not gap and (kind := meant_together(heads[-1].kind, head.kind)):
            heads[-1] = Head(kind, heads[-1].start, head.end)
        else:
            heads.append(head)
    return heads


def meant_together(*kinds: str) -> str:
    """What two words for parts mean together; nothing where they are of two parts."""
    pair = {*kinds}
    if pair <= {BORDER, EDGE, LINE, OUTSIDE} and pair != {LINE}:
        return BORDER
    if CIRCLE in pair and pair <= {CIRCLE, MIDDLE, FIELD}:
        return CIRCLE
    if pair <= {LINE, MIDDLE, FIELD}:
        return LINE if LINE in pair else FIELD
    return ""
