"""A table whose last column is what its percents weigh."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


def test_the_weights_are_taken() -> None:
    """Crumb of tyres is lighter, so that more of it is seen."""
    table = "Colour\tShare\tkg\nGreen\t60%\t12\nSBR black\t40%\t8\nTotal\t100%\t20"
    reading = parse_recipe(table)
    assert reading.recipe == parse_recipe("green 12 kg, SBR black 8 kg").recipe
    assert reading.percents_by_mass == pytest.approx({"GREEN": 60, "BLACK": 40}, abs=0.1)
    assert any("amounts are by mass" in str(notice) for notice in reading.warnings)


@pytest.mark.parametrize(
    "rows",
    [
        "Green\t60%\t8\nBlack\t40%\t12",
        "Green\t60%\t12\nBlack\t30%\t6",
        "Green\t60%\t12\nBlack\t40%",
        "Green\t60%\t0\nBlack\t40%\t0",
    ],
)
def test_weights_that_say_otherwise_are_refused(rows: str) -> None:
    """Than the percents, or that some colours lack."""
    with pytest.raises(RecipeError):
        parse_recipe(f"Colour\tShare\tkg\n{rows}")
