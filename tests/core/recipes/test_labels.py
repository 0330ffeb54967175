"""Labels that stand beside a mix with numbers of their own."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    "text",
    [
        "Lot 5 red 60 black 40",
        "hopper A/B: red 60, black 40",
        "Наряд 55. Замес 1: красный 60, чёрный 40",
        "Walter, 07:30: 60 red, 40 black",
        "Объект: школа 12. Красный 60, чёрный 40",
        "red 60, black 40 - room 12",
        "tel 0113 496 0000, red 60, black 40",
        "item 3.2.1: red 60, black 40",
        "2-й подъезд: красный 60, чёрный 40",
        "red 60, black 40, 5% discount",
    ],
)
def test_a_label_is_left_out_and_told(text: str) -> None:
    """With its number, wherever it stands."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"RED": 60, "BLACK": 40}
    assert any("is no part of the mix" in str(warning) for warning in reading.warnings)


def test_words_behind_a_dash_stand_beside_the_mix() -> None:
    """They go to the prompt."""
    assert parse_recipe("red 60 black 40 - kids corner").words == ("kids corner",)


@pytest.mark.parametrize("text", ["ketchup 30, red 60, black 40", "RAL 7099 60, red 60, black 40", "grngrn 5: red 60"])
def test_what_may_be_a_colour_is_no_label(text: str) -> None:
    """A word alone with its number, a code, and what is spelled like a colour."""
    with pytest.raises(RecipeError):
        parse_recipe(text)


@pytest.mark.parametrize("text", ["team 12a, 5: red 60, black 40", "hopper A/B and C/D: red 60 black 40"])
def test_a_strict_reading_guesses_no_labels(text: str) -> None:
    """What is not known to be one is refused."""
    with pytest.raises(RecipeError):
        parse_recipe(text, strict=True)
