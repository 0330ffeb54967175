"""Colours joined to one another with as many joined numbers, which are a mix by themselves: `beige/brown/green 5:3:2`.

What is tried last: all else, which names no colour and has no share, stands beside it, as layers below do.
"""

from collections.abc import Sequence
from itertools import pairwise

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_JOINTS = frozenset({Kind.SLASH, Kind.LINK})
_BESIDE = frozenset(
    {
        Kind.UNKNOWN, Kind.ASIDE, Kind.SEPARATOR, Kind.LINK, Kind.SLASH, Kind.BRACKET, Kind.LENGTH, Kind.LABEL,
        Kind.SBR, Kind.REST, Kind.NOT, Kind.PLACE, Kind.COUNTED,
    }
)  # fmt: skip
_PAIR = 2


def with_block_alone(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens of the only such mix, with labels for what stands before it and behind; None where there is none."""
    colours = [at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR]
    numbers = [at for at, token in enumerate(tokens) if token.kind is Kind.NUMBER]
    if len(colours) < _PAIR or len(colours) != len(numbers) or not _are_joined(tokens, colours):
        return None
    start, end = min(colours[0], numbers[0]), max(colours[-1], numbers[-1]) + 1
    is_block = end - start == 4 * len(colours) - _PAIR and _are_joined(tokens, numbers)
    before, behind = tokens[:start], tokens[end:]
    is_apart = not before or before[-1].kind in (Kind.SEPARATOR, Kind.BRACKET) or before[-1].text == ":"
    if not is_block or not is_apart or not {token.kind for token in (*before, *behind)} <= _BESIDE:
        return None
    return [*_as_label(source, before), *tokens[start:end], *_as_label(source, behind)]


def _are_joined(tokens: Sequence[Token], places: Sequence[int]) -> bool:
    """Whether a slash, colon or dash alone stands between each two."""
    return all(second - first == _PAIR and tokens[first + 1].kind in _JOINTS for first, second in pairwise(places))


def _as_label(source: Source, tokens: Sequence[Token]) -> list[Token]:
    said = [token for token in tokens if token.kind not in (Kind.SEPARATOR, Kind.LINK)]
    if not said:
        return []
    span = (said[0].span[0], said[-1].span[1])
    comma = [Token(kind=Kind.SEPARATOR, span=(at, at), text=",") for at in span]
    return [comma[0], Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED), comma[1]]
