"""The points of a picture that are measured: small squares of it, in linear light."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import decode_srgb8
from plitka.core.measure.ground import CELL_PX, find_tile
from plitka.core.measure.samples import Labels, Mask
from plitka.errors import InputError

FloatArray = npt.NDArray[np.floating[Any]]

POINT_PX = 2
"""Side of a point; chips are several times wider."""
_LEAST_COVER = 0.5
"""Points with at least this share of their pixels in a zone belong to it."""


@dataclass(frozen=True, slots=True)
class Points:
    """The grid of points around what is measured."""

    linear: FloatArray
    """(h, w, 3) linear light."""
    inside: Mask
    """(h, w) those that are measured; at least one."""
    labels: Labels | None
    """(2 * h, 2 * w) index of the colour that was laid at each pixel."""

    def draw(self, n: int) -> FloatArray:
        """(m, 3) linear light of at most `n` of those that are measured, the same for the same picture."""
        return self.linear[self.inside][choose_drawn(int(np.count_nonzero(self.inside)), n)]


@lru_cache(maxsize=4)
def choose_drawn(n_points: int, n: int) -> npt.NDArray[np.intp]:
    """(m,) places of at most `n` among so many points, the same each time; it is not to be written to."""
    chosen = np.random.default_rng(0).choice(n_points, min(n, n_points), replace=False)
    chosen.flags.writeable = False
    return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Which part of a picture its points are cut from."""

    pixels: npt.NDArray[np.uint8]
    """(2 * h, 2 * w, 3) sRGB."""
    inside: Mask
    """(h, w) the points that are measured; at least one."""
    labels: Labels | None
    """(2 * h, 2 * w) index of the colour that was laid at each pixel."""
    is_zone: bool
    """Of a tile that has others: nothing outside it is looked at."""


def cut_points(pixels: npt.NDArray[np.uint8], labels: Labels | None, where: Mask | None, *, widest_px: int) -> Points:
    """The points of `cut_picture`."""
    cut = cut_picture(pixels, labels, where, widest_px=widest_px)
    return Points(block_means(decode_srgb8(cut.pixels, "float64"), POINT_PX), cut.inside, cut.labels)


def cut_picture(pixels: npt.NDArray[np.uint8], labels: Labels | None, where: Mask | None, *, widest_px: int) -> Cut:
    """Find the tile of a picture, or a zone of it.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
        labels: (H, W) index of the colour that was laid at each pixel.
        where: (H, W) the pixels of the zone; None: the tile, which fills the picture or lies on white ground.
        widest_px: a larger picture is shrunk to at most this side first.

    Raises:
        InputError: the zone has no point.
    """
    factor = -(-max(pixels.shape[:2]) // widest_px)
    if factor > 1:
        pixels = np.rint(block_means(pixels.astype(np.float32), factor)).astype(np.uint8)
        labels, where = (_shrunk(part, factor, pixels.shape) for part in (labels, where))
    inside = _tile_points(pixels) if where is None else _zone_points(where)
    rows, columns = (_extent(inside, axis) for axis in (1, 0))
    at_pixels = tuple(slice(POINT_PX * part.start, POINT_PX * part.stop) for part in (rows, columns))
    return Cut(
        pixels=pixels[at_pixels],
        inside=inside[rows, columns],
        labels=None if labels is None else labels[at_pixels],
        is_zone=where is not None,
    )


def _shrunk(values: npt.NDArray[Any] | None, factor: int, shape: tuple[int, ...]) -> npt.NDArray[Any] | None:
    """What stands in the middle of each block of pixels."""
    if values is None:
        return None
    return values[factor // 2 :: factor, factor // 2 :: factor][: shape[0], : shape[1]]


def _tile_points(pixels: npt.NDArray[np.uint8]) -> Mask:
    return np.kron(find_tile(pixels), np.ones((CELL_PX // POINT_PX,) * 2, np.bool_))


def _zone_points(where: Mask) -> Mask:
    """The points of a zone; those that it touches, if it covers half of none."""
    cover = block_means(where[..., None].astype(np.float32), POINT_PX)[..., 0]
    inside: Mask = cover >= _LEAST_COVER
    if not inside.any():
        inside = cover > 0
    if not inside.any():
        raise InputError("the zone to measure is too small; give it more pixels, or make the picture larger")
    return inside


def _extent(inside: Mask, across: int) -> slice:
    """From the first row to the last that has a point, or column; `across` is the other axis."""
    places = np.flatnonzero(inside.any(across))
    return slice(int(places[0]), int(places[-1]) + 1)


def block_means(values: FloatArray, side: int) -> FloatArray:
    """(H // side, W // side, C) float32 mean over blocks; what is left over at the right and below is dropped."""
    rows, columns = (length // side for length in values.shape[:2])
    whole = values[: rows * side, : columns * side]
    total = np.zeros((rows, columns, *values.shape[2:]), np.float32)
    for place in range(side * side):
        total += whole[place // side :: side, place % side :: side]
    total /= np.float32(side * side)
    return total
