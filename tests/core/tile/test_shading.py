"""Light and paint on a layer of granules."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plitka.core.generation import Request
from plitka.core.recipes.recipe import Recipe, parse_recipe
from plitka.core.tile.granules import Geometry, Grain, GranuleConfig, Surface, lay_granules
from plitka.core.tile.lighting import LIGHTS, USUAL_LIGHT, LightConfig, wetted
from plitka.core.tile.renderer import RenderConfig, RenderEngine, recolour, render, render_maps, whole_tile
from plitka.core.tile.shading import Light, light_granules, to_linear, to_srgb8
from plitka.errors import InputError

CONFIG = RenderConfig(granules=GranuleConfig(size_px=192, field_mm=192 / 7))


def recipe(text: str) -> Recipe:
    """A recipe without its notices."""
    return parse_recipe(text).recipe


@pytest.fixture(scope="module")
def geometry() -> Geometry:
    """A small layer."""
    return lay_granules(CONFIG.granules, 3)


@pytest.fixture(scope="module")
def light(geometry: Geometry) -> Light:
    """The usual light on it."""
    return light_granules(geometry, CONFIG.light)


def test_a_render_is_named_by_its_seed() -> None:
    """Same recipe, config and seed: same bytes; another seed: another picture."""
    first, again, other = (render(recipe("70% red, 30% black"), CONFIG, seed) for seed in (1, 1, 2))
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert first.pixels.tobytes() != other.pixels.tobytes()


@pytest.mark.parametrize("axis", [0, 1])
def test_pictures_tile(axis: int) -> None:
    """The step across the edge is no larger than steps inside."""
    pixels = np.moveaxis(render(recipe("50% white, 50% black"), CONFIG, 1).pixels.astype(int), axis, 0)
    steps = np.abs(np.diff(pixels, axis=0)).mean((1, 2))
    assert np.abs(pixels[0] - pixels[-1]).mean() <= steps.max()


def test_shares_of_a_render_are_the_recipe() -> None:
    """Exact by cell, and nearly so by pixel."""
    rendering = render(recipe("60% red, 30% black, 10% white"), CONFIG, 1)
    assert rendering.shares == pytest.approx((0.6, 0.3, 0.1), abs=0.001)
    by_pixel = np.bincount(rendering.colour_index.ravel()) / rendering.colour_index.size
    assert by_pixel == pytest.approx((0.6, 0.3, 0.1), abs=0.01)


def test_a_solid_tile_has_the_photographed_colour(geometry: Geometry, light: Light) -> None:
    """The median of a render is near the median measured on the photograph of that colour."""
    for code in ("RED", "GRAY", "YELLOW", "BLUE"):
        rendering = recolour(geometry, light, wanted := recipe(code), CONFIG.light, 1)
        (colour,) = wanted.colours
        median = np.median(rendering.pixels.reshape(-1, 3), axis=0)
        photographed = [int(colour.srgb_hex[i : i + 2], 16) for i in (1, 3, 5)]
        assert median == pytest.approx(photographed, abs=16)


def test_gaps_are_darker_than_facets(geometry: Geometry, light: Light) -> None:
    """Where little sky is seen the picture is dark, and a cut face has hardly such places."""
    grey = recolour(geometry, light, recipe("gray"), CONFIG.light, 1).pixels.mean(2)
    oversample = geometry.config.oversample
    sky = light.sky[::oversample, ::oversample]
    assert grey[sky < np.quantile(sky, 0.05)].mean() < 0.75 * grey[sky > np.median(sky)].mean()
    cut = light_granules(lay_granules(replace(CONFIG.granules, surface=Surface.CUT), 3), CONFIG.light)
    assert np.quantile(cut.sky, 0.05) > np.quantile(light.sky, 0.05) + 0.1


def test_wet_tiles_are_darker_and_warm_light_is_redder(geometry: Geometry, light: Light) -> None:
    """Wetness and warmth go the way that they go outdoors."""
    plain, wet, warm = (
        np.median(recolour(geometry, light, recipe("gray"), config, 1).pixels.reshape(-1, 3), axis=0)
        for config in (LightConfig(), LightConfig(wetness=1.0), LightConfig(warmth=1.0))
    )
    assert wet.mean() < plain.mean()
    assert warm[0] - warm[2] > plain[0] - plain[2]


def test_the_plain_render_stays_as_it_is() -> None:
    """What networks were trained on and statistics were made of: another machine may round a level otherwise."""
    granules = GranuleConfig(size_px=96, field_mm=96 / 7)
    rendering = render(recipe("60% red, 30% black, 10% white"), RenderConfig(granules=granules), 5)
    with Image.open(Path(__file__).with_name("plain_render.png")) as image:
        kept = np.asarray(image).astype(int)
    assert np.abs(rendering.pixels.astype(int) - kept).max() <= 1


def test_usual_grains_change_nothing() -> None:
    """Whoever names no grain, or says that all are usual, gets the plain layer."""
    wanted = recipe("60% red, 40% black")
    named = replace(CONFIG, grains={"RED": Grain.USUAL, "BLUE": Grain.FINE})
    assert named.granules_for(wanted) == CONFIG.granules
    assert render(wanted, named, 1).pixels.tobytes() == render(wanted, CONFIG, 1).pixels.tobytes()


@pytest.mark.parametrize("grain", [Grain.FINE, Grain.COARSE])
def test_a_colour_of_another_grain_keeps_its_share(grain: Grain) -> None:
    """Exact over the cells; its chips have other sizes, so the picture is another one."""
    wanted = recipe("70% black, 30% red")
    rendering = render(wanted, replace(CONFIG, grains={"RED": grain}), 1)
    assert rendering.shares == pytest.approx((0.7, 0.3), abs=0.001)
    assert rendering.pixels.tobytes() != render(wanted, CONFIG, 1).pixels.tobytes()


def test_a_mixed_whole_tile_keeps_its_shares() -> None:
    """The chips of the rim that fall away are of any grain; what is left is settled again."""
    config, wanted = replace(CONFIG, grains={"RED": Grain.COARSE}), recipe("70% black, 30% red")
    layer = lay_granules(config.granules_for(wanted), 3)
    tile = whole_tile(layer, light_granules(layer, config.light), wanted, config.light, 1, config.grains_of(wanted))
    assert tile.shares == pytest.approx((0.7, 0.3), abs=0.003)


def test_lights_differ_as_their_names_say(geometry: Geometry) -> None:
    """On grey: warm is redder and cold bluer than studio, and the sun has the hardest shades, clouds the softest."""
    grey = {
        name: recolour(geometry, light_granules(geometry, config), recipe("gray"), config, 1).pixels.astype(float)
        for name, config in LIGHTS.items()
    }
    redness = {name: np.median(pixels[..., 0] - pixels[..., 2]) for name, pixels in grey.items()}
    contrast = {name: pixels.mean(2).std() / pixels.mean() for name, pixels in grey.items()}
    assert redness["warm"] > redness["studio"] + 10
    assert redness["cold"] < redness["studio"] - 10
    assert contrast["sun"] > 1.15 * contrast["studio"]
    assert contrast["overcast"] < contrast["studio"]
    assert LIGHTS[USUAL_LIGHT] == LightConfig()


@pytest.mark.parametrize("name", LIGHTS)
def test_a_wet_tile_is_dark_and_shines(geometry: Geometry, name: str) -> None:
    """Under every light: darker at the median, and its brightest points stand out more."""
    dry, wet = (
        recolour(geometry, light_granules(geometry, config), recipe("red"), config, 1).pixels[..., 1].astype(float)
        for config in (LIGHTS[name], wetted(LIGHTS[name]))
    )
    assert np.median(wet) < 0.8 * np.median(dry)
    assert np.quantile(wet, 0.99) - np.median(wet) > 1.2 * (np.quantile(dry, 0.99) - np.median(dry))


def test_a_whole_tile_lies_on_white(geometry: Geometry, light: Light) -> None:
    """The corners are paper, the edge is ragged, and the shares hold over the tile."""
    rendering = whole_tile(geometry, light, recipe("50% red, 50% blue"), CONFIG.light, 1)
    assert (rendering.pixels[:4, :4] > 235).all()
    ground = rendering.colour_index == 2
    first = (~ground).argmax(axis=0)[40:150]
    assert first.std() > 0.5
    tile = rendering.colour_index[~ground]
    assert (tile == 0).mean() == pytest.approx(rendering.shares[0], abs=0.01)
    assert rendering.shares == pytest.approx((0.5, 0.5), abs=0.003)


def test_maps_have_sixteen_bits_and_the_picture_size(geometry: Geometry, light: Light) -> None:
    """Five maps; normals have unit length."""
    maps = render_maps(geometry, light)
    assert set(maps) == {"ids", "height", "normal", "roughness", "ao"}
    assert all(samples.dtype == np.uint16 and samples.shape[:2] == (192, 192) for samples in maps.values())
    normal = maps["normal"].astype(float) / 65535 * 2 - 1
    assert np.linalg.norm(normal, axis=-1) == pytest.approx(1, abs=1e-3)


def test_linear_and_encoded_srgb_are_inverse() -> None:
    """All 256 levels survive the way there and back."""
    levels = np.arange(256, dtype=np.uint8)
    assert (to_srgb8(to_linear(levels)) == levels).all()


def test_the_engine_answers_with_exact_shares() -> None:
    """Another recipe with the same seed is painted on the same geometry."""
    engine = RenderEngine(CONFIG)
    result = engine.generate(Request(recipe=recipe("60% red, 40% black"), seed=5, width_px=192, height_px=192))
    assert result.pixels.shape == (192, 192, 3)
    assert result.max_error < 0.1
    again = engine.generate(Request(recipe=recipe("60% blue, 40% black"), seed=5, width_px=192, height_px=192))
    assert again.pixels.tobytes() == RenderEngine(CONFIG).generate(again.request).pixels.tobytes()


def test_the_engine_lays_grains_for_each_recipe() -> None:
    """The layer that is kept serves recipes whose grains have the same shares, and no others."""
    engine = RenderEngine(replace(CONFIG, grains={"RED": Grain.COARSE}))
    for text in ("60% red, 40% black", "30% red, 70% black", "black"):
        request = Request(recipe=recipe(text), seed=5, width_px=192, height_px=192)
        result = engine.generate(request)
        assert result.max_error < 0.1
        assert result.pixels.tobytes() == RenderEngine(engine.config).generate(request).pixels.tobytes()


def test_the_engine_makes_square_pictures_only() -> None:
    """Its fields are square, and it says so."""
    with pytest.raises(InputError, match="square"):
        RenderEngine().generate(Request(recipe=recipe("red"), seed=1, width_px=128, height_px=192))
