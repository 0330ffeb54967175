"""The shape of one granule: a torn shard of rubber.

A shard is what a few cuts leave of a lump, each a little domed or hollow; some are two such pieces joined, which gives
the concave outlines of torn rubber. By eye, beside the photographs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_FEWEST_CUTS, _MOST_CUTS = 6, 8
_NEAREST_CUT, _FARTHEST_CUT = 0.48, 0.85
"""How far out cuts lie, of the lump's radius along each axis."""
_APART, _APART_ROUNDS = 0.08, 8
"""How far the directions of cuts push each other apart in each round, so that few chips are spikes or slivers."""
_NARROWEST = 0.65
"""Least width and thickness of a lump, of its length; the mean of the three axes stays."""
_SIZE = 1.02
"""Length of a lump of equal axes, in radii."""
_HOLLOW = 0.1
"""Deviation of how far a cut is domed or hollow one radius from the chip's middle, in radii."""
_JOINED_SHARE, _JOINED_APART, _JOINED_HIGHER, _JOINED_SIZE = 0.2, 0.5, 0.2, (0.5, 0.8)
"""How many chips have a second piece, how far off it lies at most, what part of that upwards, and how large it is."""
_WAVES, _WAVE_HEIGHT, _WAVE_CYCLES = 3, 0.035, (0.3, 1.1)
"""How many waves bend the outlines and ridges of a piece, how high each is, in radii, and its cycles in a radius."""
_TILT, _TUMBLED_SHARE = 0.4, 0.15
"""Deviation in radians of the angle between a chip's flattest side and the ground, and how many lie anyhow."""
_BREAKS, _BROKEN = 6, (1.5, 1.9)
"""How many planes break off the spikes of a piece, and how far out, of its radius."""
_REACH = 2.0
"""Of its radius: what most chips lie within."""
_BLUNT = 0.07
"""Facets whose heights differ by less than this, of the radius, are near their ridge, which is worn as rubber's."""
_UPRIGHT = 1e-6
"""The most that the normal of a plane rises which stands upright."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a few cuts leave of a lump."""

    cuts: Array
    """(n, 5) the plane nx, ny, nz, d of each, and how hollow it is."""
    waves: Array
    """(m, 5) that bend it: how far to the right and down, in radii, cycles in a radius to the right and down, phase."""


def make_chip(rng: np.random.Generator) -> list[Piece]:
    """One or two pieces as they lie; the chip's radius is about 1."""
    turn = _orientation(rng)
    axes = np.array([1.0, rng.uniform(_NARROWEST, 1), rng.uniform(_NARROWEST, 1)])
    axes *= _SIZE / axes.prod() ** (1 / 3)
    pieces = [_piece(axes, turn, np.zeros(3), rng)]
    if rng.random() < _JOINED_SHARE:
        offset = _JOINED_APART * rng.uniform(-1, 1, 3) * (1, 1, _JOINED_HIGHER)
        pieces.append(_piece(axes * rng.uniform(*_JOINED_SIZE), turn, offset, rng))
    return pieces


def rasterise(pieces: Sequence[Piece], radius_cells: float) -> tuple[Array, Array]:
    """Underside and top of a chip over a square of cells about its middle, in radii: nothing where top <= bottom.

    The square is as large as it takes: the chip nowhere touches its border.
    """
    reach = _REACH
    while True:
        n_cells = int(np.ceil(reach * radius_cells)) + 1
        axis = np.arange(-n_cells, n_cells + 1) / radius_cells
        bottom, top = _join(pieces, axis)
        solid = top > bottom
        if solid[1:-1, 1:-1].sum() == solid.sum():
            return bottom, top
        reach *= 1.3


def _piece(axes: Array, turn: Array, offset: Array, rng: np.random.Generator) -> Piece:
    n_cuts = int(rng.integers(_FEWEST_CUTS, _MOST_CUTS + 1))
    breaks = _walls(_BREAKS, rng.uniform(-0.3, 0.3, _BREAKS), rng.normal(0, 0.2, _BREAKS))
    directions = np.concatenate([_spread_directions(n_cuts, rng), breaks])
    distances = np.concatenate([rng.uniform(_NEAREST_CUT, _FARTHEST_CUT, n_cuts), rng.uniform(*_BROKEN, _BREAKS)])
    hollows = np.concatenate([rng.normal(0, _HOLLOW, n_cuts), np.zeros(_BREAKS)])
    normals = (directions / axes) @ turn.T
    return Piece(np.column_stack([normals, distances + normals @ offset, hollows]), _waves(rng))


