"""Numbers that are said behind their colour."""

from tests.core.recipes.tables import check_each

from plitka.core.recipes.late_amounts import alternates, with_late_amounts
from plitka.core.recipes.reading import parse_recipe

LATE = [
    ("red fleck on black, 15%", {"RED": 15, "BLACK": 85}),
    ("жёлтый на синем фоне, 20%", {"YELLOW": 20, "BLUE": 80}),
    ("grey with white fleck, 15%", {"GRAY": 85, "WHITE": 15}),
    ("white; 20%; black; 80%", {"WHITE": 20, "BLACK": 80}),
]


def test_a_number_behind_a_ground_is_of_what_lies_on_it() -> None:
    """Behind another colour it is that one's."""

    def check(text: str, percents: dict[str, float]) -> None:
        assert parse_recipe(text).recipe.percents == percents

    check_each(LATE, check)


def test_nothing_is_late_in_an_empty_text() -> None:
    """Nor does anything follow anything there."""
    assert with_late_amounts([]) == []
    assert alternates([])
