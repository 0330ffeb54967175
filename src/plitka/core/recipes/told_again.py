"""A percent that brackets tell again of the whole: `10% black (10% of the total)`."""

from collections.abc import Sequence

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_WHOLE = frozenset(
    {
        "total", "whole", "mix", "area", "surface", "tile", "lot", "all", "blend", "общего", "общей", "всего", "всей",
        "площади", "смеси", "плитки", "объема", "целого", "от",
    }
)  # fmt: skip
_WORDS = frozenset({Kind.TOTAL, Kind.UNKNOWN, Kind.ASIDE, Kind.MIX, Kind.COUNTED, Kind.LENGTH})
_LEAST = 4
"""Tokens of such brackets, with both of them."""


def without_told_again(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without brackets that only say the number before them again, and of what it is."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        end = _end_of_brackets(tokens, at)
        before = [token for token in kept if token.kind in _NUMBERS][-1:]
        if end and before and _says_again(tokens[at + 1 : end], before[0]):
            at = end + 1
        else:
            kept.append(tokens[at])
            at += 1
    return kept


def _end_of_brackets(tokens: Sequence[Token], at: int) -> int:
    if tokens[at].text != "(":
        return 0
    return next((end for end in range(at + _LEAST - 1, len(tokens)) if tokens[end].text == ")"), 0)


def _says_again(inside: Sequence[Token], before: Token) -> bool:
    is_same = inside[0].kind is before.kind and inside[0].value == before.value
    words = inside[1 + (inside[1].kind is Kind.PERCENT) :]
    return is_same and bool(words) and all(token.kind in _WORDS and {*token.text.split()} <= _WHOLE for token in words)
