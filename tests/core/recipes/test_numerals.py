"""Numbers as people say them, made plain."""

from fractions import Fraction

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.numerals import make_plain
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("пол мешка красного", [HALF]),
        ("полмешка красного", [HALF]),
        ("пол красного, пол чёрного", [HALF, HALF]),
        ("пол красный", []),
        ("две с половиной части красного", [Fraction(5, 2)]),
        ("1/2 bag red", [HALF]),
        ("1 1/2 bags red", [Fraction(3, 2)]),
        ("red/black 1/2 kg", [1, 2]),
        ("красный процентов 30, чёрного столько же", [30, 30]),
        ("twice as much red as black", [2, 1]),
        ("вдвое меньше красного, чем чёрного", [HALF, 1]),
        ("twice as much red", []),
        ("красный и чёрный, красного вдвое больше", [2, 1]),
        ("60 red + 40 black = 100", [60, 40]),
        ("60 кг чёрной + 20 кг зелёной + 16 кг клея = 96 кг", [60, 20, 16]),
        ("red = 60, black = 60", [60, 60]),
        ("пятьдесят целых пять десятых красного", [Fraction(101, 2)]),
        ("8 kg/m2, red 60, black 40", [60, 40]),
        ("8 kg/m2 red, 2 kg/m2 black", [8, 2]),
        ("fleck %: 15", [15]),
    ],
)
def test_numbers_are_made_plain(text: str, numbers: list[Fraction]) -> None:
    """They have the values that are meant."""
    tokens = scan(Source(text), default_palette())
    assert [token.value for token in tokens if token.kind in (Kind.NUMBER, Kind.FRACTION)] == numbers


@pytest.mark.parametrize("text", ["60% red, 40% black", "1/3 red, 2/3 black", "60 на 40 красный и чёрный", ""])
def test_plain_numbers_stay(text: str) -> None:
    """Nothing is done twice."""
    tokens = list(scan(Source(text), default_palette()))
    assert make_plain(tokens, text) == tokens


def test_to_between_two_colours_with_numbers_parts_them() -> None:
    """Elsewhere it is a bound of a range."""
    palette = default_palette()
    parted = scan(Source("1 part red to 3 parts black"), palette)
    assert Kind.SEPARATOR in {token.kind for token in parted}
    assert Kind.LINK in {token.kind for token in scan(Source("red to 20% black"), palette)}
