"""Words that are units or limits elsewhere: the «доля» of «доля зелёного 30%», the `min` of `mixer time 4 min`."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from plitka.core.language.labels import PERIOD
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_SHARES = frozenset({"доля", "долю", "доли", "portion"})
_PERCENTS = frozenset({"процент", "percentage", "percent"})
_MINUTES = frozenset({"min", "мин"})
_DATIVE = ("ому", "ему")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_BOUNDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})


def settle_unit_words(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with such words as what they are."""
    return _with_ground(_with_minutes(_without_shares(_without_percents(tokens))))


def _with_ground(tokens: Sequence[Token]) -> list[Token]:
    """The «по» of «по чёрному 10% зелёного» is before a ground, that of «по 10%» gives each so much."""
    return [
        replace(token, kind=Kind.BASE)
        if token.text == "по" and _kind(tokens, at + 1) is Kind.COLOUR and tokens[at + 1].text.endswith(_DATIVE)
        else token
        for at, token in enumerate(tokens)
    ]


def _without_percents(tokens: Sequence[Token]) -> list[Token]:
    """The «процент» of «процент белого не выше 8» stands before the colour that has its number behind it."""
    kept: list[Token] = []
    for at, token in enumerate(tokens):
        is_head = token.text in _PERCENTS and _kind(tokens, at - 1) in _BOUNDS and _kind(tokens, at + 1) is Kind.COLOUR
        if not is_head or not _has_number(tokens, at):
            kept.append(token)
    return kept


def _has_number(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number stands between a place and the next comma."""
    kinds = takewhile(lambda kind: kind not in _BOUNDS, (token.kind for token in tokens[at:]))
    return Kind.NUMBER in kinds


def _without_shares(tokens: Sequence[Token]) -> list[Token]:
    """The «доля» of «доля зелёного 30%» counts nothing."""
    if all(token.kind is not Kind.PERCENT for token in tokens):
        return list(tokens)
    return [
        token
        for at, token in enumerate(tokens)
        if token.text not in _SHARES or _kind(tokens, at - 1) in _NUMBERS or _kind(tokens, at + 1) is not Kind.COLOUR
    ]


def _with_minutes(tokens: Sequence[Token]) -> list[Token]:
    """The `min` of `mixer time 4 min` is no limit: no colour stands between the same two commas."""
    plain = list(tokens)
    for at, token in enumerate(tokens):
        is_behind = token.text in _MINUTES and _kind(tokens, at - 1) is Kind.NUMBER and _kind(tokens, at + 1) in _BOUNDS
        if is_behind and not _names_colour(tokens, at):
            plain[at] = replace(token, kind=Kind.COUNTED, choice=PERIOD)
    return plain


def _names_colour(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colour stands between a place and the comma before it."""
    kinds = takewhile(lambda kind: kind not in _BOUNDS, (token.kind for token in reversed(tokens[:at])))
    return Kind.COLOUR in kinds


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
