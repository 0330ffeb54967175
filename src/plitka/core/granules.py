"""The geometry of a pressed layer of granules: which chip lies on top at each point, and how high.

Decisions:
* A chip is one or two intersections of half-spaces, flat and angular, joined: joined pieces give the
  concave outlines of shredded rubber.
* Chips fall one by one on a height map and take the lowest of a few places, so the layer fills its gaps.
* The field is periodic: what leaves at one edge comes in at the opposite one.
* Percent means visible area, so colours are dealt to chips by the area that is seen of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

_DEEPEST_MM = 5.0
"""Deeper gaps look no darker, and their depth would only stretch the height map."""

_MEDIAN = 0.86
"""Median diameter of the chips, of the geometric mean of the smallest and the largest."""
_SPREAD = 0.17
"""Deviation of the logarithm of diameters, of the logarithm of largest over smallest."""
_THINNEST, _THICKEST = 0.38, 0.95
"""Half thickness of a chip, of its radius."""
_DEALT_BY = (0.5, 0.8, 0.97)
"""Chips are dealt in groups of falling size that end at these shares of their number; the last few one by one."""
_GIVE = 0.55
"""A chip rests on this quantile of the gap below it, because rubber gives a little."""

FloatMap = npt.NDArray[np.floating[Any]]
"""float32 unless a sum needed more."""
IdMap = npt.NDArray[np.int32]


class Surface(StrEnum):
    """How the face of the tile came about."""

    PRESSED = "pressed"
    """Moulded under a press: relief, with dark gaps."""
    CUT = "cut"
    """Sliced from a block: chips cut flat, almost no shadow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GranuleConfig:
    """The layer to lay; lengths in millimetres."""

    size_px: int = 1024
    """Side of the square field."""
    field_mm: float = 146.0
    """What that side shows: 7 px a millimetre, as in the photographs."""
    granule_mm: tuple[float, float] = (1.0, 4.0)
    """Smallest and largest chip."""
    oversample: int = 2
    """Height and ids are computed this many times finer than the picture."""
    press: float = 0.48
    """How much relief is left of what sticks out above the pressed level."""
    surface: Surface = Surface.PRESSED
    n_shapes: int = 240
    """Different chips in the library that the layer is laid from."""
    n_places: int = 10
    """Random places tried for each chip; it lands in the lowest."""
    layers: float = 6.0
    """Chips are laid until their areas add up to this many times the field."""
    bare_share: float = 0.003
    """The layer is complete when less ground than this shows; what is left is given to the chips around it."""

    @property
    def n_cells(self) -> int:
        return self.size_px * self.oversample

    @property
    def cells_per_mm(self) -> float:
        return self.n_cells / self.field_mm


@dataclass(frozen=True, slots=True)
class Geometry:
    """A layer of chips on an (N, N) grid of cells, periodic in both directions."""

    config: GranuleConfig
    ids: IdMap
    """(N, N) the chip on top, 0..n_chips-1: visible chips only, numbered without holes."""
    height_mm: FloatMap
    """(N, N) height of its surface."""

    @property
    def areas(self) -> npt.NDArray[np.int64]:
        """(n_chips,) cells in which each chip is seen."""
        return np.bincount(self.ids.ravel())


@dataclass(frozen=True, slots=True)
class _Stamp:
    """One chip rasterised: offsets of its cells, and its underside and top there, in mm."""

    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    bottom: FloatMap
    top: FloatMap


def lay_granules(config: GranuleConfig, seed: int) -> Geometry:
    """Lay chips until the ground is covered, then press the layer flat.

    The same config and seed give the same geometry, bit for bit.
    """
    rng = np.random.default_rng(seed)
    stamps = _stamp_library(config, rng)
    height, ids = _deposit(config, stamps, rng)
    height = _press(height, config) if config.surface is Surface.PRESSED else _cut(height)
    _, dense = np.unique(ids, return_inverse=True)
    return Geometry(config, dense.reshape(ids.shape).astype(np.int32), height)


