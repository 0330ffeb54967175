"""Batches by mass."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("100 kg batch: 70 kg black, 20 kg grey, remainder white", "70 kg black, 20 kg grey, 10 kg white"),
        ("batch of 50 kg: 30 kg green, the rest sand", "30 kg green, 20 kg sand"),
        ("mix 80 kg: 60 kg black, rest red", "60 kg black, 20 kg red"),
        ("замес 100 кг: чёрной 70 кг, серой 20 кг, остальное белая", "70 kg black, 20 kg grey, 10 kg white"),
        ("смесь 60 кг: 45 кг чёрной, остальное - красная", "45 kg black, 15 kg red"),
        ("one 25 kg bag of beige to three 25 kg bags of brown", "25 kg beige, 75 kg brown"),
        ("two 20 kg bags red and one 25 kg bag black", "40 kg red, 25 kg black"),
        ("два 20 кг мешка красной и один 25 кг мешок чёрной", "40 kg red, 25 kg black"),
    ],
)
def test_masses_are_told_in_all_or_by_the_bag(text: str, plain: str) -> None:
    """What is left of a batch is the rest's, and bags are counted."""
    assert parse_recipe(text).recipe == parse_recipe(plain).recipe


@pytest.mark.parametrize(
    "text",
    [
        "100 kg batch: 70 kg black, 40 kg grey, remainder white",
        "red 60 25 kg bags black",
    ],
)
def test_batches_that_do_not_fit_are_refused(text: str) -> None:
    """More than is told, so that nothing is left; a number behind a colour is no count of bags."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
