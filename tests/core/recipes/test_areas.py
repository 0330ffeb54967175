"""Several areas in one text, each with a whole mix of its own."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.errors import RecipeError

# Text, how many mixes it tells, and what of it is the second.
SEVERAL = [
    ("дорожка: беж 70 кор 30. площадка: зел 50 салат 30 желт 20", 2, "зел 50 салат 30 желт 20"),
    (
        "Для дорожки: 90% чёрный, 10% красный; для площадки: 70% зелёный, 30% жёлтый", 2,
        "70% зелёный, 30% жёлтый",
    ),
    ("спортзона: красный 60, чёрный 40; дорожки: серый 100", 2, "серый 100"),
    ("1 этаж: 60% красный, 40% чёрный; 2 этаж: 50% синий, 50% белый", 2, "50% синий, 50% белый"),
    ("Toddler area: 70% yellow, 30% orange. Junior area: 60% blue, 40% grey.", 2, "60% blue, 40% grey"),
    ("path: 70 beige 30 brown; play area: 50 green 50 yellow", 2, "50 green 50 yellow"),
    ("path 70 beige 30 brown, yard 50 green 50 yellow", 2, "50 green 50 yellow"),
    ("Yard: 60/40 red/black. Paths: 80/20 grey/white", 2, "80/20 grey/white"),
    ("60/40 red/black for the path, 70/30 red/white for the yard", 2, "70/30 red/white"),
    ("Sample 1: 60 red 40 black\nSample 2: 70 blue 30 white\nSample 3: 100 grey", 3, "70 blue 30 white"),
    ("60 red 40 black, or 70 blue 30 white", 2, "70 blue 30 white"),
]  # fmt: skip
# Texts of one mix, which is read.
ONE = [
    ("red 50, black 50, white 50, blue 50", {"RED": 25, "BLACK": 25, "WHITE": 25, "BLUE": 25}),
    ("path: 70 beige 30 brown", {"BEIGE": 70, "BROWN": 30}),
    ("Red 60, black 40 - no, red 70, black 30", {"RED": 70, "BLACK": 30}),
]


def test_mixes_of_several_areas_are_never_one() -> None:
    """Nor are they offered scaled; the second is marked."""

    def check(text: str, number: int, second: str) -> None:
        for parse in (parse_recipe, parse_tile):
            with pytest.raises(RecipeError, match=f"^{number} mixes are told here, and each comes to 100") as caught:
                parse(text)
            assert text[slice(*caught.value.span)] == second
            assert not caught.value.suggestions

    check_each(SEVERAL, check)


def test_one_mix_is_read() -> None:
    """Where no area is named, or one mix stands for the other."""

    def check(text: str, percents: dict[str, float]) -> None:
        assert parse_recipe(text).recipe.percents == percents

    check_each(ONE, check)
