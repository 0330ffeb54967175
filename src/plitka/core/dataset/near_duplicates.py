"""Pictures that show the same granules: saved again, made smaller or lighter, turned or flipped.

A picture is known by what its middle looks like at 16 by 16 points beside their surroundings: that stays when it is
changed, and two tiles of one recipe hardly agree in it. The middle lies within the tile, wherever its rim is. Colours
count as well, so that two renders of one arrangement in other colours are none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

FloatArray = npt.NDArray[np.floating[Any]]

_SIDE = 16
_PART = 0.7
"""Of the picture's sides."""
_AROUND = 3
"""Points over which the surroundings are blurred."""
_SAME_TINT = 0.04
"""Of the part of a channel: a picture that was made lighter or saved again differs by 0.01."""
_LEAST_ALIKE = 0.7
"""Correlation. Saved again at quality 60, half as large, darker by a quarter, turned, or cropped by 1 %, photographs
and renders have 0.77 and more with themselves; two of the 44 photographs at most 0.28, two of 180 renders 0.53."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What stays with a tile when its picture is changed."""

    detail: FloatArray
    """(16, 16, 3) of zero mean and unit length; zeros of a picture without any."""
    tint: FloatArray
    """(3,) part of each channel in the mean of the picture."""


def signature(pixels: npt.NDArray[np.uint8]) -> Signature:
    """What a picture is known by.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
    """
    image = Image.fromarray(pixels)
    width, height = image.size
    rest = (1 - _PART) / 2
    middle = (rest * width, rest * height, (1 - rest) * width, (1 - rest) * height)
    small = image.resize((_SIDE, _SIDE), Image.Resampling.BOX, box=middle)
    around = small.filter(ImageFilter.GaussianBlur(_AROUND))
    detail = np.asarray(small).astype(np.float32) - np.asarray(around).astype(np.float32)
    detail -= detail.mean((0, 1))
    length = float(np.linalg.norm(detail))
    mean = np.asarray(small).astype(np.float32).mean((0, 1)) + 1  # of black, too, it is defined
    return Signature(detail / length if length else detail, mean / mean.sum())


def find_duplicates(signatures: Sequence[Signature]) -> list[tuple[int, ...]]:
    """Places of the pictures of one tile, for each tile that has several, in order."""
    n = len(signatures)
    if n < 2:
        return []
    details = np.stack([each.detail for each in signatures])
    tints = np.stack([each.tint for each in signatures])
    alike = np.zeros((n, n), np.bool_)
    for turned in _turns(details):
        alike |= details.reshape(n, -1) @ turned.reshape(n, -1).T > _LEAST_ALIKE
    alike &= np.abs(tints[:, None] - tints).max(-1) < _SAME_TINT
    return _groups(alike | alike.T)


def _turns(signatures: FloatArray) -> Iterator[FloatArray]:
    """(n, 16, 16, 3) in each of the eight ways in which a square lies on itself."""
    for flipped in (signatures, signatures[:, :, ::-1]):
        for quarter in range(4):
            yield np.rot90(flipped, quarter, (1, 2))


def _groups(alike: npt.NDArray[np.bool_]) -> list[tuple[int, ...]]:
    left, groups = set(range(len(alike))), list[tuple[int, ...]]()
    while left:
        group, waiting = set[int](), [min(left)]
        while waiting:
            one = waiting.pop()
            if one not in group:
                group.add(one)
                waiting += np.flatnonzero(alike[one]).tolist()
        left -= group
        if len(group) > 1:
            groups.append(tuple(sorted(group)))
    return groups
