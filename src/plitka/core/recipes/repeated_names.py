"""Colours that are named once more beside a whole mix: `ok go with the red one, 85/15 red black`."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_ALONE = frozenset({Kind.COLOUR, Kind.ASIDE})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_PAIR = 2
_WHOLE = 100
"""Percent."""


def without_repeated_names(tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens without clauses before a whole mix that name one of its colours and nothing else; None if none do.

    Args:
        tokens: of a whole recipe.
    """
    clauses = _clauses(tokens)
    first = next((at for at, clause in enumerate(clauses) if any(token.kind in _NUMBERS for token in clause)), 0)
    bare = [clause for clause in clauses[:first] if _named(clause) and {token.kind for token in clause} <= _ALONE]
    others = [token for clause in clauses if clause not in bare for token in clause]
    numbers, colours = [token for token in others if token.kind in _NUMBERS], _named(others)
    total = sum(token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in numbers)
    is_whole = len(numbers) == len(colours) == len({*colours}) >= _PAIR and total == _WHOLE
    if not bare or not is_whole or not {colour for clause in bare for colour in _named(clause)} <= {*colours}:
        return None
    gone = [token for clause in bare for token in clause]
    return [replace(token, kind=Kind.ASIDE, colour=None, choice="") if token in gone else token for token in tokens]


def _clauses(tokens: Sequence[Token]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind in _BOUNDS:
            clauses.append([])
        else:
            clauses[-1].append(token)
    return clauses


def _named(tokens: Sequence[Token]) -> list[object]:
    return [token.colour for token in tokens if token.kind is Kind.COLOUR]
