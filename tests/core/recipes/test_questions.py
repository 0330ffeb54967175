"""Questions about a tile that are no recipe."""

import pytest

from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    "text",
    [
        "How much does a 50x50 black tile cost?",
        "price of a black tile?",
        "What's the price of red tiles",
        "do you have red tiles?",
        "black tile 500x500 price?",
        "сколько стоит черная плитка 50х50?",
        "цена черной плитки?",
        "почём красная плитка",
        "who sells red tiles",
        "хочу узнать цену на чёрную плитку",
        "есть ли у вас красная плитка?",
    ],
)
def test_a_question_is_refused_as_such(text: str) -> None:
    """And not read as a tile of the colour that it names."""
    for read in (parse_recipe, parse_tile):
        with pytest.raises(RecipeError, match="asks a question"):
            read(text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("red 60, black 40. How much?", "How much?"),
        ("Сколько стоит? Красный 60, чёрный 40.", "Сколько стоит?"),
    ],
)
def test_a_question_behind_a_recipe_is_set_aside(text: str, question: str) -> None:
    """A notice tells of it, and a strict reading refuses it."""
    for read in (parse_recipe, parse_tile):
        reading = read(text)
        assert reading.recipe.percents == {"RED": 60, "BLACK": 40}
        assert [str(warning) for warning in reading.warnings] == [
            f"{question!r} asks a question, and is no part of the mix"
        ]
        with pytest.raises(RecipeError):
            read(text, strict=True)


@pytest.mark.parametrize(
    "text",
    [
        "How much does a tile of 60% red and 40% black cost?",
        "сколько стоит плитка красный 60 черный 40?",
        "red 60 black 40, price?",
        "цена за красный 60, черный 40",
    ],
)
def test_a_question_with_a_recipe_is_read(text: str) -> None:
    """Its colours have their numbers."""
    assert parse_recipe(text).recipe.percents == {"RED": 60, "BLACK": 40}
