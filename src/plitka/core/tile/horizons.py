"""What hides the sky and the lamp from each cell of a height map: horizons, found by looking a few steps away.

Heights are in cells, and periodic: what leaves at one edge comes in at the opposite one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from plitka.core.tile.granules import FloatMap

SKY_STEPS = (1, 2, 3, 5, 8, 12, 18, 26, 38)
"""Cells at which the horizon is looked for."""
_BAND_PX = 32
"""Maps of a whole picture do not fit a processor's cache; bands of so many rows do."""


def direction(azimuth_deg: float, elevation_deg: float) -> FloatMap:
    """(3,) unit vector: to the right, downwards in the picture, up to the eye."""
    azimuth, elevation = np.deg2rad([azimuth_deg, elevation_deg])
    flat = np.cos(elevation)
    return np.array([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)], np.float32)


def rises(height: FloatMap) -> FloatMap:
    """(N, N, 2) by how much a periodic height map rises to the right and downwards, cell by cell."""
    return np.stack([(np.roll(height, -1, axis) - np.roll(height, 1, axis)) / 2 for axis in (1, 0)], -1)


def normals(height: FloatMap) -> FloatMap:
    """(N, N, 3) unit normals of a periodic height map in cells."""
    slopes = rises(height)
    normal = np.concatenate([-slopes, np.ones_like(slopes[..., :1])], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return normal


def sky_visibility(height: FloatMap, n_directions: int = 12) -> FloatMap:
    """(N, N) cosine-weighted share of an even sky, from the horizon in a few directions."""
    return np.concatenate([_sky_on_band(band, n_directions) for band in bands(height, SKY_STEPS[-1])])


def _sky_on_band(around: "Around", n_directions: int) -> FloatMap:
    height = around.at(0, 0)
    sky, rise = np.zeros_like(height), np.empty_like(height)
    for angle in np.arange(n_directions) * (2 * np.pi / n_directions):
        tangent = np.zeros_like(height)
        for step in SKY_STEPS:
            np.subtract(around.at(round(np.sin(angle) * step), round(np.cos(angle) * step)), height, out=rise)
            rise /= step
            np.maximum(tangent, rise, out=tangent)
        tangent *= tangent
        tangent += 1
        sky += 1 / tangent
    return sky / n_directions


def lamp_visibility(height: FloatMap, points: Sequence[FloatMap], steps: Sequence[int], penumbra: float) -> FloatMap:
    """(N, N) share of the points of a lamp, (3,) directions, that each cell sees.

    Args:
        steps: cells at which is looked for what hides a point.
        penumbra: cells below an edge's shadow in which it fades.
    """
    return np.concatenate([_lamp_on_band(band, points, steps, penumbra) for band in bands(height, steps[-1])])


def _lamp_on_band(around: "Around", points: Sequence[FloatMap], steps: Sequence[int], penumbra: float) -> FloatMap:
    height = around.at(0, 0)
    seen, there = np.zeros_like(height), np.empty_like(height)
    for toward in points:
        run = float(np.hypot(toward[0], toward[1]))
        rise = float(toward[2]) / run
        horizon = np.full_like(height, -np.inf)
        for step in steps:
            down, right = round(float(toward[1]) / run * step), round(float(toward[0]) / run * step)
            np.subtract(around.at(down, right), np.float32(step * rise), out=there)
            np.maximum(horizon, there, out=horizon)
        horizon -= height
        seen += np.clip(1 - horizon / penumbra, 0, 1)
    return seen / len(points)


def bands(cells: FloatMap, reach: int) -> Iterator["Around"]:
    """A periodic map in bands that a processor's cache holds, each with its surroundings."""
    padded = np.pad(cells, reach, mode="wrap")
    height, width = cells.shape
    for top in range(0, height, _BAND_PX):
        rows = min(_BAND_PX, height - top)
        yield Around(padded[top : top + rows + 2 * reach], reach, (rows, width))


@dataclass(frozen=True, slots=True)
class Around:
    """Views of a band of a map from elsewhere, without copying it for each."""

    padded: FloatMap
    reach: int
    shape: tuple[int, int]

    def at(self, down: int, right: int) -> FloatMap:
        """What lies so many cells down and to the right of each cell."""
        top, left = self.reach + down, self.reach + right
        return self.padded[top : top + self.shape[0], left : left + self.shape[1]]
