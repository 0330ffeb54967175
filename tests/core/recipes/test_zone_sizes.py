"""How wide a border is and how large a circle, of a tile whose size the text tells."""

from fractions import Fraction

import pytest
from tests.core.recipes.tables import check_each
from tests.core.recipes.zones_sized import ZONES

from plitka.core.recipes.part_names import CIRCLE, SIZE, find_heads
from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.core.recipes.zone_sizes import (
    millimetres,
    percent_of,
    sizes_apart,
    tile_mm,
    without_places,
    without_tile,
)


def test_parts_have_the_size_that_is_told() -> None:
    """In words and signs, in both languages, also behind a comma, and of the tile that is told."""

    def check(text: str, ground: str, zones: list[tuple[str, str]]) -> None:
        reading = parse_tile(text)
        assert reading.recipe == parse_recipe(ground).recipe
        assert [(mask, zone.recipe) for mask, zone in reading.zones] == [
            (mask, parse_recipe(mix).recipe) for mask, mix in zones
        ]

    check_each(ZONES, check)


def test_a_circle_without_a_size_says_how_large_it_is() -> None:
    """Of the shorter side."""
    told = [str(notice) for notice in parse_tile("зелёная плитка с жёлтым кругом посередине").warnings]
    assert any("has no size; it has 60 percent of the shorter side" in notice for notice in told)


@pytest.mark.parametrize(
    ("text", "side_mm"),
    [
        ("tile 50x50 cm", 500), ("плитка 50 на 50", 500), ("1m x 1m", 1000), ("1х1 м", 1000), ("0,5 x 1 m", 500),
        ("24x24 in", Fraction("609.6")), ("2'x2'", Fraction("609.6")), ("400x300x30", 300), ("60х60", 600),
        ("red 50 на 50 black", 500), ("2 на 1, красный с чёрным", 500), ("2x25 kg", 500), ("100 на 100 см", 1000),
    ],
)  # fmt: skip
def test_the_shorter_side_of_the_tile_is_known(text: str, side_mm: Fraction) -> None:
    """500 mm where no size is told."""
    assert tile_mm(text) == side_mm


def test_a_size_behind_a_comma_is_of_the_part_that_it_is_said_of() -> None:
    """A diameter of the circle; a thickness is nobody's, and a text keeps its length without it."""
    text = "black, yellow circle, dia 30 cm, 20 mm thick, tile 50x50 cm"
    small = without_tile(text)
    assert len(small) == len(text)
    apart = sizes_apart(small, find_heads(small))
    assert {kind: text[slice(*place)].strip() for kind, place in apart.items()} == {CIRCLE: "dia 30 cm"}
    assert without_places("abcdef", [(1, 3)]) == "a  def"


def test_a_size_is_of_the_tile() -> None:
    """Twice a radius, and none that is larger than the tile."""
    size = SIZE.search("radius 10 cm")
    assert size is not None
    assert millimetres(size) == 100
    assert percent_of(CIRCLE, size, "radius 10 cm", Fraction(500)) == "40"
    assert percent_of(CIRCLE, size, "radius 10 cm", Fraction(100)) is None
