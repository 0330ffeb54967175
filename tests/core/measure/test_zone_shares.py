"""`measure` of one zone of a picture, held against renders of zones whose shares are exact."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.colour.palette import Colour
from plitka.core.generation import Swatch
from plitka.core.measure.shares import NOT_OF_ZONE, Measurement, measure, measure_shares, zone_laid
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Zone
from plitka.core.tile.dealing import Chips
from plitka.core.tile.granules import GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.masks import label_masks
from plitka.core.tile.renderer import LitLayer, Rendering, paint_layer
from plitka.core.tile.shading import compute_light
from plitka.core.tile.zones import ZonedChips, asked_shares
from plitka.errors import InputError

SIZE_PX = 384
SEED = 700
HALVES = (("", "60% red, 40% black"), ("stripes:2", "30% blue, 70% white"))
LETTER = (("", "60% red, 40% black"), ("text:С", "70% white, 30% yellow"))
BORDER = (("", "80% green, 20% yellow"), ("border:8%", "50% blue, 50% white"))
SHARED_COLOUR = (("", "70% red, 30% white"), ("circle", "20% red, 80% blue"))
SCENES = (HALVES, LETTER, BORDER, SHARED_COLOUR)

Zones = tuple[tuple[str, str], ...]


def _scene(zones: Zones) -> Scene:
    return Scene(zones=tuple(Zone(parse_recipe(text).recipe, mask or None) for mask, text in zones))


@cache
def _layer() -> LitLayer:
    geometry = lay_granules(GranuleConfig(size_px=SIZE_PX, field_mm=SIZE_PX / 7), SEED)
    return LitLayer(geometry, compute_light(geometry, LightConfig()), LightConfig())


@cache
def _picture(zones: Zones) -> Rendering:
    return paint_layer(_layer(), _scene(zones), SEED)


@cache
def _laid(zones: Zones) -> npt.NDArray[np.int64]:
    """(H, W) index of the scene's colour that was laid at each pixel of `_picture`."""
    geometry, scene = _layer().geometry, _scene(zones)
    labels = label_masks([zone.mask for zone in scene.zones if zone.mask], *[geometry.config.n_cells] * 2)
    chips = Chips(geometry.areas, geometry.coarseness, geometry.radius_mm)
    zoned = ZonedChips.of(scene, chips, geometry.ids, labels)
    dealt = zoned.deal(asked_shares(scene), np.random.default_rng([SEED, 1])).astype(np.int64)
    oversample = geometry.config.oversample
    at_pixels: npt.NDArray[np.int64] = dealt[geometry.ids[::oversample, ::oversample]]
    return at_pixels


def _own_laid(zones: Zones, number: int) -> npt.NDArray[np.integer]:
    scene = _scene(zones)
    return zone_laid(_laid(zones), scene.colours, scene.zones[number].recipe.colours)


def _colours(zones: Zones, number: int) -> tuple[Colour, ...]:
    return _scene(zones).zones[number].recipe.colours


def _where(zones: Zones, number: int) -> npt.NDArray[np.bool_]:
    where: npt.NDArray[np.bool_] = _picture(zones).zone_index == number
    return where


@cache
def _told(zones: Zones, number: int) -> Measurement:
    return measure(
        _picture(zones).pixels,
        _colours(zones, number),
        laid=_own_laid(zones, number),
        where=_where(zones, number),
    )


def _largest_error(found: Measurement, zones: Zones, number: int) -> float:
    true = 100 * np.array(_picture(zones).zone_shares[number])
    return float(np.abs(np.array(list(found.percents.values())) - true).max())


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("zones", SCENES)
def test_the_shares_of_each_zone_are_found(zones: Zones, number: int) -> None:
    """Told what was laid, within 1.5 points, though the neighbours have other colours; none of them is seen."""
    assert _largest_error(_told(zones, number), zones, number) < 1.5
    assert _told(zones, number).off_palette < 3


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("zones", SCENES)
def test_zones_are_measured_without_labels_too(zones: Zones, number: int) -> None:
    """As truly as a whole tile."""
    found = measure(_picture(zones).pixels, _colours(zones, number), where=_where(zones, number))
    assert _largest_error(found, zones, number) < 4


def test_a_swatch_serves_a_zone() -> None:
    """It shows the zone's colours; the zone of the other picture is measured by it."""
    swatch = Swatch(
        _picture((("", "50% red, 50% black"), ("border:2%", "50% red, 50% black"))).pixels,
        _laid((("", "50% red, 50% black"), ("border:2%", "50% red, 50% black"))).astype(np.uint8),
    )
    found = measure(_picture(LETTER).pixels, _colours(LETTER, 0), swatch=swatch, where=_where(LETTER, 0))
    assert _largest_error(found, LETTER, 0) < 1.5


