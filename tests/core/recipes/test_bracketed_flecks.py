"""Flecks in brackets that no number is left for."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize("text", ["60% red (white flecks), 40% black", "60% красный (белые вкрапления), 40% чёрный"])
def test_nothing_is_left_for_them(text: str) -> None:
    """They take none of the colour before them."""
    with pytest.raises(RecipeError, match="nothing is left for"):
        parse_recipe(text)


def test_what_numbers_leave_is_theirs() -> None:
    """As without brackets."""
    assert parse_recipe("90% red (white flecks)").recipe.percents == {"RED": 90, "WHITE": 10}
