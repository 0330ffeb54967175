"""Numbers behind their unit, as they are said in Russian."""

import pytest

from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("серая плитка с вкраплениями синего и жёлтого процентов по 5", {"GRAY": 90, "BLUE": 5, "YELLOW": 5}),
        ("чёрный и белый процентов по 50", {"BLACK": 50, "WHITE": 50}),
        ("синий 30 процентов, белый 70 процентов", {"BLUE": 30, "WHITE": 70}),
    ],
)
def test_the_number_is_read_before_its_unit(text: str, percents: dict[str, float]) -> None:
    """It is of each colour."""
    assert parse_recipe(text).recipe.percents == percents