def test_nothing_outside_the_zone_is_looked_at() -> None:
    """With anything else painted over it, and laid in it, the zone's measurement is the same."""
    where = _where(LETTER, 1)
    noise = np.random.default_rng(0).integers(0, 256, (SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
    # Points that the zone's edge cuts belong to it with what they show of their other side.
    near = np.kron(where.reshape(SIZE_PX // 2, 2, SIZE_PX // 2, 2).any((1, 3)), np.ones((2, 2), bool))
    pixels = np.where(near[..., None], _picture(LETTER).pixels, noise)
    laid = np.where(near, _own_laid(LETTER, 1), 77)
    found = measure(pixels, _colours(LETTER, 1), laid=laid, where=where)
    assert found.percents == pytest.approx(_told(LETTER, 1).percents, abs=1e-3)


def test_a_zone_of_all_pixels_is_the_whole_tile() -> None:
    """To rounding."""
    pixels, colours = _picture(HALVES).pixels, _colours(HALVES, 0)
    everything = np.ones((SIZE_PX, SIZE_PX), bool)
    assert measure(pixels, colours, where=everything).percents == pytest.approx(
        measure(pixels, colours).percents, abs=1e-2
    )


def test_the_order_of_colours_only_orders_the_answer() -> None:
    """In a zone as in a whole tile."""
    colours = _colours(LETTER, 0)[::-1]
    laid = zone_laid(_laid(LETTER), _scene(LETTER).colours, colours)
    back = measure(_picture(LETTER).pixels, colours, laid=laid, where=_where(LETTER, 0))
    assert back.percents == _told(LETTER, 0).percents


def test_measure_shares_are_those_of_measure() -> None:
    """Without the uncertainty."""
    found = measure_shares(
        _picture(LETTER).pixels, _colours(LETTER, 1), laid=_own_laid(LETTER, 1), where=_where(LETTER, 1)
    )
    assert found == _told(LETTER, 1).percents


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 24), st.integers(0, SIZE_PX - 24), st.integers(0, SIZE_PX - 24), st.booleans())
def test_small_zones_give_an_answer(side: int, top: int, left: int, is_told: bool) -> None:
    """Down to a single pixel: percents that sum to 100."""
    where = np.zeros((SIZE_PX, SIZE_PX), bool)
    where[top : top + side, left : left + side] = True
    colours = _scene(HALVES).colours
    laid = _laid(HALVES) if is_told else None
    found = measure(_picture(HALVES).pixels, colours, laid=laid, where=where)
    assert sum(found.percents.values()) == pytest.approx(100)
    assert np.isfinite(found.uncertainty)


def test_one_granule_is_a_zone() -> None:
    """Its colour has nearly all of it."""
    geometry = _layer().geometry
    oversample = geometry.config.oversample
    where = geometry.ids[::oversample, ::oversample] == np.bincount(geometry.ids.ravel()).argmax()
    laid = _laid(HALVES)[where][0]
    colours = _scene(HALVES).colours
    found = measure(_picture(HALVES).pixels, colours, laid=_laid(HALVES), where=where)
    assert found.percents[colours[laid].code] > 60


def test_zone_laid_renumbers_the_colours() -> None:
    """To those of the zone; another zone's colours are none of them."""
    scene_colours = parse_recipe("40% red, 30% black, 30% white").recipe.colours
    colours = parse_recipe("50% white, 50% red").recipe.colours
    laid = np.array([[0, 1], [2, 2]], np.uint8)
    found = zone_laid(laid, scene_colours, colours)
    assert found.tolist() == [[1, NOT_OF_ZONE], [0, 0]]
    assert found.dtype == np.uint8


@given(st.lists(st.integers(0, 3), min_size=1), st.permutations(range(4)))
def test_zone_laid_keeps_colours(laid: list[int], order: list[int]) -> None:
    """Whatever the order of the zone's colours, each pixel keeps its own."""
    colours = parse_recipe("25% red, 25% black, 25% white, 25% blue").recipe.colours
    own = [colours[index] for index in order]
    found = zone_laid(np.array([laid]), colours, own)
    assert [own[index] for index in found[0]] == [colours[index] for index in laid]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (np.ones((SIZE_PX, SIZE_PX), np.uint8), "booleans"),
        (np.ones((SIZE_PX, SIZE_PX - 2), bool), "booleans"),
        (np.zeros((SIZE_PX, SIZE_PX), bool), "no pixel"),
    ],
)
def test_a_zone_that_is_none_is_refused(where: npt.NDArray[np.bool_], message: str) -> None:
    """With a sentence that says what to give."""
    with pytest.raises(InputError, match=message):
        measure(_picture(HALVES).pixels, _colours(HALVES, 0), where=where)


def test_labels_must_be_the_zones_inside_it_only() -> None:
    """A colour of another zone within the zone is a mistake of the caller."""
    with pytest.raises(InputError, match="from 0 to 1, not 0 to 3"):
        measure(
            _picture(HALVES).pixels, _colours(HALVES, 0), laid=_laid(HALVES), where=np.ones((SIZE_PX, SIZE_PX), bool)
        )
