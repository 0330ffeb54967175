"""Whether a picture shows granulate at all: a face, a wall or a page of text has no shares of colours to measure.

Granules are rough at every place of a tile, and each is wider than a pixel. On the 44 photographs that the measure was
calibrated on, and on renders in every light, fewer than one square in a thousand is smooth.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from plitka.core.measure.ground import CELL_PX, find_tile
from plitka.errors import InputError

FloatArray = npt.NDArray[np.floating[Any]]

_SQUARE_PX = 2 * CELL_PX
"""About a granule wide on a picture of a whole tile."""
_WIDEST_PX = 1024
_SMOOTH = 5.0
"""sRGB levels that grey deviates by in a square; below it nothing is seen there."""
_MOST_SMOOTH = 0.2
"""Share of squares: a photograph out of focus by 3 px of a black tile has 0.12, a wall or a face most."""
_LEAST_EVEN = 0.2
"""Of the tenth part of squares that deviates least, over the median: 0.4 and more for granules, 0.1 for text."""
_LEAST_ALIKE = 0.2
"""Correlation of neighbouring pixels: 0 where each pixel is another."""


def check_granulate(pixels: npt.NDArray[np.uint8], name: object) -> None:
    """Refuse a picture that shows no granules.

    Args:
        pixels: (H, W, 3) uint8 sRGB, each side at least 64 px.
        name: what the error calls it.

    Raises:
        InputError: it is smooth, smooth in parts, or noise.
    """
    step = -(-max(pixels.shape[:2]) // _WIDEST_PX)
    # Means of blocks: left as it is, the noise of a phone's camera makes a wall as rough as granules.
    seen = np.asarray(Image.fromarray(pixels).reduce(step))
    grey = seen.astype(np.float32).mean(-1)
    tile = np.kron(find_tile(seen), np.ones((CELL_PX, CELL_PX), np.bool_))
    rows, columns = (side // _SQUARE_PX for side in tile.shape)
    deviations = _squares(grey, rows, columns).std((1, 3))[_squares(tile, rows, columns).all((1, 3))]
    if deviations.size == 0:
        return
    is_smooth = (deviations < _SMOOTH).mean() > _MOST_SMOOTH
    is_uneven = np.percentile(deviations, 10) < _LEAST_EVEN * np.median(deviations)
    if is_smooth or is_uneven or _alike(grey) < _LEAST_ALIKE:
        raise InputError("{name} shows no granules; give a picture of a tile that fills it or lies on white", name=name)


def _squares(values: npt.NDArray[Any], rows: int, columns: int) -> npt.NDArray[Any]:
    side = _SQUARE_PX
    return values[: rows * side, : columns * side].reshape(rows, side, columns, side)


def _alike(grey: FloatArray) -> float:
    """Correlation of pixels with their neighbours on the right."""
    left, right = grey[:, :-1].ravel(), grey[:, 1:].ravel()
    return float(np.corrcoef(left, right)[0, 1])
