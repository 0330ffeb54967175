"""What the light on a tile is made of: the lamp, the sky, and how dry or wet granules take them.

The usual light is that of the photographs of tiles: its figures were chosen beside them until renders had their
brightness, contrast and glints. The other lights were chosen by eye from it.

Each chip has one highlight, where it mirrors the lamp. Its light is `highlight`: the `sheen` of the binder, and on top
of it that of the water, as wet as the tile is. Its width is `sheen_exponent`, and `film_relief_px` breaks it up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from plitka.core.scene import Lighting

_WARM_RED, _WARM_BLUE = 0.06, 0.09
"""How much red a warmth of 1 adds to the lamp, and how much blue it takes away. By eye."""
_WET_DEPTH, _WET_LOSS = 0.35, 0.15
"""What a wet chip's albedo has added to its exponent, and the part that it loses. By eye: light that comes back from
pores full of water is less, and has met the pigment more often."""
_WATER_HIGHLIGHT = 0.25
"""Light that a film of water adds to the highlight, whatever lies below it. By eye."""
_WET_SHEEN_GAIN, _WET_EXPONENT_GAIN = 2.0, 3.0
"""Factors of the sheen and of its exponent below a film of water, which smooths it: brighter and narrower. By eye."""
_WATER_SLOPE = 0.1125
"""Relief of a film of water over its width; it hides a rougher film below and leaves a smoother one. By eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightConfig:
    """A soft lamp and the sky above a tile, then how the granules take the light.

    The last part, from `sheen` on, is of matter: usually of torn, matt rubber. A surface with a finish of its own has
    other figures there (`plitka.core.tile.surfaces`), and a light may have where the eye asked for it.
    """

    azimuth_deg: float = 225.0
    """Where the lamp stands: 0 to the right, 90 below, 225 at the upper left of the picture."""
    elevation_deg: float = 68.0
    softness_deg: float = 31.0
    """Half width of the lamp as seen from the tile."""
    lamp: float = 0.36
    """Light of the lamp on a flat bright chip, of a total of about 1 with the sky."""
    warmth: float = 0.0
    """The lamp's tint, cold below zero and warm above; 1 is a slight one, 3 that of a bulb."""
    sky: float = 0.84
    """Light of the whole sky on it."""
    occlusion: float = 1.0
    """Exponent on the visible share of the sky: above 1, gaps are darker than an even sky leaves them. What a finish
    adds to it is its own."""

    sheen: float = 0.35
    """Light that the binder film reflects without taking the chip's colour, where it mirrors the lamp. On torn facets
    these are glints; on a flat face all chips mirror alike, and it is a veil over all colours."""
    sheen_exponent: float = 60.0
    """Of the highlight's cosine: a small one is wide and matt, a large one narrow and sharp."""
    fine_relief_px: float = 0.2
    """Creases of matt rubber, about four pixels apart: deviation of its height."""
    coarse_relief_px: float = 0.8
    """The same of torn facets, about nine pixels apart."""
    film_relief_px: float = 0.45
    """The same of the binder film, which is smooth and has no creases: it breaks the highlight alone, into sparks."""
    film_width_px: float = 2.0
    """About how wide the film's relief is."""
    wetness: float = 0.0
    """0..1: how much water is in the pores and stands on them, which makes chips darker and deeper in colour and adds
    to the highlight. What a closed film does beside that is said at `wetted`."""

    @property
    def lamp_rgb(self) -> tuple[float, float, float]:
        """Tint of the lamp in each primary, 1 for white."""
        return 1 + _WARM_RED * self.warmth, 1.0, 1 - _WARM_BLUE * self.warmth

    @property
    def albedo_exponent(self) -> float:
        """What a chip's colour is raised to: above 1, it is deeper."""
        return 1 + _WET_DEPTH * self.wetness

    @property
    def albedo_gain(self) -> float:
        """Part of its light that a chip gives back."""
        return 1 - _WET_LOSS * self.wetness

    @property
    def highlight(self) -> float:
        """Light of the highlight where it is brightest."""
        return self.sheen + _WATER_HIGHLIGHT * self.wetness


LIGHTS: Mapping[Lighting, LightConfig] = MappingProxyType(
    {
        Lighting.STUDIO: LightConfig(),
        Lighting.SUN: LightConfig(elevation_deg=48.0, softness_deg=1.0, lamp=0.78, sky=0.42, warmth=0.8),
        Lighting.OVERCAST: LightConfig(
            elevation_deg=62.0,
            softness_deg=26.0,
            lamp=0.22,
            sky=1.0,
            sheen=0.22,
            sheen_exponent=70.0,
            coarse_relief_px=1.0,
        ),
        Lighting.WARM: LightConfig(lamp=0.75, sky=0.45, warmth=2.5),
        Lighting.COLD: LightConfig(lamp=0.75, sky=0.45, warmth=-2.6),
    }
)
"""What each light is made of, on a dry tile of torn, matt rubber."""


def wetted(config: LightConfig) -> LightConfig:
    """The same light on a tile that rain has wetted: a film of water mirrors the lamp sharply.

    Water comes last, over whatever finish the surface has: its factors are of that finish's own highlight, so that a
    polished face stays glossier than a torn one, and it adds the same light to each.
    """
    return replace(
        config,
        wetness=1.0,
        sheen=_WET_SHEEN_GAIN * config.sheen,
        sheen_exponent=_WET_EXPONENT_GAIN * config.sheen_exponent,
        film_relief_px=min(_WATER_SLOPE * config.film_width_px, config.film_relief_px),
    )
