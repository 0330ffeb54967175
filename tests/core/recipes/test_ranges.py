"""Ranges of percent."""

from fractions import Fraction

import pytest

from plitka.core.recipes.amounts import Amount, Chain, Unit
from plitka.core.recipes.ranges import middle_of, refuse_range, tell_middle
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError

SOURCE = Source("20-25% red")


def chain_of(low: int, high: int, unit: Unit = Unit.PERCENT, joint: str = "-") -> Chain:
    """Two numbers, the first without a unit of its own."""
    first = Amount(Fraction(low), Unit.PLAIN, (0, 2), "20")
    return Chain((first, Amount(Fraction(high), unit, (3, 6), "25%")), frozenset({joint}))


def test_a_narrow_range_has_a_middle() -> None:
    """Which is told with the range as it was typed."""
    middle = middle_of(SOURCE, chain_of(20, 25))
    assert middle is not None
    assert (middle.value, middle.unit, middle.text, middle.span) == (Fraction(45, 2), Unit.PERCENT, "20-25%", (0, 6))
    assert str(tell_middle(middle)) == "'20-25%' is a range; 22.5 %, its middle, is taken"


def test_what_may_be_something_else_has_none() -> None:
    """A blend, a wide range, one that falls, a ratio, and parts."""
    others = [
        chain_of(45, 55),
        chain_of(10, 40),
        chain_of(25, 20),
        chain_of(20, 25, joint="/"),
        chain_of(2, 3, Unit.PARTS),
    ]
    assert [middle_of(SOURCE, chain) for chain in others] == [None] * 5
    assert str(refuse_range(SOURCE, others[0])).startswith("'20-25%' may be a range or a ratio")


def test_a_strict_reading_takes_no_middle() -> None:
    """It is refused as any other range."""
    with pytest.raises(RecipeError, match="may be a range"):
        parse_recipe("20-25% red, the rest black", strict=True)


@pytest.mark.parametrize(
    "text", ["mostly black, some green flecks (approx. 10-15 %)", "в основном чёрный, немного зелёного (10-15 %)"]
)
def test_a_range_that_is_refused_says_what_to_write(text: str) -> None:
    """One of its numbers, and not a ratio."""
    with pytest.raises(RecipeError, match="10-15 %' may be a range; write one number: 10 %, 15 %"):
        parse_recipe(text)


def test_minus_in_a_word_is_below_zero() -> None:
    """It is refused as the sign is."""
    for text in ("minus 10% red, black", "красный минус 10%, чёрный"):
        with pytest.raises(RecipeError, match="below zero"):
            parse_recipe(text)
