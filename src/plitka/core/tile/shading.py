"""Light on a layer of granules, from its geometry alone.

But for what chips reflect on each other the light that falls on a layer does not depend on its colours. So it is
computed once for a geometry, and any recipe is painted with it in a fraction of the time
(`plitka.core.tile.painting`).

All arithmetic is in linear light; heights are periodic, so pictures tile.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from plitka.core.colour.arrays import LinearRgb
from plitka.core.tile.bands import compute_bands, row_bands
from plitka.core.tile.granules import FloatMap, Geometry
from plitka.core.tile.lighting import LightConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FLAT_SKY = 0.6
"""Of the sky's light, what reaches a facet whatever its slope; the rest goes with how far it faces upwards. By eye:
an even sky lights a steep facet more than its cosine says, for its neighbours give light back."""
_LAMP_LOWEST_DEG, _LAMP_HIGHEST_DEG = 5.0, 88.0
"""Elevations within which all points of the lamp's disc are kept: lower shadows are endless, and from above there are
none."""
_LONGEST_SHADOW = 60
"""Cells; shadows of a lamp so low that they are longer are cut off: tiles are not photographed under one."""
_PENUMBRA = 4.0
"""Cells below the line of light at which a point of the lamp is hidden altogether."""
_SKY_STEPS = (1, 2, 3, 5, 8, 12, 18, 26, 38)
"""Cells at which the horizon is looked for."""
_USUAL_BOXES, _FILM_BOXES = 2, 4
"""Means over squares that make a noise smooth: with two the squares show in what a film mirrors."""
_CREASES_PX = (4, 9)
"""Mean distance of creases, fine and coarse."""
_BEND = 0.35
"""By how much of that the grid of creases is bent, on the mean."""


@dataclass(frozen=True, slots=True)
class LightMaps:
    """What falls on each cell, without colour: (N, N) float32 maps."""

    lamp: FloatMap
    """Cosine times visibility of the lamp, 1 for a flat unshadowed cell."""
    sky: FloatMap
    """Cosine-weighted share of the sky that is seen."""
    sheen: FloatMap
    """Highlight of the lamp."""

    def __iter__(self) -> "Iterator[FloatMap]":
        return iter((self.lamp, self.sky, self.sheen))

    def rows(self, rows: slice) -> "LightMaps":
        """The same light on some rows of cells."""
        return LightMaps(*(part[rows] for part in self))


def _reliefs(shape: tuple[int, ...], oversample: int, config: LightConfig) -> tuple[FloatMap, ...]:
    """Fine and coarse creases of faces, and the relief of the film over them, each of unit deviation on (M, N) cells.

    They are the same for every field, however fine its cells: maps and renders mirror the lamp alike.
    """
    pixels = tuple(side // oversample for side in shape)
    return tuple(_finer(relief, oversample) for relief in _reliefs_of_pixels(pixels, round(config.film_width_px / 2)))


@lru_cache(maxsize=2)
def _reliefs_of_pixels(shape: tuple[int, ...], film_radius_px: int) -> tuple[FloatMap, ...]:
    """The same on (H, W) pixels; kept, for they are the same in every picture of a size. Not to be written to."""
    reliefs = (
        *(_creased(shape, width_px) for width_px in _CREASES_PX),
        _smooth_noise(shape, film_radius_px, _FILM_BOXES),
    )
    for relief in reliefs:
        relief.flags.writeable = False
    return reliefs


def _creased(shape: tuple[int, ...], width_px: int) -> FloatMap:
    """A periodic relief of flat facets that meet in creases, as torn rubber has, of unit deviation.

    Heights at the corners of a grid of triangles, which is bent so that no row of it is seen. A smooth noise in its
    place has no creases: highlights on it are strings of even width.

    Args:
        shape: (H, W).
        width_px: mean distance of the grid's corners.
    """
    corners = [2 * max(1, round(side / width_px / 2)) for side in shape]  # even, so that its diagonals are periodic
    height = np.random.default_rng(width_px).standard_normal(corners, np.float32)
    radius = max(1, round(width_px / 2))
    at = [
        np.expand_dims(np.arange(side, dtype=np.float32) * np.float32(n / side), 1 - axis)
        + _BEND * _smooth_noise(shape, radius + axis, _USUAL_BOXES)
        for axis, (side, n) in enumerate(zip(shape, corners, strict=True))
    ]
    row, column = (np.floor(along).astype(np.int32) for along in at)
    down, right = at[0] - row, at[1] - column
    is_mirrored = (row + column) % 2 == 1  # diagonals of neighbouring squares lean to different sides
    right = np.where(is_mirrored, 1 - right, right)
    start, end = column + is_mirrored, column + ~is_mirrored
    upper, lower = row % corners[0], (row + 1) % corners[0]
    start, end = start % corners[1], end % corners[1]
    first, last = height[upper, start], height[lower, end]
    middle = np.where(right > down, height[upper, end], height[lower, start])
    most, least = np.maximum(right, down), np.minimum(right, down)
    relief: FloatMap = (first + most * (middle - first) + least * (last - middle)).astype(np.float32)
    relief /= relief.std()
    return relief


def _finer(relief: FloatMap, oversample: int) -> FloatMap:
    """A periodic relief of pixels on cells, in straight lines from middle to middle."""
    if oversample == 1:
        return relief
    for axis in (0, 1):
        at = (np.arange(oversample * relief.shape[axis]) + 0.5) / oversample - 0.5
        before = np.floor(at).astype(int)
        after = np.expand_dims((at - before).astype(np.float32), 1 - axis)
        one, other = (relief.take(before + step, axis, mode="wrap") for step in (0, 1))
        relief = one + after * (other - one)
    return relief


def compute_light(geometry: Geometry, config: LightConfig) -> LightMaps:
    """The light on a geometry: lamp with soft shadow, sky with occlusion, and sheen."""
    height = geometry.height_mm * geometry.config.cells_per_mm
    relief = _Relief.of(height, geometry.config.oversample, config)
    visible, sky = _lamp_visibility(height, config), _sky_visibility(height)
    return LightMaps(*compute_bands(row_bands(len(height)), lambda rows: relief.light(rows, visible[rows], sky[rows])))


@dataclass(frozen=True, slots=True)
class _Relief:
    """Heights in cells whose slopes face the light, each with a row more above and below: (M + 2, N)."""

    faces: FloatMap
    film: FloatMap
    """What mirrors the lamp."""
    config: LightConfig

    @classmethod
    def of(cls, height: FloatMap, oversample: int, config: LightConfig) -> "_Relief":
        """Of (M, N) heights, in cells."""
        fine, coarse, finest = _reliefs(height.shape, oversample, config)
        surface = height + oversample * (config.fine_relief_px * fine + config.coarse_relief_px * coarse)
        film = surface + oversample * config.film_relief_px * finest
        edges = ((1, 1), (0, 0))
        return cls(np.pad(surface, edges, mode="wrap"), np.pad(film, edges, mode="wrap"), config)

    def light(self, rows: slice, visible: FloatMap, sky: FloatMap) -> FloatMap:
        """(3, h, N) lamp, sky and sheen on some rows, by what each of their cells sees of lamp and sky."""
        config, around = self.config, slice(rows.start, rows.stop + 2)
        to_lamp = _direction(config.azimuth_deg, config.elevation_deg)
        half = to_lamp + np.array([0, 0, 1], np.float32)
        half /= np.linalg.norm(half)
        normal = normals(self.faces[around])[1:-1]
        cosine = np.clip(_cosines(normal, to_lamp), 0, None) / to_lamp[2]
        film = normals(self.film[around])[1:-1]
        sheen = np.clip(_cosines(film, half), 0, 1) ** config.sheen_exponent * visible
        seen = sky**config.occlusion * (_FLAT_SKY + (1 - _FLAT_SKY) * normal[..., 2])
        return np.stack([cosine * visible, seen, sheen]).astype(np.float32)


def _smooth_noise(shape: tuple[int, ...], radius: int, n_boxes: int) -> FloatMap:
    """Periodic noise of unit deviation, smooth over a radius in cells, the same for every field.

    Args:
        shape: (H, W).
        radius: in pixels, that two means over squares have; of more of them each is smaller.
        n_boxes: how many, an even number.
    """
    rng = np.random.default_rng(radius if n_boxes == _USUAL_BOXES else [radius, n_boxes])
    noise = rng.standard_normal(shape, np.float32)
    radius = radius if n_boxes == _USUAL_BOXES else round(radius * (_USUAL_BOXES / n_boxes) ** 0.5)
    for axis in (0, 1) * n_boxes:
        sums = np.cumsum(np.concatenate([noise, noise.take(range(2 * radius + 1), axis)], axis), axis, np.float64)
        noise = (sums.take(range(2 * radius + 1, sums.shape[axis]), axis) - sums.take(range(shape[axis]), axis)).astype(
            np.float32
        )
    noise /= noise.std()
    return noise


def _direction(azimuth_deg: float, elevation_deg: float) -> FloatMap:
    azimuth, elevation = np.deg2rad([azimuth_deg, elevation_deg])
    flat = np.cos(elevation)
    return np.array([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)], np.float32)


def _cosines(normal: FloatMap, direction: FloatMap) -> FloatMap:
    """Products of (N, N, 3) normals with one direction, without BLAS, whose kernels each round their own way."""
    x, y, z = direction
    cosines: FloatMap = normal[..., 0] * x + normal[..., 1] * y + normal[..., 2] * z
    return cosines


def normals(height: FloatMap) -> FloatMap:
    """(N, N, 3) unit normals of a periodic height map in cells."""
    slope_x = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    slope_y = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    normal = np.stack([-slope_x, -slope_y, np.ones_like(height)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return normal


def _lamp_visibility(height: FloatMap, config: LightConfig) -> FloatMap:
    """Share of the lamp's disc that each cell sees, by marching towards five points of it."""
    spread, reach = config.softness_deg, float(np.ptp(height))
    points = ((0, 0), (spread, 0), (-spread, 0), (0, spread), (0, -spread))
    lifts = [min(max(config.elevation_deg + lift, _LAMP_LOWEST_DEG), _LAMP_HIGHEST_DEG) for _, lift in points]
    toward = [_direction(config.azimuth_deg + turn, lift) for (turn, _), lift in zip(points, lifts, strict=True)]
    return compute_bands(_bands(height, _LONGEST_SHADOW), lambda band: _lamp_on_band(band, toward, reach))


