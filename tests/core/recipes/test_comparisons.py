"""Colours told by a comparison with another of the mix."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    "text",
    [
        "grey 60, darker grey 30, even darker grey 10",
        "красный 60, потемнее красный 30, ещё темнее красный 10",
        "dark grey 60, darker grey 40",
    ],
)
def test_what_is_not_known_is_asked_back(text: str) -> None:
    """Two colours are not made one."""
    with pytest.raises(RecipeError, match="does not say which colour it is"):
        parse_recipe(text)


def test_one_comparison_is_another_colour() -> None:
    """Of two."""
    assert parse_recipe("grey 60, darker grey 40").recipe.percents == {"GRAY": 60, "DKGRAY": 40}
