"""Colours with the numbers right beside them, among much else."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize("text", ["foreman 55 team 1 black 60 red 40", "бугор 55 тележка 1 чёрный 60 красный 40"])
def test_all_that_is_no_colour_with_its_number_is_left_out(text: str) -> None:
    """Where the numbers of the colours are a whole."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"BLACK": 60, "RED": 40}
    assert any("55" in str(warning) for warning in reading.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "foreman 55 team 1 black 60 red 30",
        "foreman 20 red 80 black 20 tables",
        "red 60, black 40, 30 fps",
        "foreman 55 team black 60 red 40%, 10% foo",
    ],
)
def test_what_leaves_a_number_open_is_refused(text: str) -> None:
    """No whole, a whole on either side, a number that may be another colour's, and percent of it."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
