"""Means over square windows of a grid of points."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.tile.bands import thread_count

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
    """Mean of (h, w, c) over a square window of odd side; the edge repeats.

    The channels lie in memory one after the other.
    """
    planes = np.empty((values.shape[2], *values.shape[:2]), values.dtype)

    def fill(channel: int) -> None:
        sums = _sums(_sums(values[..., channel], side).T, side).T
        np.multiply(sums, values.dtype.type(1 / side**2), out=planes[channel])

    if len(planes) == 1:
        fill(0)  # a thread would be begun for nothing
    else:
        with ThreadPoolExecutor(thread_count(len(planes))) as beside:
            for _ in beside.map(fill, range(len(planes))):
                pass
    return np.moveaxis(planes, 0, -1)


def _sums(plane: FloatArray, side: int) -> FloatArray:
    """Sums of (h, w) over windows along the first axis: of 2, 4, 8 ... rows, and of those that make up the side."""
    reach, n = side // 2, len(plane)
    rows = np.concatenate([np.repeat(plane[:1], reach, 0), plane, np.repeat(plane[-1:], reach, 0)])
    total, width, done = rows[:n], 1, 1
    while 2 * width <= side:
        rows = rows[:-width] + rows[width:]
        width *= 2
        if side & width:
            total = total + rows[done : done + n]
            done += width
    return total
