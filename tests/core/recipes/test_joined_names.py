"""Colours of two words that are one name."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("асфальт мокрый", "мокрый асфальт"),
        ("волна морская", "морская волна"),
        ("кость слоновая", "слоновая кость"),
        ("яблоко зелёное", "зелёное яблоко"),
        ("трава зелёная", "зелёная трава"),
        ("асфальта мокрого", "мокрый асфальт"),
        ("asphalt wet", "wet asphalt"),
        ("кирпич красный", "красный кирпич"),
    ],
)
def test_a_name_is_read_in_the_other_order(typed: str, same: str) -> None:
    """Alone, and beside a number."""
    assert parse_recipe(typed).recipe == parse_recipe(same).recipe
    assert parse_recipe(f"{typed} 80, white 20").recipe == parse_recipe(f"{same} 80, white 20").recipe


def test_two_colours_of_a_list_are_no_turned_name() -> None:
    """A comma or another colour parts them."""
    assert len(parse_recipe("асфальт, мокрый, красный 60, чёрный 40").recipe.parts) == 2
    assert len(parse_recipe("асфальт под дождём, красный 60, чёрный 40").recipe.parts) == 2


def test_one_number_of_two_near_colours_is_of_the_one_between() -> None:
    """With a hyphen; two that are far apart are asked back."""

    def check(text: str, n_colours: int) -> None:
        reading = parse_recipe(text)
        assert len(reading.recipe.parts) == n_colours
        assert float(reading.recipe.parts[0].percent) == 60
        assert any("nearest" in str(notice) for notice in reading.warnings)

    rows = [
        (text, 2)
        for text in (
            "60% grey-beige, 40% black",
            "beige-grey 60%, brown 40%",
            "60% grey-violet, 40% black",
            "60% grey-pink, rest white",
            "grey-orange 60, white 40",
            "серо-бежевый 60, чёрный 40",
            "серо-розовый 60%, белый 40%",
        )
    ]
    check_each(rows, check)
    for text in ("60% red-black, 40% white", "60% black-grey, 40% white", "60% grey-white, 40% red"):
        with pytest.raises(RecipeError):
            parse_recipe(text)
    assert len(parse_recipe("grey-beige 60/40").recipe.parts) == 2
