"""The geometry of a layer of granules: which chip lies on top at each point, and how high.

Decisions:
* Chips fall one by one on a height map and take the lowest of a few places, so the layer fills its gaps.
* The field is periodic: what leaves at one edge comes in at the opposite one.
* Where a layer has coarse, usual and fine chips it is laid in thin rounds, and what is seen of each coarseness after
  a round decides how much of it falls in the next. Each zone has a mix of its own, whose chips fall anywhere in it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.scene import FRACTIONS_MM, USUAL_FRACTION, Coarseness, Surface
from plitka.core.tile.chips import make_chip, rasterise
from plitka.core.tile.surfaces import SURFACES

USUAL_PX_PER_MM = 1024 / 146
"""Scale of a render: 7 px a millimetre, as in the photographs, and a little more so that 1024 px show whole 146 mm."""

_MEDIAN = 0.86
"""Median diameter of the chips, of the geometric mean of the smallest and the largest."""
_SPREAD = 0.18
"""Deviation of the logarithm of diameters, of the logarithm of largest over smallest."""
_LEAST_OF_SMALLEST = 0.6
"""No chip is smaller than this, of the smallest: a sieve lets long ones through."""
_AREA_OF_CHIP = 0.935
"""What a chip of the median diameter hides on the mean, of the square of that diameter: larger ones weigh more."""
_SLIPPING = 0.5
"""How many more fine chips fall than are seen, per share of coarser ones and doubling of size: they slip below."""
_SAMPLED = 5
"""One of so many cells of a chip is asked where it would come to rest."""
_SPARSE = 4
"""Numbers beyond so many times a map's cells are sorted rather than counted."""
_LEAST_CELLS = 6
"""A stamp of fewer cells is no chip."""
_CONTACT_QUANTILE = 0.65
"""A chip rests on this quantile of the gap below it, because rubber gives a little."""
_ROUND = 0.125
"""Layers that fall between two counts of what is seen of each coarseness."""
_NEXT_ROUND_GAIN, _LASTING_GAIN = 4.0, 0.2
"""Of what a coarseness lacks on the face, as a logarithm: how much more of it falls in the next round, and in all."""
_MOST_LACK = 4.0
"""Largest ratio of wanted to seen that is corrected in one round, so that the balance does not overshoot."""

FloatMap = npt.NDArray[np.floating[Any]]
"""float32 unless a sum needed more."""
IdMap = npt.NDArray[np.int32]
ZoneMap = npt.NDArray[np.uint8]
CoarsenessShares = tuple[tuple[Coarseness, float], ...]
"""How much of a face chips of each coarseness shall show, 0..1, from fine to coarse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GranuleConfig:
    """The layer to lay; lengths in millimetres."""

    size_px: int = 1024
    """Width of the field, and its height where that is not given."""
    height_px: int | None = None
    field_mm: float = 146.0
    """What its longer side shows."""
    granule_mm: tuple[float, float] = FRACTIONS_MM[USUAL_FRACTION]
    """Smallest and largest chip of the usual coarseness."""
    mixes: tuple[CoarsenessShares, ...] = ()
    """Of each zone, or one for the whole field; none: all chips are usual."""
    oversample: int = 2
    """Height and ids are computed this many times finer than the picture."""
    press: float = 0.55
    """How much relief a press leaves of what sticks out above the level at which it stops."""
    surface: Surface = Surface.PRESSED
    n_shapes: int = 240
    """Different chips in the library that the layer is laid from."""
    n_places: int = 20
    """Random places tried for each chip; it lands in the lowest."""
    layers: float = 6.0
    """Chips are laid until their areas add up to this many times the field."""
    bare_share: float = 0.003
    """The layer is complete when less ground than this shows; what is left is given to the chips around it."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        height_px = self.size_px if self.height_px is None else self.height_px
        return height_px * self.oversample, self.size_px * self.oversample

    @property
    def n_cells(self) -> int:
        """Along the longer side."""
        return max(self.shape)

    @property
    def cells_per_mm(self) -> float:
        return self.n_cells / self.field_mm

    @property
    def coarsenesses(self) -> tuple[Coarseness, ...]:
        """What chips there are, the smallest first."""
        own = {coarseness for mix in self.mixes for coarseness, _ in mix} or {Coarseness.USUAL}
        return tuple(coarseness for coarseness in Coarseness if coarseness in own)

    @property
    def n_falling(self) -> int:
        """About how many chips fall, which is what laying takes its time for; within a tenth."""
        middle_mm = math.sqrt(self.granule_mm[0] * self.granule_mm[1]) * _MEDIAN
        mix = self.mixes or (((Coarseness.USUAL, 1.0),),)
        per_share = max(_falling_per_share(one) for one in mix)
        field_mm2 = self.field_mm**2 * min(self.shape) / self.n_cells
        return round(self.layers * per_share * field_mm2 / (_AREA_OF_CHIP * middle_mm**2))


