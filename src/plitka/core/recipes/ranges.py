"""Ranges of percent, `20-25% cream, the rest brown`: refused, or taken as their middle where they can be nothing else.

Two numbers that are a whole, `40-60% red, the rest black`, may be a blend as well, and a wide range is no number.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.amounts import Amount, Chain, Unit
from plitka.core.recipes.recipe import Notice, plain
from plitka.core.recipes.rough_numbers import is_rough
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_MINUS = frozenset({"minus", "минус"})
_MAX_WIDTH = 10
"""Points between the ends of a range that is taken as its middle."""
_BLEND = range(99, 102)
"""What the numbers of a blend add up to."""


def leaves_rest(tokens: Sequence[Token]) -> bool:
    """Whether a colour has what others leave, or a number is not exact, so that a narrow range has its middle."""
    if any(token.kind in (Kind.REST, Kind.BASE) for token in tokens):
        return True
    rough = [token for token in tokens if is_rough(token) and not token.is_bracketed]
    n_numbers = sum(
        token.kind is Kind.NUMBER and before.kind is not Kind.LINK
        for before, token in pairwise([Token(kind=Kind.SEPARATOR, span=(0, 0), text=""), *tokens])
    )
    return bool(rough) and sum(token.kind is Kind.COLOUR for token in tokens) == n_numbers + 1


def middle_of(source: Source, chain: Chain) -> Amount | None:
    """The number that a narrow range of percent is taken for; None where it may be a blend, parts or a ratio."""
    if len(chain.amounts) != 2 or not chain.may_be_range or chain.joints & {"/", ":"}:
        return None
    low, high = chain.amounts
    is_percent = high.unit is Unit.PERCENT and low.unit in (Unit.PLAIN, Unit.PERCENT)
    if not is_percent or not 0 < high.value - low.value <= _MAX_WIDTH or low.value + high.value in _BLEND:
        return None
    text = source.text[slice(*chain.span)]
    return replace(low, value=(low.value + high.value) / 2, unit=Unit.PERCENT, span=chain.span, text=text)


def tell_middle(amount: Amount) -> Notice:
    """What a range was taken for."""
    values = {"range": amount.text, "percent": float(amount.value)}
    return Notice("{range!r} is a range; {percent:g} %, its middle, is taken", values)


def refuse_range(source: Source, chain: Chain) -> RecipeError:
    """The error about numbers that may be the ends of one, with what to write where they can be nothing else."""
    if middle_of(source, chain) is not None:
        low, high = (plain(amount.value) for amount in chain.amounts)
        return source.refuse(
            "{number!r} may be a range; write one number: {low} %, {high} %, or one between them",
            chain.span,
            number=source.text[slice(*chain.span)],
            low=low,
            high=high,
        )
    return source.refuse(
        "{number!r} may be a range or a ratio; write one number a colour, or a ratio with a colon, as in 2:1",
        chain.span,
        number=source.text[slice(*chain.span)],
    )


def check_minus(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing where no percent has the word `minus` before it.

    Raises:
        RecipeError: one has, and is no share.
    """
    for word, number, unit in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if word.text in _MINUS and number.kind is Kind.NUMBER and unit.kind is Kind.PERCENT:
            raise refuse_negative(source, (word.span[0], unit.span[1]))


def refuse_negative(source: Source, amount_span: tuple[int, int]) -> RecipeError:
    """The error about a number below zero."""
    return source.refuse(
        "{number} is below zero; a colour has between 0 and 100 percent",
        amount_span,
        number=source.text[slice(*amount_span)],
    )
