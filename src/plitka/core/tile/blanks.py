"""Tiles before their colours, as one binary that a browser paints from: granules, zones, light and chance.

Nothing in a blank depends on the colours of a scene, nor on their shares where all its granules are of one size. Where
some are coarse or fine, the shares of each coarseness decide what was laid; dealing nearly the same ones on it is
right, and those that it was laid for give the renderer's own picture.

The format, little-endian:

| bytes | what |
|---|---|
| 8 | `PLITKAG1` |
| 4 | n, the length of the header |
| n | the header: JSON in UTF-8, filled up with spaces so that what follows begins at a multiple of 4 |
| ... | the sections, each from the offset, after the header, and of as many bytes as `sections` says |

The header:

| name | what |
|---|---|
| `side_px`, `oversample` | side of the picture; cells to a pixel in each direction: N = side_px * oversample |
| `n_chips` | numbered from 0 |
| `streams` | of each zone, the ground first: state and increment of a PCG64, in words of 32 bits, the lowest first |
| `light` | lamp (red, green, blue), sky, bounce, highlight, exponent and gain of the albedo, shoulder |
| `light_scales`, `light_levels` | of the maps of lamp, sky and sheen: value = scale * (level / levels)**2 |
| `variation_range` | of the variation: factor = exp(range * level / 127) |
| `sections` | name -> offset, length |

The sections:

| name | what |
|---|---|
| `codes` | (N, N) uint8, row by row: 0 the chip of the cell to the left, 1 of the cell above, 2 the next of `named` |
| `named` | uint32 chips |
| `light` | 3 * (side, side) uint8: lamp, sky, sheen; less the mean, rounded down, of the levels to the left and above |
| `variation` | 3 * (n_chips,) int8: red, green, blue; by what the colour of a chip differs from that of its recipe |
| `zones` | (n_chips,) uint8 |
| `coarseness` | (n_chips,) uint8: 0 fine, 1 usual, 2 coarse |
| `radii` | (n_chips,) float32 in mm; empty where all chips are usual |
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.scene import Scene
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.granules import FloatMap, IdMap
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.renderer import LitLayer, painting_stream, zone_layer
from plitka.core.tile.shading import MOST_TINT, MOST_TONE, SHOULDER, LightMaps, shrink, vary_chips
from plitka.core.tile.zones import asked_shares

MAGIC = b"PLITKAG1"
_LEFT, _ABOVE, _NAMED = 0, 1, 2
_LIGHT_LEVELS = 127
"""Steps of the root of a light: finer ones would show no difference and take a fifth more bytes."""
_VARIATION_RANGE = MOST_TONE + MOST_TINT
_WORD = 2**32


@dataclass(frozen=True, slots=True)
class Blank:
    """A lit layer with all of a scene and a seed but the colours."""

    layer: LitLayer
    zone_of_chip: npt.NDArray[np.uint8]
    """(n,)"""
    streams: tuple[np.random.Generator, ...]
    """What the chips of each zone are dealt from."""
    variation: FloatMap
    """(n, 3) by what the colour of each chip is multiplied."""
    light: LightMaps
    """(side, side) the light on each pixel, with the speckle of its granules."""

    @classmethod
    def of(cls, layer: LitLayer, scene: Scene, seed: int) -> "Blank":
        """What `paint_layer` would paint this scene on.

        Raises:
            InputError: masks that cannot be used, or a zone without granules.
        """
        layer, zoned = zone_layer(layer, scene)
        config = layer.light_config
        twin = painting_stream(seed)
        streams = (twin, *twin.spawn(len(scene.zones) - 1))
        rng = painting_stream(seed)
        zoned.deal(asked_shares(scene), rng, plain=deal_colours)  # for what it draws
        variation = vary_chips(np.ones((1, 3), np.float32), np.zeros(layer.geometry.areas.size, np.int32), rng, config)
        return cls(layer, zoned.zone_of_chip, streams, variation, _on_pixels(layer, rng))

    def encode(self) -> bytes:
        """The binary, not yet compressed."""
        geometry = self.layer.geometry
        levels, scales = _light_levels(self.light)
        codes, named = _encode_ids(geometry.ids)
        exact = np.log(self.variation) * (127 / _VARIATION_RANGE)
        sections: dict[str, npt.NDArray[Any]] = {
            "codes": codes,
            "named": named,
            "light": levels,
            "variation": np.rint(np.clip(exact, -127, 127)).astype(np.int8).T,
            "zones": self.zone_of_chip,
            "coarseness": geometry.coarseness.astype(np.uint8),
            "radii": geometry.radius_mm.astype("<f4") if geometry.config.mixes else np.empty(0, "<f4"),
        }
        told = {
            "side_px": geometry.config.size_px,
            "oversample": geometry.config.oversample,
            "n_chips": int(geometry.areas.size),
            "streams": [_words_of(stream) for stream in self.streams],
            "light": _describe(self.layer.light_config),
            "light_scales": scales,
            "light_levels": _LIGHT_LEVELS,
            "variation_range": _VARIATION_RANGE,
        }
        return _pack(told, sections)


def _on_pixels(layer: LitLayer, rng: np.random.Generator) -> LightMaps:
    """Light falls on a chip's points as on the chip, but for their speckle; so the two are one map."""
    oversample, light = layer.geometry.config.oversample, layer.light
    speckle = 1 + layer.light_config.speckle * rng.standard_normal(light.lamp.shape, np.float32)
    maps = (light.lamp * speckle, light.sky * speckle, light.sheen)
    return LightMaps(*(shrink(one[..., None], oversample)[..., 0] for one in maps))


