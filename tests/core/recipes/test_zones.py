"""Tiles of several mixes in one text."""

from contextlib import suppress

import pytest
from tests.core.recipes.prompts_zones import NO_ZONES, ZONES
from tests.core.recipes.tables import check_each

from plitka.core.recipes.mixes import Reading, read_mix
from plitka.core.recipes.reading import parse_tile
from plitka.core.recipes.zones import find_zones
from plitka.errors import RecipeError


def read(text: str) -> Reading | None:
    """A text as one mix."""
    with suppress(RecipeError):
        return read_mix(text)
    return None


def test_a_ground_and_its_zones_are_told_apart() -> None:
    """By the names of the parts, in both languages, with a size where one is said."""

    def check(text: str, ground: str, zones: list[tuple[str, str]]) -> None:
        found = find_zones(text, read)
        assert found is not None
        assert read_mix(found.ground).recipe == read_mix(ground).recipe
        assert [(zone.mask, zone.recipe) for zone in found.zones] == [
            (mask, read_mix(mix).recipe) for mask, mix in zones
        ]
        assert all(text[slice(*zone.place)].strip() for zone in found.zones)
        assert all(read_mix(zone.mix).recipe == zone.recipe for zone in found.zones)

    check_each(ZONES, check)


def test_one_mix_is_no_tile_of_zones() -> None:
    """Nor is a text whose parts are no whole mixes."""
    assert [text for text in NO_ZONES if find_zones(text, read) is not None] == []


def test_what_no_mask_shows_is_told() -> None:
    """A line across, and stripes wider than the tile; of stripes that are not upright there is no zone."""
    line = find_zones("grey tile with a 10cm red border and a white line in the middle", read)
    turned = find_zones("полосы по диагонали: бирюзовый и белый", read)
    wide = find_zones("stripes 500 mm wide, blue and white", read)
    assert line is not None
    assert wide is not None
    assert line.has_unshown
    assert "'white line in the middle' cannot be shown, and is left out" in map(str, line.remarks)
    assert turned is None
    assert [str(remark) for remark in wide.remarks] == [
        "stripes or squares of '500 mm wide' do not fit a tile of 500 mm; stripes:4 is taken"
    ]


def test_a_long_list_of_stripes_is_not_tried_at_every_place() -> None:
    """Of many colours none are two mixes."""
    tried: list[str] = []

    def count(text: str) -> Reading | None:
        tried.append(text)
        return None

    assert find_zones("stripes: " + "red, " * 150, count) is None
    assert len(tried) < 20


@pytest.mark.parametrize(
    "text",
    [
        "red tile with a blue border, each with 10% white, and a yellow circle",
        "blue border and red field, both with 10% white, and a yellow circle",
        "красная плитка с синей каймой, в каждой по 10% белого, и жёлтый круг",
        "красная плитка, синяя кайма, обе с 10% белого, жёлтый круг",
    ],
)
def test_what_each_part_has_is_of_all_told_before_it(text: str) -> None:
    """The ground and the border, and not of what is told behind it."""
    tile = parse_tile(text)
    assert tile.recipe.percents == {"RED": 90, "WHITE": 10}
    zones = {mask.split(":")[0]: zone.recipe.percents for mask, zone in tile.zones}
    assert zones == {"border": {"BLUE": 90, "WHITE": 10}, "circle": {"YELLOW": 100}}
    later = parse_tile("blue border, each with 10% white, yellow circle on a red tile")
    assert later.recipe.percents == {"RED": 100}


def test_no_order_of_words_about_parts_stops_the_reader() -> None:
    """It is read or refused."""
    for text in (
        ", рамка см 20",
        "краю RAL зона both 40 20 рамка ) зона",
        "10% width ) плитки flecks in , 10 краю both 20 мокрый border",
        "серый, кайма both 5 рамка 10",
        "border around , both 20 70/30 line border of grey",
    ):
        with suppress(RecipeError):
            parse_tile(text)
