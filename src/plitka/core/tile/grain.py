"""Noise that is the same in numpy and in a browser's shader: of integers that are hashed, pixel by pixel.

A picture has the same noise whatever its seed. It is periodic, for places beyond an edge are those at the other one.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

LEVELS_PER_DEVIATION = 31.0
"""Noise is kept in signed bytes of so many levels to its deviation."""
MOTTLE, GRAIN, RED = 0, 1, 2
"""Numbers of the noises: within granules; of all primaries; of red alone, before green and blue."""
_MEAN, _DEVIATION = 510.0, 147.8
"""Of the sum of four even bytes."""
_SOFT = 0.375
"""Deviation that the binomial of nine pixels leaves of noise."""


class Grain(NamedTuple):
    """Noises of unit deviation as signed bytes."""

    mottle: npt.NDArray[np.int8]
    """(H, W), smooth over three pixels."""
    grain: npt.NDArray[np.int8]
    """(H, W), without any likeness of neighbours."""
    hues: npt.NDArray[np.int8]
    """(3, H, W), likewise."""


@lru_cache(maxsize=2)
def make_grain(height_px: int, width_px: int) -> Grain:
    """The noises of a picture of this size."""
    mottle: npt.NDArray[np.floating[Any]] = hashed_noise(height_px, width_px, MOTTLE)
    for axis in (0, 1):
        mottle = (np.roll(mottle, 1, axis) + 2 * mottle + np.roll(mottle, -1, axis)) / 4
    hues = np.stack([_to_bytes(hashed_noise(height_px, width_px, RED + primary)) for primary in range(3)])
    grain = Grain(_to_bytes(mottle / _SOFT), _to_bytes(hashed_noise(height_px, width_px, GRAIN)), hues)
    for part in grain:
        part.flags.writeable = False
    return grain


def hashed_noise(height_px: int, width_px: int, number: int) -> npt.NDArray[np.float32]:
    """(H, W) white noise, nearly normal: the bytes of a hash (C. Wellons 2018, "lowbias32") added up."""
    rows, columns = np.arange(height_px, dtype=np.uint32)[:, None], np.arange(width_px, dtype=np.uint32)
    word = rows * np.uint32(0x9E3779B1) ^ columns * np.uint32(0x85EBCA77)
    word ^= np.uint32(number * 0xC2B2AE3D % 2**32)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        word ^= word >> np.uint32(shift)
        word *= np.uint32(factor)
    word ^= word >> np.uint32(16)
    total = word.view(np.uint8).reshape(height_px, width_px, 4).sum(-1, dtype=np.uint16)
    noise: npt.NDArray[np.float32] = (total.astype(np.float32) - np.float32(_MEAN)) / np.float32(_DEVIATION)
    return noise


def _to_bytes(noise: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int8]:
    levels: npt.NDArray[np.int8] = np.rint(np.clip(LEVELS_PER_DEVIATION * noise, -127, 127)).astype(np.int8)
    return levels
