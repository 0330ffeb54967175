"""Flecks in brackets without a number: `90% red (white flecks)`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice, plain
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_BRACKETS = re.compile(r"\([^()]*\)")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_SAID = _NUMBERS | {Kind.VAGUE}
_WHOLE = 100
"""Percent."""


def with_bracketed_flecks(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with flecks in brackets that have no number behind `with`, so that they have what the numbers leave.

    Raises:
        RecipeError: nothing is left for them.
    """
    shares = [
        token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in tokens if token.kind in _NUMBERS
    ]
    told = list(tokens)
    for found in _BRACKETS.finditer(source.folded) if shares else ():
        start, end = source.span(*found.span())
        inside = [token for token in tokens if start <= token.span[0] < end]
        kinds = {token.kind for token in inside}
        colour = next((token for token in inside if token.kind is Kind.COLOUR), None)
        if colour is None or Kind.FLECK not in kinds or not kinds.isdisjoint(_SAID):
            continue
        if sum(shares) == _WHOLE:
            raise source.refuse(
                "nothing is left for {name!r}: the others have {total} % already; give them less, or leave it out",
                colour.span,
                name=source.text[slice(*colour.span)],
                total=_WHOLE,
            )
        colours = [token for token in inside if token.kind is Kind.COLOUR]
        left = (_WHOLE - sum(shares, Fraction(0))) / len(colours)
        if len(colours) > 1 and left > 0:
            told = [part for token in told for part in (_counted(token, left) if token in colours else [token])]
        told = [_without_bracket(token) if token in inside else token for token in told]
    return told


def _counted(colour: Token, percent: Fraction) -> list[Token]:
    """A colour with its part of what the others leave before it, which is told."""
    at = (colour.span[0], colour.span[0])
    values = {"name": colour.text, "percent": plain(percent)}
    remark = Notice("{name!r} has no number; it got the remaining {percent} %", values)
    number = Token(kind=Kind.NUMBER, span=at, text=plain(percent), value=percent, remark=remark)
    return [number, Token(kind=Kind.PERCENT, span=at, text="%"), replace(colour, is_bracketed=False)]


def _without_bracket(token: Token) -> Token:
    if token.kind is not Kind.BRACKET:
        return replace(token, is_bracketed=False)
    is_opening = token.text.startswith("(")
    return replace(token, kind=Kind.SEPARATOR, text="with" if is_opening else ",")
