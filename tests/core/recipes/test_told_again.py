"""Percents that brackets tell again."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("60% sand, 30% brown, 10% black (10% of the total)", "60% sand, 30% brown, 10% black"),
        ("red 60% (60% of the whole), black 40%", "60% red, 40% black"),
        ("60% red (60% of the area), 40% black (40% of the area)", "60% red, 40% black"),
        ("песок 60%, коричневый 30%, чёрный 10% (10% от общего)", "60% sand, 30% brown, 10% black"),
        ("красный 60% (60% от всей площади), чёрный 40%", "60% red, 40% black"),
        ("чёрный 85, белый 15 (15% смеси)", "85% black, 15% white"),
        (
            "twice as much sand as brown, with 10% black on top of that (10% of the total)",
            "60% sand, 30% brown, 10% black",
        ),
    ],
)
def test_brackets_that_tell_a_percent_again_say_no_more(text: str, plain: str) -> None:
    """They are no share of another colour."""
    assert parse_recipe(text).recipe == parse_recipe(plain).recipe


@pytest.mark.parametrize("text", ["60% red (50% of the total), 40% black", "60% red, 40% black (20%)"])
def test_another_percent_in_brackets_is_no_such_thing(text: str) -> None:
    """It may be of what is not said."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
