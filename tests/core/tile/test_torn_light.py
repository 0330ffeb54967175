"""Light on torn chips: gaps, glints and cream whites."""

from dataclasses import replace

import numpy as np
import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Lighting, Surface
from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.lighting import TORN_LIGHTS, TornLight, wetted
from plitka.core.tile.renderer import recolour
from plitka.core.tile.shading import compute_light
from plitka.core.tile.torn_light import light_torn

CONFIG, USUAL = GranuleConfig(size_px=192, field_mm=192 / 7), TornLight()


@pytest.fixture(scope="module")
def geometry() -> Geometry:
    """A small layer."""
    return lay_granules(CONFIG, 3)


def levels(geometry: Geometry, text: str, config: TornLight = USUAL) -> np.ndarray:
    """(H, W, 3) of a render."""
    light = compute_light(geometry, config)
    return recolour(geometry, light, parse_recipe(text).recipe, config, 1).pixels.astype(float)


def test_a_solid_tile_has_the_photographed_colour(geometry: Geometry) -> None:
    """The median of a render is near the median measured on the photograph of that colour."""
    for code in ("RED", "GRAY", "YELLOW", "BLUE", "BLACK", "WHITE"):
        (colour,) = parse_recipe(code).recipe.colours
        median = np.median(levels(geometry, code).reshape(-1, 3), axis=0)
        photographed = [int(colour.srgb_hex[i : i + 2], 16) for i in (1, 3, 5)]
        assert median == pytest.approx(photographed, abs=16)


def test_grey_glints_and_white_is_not_clipped(geometry: Geometry) -> None:
    """On grey the coat mirrors the lamp; white stays cream up to its lightest points."""
    grey, white = levels(geometry, "gray"), levels(geometry, "white")
    assert 0.005 < (grey.mean(-1) > 200).mean() < 0.08
    assert white.max() < 254
    lightest = white[white[..., 0] > np.quantile(white[..., 0], 0.95)].mean(0)
    assert lightest[0] > lightest[1] > lightest[2]


def test_a_small_lamp_makes_hard_shadows_and_small_bright_glints(geometry: Geometry) -> None:
    """The sun beside the studio's box."""
    (_, _, box), (_, _, sun) = (light_torn(geometry, TORN_LIGHTS[name]) for name in (Lighting.STUDIO, Lighting.SUN))
    assert (sun > 0).mean() < 0.8 * (box > 0).mean()
    assert sun.max() > 2 * box.max()


def test_a_cut_face_has_hardly_gaps(geometry: Geometry) -> None:
    """And a wet tile is darker than a dry one."""
    cut = light_torn(lay_granules(replace(CONFIG, surface=Surface.CUT), 3), USUAL)
    assert np.quantile(cut[1], 0.05) > np.quantile(light_torn(geometry, USUAL)[1], 0.05) + 0.1
    assert np.median(levels(geometry, "red", wetted(USUAL))) < 0.9 * np.median(levels(geometry, "red"))
