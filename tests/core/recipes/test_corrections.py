"""What a speaker takes back."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.corrections import corrected, find_marks
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("seventy percent blue thirty percent yellow no wait make it eighty twenty", "80% blue, 20% yellow"),
        ("красный 60, чёрный 40, нет, лучше 70 на 30", "70% red, 30% black"),
        ("60% blue, no wait, green, 40% white", "60% green, 40% white"),
        ("red 60 black 40, sorry, I mean red 50 black 50", "50% red, 50% black"),
        ("красный, ой хотя нет, синий", "100% blue"),
        ("red 60 black 40, oops, 70 30, no wait, 80 20", "80% red, 20% black"),
    ],
)
def test_the_last_word_counts(text: str, plain: str) -> None:
    """Numbers, a colour or the whole mix, and a notice tells of it."""
    reading = parse_recipe(text)
    assert reading.recipe == parse_recipe(plain).recipe
    assert any(str(warning).startswith("what stands behind") for warning in reading.warnings)


@pytest.mark.parametrize("text", ["red 60, black 40, no wait, 50", "60% red, 40% black, scratch that"])
def test_what_is_taken_back_has_to_be_clear(text: str) -> None:
    """Other than as many numbers, or nothing, replaces nothing."""
    with pytest.raises(RecipeError, match="takes something back"):
        parse_recipe(text)


def test_nothing_is_taken_back_before_anything_is_said() -> None:
    """Nor where no such words stand."""
    for text in ("no wait, red 60 black 40", "red 60, black 40, no white"):
        source = Source(text)
        tokens = scan(source, default_palette())
        assert corrected(source, tokens) == (list(tokens), [])
    assert find_marks(Source("red, no wait, blue")) == [(5, 13)]


def test_two_numbers_that_are_denied_at_the_end() -> None:
    """The words before them go with them, and nothing is looked for where they stood."""
    assert parse_recipe("rest black, 25 blue instead of 20").recipe.percents == {"BLACK": 75, "BLUE": 25}
