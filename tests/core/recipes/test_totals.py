"""What the amounts of a recipe have to be."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.totals import MAX_OFF_PERCENT, around
from plitka.errors import RecipeError


def test_a_place_lies_around_two() -> None:
    """In either order."""
    assert around((2, 4), (7, 9)) == around((7, 9), (2, 4)) == (2, 9)


@pytest.mark.parametrize("text", ["60% red, 60% black", "40% red, 40% black, 40% gray", "70% синий 50% серый"])
def test_more_than_the_whole_is_refused(text: str) -> None:
    """A tile has no more than 100 percent; the same proportions are offered, and can be read."""
    with pytest.raises(RecipeError, match="must add up to 100") as caught:
        parse_recipe(text)
    start, end = caught.value.span
    (scaled,) = caught.value.suggestions
    assert f"as in: {text[:start]}{scaled}{text[end:]}" in str(caught.value)
    assert ("," in scaled.replace(", ", " ")) == ("серый" in text)
    reading = parse_recipe(text[:start] + scaled + text[end:])
    assert sum(part.percent for part in reading.recipe.parts) == 100
    assert reading.warnings == ()


def test_both_sides_of_100_are_treated_alike() -> None:
    """Within one limit, which what is added to a whole, or to a part of itself, is not."""
    for total in (100 - MAX_OFF_PERCENT, 100 + MAX_OFF_PERCENT):
        assert "scaled to 100" in str(parse_recipe(f"{total - 40}% red, 40% black").warnings[0])
    assert parse_recipe("40% red, 40% black, 20% binder").recipe.percents == {"RED": 50, "BLACK": 50}
    for text in ("40% red, 49% black", "71% red, 40% black", "100% red, 5% black", "80% black (of which 30% SBR)"):
        with pytest.raises(RecipeError):
            parse_recipe(text)


def test_a_colour_that_may_be_missing_is_asked_for() -> None:
    """Where that is more than a slip of rounding, and no binder has it."""
    for text, is_asked in (("60% red, 30% black", True), ("60% red, 39% black", False), ("60% red, 45% black", False)):
        notice = next(str(told) for told in parse_recipe(text).warnings if "scaled to 100" in str(told))
        assert ("a colour is missing" in notice) == is_asked
    assert all("is missing" not in str(told) for told in parse_recipe("60% red, 30% black, 10% binder").warnings)


def test_one_number_for_two_names_is_asked_back() -> None:
    """With a number for each."""
    with pytest.raises(RecipeError, match=r"two names of one colour, .* as in: 15% eggshell, 15% cream") as caught:
        parse_recipe("eggshell/cream 30, rest black")
    assert caught.value.suggestions == ("15% eggshell, 15% cream",)


@pytest.mark.parametrize("text", ["34% red, 34% black, 34% white", "33.4% red, 33.4% black, 33.4% white"])
def test_what_was_rounded_up_is_scaled(text: str) -> None:
    """With a note."""
    reading = parse_recipe(text)
    assert sum(part.percent for part in reading.recipe.parts) == 100
    assert "scaled to 100" in str(reading.warnings[0])


@pytest.mark.parametrize("text", ["лиловый и сиреневый пополам", "лиловый 50%, сиреневый 50%"])
def test_two_names_of_one_colour_are_told(text: str) -> None:
    """Whoever wrote two colours learns that they are one."""
    (told,) = parse_recipe(text).warnings
    assert "'лиловый' and 'сиреневый' are the same granules, LILAC" in str(told)


def test_a_colour_behind_the_fleck_is_told_to_have_the_rest() -> None:
    """It may be a second fleck; a ground that is named as one needs no word."""
    (told,) = parse_recipe("fleck 20% grey, blue").warnings
    assert str(told) == "'blue' has no number; it got the remaining 80 %"
    assert parse_recipe("fleck 20% grey, base blue").warnings == ()
    assert parse_recipe("10% white fleck in a green tile").warnings == ()
