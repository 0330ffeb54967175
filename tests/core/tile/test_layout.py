"""A scene on a granule map: exact quotas, and the picture to start from."""

import hashlib
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plitka.core.colour.arrays import decode_srgb8
from plitka.core.colour.palette import default_palette
from plitka.core.generation import CompleteRequest, Defaults, Request
from plitka.core.language.translations import localise
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import COMPUTED_STEP, Part, Recipe, quantise
from plitka.core.scene import Granules, Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.granule_map import GranuleMap, GuideConfig, MapSpec, lay_map, stretch_map
from plitka.core.tile.layout import Layout, check_guide
from plitka.core.tile.masks import rasterise
from plitka.core.tile.zones import asked_shares
from plitka.errors import InputError

CONFIG = GuideConfig()
SHARES = st.lists(st.integers(2, 60), min_size=2, max_size=8).map(lambda parts: [part / sum(parts) for part in parts])
CODES = [colour.code for colour in default_palette().colours]
GUIDE = np.arange(64, dtype=np.int32).reshape(8, 8)
SEEN_LEVELS = 20
"""By less a chip may change where others do: it is lit by what lies around it."""


def ask(
    text: str, width_px: int = 512, height_px: int = 512, seed: int = 3, guide: np.ndarray | None = None, **look: object
) -> CompleteRequest:
    """A complete request for a scene of one zone."""
    size = Size(width_px=width_px, height_px=height_px)
    scene = replace(Scene.of(parse_recipe(text).recipe, size), **look)  # type: ignore[arg-type]  # by name
    return Defaults().complete(Request(scene=scene, seed=seed, guide=guide))


def with_zones(request: CompleteRequest, *zones: tuple[str, str]) -> CompleteRequest:
    """The same with zones by mask and recipe."""
    inner = (Zone(parse_recipe(text).recipe, mask) for mask, text in zones)
    return replace(request, scene=replace(request.scene, zones=(*request.scene.zones, *inner)))


@cache
def laid(spec: MapSpec) -> GranuleMap:
    """A map that several tests look at."""
    return lay_map(spec, CONFIG)


def lay_out(request: CompleteRequest) -> Layout:
    """The request on its map."""
    if request.guide is None:
        return Layout(request, laid(MapSpec.of(request)), CONFIG)
    size = request.size
    return Layout(request, stretch_map(request.guide, size.width_px, size.height_px), CONFIG)


def eroded(places: np.ndarray, distance_px: int) -> np.ndarray:
    """Those of some places around which there are only such, in a periodic picture."""
    steps = range(-distance_px, distance_px + 1)
    rows = np.all([np.roll(places, step, 0) for step in steps], 0)
    inside: np.ndarray = np.all([np.roll(rows, step, 1) for step in steps], 0)
    return inside


def digits(pixels: np.ndarray) -> str:
    """The first digits of a hash of a picture."""
    return hashlib.sha256(pixels.tobytes()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("request_", "quotas", "expected"),
    [
        (ask("60% red, 30% black, 10% white", 192, 192, 7), None, ("6b1582bee486b430", "4547a78c3b250373")),
        (ask("70% gray, 30% blue", 256, 128, 5), (0.66, 0.34), ("cd54fce31dfdd46a", "3ceb0fd3501af57d")),
        (
            ask("40% RAL 3020, 25% #22262b, 20% beige, 15% green", 512, 512, 11),
            None,
            ("164f18248ad390be", "f59f4dd4e1f08906"),
        ),
    ],
)
def test_plain_scenes_keep_their_bytes(
    request_: CompleteRequest, quotas: tuple[float, ...] | None, expected: tuple[str, str]
) -> None:
    """A seed goes on meaning the same picture; on a machine whose rounding differs these hashes do not hold."""
    layout, dealt = lay_out(request_), [quotas or request_.scene.recipe.shares]
    assert (digits(layout.paint(dealt)), digits(layout.lay(dealt))) == expected


