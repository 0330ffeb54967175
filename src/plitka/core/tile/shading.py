"""Light on a layer of granules: from geometry and colours to a picture and its maps.

The light that falls on the layer does not depend on its colours, but for what chips reflect on each
other, which is approximated. So it is computed once for a geometry (`compute_light`) and any recipe is
painted with it in a fraction of the time (`paint`).

All arithmetic is in linear light; heights are periodic, so pictures tile.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import LinearRgb, encode_srgb8
from plitka.core.tile.bands import BAND_PX, compute_bands, row_bands
from plitka.core.tile.granules import FloatMap, Geometry, IdMap
from plitka.core.tile.lighting import LightConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FLAT_SKY = 0.6
"""Of the sky's light, what reaches a facet whatever its slope; the rest goes with how far it faces upwards. By eye:
an even sky lights a steep facet more than its cosine says, for its neighbours give light back."""
_LAMP_LOWEST_DEG, _LAMP_HIGHEST_DEG = 5.0, 88.0
"""Elevations within which all points of the lamp's disc are kept: lower shadows are endless, and from above there are
none."""
MOST_TONE, MOST_TINT = 0.5, 0.1
"""Deviations of a chip beyond these, as logarithms, are clipped: rubber has no such outliers."""
_LONGEST_SHADOW = 60
"""Cells; shadows of a lamp so low that they are longer are cut off: tiles are not photographed under one."""
_SKY_STEPS = (1, 2, 3, 5, 8, 12, 18, 26, 38)
"""Cells at which the horizon is looked for."""
SHOULDER = 0.7
"""Linear light above this is bent towards white."""


@dataclass(frozen=True, slots=True)
class LightMaps:
    """What falls on each cell, without colour: (N, N) float32 maps."""

    lamp: FloatMap
    """Cosine times visibility of the lamp, 1 for a flat unshadowed cell."""
    sky: FloatMap
    """Cosine-weighted share of the sky that is seen."""
    sheen: FloatMap
    """Highlight of the lamp."""

    def rows(self, rows: slice) -> "LightMaps":
        """The same light on some rows of cells."""
        return LightMaps(self.lamp[rows], self.sky[rows], self.sheen[rows])


def compute_light(geometry: Geometry, config: LightConfig) -> LightMaps:
    """The light on a geometry: lamp with soft shadow, sky with occlusion, and sheen."""
    height = geometry.height_mm * geometry.config.cells_per_mm
    oversample = geometry.config.oversample
    fine, coarse = _smooth_noise(height.shape, 2 * oversample), _smooth_noise(height.shape, 3 * oversample)
    surface = height + oversample * (config.fine_relief_px * fine + config.coarse_relief_px * coarse)
    normal = normals(surface)
    to_lamp = _direction(config.azimuth_deg, config.elevation_deg)
    cosine = np.clip(_cosines(normal, to_lamp), 0, None) / to_lamp[2]
    visible = _lamp_visibility(height, config)
    half = to_lamp + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    film = normals(surface + oversample * config.film_relief_px * fine)
    sheen = np.clip(_cosines(film, half), 0, 1) ** config.sheen_exponent * visible
    sky = _sky_visibility(height) ** config.occlusion * (_FLAT_SKY + (1 - _FLAT_SKY) * normal[..., 2])
    return LightMaps(*(part.astype(np.float32) for part in (cosine * visible, sky, sheen)))


@lru_cache(maxsize=4)
def _smooth_noise(shape: tuple[int, ...], radius: int) -> FloatMap:
    """Periodic noise of unit deviation, smooth over a radius in cells, the same for every field."""
    rng = np.random.default_rng(radius)
    noise = rng.standard_normal(shape, np.float32)
    for axis in (0, 1, 0, 1):
        sums = np.cumsum(np.concatenate([noise, noise.take(range(2 * radius + 1), axis)], axis), axis, np.float64)
        noise = (sums.take(range(2 * radius + 1, sums.shape[axis]), axis) - sums.take(range(shape[axis]), axis)).astype(
            np.float32
        )
    noise /= noise.std()
    noise.flags.writeable = False
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
        # A penumbra of one cell instead of a hard edge.
        seen += np.clip(1 - (horizon - height), 0, 1)
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


def paint(ids: IdMap, light: LightMaps, albedo: LinearRgb, config: LightConfig, rng: np.random.Generator) -> LinearRgb:
    """The layer in its colours, at cell resolution.

    Args:
        ids: (M, N) chip of each cell.
        albedo: (n_chips, 3) colour of each chip: what it looks like lit from straight ahead.

    Returns:
        (M, N, 3) linear light, not clipped.
    """
    tint = np.array(config.lamp_rgb, np.float32)
    albedo = wetted_albedo(albedo, config)
    surface = albedo.take(ids, axis=0)
    surface *= 1 + config.speckle * rng.standard_normal((*ids.shape, 1), np.float32)
    received = config.lamp * light.lamp[..., None] * tint + config.sky * light.sky[..., None]
    received += config.bounce * (1 - light.sky)[..., None] * surface
    received *= surface
    received += config.highlight * light.sheen[..., None]
    return received


def wetted_albedo(albedo: LinearRgb, config: LightConfig) -> LinearRgb:
    """What chips look like as wet as the config says: water fills their pores."""
    return albedo**config.albedo_exponent * config.albedo_gain


def vary_chips(
    colours: LinearRgb, dealt: npt.NDArray[np.int32], rng: np.random.Generator, config: LightConfig | None = None
) -> LinearRgb:
    """(n_chips, 3) albedo of each chip: its colour, a little lighter or darker and a little off in tint."""
    config = config or LightConfig()
    n = dealt.size
    tone = np.exp(np.clip(rng.normal(0, config.tone, (n, 1)), -MOST_TONE, MOST_TONE))
    tint = np.exp(np.clip(rng.normal(0, config.tint, (n, 3)), -MOST_TINT, MOST_TINT))
    return (colours[dealt] * tone * tint).astype(np.float32)


def photograph(
    ids: IdMap,
    light: LightMaps,
    albedo: LinearRgb,
    oversample: int,
    config: LightConfig,
    rng: np.random.Generator,
    ground: "tuple[npt.NDArray[np.bool_], FloatMap] | None" = None,
) -> npt.NDArray[np.uint8]:
    """The painted layer as an sRGB picture, through a lens that blurs a little and wraps around.

    Args:
        ground: where the layer lies, (N, N), and the light of what is seen elsewhere, (N, N).

    Returns:
        (N/oversample, N/oversample, 3).
    """
    bands = []
    for top in range(0, ids.shape[0], BAND_PX * oversample):
        rows = slice(top, top + BAND_PX * oversample)
        cells = paint(ids[rows], light.rows(rows), albedo, config, rng)
        if ground is not None:
            cells = np.where(ground[0][rows, :, None], cells, ground[1][rows, :, None])
        bands.append(shrink(cells, oversample))
    return encode_srgb8(_roll_off(_blur(np.concatenate(bands), config.blur_px)))


def shrink(cells: LinearRgb, oversample: int) -> LinearRgb:
    """Average blocks of cells into pixels: (M, N, C) to (M/k, N/k, C)."""
    # A few sums of whole maps take a fifth of the time of numpy's mean over two short axes.
    corners = [cells[down::oversample, right::oversample] for down in range(oversample) for right in range(oversample)]
    pixels: LinearRgb = corners[0].astype(np.float32)
    for corner in corners[1:]:
        pixels += corner
    pixels /= len(corners)
    return pixels


def _blur(pixels: LinearRgb, deviation_px: float) -> LinearRgb:
    """Three-tap binomial-like blur of a given deviation, at most 0.7 px, periodic."""
    side = deviation_px**2 / 2
    for axis in (0, 1):
        pixels = (1 - 2 * side) * pixels + side * (np.roll(pixels, 1, axis) + np.roll(pixels, -1, axis))
    return pixels


def _roll_off(linear: LinearRgb) -> LinearRgb:
    """Highlights bent smoothly towards white instead of clipped, as a camera does."""
    room = 1 - SHOULDER
    return np.where(linear > SHOULDER, SHOULDER + room * np.tanh((linear - SHOULDER) / room), linear)
