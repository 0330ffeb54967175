"""What a whole batch weighs."""

import re

import pytest

from plitka.core.recipes.reading import parse_recipe


def test_a_batch_is_no_share() -> None:
    """It is told as no part of the mix."""
    reading = parse_recipe("batch size 200 kg: red 20%, black 80%")
    assert reading.recipe.percents == {"RED": 20, "BLACK": 80}
    assert "'batch size 200 kg:' is no part of the mix; it is left out" in map(str, reading.warnings)


def test_numbers_that_add_up_to_the_batch_are_masses() -> None:
    """Others without a unit are not."""
    assert "by mass" in str(parse_recipe("на партию 500 кг красный 300, чёрный 200").warnings[-1])
    assert not any("by mass" in str(notice) for notice in parse_recipe("на партию 500 кг красный 3, чёрный 2").warnings)


@pytest.mark.parametrize(
    "text",
    [
        "batch of 50 kg: red 20 kg, black 25 kg",
        "red 20 kg, black 25 kg, total 50 kg",
        "на замес 50 кг: красный 20 kg, чёрный 25 kg",
    ],
)
def test_masses_that_do_not_add_up_are_told(text: str) -> None:
    """They are taken as they are."""
    assert any(re.search("the masses add up to 45 (kg|кг)", str(notice)) for notice in parse_recipe(text).warnings)
