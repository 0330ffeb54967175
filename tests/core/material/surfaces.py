"""A small material that the tests of the room share."""

from functools import cache

from plitka.core.generation import Request
from plitka.core.material.maps import Material
from plitka.core.material.maps import material_of as as_material
from plitka.core.recipes.reading import parse_recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Size
from plitka.core.scene_json import build_scene
from plitka.core.tile.renderer import render

SIDE_PX = 128


@cache
def material_of(words: str = "60% red, 40% white", *, wet: bool = False) -> Material:
    """Of 18 mm."""
    size = Size(width_px=SIDE_PX, height_px=SIDE_PX)
    scene, _ = build_scene(parse_recipe(words).recipe, size=size, wet=wet)
    request = RenderEngine().complete(Request(scene=scene, seed=7))
    return as_material(request, render(request))
