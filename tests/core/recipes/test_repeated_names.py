"""Colours that are named once more beside a whole mix."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    "text",
    ["ok go w/ the red one, 85/15 red black", "the red one, red 85 black 15", "красная, 85/15 красный и чёрный"],
)
def test_a_name_before_the_mix_says_nothing_more(text: str) -> None:
    """The numbers are those of the mix."""
    assert parse_recipe(text).recipe.percents == {"RED": 85, "BLACK": 15}


@pytest.mark.parametrize("text", ["white, 85/15 red black", "85/15 red black, qwrt white"])
def test_another_colour_is_no_such_name(text: str) -> None:
    """It may be a part of the mix."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
