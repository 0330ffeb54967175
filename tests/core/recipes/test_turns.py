"""Squares and stripes of two mixes."""

import pytest
from tests.core.recipes.test_zones import read

from plitka.core.recipes.part_names import find_heads, small_letters
from plitka.core.recipes.turns import Turns
from plitka.core.recipes.zone_texts import Zoned


def turns(text: str) -> Zoned | None:
    """What is found in a text of one shape."""
    small = small_letters(text)
    head = next(head for head in find_heads(small) if head.kind in ("stripes", "checker", "line"))
    return Turns(text, small, read).found(head)


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("checkerboard 4 squares: red, green, red, green", "checker:2"),
        ("stripes: red, green, red, green, red, green", "stripes:16.67-33.33+50-66.67+83.33-100%"),
        ("шесть полос: белая, синяя, белая, синяя, белая, синяя", "stripes:16.67-33.33+50-66.67+83.33-100%"),
        ("шахматка 16 клеток, белая и чёрная", "checker:4"),
        ("checkerboard of red and grey", "checker:4"),
    ],
)
def test_a_list_by_turns_is_two_mixes(text: str, mask: str) -> None:
    """And how many there are is known from it, or from its number."""
    found = turns(text)
    assert found is not None
    assert found.zones[0].mask == mask


@pytest.mark.parametrize(
    "text", ["stripes: red, red, red", "4 stripes: red, white, blue", "checkerboard red, white, blue"]
)
def test_one_mix_is_none_by_turns(text: str) -> None:
    """Nor are as many as are not counted, or three in squares."""
    assert turns(text) is None


@pytest.mark.parametrize(
    ("text", "ground", "zones"),
    [
        ("три полосы: белая, синяя, красная", "белая",
         [("stripes:33.33-66.67%", "BLUE"), ("stripes:66.67-100%", "RED")]),
        ("stripes of red, white and blue", "red", [("stripes:33.33-66.67%", "WHITE"), ("stripes:66.67-100%", "BLUE")]),
        ("stripes: red, green, blue, red, green, blue", "red",
         [("stripes:16.67-33.33+66.67-83.33%", "GREEN"), ("stripes:33.33-50+83.33-100%", "BLUE")]),
        ("10 cm stripes red white blue, tile 50x50", "red, 50x50",
         [("stripes:20-40+80-100%", "WHITE"), ("stripes:40-60%", "BLUE")]),
        ("4 stripes: red white red white, equal width", "red", [("stripes:25-50+75-100%", "WHITE")]),
        ("three stripes green white green", "green", [("stripes:33.33-66.67%", "WHITE")]),
        ("five stripes alternating black and yellow", "black", [("stripes:20-40+60-80%", "YELLOW")]),
        ("black with red stripes 5cm wide, two of them, tile 50x50", "black, 50x50",
         [("stripes:20-30+70-80%", "RED")]),
        ("чёрная с двумя жёлтыми полосами по 5 см", "чёрная", [("stripes:20-30+70-80%", "YELLOW")]),
        ("two red stripes 50 mm wide on grey", "grey", [("stripes:20-30+70-80%", "RED")]),
        ("grey with one white stripe 10 cm down the middle", "grey", [("stripes:40-60%", "WHITE")]),
        ("серая, белая полоса 10 см посередине", "серая", [("stripes:40-60%", "WHITE")]),
        ("на сером три белые полосы 2 см, 60х60", "сером, 60х60",
         [("stripes:15-18.33+48.33-51.67+81.67-85%", "WHITE")]),
        ("чередующиеся полосы красный белый, 10 см", "красный", [("stripes:20-40+60-80%", "WHITE")]),
        ("checkerboard 4x4 red grey", "red", [("checker:4", "GRAY")]),
    ],
)  # fmt: skip
def test_stripes_are_bands_of_the_ground_s_width(text: str, ground: str, zones: list[tuple[str, str]]) -> None:
    """In their order side by side, or evenly apart on a ground."""
    found = turns(text)
    assert found is not None
    assert found.ground == ground
    assert [(zone.mask, zone.recipe.parts[0].colour.code) for zone in found.zones] == zones


def test_the_size_of_the_tile_stays_with_the_ground() -> None:
    """As a sheet asks for it."""
    found = turns("stripes 10 cm each: red, black, red, black, tile 40x40 cm")
    assert found is not None
    assert found.ground == "red, 40x40 cm"
