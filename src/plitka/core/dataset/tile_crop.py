"""The tile of a picture alone: found on its white ground, straightened, and cropped to what lies well inside."""

import numpy as np
import numpy.typing as npt

from plitka.core.measure.ground import CELL_PX, find_tile
from plitka.core.measure.straightening import straighten


def crop_tile(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(h, w, 3) uint8 sRGB of the tile, upright and without ground and rim; all of the picture where a tile fills it.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
    """
    upright = straighten(pixels)
    inside = find_tile(upright)
    if inside.all():
        return upright
    rows, columns = _box_within(inside)
    return upright[rows.start * CELL_PX : rows.stop * CELL_PX, columns.start * CELL_PX : columns.stop * CELL_PX]


def _box_within(inside: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of a large box that lies wholly within a mask: each time its emptiest edge is taken away."""
    top, bottom, left, right = 0, inside.shape[0], 0, inside.shape[1]
    while not (box := inside[top:bottom, left:right]).all():
        edges = [box[0].mean(), box[-1].mean(), box[:, 0].mean(), box[:, -1].mean()]
        worst = int(np.argmin(edges))
        top, bottom = top + (worst == 0), bottom - (worst == 1)
        left, right = left + (worst == 2), right - (worst == 3)
    return slice(top, bottom), slice(left, right)
