"""Stripes at a side of the tile."""

from fractions import Fraction

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.recipes.line_places import find_line_place
from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.errors import RecipeError

AT_SIDES = [
    ("grey tile, horizontal white stripe at the top 5 cm", "grey", "rows:0-10%", "white"),
    ("grey tile, white stripe 5 cm along the top edge", "grey", "rows:0-10%", "white"),
    ("grey tile, white stripe on the left 5 cm", "grey", "stripes:0-10%", "white"),
    ("a 100 mm navy band along the bottom edge, the rest light grey", "light grey", "rows:80-100%", "navy"),
    ("black tile with two yellow stripes 5 cm at top and bottom", "black", "rows:0-10+90-100%", "yellow"),
    ("black tile, 15 cm strip on the right hand side in red", "black", "stripes:70-100%", "red"),
    ("yellow line 5 cm along the bottom of a black tile", "black", "rows:90-100%", "yellow"),
    ("mat 1x1 m: beige; brown stripe 10 cm wide, horizontal, 20 cm from the top", "beige", "rows:20-30%", "brown"),
    ("black tile, white line 2 cm wide 5 cm from the left edge", "black", "stripes:10-14%", "white"),
    ("red, 4 cm black stripe set 10 cm from the bottom", "red", "rows:72-80%", "black"),
    ("grey with a 5 cm white stripe at each side, left and right", "grey", "stripes:0-10+90-100%", "white"),
    ("blue tile, yellow stripes 4 cm along the top and bottom edges", "blue", "rows:0-8+92-100%", "yellow"),
    ("серая, белая полоса 4 см, отступ 10 см от левого края", "grey", "stripes:20-28%", "white"),
    ("белая полоса 5 см в 10 см от низа, основа зелёная", "green", "rows:70-80%", "white"),
    ("серая с белыми полосами 5 см по левому и правому краю", "grey", "stripes:0-10+90-100%", "white"),
    ("синяя плитка, жёлтые полосы 4 см вдоль верхнего и нижнего края", "blue", "rows:0-8+92-100%", "yellow"),
    ("белая полоса снизу 10 см, остальное красное", "red", "rows:80-100%", "white"),
    ("белая полоса слева 10 см, остальное красное", "red", "stripes:0-20%", "white"),
    ("чёрная плитка, жёлтые полосы сверху и снизу по 5 см", "black", "rows:0-10+90-100%", "yellow"),
    ("серая плитка, белая полоса 8 см по верхнему краю", "grey", "rows:0-16%", "white"),
    ("синяя полоса 10 см вдоль правого края, основа 80% серый 20% белый", "grey 80, white 20", "stripes:80-100%",
     "blue"),
    ("полоса: белый 60% чёрный 40%, 10 см сверху; остальное серое", "grey", "rows:0-20%", "white 60, black 40"),
]  # fmt: skip


def test_stripes_lie_at_the_sides_that_are_told() -> None:
    """One or two, with the rest as their ground."""

    def check(text: str, ground: str, mask: str, mix: str) -> None:
        reading = parse_tile(text)
        assert reading.recipe == parse_recipe(ground).recipe
        assert [(mask, zone.recipe) for mask, zone in reading.zones] == [(mask, parse_recipe(mix).recipe)]

    check_each(AT_SIDES, check)


@pytest.mark.parametrize(
    "text",
    [
        "red left half, white stripe 5 cm on the right",
        "black with a white line at the top corner 5 cm",
        "red, 40 cm black stripe 20 cm from the top",
        "red and black 60/40, line down the middle in white",
        "red and black 60/40, 5 cm line down the middle in white",
    ],
)
def test_a_stripe_beside_other_parts_is_refused(text: str) -> None:
    """As is one that does not fit; none is left out as a layer that is not seen."""
    with pytest.raises(RecipeError, match="zone"):
        parse_tile(text)


