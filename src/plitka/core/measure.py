"""How much of a picture each asked colour covers.

Decisions:
* A granule of one colour is seen along a curve from its lit facets down into its coloured shadow. A pixel
  belongs to the colour whose curve passes nearest, and deep shadow is held to be less likely than light;
  nearest-colour clustering instead gives every shadow to the darkest colour.
* Evidence is pooled over a small window before the decision, because chips are wider than their gaps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.palette import Colour
from plitka.errors import InputError

FloatArray = npt.NDArray[np.floating[Any]]

_LEVEL_BITS = 6
"""Pixels are looked up at this depth a channel: finer than the tint of single chips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureConfig:
    """The sensor's constants, chosen on renders with known shares."""

    brightness: tuple[float, ...] = (0.10, 0.16, 0.24, 0.34, 0.46, 0.60, 0.75, 0.90, 1.05, 1.25, 1.5)
    """Points of the curve from shadow to light; 1 is a lit facet."""
    bounce: float = 0.45
    """How much a shadow is filled with light that its own colour has tinted."""
    shadow_cost: float = 3.0
    """Cost, in Lab units, of explaining a pixel as e times darker or lighter than a lit facet."""
    window_px: int = 5
    """Side of the window over which evidence is pooled, at 7 px a millimetre."""
    cost_limit: float = 25.0
    """One pixel's evidence against a colour never counts for more than this."""
    off_palette_delta_e: float = 22.0
    """A pixel farther than this from every colour's curve shows a colour nobody asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Shares of the asked colours over the visible tile."""

    percents: dict[str, float]
    """Percent by colour code; sums to 100."""
    uncertainty: float
    """Points within which the largest error of `percents` is expected to lie."""
    off_palette: float
    """Percent of the picture in colours that nobody asked for."""


def measure(
    pixels: npt.NDArray[np.uint8], colours: Sequence[Colour], config: MeasureConfig | None = None
) -> Measurement:
    """Estimate the share of each colour over a picture filled by granules.

    Args:
        pixels: (H, W, 3) uint8 sRGB, each side at least 64 px.
        colours: the colours to look for, at least one.

    Raises:
        InputError: another shape or type, a picture too small, or no colour.
    """
    config = config or MeasureConfig()
    _check(pixels, colours)
    distance, cost = _lookup(colours, config)
    level = _levels(pixels)
    off_palette = float((distance.min(axis=1) > config.off_palette_delta_e)[level].mean())
    pooled = _pool(cost[level], config.window_px)
    nearest = pooled.argmin(axis=-1)
    counts = np.bincount(nearest.ravel(), minlength=len(colours))
    percents = counts * (100 / counts.sum())
    codes = [colour.code for colour in colours]
    return Measurement(
        percents=dict(zip(codes, percents.tolist(), strict=True)),
        uncertainty=_uncertainty(pooled),
        off_palette=100 * off_palette,
    )


def _check(pixels: npt.NDArray[np.uint8], colours: Sequence[Colour]) -> None:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise InputError(
            "a picture to measure must be (height, width, 3) 8-bit sRGB, not {shape} {dtype}; convert it first",
            shape=pixels.shape,
            dtype=pixels.dtype,
        )
    if min(pixels.shape[:2]) < 64:
        raise InputError(
            "a picture to measure must be at least 64 px wide and high, not {width}x{height}",
            width=pixels.shape[1],
            height=pixels.shape[0],
        )
    if not colours:
        raise InputError("name at least one colour to measure")


def _levels(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """(H, W) index of each pixel's colour in the lookup table."""
    red, green, blue = np.moveaxis(pixels.astype(np.int32) >> (8 - _LEVEL_BITS), -1, 0)
    level: npt.NDArray[np.int32] = (red << 2 * _LEVEL_BITS) | (green << _LEVEL_BITS) | blue
    return level


def _lookup(colours: Sequence[Colour], config: MeasureConfig) -> tuple[FloatArray, FloatArray]:
    """(levels, n) Lab distance to each colour's curve, and its cost with the brightness it needs."""
    n = 2**_LEVEL_BITS
    steps = ((np.arange(n) + 0.5) * (256 / n)).astype(np.float32)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    seen = _to_lab(_decode_srgb(grid / 255))
    distance = np.empty((len(grid), len(colours)), np.float32)
    cost = np.empty_like(distance)
    penalty = config.shadow_cost * np.abs(np.log(np.asarray(config.brightness, np.float32)))
    for index, colour in enumerate(colours):
        curve = _to_lab(_curve(colour, config))
        apart = np.linalg.norm(seen[:, None] - curve, axis=-1)
        distance[:, index] = apart.min(axis=1)
        cost[:, index] = np.minimum((apart + penalty).min(axis=1), config.cost_limit)
    return distance, cost


def _curve(colour: Colour, config: MeasureConfig) -> FloatArray:
    """(points, 3) linear light of one colour from its shadow to its light."""
    text = colour.lit_hex or colour.srgb_hex
    lit = _decode_srgb(np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255)
    brightness = np.asarray(config.brightness, np.float32)[:, None]
    return lit * brightness + config.bounce * lit * lit * np.clip(1 - brightness, 0, None)


def _decode_srgb(encoded: FloatArray) -> FloatArray:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _to_lab(linear: FloatArray) -> FloatArray:
    """Linear sRGB to CIE Lab under D65, in arrays."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    t = (linear @ to_xyz.T) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)


def _pool(cost: FloatArray, window_px: int) -> FloatArray:
    """Mean of (H, W, n) over a square window, by running sums; edges repeat."""
    radius = window_px // 2
    for axis in (0, 1):
        pad = [(radius + 1, radius) if a == axis else (0, 0) for a in range(3)]
        sums = np.cumsum(np.pad(cost, pad, mode="edge"), axis=axis, dtype=np.float64)
        ahead = np.take(sums, range(window_px, sums.shape[axis]), axis=axis)
        behind = np.take(sums, range(sums.shape[axis] - window_px), axis=axis)
        cost = ((ahead - behind) / window_px).astype(np.float32)
    return cost


def _uncertainty(pooled: FloatArray) -> float:
    """Points, from how much of the picture was decided by a hair: half of that may have gone wrong."""
    if pooled.shape[-1] == 1:
        return 0.0
    best = np.partition(pooled, 1, axis=-1)
    undecided = (best[..., 1] - best[..., 0]) < 2.0
    return float(0.5 + 50 * undecided.mean())
