"""A mix that the text says is no more."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.former import without_former
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def test_the_former_mix_is_told() -> None:
    """With all that stands before the other."""
    reading = parse_recipe("from 80/20 green/black to 70/30 green/black")
    assert reading.recipe.percents == {"GREEN": 70, "BLACK": 30}
    assert [str(notice) for notice in reading.warnings] == [
        "'from 80/20 green/black to' is no part of the mix; it is left out"
    ]


def test_other_mixes_stay() -> None:
    """Where no word says which of the two is former."""

    def check(text: str) -> None:
        source = Source(text)
        assert without_former(source, scan(source, default_palette())) is None

    check_each(
        [
            ("80/20 green/black, 70/30 green/black",),
            ("from 80/20 green/black, 70/30 green/black",),
            ("from 60% red 40% black to 60% brown, the rest black",),
            ("from red to blue 60/40",),
        ],
        check,
    )


@pytest.mark.parametrize("text", ["from 80/20 green/black to 70/30 green/black"])
def test_a_strict_reading_leaves_nothing_out(text: str) -> None:
    """It has no second look."""
    with pytest.raises(RecipeError, match="do not fit"):
        parse_recipe(text, strict=True)
