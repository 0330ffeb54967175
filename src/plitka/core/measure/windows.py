"""Means over square windows of a grid of points."""

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]


class Windows:
    """Windows around each point of a grid, of which only a zone may count.

    Args:
        zone: (h, w) the points that count: a window near its border has fewer. None: all do.
    """

    def __init__(self, zone: npt.NDArray[np.bool_] | None = None) -> None:
        self._zone = None if zone is None else zone[..., None].astype(np.float32)
        self._filled: dict[int, FloatArray] = {}

    def mean(self, values: FloatArray, side: int) -> FloatArray:
        """Mean of (h, w, c) over windows of an odd side; points outside the zone keep their own value."""
        if self._zone is None:
            return window_mean(values, side)
        if side not in self._filled:
            # At least half a point, so that a window without any of the zone divides nothing by 0.
            self._filled[side] = np.maximum(window_mean(self._zone, side), np.float32(0.5 / side**2))
        mean = window_mean(values * self._zone, side) / self._filled[side]
        return np.where(self._zone > 0, mean, values)


def window_mean(values: FloatArray, side: int) -> FloatArray:
    """Mean of (h, w, c) over a square window of odd side; the edge repeats."""
    for axis in (0, 1):
        values = np.moveaxis(_running_mean(np.moveaxis(values, axis, 0), side), 0, axis)
    return values


def _running_mean(values: FloatArray, side: int) -> FloatArray:
    """Mean along the first axis: a sum of rows that gains one row and loses one at each step."""
    reach = side // 2
    padded = np.concatenate([np.repeat(values[:1], reach, 0), values, np.repeat(values[-1:], reach, 0)])
    total = padded[:side].sum(0)
    mean = np.empty_like(values)
    for row in range(len(values)):
        np.multiply(total, np.float32(1 / side), out=mean[row])
        if row + 1 < len(values):
            total += padded[row + side]
            total -= padded[row]
    return mean
