"""Whether a picture shows granulate that can be measured: a face, a wall or a page of text has no shares of colours.

Granules are rough at every place of a tile, and each is wider than a pixel. On the 44 photographs that the measure was
calibrated on, and on renders in every light, fewer than one square in a thousand is smooth.

Of granules that are a pixel or two wide each point shows several, and is of a colour between theirs: their shares
cannot be told, however granular the picture looks.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from plitka.core.measure.ground import CELL_PX, find_tile
from plitka.core.measure.points import POINT_PX
from plitka.core.measure.shares import MeasureConfig
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
_LEAST_WIDE = 0.2
"""Correlation of pixels of the tile that are as far apart as a point is wide: 0.33 and more on photographs and on
renders of the usual scale, 0.24 of black alone of granules of 3 to 12 px. A mix whose colours are read as the colour
between them has less, but for one whose colours differ much."""


def check_granulate(pixels: npt.NDArray[np.uint8], name: object) -> None:
    """Refuse a picture that shows no granules.

    Args:
        pixels: (H, W, 3) uint8 sRGB, each side at least 64 px.
        name: what the error calls it.

    Raises:
        InputError: it is smooth, smooth in parts, or noise; or its granules are too fine to be told apart.
    """
    grey, tile = _seen(pixels, _WIDEST_PX)
    rows, columns = (side // _SQUARE_PX for side in tile.shape)
    deviations = _squares(grey, rows, columns).std((1, 3))[_squares(tile, rows, columns).all((1, 3))]
    if deviations.size == 0:
        return
    is_smooth = (deviations < _SMOOTH).mean() > _MOST_SMOOTH
    is_uneven = np.percentile(deviations, 10) < _LEAST_EVEN * np.median(deviations)
    if is_smooth or is_uneven or _alike(grey) < _LEAST_ALIKE:
        raise InputError("{name} shows no granules; give a picture of a tile that fills it or lies on white", name=name)
    if _alike(*_seen(pixels, MeasureConfig().widest_px), apart_px=POINT_PX) < _LEAST_WIDE:
        raise InputError(
            "{name} shows granules too fine to tell their colours apart, a pixel or two wide; give a larger picture of "
            "the tile, or one of a part of it",
            name=name,
        )


def _seen(pixels: npt.NDArray[np.uint8], widest_px: int) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """(h, w) grey levels of a picture of at most that side, and which of them, but for the last few, are tile."""
    step = -(-max(pixels.shape[:2]) // widest_px)
    # Means of blocks: left as it is, the noise of a phone's camera makes a wall as rough as granules.
    seen = np.asarray(Image.fromarray(pixels).reduce(step))
    return seen.astype(np.float32).mean(-1), np.kron(find_tile(seen), np.ones((CELL_PX, CELL_PX), np.bool_))


def _squares(values: npt.NDArray[Any], rows: int, columns: int) -> npt.NDArray[Any]:
    side = _SQUARE_PX
    return values[: rows * side, : columns * side].reshape(rows, side, columns, side)


def _alike(grey: FloatArray, where: npt.NDArray[np.bool_] | None = None, apart_px: int = 1) -> float:
    """Correlation of pixels with those on their right, both of them in a part of the picture."""
    inside = np.ones_like(grey, np.bool_) if where is None else where
    grey = grey[: inside.shape[0], : inside.shape[1]]
    is_pair = inside[:, :-apart_px] & inside[:, apart_px:]
    return float(np.corrcoef(grey[:, :-apart_px][is_pair], grey[:, apart_px:][is_pair])[0, 1])
