"""How far pictures are from photographs, as a multiple of the distance between two halves of a photograph.

Decisions:
* A photograph is cut into two halves. The left half is the reference; its distance to the right half is the unit.
  A ratio of 1 says that a picture is as near to the photograph's left half as the right half is.
* A picture is compared with the photograph of its own recipe, over an area as large as a half, because
  the distance between samples falls with their size.
* Ratios are of mean distances over all pictures of a kind, solids or mixes: the two halves of one
  photograph may agree by chance.
* Of a photograph only quantiles and spectra are stored, from which it cannot be restored.

Distances are in hundredths of OKLab (patches, lightness) or in decibel (spectra).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import decode_srgb8, linear_to_oklab
from plitka.core.recipes.recipe import Recipe
from plitka.errors import InputError

FloatArray = npt.NDArray[np.floating[Any]]

_WINDOW_PX = 256
"""Side of a window of the spectrum."""
MIN_PICTURE_PX = _WINDOW_PX
"""Least side of a picture."""
CROP_PX = 544
"""Side of the square that is compared, as large in area as a half of a photograph's middle (384 x 768 px)."""
_N_LEVELS = 4
"""Of the Laplacian pyramid."""
_PATCH_PX = 7
"""Side of a patch, as Karras et al. have it."""
_N_PATCHES = 8192
"""Drawn from each level."""
_N_PROJECTIONS = 32
"""Directions of the sliced Wasserstein distance."""
_N_PATCH_QUANTILES = 16
_N_LIGHTNESS_QUANTILES = 64
_N_BANDS = 16
"""Of frequency, from 85 px a cycle down to 2."""
_LEAST_POWER = 1e-3
"""An even picture has no power, whose logarithm would be infinite."""
_PHOTO_MARGIN = 0.125
"""Of each side of a photograph: the tile ends at about 0.07, and its rim is worn."""
MIN_PHOTO_PX = 684
"""Least side of a photograph: a half of its middle holds a window."""
_DATA = "photo_statistics.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What is compared of a picture; any two agree in shape."""

    patches: FloatArray
    """(levels, projections, quantiles) of patches of a Laplacian pyramid, the finest level first."""
    spectrum: FloatArray
    """(bands,) power of lightness in decibel, the coarsest band first."""
    lightness: FloatArray
    """(quantiles,) of lightness, 0..100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """How far one picture is from another; 0 is the same."""

    levels: tuple[float, ...]
    """Sliced Wasserstein distance of patches at each level, the finest first."""
    spectrum: float
    """Root mean square of the difference between spectra."""
    lightness: float
    """Wasserstein distance between lightness histograms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A photographed recipe: statistics of one half, and how far the other half is from it."""

    statistics: Statistics
    halves: Distances


@dataclass(frozen=True, slots=True, kw_only=True)
class Realism:
    """Distance from photographs as a multiple of the distance between halves of photographs."""

    patches: float
    """The mean of `levels`."""
    spectrum: float
    lightness: float
    levels: tuple[float, ...]
    """The ratio for patches at each level of the pyramid, the finest first."""


def image_statistics(pixels: npt.NDArray[np.uint8]) -> Statistics:
    """The statistics of the middle of a picture.

    Args:
        pixels: (H, W, 3) uint8 sRGB, filled by granules, both sides at least `MIN_PICTURE_PX`.

    Raises:
        ValueError: a smaller one.
    """
    return _statistics_of(linear_to_oklab(decode_srgb8(_middle(pixels), "float64")))


def describe_photograph(pixels: npt.NDArray[np.uint8]) -> Reference:
    """The reference that a photograph of a whole tile gives.

    Args:
        pixels: (H, W, 3) uint8 sRGB, both sides at least `MIN_PHOTO_PX`, best 1024, of a tile that reaches from about
            7 % to 93 % of each side.

    Raises:
        InputError: a smaller one, or one whose halves do not differ.
    """
    height_px, width_px = pixels.shape[:2]
    if min(height_px, width_px) < MIN_PHOTO_PX:
        raise InputError(
            "a photograph to compare with is at least {limit} px wide and high, not {width}x{height}",
            limit=MIN_PHOTO_PX,
            width=width_px,
            height=height_px,
        )
    margins_px = [round(side_px * _PHOTO_MARGIN) for side_px in pixels.shape[:2]]
    inside = pixels[margins_px[0] : -margins_px[0], margins_px[1] : -margins_px[1]]
    oklab = linear_to_oklab(decode_srgb8(inside, "float64"))
    middle_px = oklab.shape[1] // 2
    left, right = _statistics_of(oklab[:, :middle_px]), _statistics_of(oklab[:, middle_px:])
    halves = measure_distances(right, left)
    if not min(*halves.levels, halves.spectrum, halves.lightness) > 0:
        raise InputError("a photograph to compare with shows no granules: its halves are alike")
    return Reference(statistics=left, halves=halves)


def measure_distances(one: Statistics, other: Statistics) -> Distances:
    """How far two pictures are from each other."""
    apart = np.abs(one.patches - other.patches).mean(axis=(1, 2))
    return Distances(
        levels=tuple(map(float, apart)),
        spectrum=float(np.sqrt(np.mean((one.spectrum - other.spectrum) ** 2))),
        lightness=float(np.abs(one.lightness - other.lightness).mean()),
    )


def compare(pairs: Iterable[tuple[Distances, Distances]]) -> Realism:
    """The ratios over several pictures.

    Args:
        pairs: for each picture its distance from its photograph, and that between the photograph's halves.
    """
    ours, halves = zip(*pairs, strict=True)
    levels = tuple(
        _ratio(ours, halves, lambda distances, level=level: distances.levels[level])  # type: ignore[misc]
        for level in range(_N_LEVELS)
    )
    return Realism(
        patches=sum(levels) / len(levels),
        spectrum=_ratio(ours, halves, lambda distances: distances.spectrum),
        lightness=_ratio(ours, halves, lambda distances: distances.lightness),
        levels=levels,
    )


def _ratio(ours: Sequence[Distances], halves: Sequence[Distances], part: Callable[[Distances], float]) -> float:
    return sum(map(part, ours)) / sum(map(part, halves))


def recipe_key(recipe: Recipe) -> str:
    """The key of a recipe among references: `BLUE:60 RED:40`, whatever the order it was written in."""
    return " ".join(sorted(f"{code}:{percent:g}" for code, percent in recipe.percents.items()))


@cache
def load_references() -> Mapping[str, Reference]:
    """The photographs of 29 solid tiles and 15 mixes, by `recipe_key`."""
    with resources.files("plitka.core.judge").joinpath("data", _DATA).open("rb") as file, np.load(file) as arrays:
        rows = {name: arrays[name] for name in arrays.files}
    return {
        str(key): Reference(
            statistics=Statistics(
                patches=rows["patches"][row].astype(np.float32),
                spectrum=rows["spectrum"][row],
                lightness=rows["lightness"][row],
            ),
            halves=Distances(
                levels=tuple(map(float, rows["halves"][row, :_N_LEVELS])),
                spectrum=float(rows["halves"][row, -2]),
                lightness=float(rows["halves"][row, -1]),
            ),
        )
        for row, key in enumerate(rows["key"])
    }


def pack_references(references: Mapping[str, Reference]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of the file that `load_references` reads."""
    every = list(references.values())
    halves = [(*one.halves.levels, one.halves.spectrum, one.halves.lightness) for one in every]
    return {
        "key": np.array(list(references)),
        "patches": np.array([one.statistics.patches for one in every], np.float16),
        "spectrum": np.array([one.statistics.spectrum for one in every], np.float32),
        "lightness": np.array([one.statistics.lightness for one in every], np.float32),
        "halves": np.array(halves, np.float32),
    }


