"""A recipe cut into segments: what lies between two commas, brackets, headings, or words such as `and`."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from fractions import Fraction
from functools import cache

from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import JOINING, PLAIN_COLOURS, Kind
from plitka.core.recipes.open_amounts import CHANGES
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
WORDS = frozenset({Kind.ASIDE, Kind.LIKENESS, Kind.UNKNOWN, Kind.NOT, Kind.MODIFIER, Kind.ZONE})
"""What goes to a prompt."""
ONLY_WORDS = WORDS | {Kind.COUNTED, Kind.REST, Kind.BASE, Kind.VAGUE}
"""What a segment has that says nothing of the mix."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
BATCH = frozenset({Kind.NUMBER, Kind.MASS})
"""`100 kg of mix:`, `weight 20 kg`."""
_PAIR = 2
_WHOLE = 100
STONES = frozenset({"granite", "marble", "stone", "camouflage", "camo", "гранит", "мрамор", "камень", "камуфляж"})
"""What a mix may be like, as well as a colour."""


def split(source: Source, tokens: Sequence[Token]) -> Iterator[tuple[list[Token], Token | None]]:
    """Segments, each with what bounds it behind; the words of a heading become words about the look."""
    segment: list[Token] = []
    is_bracketed = False
    for at, token in enumerate(tokens):
        if token.kind in _BOUNDS:
            yield segment, token
            segment = []
            is_bracketed = token.text[-1:] in "([" if token.kind is Kind.BRACKET else is_bracketed
        elif _ends_head(source, segment, token):
            yield segment, token
            segment = []
        elif token.text == ":" and _is_heading(segment, tokens[at + 1 :]):
            yield [replace(word, kind=Kind.ASIDE, error=None, remark=None) for word in segment], token
            segment = []
        else:
            segment.append(replace(token, is_bracketed=is_bracketed))
    yield segment, None


def spans_of(source: Source, segments: Sequence[tuple[list[Token], Token | None]]) -> Iterator[tuple[int, int]]:
    """Where each segment was typed."""
    start = 0
    for _, bound in segments:
        end = len(source.text) if bound is None else bound.span[0]
        yield start, end
        start = end if bound is None else bound.span[1]


def joins(segments: Sequence[tuple[list[Token], Token | None]], at: int) -> bool:
    """Whether `and` joins the segment at a place to the next, and one of them names a colour."""
    bound = segments[at][1]
    if bound is None or bound.text not in JOINING:
        return False
    return any(token.kind is Kind.COLOUR for segment, _ in segments[at : at + 2] for token in segment)


def _ends_head(source: Source, segment: Sequence[Token], token: Token) -> bool:
    """Whether a colon or dash parts what is said first from the mix: `running track: 60% red`."""
    if not segment or token.kind is not Kind.LINK or segment[-1].kind in (Kind.LENGTH, Kind.TOTAL):
        return False
    is_apart = token.text == ":" or (token.text == "-" and source.text[: token.span[0]][-1:].isspace())
    kinds = {other.kind for other in segment}
    return is_apart and (kinds <= ONLY_WORDS or kinds == {Kind.PERCENT} or _is_batch(kinds))


def _is_batch(kinds: AbstractSet[Kind]) -> bool:
    """Whether a mass is of the whole: «смесь на 100 кг готовой плитки:»."""
    return kinds >= BATCH and kinds <= BATCH | ONLY_WORDS | {Kind.MIX}


def _is_heading(segment: Sequence[Token], rest: Sequence[Token]) -> bool:
    """Whether a name before a colon is of a whole: `greens: olive 40, moss 60`, `granite: grey, black and white`."""
    named = [token for token in segment if token.kind in (Kind.COLOUR, Kind.UNKNOWN)]
    kinds = {token.kind for token in segment}
    if _is_told_behind(segment, rest):
        return True
    count = next((token.value for token in segment if token.kind is Kind.NUMBER), None)  # `3 greens:`
    is_one = len(named) == 1 or [token.kind for token in segment] == [Kind.COLOUR] * _PAIR  # «мраморный серый:»
    if any(token.choice in CHANGES or token.kind in (Kind.REST, Kind.BASE, Kind.NOT) for token in segment):
        return False  # `remove the red: red 40, black 60`, «основа чёрная: красный 60, белый 40»
    if not is_one or not kinds <= ONLY_WORDS | {Kind.COLOUR, Kind.NUMBER}:
        return False
    if count is not None and count != sum(token.kind is Kind.COLOUR for token in rest):
        return False
    is_stone = named[0].text in STONES
    is_plural = named[0].text.endswith("s") and name_key(named[0].text[:-1]) in plain_keys()
    n_colours = sum(token.kind is Kind.COLOUR for token in rest)
    total = sum(token.value for token in rest if token.kind is Kind.NUMBER)
    is_general = named[0].own is not None
    is_whole = total == _WHOLE or _is_equal(rest, n_colours, is_general=is_general)  # `grass: lime and moss equally`
    is_whole = is_whole and rest[0].kind is Kind.COLOUR and count is None
    return (is_stone or is_plural or is_whole) and n_colours > 1 and rest[0].kind in (Kind.COLOUR, Kind.NUMBER)


def _is_told_behind(segment: Sequence[Token], rest: Sequence[Token]) -> bool:
    """Whether a mix stands behind a name, number first and each with its colour: `speckled grey: 60 grey 40 black`."""
    named = [token for token in segment if token.kind is Kind.COLOUR]
    percents = percents_of(rest)
    n_colours = sum(token.kind is Kind.COLOUR for token in rest)
    first = next((token.kind for token in rest if token.kind in _NUMBERS | {Kind.COLOUR}), None)
    is_pairs = len(percents) == n_colours > 1 and first in _NUMBERS
    is_name = len(named) == 1 and {token.kind for token in segment} <= ONLY_WORDS | {Kind.COLOUR, Kind.FLECK}
    is_open = any(token.choice in CHANGES or token.kind in (Kind.REST, Kind.BASE, Kind.NOT) for token in segment)
    is_of_parts = sum(token.kind is Kind.PARTS for token in rest) == n_colours
    return is_pairs and is_name and not is_open and (is_of_parts or sum(percents) == _WHOLE)


def percents_of(tokens: Sequence[Token]) -> list[Fraction]:
    """The numbers of some tokens; shares such as 1/3 in percent.

    Args:
        tokens: of a mix, or of a part of it.
    """
    values: list[Fraction] = []
    for at, token in enumerate(tokens):
        is_under = token.kind is Kind.NUMBER and at > 1 and tokens[at - 1].kind is Kind.SLASH
        if token.kind is Kind.FRACTION:
            values.append(token.value * _WHOLE)
        elif is_under and values and token.value > values[-1]:
            values[-1] *= Fraction(_WHOLE) / token.value
        elif token.kind is Kind.NUMBER:
            values.append(token.value)
    return values


def _is_equal(rest: Sequence[Token], n_colours: int, *, is_general: bool) -> bool:
    """Whether equal parts are asked for, of so many colours if the name before them may be one of them."""
    equal = next((token for token in rest if token.kind is Kind.EQUAL), None)
    has_number = any(token.kind in (Kind.NUMBER, Kind.FRACTION) for token in rest)
    return equal is not None and not has_number and equal.value in ((0, n_colours) if is_general else (n_colours,))


@cache
def plain_keys() -> frozenset[str]:
    """Of the names of plain colours."""
    return frozenset(map(name_key, PLAIN_COLOURS))
