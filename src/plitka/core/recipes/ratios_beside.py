"""A ratio of two colours with signs between, beside percents: `red : black = 2 : 1, white 10 %`."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_JOINTS = frozenset({Kind.LINK, Kind.SLASH})
_ENDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})


def with_ratio_beside(tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with the ratio as parts of each colour; None where there is none, or nothing but it."""
    if all(token.kind is not Kind.PERCENT for token in tokens):
        return None
    for at in range(len(tokens) - 5):
        first, joint, second = tokens[at : at + 3]
        start = at + 3 + (tokens[at + 3].kind is Kind.LINK)
        ratio = tokens[start : start + 3]
        behind = tokens[start + 3 : start + 4]
        is_pair = first.kind is second.kind is Kind.COLOUR and joint.kind in _JOINTS and len(ratio) == len("2:1")
        is_ratio = is_pair and ratio[0].kind is ratio[2].kind is Kind.NUMBER and ratio[1].kind in _JOINTS
        if is_ratio and (not behind or behind[0].kind in _ENDS) and (at == 0 or tokens[at - 1].kind in _ENDS):
            parts = replace(ratio[0], kind=Kind.PARTS, text="parts")
            comma = replace(joint, kind=Kind.SEPARATOR, text=",")
            told = [first, ratio[0], parts, comma, second, ratio[2], replace(parts, span=ratio[2].span)]
            return [*tokens[:at], *told, *tokens[start + 3 :]]
    return None
