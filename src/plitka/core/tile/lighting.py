"""Where the light on a tile comes from: the lamp, the sky, and what dry or wet granules make of it.

The usual light is that of the photographs of tiles: its figures were chosen beside them until renders had their
brightness, contrast and glints. The other lights were chosen by eye from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from plitka.core.scene import Lighting

_WET_SHEEN_GAIN, _WET_SHARPNESS_GAIN, _WET_SPARKLE = 2.0, 3.0, 0.45
"""What a film of water makes of the binder's highlight: as much brighter, as much narrower, and calmer, its relief in
pixels. By eye."""
_WARM_RED, _WARM_BLUE = 0.06, 0.09
"""How much red a warmth of 1 adds to the lamp, and how much blue it takes away. By eye."""
_WET_DEPTH, _WET_LOSS, _WET_GLOSS = 0.35, 0.15, 0.25
"""A wet chip's albedo has this added to its exponent and loses this part; its highlight gains this much light. By
eye: light that comes back from pores full of water is less, and has met the pigment more often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightConfig:
    """A soft lamp and the sky above a tile, and how its granules take their light."""

    azimuth_deg: float = 225.0
    """Where the lamp stands: 0 to the right, 90 below, 225 at the upper left of the picture."""
    elevation_deg: float = 71.0
    softness_deg: float = 6.0
    """Half width of the lamp as seen from the tile."""
    lamp: float = 0.36
    """Light of the lamp on a flat bright chip, of a total of about 1 with the sky."""
    sky: float = 0.84
    """Light of the whole sky on it."""
    occlusion: float = 1.56
    """Exponent on the visible share of the sky: above 1, gaps are darker than an even sky leaves them."""
    bounce: float = 0.3
    """How much of the light that a gap lacks comes back from the chips around it, in their colour."""
    sheen: float = 0.15
    """Light that the binder film reflects without taking the chip's colour, where it mirrors the lamp."""
    sheen_width: float = 23.0
    """Exponent of the highlight: small is wide and matt."""
    roughness: float = 0.02
    """Fine relief of matt rubber, about four pixels wide: deviation in pixels."""
    crumple: float = 0.75
    """Coarser relief of torn facets, about six pixels wide: deviation in pixels."""
    sparkle: float = 1.2
    """Relief of the binder film that breaks the highlight, as wide as the fine one: deviation in pixels."""
    tone: float = 0.12
    """Deviation of chips of one colour in lightness, of 1."""
    tint: float = 0.008
    """Deviation of chips of one colour in each primary, of 1."""
    speckle: float = 0.012
    """Deviation of points of one chip in lightness, of 1."""
    blur_px: float = 0.0
    """Deviation of the lens's blur."""
    warmth: float = 0.0
    """The lamp's tint, cold below zero and warm above; 1 is a slight one, 3 that of a bulb."""
    wetness: float = 0.0
    """0..1: from dry to wet, which is darker, deeper in colour, and shines."""

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
    def gloss(self) -> float:
        """Light of the highlight where it is brightest."""
        return self.sheen + _WET_GLOSS * self.wetness


LIGHTS: Mapping[Lighting, LightConfig] = MappingProxyType(
    {
        Lighting.STUDIO: LightConfig(),
        Lighting.SUN: LightConfig(elevation_deg=48.0, softness_deg=1.0, lamp=0.78, sky=0.42, warmth=0.8),
        Lighting.OVERCAST: LightConfig(
            elevation_deg=62.0, softness_deg=26.0, lamp=0.22, sky=0.92, sheen=0.06, sheen_width=30.0, crumple=1.3
        ),
        Lighting.WARM: LightConfig(lamp=0.75, sky=0.45, warmth=2.5),
        Lighting.COLD: LightConfig(lamp=0.75, sky=0.45, warmth=-2.5),
    }
)
"""What each light is made of."""


def wetted(config: LightConfig) -> LightConfig:
    """The same light on a tile that rain has wetted: a film of water mirrors the lamp sharply."""
    return replace(
        config,
        wetness=1.0,
        sheen=_WET_SHEEN_GAIN * config.sheen,
        sheen_width=_WET_SHARPNESS_GAIN * config.sheen_width,
        sparkle=_WET_SPARKLE,
    )


def light_of(light: Lighting, *, wet: bool) -> LightConfig:
    """What a scene's light is made of, on a dry or a wet tile."""
    return wetted(LIGHTS[light]) if wet else LIGHTS[light]
