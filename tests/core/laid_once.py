"""Granules that are laid once for all renders that lie on them: most of a small render's time goes into laying."""

from dataclasses import replace
from functools import lru_cache

from plitka.core.scene import Lighting
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.granules import Geometry
from plitka.core.tile.renderer import lay_geometry


def laid_once(spec: MapSpec, *, whole_tile: bool = False) -> Geometry:
    """As `lay_geometry`, for which neither light nor water matters; it is not to be written to."""
    return _laid(replace(spec, light=Lighting.STUDIO, wet=False), whole_tile)


def forget_laid() -> None:
    """Have the next ones laid again."""
    _laid.cache_clear()


@lru_cache(maxsize=32)
def _laid(spec: MapSpec, whole_tile: bool) -> Geometry:
    return lay_geometry(spec, whole_tile=whole_tile)
