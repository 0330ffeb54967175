"""Rows of a table, whose cells say together what a list says in one: `PU binder;60`, «м2 | 246,5», `SBR;black;45`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.quantities import granules_mm
from plitka.core.recipes.token import Token

_CELLS = frozenset({";", "|", "\t", ","})
_ROWS = frozenset({"\n", ""})
_APART = _CELLS - {","}
_OF_MATERIAL = frozenset({Kind.SBR, Kind.LENGTH, Kind.UNKNOWN, Kind.ASIDE, Kind.LOOK})
_NAMES = frozenset({Kind.BINDER, Kind.TOTAL})
_UNITS = frozenset({Kind.LENGTH, Kind.COUNTED})


def with_cells(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each such number beside what it is of.

    Args:
        tokens: of a whole recipe.
    """
    rows = list(_rows(tokens))
    told = [token for row in rows for token in (_with_material(row) if len(rows) > 1 else row)]
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


def _with_material(row: list[Token]) -> list[Token]:
    """A row with the cell of its material, `SBR 2-4 mm`, behind the one colour that stands in a cell of its own."""
    ends = [-1, *(at for at, token in enumerate(row) if token.text in _APART), len(row)]
    cells = [(first + 1, end) for first, end in pairwise(ends)]
    materials = [cell for cell in cells if _is_of(row[slice(*cell)], _OF_MATERIAL)]
    materials = [cell for cell in materials if any(map(_is_material, row[slice(*cell)]))]
    colours = [at for at, token in enumerate(row) if token.kind is Kind.COLOUR]
    if len(materials) != 1 or len(colours) != 1:
        return row
    start, end = materials[0]
    said = row[start:end]
    kept = row[: max(0, start - 1)] + row[end + (start == 0) :]
    at = kept.index(row[colours[0]]) + 1
    return [*kept[:at], *said, *kept[at:]]


def _is_material(token: Token) -> bool:
    return token.kind is Kind.SBR or (token.kind is Kind.LENGTH and granules_mm(token.text) is not None)


def _is_of(cell: Sequence[Token], kinds: frozenset[Kind]) -> bool:
    return bool(cell) and all(token.kind in kinds for token in cell)


def _rows(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each line, with the sign at its end."""
    start = 0
    for at, token in enumerate(tokens, 1):
        if token.text == "\n" or at == len(tokens):
            yield list(tokens[start:at])
            start = at


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