def _waves(rng: np.random.Generator) -> Array:
    cycles, toward = rng.uniform(*_WAVE_CYCLES, _WAVES), rng.uniform(0, 2 * np.pi, _WAVES)
    moved = _WAVE_HEIGHT * rng.normal(size=(_WAVES, 2))
    return np.column_stack([moved, cycles * np.cos(toward), cycles * np.sin(toward), rng.uniform(0, 1, _WAVES)])


def _spread_directions(n: int, rng: np.random.Generator) -> Array:
    """(n, 3) unit vectors all around, pushed a little apart."""
    directions: Array = rng.normal(size=(n, 3))
    for _ in range(_APART_ROUNDS):
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        apart = directions[:, None] - directions
        directions = directions + _APART * (apart / ((apart**2).sum(-1, keepdims=True) + 0.3)).sum(1)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions


def _walls(n: int, jitter: Array, elevation: Array) -> Array:
    """(n, 3) unit normals all around: `jitter` in parts of the even angle between two, `elevation` in radians."""
    azimuth = (np.arange(n) + jitter) * (2 * np.pi / n)
    flat = np.cos(elevation)
    return np.stack([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)], 1)


def _orientation(rng: np.random.Generator) -> Array:
    """(3, 3) rotation: most chips lie nearly flat, some anyhow."""
    tilt = abs(rng.normal(0, _TILT)) if rng.random() >= _TUMBLED_SHARE else np.arccos(rng.uniform(-1, 1))
    spin, lean = rng.uniform(0, 2 * np.pi, 2)
    return _turn_z(lean) @ _turn_x(tilt) @ _turn_z(spin)


def _turn_z(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _turn_x(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _join(pieces: Sequence[Piece], axis: Array) -> tuple[Array, Array]:
    shape = axis.size, axis.size
    top, bottom = np.full(shape, -np.inf), np.full(shape, np.inf)
    for piece in pieces:
        piece_bottom, piece_top = _raster(piece, axis)
        solid = piece_top > piece_bottom
        np.maximum(top, piece_top, out=top, where=solid)
        np.minimum(bottom, piece_bottom, out=bottom, where=solid)
    return bottom, top


def _raster(piece: Piece, axis: Array) -> tuple[Array, Array]:
    """Underside and top of one piece over the square of an axis: where top <= bottom the piece is not there.

    Hundreds of chips are made for each layer, of few cells: what can be is done for all cuts at once.
    """
    nx, ny, nz, distance, hollow = piece.cuts.T[:, :, None, None]
    x, y = _bent(piece.waves, axis)
    along = distance - nx * x - ny * y
    along -= hollow * (np.minimum(x**2 + y**2, 1) - 0.5)  # farther out a bend would turn back
    slope = nz[:, 0, 0]
    faces_up, faces_down = slope > _UPRIGHT, slope < -_UPRIGHT
    lower = along[faces_down] / slope[faces_down, None, None]
    top = _blunt_minimum(along[faces_up] / slope[faces_up, None, None], along.shape[1:])
    top[(along[~(faces_up | faces_down)] < 0).any(0)] = -np.inf
    return lower.max(0, initial=-np.inf), top


def _bent(waves: Array, axis: Array) -> tuple[Array, Array]:
    """(N, N) places to the right and down on the square of an axis, each moved by all waves."""
    right, down, x_cycles, y_cycles, phase = waves.T[:, :, None, None]
    height = np.cos(2 * np.pi * (x_cycles * axis + y_cycles * axis[:, None] + phase))
    return axis + (right * height).sum(0), axis[:, None] + (down * height).sum(0)


def _blunt_minimum(facets: Array, shape: tuple[int, ...]) -> Array:
    """The lowest of (n, *shape) facets, each ridge worn down: the polynomial smooth minimum of I. Quilez.

    It is taken of two at a time in their order, on which the worn ridges depend.
    """
    if not len(facets):
        return np.full(shape, np.inf)
    lowest: Array = facets[0]
    near = np.empty(shape)
    for facet in facets[1:]:
        np.subtract(lowest, facet, out=near)
        np.abs(near, out=near)
        np.subtract(_BLUNT, near, out=near)
        np.maximum(near, 0, out=near)
        near *= near
        near /= 4 * _BLUNT
        np.minimum(lowest, facet, out=lowest)
        lowest -= near
    return lowest
