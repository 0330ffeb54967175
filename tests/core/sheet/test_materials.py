"""Masses, bags and money."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.scenes import recipes
from tests.core.sheet.floors import sheet_of, two_mixes

from plitka.core.recipes.recipe import Recipe
from plitka.core.scene import Scene, Zone
from plitka.core.sheet.assumptions import Assumptions
from plitka.core.sheet.edges import Edge
from plitka.core.sheet.materials import BASE, BINDER, Layer, Material, OtherTiles, Prices, compute_sheet, volume_m3
from plitka.errors import InputError

areas = st.decimals(1, 5000, places=2).map(Fraction)


@st.composite
def assumptions(draw: st.DrawFn) -> Assumptions:
    """Any that fit together."""
    thickness_mm = draw(st.integers(5, 100))
    edge = draw(st.sampled_from(Edge))
    chosen: dict[str, Any] = {
        "thickness_mm": thickness_mm,
        "wear_mm": draw(st.integers(1, thickness_mm)),
        "tile_width_mm": draw(st.integers(200, 1000)),
        "wear_fill_percent": draw(st.integers(30, 100)),
        "wear_binder_percent": draw(st.integers(0, 50)),
        "waste_percent": draw(st.integers(0, 100)),
        "bag_kg": draw(st.sampled_from([20, 25, 0.5])),
    }
    if edge is Edge.BEVELLED:
        chosen["bevel_mm"] = draw(st.integers(0, 5))
    return Assumptions.of(edge, **chosen)


def of(materials: tuple[Material, ...], layer: Layer | None) -> list[Material]:
    """Those of a layer."""
    return [one for one in materials if one.layer is layer]


@settings(max_examples=60, deadline=None)
@given(recipes(), areas, assumptions())
def test_mass_is_conserved(recipe: Any, area_m2: Fraction, own: Assumptions) -> None:  # noqa: ANN401
    """Over the colours it is volume times density; binder and waste are percents of it; nothing is lost."""
    sheet = compute_sheet(Scene.of(recipe), area_m2, own)
    wear, base, [binder] = (of(sheet.materials, layer) for layer in (Layer.WEAR, Layer.BASE, None))
    solid_m3 = volume_m3(area_m2, own, Layer.WEAR) * own.wear_fill_percent / 100
    assert sum(one.net_kg for one in wear) == solid_m3 * 1550
    assert sum(one.share or 0 for one in wear) == 1
    base_m3 = volume_m3(area_m2, own, Layer.BASE) * own.base_fill_percent / 100
    assert sum(one.net_kg for one in base) == base_m3 * 1150
    granules_kg = sum(one.net_kg for one in (*wear, *base))
    assert binder.net_kg == (
        sum(one.net_kg for one in wear) * own.wear_binder_percent / 100
        + sum(one.net_kg for one in base) * own.base_binder_percent / 100
    )
    assert sheet.net_kg == granules_kg + binder.net_kg
    assert sheet.kg == sheet.net_kg * own.waste_factor
    assert sheet.tile_kg * area_m2 / sheet.tile_m2 == sheet.net_kg


@settings(max_examples=40, deadline=None)
@given(recipes(), areas, assumptions())
def test_twice_the_area_takes_twice_as_much(recipe: Any, area_m2: Fraction, own: Assumptions) -> None:  # noqa: ANN401
    """Of everything; bags at most twice as many, and never fewer than hold it."""
    prices = Prices(of_colours={recipe.colours[0].code: Fraction(7)}, base=Fraction(1))
    once, twice = (compute_sheet(Scene.of(recipe), n * area_m2, own, prices=prices) for n in (1, 2))
    for one, two in zip(once.materials, twice.materials, strict=True):
        assert two.kg == 2 * one.kg
        assert two.cost == (None if one.cost is None else 2 * one.cost)
        if one.n_bags is not None and two.n_bags is not None and one.bag_kg is not None:
            assert (one.n_bags - 1) * one.bag_kg < one.kg <= one.n_bags * one.bag_kg
            assert two.n_bags in (2 * one.n_bags - 1, 2 * one.n_bags)


def test_a_floor_of_the_trade() -> None:
    """120 m2 of 30 mm weigh what such tiles weigh: 6.5 kg each, 26 kg/m2."""
    sheet = sheet_of("60% red, 40% black")
    kg = {one.code: float(one.net_kg) for one in sheet.materials}
    assert kg == pytest.approx({"RED": 669.6, "BLACK": 446.4, BASE: 1683.6, BINDER: 419.94})
    assert sheet.n_tiles == 528
    assert float(sheet.tile_kg) == pytest.approx(6.7, abs=0.1)


def test_whole_bags_are_not_one_too_many() -> None:
    """Ten bags are ten: figures are fractions, and nothing is rounded before the end."""
    figures = {"bag_kg": 66.96, "waste_percent": 0}
    [red] = [one for one in sheet_of("60% red, 40% black", figures=figures).materials if one.code == "RED"]
    assert (red.n_bags, red.kg) == (10, Fraction("669.6"))


def test_zones_add_up_by_their_areas() -> None:
    """A colour that several zones have is weighed in once."""
    sheet = sheet_of("red", mask=("stripes:4", "50% red, 50% white"))
    share = {one.code: one.share for one in sheet.materials if one.layer is Layer.WEAR}
    stripes = sheet.zones[1].area
    assert share == {"RED": 1 - stripes / 2, "WHITE": stripes / 2}


def test_a_chamfer_takes_of_the_wear_layer_first() -> None:
    """And of the base what goes deeper."""
    plain, shallow, deep = (
        Assumptions.of(edge, thickness_mm=30, wear_mm=10, **bevel)
        for edge, bevel in ((Edge.STRAIGHT, {}), (Edge.BEVELLED, {"bevel_mm": 5}), (Edge.BEVELLED, {"bevel_mm": 20}))
    )
    volumes = [[volume_m3(Fraction(1), own, layer) for layer in Layer] for own in (plain, shallow, deep)]
    assert volumes[0] == [Fraction(1, 100), Fraction(2, 100)]
    assert volumes[1][0] < volumes[0][0]
    assert volumes[1][1] == volumes[0][1] > volumes[2][1]


def test_costs_are_of_what_has_a_price() -> None:
    """The rest is named; whole bags cost more than kilograms."""
    sheet = sheet_of("60% red, 40% black", prices={"red": 2}, binder_price=5)
    assert sheet.cost == sum(one.kg * price for one in sheet.materials if (price := one.price_per_kg) is not None)
    assert [one.code for one in sheet.unpriced] == ["BLACK", BASE]
    assert sheet.cost is not None
    assert sheet.cost_of_bags is not None
    assert sheet.cost_of_bags > sheet.cost
    assert sheet_of("red").cost is None
    assert sheet_of("red").unpriced == ()


def test_crumb_of_tyres_weighs_less() -> None:
    """Where the recipe says that a colour is of it, and where a density is given."""
    black = {one.code: one.density for one in sheet_of("50% red, 50% black SBR").materials}["BLACK"]
    assert black is not None
    assert (black.g_cm3, str(black.source)) == (Fraction("1.15"), "crumb of tyres, as the recipe says")
    red = sheet_of("red", densities={"красный": 1.6}).materials[0].density
    assert red is not None
    assert (red.g_cm3, str(red.source)) == (Fraction("1.6"), "given")


@pytest.mark.parametrize("area_m2", [0, -3, 1e9, float("nan")])
def test_an_area_out_of_range_is_refused(area_m2: float) -> None:
    """By its name."""
    with pytest.raises(InputError, match="area_m2"):
        sheet_of("red", area_m2=area_m2)


@given(
    first=recipes(), second=recipes(), area_m2=areas, part=st.fractions(0, 1, max_denominator=50), chosen=assumptions()
)
@settings(max_examples=60)
def test_two_mixes_take_what_two_floors_of_them_take(
    first: Recipe, second: Recipe, area_m2: Fraction, part: Fraction, chosen: Assumptions
) -> None:
    """Exactly, and material by material; the shares of the whole floor's layers sum to 1."""
    scenes = [Scene(zones=(Zone(recipe),)) for recipe in (first, second)]
    other = OtherTiles(scene=scenes[1], area_m2=area_m2 * part)
    if not 0 < part < 1:
        with pytest.raises(InputError, match="second mix"):
            compute_sheet(scenes[0], area_m2, chosen, other=other)
        return
    sheet = compute_sheet(scenes[0], area_m2, chosen, other=other)
    alone = [compute_sheet(scene, area_m2 * its, chosen) for scene, its in zip(scenes, (1 - part, part), strict=True)]
    assert [design.kg for design in sheet.designs] == [one.kg for one in alone]
    assert sheet.kg == sum(one.kg for one in alone)
    for material in sheet.materials:
        assert material.kg == sum(one.kg for floor in alone for one in floor.materials if one.code == material.code)
    for layer in {one.layer for one in sheet.materials if one.layer}:
        assert sum(one.share or 0 for one in of(sheet.materials, layer)) == 1
    assert sum(zone.area for zone in sheet.zones) == 1


def test_what_is_in_both_mixes_is_ordered_once() -> None:
    """In whole bags of the sum; the crumb and the binder stand below all colours."""
    sheet = two_mixes(prices={"blue": 3})
    assert [one.code for one in sheet.materials] == ["RED", "BLACK", "WHITE", "BLUE", BASE, BINDER]
    black = next(one for one in sheet.materials if one.code == "BLACK")
    assert black.kg == sum(one.kg for design in sheet.designs for one in design.materials if one.code == "BLACK")
    assert black.density is not None
    assert black.density.kind == "said"  # the recipes call it crumb of tyres
    with pytest.raises(InputError, match="GREEN"):
        two_mixes(prices={"green": 3})