def test_a_guide_keeps_its_bytes() -> None:
    """The same for a map from outside."""
    cells = np.random.default_rng(0).permutation(32 * 32).reshape(32, 32)
    request = ask("60% red, 30% black, 10% white", 192, 128, 7, np.kron(cells, np.ones((4, 4), int)).astype(np.int32))
    layout, quotas = lay_out(request), [request.scene.recipe.shares]
    assert (digits(layout.paint(quotas)), digits(layout.lay(quotas))) == ("1f713780506a63d8", "cce17e173effa65c")


@given(SHARES, st.integers(0, 2**32 - 1))
@example([part / 158 for part in (15.5, 1, 1, 20.5, 30, 30, 30, 30)], 52)  # a large chip for a small share
@settings(max_examples=60, deadline=None)
def test_quotas_are_exact_on_the_map(shares: list[float], seed: int) -> None:
    """Whatever the recipe, its shares of the visible cells are met to a twentieth of a point."""
    plain = ask("red")
    parts = tuple(
        Part(colour, percent)
        for colour, percent in zip(default_palette().colours, _percents(len(shares)), strict=False)
    )
    request = replace(plain, seed=seed, scene=Scene.of(Recipe(parts), plain.size))
    (reached,) = Layout(request, laid(MapSpec.of(plain)), CONFIG).shares([shares])
    assert np.abs(np.subtract(reached, shares)).max() <= 0.0005


def _percents(n: int) -> list[Decimal]:
    """Percents of n equal parts, in tenths."""
    return list(quantise([Fraction(100, n)] * n, COMPUTED_STEP))


@pytest.mark.parametrize(("width_px", "height_px"), [(512, 192), (192, 512), (64, 64)])
def test_quotas_are_dealt_on_what_is_left_of_the_square(width_px: int, height_px: int) -> None:
    """To a point even where that is little."""
    layout = lay_out(ask("70% red, 20% black, 10% white", width_px, height_px))
    assert layout.shares([(0.7, 0.2, 0.1)])[0] == pytest.approx((0.7, 0.2, 0.1), abs=0.01)
    layout.check(1)


def test_a_seed_names_a_map_and_its_colours() -> None:
    """The same seed paints the same flat picture, another seed another."""
    request = ask("60% red, 40% black")
    first, other = (lay_out(each).paint([(0.6, 0.4)]) for each in (request, replace(request, seed=4)))
    again = Layout(request, lay_map(MapSpec.of(request), CONFIG), CONFIG).paint([(0.6, 0.4)])
    assert first.shape == (512, 512, 3)
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize("zones", [(), (("border:20%", "50% blue, 50% white"),)])
def test_a_little_more_of_a_colour_leaves_the_rest_alone(zones: tuple[tuple[str, str], ...]) -> None:
    """Two points from red to black change a few chips, and no others."""
    layout = lay_out(with_zones(ask("60% red, 40% black"), *zones))
    rest = [(0.5, 0.5)] * len(zones)
    before, after = (layout.paint([(red, 1 - red), *rest]) for red in (0.60, 0.58))
    apart = np.abs(before.astype(int) - after).max(2)
    assert 0.006 < (apart > SEEN_LEVELS).mean() < 0.06
    assert apart[eroded(layout.zone_index == 1, 4)].max(initial=0) <= SEEN_LEVELS


def test_a_seam_parts_neighbours_of_one_colour() -> None:
    """Of two granules side by side of which only outlines are known the first is darker in its last cell."""
    request = ask("100% GRAY", 64, 64, guide=np.array([[1, 1, 2, 2]] * 2, np.int32))
    gray = lay_out(request).paint([(1.0,)])[:, :, 0].mean(0)
    assert gray[31] < 0.97 * gray[8:24].mean()
    assert gray[34:60].mean() == pytest.approx(gray[40:56].mean(), rel=0.01)


