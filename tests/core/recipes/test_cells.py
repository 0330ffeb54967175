"""Numbers in cells of their own."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "percents", "told"),
    [
        ("red 60 | black 40 | m2 | 120", {"RED": 60, "BLACK": 40}, "'m2 | 120' is taken as a size"),
        ("7; красный 60, чёрный 40; шт; 120", {"RED": 60, "BLACK": 40}, "'шт; 120' is a count"),
        ("red;60\nblack;40\nPU binder;15", {"RED": 60, "BLACK": 40}, "'PU binder;15' is binder"),
    ],
)
def test_a_number_is_of_the_cell_before_it(text: str, percents: dict[str, float], told: str) -> None:
    """Units and binder have the number of the next cell, and a notice says what it is taken for."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == percents
    assert any(str(warning).startswith(told) for warning in reading.warnings)


@pytest.mark.parametrize("text", ["red | 60 | 40 | black | 7", "7 | red 60, black 40"])
def test_a_number_without_a_unit_is_refused(text: str) -> None:
    """Whose number it is cannot be known."""
    with pytest.raises(RecipeError):
        parse_recipe(text)


def test_the_cell_of_a_material_is_of_the_colour_beside_it() -> None:
    """Crumb of tyres there is no colour of its own, and a size is of this colour alone."""
    reading = parse_recipe("SBR 2-4 mm;black;0.45\nEPDM 1-4 mm;red;0.55")
    assert reading.recipe.percents == {"BLACK": 45, "RED": 55}
    assert reading.look == {"granule_mm": [2, 4], "fine": ["RED"]}
    assert reading.percents_by_mass["BLACK"] < 45