def _half_spaces(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(n, 4) planes nx, ny, nz, d of one angular piece about the origin, of radius about 1."""
    n_sides = int(rng.integers(5, 8))
    azimuth = (np.arange(n_sides) + rng.uniform(-0.38, 0.38, n_sides)) * (2 * np.pi / n_sides)
    elevation = rng.normal(0.15, 0.45, n_sides)
    sides = np.stack([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)], 1)
    lids = np.concatenate([rng.normal(0, 0.22, (3, 2)), np.array([[1.0], [1.0], [-1.0]])], 1)
    lids[1, :2] += rng.normal(0, 0.5, 2)
    normals = np.concatenate([sides, lids / np.linalg.norm(lids, axis=1, keepdims=True)])
    thickness = rng.uniform(_THINNEST, _THICKEST)
    distances = np.concatenate([rng.uniform(0.55, 1.0, n_sides), thickness * np.array([1.0, 1.12, 1.0])])
    return np.concatenate([normals, distances[:, None]], 1)


def _orientation(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(3, 3) rotation: most chips lie nearly flat, some stand on edge."""
    tilt = abs(rng.normal(0, 0.30)) if rng.random() < 0.8 else rng.uniform(0.4, 1.4)
    spin, lean = rng.uniform(0, 2 * np.pi, 2)
    return _turn_z(lean) @ _turn_x(tilt) @ _turn_z(spin)


def _turn_z(angle: float) -> npt.NDArray[np.float64]:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _turn_x(angle: float) -> npt.NDArray[np.float64]:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _stamp_library(config: GranuleConfig, rng: np.random.Generator) -> list[_Stamp]:
    smallest, largest = config.granule_mm
    # Chip diameters are bell-shaped on a log scale with a tail of fines, as sieved crumb is.
    middle, spread = np.log((smallest * largest) ** 0.5 * _MEDIAN), np.log(largest / smallest) * _SPREAD
    diameters = np.clip(np.exp(rng.normal(middle, spread, config.n_shapes)), smallest * 0.6, largest)
    stamps = (_stamp(diameter / 2, config.cells_per_mm, rng) for diameter in diameters)
    return [stamp for stamp in stamps if stamp.rows.size >= 6]


def _stamp(radius_mm: float, cells_per_mm: float, rng: np.random.Generator) -> _Stamp:
    turn = _orientation(rng)
    stretch = np.array([rng.uniform(1.0, 1.45), rng.uniform(0.8, 1.0), 1.0])
    reach = int(np.ceil(1.9 * radius_mm * cells_per_mm)) + 1
    axis = np.arange(-reach, reach + 1) / (cells_per_mm * radius_mm)
    x, y = np.meshgrid(axis, axis)
    top, bottom = np.full(x.shape, -np.inf), np.full(x.shape, np.inf)
    n_pieces = 2 if rng.random() < 0.45 else 1
    for piece in range(n_pieces):
        offset = np.array([*rng.uniform(-0.55, 0.55, 2), rng.uniform(-0.1, 0.1)]) if piece else np.zeros(3)
        size = rng.uniform(0.5, 0.85) if piece else 1.0
        piece_bottom, piece_top = _raster(_half_spaces(rng), stretch * size, turn, offset, x, y)
        solid = piece_top > piece_bottom
        top = np.where(solid, np.maximum(top, piece_top), top)
        bottom = np.where(solid, np.minimum(bottom, piece_bottom), bottom)
    rows, columns = np.nonzero(top > bottom)
    return _Stamp(
        (rows - reach).astype(np.int32),
        (columns - reach).astype(np.int32),
        (bottom[rows, columns] * radius_mm).astype(np.float32),
        (top[rows, columns] * radius_mm).astype(np.float32),
    )


def _raster(
    planes: npt.NDArray[np.float64],
    stretch: npt.NDArray[np.float64],
    turn: npt.NDArray[np.float64],
    offset: npt.NDArray[np.float64],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Underside and top of one piece over (x, y): where top <= bottom the piece is not there."""
    normals = (planes[:, :3] / stretch) @ turn.T
    distances = planes[:, 3] + normals @ offset
    top, bottom = np.full(x.shape, np.inf), np.full(x.shape, -np.inf)
    for (nx, ny, nz), distance in zip(normals, distances, strict=True):
        along = distance - nx * x - ny * y
        if nz > 1e-6:
            top = np.minimum(top, along / nz)
        elif nz < -1e-6:
            bottom = np.maximum(bottom, along / nz)
        else:
            top = np.where(along >= 0, top, -np.inf)
    return bottom, top


def _deposit(config: GranuleConfig, stamps: list[_Stamp], rng: np.random.Generator) -> tuple[FloatMap, IdMap]:
    n = config.n_cells
    height = np.zeros(n * n, np.float32)
    ids = np.full(n * n, -1, np.int32)
    mean_area = float(np.mean([stamp.rows.size for stamp in stamps]))
    batch = max(1, int(config.layers * n * n / mean_area))
    chip = 0
    while chip == 0 or (ids < 0).mean() > config.bare_share:
        for index in rng.integers(len(stamps), size=batch):
            _drop(height, ids, chip, stamps[index], rng.integers(n, size=(config.n_places, 2)), n)
            chip += 1
        batch = max(1, batch // 8)
    _fill_holes(ids.reshape(n, n))
    return height.reshape(n, n), ids.reshape(n, n)


def _drop(height: FloatMap, ids: IdMap, chip: int, stamp: _Stamp, places: npt.NDArray[np.int64], n: int) -> None:
    """Let one chip fall in the place, of those offered, where it comes to rest lowest."""
    some = slice(None, None, 5)
    rows = (places[:, :1] + stamp.rows[some]) % n
    columns = (places[:, 1:] + stamp.columns[some]) % n
    rest = (height[rows * n + columns] - stamp.bottom[some]).max(axis=1)
    row, column = places[int(rest.argmin())]
    cells = ((row + stamp.rows) % n) * n + (column + stamp.columns) % n
    under = height[cells]
    gap = under - stamp.bottom
    rank = int(_GIVE * (gap.size - 1))
    gap.partition(rank)
    top = gap[rank] + stamp.top
    above = top > under
    covered = cells[above]
    height[covered] = top[above]
    ids[covered] = chip


def _fill_holes(ids: IdMap) -> None:
    """Give cells that no chip covers to a neighbouring chip, so that every cell has one."""
    while (holes := ids < 0).any():
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            neighbour = np.roll(ids, step, axis)
            take = holes & (ids < 0) & (neighbour >= 0)
            ids[take] = neighbour[take]


def _press(height: FloatMap, config: GranuleConfig) -> FloatMap:
    level = np.quantile(height, 0.6)
    pressed = np.where(height > level, level + (height - level) * config.press, height)
    return np.maximum(pressed, level - _DEEPEST_MM).astype(np.float32)


def _cut(height: FloatMap) -> FloatMap:
    """Nearly all of the face lies in one plane; binder fills what lies deeper."""
    level = np.quantile(height, 0.12)
    return np.where(height > level, level + (height - level) * 0.02, level - (level - height) * 0.15).astype(np.float32)


def deal_colours(
    areas: npt.NDArray[np.int64], shares: Sequence[float], rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    """Give each chip a colour so that the seen areas meet the shares.

    Args:
        areas: (n_chips,) cells seen of each chip.
        shares: of each colour, 0..1, summing to 1.

    Returns:
        (n_chips,) index of the colour. Chips are dealt in random order, so colours mix by chance; large ones
        first, because the small ones then settle what is still owed.
    """
    owed = np.asarray(shares, np.float64) * areas.sum()
    dealt = np.zeros(areas.size, np.int32)
    by_size = np.argsort(-areas, kind="stable")
    ends = (np.array(_DEALT_BY) * areas.size).astype(int)
    for begin, end in zip([0, *ends], ends, strict=False):
        group = rng.permutation(by_size[begin:end])
        dealt[group] = _deal_runs(areas[group], owed)
        owed -= np.bincount(dealt[group], areas[group], minlength=owed.size)
    for chip in by_size[ends[-1] :]:
        dealt[chip] = owed.argmax()
        owed[dealt[chip]] -= areas[chip]
    return dealt


def _deal_runs(areas: npt.NDArray[np.int64], owed: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Cut a row of chips into one run for each colour, as long as what it is owed."""
    edges = np.maximum(owed, 0).cumsum()
    if edges[-1] == 0:
        return np.zeros(areas.size, np.int64)
    middles = (areas.cumsum() - areas / 2) / max(areas.sum(), 1)
    runs: npt.NDArray[np.int64] = np.minimum(np.searchsorted(edges / edges[-1], middles), owed.size - 1)
    return runs
