"""A table whose last column is what its percents weigh: `Green<tab>45%<tab>9`, under `Colour<tab>Share<tab>kg`."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_NUMBERS = (Kind.NUMBER, Kind.NUMBER)
_NEAR = Fraction(1, 20)
"""How far weights may be from their percents, of the smaller: they are rounded."""
_LEAST_LINES = 3
"""The head and two colours."""
_WHOLE = 100
"""Percent."""


def with_weights(tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with each colour and what it weighs; None where there is no such column, or it says otherwise."""
    lines = [row for row in _rows(tokens) if row]
    if len(lines) < _LEAST_LINES or lines[0][-1].kind is not Kind.MASS or _has_number(lines[0]):
        return None
    unit = lines[0][-1]
    rows = [row for row in lines[1:] if row[0].kind is not Kind.TOTAL]
    counted = [[token for token in row if token.kind not in (Kind.PERCENT, Kind.SBR)] for row in rows]
    if any(tuple(token.kind for token in row) != (Kind.COLOUR, *_NUMBERS) for row in counted):
        return None
    percents, weights = ([row[at].value for row in counted] for at in (1, 2))
    if sum(percents) != _WHOLE or not _are_in_proportion(percents, weights):
        return None
    return [
        token
        for row, (_, _, weight) in zip(rows, counted, strict=True)
        for token in (*_named(row), weight, unit, Token(kind=Kind.SEPARATOR, span=(weight.span[1],) * 2, text="\n"))
    ]


def _named(row: Sequence[Token]) -> list[Token]:
    return [token for token in row if token.kind in (Kind.COLOUR, Kind.SBR)]


def _has_number(row: Sequence[Token]) -> bool:
    return any(token.kind is Kind.NUMBER for token in row)


def _rows(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    row: list[Token] = []
    for token in tokens:
        if token.kind is Kind.SEPARATOR and token.text == "\n":
            yield row
            row = []
        else:
            row.append(token)
    yield row


def _are_in_proportion(percents: Sequence[Fraction], weights: Sequence[Fraction]) -> bool:
    total = sum(weights)
    shares = zip(percents, weights, strict=True)
    return total > 0 and all(abs(_WHOLE * weight / total - percent) <= _NEAR * percent for percent, weight in shares)
