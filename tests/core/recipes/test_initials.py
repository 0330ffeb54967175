"""First letters of plain colours."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


def test_a_letter_is_a_plain_colour() -> None:
    """If only one begins with it, and the numbers are a whole."""
    reading = parse_recipe("оранж 45 ж 25 чёрн 30")
    assert reading.recipe.percents == {"ORANGE": 45, "YELLOW": 25, "BLACK": 30}
    assert [str(notice) for notice in reading.warnings] == ["'ж' is read as 'жёлтый'"]


@pytest.mark.parametrize(
    ("text", "percents"),
    [("60 blk/40 rd", {"BLACK": 60, "RED": 40}), ("чрн 70, крсн 30", {"BLACK": 70, "RED": 30})],
)
def test_a_name_may_lack_letters(text: str, percents: dict[str, float]) -> None:
    """If only one plain colour has these in this order."""
    assert parse_recipe(text).recipe.percents == percents


@pytest.mark.parametrize("text", ["red 60, b 40", "red 60, black 40, w 500", "w 60, r 40"])
def test_letters_that_may_be_something_else_are_refused(text: str) -> None:
    """Several colours begin with it, the numbers are no whole, or nothing is written out."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