@dataclass(frozen=True, slots=True)
class Geometry:
    """A layer of chips on a grid of cells, (M, N) by its config's shape, periodic in both directions."""

    config: GranuleConfig
    ids: IdMap
    """(M, N) the chip on top, 0..n_chips-1: visible chips only, numbered without holes."""
    height_mm: FloatMap
    """(M, N) height of its surface."""
    coarseness: npt.NDArray[np.int8]
    """(n_chips,) place of each chip's coarseness in `Coarseness`, from 0 for fine."""
    radius_mm: FloatMap
    """(n_chips,) of the whole chip, of which only a part may be seen."""

    def numbered_anew(self, origin: npt.NDArray[np.intp], ids: IdMap) -> "Geometry":
        """The layer with other numbers, some chips being parts of those of before.

        Args:
            origin: (m,) which chip each one was.
            ids: (M, N) 0..m-1 without holes.
        """
        return replace(self, ids=ids, coarseness=self.coarseness[origin], radius_mm=self.radius_mm[origin])

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


def _falling_per_share(mix: CoarsenessShares) -> float:
    """How many chips of a mix fall where one of the usual coarseness would.

    Of a coarser neighbour's share, and by how many doublings it is larger, some fall that are not seen (`_SLIPPING`).
    """
    falling = 0.0
    for kind, share in mix:
        hidden = sum(part * max(0.0, math.log2(other.scale / kind.scale)) for other, part in mix)
        falling += share * (1 + _SLIPPING * hidden) / kind.scale**2
    return falling


def lay_granules(config: GranuleConfig, seed: int, zone_map: ZoneMap | None = None) -> Geometry:
    """Lay chips until the ground is covered, then finish the layer's face.

    The same config, seed and zones give the same geometry, bit for bit.

    Args:
        zone_map: (M, N) which of the config's `mixes` falls at each cell; None: the first falls everywhere.
    """
    rng = np.random.default_rng(seed)
    libraries = [_stamp_library(config, coarseness.scale, rng) for coarseness in config.coarsenesses]
    layer = _Layer.bare(config, [stamp for library in libraries for stamp in library])
    library_of_stamp = np.repeat(np.arange(len(libraries)), [len(library) for library in libraries])
    if config.mixes:
        _deposit_mixes(layer, _mixes(config, zone_map), library_of_stamp, rng)
    else:
        _deposit(layer, rng)
    ids, height = layer.ids.reshape(config.shape), layer.height.reshape(config.shape)
    _fill_holes(ids)
    height = SURFACES[config.surface].face(height, config.press)
    seen, dense = numbered(ids)
    stamps_seen = layer.laid[seen]
    radii = np.array([stamp.radius_mm for stamp in layer.stamps], np.float32)[stamps_seen]
    ranks = np.array([list(Coarseness).index(coarseness) for coarseness in config.coarsenesses], np.int8)
    coarseness = ranks[library_of_stamp[stamps_seen]]
    return Geometry(config, dense, height, coarseness, radii)


def numbered(ids: IdMap) -> tuple[npt.NDArray[np.intp], IdMap]:
    """The numbers that occur, rising, and the map with their places in place of them."""
    if ids.min() < 0 or ids.max() > _SPARSE * ids.size:  # a map from outside may have any numbers
        numbers, places = np.unique(ids, return_inverse=True)
        return numbers.astype(np.intp), places.reshape(ids.shape).astype(np.int32)
    counts = np.bincount(ids.ravel())
    seen = np.flatnonzero(counts)
    place = np.cumsum(counts > 0, dtype=np.int32) - np.int32(1)
    return seen, place[ids]


def _stamp_library(config: GranuleConfig, scale: float, rng: np.random.Generator) -> list[_Stamp]:
    smallest, largest = (length * scale for length in config.granule_mm)
    # Chip diameters are bell-shaped on a log scale with a tail of fines, as sieved crumb is.
    middle, spread = np.log((smallest * largest) ** 0.5 * _MEDIAN), np.log(largest / smallest) * _SPREAD
    diameters = np.clip(np.exp(rng.normal(middle, spread, config.n_shapes)), smallest * _LEAST_OF_SMALLEST, largest)
    stamps = (_stamp(diameter / 2, config.cells_per_mm, rng) for diameter in diameters)
    return [stamp for stamp in stamps if stamp.rows.size >= _LEAST_CELLS]


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


