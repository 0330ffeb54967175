"""Words that leave a number open: `less`, `instead of`, `a bit of`, «до 20%»."""

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

CHANGES = frozenset({"change", "instead"})
"""Choices of words that say how a mix differs from another."""
_UP_TO = frozenset({"till", "до"})
_AMOUNTS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.PARTS, Kind.MASS})


def refuse_open(source: Source, token: Token) -> RecipeError:
    """The error about words that do not say how much: `less`, `instead of`, `a bit of`."""
    words = source.text[slice(*token.span)]
    if token.choice in CHANGES:
        return source.refuse(
            "{words!r} changes a mix that is not told here; write the whole mix, with one number a colour, as in: "
            "anthracite 90%, terracotta 10%",
            token.span,
            words=words,
        )
    return source.refuse(
        "{words!r} leaves the number open; write one number a colour, as in: anthracite 90%, terracotta 10%",
        token.span,
        words=words,
    )


def is_upper_bound(before: Token | None, token: Token, after: Token | None) -> bool:
    """Whether a token is the `to` of «до 20%», with only a number behind it."""
    is_number = after is not None and after.kind is Kind.NUMBER
    return token.text in _UP_TO and is_number and (before is None or before.kind not in _AMOUNTS)
