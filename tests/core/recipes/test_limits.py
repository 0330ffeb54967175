"""Limits, which are taken as their numbers where these leave one mix."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.limits import with_limits
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "percents", "n_limits"),
    [
        ("green (min 80%), beige (max 20%)", {"GREEN": 80, "BEIGE": 20}, 2),
        ("не более 20% жёлтого, остальное чёрный", {"YELLOW": 20, "BLACK": 80}, 1),
        ("black tile, max 10% white", {"BLACK": 90, "WHITE": 10}, 1),
        ("красный, но не больше 30%, остальное чёрный", {"RED": 30, "BLACK": 70}, 1),
    ],
)
def test_a_limit_is_taken_as_its_number(text: str, percents: dict[str, float], n_limits: int) -> None:
    """A notice tells of each, and a strict reading refuses it."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == percents
    assert sum("is a limit" in str(warning) for warning in reading.warnings) == n_limits
    with pytest.raises(RecipeError, match="is a limit"):
        parse_recipe(text, strict=True)


@pytest.mark.parametrize(
    "text",
    [
        "at most 20% yellow", "at least 40% red, at least 40% black", "max 60% red, max 60% black",
        "at least 30 and at most 70% red, rest black", "at least 60% red, black", "more than 60% red, rest black",
        "lot 12 max, red",
        "60% red, 40% black",
    ],
)  # fmt: skip
def test_limits_of_several_mixes_stay(text: str) -> None:
    """Nothing is guessed of them."""
    source = Source(text)
    assert with_limits(source, scan(source, default_palette())) is None


@pytest.mark.parametrize("text", ["at most 20% yellow", "не менее 60% терракота"])
def test_the_error_says_that_it_is_a_limit(text: str) -> None:
    """And that more than one mix is within it."""
    with pytest.raises(RecipeError, match="is a limit, and the numbers leave more than one mix"):
        parse_recipe(text)
