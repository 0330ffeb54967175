"""What a picture shows at full size: lattices, gaps, glints, clipping, edges, chroma noise, and the shape of granules.

`plitka.core.judge.realism` compares patches and spectra, which a lattice hardly moves: all its power lies at a few
frequencies of many thousands. Here each flaw that an eye finds at 1:1 has a figure of its own. They are taken of sRGB
levels, 0..255, as they are seen. A picture is judged by the same figures of a photograph of its recipe.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
RgbImage = npt.NDArray[np.uint8]

PERIODS_PX = (2, 4, 8)
"""Of the lattices that are looked for: what networks that upsample two or three times can leave."""
DARK, BRIGHT, CLIPPED = 12, 200, 254
"""Luma below which there is a gap, above which a glint, and the level of all primaries at which nothing is left."""
MIN_SIDE_PX = 256

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_AROUND = 6
"""Frequencies to either side of a lattice's that say how much power would be there without it."""
_EDGE_REACH_PX, _EDGE_STEP_PX = 6, 0.25
_N_EDGES, _STEEPEST, _LEAST_STEP = 1500, 97, 25
"""How many of the steepest percent of places are measured, and how many levels an edge must rise."""
_WINDOW_PX = 64
"""Three granules wide: their shape is read from windows of this size."""
_LOBE = 0.35
"""Correlation that still belongs to one granule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLook:
    """Figures of one picture."""

    lattice: tuple[float, ...]
    """For each of `PERIODS_PX` the largest power at a lattice frequency over the median around it; noise has 3 to 9."""
    gaps: float
    """Percent of pixels that are darker than `DARK`."""
    glints: float
    """Percent of pixels that are lighter than `BRIGHT`."""
    clipped: float
    """Percent of pixels that are white in every primary."""
    edge_px: float
    """Median width of the steepest edges, from 10 to 90 % of their rise."""
    chroma: float
    """Deviation of the differences between primaries within 3 px, in levels."""
    granule_px: float
    """Mean diameter at which neighbours are half as alike as a place is to itself."""
    elongation: float
    """Mean ratio of the axes of what is alike about a place; 1 is round."""


def look_closely(pixels: RgbImage) -> CloseLook:
    """The figures of a picture that granules fill.

    Args:
        pixels: (H, W, 3) uint8 sRGB, both sides at least 256 px.
    """
    if min(pixels.shape[:2]) < MIN_SIDE_PX:
        raise ValueError(f"a picture to look at closely is at least {MIN_SIDE_PX} px wide and high")
    levels = pixels.astype(np.float32)
    luma = levels @ _LUMA
    granule_px, elongation = _granules(luma)
    return CloseLook(
        lattice=lattice_spikes(luma),
        gaps=100 * float((luma < DARK).mean()),
        glints=100 * float((luma > BRIGHT).mean()),
        clipped=100 * float((pixels >= CLIPPED).all(-1).mean()),
        edge_px=_edge_width(luma),
        chroma=chroma_noise(levels),
        granule_px=granule_px,
        elongation=elongation,
    )


def lattice_spikes(luma: FloatArray, periods_px: Sequence[int] = PERIODS_PX) -> tuple[float, ...]:
    """For each period the largest power at the frequencies of that lattice, over the median around each.

    Frequencies that a shorter period has as well are counted there alone.
    """
    n = min(luma.shape) // 64 * 64
    square = luma[:n, :n]
    power = np.abs(np.fft.fft2(square - square.mean())) ** 2
    seen = {(0, 0)}
    largest = []
    for period in sorted(periods_px):
        steps = range(0, n, n // period)
        new = [(row, column) for row in steps for column in steps if (row, column) not in seen]
        seen.update(new)
        largest.append(max(_over_median(power, row, column) for row, column in new))
    return tuple(largest)


def _over_median(power: FloatArray, row: int, column: int) -> float:
    near = np.arange(-_AROUND, _AROUND + 1)
    around = power[np.ix_((row + near) % len(power), (column + near) % len(power))]
    return float(power[row, column] / max(float(np.median(around)), 1e-6))


def _edge_width(luma: FloatArray) -> float:
    """Median distance in which the steepest edges rise from 10 to 90 %; 0 where there are none."""
    down: FloatArray = np.gradient(luma, axis=0)
    right: FloatArray = np.gradient(luma, axis=1)
    slope: FloatArray = np.hypot(down, right)
    rows, columns = np.nonzero((slope >= np.percentile(slope, _STEEPEST)) & (slope > 0))
    some = np.random.default_rng(0).permutation(rows.size)[:_N_EDGES]
    rows, columns = rows[some], columns[some]
    steps = np.arange(-_EDGE_REACH_PX, _EDGE_REACH_PX + _EDGE_STEP_PX / 2, _EDGE_STEP_PX)
    unit_down, unit_right = (part[rows, columns] / slope[rows, columns] for part in (down, right))
    profiles = _sample(luma, rows[:, None] + unit_down[:, None] * steps, columns[:, None] + unit_right[:, None] * steps)
    widths = [width for profile in profiles if (width := _rise(profile)) is not None]
    return float(np.median(widths)) if widths else 0.0


def _rise(profile: FloatArray) -> float | None:
    """Distance from 10 to 90 % of the monotonous stretch about the middle of a profile, if it rises far enough."""
    middle, falls = profile.size // 2, np.diff(profile) <= 0
    before, after = np.flatnonzero(falls[:middle]), np.flatnonzero(falls[middle:])
    start = int(before[-1]) + 1 if before.size else 0
    end = middle + int(after[0]) if after.size else profile.size - 1
    if profile[end] - profile[start] < _LEAST_STEP:
        return None
    climbed = (profile[start : end + 1] - profile[start]) / (profile[end] - profile[start])
    low, high = np.interp([0.1, 0.9], climbed, np.arange(climbed.size))
    return float(high - low) * _EDGE_STEP_PX


def _sample(picture: FloatArray, rows: npt.NDArray[Any], columns: npt.NDArray[Any]) -> FloatArray:
    """Bilinear values between the pixels; beyond the border those at it."""
    rows, columns = (np.clip(at, 0, side - 1.001) for at, side in zip((rows, columns), picture.shape, strict=True))
    top, left = rows.astype(int), columns.astype(int)
    down, right = rows - top, columns - left
    upper = picture[top, left] * (1 - right) + picture[top, left + 1] * right
    lower = picture[top + 1, left] * (1 - right) + picture[top + 1, left + 1] * right
    between: FloatArray = upper * (1 - down) + lower * down
    return between


def chroma_noise(levels: FloatArray) -> float:
    """Deviation of what is left of the differences between primaries when their means over 3x3 px are taken off."""
    chroma = levels - levels.mean(-1, keepdims=True)
    smooth = chroma
    for axis in (0, 1):
        smooth = (np.roll(smooth, 1, axis) + smooth + np.roll(smooth, -1, axis)) / 3
    return float((chroma - smooth)[1:-1, 1:-1].std())


def _granules(luma: FloatArray) -> tuple[float, float]:
    """Mean diameter and elongation of the middle lobe of the correlation in windows of three granules."""
    tops, lefts = (range(0, side - _WINDOW_PX + 1, _WINDOW_PX // 2) for side in luma.shape)
    windows = np.stack([luma[y : y + _WINDOW_PX, x : x + _WINDOW_PX] for y in tops for x in lefts])
    windows = windows - windows.mean((1, 2), keepdims=True)
    power = np.abs(np.fft.rfft2(windows, (2 * _WINDOW_PX,) * 2)) ** 2
    shared = _WINDOW_PX - np.abs(np.fft.fftfreq(2 * _WINDOW_PX, 1 / (2 * _WINDOW_PX)))
    correlation = np.fft.irfft2(power) / np.maximum(np.outer(shared, shared), 1)
    return _diameter(correlation.mean(0)), float(np.mean([_elongation(one) for one in correlation]))


def _diameter(correlation: FloatArray) -> float:
    """Twice the mean distance at which a correlation has fallen by half, along rows and columns."""
    lines = (correlation[0], correlation[:, 0])
    halves = (_first_below(line[: _WINDOW_PX // 2] / line[0], 0.5) for line in lines)
    return float(sum(halves))


def _first_below(falling: FloatArray, level: float) -> float:
    below = np.flatnonzero(falling < level)
    if not below.size:
        return float(falling.size)
    after = int(below[0])
    return after - float((level - falling[after]) / (falling[after - 1] - falling[after]))


def _elongation(correlation: FloatArray) -> float:
    """Ratio of the axes of the lobe about the middle of a window's correlation."""
    reach = 12
    near = np.roll(correlation, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1] / correlation[0, 0]
    weight = np.clip(near - _LOBE, 0, None).ravel()
    offset = np.arange(-reach, reach + 1)
    down, right = (part.ravel() for part in np.meshgrid(offset, offset, indexing="ij"))
    moments = np.cov(np.stack([down, right]), aweights=weight)
    small, large = np.linalg.eigvalsh(moments)
    return float(np.sqrt(large / max(small, 1e-6)))


def figures(look: CloseLook) -> dict[str, float]:
    """The figures by name, a lattice's with its period."""
    rest = {field.name: getattr(look, field.name) for field in fields(look) if field.name != "lattice"}
    return {f"lattice_{period}": spike for period, spike in zip(PERIODS_PX, look.lattice, strict=True)} | rest
