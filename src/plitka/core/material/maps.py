"""A tile as a material for other programs: a seamless square of maps, and how large it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from plitka.core.files.id_map import encode_png16
from plitka.core.files.picture import encode_png
from plitka.core.recipes.recipe import format_colours
from plitka.core.tile.renderer import render_maps
from plitka.core.tile.shading import shrink

if TYPE_CHECKING:
    from plitka.core.generation import CompleteRequest
    from plitka.core.tile.renderer import Rendering

Levels = npt.NDArray[np.uint16]
"""(H, W) or (H, W, 3), 0..65535."""
_LEVELS_8_PER_16 = 257
"""Of 16 bits to one of 8: 65535 is 255."""


class Channel(StrEnum):
    """A map of a material, as its file is called."""

    BASE_COLOUR = "base_colour"
    NORMAL = "normal"
    ROUGHNESS = "roughness"
    OCCLUSION = "ambient_occlusion"
    HEIGHT = "height"


_RENDERED = {
    Channel.BASE_COLOUR: "albedo",
    Channel.NORMAL: "normal",
    Channel.ROUGHNESS: "roughness",
    Channel.OCCLUSION: "ao",
    Channel.HEIGHT: "height",
}


@dataclass(frozen=True, slots=True)
class Material:
    """Maps of one repeat, periodic in both directions."""

    title: str
    """The mix in colours and percents."""
    seed: int
    side_m: float
    """Length that the maps show before they repeat."""
    height_m: float
    """From the lowest to the highest level of the height map."""
    maps: Mapping[Channel, Levels]
    """Base colour: (H, W, 3) sRGB without light. Normal: (H, W, 3), OpenGL's convention. The others: (H, W)."""


def material_of(request: "CompleteRequest", rendering: "Rendering") -> Material:
    """The maps of a scene that was rendered; its light leaves them alone."""
    rendered = render_maps(rendering)
    geometry = rendering.geometry
    height_mm = shrink(geometry.height_mm[..., None], geometry.config.oversample)
    return Material(
        title="; ".join(format_colours(zone.recipe) for zone in request.scene.zones),
        seed=request.seed,
        side_m=request.field_mm / 1000,
        height_m=float(np.ptp(height_mm)) / 1000,
        maps={channel: rendered[name] for channel, name in _RENDERED.items()},
    )


def to_8_bits(levels: Levels) -> npt.NDArray[np.uint8]:
    """The nearest levels of 8 bits."""
    return np.rint(levels / _LEVELS_8_PER_16).astype(np.uint8)


def encode_map(levels: Levels, bits: int) -> bytes:
    """A map as a PNG of 8 or 16 bits a channel."""
    return encode_png16(levels) if bits == 16 else encode_png(to_8_bits(levels))
