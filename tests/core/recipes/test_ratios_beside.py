"""A ratio of two colours with signs between, beside percents."""

import pytest

from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    "text", ["red : black = 2 : 1, white 10 %", "red:black 2:1, white 10%", "white 10%, red/black 2/1"]
)
def test_it_shares_out_what_percents_leave(text: str) -> None:
    """With a note."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"RED": 60, "BLACK": 30, "WHITE": 10}
    assert any("is the ground, which has the 90 %" in str(notice) for notice in reading.warnings)


def test_a_ratio_of_nearly_a_hundred_is_told() -> None:
    """It may be percent with a slip."""
    told = [str(notice) for notice in parse_recipe("60/33 red black").warnings]
    assert told == ["the numbers add up to 93, not to 100, so they are read as parts"]
    assert not parse_recipe("66/33 red black").warnings
