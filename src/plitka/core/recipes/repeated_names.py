"""Colours that are named once more: beside a whole mix, `go with the red one, 85/15 red black`, or as `dusk grey`."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.naming import is_alike
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.segments import plain_keys
from plitka.core.recipes.source import Source
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


def with_described_hue(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with `dusk grey` as the hue that it names last, where all other numbers are a whole without it.

    Args:
        source: the text.
        tokens: of a whole recipe.
    """
    numbers = [token for token in tokens if token.kind in _NUMBERS]
    total = sum(token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in numbers)
    pairs = [at for at in range(1, len(tokens)) if _describes(source, tokens[at - 1], tokens[at])]
    if len(_named(tokens)) != len(numbers) + len(pairs) or len(numbers) < _PAIR or total != _WHOLE:
        return list(tokens)
    told = list(tokens)
    for at in reversed(pairs):
        name, hue = told[at - 1 : at + 1]
        values = {"name": source.text[slice(*name.span)], "code": source.text[slice(*hue.span)]}
        remark = Notice("{name!r} is taken as the description of {code!r}", values)
        told[at - 1 : at + 1] = [replace(hue, span=(name.span[0], hue.span[1]), remark=hue.remark or remark)]
    return told


def _describes(source: Source, name: Token, hue: Token) -> bool:
    """Whether a general name stands right before that of a plain hue."""
    is_pair = name.kind is hue.kind is Kind.COLOUR and not source.text[name.span[1] : hue.span[0]].strip()
    is_plain = [name_key(token.text) in plain_keys() for token in (name, hue)]
    if not is_pair or is_plain != [False, True] or name.colour is None or hue.colour is None:
        return False
    is_other = not is_alike((name.own or name.colour).lab_d65, hue.colour.lab_d65)
    return is_other and not any(map(str.isdigit, name.text))


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
