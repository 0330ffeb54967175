"""A colour that is taken out of a mix on a ground."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.removals import without_removed
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def test_the_ground_has_the_share_of_what_is_taken_out() -> None:
    """And a notice says so."""
    reading = parse_recipe("black with 10% grey and 5% red flecks. Drop the red.")
    assert reading.recipe.percents == {"BLACK": 90, "GRAY": 10}
    assert "'Drop the red' takes a colour out of the mix; the ground has its share" in map(str, reading.warnings)


def test_what_has_no_ground_is_left_alone() -> None:
    """Nor is a colour taken out that has no number, is not told, or is one of several."""

    def check(text: str) -> None:
        source = Source(text)
        assert without_removed(source, scan(source, default_palette())) is None

    check_each(
        [
            ("red 60, black 30, white 10 - remove the white",),
            ("black base, 10% red - remove the white",),
            ("black base, 10% red - remove the red and the black",),
            ("black base, 10% red",),
        ],
        check,
    )


def test_a_change_of_a_told_mix_says_so() -> None:
    """The mix stands there, though its numbers are no whole."""
    with pytest.raises(RecipeError, match="changes the mix before it"):
        parse_recipe("чёрный, 10% красный. Убавь красный")
