"""What others leave, shared out: `anthracite 2 parts, light grey 1 part, plus 5% turquoise` shares 95 percent 2 to 1.

```
of_rest = { colour, amount }, fraction, "of the rest", colour, fraction, colour ;   `half of the rest black, half white`
```
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.amounts import Mention, Unit
from plitka.core.recipes.recipe import Notice, plain
from plitka.core.recipes.shared_numbers import with_fractions
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_OF_WHOLE = frozenset({Unit.PERCENT, Unit.FRACTION})
_SEVERAL = 2
_WHOLE = 100
"""Percent."""


def with_fractions_of_rest(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with percent for each fraction that is of what the numbers before it leave.

    Raises:
        RecipeError: no number stands before it.
    """
    tokens = _with_rest_behind(tokens)
    at = next((at for at, pair in enumerate(pairwise(tokens)) if _is_of_rest(*pair)), None)
    if at is None or Kind.MASS in {token.kind for token in tokens}:
        return list(tokens)
    if Kind.COLOUR not in (_kind(tokens, at - 1), _kind(tokens, at + 2), _kind(tokens, at + 3)):
        return list(tokens)
    counted = [token for place, token in enumerate(tokens[:at]) if _is_share(tokens, place)]
    if not counted:
        words = source.text[tokens[at].span[0] : tokens[at + 1].span[1]]
        raise source.refuse(
            "{words!r} is of what others leave, and no number stands before it; write percent",
            (tokens[at].span[0], tokens[at + 1].span[1]),
            words=words,
        )
    shares = (token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in counted)
    left = _WHOLE - sum(shares, Fraction(0))
    behind = [token for token in tokens[at:] if token.kind is Kind.FRACTION]
    is_whole = sum((token.value for token in behind), Fraction(0)) == 1
    told: list[Token] = list(tokens[:at])
    for place, token in enumerate(tokens[at:], at):
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.kind is Kind.FRACTION and left > 0 and (is_whole or (after and _is_of_rest(token, after))):
            number = replace(token, kind=Kind.NUMBER, value=token.value * left)
            told += [number, Token(kind=Kind.PERCENT, span=(token.span[1], token.span[1]), text="%")]
        elif not _is_of_rest(tokens[place - 1], token):
            told.append(token)
    return told


def _with_rest_behind(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the rest of `black 50, the rest half grey, half white` behind its first fraction."""
    told = list(tokens)
    at = next((at for at, token in enumerate(told) if token.kind is Kind.REST), len(told))
    told = [*told[: at + 1], *with_fractions(told[at + 1 :])]  # «из остатка 2/3 красный, 1/3 белый»
    first = at + 1 + (_kind(told, at + 1) is Kind.LINK)
    behind = [place for place in range(first, len(told)) if told[place].kind is Kind.FRACTION]
    is_shared = behind[:1] == [first] and sum((told[place].value for place in behind), Fraction(0)) == 1
    is_each = all(_kind(told, place + 1) is Kind.COLOUR for place in behind)
    before = [token.kind for place, token in enumerate(told[:at]) if _is_share(told, place)]
    if len(behind) < _SEVERAL or not is_shared or not is_each or not before or Kind.FRACTION in before:
        return list(tokens)
    return [*told[:at], told[first], told[at], *told[first + 1 :]]


def _is_share(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is a colour's or has its percent, and is no size or count."""
    if tokens[at].kind not in (Kind.NUMBER, Kind.FRACTION):
        return False
    before = at - 1 - (_kind(tokens, at - 1) is Kind.LINK)
    return Kind.COLOUR in (_kind(tokens, before), _kind(tokens, at + 1)) or _kind(tokens, at + 1) is Kind.PERCENT


def _is_of_rest(first: Token, second: Token) -> bool:
    return first.kind is Kind.FRACTION and second.kind is Kind.REST


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None


def with_parts_of_rest(source: Source, mentions: Sequence[Mention]) -> tuple[tuple[Mention, ...], Notice | None]:
    """The colours with their parts as percent of what the percents of others leave, and what is told of it.

    They stay as they are where not each has a number, one alone has parts, or nothing is left.
    """
    parts = [mention for mention in mentions if mention.amount is not None and mention.amount.unit is Unit.PARTS]
    others = [mention.amount for mention in mentions if mention.amount is not None and mention.amount.unit in _OF_WHOLE]
    left = _WHOLE - sum((amount.percent for amount in others), Fraction(0))
    is_told = len(parts) >= _SEVERAL and others and len(parts) + len(others) == len(mentions)
    if not is_told or left <= 0:
        return tuple(mentions), None
    total = sum((mention.amount.value for mention in parts if mention.amount), Fraction(0))
    told = [
        replace(mention, amount=replace(mention.amount, unit=Unit.PERCENT, value=mention.amount.value * left / total))
        if mention.amount is not None and mention in parts
        else mention
        for mention in mentions
    ]
    spans = [span for mention in parts if mention.amount for span in (mention.span, mention.amount.span)]
    words = source.text[min(start for start, _ in spans) : max(end for _, end in spans)]
    values = {"words": words, "percent": plain(left)}
    return tuple(told), Notice("{words!r} is the ground, which has the {percent} % that the others leave", values)
