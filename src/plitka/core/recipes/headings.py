"""Headings of a whole mix that look like parts of it: `zone A: orange 35, blue 35, cream 30`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_MIX = _NUMBERS | {Kind.COLOUR, Kind.SBR}
_IN_BRACKETS = re.compile(r"\([^\d()]*\)")
"""«Зона 1 (фон):» says more of the zone."""
_ZONES = frozenset({"zone", "зона"})
_MAX_NAME = 2
"""Letters and digits of what tells a zone from others: `A`, `12`."""
_WHOLE = 100
"""Percent."""


def name_whole(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens, where a zone with its letter or number heads the only mix, with that as a label.

    It is the only one where no colour stands before it, no other part of the tile is named, nothing is said of a rest,
    and the numbers behind it are exactly a whole, or those of a fleck on one ground.
    """
    zones = [at for at, token in enumerate(tokens) if token.kind is Kind.ZONE]
    if len(zones) != 1:
        return list(tokens)
    start = zones[0]
    end = next((at for at in range(start, len(tokens)) if tokens[at].kind in (Kind.LINK, Kind.MIX)), 0)
    others = [*tokens[:start], *tokens[end:]]
    if any(token.kind in (Kind.REST, Kind.BASE, Kind.LAYER) for token in others):
        return list(tokens)
    name = source.text[tokens[start].span[1] : tokens[end].span[0]] if end else ""
    name = _IN_BRACKETS.sub("", name).strip()
    is_named = tokens[start].text in _ZONES and name.isalnum() and len(name) <= _MAX_NAME
    if not is_named or not _is_whole(tokens[end:]) or any(token.kind in _MIX for token in tokens[:start]):
        return list(tokens)
    span = (tokens[start].span[0], tokens[end].span[0])
    text = source.text[slice(*span)].rstrip()
    label = Token(kind=Kind.LABEL, span=(span[0], span[0] + len(text)), text=text, choice=LETTERED)
    return [*tokens[:start], label, replace(tokens[end], kind=Kind.SEPARATOR, text=","), *tokens[end + 1 :]]


def _is_whole(tokens: Sequence[Token]) -> bool:
    named = [token for token in tokens if token.kind is Kind.COLOUR]
    shares = [
        token.value * (_WHOLE if token.kind is Kind.FRACTION else 1)
        for at, token in enumerate(tokens)
        if token.kind in _NUMBERS and not _is_size(tokens, at)
    ]
    has_fleck = any(token.kind is Kind.FLECK for token in tokens)
    is_on_ground = has_fleck and len(named) == len(shares) + 1 > 1 and sum(shares) < _WHOLE
    return is_on_ground or (len(named) > 1 and sum(shares) == _WHOLE)


def _is_size(tokens: Sequence[Token], at: int) -> bool:
    beside = [*tokens[max(0, at - 2) : at], *tokens[at + 1 : at + 2]]
    return any(token.kind is Kind.LENGTH for token in beside)
