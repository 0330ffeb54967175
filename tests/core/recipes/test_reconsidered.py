"""Mixes that were thought of first."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    "text",
    [
        "сначала думали 50/50 красный с чёрным, но заказчик хочет красного побольше: 70 на 30",
        "сначала хотели 60% красный 40% чёрный, но теперь 70/30",
        "изначально было 80 на 20 красный и чёрный, а теперь 70 на 30",
        "сначала красный 60 чёрный 40, потом красный 70 чёрный 30",
        "at first we thought 60/40 red and black, but the client wants 70/30",
        "initially 80% red 20% black, but now 70/30",
        "originally 50/50 red and black, now it is 70/30",
        "first 60 red 40 black, then 70 red 30 black",
        "we originally asked for 60/40 red and black, but now want 70/30",
    ],
)
def test_the_last_numbers_are_meant(text: str) -> None:
    """In the order of the colours, with a note."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"RED": 70, "BLACK": 30}
    assert any(str(notice).startswith("what stands behind") for notice in reading.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "сначала думали красный 60 чёрный 40, но заказчик хочет красного побольше: 50 на 50",
        "at first 60/40 red and black, but now more red: 50/50",
        "initially 80% red 20% black, but now 70/20",
        "at first 60/40 red and black, but now 50/30/20",
    ],
)
def test_numbers_that_do_not_fit_are_refused(text: str) -> None:
    """What is to be more has to be more, and the numbers have to be a whole of as many colours."""
    with pytest.raises(RecipeError):
        parse_recipe(text)


def test_a_first_colour_is_of_one_mix() -> None:
    """Where nothing comes later."""
    assert parse_recipe("first red 60, black 40").recipe.percents == {"RED": 60, "BLACK": 40}
