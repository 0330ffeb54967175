"""Light on a layer of granules: from geometry and colours to a picture and its maps.

The light that falls on the layer does not depend on its colours, but for what chips reflect on each
other, which is approximated. So it is computed once for a geometry (`compute_light`) and any recipe is
painted with it in a fraction of the time (`paint`).

All arithmetic is in linear light; heights are periodic, so pictures tile.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import LinearRgb, encode_srgb8
from plitka.core.tile.granules import FloatMap, Geometry, IdMap
from plitka.core.tile.horizons import direction, lamp_visibility, normals, sky_visibility
from plitka.core.tile.lighting import LightConfig, TornLight
from plitka.core.tile.torn_light import light_torn

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
GREYEST = 0.3
"""Saturation from which on a colour is none of the greys that shine more."""
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_BAND_PX = 32
"""Maps of a whole picture do not fit a processor's cache; bands of so many rows do."""


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
    if isinstance(config, TornLight):
        return LightMaps(*light_torn(geometry, config))
    height = geometry.height_mm * geometry.config.cells_per_mm
    oversample = geometry.config.oversample
    fine, coarse = _smooth_noise(height.shape, 2 * oversample), _smooth_noise(height.shape, 3 * oversample)
    surface = height + oversample * (config.fine_relief_px * fine + config.coarse_relief_px * coarse)
    normal = normals(surface)
    to_lamp = direction(config.azimuth_deg, config.elevation_deg)
    cosine = np.clip(normal @ to_lamp, 0, None) / to_lamp[2]
    visible = _lamp_visibility(height, config)
    half = to_lamp + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    film = normals(surface + oversample * config.film_relief_px * fine)
    sheen = np.clip(film @ half, 0, 1) ** config.sheen_exponent * visible
    sky = sky_visibility(height) ** config.occlusion * (_FLAT_SKY + (1 - _FLAT_SKY) * normal[..., 2])
    return LightMaps(*(part.astype(np.float32) for part in (cosine * visible, sky, sheen)))


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
    return noise


def _lamp_visibility(height: FloatMap, config: LightConfig) -> FloatMap:
    """Share of the lamp's disc that each cell sees, by marching towards five points of it."""
    spread, reach = config.softness_deg, float(np.ptp(height))
    points = ((0, 0), (spread, 0), (-spread, 0), (0, spread), (0, -spread))
    lifts = [min(max(config.elevation_deg + lift, _LAMP_LOWEST_DEG), _LAMP_HIGHEST_DEG) for _, lift in points]
    toward = [direction(config.azimuth_deg + turn, lift) for (turn, _), lift in zip(points, lifts, strict=True)]
    seen = [lamp_visibility(height, [point], _steps(point, reach), penumbra=1) for point in toward]
    total = np.zeros_like(height)
    for part in seen:
        total += part
    return total / len(seen)


def _steps(toward: FloatMap, reach: float) -> range:
    """Cells within which a point of the lamp may be hidden."""
    rise = float(toward[2]) / float(np.hypot(toward[0], toward[1]))
    return range(1, max(2, min(int(reach / rise) + 1, _LONGEST_SHADOW) + 1))


def paint(ids: IdMap, light: LightMaps, albedo: LinearRgb, config: LightConfig, rng: np.random.Generator) -> LinearRgb:
    """The layer in its colours, at cell resolution.

    Args:
        ids: (M, N) chip of each cell.
        albedo: (n_chips, 3) colour of each chip: what it looks like lit from straight ahead.

    Returns:
        (M, N, 3) linear light, not clipped.
    """
    tint = np.array(config.lamp_rgb, np.float32)
    surface = wetted_albedo(albedo, config).take(ids, axis=0)
    surface *= 1 + config.speckle * rng.standard_normal((*ids.shape, 1), np.float32)
    received = config.lamp * light.lamp[..., None] * tint + config.sky * light.sky[..., None]
    received += config.bounce * (1 - light.sky)[..., None] * surface**config.bounces
    received *= surface
    shine = gloss(albedo, config).take(ids) if config.grey_sheen else config.highlight
    received += (shine * light.sheen)[..., None]
    return received


def gloss(albedo: LinearRgb, config: LightConfig) -> FloatMap:
    """(n,) light that a coat on chips of these colours (n, 3) adds where it mirrors the lamp: greys shine most."""
    grey = np.clip(1 - (1 - albedo.min(1) / np.maximum(albedo.max(1), 1e-6)) / GREYEST, 0, 1)
    luminance = np.clip(albedo @ _LUMINANCE, 0, 1)
    shine: FloatMap = config.highlight + config.grey_sheen * grey * 4 * luminance * (1 - luminance)
    return shine.astype(np.float32)


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
    for top in range(0, ids.shape[0], _BAND_PX * oversample):
        rows = slice(top, top + _BAND_PX * oversample)
        cells = paint(ids[rows], light.rows(rows), albedo, config, rng)
        if ground is not None:
            cells = np.where(ground[0][rows, :, None], cells, ground[1][rows, :, None])
        bands.append(shrink(cells, oversample))
    return encode_srgb8(_roll_off(blur(np.concatenate(bands), config.blur_px), config))


def shrink(cells: LinearRgb, oversample: int) -> LinearRgb:
    """Average blocks of cells into pixels: (M, N, C) to (M/k, N/k, C)."""
    # A few sums of whole maps take a fifth of the time of numpy's mean over two short axes.
    corners = [cells[down::oversample, right::oversample] for down in range(oversample) for right in range(oversample)]
    pixels: LinearRgb = corners[0].astype(np.float32)
    for corner in corners[1:]:
        pixels += corner
    pixels /= len(corners)
    return pixels


def blur(pixels: LinearRgb, deviation_px: float) -> LinearRgb:
    """Three-tap binomial-like blur of a given deviation, at most 0.7 px, periodic."""
    if not deviation_px:
        return pixels
    side = deviation_px**2 / 2
    for axis in (0, 1):
        pixels = (1 - 2 * side) * pixels + side * (np.roll(pixels, 1, axis) + np.roll(pixels, -1, axis))
    return pixels


def _roll_off(linear: LinearRgb, config: LightConfig) -> LinearRgb:
    """Highlights bent smoothly towards white instead of clipped, as a camera does."""
    shoulder, room = config.shoulder, config.white - config.shoulder
    if not config.keeps_hue:
        return np.where(linear > shoulder, shoulder + room * np.tanh((linear - shoulder) / room), linear)
    most = linear.max(-1, keepdims=True)
    bent = shoulder + room * np.tanh((most - shoulder) / room)
    return np.where(most > shoulder, linear * (bent / np.maximum(most, shoulder)), linear)
