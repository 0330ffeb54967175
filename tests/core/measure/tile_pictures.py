"""Rendered tiles for tests that need a picture and not its layer."""

from functools import cache

import numpy as np
import numpy.typing as npt
from tests.core.laid_once import laid_once

from plitka.core.generation import Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.renderer import LitLayer, light_layer, paint_layer

Pixels = npt.NDArray[np.uint8]


@cache
def tile(
    recipe: str,
    *,
    side_px: int = 256,
    light: str = "studio",
    surface: str = "pressed",
    wet: bool = False,
    whole: bool = False,
) -> Pixels:
    """A picture of a tile; the whole of it lies on white."""
    scene = Scene(
        zones=(Zone(parse_recipe(recipe).recipe),),
        size=Size(width_px=side_px, height_px=side_px),
        light=Lighting(light),
        surface=Surface(surface),
        wet=wet,
    )
    request = RenderEngine().complete(Request(scene=scene, seed=5))
    return paint_layer(_layer(MapSpec.of(request)), request.scene, request.seed, whole_tile=whole).pixels


@cache
def _layer(spec: MapSpec) -> LitLayer:
    """What many pictures are painted on."""
    return light_layer(laid_once(spec), spec)