def test_light_is_painted_within_chips() -> None:
    """A map of outlines shows none of it."""
    request, granules = ask("100% RED"), laid(MapSpec.of(ask("100% RED")))
    inside = eroded(granules.ids == granules.chips.areas.argmax(), 3)
    assert inside.any()
    shown, flat = (
        Layout(request, replace(granules, light=light), CONFIG).paint([(1.0,)])[inside].astype(float).std(0)
        for light in (granules.light, None)
    )
    assert shown.mean() > 1.5 * flat.mean()


def test_what_is_laid_is_what_is_painted() -> None:
    """The index of each pixel's colour among the scene's, zone by zone."""
    request = with_zones(ask("60% red, 40% white"), ("circle", "50% white, 50% blue"))
    layout, quotas = lay_out(request), asked_shares(request.scene)
    laid_, pixels = layout.lay(quotas), layout.paint(quotas).astype(int)
    assert [colour.code for colour in request.scene.colours] == ["RED", "WHITE", "BLUE"]
    red_inside, blue_inside = (pixels[eroded(laid_ == place, 2)] for place in (0, 2))
    assert (red_inside[:, 0] > red_inside[:, 2]).all()
    assert (blue_inside[:, 2] > blue_inside[:, 0]).all()
    assert not (laid_[layout.zone_index == 0] == 2).any()
    assert not (laid_[layout.zone_index == 1] == 0).any()
    ((red, _), (_, blue)) = layout.shares(quotas)
    assert (laid_ == 0).mean() == pytest.approx(red * layout.areas[0], abs=0.002)
    assert (laid_ == 2).mean() == pytest.approx(blue * layout.areas[1], abs=0.002)


@given(st.sampled_from(["border:15%", "circle", "stripes:2", "text:ЩИ"]), st.integers(5, 95))
@settings(max_examples=25, deadline=None)
def test_zones_follow_their_masks_by_whole_granules(mask: str, percent: int) -> None:
    """Each granule has one zone and one colour, and all but the border's pixels are where the mask is."""
    request = with_zones(ask("60% red, 40% black"), (mask, f"{percent}% blue, {100 - percent}% white"))
    layout = lay_out(request)
    granules = layout.granules
    inside = rasterise(mask, 512, 512)
    assert ((layout.zone_index == 1) == inside).mean() > 0.93
    for shown in (layout.zone_index, layout.lay(asked_shares(request.scene))):
        per_granule = np.zeros(granules.chips.areas.size, np.uint8)
        per_granule[granules.ids] = shown
        assert (per_granule[granules.ids] == shown).all()
    assert sum(layout.areas) == pytest.approx(1)
    assert sum(layout.n_granules) == granules.chips.areas.size
    layout.check(0.5)


def test_coarse_and_fine_colours_have_their_chips() -> None:
    """On the map as in a render: exact, and of their sizes."""
    request = ask("60% red, 40% black", granules=Granules(coarse=("RED",), fine=("BLACK",)))
    layout, granules = lay_out(request), laid(MapSpec.of(request))
    assert layout.shares([(0.6, 0.4)])[0] == pytest.approx((0.6, 0.4), abs=0.0005)
    dealt = layout.deal([(0.6, 0.4)])
    red, black = (float(np.median(granules.radius_mm[dealt == place])) for place in (0, 1))
    assert red > 2 * black


def test_tones_stay_when_quotas_move() -> None:
    """Also where coarse chips are dealt, which draws differently each time: what stays red stays as red."""
    request = ask("60% red, 40% black", granules=Granules(coarse=("RED",)))
    layout = lay_out(request)
    pictures, dealt = zip(*((layout.paint([q]), layout.lay([q])) for q in ((0.6, 0.4), (0.58, 0.42))), strict=True)
    both = (dealt[0] == 0) & (dealt[1] == 0)
    assert both.mean() > 0.2
    inside = eroded(both, 3)
    assert inside.mean() > 0.05
    assert np.abs(pictures[0][inside].astype(int) - pictures[1][inside]).max() <= SEEN_LEVELS


