"""Light and paint on a layer of granules."""

from dataclasses import replace

import numpy as np
import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Recipe
from plitka.core.scene import Lighting, Surface
from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LIGHTS, LightConfig, wetted
from plitka.core.tile.renderer import recolour
from plitka.core.tile.shading import LightMaps, _creased, compute_light

CONFIG, USUAL = GranuleConfig(size_px=192, field_mm=192 / 7), LightConfig()


def recipe(text: str) -> Recipe:
    """A recipe without its notices."""
    return parse_recipe(text).recipe


@pytest.fixture(scope="module")
def geometry() -> Geometry:
    """A small layer."""
    return lay_granules(CONFIG, 3)


@pytest.fixture(scope="module")
def light(geometry: Geometry) -> LightMaps:
    """The usual light on it."""
    return compute_light(geometry, USUAL)


@pytest.mark.parametrize("width_px", [4, 9])
@pytest.mark.parametrize("shape", [(192, 256), (120, 88)])
def test_faces_are_creased_and_go_on_across_the_edges(shape: tuple[int, int], width_px: int) -> None:
    """Between creases they are nearly flat: bends are rare and sharp, where those of smooth noise are all alike."""
    relief = _creased(shape, width_px)
    assert relief.shape == shape
    assert relief.std() == pytest.approx(1, abs=1e-5)
    for axis in (0, 1):
        along = np.moveaxis(relief, axis, 0)
        assert np.abs(along[0] - along[-1]).mean() < 1.5 * np.abs(np.diff(along, axis=0)).mean()
        bends = along - (np.roll(along, 1, 0) + np.roll(along, -1, 0)) / 2
        assert ((bends / bends.std()) ** 4).mean() > 5  # 3 of what is normal


def test_a_solid_tile_has_the_photographed_colour(geometry: Geometry, light: LightMaps) -> None:
    """The median of a render is near the median measured on the photograph of that colour."""
    for code in ("RED", "GRAY", "YELLOW", "BLUE"):
        rendering = recolour(geometry, light, wanted := recipe(code), USUAL, 1)
        (colour,) = wanted.colours
        median = np.median(rendering.pixels.reshape(-1, 3), axis=0)
        photographed = [int(colour.srgb_hex[i : i + 2], 16) for i in (1, 3, 5)]
        assert median == pytest.approx(photographed, abs=16)


def test_gaps_are_darker_than_facets(geometry: Geometry, light: LightMaps) -> None:
    """Where little sky is seen the picture is dark, and a cut face has hardly such places."""
    grey = recolour(geometry, light, recipe("gray"), USUAL, 1).pixels.mean(2)
    oversample = geometry.config.oversample
    sky = light.sky[::oversample, ::oversample]
    assert grey[sky < np.quantile(sky, 0.05)].mean() < 0.75 * grey[sky > np.median(sky)].mean()
    cut = compute_light(lay_granules(replace(CONFIG, surface=Surface.CUT), 3), USUAL)
    assert np.quantile(cut.sky, 0.05) > np.quantile(light.sky, 0.05) + 0.1


def test_wet_tiles_are_darker_and_warm_light_is_redder(geometry: Geometry, light: LightMaps) -> None:
    """Wetness and warmth go the way that they go outdoors."""
    plain, wet, warm = (
        np.median(recolour(geometry, light, recipe("gray"), config, 1).pixels.reshape(-1, 3), axis=0)
        for config in (LightConfig(), LightConfig(wetness=1.0), LightConfig(warmth=1.0))
    )
    assert wet.mean() < plain.mean()
    assert warm[0] - warm[2] > plain[0] - plain[2]


def test_lights_differ_as_their_names_say(geometry: Geometry) -> None:
    """On grey: warm is redder and cold bluer than studio, and the sun has the hardest shades, clouds the softest."""
    grey = {
        name: recolour(geometry, compute_light(geometry, config), recipe("gray"), config, 1).pixels.astype(float)
        for name, config in LIGHTS.items()
    }
    redness = {name: (pixels[..., 0] - pixels[..., 2]).mean() for name, pixels in grey.items()}
    contrast = {name: pixels.mean(2).std() / pixels.mean() for name, pixels in grey.items()}
    assert redness[Lighting.WARM] > redness[Lighting.STUDIO] + 10
    assert redness[Lighting.COLD] < redness[Lighting.STUDIO] - 10
    assert contrast[Lighting.SUN] > 1.15 * contrast[Lighting.STUDIO]
    assert contrast[Lighting.OVERCAST] < contrast[Lighting.STUDIO]


@pytest.mark.parametrize("name", Lighting)
def test_a_wet_tile_is_dark_and_shines(geometry: Geometry, name: Lighting) -> None:
    """Under every light: darker at the median, and its brightest points stand out more."""
    dry, wet = (
        recolour(geometry, compute_light(geometry, config), recipe("red"), config, 1).pixels[..., 1].astype(float)
        for config in (LIGHTS[name], wetted(LIGHTS[name]))
    )
    assert np.median(wet) < 0.8 * np.median(dry)
    assert np.quantile(wet, 0.99) - np.median(wet) > 1.2 * (np.quantile(dry, 0.99) - np.median(dry))