@dataclass(frozen=True, slots=True)
class _Footprint:
    """Cells of a stamp about its middle, on a periodic grid."""

    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    bottom: FloatMap
    flat: npt.NDArray[np.intp]
    """Numbers of the cells, where none of them lies beyond the grid's edges."""
    reach: int

    @classmethod
    def of(cls, stamp: _Stamp, every: int, n_columns: int) -> "_Footprint":
        rows, columns = stamp.rows[::every], stamp.columns[::every]
        flat = rows.astype(np.intp) * n_columns + columns
        reach = int(max(np.abs(rows).max(), np.abs(columns).max()))
        return cls(rows, columns, stamp.bottom[::every], flat, reach)

    def cells(self, places: npt.NDArray[np.int64], shape: tuple[int, int]) -> npt.NDArray[np.int64]:
        """(places, k) numbers of the cells with the middle at each of the places, (places, 2), wherever they lie."""
        n_rows, n_columns = shape
        rows, columns = (places[:, :1] + self.rows) % n_rows, (places[:, 1:] + self.columns) % n_columns
        return rows * n_columns + columns


@dataclass(frozen=True, slots=True)
class _Falling:
    """A stamp, and a fifth of its cells, which tell well enough where it would come to rest."""

    all: _Footprint
    some: _Footprint
    top: FloatMap


@dataclass(slots=True)
class _Layer:
    """What has fallen so far, row by row on a flat grid of the config's shape."""

    config: GranuleConfig
    stamps: Sequence[_Stamp]
    height: FloatMap
    ids: IdMap
    """Chip of each cell in the order of falling, -1 where the ground is bare."""
    laid: npt.NDArray[np.int64]
    """Stamp of each chip."""
    _falling: "Sequence[_Falling]" = field(init=False)

    def __post_init__(self) -> None:
        width = self.config.shape[1]
        self._falling = [
            _Falling(_Footprint.of(stamp, 1, width), _Footprint.of(stamp, _SAMPLED, width), stamp.top)
            for stamp in self.stamps
        ]

    @classmethod
    def bare(cls, config: GranuleConfig, stamps: Sequence[_Stamp]) -> "_Layer":
        n_cells = math.prod(config.shape)
        ground = np.zeros(n_cells, np.float32), np.full(n_cells, -1, np.int32)
        return cls(config, stamps, *ground, np.empty(0, np.int64))

    @property
    def is_closed(self) -> bool:
        return bool((self.ids < 0).mean() <= self.config.bare_share)

    def drop(
        self, stamps: npt.NDArray[np.int64], rng: np.random.Generator, where: "npt.NDArray[np.int64] | None" = None
    ) -> None:
        """Let a chip of each stamp fall, one after another.

        Args:
            where: numbers of the cells that its middle may fall on; None: any.
        """
        places = self._places((len(stamps), self.config.n_places), rng, where)
        reach = np.array([stamp.all.reach for stamp in self._falling])[stamps][:, None, None]
        is_inside = np.all((places >= reach) & (places < self.config.shape - reach), axis=(1, 2))
        middles = places[..., 0] * self.config.shape[1] + places[..., 1]
        for chip, (index, inside) in enumerate(zip(stamps.tolist(), is_inside.tolist(), strict=True), self.laid.size):
            offered = chip - self.laid.size
            if inside:
                self._drop(chip, self._falling[index], middles[offered])
            else:
                self._drop_across(chip, self._falling[index], places[offered])
        self.laid = np.concatenate([self.laid, stamps])

    def _places(
        self, size: tuple[int, int], rng: np.random.Generator, where: "npt.NDArray[np.int64] | None"
    ) -> npt.NDArray[np.int64]:
        """(chips, places, 2) rows and columns that are offered to each chip."""
        if where is None:
            return rng.integers(self.config.shape, size=(*size, 2))
        return np.stack(np.divmod(where[rng.integers(where.size, size=size)], self.config.shape[1]), -1)

    def _drop(self, chip: int, stamp: "_Falling", middles: npt.NDArray[np.int64]) -> None:
        """Let one chip fall in the place, of those offered, where it comes to rest lowest.

        Args:
            middles: (places,) numbers of the cells that are offered; in none of them it reaches beyond the edges.
        """
        rest = (self.height[middles[:, None] + stamp.some.flat] - stamp.some.bottom).max(1)
        self._rest(chip, stamp, stamp.all.flat + middles[rest.argmin()])

    def _drop_across(self, chip: int, stamp: "_Falling", places: npt.NDArray[np.int64]) -> None:
        """The same where it may lie across an edge, at (places, 2) rows and columns."""
        rest = (self.height[stamp.some.cells(places, self.config.shape)] - stamp.some.bottom).max(1)
        lowest = int(rest.argmin())
        self._rest(chip, stamp, stamp.all.cells(places[lowest : lowest + 1], self.config.shape)[0])

    def _rest(self, chip: int, stamp: "_Falling", cells: npt.NDArray[np.int64]) -> None:
        """Have a chip come to rest on cells."""
        under = self.height[cells]
        gap = under - stamp.all.bottom
        rank = int(_CONTACT_QUANTILE * (gap.size - 1))
        gap.partition(rank)
        top = gap[rank] + stamp.top
        above = top > under
        covered = cells[above]
        self.height[covered] = top[above]
        self.ids[covered] = chip


