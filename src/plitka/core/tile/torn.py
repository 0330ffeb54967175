"""Torn faces: chips of flat facets, bent and folded, and the wrinkles of the binder's coat on them.

Decisions:
* What is torn of a chip is the same from one layer to the next: it depends on the chip's number alone.
* One small field of bends, folds and wrinkles serves all chips. Each has its own place in it, so no two are alike, and
  whatever repeats in the field is not seen.
* Slopes are taken within each chip: its outline is no slope of its face.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plitka.core.tile.granules import FloatMap, Geometry, IdMap
from plitka.core.tile.horizons import rises
from plitka.core.tile.surfaces import SURFACES

_BEND_MM, _CREASE_MM, _FOLD_MM, _WRINKLE_MM = 0.43, 0.34, 0.23, 0.14
"""Radii of what is seen on usual granules, as deviations of a Gaussian."""
_BEND, _CREASED = 0.22, 0.8
"""Deviation of the slopes of bends, and the part of them that are creases."""
_FOLD, _FOLLOWED = 0.08, 0.7
"""The same of folds, and the part of their slopes that the coat follows."""
_CRUMPLED = 0.5
"""Deviation of the logarithm of a chip's folds: some are smooth, some are crumpled."""
_GLOSSY = 0.6
"""The same of its coat."""
_MOST = 2.0
"""Deviations beyond so many are clipped."""
_NARROWEST_CELLS = 0.6
"""Anything narrower would be noise of single cells."""
_FIELD_CELLS = 400
_STEEPEST = 2.5
"""Of slopes within a chip: facets that stand on edge show but a cell or two."""


@dataclass(frozen=True, slots=True)
class TornFaces:
    """The faces of a layer, (N, N) cells; slopes are rises to the right and downwards."""

    height: FloatMap
    """(N, N) in cells."""
    body: FloatMap
    """(N, N, 2) slopes of the rubber."""
    coat: FloatMap
    """(N, N, 2) slopes of the coat without its wrinkles."""
    wrinkles: FloatMap
    """(N, N, 2) slopes of unit deviation, to be added to the coat's."""
    gloss: FloatMap
    """(N, N) how much more or less than others a chip's coat mirrors, 1 for a middling one."""


def tear(geometry: Geometry) -> TornFaces:
    """The faces of a geometry's chips."""
    ids, n_chips = geometry.ids, geometry.radius_mm.size
    height = geometry.height_mm * np.float32(geometry.config.cells_per_mm)
    rng = np.random.default_rng(n_chips)
    field = _field(geometry)
    cells = field.cells_of(ids, rng.integers(field.side, size=(2, n_chips)).astype(np.int32))
    crumpled, gloss = np.exp(np.clip(rng.normal(0, 1, (2, n_chips)), -_MOST, _MOST) * [[_CRUMPLED], [_GLOSSY]])
    crumple = crumpled.astype(np.float32)[ids]
    folds = field.fold_slopes[cells] * crumple[..., None]
    bent = slopes_within(ids, height)
    bent += field.bend_slopes[cells]
    height += field.bends[cells] + field.folds[cells] * crumple
    return TornFaces(
        height, bent + folds, bent + np.float32(_FOLLOWED) * folds, field.wrinkles[cells], gloss.astype(np.float32)[ids]
    )


def slopes_within(ids: IdMap, height: FloatMap) -> FloatMap:
    """(N, N, 2) slopes of each chip by itself: neighbouring cells of other chips count for nothing."""
    slopes = np.empty((*height.shape, 2), np.float32)
    for place, axis in enumerate((1, 0)):
        same = ids == np.roll(ids, -1, axis)  # as the next cell
        rise = np.where(same, np.roll(height, -1, axis) - height, 0)
        n_sides = same.astype(np.float32) + np.roll(same, 1, axis)
        slopes[..., place] = (rise + np.roll(rise, 1, axis)) / np.maximum(n_sides, 1)
    clipped: FloatMap = np.clip(slopes, -_STEEPEST, _STEEPEST)
    return clipped


@dataclass(frozen=True, slots=True)
class _Field:
    """Relief to cut chips from, periodic: (side * side,) heights and (side * side, 2) slopes."""

    side: int
    bends: FloatMap
    bend_slopes: FloatMap
    folds: FloatMap
    fold_slopes: FloatMap
    wrinkles: FloatMap

    def cells_of(self, ids: IdMap, places: npt.NDArray[np.int32]) -> IdMap:
        """(N, N) cell of the field at each cell of a layer whose chips lie at these places, (2, n_chips)."""
        line = np.arange(ids.shape[0], dtype=np.int32)
        rows = (places[0][ids] + line[:, None]) % self.side
        cells: IdMap = rows * np.int32(self.side) + (places[1][ids] + line) % self.side
        return cells


def _field(geometry: Geometry) -> _Field:
    config = geometry.config
    per_mm = config.cells_per_mm * config.coarser
    side, left = _FIELD_CELLS, SURFACES[config.surface].torn

    def noise(seed: int, radius_mm: float) -> FloatMap:
        return _round_noise(side, max(radius_mm * per_mm, _NARROWEST_CELLS), seed)

    bends: FloatMap = (1 - _CREASED) * _steep(noise(1, _BEND_MM)) - _CREASED * _steep(np.abs(noise(2, _CREASE_MM)))
    folds: FloatMap = _steep(noise(3, _FOLD_MM)) - _steep(np.abs(noise(4, _FOLD_MM)))
    wrinkles = _steep(noise(5, _WRINKLE_MM))
    bends, folds = left * _BEND * _steep(bends), left * _FOLD * _steep(folds)
    flat = (part.reshape(side * side, -1) for part in (rises(bends), rises(folds), rises(wrinkles)))
    bend_slopes, fold_slopes, wrinkle_slopes = flat
    return _Field(side, bends.ravel(), bend_slopes, folds.ravel(), fold_slopes, wrinkle_slopes)


def _round_noise(side: int, radius: float, seed: int) -> FloatMap:
    """(side, side) periodic noise, smooth alike in all directions."""
    noise = np.random.default_rng(seed).standard_normal((side, side), np.float32)
    waves = np.fft.fftfreq(side).astype(np.float32)
    gain = np.exp(-2 * (np.pi * radius) ** 2 * (waves[:, None] ** 2 + waves[: side // 2 + 1] ** 2))
    return np.fft.irfft2(np.fft.rfft2(noise) * gain, s=(side, side)).astype(np.float32)


def _steep(height: FloatMap) -> FloatMap:
    """The same relief with slopes of unit deviation."""
    steep: FloatMap = height / np.float32(rises(height).std())
    return steep
