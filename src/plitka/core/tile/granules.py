"""The geometry of a pressed layer of granules: which chip lies on top at each point, and how high.

Decisions:
* Chips fall one by one on a height map and take the lowest of a few places, so the layer fills its gaps.
* The field is periodic: what leaves at one edge comes in at the opposite one.
* Where a layer has chips of several grains, as coarse and fine, it is laid in thin rounds, and what is seen of
  each grain after a round decides how much of it falls in the next. Chips of any grain fall anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.tile.chips import make_chip, rasterise
from plitka.errors import InputError

_DEEPEST_MM = 5.0
"""Deeper gaps look no darker, and their depth would only stretch the height map."""

_MEDIAN = 0.86
"""Median diameter of the chips, of the geometric mean of the smallest and the largest."""
_SPREAD = 0.17
"""Deviation of the logarithm of diameters, of the logarithm of largest over smallest."""
_GIVE = 0.55
"""A chip rests on this quantile of the gap below it, because rubber gives a little."""
_ROUND = 0.125
"""Of a layer: what falls between two looks at how much is seen of each grain."""
_PULL, _LEARNT = 4.0, 0.2
"""Of what a grain lacks on the face, as a logarithm: how much more of it falls in the next round, and in all."""

FRACTIONS_MM: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"0.5-1.5": (0.5, 1.5), "1-3": (1.0, 3.0), "1-4": (1.0, 4.0), "2-4": (2.0, 4.0)}
)
"""Smallest and largest granule of the fractions that the trade sells, by their usual names."""
USUAL_FRACTION = "1-4"


def fraction_mm(name: str) -> tuple[float, float]:
    """Smallest and largest granule of a fraction of the trade.

    Raises:
        InputError: there is no such fraction.
    """
    if name not in FRACTIONS_MM:
        raise InputError(
            "there is no fraction {name!r} of granules; choose one of {fractions}",
            name=name,
            fractions=", ".join(FRACTIONS_MM),
        )
    return FRACTIONS_MM[name]


FloatMap = npt.NDArray[np.floating[Any]]
"""float32 unless a sum needed more."""
IdMap = npt.NDArray[np.int32]


class Surface(StrEnum):
    """How the face of the tile came about."""

    PRESSED = "pressed"
    """Moulded under a press: relief, with dark gaps."""
    CUT = "cut"
    """Sliced from a block: chips cut flat, almost no shadow."""


class Grain(StrEnum):
    """How large the chips of a colour are beside the usual ones, the smallest first."""

    FINE = "fine"
    USUAL = "usual"
    COARSE = "coarse"

    @property
    def scale(self) -> float:
        """Times the usual diameter."""
        return _SCALES[self]


_SCALES = {Grain.FINE: 0.5, Grain.USUAL: 1.0, Grain.COARSE: 1.6}
"""Fine of 1-3 is the trade's 0.5-1.5; a coarse chip of 1-4 is about as large as one of 3-5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GranuleConfig:
    """The layer to lay; lengths in millimetres."""

    size_px: int = 1024
    """Side of the square field."""
    field_mm: float = 146.0
    """What that side shows: 7 px a millimetre, as in the photographs."""
    granule_mm: tuple[float, float] = FRACTIONS_MM[USUAL_FRACTION]
    """Smallest and largest chip of the usual grain."""
    grains: tuple[tuple[Grain, float], ...] = ()
    """How much of the face each grain shall show, 0..1, from fine to coarse; none: all chips are usual."""
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
    grains: npt.NDArray[np.int8]
    """(n_chips,) which of the config's grains each chip is of; 0 where it has none."""
    radius_mm: FloatMap
    """(n_chips,) of the whole chip, of which only a part may be seen."""

    @property
    def areas(self) -> npt.NDArray[np.int64]:
        """(n_chips,) cells in which each chip is seen."""
        return np.bincount(self.ids.ravel())


@dataclass(frozen=True, slots=True)
class _Stamp:
    """One chip rasterised: offsets of its cells, and its underside and top there, in mm."""

    radius_mm: float
    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    bottom: FloatMap
    top: FloatMap


def lay_granules(config: GranuleConfig, seed: int) -> Geometry:
    """Lay chips until the ground is covered, then press the layer flat.

    The same config and seed give the same geometry, bit for bit.
    """
    rng = np.random.default_rng(seed)
    scales = [grain.scale for grain, _ in config.grains] or [1.0]
    libraries = [_stamp_library(config, scale, rng) for scale in scales]
    layer = _Layer.bare(config, [stamp for library in libraries for stamp in library])
    grain_of_stamp = np.repeat(np.arange(len(libraries)), [len(library) for library in libraries]).astype(np.int8)
    if config.grains:
        _deposit_grains(layer, config, grain_of_stamp, rng)
    else:
        _deposit(layer, rng)
    n = config.n_cells
    ids, height = layer.ids.reshape(n, n), layer.height.reshape(n, n)
    _fill_holes(ids)
    height = _press(height, config) if config.surface is Surface.PRESSED else _cut(height)
    seen, dense = np.unique(ids, return_inverse=True)
    stamps_seen = layer.laid[seen]
    radii = np.array([stamp.radius_mm for stamp in layer.stamps], np.float32)[stamps_seen]
    return Geometry(config, dense.reshape(ids.shape).astype(np.int32), height, grain_of_stamp[stamps_seen], radii)


