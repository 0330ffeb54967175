"""Shades told by a comparison."""

import pytest

from plitka.core.colour.spaces import ciede2000
from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "of", "is_lighter"),
    [
        ("Slightly lighter than RAL 3016 please, 100%", "RAL 3016", True),
        ("a bit darker than RAL 5012", "RAL 5012", False),
        ("RAL 3016, slightly darker", "RAL 3016", False),
        ("a shade lighter than RAL 7016, 50%; white 50%", "RAL 7016", True),
        ("60% RAL 5012 but a little lighter, 40% white", "RAL 5012", True),
        ("lighter than grey, 60%, black 40%", "grey", True),
        ("Тип 2: как RAL 5012, только чуть темнее, без вкраплений", "RAL 5012", False),
        ("RAL 5012, темнее", "RAL 5012", False),
        ("немного светлее, чем RAL 3016", "RAL 3016", True),
        ("60% светлее чем RAL 7016, 40% чёрный", "RAL 7016", True),
    ],
)
def test_a_shade_is_told_by_a_comparison(text: str, of: str, is_lighter: bool) -> None:
    """Of the same hue, seen to differ, and a notice tells what it is painted as."""
    reading = parse_recipe(text)
    shade, colour = reading.recipe.colours[0], parse_recipe(of).recipe.colours[0]
    assert (shade.lab_d65[0] > colour.lab_d65[0]) is is_lighter
    assert 2 < ciede2000(shade.lab_d65, colour.lab_d65) < 15
    assert any("is painted as" in str(notice) for notice in reading.warnings)


@pytest.mark.parametrize("text", ["серая, только потемнее", "red and black, but darker"])
def test_a_name_and_a_shade_are_asked_back(text: str) -> None:
    """They may mean other granules, or another of two colours."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
