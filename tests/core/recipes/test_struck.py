"""Words that are struck out, and colours that are not wanted."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("~~red~~ green", "~~red~~"),
        ("neither red nor black, all green", "neither red nor black"),
        ("ни красного, ни чёрного, весь зелёный", "ни красного, ни чёрного"),
    ],
)
def test_they_are_left_out_with_a_notice(text: str, words: str) -> None:
    """What else is named is the mix."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"GREEN": 100}
    assert f"'{words}' is no part of the mix; it is left out" in map(str, reading.warnings)


@pytest.mark.parametrize("text", ["neither red nor black", "ни красного, ни чёрного"])
def test_no_colour_is_guessed(text: str) -> None:
    """All of it is told."""
    with pytest.raises(RecipeError, match="no other is named") as caught:
        parse_recipe(text)
    assert caught.value.span == (0, len(text))