def _lamp_on_band(around: "_Around", points: "Sequence[FloatMap]", reach: float) -> FloatMap:
    height = around.at(0, 0)
    seen = np.zeros_like(height)
    for toward in points:
        run = float(np.hypot(toward[0], toward[1]))
        rise = float(toward[2]) / run
        horizon = np.full_like(height, -np.inf)
        for step in range(1, min(int(reach / rise) + 1, _LONGEST_SHADOW) + 1):
            there = around.at(round(float(toward[1]) / run * step), round(float(toward[0]) / run * step))
            np.maximum(horizon, there - step * rise, out=horizon)
        # A penumbra instead of a hard edge, which would tell the points of the lamp apart.
        seen += np.clip(1 - (horizon - height) / _PENUMBRA, 0, 1)
    return seen / len(points)


def _sky_visibility(height: FloatMap, n_directions: int = 12) -> FloatMap:
    """Cosine-weighted share of an even sky, from the horizon in a few directions."""
    return compute_bands(_bands(height, _SKY_STEPS[-1]), lambda band: _sky_on_band(band, n_directions))


def _sky_on_band(around: "_Around", n_directions: int) -> FloatMap:
    height = around.at(0, 0)
    sky = np.zeros_like(height)
    for angle in np.arange(n_directions) * (2 * np.pi / n_directions):
        tangent = np.zeros_like(height)
        for step in _SKY_STEPS:
            rise = around.at(round(np.sin(angle) * step), round(np.cos(angle) * step)) - height
            rise /= step
            np.maximum(tangent, rise, out=tangent)
        tangent *= tangent
        tangent += 1
        sky += 1 / tangent
    return sky / n_directions