def _middle(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height_px, width_px = pixels.shape[:2]
    if min(height_px, width_px) < MIN_PICTURE_PX:
        raise ValueError(f"a picture to compare with photographs is at least {MIN_PICTURE_PX} px wide and high")
    top_px, left_px = max(0, (height_px - CROP_PX) // 2), max(0, (width_px - CROP_PX) // 2)
    return pixels[top_px : top_px + CROP_PX, left_px : left_px + CROP_PX]


def _statistics_of(oklab: FloatArray) -> Statistics:
    lightness = oklab[..., 0]
    return Statistics(
        patches=np.stack([_patch_quantiles(level) for level in _laplacian_pyramid(oklab)]),
        spectrum=_spectrum(lightness),
        lightness=np.quantile(lightness, _midpoints(_N_LIGHTNESS_QUANTILES)).astype(np.float32),
    )


def _midpoints(n: int) -> FloatArray:
    return (np.arange(n) + 0.5) / n


def _patch_quantiles(level: FloatArray) -> FloatArray:
    """(projections, quantiles) of patches: Karras et al. 2018, "Progressive Growing of GANs", section 5.

    Unlike there, patches keep their mean and contrast, which a tile can get wrong.
    """
    rng = np.random.default_rng(0)
    height_px, width_px = level.shape[:2]
    rows = rng.integers(height_px - _PATCH_PX + 1, size=_N_PATCHES)
    columns = rng.integers(width_px - _PATCH_PX + 1, size=_N_PATCHES)
    views = np.lib.stride_tricks.sliding_window_view(level, (_PATCH_PX, _PATCH_PX), axis=(0, 1))
    patches = views[rows, columns].reshape(_N_PATCHES, -1)
    projected = patches @ _directions(patches.shape[1])
    quantiles: FloatArray = np.quantile(projected, _midpoints(_N_PATCH_QUANTILES), axis=0).T.astype(np.float32)
    return quantiles


@cache
def _directions(n: int) -> FloatArray:
    """(n, projections) unit vectors, always the same."""
    vectors = np.random.default_rng(1).normal(size=(n, _N_PROJECTIONS))
    unit: FloatArray = (vectors / np.linalg.norm(vectors, axis=0)).astype(np.float32)
    return unit


def _laplacian_pyramid(picture: FloatArray) -> list[FloatArray]:
    """Differences between ever coarser pictures, and the coarsest (Burt and Adelson 1983)."""
    levels = []
    for _ in range(_N_LEVELS - 1):
        smooth = _smooth(picture)
        levels.append(picture - smooth)
        picture = smooth[::2, ::2]
    return [*levels, picture]


def _smooth(picture: FloatArray) -> FloatArray:
    """A binomial filter of five taps in both directions; edges are mirrored."""
    for axis in (0, 1):
        padded = np.pad(picture, [(2, 2) if a == axis else (0, 0) for a in range(3)], mode="reflect")
        n = picture.shape[axis]
        taps = [padded.take(range(start, start + n), axis) for start in range(5)]
        picture = ((taps[0] + taps[4]) + 4 * (taps[1] + taps[3]) + 6 * taps[2]) / np.float32(16)
    return picture


def _spectrum(lightness: FloatArray) -> FloatArray:
    """(bands,) mean power over rings of frequency, by Welch's method over half overlapping windows."""
    window = np.outer(np.hanning(_WINDOW_PX), np.hanning(_WINDOW_PX)).astype(np.float32)
    pieces = [
        (piece - piece.mean()) * window
        for top_px in _starts(lightness.shape[0])
        for left_px in _starts(lightness.shape[1])
        if (piece := lightness[top_px : top_px + _WINDOW_PX, left_px : left_px + _WINDOW_PX]).size
    ]
    power = (np.abs(np.fft.rfft2(np.stack(pieces))) ** 2).mean(axis=0) / float((window**2).sum())
    band = _bands()
    inside = (band >= 0) & (band < _N_BANDS)
    sums = np.bincount(band[inside], power[inside], minlength=_N_BANDS)
    mean = sums / np.bincount(band[inside], minlength=_N_BANDS)
    return (10 * np.log10(mean + _LEAST_POWER)).astype(np.float32)


def _starts(side_px: int) -> FloatArray:
    """Where windows begin: spread evenly, overlapping by half or more."""
    n = -(-2 * (side_px - _WINDOW_PX) // _WINDOW_PX) + 1
    return np.linspace(0, side_px - _WINDOW_PX, n).astype(int)


@cache
def _bands() -> npt.NDArray[np.int64]:
    """Band of each frequency of a window: even steps of the logarithm from 85 px to 2 px a cycle."""
    down = np.fft.fftfreq(_WINDOW_PX)[:, None]
    across = np.fft.rfftfreq(_WINDOW_PX)[None, :]
    frequency = np.maximum(np.hypot(down, across), 1e-9)
    lowest, highest = 3 / _WINDOW_PX, 0.5
    band: npt.NDArray[np.int64] = np.floor(_N_BANDS * np.log(frequency / lowest) / np.log(highest / lowest)).astype(
        np.int64
    )
    return band
