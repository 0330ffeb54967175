"""Two colours of which there is more of one, with their ratio."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("more red than black, roughly 60:40", {"RED": 60, "BLACK": 40}),
        ("меньше белого, чем синего, 20/80", {"WHITE": 20, "BLUE": 80}),
    ],
)
def test_the_ratio_is_read(text: str, percents: dict[str, float]) -> None:
    """Where it says the same as the words."""
    assert parse_recipe(text).recipe.percents == percents


@pytest.mark.parametrize(
    "text", ["more red than black, 40:60", "больше красного, чем чёрного, 40 на 60", "more red than black, 50/50"]
)
def test_a_ratio_that_says_otherwise_is_refused(text: str) -> None:
    """With the whole of it marked."""
    with pytest.raises(RecipeError, match="contradicts itself") as caught:
        parse_recipe(text)
    assert text[slice(*caught.value.span)] == text
