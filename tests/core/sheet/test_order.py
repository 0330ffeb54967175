"""What is asked of a sheet."""

from typing import Any

import pytest
from tests.core.sheet.floors import sheet_of

from plitka.core.recipes.reading import parse_recipe
from plitka.core.sheet.order import SheetOrder
from plitka.errors import InputError


def test_the_recipe_may_say_how_large_the_floor_is() -> None:
    """What is asked for besides wins."""
    said = sheet_of("red, 85 m2, 40 mm", area_m2=None)
    assert [said.area_m2, said.assumptions.thickness_mm] == [85, 40]
    won = sheet_of("red, 85 m2, 40 mm", area_m2=10, figures={"thickness_mm": 20})
    assert [won.area_m2, won.assumptions.thickness_mm] == [10, 20]


def test_words_for_a_model_are_told_as_left_out() -> None:
    """No model reads a sheet."""
    told = SheetOrder(area_m2=10).warnings(parse_recipe("60% red, 40% black, matte finish"))
    assert list(map(str, told)) == ["not of the mix, and left out: matte finish"]


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"area_m2": None}, "how large"),
        ({"prices": {"blue": 1}}, "not in the recipe"),
        ({"prices": {"blurple": 1}}, "no colour"),
        ({"prices": {"red": -1}}, "prices"),
        ({"densities": {"red": 9}}, "densities"),
        ({"base_price": -1}, "base_price"),
        ({"currency": "of the moon"}, "currency"),
    ],
)
def test_what_cannot_be_is_refused(choices: dict[str, Any], said: str) -> None:
    """By its name."""
    with pytest.raises(InputError, match=said):
        sheet_of("red", **choices)
