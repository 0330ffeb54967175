"""Two colours of which there is more of one, with their ratio: `more red than black, roughly 60:40`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_MORE = re.compile(r"(?<![^\W_])(?P<degree>more|less|больше|меньше)[ ]+(?P<first>[^\n;.]+?)[ ,]+(?:than|чем)[ ]+")
_LESS = frozenset({"less", "меньше"})
_OPEN = frozenset({Kind.REST, Kind.EACH, Kind.MASS, Kind.LAYER, Kind.ZONE, Kind.EQUAL, Kind.FLECK})
_PAIR = 2
_WHOLE = 100
"""Percent."""


@dataclass(frozen=True, slots=True)
class _Compared:
    start: int
    """Of the first word, among the tokens."""
    colours: tuple[int, ...]
    is_met: bool
    """Whether the ratio says the same."""
    span: tuple[int, int]
    """From the first word to the end of the ratio."""


def check_compared(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing where no ratio contradicts such words.

    Raises:
        RecipeError: there is to be more of the colour that has the smaller number.
    """
    found = _find(source, tokens)
    if found is not None and not found.is_met:
        raise source.refuse(
            "{words!r} contradicts itself: the number of the colour that there is to be more of is not the larger; "
            "write one number a colour",
            found.span,
            words=source.text[slice(*found.span)],
        )


def with_ratio_compared(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The two colours and what stands behind them, without these words; None where there are none."""
    found = _find(source, tokens)
    if found is None or not found.is_met:
        return None
    first, second = found.colours
    end = tokens[first].span[1]
    comma = Token(kind=Kind.SEPARATOR, span=(end, end), text=",")
    return [*tokens[: found.start], tokens[first], comma, *tokens[second:]]


def _find(source: Source, tokens: Sequence[Token]) -> _Compared | None:
    found = _MORE.search(source.folded)
    colours = [at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR]
    numbers = [token for token in tokens if token.kind is Kind.NUMBER]
    is_open = any(token.kind in _OPEN for token in tokens)
    if found is None or is_open or not len(colours) == len(numbers) == _PAIR:
        return None
    start, until, end = (source.span(at, at + 1)[0] for at in (found.start(), found.end("first"), found.end()))
    first, second = (tokens[at].span for at in colours)
    is_pair = start < first[0] < until and end <= second[0] < second[1] <= numbers[0].span[0]
    if not is_pair or sum(number.value for number in numbers) > _WHOLE:
        return None
    more, less = numbers[::-1] if found["degree"] in _LESS else numbers
    at = next(at for at, token in enumerate(tokens) if token.span[0] >= start)
    return _Compared(at, tuple(colours), more.value > less.value, (start, numbers[-1].span[1]))