def _deposit(layer: _Layer, rng: np.random.Generator) -> None:
    mean_area = float(np.mean([stamp.rows.size for stamp in layer.stamps]))
    batch = max(1, int(layer.config.layers * layer.ids.size / mean_area))
    while not (layer.laid.size and layer.is_closed):
        layer.drop(rng.integers(len(layer.stamps), size=batch), rng)
        batch = max(1, batch // 8)


@dataclass(slots=True)
class _Mix:
    """Chips of several coarsenesses, and how they fall on one part of the field."""

    wanted: npt.NDArray[np.float64]
    """(n,) share of the face that each of the config's coarsenesses shall show."""
    where: "npt.NDArray[np.int64] | None"
    """Numbers of the cells of that part; None: all of them."""
    balance: npt.NDArray[np.float64]
    """Share of the area that falls, of each coarseness, in the long run."""
    falling: npt.NDArray[np.float64]
    """The same in the next round."""

    def look(self, seen: npt.NDArray[np.float64]) -> None:
        """Update the balance by the share of each coarseness that is seen now."""
        least = np.maximum(seen, self.wanted / _MOST_LACK)
        lack = np.divide(self.wanted, least, out=np.ones_like(self.wanted), where=self.wanted > 0)
        self.balance = self.balance * lack**_LASTING_GAIN
        self.falling = self.balance * lack**_NEXT_ROUND_GAIN
        self.balance, self.falling = self.balance / self.balance.sum(), self.falling / self.falling.sum()


def _mixes(config: GranuleConfig, zone_map: ZoneMap | None) -> list[_Mix]:
    """What falls on each zone that has cells."""
    mixes = []
    for zone, shares in enumerate(config.mixes if zone_map is not None else config.mixes[:1]):
        wanted = np.array([dict(shares).get(coarseness, 0.0) for coarseness in config.coarsenesses])
        where = None if zone_map is None else np.flatnonzero(zone_map.ravel() == zone)
        if where is None or where.size:
            mixes.append(_Mix(wanted, where, wanted, wanted))
    return mixes


def _deposit_mixes(
    layer: _Layer, mixes: Sequence[_Mix], library_of_stamp: npt.NDArray[np.int64], rng: np.random.Generator
) -> None:
    """Lay chips so that about as much is seen of each coarseness as each mix wants.

    Fine chips slip into gaps and coarse ones hide what lies below, so what is seen differs from what falls.
    """
    counts = np.bincount(library_of_stamp)
    areas = np.bincount(library_of_stamp, [stamp.rows.size for stamp in layer.stamps]) / counts
    n_layers = 0.0
    while n_layers < layer.config.layers or not layer.is_closed:
        for mix in mixes:
            n_cells = layer.ids.size if mix.where is None else mix.where.size
            odds = (mix.falling / areas / counts)[library_of_stamp]
            size = max(1, int(_ROUND * n_cells * (mix.falling / areas).sum()))
            layer.drop(rng.choice(len(layer.stamps), size, p=odds / odds.sum()), rng, mix.where)
            # A fifth of the cells is sample enough.
            some = layer.ids[::5] if mix.where is None else layer.ids[mix.where[::5]]
            top = library_of_stamp[layer.laid[some[some >= 0]]]
            mix.look(np.bincount(top, minlength=mix.wanted.size) / max(top.size, 1))
        n_layers += _ROUND


def _fill_holes(ids: IdMap) -> None:
    """Give cells that no chip covers to a neighbouring chip, so that every cell has one."""
    n_rows, n_columns = ids.shape
    flat, holes = ids.reshape(-1), np.flatnonzero(ids < 0)
    while holes.size:
        rows, columns = np.divmod(holes, n_columns)
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            neighbour = flat[(rows + down) % n_rows * n_columns + (columns + right) % n_columns]
            take = (flat[holes] < 0) & (neighbour >= 0)
            flat[holes[take]] = neighbour[take]
        holes = holes[flat[holes] < 0]
