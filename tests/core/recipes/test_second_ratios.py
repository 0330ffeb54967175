"""A second ratio beside a whole mix."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


def test_a_second_ratio_is_refused_with_its_mix() -> None:
    """Where it may be a choice, or nobody is said to want it."""
    for text in (
        "80 black 20 green or 70/30",
        "80 black 20 green?\nactually 70/30",
        "80 black 20 green, maybe make it 70/30",
    ):
        with pytest.raises(RecipeError) as caught:
            parse_recipe(text)
        error = caught.value
        assert error.source[slice(*error.span)] == "70/30"
        assert str(error).endswith("as in: 70% black, 30% green")


@pytest.mark.parametrize(
    "text",
    [
        "90/10 red/black was the idea but let's do 70/30",
        "65% red, 35% black - client wants 70/30",
        "red 80 black 20? Yes but client wants 70/30 instead",
        "red 80, black 20\nthe architect prefers 70:30",
        "60/40 red and black, please make it 70/30",
        "red 50%, black 50%; let's go with 70 30",
        "красный 80 чёрный 20\nклиент хочет 70/30",
        "красный 80, чёрный 20, заказчик просит 70 на 30",
        "была идея 90/10 красный/чёрный, но давайте 70/30",
        "красный 60%, чёрный 40%, делаем 70/30",
        "красный 50, чёрный 50 - они хотят 70:30",
    ],
)
def test_a_ratio_that_is_wanted_takes_the_place_of_the_first(text: str) -> None:
    """With a note of the words that say so."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"RED": 70, "BLACK": 30}
    assert any(str(notice).startswith("what stands behind") for notice in reading.warnings)
    assert all(reading.words)


def test_a_ratio_of_something_else_is_not_put_in() -> None:
    """A word behind it says what it is of."""
    for text in (
        "red 60 black 40, they want 50/50 payment",
        "red 60, black 40, we ask for 30/70 payment terms",
        "red 60, black 40. Client wants 50/50 split of the delivery",
        "красный 60, чёрный 40, клиент просит 50/50 предоплату",
    ):
        try:
            assert parse_recipe(text).recipe.percents == {"RED": 60, "BLACK": 40}, text
        except RecipeError as error:
            assert "second ratio" in str(error), text


def test_other_ratios_are_no_second_one() -> None:
    """The same again, that of a mix that is no more, one that is taken for the first, and one that nobody asks for."""
    for text, percents in [
        ("red 60, black 40, so 60/40", {"RED": 60, "BLACK": 40}),
        ("red 70, black 30 (was 60/40)", {"RED": 70, "BLACK": 30}),
        ("red 60, black 40, no wait, make it 70/30", {"RED": 70, "BLACK": 30}),
        ("60% red, 40% black, payment 50/50", {"RED": 60, "BLACK": 40}),
        ("red 60, black 40, делаем предоплату 50/50", {"RED": 60, "BLACK": 40}),
    ]:
        assert parse_recipe(text).recipe.percents == percents, text
