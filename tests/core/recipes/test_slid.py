"""Numbers that would slide past a word that is not understood."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import UnknownColour


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("red 60, black and flurb 40", "flurb"),
        ("grey: 50 mid grey, 30 dark grey, 15 light grey, zorg 5", "zorg"),
        ("60 flurb 40 red black", "flurb"),
        ("5 yellow ducks on blue", "ducks"),
        ("50 белый 30 серый 15 чёрный и бурбур 5", "бурбур"),
    ],
)
def test_the_word_is_refused(text: str, blamed: str) -> None:
    """By its name, since it may be the colour of a number."""
    with pytest.raises(UnknownColour) as refused:
        parse_recipe(text)
    assert text[slice(*refused.value.span)] == blamed


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("grey, but with a good sprinkling of white, say 25%", {"GRAY": 75, "WHITE": 25}),
        ("red and black like a ladybird, 80 to 20", {"RED": 80, "BLACK": 20}),
        ("bunker 2 red 60 black 40", {"RED": 60, "BLACK": 40}),
    ],
)
def test_words_beside_a_number_of_a_colour_stay(text: str, percents: dict[str, float]) -> None:
    """Where nothing else can be theirs."""
    assert parse_recipe(text).recipe.percents == percents
