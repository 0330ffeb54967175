"""Names of the parts of a tile in a text: its border, its field, a circle, halves, squares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from plitka.core.language import zone_words
from plitka.core.language.looks import PATTERNS

BORDER, EDGE, LINE, CIRCLE = "border", "edge", "line", "circle"
MIDDLE, FIELD, OUTSIDE = "middle", "field", "outside"
CHECKER, STRIPES = "checker", "stripes"
USUAL: Mapping[str, str] = MappingProxyType({mask.partition(":")[0]: mask for mask in PATTERNS})
"""The mask of each shape that is named without a size."""
SIZE = re.compile(rf"(?<![^\W_]){zone_words.SIZE}")
"""How wide a part is, in small letters."""
TURNED = re.compile(zone_words.TURNED)
"""Stripes that do not stand upright."""
_HEAD = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(
        f"(?P<{kind}>{words})"
        for kind, words in (
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


@dataclass(frozen=True, slots=True)
class Head:
    """A name of a part, with the words around it that are of the name."""

    kind: str
    start: int
    end: int


def find_shape(text: str) -> tuple[int, int, str] | None:
    """Where a text names a border, squares, stripes or a circle, and the mask of one; None where it names none.

    A line has the mask of stripes.
    """
    named = {BORDER, CIRCLE, CHECKER, STRIPES, LINE}
    head = next((head for head in find_heads(small_letters(text)) if head.kind in named), None)
    return None if head is None else (head.start, head.end, USUAL.get(head.kind, USUAL[STRIPES]))


def may_be_of_part(text: str, place: tuple[int, int]) -> bool:
    """Whether a word that is no colour names a part of the tile, or says how its stripes lie."""
    start, end = place
    small = small_letters(text)
    is_named = any(head.start < end and start < head.end for head in find_heads(small))
    return is_named or TURNED.search(small, start, end) is not None


def small_letters(text: str) -> str:
    """In small letters, with as many characters."""
    return "".join(low if len(low := character.lower()) == 1 else character for character in text).replace("ё", "е")


def find_heads(small: str) -> list[Head]:
    """The words for parts, those of one part together: `border around the edge`."""
    heads: list[Head] = []
    for found in _HEAD.finditer(small):
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