@pytest.mark.parametrize(
    ("look", "redder"), [({"light": Lighting.WARM}, True), ({"light": Lighting.COLD}, False)], ids=["warm", "cold"]
)
@pytest.mark.parametrize("guide", [None, GUIDE], ids=["laid", "guide"])
def test_lamps_tint_the_map(look: dict[str, Any], redder: bool, guide: np.ndarray | None) -> None:
    """With and without relief."""
    plain, lit = (
        lay_out(ask("100% GRAY", 256, 256, guide=guide, **each)).paint([(1.0,)]).mean((0, 1)) for each in ({}, look)
    )
    shift = (lit[0] - lit[2]) - (plain[0] - plain[2])
    assert shift > 8 if redder else shift < -8


@pytest.mark.parametrize("guide", [None, GUIDE], ids=["laid", "guide"])
def test_water_darkens_and_deepens_the_map(guide: np.ndarray | None) -> None:
    """As `shading.paint` does it."""
    dry, wet = (
        decode_srgb8(lay_out(ask("100% RED", 256, 256, guide=guide, wet=each)).paint([(1.0,)])).mean((0, 1))
        for each in (False, True)
    )
    assert wet.mean() < 0.9 * dry.mean()
    assert wet[0] / wet[1] > dry[0] / dry[1]


def test_granules_too_large_for_the_shares_are_refused() -> None:
    """Two halves can be 50 to 50 and not 70 to 30."""
    halves = np.array([[1, 2]], np.int32)
    lay_out(ask("50% red, 50% black", 128, 128, guide=halves)).check(3)
    with pytest.raises(InputError, match=r"the 2 granules of the guide .* 20.0 points off"):
        lay_out(ask("70% red, 30% black", 128, 128, guide=halves)).check(3)


def test_a_zone_of_too_few_granules_is_refused_by_its_number() -> None:
    """Eight colours on a few chips."""
    request = with_zones(ask("red", 128, 128), ("circle:15%", "60% blue, 38% white, 2% black"))
    layout = lay_out(request)
    assert layout.n_granules[1] < 30
    with pytest.raises(InputError, match=r"zone 1 \(circle:15%\): its .* granules .* points off"):
        layout.check(0.01)


def test_a_ground_of_too_few_granules_is_refused_as_the_ground() -> None:
    """Which has no number among the zones that were asked for."""
    request = with_zones(ask("97% red, 2% black, 1% blue", 128, 128), ("border:40%", "white"))
    with pytest.raises(InputError, match=r"^the ground: its .* granules .* points off"):
        lay_out(request).check(0.01)


@pytest.mark.parametrize(
    "look",
    [{"granules": Granules(size_mm=(1.0, 3.0))}, {"granules": Granules(fine=("RED",))}, {"surface": Surface.CUT}],
    ids=["size", "fine", "cut"],
)
def test_a_guide_leaves_no_choice_of_granules(look: dict[str, Any]) -> None:
    """Light and wetness it does."""
    with pytest.raises(InputError, match="a guide brings its own granules") as caught:
        check_guide(ask("red", guide=GUIDE, **look))
    assert "granule_mm, coarse, fine, surface and field_mm, or guide" in str(caught.value)
    assert "--granule-mm, --coarse, --fine, --surface" in localise(caught.value, "en", as_options=True)
    check_guide(ask("red", guide=GUIDE, light=Lighting.SUN, wet=True))
    check_guide(ask("red", **look))


@pytest.mark.parametrize("code", CODES)
def test_every_catalogue_colour_can_be_painted(code: str) -> None:
    """No colour of the palette is without a flat one."""
    assert lay_out(ask(f"100% {code}", 64, 64)).paint([(1.0,)]).any()
