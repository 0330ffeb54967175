"""Rows of a table in which a number stands in a cell of its own, behind what it is of: `PU binder;60`, «м2 | 246,5»."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_CELLS = frozenset({";", "|", "\t", ","})
_ROWS = frozenset({"\n", ""})
_NAMES = frozenset({Kind.BINDER, Kind.TOTAL})
_UNITS = frozenset({Kind.LENGTH, Kind.COUNTED})


def with_cells(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each such number beside what it is of.

    Args:
        tokens: of a whole recipe.
    """
    told = list(tokens)
    has_unit = False
    for at in reversed(range(1, len(told) - 1)):
        before, bound, number = told[at - 1 : at + 2]
        end = at + 2 + (_kind(told, at + 2) in (Kind.MASS, Kind.PERCENT))
        is_cell = bound.text in _CELLS and number.kind is Kind.NUMBER and _text(told, end) in _CELLS | _ROWS
        if is_cell and before.kind in _NAMES and _begins_row(told, at - 1):
            del told[at]
        elif is_cell and end == at + 2 and _is_unit(before) and _text(told, at - 2) == bound.text != ",":
            span = (before.span[0], number.span[1])
            told[at - 1 : at + 2] = [replace(number, span=span), replace(before, span=span)]
            has_unit = True
    is_numbered = has_unit and [token.kind for token in told[:2]] == [Kind.NUMBER, Kind.SEPARATOR]
    return told[2:] if is_numbered and told[1].text in _CELLS - {","} else told


def _begins_row(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing but its like stands before a name in its row: «клей ПУ | 3 кг»."""
    while _kind(tokens, at) in _NAMES:
        at -= 1
    return _text(tokens, at) in _ROWS


def _is_unit(token: Token) -> bool:
    return token.kind in _UNITS and not any(map(str.isdigit, token.text.rstrip("23")))


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
