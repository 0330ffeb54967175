"""Numbers that are said in several words."""

from fractions import Fraction

from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.core.recipes.spoken_numbers import counted_shares, decimals, hundreds, joined, one_in_ten

SPOKEN = [
    ("white with black speckles 1 in 10", {"WHITE": 90, "BLACK": 10}),
    ("чёрный, один из десяти белый", {"BLACK": 90, "WHITE": 10}),
    ("из 10 вёдер 7 чёрных, 2 красных, 1 серое", {"BLACK": 70, "RED": 20, "GRAY": 10}),
    ("twelve point five percent red, the rest black", {"RED": 12.5, "BLACK": 87.5}),
    ("3 quarters red, 1 quarter black", {"RED": 75, "BLACK": 25}),
]


def test_they_are_one_number() -> None:
    """As it is meant."""

    def check(text: str, percents: dict[str, float]) -> None:
        assert parse_recipe(text).recipe.percents == percents

    check_each(SPOKEN, check)


def test_other_numbers_stay_as_they_are() -> None:
    """Two that stand together are not one."""
    text = "60 40 red black"
    tokens = list(scan(Source(text), default_palette()))
    assert one_in_ten(tokens, text) == hundreds(tokens) == decimals(tokens) == counted_shares(tokens) == tokens


def test_two_tokens_are_one() -> None:
    """From the beginning of the first to the end of the second."""
    first, last = scan(Source("60 40"), default_palette())
    both = joined(first, last, Fraction(100))
    assert (both.kind, both.value, both.span, both.text) == (Kind.NUMBER, Fraction(100), (0, 5), "60 40")
