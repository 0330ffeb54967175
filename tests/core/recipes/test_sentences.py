"""A mix in one sentence among others."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    "text",
    [
        "Red 60%, black 40%. The last load had too much black, so not 50.",
        "Client qwertied about the red. Red 60, black 40. Deliver by 15 May.",
        "Шеф приехал недовольный. Красный 60, чёрный 40.",
    ],
)
def test_other_sentences_stand_beside(text: str) -> None:
    """With a note."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"RED": 60, "BLACK": 40}
    assert reading.warnings


@pytest.mark.parametrize(
    "text",
    [
        "Red 60%, black 40%. Qwerty white.",
        "Red 60%, black 40%. Qwerty: 50% black.",
        "Red 60%, black 40%. More red qwerty.",
        "Red 60, black 40 qwerty. Red 70, black 30 qwerty.",
    ],
)
def test_what_adds_to_the_mix_is_refused(text: str) -> None:
    """Another colour, a share, a change, or a second whole."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
