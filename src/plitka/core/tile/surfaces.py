"""What each surface of a tile is: how its face is finished, how that takes the light, and how rough it is.

With the lights of `plitka.core.tile.lighting` this is all that a scene's surface, light and wetness mean;
`configure_light` puts them together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from plitka.core.scene import Lighting, Surface
from plitka.core.tile.lighting import LIGHTS, LightConfig, wetted

Heights = npt.NDArray[np.floating[Any]]
"""(N, N) in mm."""
Face = Callable[[Heights, float], Heights]
"""Heights of a layer as it fell, and how much relief a press leaves -> heights of the face. One that was not pressed
does without the second."""

_PRESSED_LEVEL = 0.6
"""Quantile of the heights at which a press stops."""
_DEEPEST_MM = 5.0
"""Deeper gaps look no darker, and their depth would only stretch the height map."""
_CUT_LEVEL = 0.12
"""Quantile of the heights at which a block is sliced: all above is cut away."""
_CUT_RELIEF, _CUT_DEPTH = 0.02, 0.15
"""What a slice leaves of what stands out above its level, and what the binder leaves of what lies below."""


class Appearance(Protocol):
    """How a tile is finished, wetted and lit: a `Scene`, or a `MapSpec`."""

    @property
    def surface(self) -> Surface: ...

    @property
    def light(self) -> Lighting: ...

    @property
    def wet(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceConfig:
    """One surface."""

    face: Face
    finish: Callable[[LightConfig], LightConfig] | None = None
    """Under any light, what is other than with torn, matt rubber; None: nothing is."""
    roughness: float = 0.7
    """In the roughness map, 0..1: of a dry facet that sees the whole sky. By eye."""
    veil_gain: float = 1.0
    """Of the veil on the map of guided mode, which stands there for the highlights: beside that of torn rubber with as
    much light in them. So chosen that `test_a_map_is_as_bright_as_a_render_in_its_light` holds."""


def _press(height: Heights, press: float) -> Heights:
    level = np.quantile(height, _PRESSED_LEVEL)
    pressed = np.where(height > level, level + (height - level) * press, height)
    return np.maximum(pressed, level - _DEEPEST_MM).astype(np.float32)


def _cut(height: Heights, _press: float) -> Heights:
    """Nearly all of the face lies in one plane; binder fills what lies deeper."""
    level = np.quantile(height, _CUT_LEVEL)
    above = level + (height - level) * _CUT_RELIEF
    return np.where(height > level, above, level - (level - height) * _CUT_DEPTH).astype(np.float32)


SURFACES: Mapping[Surface, SurfaceConfig] = MappingProxyType(
    {Surface.PRESSED: SurfaceConfig(face=_press), Surface.CUT: SurfaceConfig(face=_cut)}
)
"""What each surface is."""


def configure_light(tile: Appearance, lights: Mapping[Lighting, LightConfig] = LIGHTS) -> LightConfig:
    """What a tile's light is made of, and how its face takes it: the light's own, the surface's finish, then water.

    Args:
        tile: how it is finished, wetted and lit.
        lights: what each light is made of, on renders or on maps.
    """
    config = finished(lights[tile.light], tile.surface)
    return wetted(config) if tile.wet else config


def finished(config: LightConfig, surface: Surface) -> LightConfig:
    """The same light on a surface."""
    finish = SURFACES[surface].finish
    return config if finish is None else finish(config)
