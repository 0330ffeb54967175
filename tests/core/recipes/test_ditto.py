"""Marks for what stands in the row above."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize("mark", ['"', '-"-', "ditto", "то же", "//"])
def test_a_mark_is_the_colour_of_the_row_above(mark: str) -> None:
    """A notice says so."""
    reading = parse_recipe(f"red 40%\n{mark} 10%\nblack 50%")
    assert reading.recipe.percents == {"RED": 50, "BLACK": 50}
    assert f"'{mark}' is read as 'red' of the row above" in map(str, reading.warnings)


@pytest.mark.parametrize("mark", ['"', "ditto", "то же"])
def test_a_mark_behind_a_colour_is_the_number_of_the_row_above(mark: str) -> None:
    """With its unit."""
    reading = parse_recipe(f"red 30%\nblack {mark}\ngrey 40%")
    assert reading.recipe.percents == {"RED": 30, "BLACK": 30, "GRAY": 40}
    assert f"'{mark}' is read as '30%' of the row above" in map(str, reading.warnings)


def test_a_mark_in_the_first_row_says_nothing() -> None:
    """Nor is one row a table."""
    with pytest.raises(RecipeError):
        parse_recipe("ditto 10%, black 90%")
