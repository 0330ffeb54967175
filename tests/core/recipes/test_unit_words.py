"""Words that are units or limits elsewhere."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    "text",
    ["доля красного 60%, доля чёрного 40%", "60% red, 40% black, mixing time 4 min", "красный 60%, чёрный 40%, 3 мин"],
)
def test_they_count_nothing_of_the_mix(text: str) -> None:
    """Beside colours that have their numbers."""
    assert parse_recipe(text).recipe.percents == {"RED": 60, "BLACK": 40}


@pytest.mark.parametrize("text", ["часть красного, 40% чёрного", "red 20 min"])
def test_elsewhere_they_are_units_and_limits(text: str) -> None:
    """Which need a number, or leave the mix open."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
