"""What each surface is, and how a tile's surface, light and wetness go together."""

from dataclasses import fields, replace
from itertools import product
from types import MappingProxyType

import numpy as np
import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Lighting, Scene, Surface
from plitka.core.tile import surfaces
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.lighting import LIGHTS, LightConfig, wetted
from plitka.core.tile.surfaces import SURFACES, SurfaceConfig, configure_light, finished

OF_LIGHT = ("azimuth_deg", "elevation_deg", "softness_deg", "lamp", "warmth", "sky", "occlusion")


def polish(config: LightConfig) -> LightConfig:
    """A finish that mirrors the lamp sharply."""
    return replace(config, sheen=0.4, sheen_exponent=120.0, film_relief_px=0.1)


def heights() -> np.ndarray:
    """A layer as it fell, in mm."""
    return np.random.default_rng(3).normal(4, 1, (64, 64)).astype(np.float32)


def test_every_surface_of_a_scene_is_there() -> None:
    """A new one cannot be laid as another by mistake."""
    assert set(SURFACES) == set(Surface)


@pytest.mark.parametrize("surface", Surface)
def test_a_face_is_made_of_its_layer(surface: Surface) -> None:
    """As large, with less relief, the higher places higher; and the roughness of its facets can be drawn."""
    fallen = heights()
    face = SURFACES[surface].face(fallen, 0.48)
    assert face.shape == fallen.shape
    assert face.dtype == np.float32
    assert face.std() < fallen.std()
    order = fallen.ravel().argsort()
    assert (np.diff(face.ravel()[order]) >= -1e-5).all()
    assert 0 < SURFACES[surface].roughness < 1


def test_a_press_leaves_as_much_as_it_is_told_to() -> None:
    """A blade leaves next to nothing, whatever a press would."""
    low, high = (SURFACES[Surface.PRESSED].face(heights(), press) for press in (0.2, 0.6))
    assert low.std() < high.std()
    cut, again = (SURFACES[Surface.CUT].face(heights(), press) for press in (0.2, 0.6))
    assert (cut == again).all()
    assert cut.std() < 0.3 * low.std()


@pytest.mark.parametrize(("surface", "light", "wet"), [*product(Surface, Lighting, (False, True))])
def test_a_tile_is_lit_by_its_light(surface: Surface, light: Lighting, wet: bool) -> None:
    """Neither surface nor water moves the lamp, the sky or the camera; water comes last. A scene and its map agree."""
    scene = replace(Scene.of(parse_recipe("red").recipe), surface=surface, light=light, wet=wet)
    config, dry = configure_light(scene), finished(LIGHTS[light], surface)
    assert config == (wetted(dry) if wet else dry)
    assert all(getattr(config, name) == getattr(LIGHTS[light], name) for name in OF_LIGHT)
    spec = MapSpec(
        width_px=64, height_px=64, field_mm=9, seed=1, granule_mm=(1, 4), surface=surface, light=light, wet=wet
    )
    assert configure_light(spec) == config


def test_lights_and_matter_are_all_that_there_is() -> None:
    """What is not of the light is of the matter, from `sheen` on, as the docstring has it."""
    names = [field.name for field in fields(LightConfig)]
    assert names[names.index("sheen") :] == [name for name in names if name not in OF_LIGHT]


def test_water_lies_over_a_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    """A polished face is glossier than a torn one, dry and wet, and its film stays as smooth as it was."""
    polished = SurfaceConfig(face=SURFACES[Surface.CUT].face, finish=polish)
    monkeypatch.setattr(surfaces, "SURFACES", MappingProxyType({**SURFACES, Surface.CUT: polished}))
    scene = Scene.of(parse_recipe("red").recipe)
    for wet in (False, True):
        torn, smooth = (
            configure_light(replace(scene, surface=each, wet=wet)) for each in (Surface.PRESSED, Surface.CUT)
        )
        assert smooth.highlight > torn.highlight
        assert smooth.sheen_exponent > torn.sheen_exponent
        assert smooth.film_relief_px == 0.1
