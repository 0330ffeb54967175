"""Lengths and areas as people write them."""

from fractions import Fraction

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.core.sheet.sizes import read_area_m2, read_mm, read_number, read_tile_mm, said_sizes
from plitka.errors import InputError


@pytest.mark.parametrize("text", ["120", "120m2", "120 m²", "120,0 кв. м", " 120 м2 ", "120 sq m"])
def test_an_area(text: str) -> None:
    """In square metres, with the unit or without."""
    assert read_area_m2(text) == 120


@pytest.mark.parametrize("text", ["30", "30mm", "30 мм", "3 cm", "0.03m", "0,03 м"])
def test_a_length(text: str) -> None:
    """In millimetres."""
    assert read_mm("thickness_mm", text) == 30


@pytest.mark.parametrize("text", ["500", "500x500", "500 х 500 мм", "50×50cm"])
def test_a_tile(text: str) -> None:
    """One side is a square's."""
    assert [*read_tile_mm(text)] == [500, 500]


def test_a_number() -> None:
    """With a comma and a sign of percent."""
    assert read_number("waste", "12,5 %") == Fraction(25, 2)


def test_below_nothing_is_a_number() -> None:
    """Which the figure's own range refuses, with its ends."""
    assert read_number("waste", "-1") == -1
    assert read_mm("wear", "-1 cm") == -10
    assert read_area_m2("-120 m2") == -120
    assert [*read_tile_mm("-500")] == [-500, -500]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_area_m2, "a lot"),
        (read_area_m2, "120 kg"),
        (lambda text: read_mm("wear", text), "30 m2"),
        (lambda text: read_number("waste", text), "1e3"),
        (read_tile_mm, "500x500x30"),
        (read_tile_mm, "wide"),
    ],
)
def test_what_is_none_is_refused(read, text: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """With an example."""
    with pytest.raises(InputError, match="is no"):
        read(text)


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ("60% red, 40% black, 120 m2, 30 mm", {"area_m2": 120, "thickness_mm": 30}),
        (
            "плитка 500х1000х40 мм, 60% красный, 40% чёрный, 85 м²",
            {"tile_width_mm": 500, "tile_length_mm": 1000, "thickness_mm": 40, "area_m2": 85},
        ),
        ("red, 120 m2, 80 m2", {}),
        ("red, 900 mm", {}),
        ("60% red, 40% black", {}),
    ],
)
def test_what_a_recipe_says_of_the_floor(recipe: str, said: dict[str, int]) -> None:
    """What is said twice in different ways, or cannot be, is left out."""
    assert said_sizes(parse_recipe(recipe).sizes) == said
