"""Where in a picture the tile lies: a photograph often shows it whole, on white ground.

Decisions:
* White ground is bright, even, and reaches the frame. A white tile is bright too, but its granules are not even.
* The rim is left out: it is ragged, it casts a shadow on the ground, and it shows the sides of chips.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.measure.windows import window_mean

FloatArray = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]

CELL_PX = 8
"""Side of the squares for which it is decided whether they show the tile."""
_GROUND_LEVEL = 200.0
_GROUND_TINT = 45.0
_GROUND_DEVIATION = 7.0
"""sRGB levels 0..255: ground is lighter, less tinted and more even than this; chips deviate by 10 and more, white
paper that is taken as white granules are by 6."""
_RIM_CELLS = 3
"""Cells beside certain ground that are left out: two of the tile, and one of ground whose evenness its edge spoils."""
_LEAST_FRAME = 0.5
"""Share of the picture's edge that shows ground; below it the tile fills the picture."""
_LEAST_TILE = 0.02
"""Share of the picture; where less is left of the tile, what was taken for ground is none."""
_ALL_OF_WINDOW = 0.999
"""1 but for rounding."""


def find_tile(pixels: npt.NDArray[np.uint8]) -> Mask:
    """(H // 8, W // 8) the cells that lie well inside the tile: all of them where there is no white ground."""
    ground = find_ground(pixels)
    everything = np.ones_like(ground)
    if not ground.any():
        return everything
    tile: Mask = _around((~ground).astype(np.float32), _RIM_CELLS) > _ALL_OF_WINDOW
    return tile if tile.mean() > _LEAST_TILE else everything


def find_ground(pixels: npt.NDArray[np.uint8]) -> Mask:
    """(H // 8, W // 8) the cells that show white ground; none where the tile fills the picture."""
    rows, columns = (side // CELL_PX for side in pixels.shape[:2])
    if not _is_framed(pixels[: rows * CELL_PX, : columns * CELL_PX]):
        return np.zeros((rows, columns), np.bool_)
    return _reaching_frame(_like_ground(pixels))


def _is_framed(pixels: npt.NDArray[np.uint8]) -> bool:
    """Whether enough of the cells at the edges are like ground: these alone, of whole cells, are quickly looked at."""
    band = 2 * CELL_PX  # what a cell's own evenness is seen in
    upright = pixels.swapaxes(0, 1)
    frame = [_like_ground(side[:band])[0] for side in (pixels, pixels[::-1], upright, upright[::-1])]
    return bool(np.concatenate(frame).mean() >= _LEAST_FRAME)


def _like_ground(pixels: npt.NDArray[np.uint8]) -> Mask:
    """(H // 8, W // 8) the cells that are light, hardly tinted and even."""
    rows, columns = (side // CELL_PX for side in pixels.shape[:2])
    whole = pixels[: rows * CELL_PX, : columns * CELL_PX].astype(np.float32)
    grey = (whole[..., 0] + whole[..., 1] + whole[..., 2]) / 3
    level, power = (_around(_cell_means(part[..., None])[..., 0], 1) for part in (grey, grey * grey))
    deviation = np.sqrt(np.maximum(power - level * level, 0))
    tint = np.ptp(_cell_means(whole), axis=-1)
    like: Mask = (level > _GROUND_LEVEL) & (tint < _GROUND_TINT) & (deviation < _GROUND_DEVIATION)
    return like


def _cell_means(values: FloatArray) -> FloatArray:
    """(H // 8, W // 8, c) of (H, W, c), rows of pixels first: they lie side by side in memory."""
    rows, columns = (side // CELL_PX for side in values.shape[:2])
    strips = values.reshape(rows, CELL_PX, -1).mean(1)
    means: FloatArray = strips.reshape(rows, columns, CELL_PX, -1).mean(2)
    return means


def _around(values: FloatArray, reach: int) -> FloatArray:
    """Mean of (h, w) over a square of 2 reach + 1; the frame repeats."""
    return window_mean(values[..., None].astype(np.float64), 2 * reach + 1)[..., 0]


def _reaching_frame(mask: Mask) -> Mask:
    """The part of a mask that is connected with the edge of the picture."""
    reached = np.zeros_like(mask)
    reached[[0, -1]], reached[:, [0, -1]] = mask[[0, -1]], mask[:, [0, -1]]
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= mask
        if (grown == reached).all():
            return reached
        reached = grown