def _light_levels(light: LightMaps) -> tuple[npt.NDArray[np.uint8], list[float]]:
    """(3, side, side) levels less what their neighbours foretell, and the scale of each map."""
    maps = np.clip(np.stack([light.lamp, light.sky, light.sheen]), 0, None)
    scales = [max(float(one.max()), 1e-6) for one in maps]
    levels = np.rint(np.sqrt(maps / np.array(scales, np.float32)[:, None, None]) * _LIGHT_LEVELS).astype(np.int16)
    left, above = np.zeros_like(levels), np.zeros_like(levels)
    left[..., 1:], above[:, 1:] = levels[..., :-1], levels[:, :-1]
    return (levels - (left + above) // 2).astype(np.uint8), scales


def _encode_ids(ids: IdMap) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    """The `codes` and the `named` of the chips of cells."""
    codes = np.full(ids.shape, _NAMED, np.uint8)
    codes[1:][ids[1:] == ids[:-1]] = _ABOVE
    codes[:, 1:][ids[:, 1:] == ids[:, :-1]] = _LEFT
    return codes, ids[codes == _NAMED].astype("<u4")


def _words_of(stream: np.random.Generator) -> list[list[int]]:
    """State and increment of a generator that has drawn nothing yet."""
    numbers = stream.bit_generator.state["state"]
    return [[numbers[name] // _WORD**place % _WORD for place in range(4)] for name in ("state", "inc")]


def _describe(config: LightConfig) -> dict[str, Any]:
    """The figures of `shading.paint` and of what comes after it."""
    assert not config.blur_px, "a lens that blurs has no place in the format"
    return {
        "lamp": [config.lamp * tint for tint in config.lamp_rgb],
        "sky": config.sky,
        "bounce": config.bounce,
        "highlight": config.highlight,
        "exponent": config.albedo_exponent,
        "gain": config.albedo_gain,
        "shoulder": SHOULDER,
    }


def _pack(told: Mapping[str, Any], sections: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """The header with the places of the sections, then these, each filled up to a multiple of 4 bytes."""
    parts, places, offset = [], {}, 0
    for name, values in sections.items():
        content = values.tobytes()
        places[name] = [offset, len(content)]
        parts.append(content + bytes(-len(content) % 4))
        offset += len(parts[-1])
    header = json.dumps({**told, "sections": places}, separators=(",", ":")).encode()
    header += b" " * (-(len(MAGIC) + 4 + len(header)) % 4)
    return b"".join([MAGIC, len(header).to_bytes(4, "little"), header, *parts])