def _stamp_library(config: GranuleConfig, scale: float, rng: np.random.Generator) -> list[_Stamp]:
    smallest, largest = (length * scale for length in config.granule_mm)
    # Chip diameters are bell-shaped on a log scale with a tail of fines, as sieved crumb is.
    middle, spread = np.log((smallest * largest) ** 0.5 * _MEDIAN), np.log(largest / smallest) * _SPREAD
    diameters = np.clip(np.exp(rng.normal(middle, spread, config.n_shapes)), smallest * 0.6, largest)
    stamps = (_stamp(diameter / 2, config.cells_per_mm, rng) for diameter in diameters)
    return [stamp for stamp in stamps if stamp.rows.size >= 6]


def _stamp(radius_mm: float, cells_per_mm: float, rng: np.random.Generator) -> _Stamp:
    bottom, top = rasterise(make_chip(rng), radius_mm * cells_per_mm)
    rows, columns = np.nonzero(top > bottom)
    middle = top.shape[0] // 2
    return _Stamp(
        radius_mm,
        (rows - middle).astype(np.int32),
        (columns - middle).astype(np.int32),
        (bottom[rows, columns] * radius_mm).astype(np.float32),
        (top[rows, columns] * radius_mm).astype(np.float32),
    )


@dataclass(slots=True)
class _Layer:
    """What has fallen so far, on a flat grid of n_cells by n_cells."""

    config: GranuleConfig
    stamps: Sequence[_Stamp]
    height: FloatMap
    ids: IdMap
    """Chip of each cell in the order of falling, -1 where the ground is bare."""
    laid: npt.NDArray[np.int64]
    """Stamp of each chip."""

    @classmethod
    def bare(cls, config: GranuleConfig, stamps: Sequence[_Stamp]) -> "_Layer":
        n = config.n_cells
        ground = np.zeros(n * n, np.float32), np.full(n * n, -1, np.int32)
        return cls(config, stamps, *ground, np.empty(0, np.int64))

    @property
    def is_closed(self) -> bool:
        return bool((self.ids < 0).mean() <= self.config.bare_share)

    def drop(self, stamps: npt.NDArray[np.int64], rng: np.random.Generator) -> None:
        """Let a chip of each stamp fall, one after another."""
        for chip, index in enumerate(stamps, self.laid.size):
            places = rng.integers(self.config.n_cells, size=(self.config.n_places, 2))
            _drop(self.height, self.ids, chip, self.stamps[index], places, self.config.n_cells)
        self.laid = np.concatenate([self.laid, stamps])


def _deposit(layer: _Layer, rng: np.random.Generator) -> None:
    mean_area = float(np.mean([stamp.rows.size for stamp in layer.stamps]))
    batch = max(1, int(layer.config.layers * layer.ids.size / mean_area))
    while not (layer.laid.size and layer.is_closed):
        layer.drop(rng.integers(len(layer.stamps), size=batch), rng)
        batch = max(1, batch // 8)


def _deposit_grains(
    layer: _Layer, config: GranuleConfig, grain_of_stamp: npt.NDArray[np.int8], rng: np.random.Generator
) -> None:
    """Lay chips of several grains so that about as much is seen of each as the config wants.

    Fine chips slip into gaps and coarse ones hide what lies below, so what is seen differs from what falls.
    """
    wanted = np.array([share for _, share in config.grains])
    counts = np.bincount(grain_of_stamp)
    areas = np.bincount(grain_of_stamp, [stamp.rows.size for stamp in layer.stamps]) / counts
    balance, falling, n_layers = wanted, wanted, 0.0
    while n_layers < config.layers or not layer.is_closed:
        odds = (falling / areas / counts)[grain_of_stamp]
        size = max(1, int(_ROUND * layer.ids.size * (falling / areas).sum()))
        layer.drop(rng.choice(len(layer.stamps), size, p=odds / odds.sum()), rng)
        some = layer.ids[::5]  # tells as much as all cells do
        top = grain_of_stamp[layer.laid[some[some >= 0]]]
        seen = np.bincount(top, minlength=wanted.size) / top.size
        lack = wanted / np.maximum(seen, wanted / 4)
        balance = balance * lack**_LEARNT
        falling = balance * lack**_PULL
        balance, falling = balance / balance.sum(), falling / falling.sum()
        n_layers += _ROUND


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
