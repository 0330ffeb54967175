"""Tiles before their colours, as one binary that a browser paints from: granules, zones, light and chance.

Nothing in a blank depends on the colours of a scene, nor on their shares where all its granules are of one size. Where
some are coarse or fine, the shares of each coarseness decide what was laid; dealing nearly the same ones on it is
right, and those that it was laid for give the renderer's own picture.

The format, little-endian:

| bytes | what |
|---|---|
| 8 | `PLITKAG2` |
| 4 | n, the length of the header |
| n | the header: JSON in UTF-8, filled up with spaces so that what follows begins at a multiple of 4 |
| ... | the sections, each from the offset, after the header, and of as many bytes as `sections` says |

The header:

| name | what |
|---|---|
| `side_px`, `oversample` | side of the picture; cells to a pixel in each direction: N = side_px * oversample |
| `n_chips` | numbered from 0 |
| `streams` | of each zone, the ground first: state and increment of a PCG64, in words of 32 bits, the lowest first |
| `light` | `LightFactors` of `painting.py`, by their names |
| `look` | the fixed figures of `painting.py`, `grain.py` and `finishes.py` |
| `finishes` | of `finishes.py`: `lit` levels, `rows`, `mean`, `mix`, and names of `matter` and `camera` |
| `light_scales`, `light_levels` | of the maps of lamp, sky and sheen: value = scale * (level / levels)**2 |
| `drawn_range` | of the draws: deviations = range * level / 127 |
| `sections` | name -> offset, length |

The sections:

| name | what |
|---|---|
| `codes` | (N, N) uint8, row by row: 0 the chip of the cell to the left, 1 of the cell above, 2 the next of `named` |
| `named` | uint32 chips |
| `light` | 3 * (side, side) uint8: lamp, sky, sheen; less the mean, rounded down, of the levels to the left and above |
| `drawn` | 5 * (n_chips,) int8: tone, red, green, blue, shine; by how many deviations a chip differs in each |
| `zones` | (n_chips,) uint8 |
| `coarseness` | (n_chips,) uint8: 0 fine, 1 usual, 2 coarse |
| `radii` | (n_chips,) float32 in mm; empty where all chips are usual |
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.scene import Scene
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.finishes import CAMERA, FAR_LEVELS, MATTER, MIXED_GAIN, load_finishes
from plitka.core.tile.grain import LEVELS_PER_DEVIATION
from plitka.core.tile.granules import FloatMap, IdMap
from plitka.core.tile.painting import (
    BOUNCE,
    BOUNCE_AGAIN,
    BOUNCE_OF_LOST,
    BRIGHTEST,
    DARKEST,
    MIDDLE,
    MOST_DRAWN,
    MOST_TONE,
    NEAR_PX,
    SHOULDER,
    TINT,
    LightFactors,
    draw_chips,
)
from plitka.core.tile.renderer import LitLayer, painting_stream, zone_layer
from plitka.core.tile.shading import LightMaps
from plitka.core.tile.zones import asked_shares

MAGIC = b"PLITKAG2"
_LEFT, _ABOVE, _NAMED = 0, 1, 2
_LIGHT_LEVELS = 127
"""Steps of the root of a light: finer ones would show no difference and take a fifth more bytes."""
_WORD = 2**32
_LOOK = {
    "bounce": BOUNCE,
    "bounce_again": BOUNCE_AGAIN,
    "bounce_of_lost": BOUNCE_OF_LOST,
    "near_px": NEAR_PX,
    "darkest": DARKEST,
    "tint": TINT,
    "most_tone": MOST_TONE,
    "shoulder": SHOULDER,
    "middle": MIDDLE,
    "brightest": BRIGHTEST,
    "noise_levels": LEVELS_PER_DEVIATION,
    "far_levels": FAR_LEVELS,
    "mixed_gain": MIXED_GAIN,
}


@dataclass(frozen=True, slots=True)
class Blank:
    """A lit layer with all of a scene and a seed but the colours."""

    layer: LitLayer
    zone_of_chip: npt.NDArray[np.uint8]
    """(n,)"""
    streams: tuple[np.random.Generator, ...]
    """What the chips of each zone are dealt from."""
    drawn: FloatMap
    """(5, n) by how many deviations each chip differs from others of its colour."""

    @classmethod
    def of(cls, layer: LitLayer, scene: Scene, seed: int) -> "Blank":
        """What `paint_layer` would paint this scene on.

        Raises:
            InputError: masks that cannot be used, or a zone without granules.
        """
        layer, zoned = zone_layer(layer, scene)
        twin = painting_stream(seed)
        streams = (twin, *twin.spawn(len(scene.zones) - 1))
        rng = painting_stream(seed)
        zoned.deal(asked_shares(scene), rng, plain=deal_colours)  # for what it draws
        return cls(layer, zoned.zone_of_chip, streams, draw_chips(layer.geometry.areas.size, rng))

    def encode(self) -> bytes:
        """The binary, not yet compressed."""
        geometry = self.layer.geometry
        levels, scales = _light_levels(self.layer.pixel_light)
        codes, named = _encode_ids(geometry.ids)
        sections: dict[str, npt.NDArray[Any]] = {
            "codes": codes,
            "named": named,
            "light": levels,
            "drawn": np.rint(self.drawn * (127 / MOST_DRAWN)).astype(np.int8),
            "zones": self.zone_of_chip,
            "coarseness": geometry.coarseness.astype(np.uint8),
            "radii": geometry.radius_mm.astype("<f4") if geometry.config.mixes else np.empty(0, "<f4"),
        }
        told = {
            "side_px": geometry.config.size_px,
            "oversample": geometry.config.oversample,
            "n_chips": int(geometry.areas.size),
            "streams": [_words_of(stream) for stream in self.streams],
            "light": asdict(LightFactors.of(self.layer.light_config)),
            "look": _LOOK,
            "finishes": _describe_finishes(),
            "light_scales": scales,
            "light_levels": _LIGHT_LEVELS,
            "drawn_range": MOST_DRAWN,
        }
        return _pack(told, sections)


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


def _describe_finishes() -> dict[str, Any]:
    """The whole table: which of it is needed, the colours decide."""
    finishes = load_finishes()
    return {
        "matter": MATTER,
        "camera": CAMERA,
        "lit": finishes.lit.astype(int).tolist(),
        "mean": [round(value, 4) for value in finishes.mean.tolist()],
        "rows": [[round(value, 4) for value in row] for row in finishes.rows.tolist()],
        "mix": [round(value, 4) for value in finishes.mix.tolist()],
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