def _bands(cells: FloatMap, reach: int) -> "Iterator[_Around]":
    """A periodic map in bands that a processor's cache holds, each with its surroundings."""
    padded = np.pad(cells, reach, mode="wrap")
    height, width = cells.shape
    for rows in row_bands(height):
        yield _Around(padded[rows.start : rows.stop + 2 * reach], reach, (rows.stop - rows.start, width))


@dataclass(frozen=True, slots=True)
class _Around:
    """Views of a band of a map from elsewhere, without copying it for each."""

    padded: FloatMap
    reach: int
    shape: tuple[int, int]

    def at(self, down: int, right: int) -> FloatMap:
        """What lies so many cells down and to the right of each cell."""
        top, left = self.reach + down, self.reach + right
        return self.padded[top : top + self.shape[0], left : left + self.shape[1]]


def wetted_albedo(albedo: LinearRgb, config: LightConfig) -> LinearRgb:
    """What chips look like as wet as the config says: water fills their pores."""
    return albedo**config.albedo_exponent * config.albedo_gain


def shrink(cells: LinearRgb, oversample: int) -> LinearRgb:
    """Average blocks of cells into pixels: (M, N, C) to (M/k, N/k, C)."""
    # A few sums of whole maps take a fifth of the time of numpy's mean over two short axes.
    corners = [cells[down::oversample, right::oversample] for down in range(oversample) for right in range(oversample)]
    pixels: LinearRgb = corners[0].astype(np.float32)
    for corner in corners[1:]:
        pixels += corner
    pixels /= len(corners)
    return pixels
