"""Colours that a recipe says are there and does not name: `15% coloured granules`.

```
unnamed = amount, "coloured", ["fleck"] | "coloured", ["fleck"], ["-" | ":"], amount | "the rest", "coloured" ;
```

What stands between two separators is one clause; where it names a colour, the word is said of that one.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from plitka.core.language.vocabulary import JOINING, WITH, Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_AMOUNTS = _NUMBERS | {Kind.PERCENT, Kind.PARTS, Kind.MASS}
_SHARED = _NUMBERS | {Kind.REST}
"""What gives a clause a part of the whole."""
_BEHIND = _AMOUNTS | {Kind.FLECK, Kind.SBR, Kind.LINK}
"""What is blamed with the word that it stands behind."""
_OTHER = frozenset({Kind.UNKNOWN, Kind.COUNTED, Kind.LENGTH, Kind.NOT, Kind.TOTAL, Kind.LIGHT})
"""A clause with these is refused for what it says, or its number is no share."""
_OF_NAMES = ("rainbow", "радуж")
"""How words begin that makers have in names of colours, as `rainbow blue`, which others do not know."""


def without_unnamed(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens without words such as `coloured`, which say nothing where the colours are named.

    Raises:
        RecipeError: a part of the mix is said to be coloured, and its colours are not named.
    """
    if all(token.kind is not Kind.COLOURED for token in tokens):
        return list(tokens)
    has_number = any(token.kind in _NUMBERS for token in tokens)
    is_named = any(token.kind in (Kind.COLOUR, Kind.SBR, Kind.UNKNOWN) for token in tokens)
    for start, end in _clauses(tokens):
        at = next((at for at in range(start, end) if tokens[at].kind is Kind.COLOURED), None)
        if at is not None and (
            not is_named or _is_unnamed(tokens, start, at, end) or (not has_number and _is_joined(tokens, start, end))
        ):
            raise _why(source, tokens, start, at)
    return [token for token in tokens if token.kind is not Kind.COLOURED]


def remark_names(source: Source, tokens: Sequence[Token]) -> list[Notice]:
    """That `rainbow` of `rainbow blue` is left out: the colour may be one that is not known here."""
    return [
        Notice("{words!r} is no part of the mix; it is left out", {"words": source.text[slice(*word.span)]})
        for word, colour in pairwise(tokens)
        if word.kind is Kind.COLOURED
        and word.text.casefold().startswith(_OF_NAMES)
        and colour.kind is Kind.COLOUR
        and source.text[word.span[1] : colour.span[0]].isspace()
    ]


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where what lies between two separators begins and ends."""
    start = 0
    for at, token in enumerate(tokens):
        if token.kind is Kind.SEPARATOR:
            yield start, at
            start = at + 1
    yield start, len(tokens)


def _is_unnamed(tokens: Sequence[Token], start: int, at: int, end: int) -> bool:
    """Whether the word in a clause has a number or the rest, and no colour."""
    kinds = {token.kind for token in tokens[start:end]}
    if kinds & _OTHER or not kinds & _SHARED:
        return False
    named = [place for place in range(start, end) if tokens[place].kind is Kind.COLOUR]
    own = [place for place in named if not _is_ground(tokens, place)]
    has_number = at > start and tokens[at - 1].kind in _AMOUNTS
    is_only_colour = has_number and sum(token.kind is Kind.COLOUR for token in tokens) == 1
    return not own or (is_only_colour and own[0] < at)


def _is_ground(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colour lies under others: `on black`, `black base`, «основа чёрная»."""
    before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    is_behind = before is not None and before.kind in (Kind.BASE, Kind.REST)
    return is_behind or (after is not None and after.kind is Kind.REST)


def _is_joined(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a clause without a number adds to a colour before it: «чёрный с цветной крошкой»."""
    kinds = {token.kind for token in tokens[start:end]}
    has_colour = any(token.kind is Kind.COLOUR for token in tokens[:start])
    is_alone = kinds <= {Kind.COLOURED, Kind.FLECK, Kind.SBR}
    return is_alone and has_colour and tokens[start - 1].text in WITH | JOINING


def _why(source: Source, tokens: Sequence[Token], start: int, at: int) -> RecipeError:
    amount = list(takewhile(lambda token: token.kind in _AMOUNTS, reversed(tokens[start:at])))
    behind = list(takewhile(lambda token: token.kind in _BEHIND, tokens[at + 1 :]))
    last = at + 1 + len(behind)
    until = tokens[last].span[0] if last < len(tokens) else len(source.text)
    first = tokens[at - len(amount)].span[0]
    text = source.text[first:until].rstrip(" \t.!?")
    return source.refuse(
        "{words!r} does not say which colours; name each with its number, as in: black 85%, red 10%, blue 5%",
        (first, first + len(text)),
        words=text,
    )
