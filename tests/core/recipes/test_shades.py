"""Shades of one hue that are named behind it."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.shades import with_shades
from plitka.core.recipes.source import Source


def colours(text: str) -> list[str]:
    """The codes of the colours that are then in the text."""
    tokens = with_shades(scan(Source(text), default_palette()), default_palette())
    return [token.colour.code for token in tokens if token.kind is Kind.COLOUR and token.colour is not None]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("три серых поровну: тёмный, средний и светлый", ["DKGRAY", "GRAY", "LTGRAY"]),
        ("two blues in equal parts: dark and light", ["DKBLUE", "LIGHT_BLUE"]),
        ("grey: dark", ["GRAY"]),
        ("grey: red, dark", ["GRAY", "RED"]),
        ("red and black", ["RED", "BLACK"]),
    ],
)
def test_each_shade_is_a_colour(text: str, codes: list[str]) -> None:
    """Of the hue, where there are several behind its colon."""
    assert colours(text) == codes


def test_what_is_nearly_black_or_white_is_one_colour() -> None:
    """A shade of the hue beside it, which a notice tells."""
    reading = parse_recipe("very dark blue nearly black 40%, grey 60%")
    assert reading.recipe == parse_recipe("40% very dark blue, 60% grey").recipe
    assert "'nearly black' is taken as said of 'very dark blue'" in map(str, reading.warnings)
    assert parse_recipe("почти чёрный синий").recipe.percents == {"DKBLUE": 100}
    assert parse_recipe("almost black").recipe.percents == {"JET_BLACK": 100}
    assert parse_recipe("серый, почти чёрный 60, белый 40").recipe.percents == {"BLACK": 60, "WHITE": 40}


def test_a_plural_with_a_percent_is_one_colour() -> None:
    """A notice says so; those that are counted are not."""
    reading = parse_recipe("60% greys, 40% black")
    assert reading.recipe.percents == {"GRAY": 60, "BLACK": 40}
    assert "'greys' are taken as one colour, 'grey'" in map(str, reading.warnings)


def test_a_shade_behind_a_short_name_is_of_it() -> None:
    """It stands behind a full stop."""
    plain = parse_recipe("30% bright orange, 70% black")
    assert parse_recipe("оранж. яркий 30%, чёрн. 70%").recipe == plain.recipe
