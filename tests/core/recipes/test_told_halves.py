"""Halves of a tile that are not called left and right."""

import pytest

from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("half red half blue, split down the middle", "half:right"),
        ("half red and half blue divided horizontally", "half:bottom"),
        ("half the tile red, half blue", "half:right"),
        ("half red half blue, straight split down the middle", "half:right"),
        ("half red, half blue, vertical split", "half:right"),
        ("half red half blue split horizontally", "half:bottom"),
        ("half/half red & blue, side by side", "half:right"),
        ("50/50 red and blue, split down the middle", "half:right"),
        ("red and blue, split down the middle", "half:right"),
        ("half of the tile is red, the other half blue, 50x50 cm", "half:right"),
        ("пол плитки красная, пол синяя", "half:right"),
        ("полплитки красная, полплитки синяя", "half:right"),
        ("половина плитки красная, вторая половина синяя", "half:right"),
        ("половина красная, половина синяя, разделена посередине", "half:right"),
        ("половина красная половина синяя, шов посередине", "half:right"),
    ],
)
def test_halves_are_a_ground_and_a_zone(text: str, mask: str) -> None:
    """With a note; one mix refuses them with the option that draws them."""
    reading = parse_tile(text)
    assert reading.recipe.percents == {"RED": 100}
    assert [(zone, mix.recipe.percents) for zone, mix in reading.zones] == [(mask, {"BLUE": 100})]
    assert any("is read as the zone" in str(notice) for notice in reading.warnings)
    with pytest.raises(RecipeError, match=f"--zone '{mask}="):
        parse_recipe(text)


@pytest.mark.parametrize("text", ["half red half blue", "половина красного, половина синего", "red 50, blue 50"])
def test_halves_of_a_mix_are_none(text: str) -> None:
    """Nothing says where they lie."""
    assert parse_tile(text).recipe.percents == {"RED": 50, "BLUE": 50}


def test_half_of_the_rest_is_no_half_of_the_tile() -> None:
    """It is of what the first half leaves, and the numbers are refused."""
    with pytest.raises(RecipeError, match="add up to 75"):
        parse_tile("half of the tile red, half of the rest black")


def test_halves_that_are_no_halves_are_asked_back() -> None:
    """A tile that is split in the middle has no 60 percent of one side."""
    with pytest.raises(RecipeError, match="half:right"):
        parse_tile("60/40 red and blue, split down the middle")


def test_halves_without_a_place_are_a_mix_and_told_so() -> None:
    """In both languages alike; what the notice says to write has zones."""
    for text, others in [
        ("half blue, half orange", "left half blue, right half orange"),
        ("половина синяя, половина оранжевая", "слева синяя, справа оранжевая"),
    ]:
        reading = parse_recipe(text)
        assert reading.recipe.percents == {"BLUE": 50, "ORANGE": 50}
        assert [str(notice) for notice in reading.warnings] == [
            f"{text!r} is taken as a mix; for halves of the tile write: {others}"
        ]
    for text in ("left half blue, right half orange", "левая половина синяя, правая половина оранжевая"):
        assert [mask for mask, _ in parse_tile(text).zones] == ["half:right"]
