"""Granules that are counted out of a hundred."""

import pytest

from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("30 of every 100 granules red, rest black", {"RED": 30, "BLACK": 70}),
        ("из ста гранул тридцать красных, остальные чёрные", {"RED": 30, "BLACK": 70}),
        ("из каждых 100 гранул 15 белых, остальные чёрные", {"WHITE": 15, "BLACK": 85}),
        ("30 out of 100 red, 70 out of 100 black", {"RED": 30, "BLACK": 70}),
    ],
)
def test_each_number_is_a_percent(text: str, percents: dict[str, float]) -> None:
    """The hundred is none."""
    assert parse_recipe(text).recipe.percents == percents
