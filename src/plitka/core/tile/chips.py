"""The shape of one granule: an angular chip of shredded rubber.

A chip is one or two intersections of half-spaces, flat and angular, joined: joined pieces give the concave
outlines of shredded rubber.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_THINNEST, _THICKEST = 0.38, 0.95
"""Half thickness of a chip, of its radius."""
_BREAKS, _BROKEN = 6, (1.5, 2.0)
"""How many planes break off the spikes of a piece, and how far out, of its radius."""
_REACH = 2.0
"""Of its radius: what most chips lie within."""
_BLUNT = 0.3
"""Facets whose heights differ by less than this, of the radius, are near their ridge, which is rounded as rubber's."""
_UPRIGHT = 1e-6
"""The most that the normal of a plane rises which stands upright."""


def make_chip(rng: np.random.Generator) -> list[Array]:
    """One or two pieces as they lie, each the (n, 4) planes nx, ny, nz, d that bound it; the chip's radius is 1."""
    turn = _orientation(rng)
    stretch = np.array([rng.uniform(1.0, 1.45), rng.uniform(0.8, 1.0), 1.0])
    pieces = [_placed(_half_spaces(rng), stretch, turn, np.zeros(3))]
    if rng.random() < 0.45:
        offset = np.array([*rng.uniform(-0.55, 0.55, 2), rng.uniform(-0.1, 0.1)])
        pieces.append(_placed(_half_spaces(rng), stretch * rng.uniform(0.5, 0.85), turn, offset))
    return pieces


def rasterise(pieces: Sequence[Array], radius_cells: float) -> tuple[Array, Array]:
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


def _half_spaces(rng: np.random.Generator) -> Array:
    """(n, 4) planes nx, ny, nz, d of one angular piece about the origin, of radius about 1."""
    n_sides = int(rng.integers(5, 8))
    sides = _walls(n_sides, rng.uniform(-0.38, 0.38, n_sides), rng.normal(0.15, 0.45, n_sides))
    lids = np.concatenate([rng.normal(0, 0.22, (3, 2)), np.array([[1.0], [1.0], [-1.0]])], 1)
    lids[1, :2] += rng.normal(0, 0.5, 2)
    lids /= np.linalg.norm(lids, axis=1, keepdims=True)
    # Sides that lean or stand askew meet far out; what would be a thin spike there is broken off.
    breaks = _walls(_BREAKS, rng.uniform(-0.3, 0.3, _BREAKS), rng.normal(0, 0.2, _BREAKS))
    thickness = rng.uniform(_THINNEST, _THICKEST)
    distances = [
        rng.uniform(0.55, 1.0, n_sides),
        thickness * np.array([1.0, 1.12, 1.0]),
        rng.uniform(*_BROKEN, _BREAKS),
    ]
    return np.concatenate([np.concatenate([sides, lids, breaks]), np.concatenate(distances)[:, None]], 1)


def _walls(n: int, jitter: Array, elevation: Array) -> Array:
    """(n, 3) unit normals all around: `jitter` in parts of the even angle between two, `elevation` in radians."""
    azimuth = (np.arange(n) + jitter) * (2 * np.pi / n)
    flat = np.cos(elevation)
    return np.stack([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)], 1)


def _orientation(rng: np.random.Generator) -> Array:
    """(3, 3) rotation: most chips lie nearly flat, some stand on edge."""
    tilt = abs(rng.normal(0, 0.30)) if rng.random() < 0.8 else rng.uniform(0.4, 1.4)
    spin, lean = rng.uniform(0, 2 * np.pi, 2)
    return _turn_z(lean) @ _turn_x(tilt) @ _turn_z(spin)


def _turn_z(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _turn_x(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _placed(planes: Array, stretch: Array, turn: Array, offset: Array) -> Array:
    normals = (planes[:, :3] / stretch) @ turn.T
    return np.concatenate([normals, (planes[:, 3] + normals @ offset)[:, None]], 1)


def _join(pieces: Sequence[Array], axis: Array) -> tuple[Array, Array]:
    shape = axis.size, axis.size
    top, bottom = np.full(shape, -np.inf), np.full(shape, np.inf)
    for planes in pieces:
        piece_bottom, piece_top = _raster(planes, axis)
        solid = piece_top > piece_bottom
        np.maximum(top, piece_top, out=top, where=solid)
        np.minimum(bottom, piece_bottom, out=bottom, where=solid)
    return bottom, top


def _raster(planes: Array, axis: Array) -> tuple[Array, Array]:
    """Underside and top of one piece over the square of an axis: where top <= bottom the piece is not there.

    Hundreds of chips are made for each layer, of few cells: what can be is done for all planes at once.
    """
    nx, ny, nz, distance = planes.T[:, :, None]
    along = (distance - nx * axis)[:, None] - (ny * axis)[:, :, None]
    slope = nz[:, 0]
    faces_up, faces_down = slope > _UPRIGHT, slope < -_UPRIGHT
    lower = along[faces_down] / slope[faces_down, None, None]
    top = _blunt_minimum(along[faces_up] / slope[faces_up, None, None], along.shape[1:])
    top[(along[~(faces_up | faces_down)] < 0).any(0)] = -np.inf
    return lower.max(0, initial=-np.inf), top


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
