"""Pictures that show the same granules: saved again, made smaller or lighter, turned or flipped.

A picture is known by what its middle looks like at 16 by 16 points beside their surroundings: that stays when it is
changed, and two tiles of one recipe hardly agree in it. It is the middle of the tile alone: white ground and a rim are
much the same around all tiles. Colours count as well, so that two renders of one arrangement in other colours are none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from plitka.core.measure.ground import CELL_PX, find_tile
from plitka.core.measure.straightening import straighten

FloatArray = npt.NDArray[np.floating[Any]]

_SIDE = 16
_PART = 0.7
"""Of the tile's sides."""
_AROUND = 3
"""Points over which the surroundings are blurred."""
_EACH, _QUANTILE, _PAPER = 8, 98, 250
"""Of every so many pixels, the brightest but for one in 50, and how bright it is where it is paper."""
_SAME_TINT = 0.04
"""Of the part of a channel: a picture that was made lighter or saved again differs by 0.01."""
_LEAST_ALIKE = 0.5
"""Correlation. Saved again at quality 60, darker by a quarter, turned, or cropped by 1 %, photographs and renders of
512 px have 0.74 and more with themselves; askew by two degrees 0.69, half as large 0.5, but for a few renders whose
tile is not found in 256 px. Two of other tiles have at most 0.20 among 44 photographs, 0.29 among 60 renders."""


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
        pixels: (H, W, 3) uint8 sRGB; the tile fills it or lies on white ground.
    """
    upright = straighten(_lightened(pixels))
    small = Image.fromarray(upright).resize((_SIDE, _SIDE), Image.Resampling.BOX, box=_middle(upright))
    around = small.filter(ImageFilter.GaussianBlur(_AROUND))
    detail = np.asarray(small).astype(np.float32) - np.asarray(around).astype(np.float32)
    detail -= detail.mean((0, 1))
    length = float(np.linalg.norm(detail))
    mean = np.asarray(small).astype(np.float32).mean((0, 1)) + 1  # of black, too, it is defined
    return Signature(detail / length if length else detail, mean / mean.sum())


def _middle(upright: npt.NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the middle of a tile that stands upright."""
    inside = find_tile(upright)
    if inside.all():
        top, bottom, left, right = 0.0, float(upright.shape[0]), 0.0, float(upright.shape[1])
    else:
        (top, bottom), (left, right) = _extent(inside.mean(1)), _extent(inside.mean(0))
    rows, columns = ((1 - _PART) / 2 * (last - first) for first, last in ((top, bottom), (left, right)))
    return left + columns, top + rows, right - columns, bottom - rows


def _extent(filled: FloatArray) -> tuple[float, float]:
    """First and last pixel of a tile, by the part of each row of cells, or column, that lies inside it.

    It counts where half as many do as anywhere: a pale chip at the rim is taken for ground.
    """
    places = np.flatnonzero(filled >= filled.max() / 2)
    return float(places[0] * CELL_PX), float((places[-1] + 1) * CELL_PX)


def _lightened(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB as light as paper is in good light, for a ground that is darker is not known as one."""
    brightest = float(np.percentile(pixels[::_EACH, ::_EACH].max(-1), _QUANTILE))
    if not 0 < brightest < _PAPER:
        return pixels
    lightened: npt.NDArray[np.uint8] = np.minimum(pixels * np.float32(_PAPER / brightest), 255).astype(np.uint8)
    return lightened


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
