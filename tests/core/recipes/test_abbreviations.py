"""Names that are cut short."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("слон. кость", "IVORY"),
        ("сл. кость", "IVORY"),
        ("зел. яблоко", "GRNAPL"),
        ("терр.", "TERCOT"),
    ],
)
def test_a_beginning_with_a_full_stop_is_its_name(typed: str, code: str) -> None:
    """And where that is not in use by itself, a note says which."""
    assert parse_recipe(f"{typed} 70, чёрный 30").recipe.percents == {code: 70, "BLACK": 30}


def test_what_was_cut_short_is_told() -> None:
    """With the whole name."""
    told = [str(notice) for notice in parse_recipe("слон. кость 70, чёрный 30").warnings]
    assert told == ["'слон. кость' is read as 'Слоновая кость'"]


@pytest.mark.parametrize("text", ["ст. кость 70, чёрный 30", "к. кость 70, чёрный 30"])
def test_a_beginning_of_no_name_is_refused(text: str) -> None:
    """Or it is too short to be one."""
    with pytest.raises(RecipeError):
        parse_recipe(text)


@pytest.mark.parametrize("text", ["зел. RAL 6005 80% + RAL 1015 20%", "зелёный RAL 6005 80% + RAL 1015 20%"])
def test_a_short_name_before_a_code_describes_it(text: str) -> None:
    """The full stop ends no sentence there."""
    assert parse_recipe(text).recipe.percents == {"RAL 6005": 80, "RAL 1015": 20}
