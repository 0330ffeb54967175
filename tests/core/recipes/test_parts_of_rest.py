"""Parts beside percents."""

import pytest

from plitka.core.recipes.parts_of_rest import with_parts_of_rest
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def test_parts_share_what_percents_leave() -> None:
    """And a notice says so."""
    reading = parse_recipe("anthracite 2 parts, light grey 1 part, plus 4% turquoise")
    assert reading.recipe.percents == {"ANTHRACITE": 64, "LTGRAY": 32, "TURQSE": 4}
    assert "'anthracite 2 parts, light grey 1 part' is the ground, which has the 96 %" in str(reading.warnings[0])


@pytest.mark.parametrize("text", ["red 2 parts, 10% white", "red 2 parts, black 1 part, 100% white"])
def test_others_are_refused(text: str) -> None:
    """One part alone, and nothing left."""
    with pytest.raises(RecipeError, match="cannot stand in one recipe"):
        parse_recipe(text)


def test_a_strict_reading_asks_for_one_unit() -> None:
    """For all colours."""
    with pytest.raises(RecipeError, match="cannot stand in one recipe"):
        parse_recipe("red 2 parts, black 1 part, 10% white", strict=True)


def test_nothing_is_changed_without_colours() -> None:
    """Of a text with none."""
    assert with_parts_of_rest(Source(""), ()) == ((), None)