UNSIZED = [
    ("white stripe on the left, rest red", "red", "stripes:0-10%", "white"),
    ("белая полоса сверху, остальное красное", "red", "rows:0-10%", "white"),
    ("grey, black line along the bottom edge", "grey", "rows:90-100%", "black"),
    ("red stripe along the bottom of a grey tile", "grey", "rows:90-100%", "red"),
    ("white stripe along the top of a blue tile", "blue", "rows:0-10%", "white"),
    ("a black line down the left side of a 80% beige 20% brown tile", "beige 80, brown 20", "stripes:0-10%", "black"),
    ("black tile, yellow stripes at top and bottom", "black", "rows:0-10+90-100%", "yellow"),
    ("yellow line along the right edge of the grey tile", "grey", "stripes:90-100%", "yellow"),
    ("красная полоса вдоль нижнего края серой плитки", "grey", "rows:90-100%", "red"),
    ("жёлтая полоса по верхнему краю чёрной плитки", "black", "rows:0-10%", "yellow"),
    ("белая линия слева, остальное синее", "blue", "stripes:0-10%", "white"),
    ("зелёная плитка с белой полосой снизу", "green", "rows:90-100%", "white"),
    ("красная линия по центру плитки RAL 5015", "RAL 5015", "stripes:45-55%", "red"),
    ("красная линия по центру синей плитки", "blue", "stripes:45-55%", "red"),
    ("белая полоса посередине плитки RAL 7037", "RAL 7037", "stripes:45-55%", "white"),
    ("горизонтальная чёрная линия по центру жёлтой плитки", "yellow", "rows:45-55%", "black"),
    ("белая линия на сером", "grey", "stripes:45-55%", "white"),
    ("red line across the middle of a RAL 5015 tile", "RAL 5015", "rows:45-55%", "red"),
    ("grey tile with a white line in the middle", "grey", "stripes:45-55%", "white"),
    ("white line on grey", "grey", "stripes:45-55%", "white"),
    ("a black stripe down the middle of a yellow tile", "yellow", "stripes:45-55%", "black"),
]


def test_a_stripe_without_a_size_has_a_tenth_of_the_tile() -> None:
    """And a note says so."""

    def check(text: str, ground: str, mask: str, mix: str) -> None:
        reading = parse_tile(text)
        assert reading.recipe == parse_recipe(ground).recipe
        assert [(mask, zone.recipe) for mask, zone in reading.zones] == [(mask, parse_recipe(mix).recipe)]
        assert any("has no size; it has 10 percent" in str(notice) for notice in reading.warnings)

    check_each(UNSIZED, check)


def test_the_side_that_is_not_named_is_told() -> None:
    """It is the left one."""
    for text in (
        "red tile with white 50mm lane line down one side",
        "красная плитка с белой линией 50 мм с одной стороны",
        "red tile, white stripe 5 cm along one edge",
    ):
        reading = parse_tile(text)
        assert reading.recipe.percents == {"RED": 100}
        assert [(mask, zone.recipe.percents) for mask, zone in reading.zones] == [("stripes:0-10%", {"WHITE": 100})]
        assert any("leaves open which side it is" in str(notice) for notice in reading.warnings)


def test_sides_are_told_of_one_stripe() -> None:
    """Two of them lie opposite each other."""
    place = find_line_place("stripe at top and bottom", [(0, 6)])
    assert place is not None
    assert place.mask(Fraction(5), Fraction(500)) == "rows:0-5+95-100%"
    apart = find_line_place("stripe 20 cm from the top", [(0, 6)])
    assert apart is not None
    assert apart.mask(Fraction(10), Fraction(1000)) == "rows:20-30%"
    assert apart.mask(Fraction(90), Fraction(1000)) is None
    assert find_line_place("stripe at top and left", [(0, 6)]) is None
    assert find_line_place("stripe in the top half", [(0, 6)]) is None
    assert find_line_place("stripe", [(0, 6)]) is None
