"""Dye and pigment beside granules."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


def test_dyed_granules_look_like_their_dye() -> None:
    """And a notice says so; crumb of tyres keeps its density."""
    reading = parse_recipe("60% SBR painted green, 40% beige")
    assert reading.recipe.percents == {"GREEN": 60, "BEIGE": 40}
    assert float(reading.densities_g_cm3["GREEN"]) == 1.15
    assert "'painted green' says what is seen of the granules" in str(reading.warnings[0])


def test_a_dose_of_pigment_is_no_share() -> None:
    """It is refused beside other granules, and a word for granules where all have their numbers."""

    def check(text: str, words: str) -> None:
        with pytest.raises(RecipeError) as caught:
            parse_recipe(text)
        assert text[slice(*caught.value.span)] == words

    check_each(
        [
            ("black crumb with 5% red pigment", "red pigment"),
            ("пигмент красный 5% по массе, крошка SBR остальное", "пигмент красный"),
        ],
        check,
    )
    assert parse_recipe("red pigment 60%, black 40%").recipe.percents == {"RED": 60, "BLACK": 40}
    assert parse_recipe("красный пигмент").recipe.percents == {"RED": 100}


def test_nothing_is_dyed_without_other_granules() -> None:
    """`Dyed green rubber` is green, and what is green stays so."""
    assert parse_recipe("dyed green rubber tile").recipe.percents == {"GREEN": 100}
    assert parse_recipe("green crumb dyed green").recipe.percents == {"GREEN": 100}
