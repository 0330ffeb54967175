"""Light on a layer of granules: from geometry and colours to a picture.

The light that falls on the layer does not depend on its colours, but for what chips reflect on each
other, which is approximated. So it is computed once for a geometry (`light_granules`) and any recipe is
painted with it in a fraction of the time (`paint`).

All arithmetic is in linear light; heights are periodic, so pictures tile.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plitka.core.granules import FloatMap, Geometry, IdMap

LinearRgb = FloatMap
"""(..., 3) linear-light sRGB primaries, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightConfig:
    """A soft lamp and the sky above a tile."""

    azimuth_deg: float = 225.0
    """Where the lamp stands: 0 to the right, 90 below, 225 at the upper left of the picture."""
    elevation_deg: float = 52.0
    softness_deg: float = 9.0
    """Half width of the lamp as seen from the tile."""
    lamp: float = 0.62
    """Light of the lamp on a flat bright chip, of a total of about 1 with the sky."""
    sky: float = 0.46
    bounce: float = 0.55
    """How much of the light that a gap lacks comes back from the chips around it, in their colour."""
    sheen: float = 0.035
    """Strength of the matt highlight."""
    warmth: float = 0.0
    """-1..1: the lamp's tint from cold to warm."""


@dataclass(frozen=True, slots=True)
class Light:
    """What falls on each cell, without colour: (N, N) float32 maps."""

    lamp: FloatMap
    """Cosine times visibility of the lamp, 1 for a flat unshadowed cell."""
    sky: FloatMap
    """Cosine-weighted share of the sky that is seen."""
    sheen: FloatMap
    """Highlight of the lamp."""


def light_granules(geometry: Geometry, config: LightConfig) -> Light:
    """The light on a geometry: lamp with soft shadow, sky with occlusion, and sheen."""
    height = geometry.height_mm * geometry.config.cells_per_mm
    normal = _normals(height + _roughness(height.shape, geometry.config.oversample))
    to_lamp = _direction(config.azimuth_deg, config.elevation_deg)
    cosine = np.clip(normal @ to_lamp, 0, None) / to_lamp[2]
    visible = _lamp_visibility(height, config)
    half = to_lamp + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    sheen = np.clip(normal @ half, 0, 1) ** 24 * visible
    sky = _sky_visibility(height) * (0.6 + 0.4 * normal[..., 2])
    return Light(*(part.astype(np.float32) for part in (cosine * visible, sky, sheen)))


def _roughness(shape: tuple[int, ...], oversample: int) -> FloatMap:
    """Fine relief of matt rubber, in cells: periodic noise of about two pixels, the same for every field."""
    rng = np.random.default_rng(0)
    relief = rng.normal(0, 1, shape).astype(np.float32)
    for axis in (0, 1):
        relief = np.sum([np.roll(relief, step, axis) for step in range(-oversample, oversample + 1)], axis=0)
    return relief * np.float32(0.14 * oversample / relief.std())


def _direction(azimuth_deg: float, elevation_deg: float) -> FloatMap:
    azimuth, elevation = np.deg2rad([azimuth_deg, elevation_deg])
    flat = np.cos(elevation)
    return np.array([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)], np.float32)


def _normals(height: FloatMap) -> FloatMap:
    """(N, N, 3) unit normals of a periodic height map in cells."""
    slope_x = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    slope_y = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    normal = np.stack([-slope_x, -slope_y, np.ones_like(height)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return normal


def _lamp_visibility(height: FloatMap, config: LightConfig) -> FloatMap:
    """Share of the lamp's disc that each cell sees, by marching towards five points of it."""
    spread = config.softness_deg
    points = ((0, 0), (spread, 0), (-spread, 0), (0, spread), (0, -spread))
    seen = np.zeros_like(height)
    reach = float(np.ptp(height))
    for turn, lift in points:
        toward = _direction(config.azimuth_deg + turn, max(config.elevation_deg + lift, 5.0))
        run = float(np.hypot(toward[0], toward[1]))
        rise = toward[2] / run
        horizon = np.full_like(height, -np.inf)
        for step in range(1, int(min(reach / rise, 60)) + 2):
            shift = (-round(toward[1] / run * step), -round(toward[0] / run * step))
            np.maximum(horizon, np.roll(height, shift, (0, 1)) - step * rise, out=horizon)
        # A penumbra of one cell instead of a hard edge.
        seen += np.clip(1 - (horizon - height), 0, 1)
    return seen / len(points)


def _sky_visibility(height: FloatMap, n_directions: int = 12) -> FloatMap:
    """Cosine-weighted share of an even sky, from the horizon in a few directions."""
    sky = np.zeros_like(height)
    for angle in np.arange(n_directions) * (2 * np.pi / n_directions):
        tangent = np.zeros_like(height)
        for step in (1, 2, 3, 5, 8, 12, 18, 26, 38):
            shift = (-round(np.sin(angle) * step), -round(np.cos(angle) * step))
            np.maximum(tangent, (np.roll(height, shift, (0, 1)) - height) / step, out=tangent)
        sky += 1 / (1 + tangent * tangent)
    return sky / n_directions


def paint(ids: IdMap, light: Light, albedo: LinearRgb, config: LightConfig, rng: np.random.Generator) -> LinearRgb:
    """The layer in its colours, at cell resolution.

    Args:
        ids: (N, N) chip of each cell.
        albedo: (n_chips, 3) colour of each chip: what it looks like lit from straight ahead.

    Returns:
        (N, N, 3) linear light, not clipped.
    """
    tint = np.array([1 + 0.06 * config.warmth, 1.0, 1 - 0.09 * config.warmth], np.float32)
    received = config.lamp * light.lamp[..., None] * tint + config.sky * light.sky[..., None]
    surface = albedo[ids] * rng.normal(1, 0.035, (*ids.shape, 1)).astype(np.float32)
    returned = config.bounce * (1 - light.sky)[..., None] * surface
    return surface * (received + returned) + config.sheen * light.sheen[..., None]


def vary_chips(colours: LinearRgb, dealt: npt.NDArray[np.int32], rng: np.random.Generator) -> LinearRgb:
    """(n_chips, 3) albedo of each chip: its colour, a little lighter or darker and a little off in tint."""
    n = dealt.size
    tone = np.clip(rng.normal(1, 0.08, (n, 1)), 0.75, 1.25)
    tint = np.clip(rng.normal(1, 0.02, (n, 3)), 0.94, 1.06)
    return (colours[dealt] * tone * tint).astype(np.float32)


def shrink(cells: LinearRgb, oversample: int) -> LinearRgb:
    """Average blocks of cells into pixels: (N, N, C) to (N/k, N/k, C)."""
    n = cells.shape[0] // oversample
    pixels: LinearRgb = cells.reshape(n, oversample, n, oversample, -1).mean((1, 3), dtype=np.float32)
    return pixels


def to_srgb8(linear: LinearRgb) -> npt.NDArray[np.uint8]:
    """Linear light to 8-bit sRGB by IEC 61966-2-1, clipped."""
    x = np.clip(linear, 0, 1)
    encoded = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    srgb8: npt.NDArray[np.uint8] = np.rint(encoded * 255).astype(np.uint8)
    return srgb8


def to_linear(srgb8: npt.NDArray[np.uint8]) -> LinearRgb:
    """8-bit sRGB to linear light by IEC 61966-2-1."""
    x = np.arange(256, dtype=np.float32) / 255
    table = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return table[srgb8]
