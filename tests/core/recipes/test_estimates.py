"""Amounts that are said in words only."""

import pytest

from plitka.core.recipes.estimates import LITTLE_PERCENT, SOME_PERCENT, TRACE_PERCENT
from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("mainly red with a bit of black", {"RED": 90, "BLACK": LITTLE_PERCENT}),
        ("red, sand and a touch of white", {"RED": 45, "SAND": 45, "WHITE": LITTLE_PERCENT}),
        ("mostly navy, some turquoise, hint of yellow", {"NAVY": 70, "TURQSE": 20, "YELLOW": LITTLE_PERCENT}),
        ("чёрный и щепотка белого", {"BLACK": 90, "WHITE": LITTLE_PERCENT}),
        ("зелёный 3 части, жёлтый 1 часть, щепотка белого", {"GREEN": 67.5, "YELLOW": 22.5, "WHITE": LITTLE_PERCENT}),
        ("mostly red, some black, a hint of white", {"RED": 70, "BLACK": SOME_PERCENT, "WHITE": LITTLE_PERCENT}),
        ("red with a hint of blue and green", {"RED": 80, "BLUE": LITTLE_PERCENT, "GREEN": LITTLE_PERCENT}),
        ("белого чуть-чуть, остальное чёрное", {"WHITE": LITTLE_PERCENT, "BLACK": 90}),
        (
            "в основном черная, немного синей и чуть-чуть белой",
            {"BLACK": 85, "BLUE": LITTLE_PERCENT, "WHITE": TRACE_PERCENT},
        ),
        ("mostly black, a little blue and a touch of white", {"BLACK": 85, "BLUE": 10, "WHITE": TRACE_PERCENT}),
        ("mostly black, a touch of white, a bit of blue", {"BLACK": 85, "WHITE": TRACE_PERCENT, "BLUE": 10}),
        ("чёрный, немного синего, капля белого и красного", {"BLACK": 80, "BLUE": 10, "WHITE": 5, "RED": 5}),
        ("mostly black, some red, a little blue, a hint of white", {"BLACK": 65, "RED": 20, "BLUE": 10, "WHITE": 5}),
        ("60% red, 25% black, немного белого", {"RED": 60, "BLACK": 25, "WHITE": 15}),
    ],
)
def test_words_are_taken_for_numbers(text: str, percents: dict[str, float]) -> None:
    """With a note; a strict reading refuses them."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == percents
    assert reading.warnings or not reading.words
    with pytest.raises(RecipeError, match="leaves the number open"):
        parse_recipe(text, strict=True)


@pytest.mark.parametrize(
    "text",
    [
        "a bit of red",
        "lots of red, some black",
        "a bit of red, blue, black",
        "60% red, a bit of white",
        "more red, black",
    ],
)
def test_too_little_is_said(text: str) -> None:
    """One colour has to be left that has the rest."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
