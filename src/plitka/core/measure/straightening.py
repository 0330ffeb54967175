"""A photographed tile that lies askew or was taken at an angle, as if seen from right above.

The tile's outline on white ground is a convex shape of four edges. What is nearer to the camera looks larger, and its
share of the picture is too large: a perspective transform takes that back (Hartley and Zisserman 2004, 4.1).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from plitka.core.measure.ground import CELL_PX, find_ground

FloatArray = npt.NDArray[np.floating[Any]]

_MARGIN = 0.07
"""Of white around the straightened tile, as on the photographs that the measure was calibrated on."""
_LEAST_TURN = 0.045
"""Of the tile's side: a corner that is nearer to that of an upright square needs no straightening."""
_MOST_ROUND = 1.06
"""Area of the four edges over that of the outline; above it the shape is no tile."""
_LEAST_AREA, _MOST_AREA = 0.05, 0.9
"""Share of the picture that a tile on white ground covers."""
_MOST_POINTS = 64
"""Of an outline, before edges are taken away."""
_NEAR_EDGE = (2.5, 1.5, 1.0)
"""Cells from an edge within which the border of the tile is taken for it, in one fit after the other."""
_SPOILT_CELLS = 1.5
"""Of ground beside the tile, which its edge makes uneven, so that they count as tile: the far edge, on which a cell is
more of the tile, would move out further than the near one."""
_LEAST_BORDER = 8
"""Sides of cells, below which an edge of the outline stays as it is."""
_MIDDLE = (0.08, 0.92)
"""The part of an edge that is fitted: corners are round."""


def straighten(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The tile as an upright square on white, or the picture as it is where nothing is askew or no tile stands out.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
    """
    ground = find_ground(pixels)
    corners = find_corners(~ground) if ground.any() else None
    if corners is None or not _is_askew(corners):
        return pixels
    corners = _moved_in(corners, _SPOILT_CELLS)
    side_px = round(float(np.sqrt(_area(corners))) * CELL_PX)
    margin_px = round(side_px * _MARGIN / (1 - 2 * _MARGIN))
    size_px = side_px + 2 * margin_px
    low, high = margin_px, margin_px + side_px
    square = np.array([(low, low), (high, low), (high, high), (low, high)], np.float64)
    coefficients = _perspective(square, CELL_PX * corners)
    warped = Image.fromarray(pixels).transform(
        (size_px, size_px),
        Image.Transform.PERSPECTIVE,
        coefficients,
        Image.Resampling.BICUBIC,
        fillcolor=(255, 255, 255),
    )
    return np.asarray(warped)


def find_corners(tile: npt.NDArray[np.bool_]) -> FloatArray | None:
    """(4, 2) x and y of a shape's corners, clockwise from the upper left, in cells; None if it has no four edges."""
    if not _LEAST_AREA < tile.mean() < _MOST_AREA:
        return None
    rows, columns = np.nonzero(tile)
    cells = np.stack([columns, rows], 1)
    points = np.unique(np.concatenate([cells + offset for offset in ((0, 0), (1, 0), (0, 1), (1, 1))]), axis=0)
    outline = _convex_hull(points.astype(np.float64))
    area = _area(outline)
    four = _with_four_edges(outline)
    if four is None or _area(four) > _MOST_ROUND * area:
        return None
    four = _fitted(four, tile)
    start = int((four.sum(1)).argmin())
    return np.roll(four, -start, axis=0)


def _fitted(four: FloatArray, tile: npt.NDArray[np.bool_]) -> FloatArray:
    """Corners where lines through the middle of the border meet: those of the outline lean on its few outermost cells.

    Args:
        four: (4, 2) corners in their order.
        tile: (h, w) the shape.
    """
    border = _border(tile)
    for reach in _NEAR_EDGE:
        lines = [_line(border, *edge, reach) for edge in zip(four, np.roll(four, -1, axis=0), strict=True)]
        four = np.array([_meeting(lines[at - 1], lines[at]) for at in range(4)])
    return four


def _border(tile: npt.NDArray[np.bool_]) -> FloatArray:
    """(k, 2) x and y of the middles of the sides between cells of the shape and others."""
    rows, columns = np.nonzero(tile[1:] != tile[:-1])
    along_rows = np.stack([columns + 0.5, rows + 1.0], 1)
    rows, columns = np.nonzero(tile[:, 1:] != tile[:, :-1])
    return np.concatenate([along_rows, np.stack([columns + 1.0, rows + 0.5], 1)])


def _line(border: FloatArray, start: FloatArray, end: FloatArray, reach: float) -> tuple[FloatArray, FloatArray]:
    """A place and a direction: of the line that fits the border near an edge, or of the edge where there is little."""
    direction = (end - start) / np.linalg.norm(end - start)
    offset = border - start
    along = offset @ direction / np.linalg.norm(end - start)
    apart = np.abs(offset[:, 0] * direction[1] - offset[:, 1] * direction[0])
    near = border[(apart < reach) & (along > _MIDDLE[0]) & (along < _MIDDLE[1])]
    if len(near) < _LEAST_BORDER:
        return start, direction
    middle = near.mean(0)
    fitted: FloatArray = np.linalg.svd(near - middle, full_matrices=False)[2][0]
    return middle, fitted


def _moved_in(corners: FloatArray, cells: float) -> FloatArray:
    """Corners of the four edges when each has moved inwards by so much."""
    along = np.roll(corners, -1, axis=0) - corners
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    inwards = np.stack([-along[:, 1], along[:, 0]], 1)  # to the right of the way, which is clockwise as y points down
    lines = list(zip(corners + cells * inwards, along, strict=True))
    return np.array([_meeting(lines[at - 1], lines[at]) for at in range(4)])


def _meeting(one: tuple[FloatArray, FloatArray], other: tuple[FloatArray, FloatArray]) -> FloatArray:
    """(2,) where two lines cross."""
    steps = np.linalg.solve(np.stack([one[1], -other[1]], 1), other[0] - one[0])
    crossing: FloatArray = one[0] + steps[0] * one[1]
    return crossing


def _is_askew(corners: FloatArray) -> bool:
    low, high = corners.min(0), corners.max(0)
    upright = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    side = float(np.sqrt(_area(corners)))
    return bool(np.abs(corners - upright).max() > _LEAST_TURN * side)


def _convex_hull(points: FloatArray) -> FloatArray:
    """Clockwise on a picture, whose y points down (Andrew 1979)."""
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))].tolist()
    halves = []
    for some in (ordered, ordered[::-1]):
        half: list[list[float]] = []
        for point in some:
            while len(half) > 1 and _cross(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        halves.append(half[:-1])
    return np.array(halves[0] + halves[1])


def _cross(a: list[float], b: list[float], c: list[float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _with_four_edges(outline: FloatArray) -> FloatArray | None:
    """The outline without its edges but four: each time the one whose neighbours meet soonest beyond it."""
    points = list(map(np.asarray, outline))
    while len(points) > 4:
        added = [_beyond(points, at) for at in range(len(points))]
        areas = [area for area, _ in added]
        at = int(np.argmin(areas))
        area, corner = added[at]
        if corner is None or not np.isfinite(area):
            return None
        after = (at + 1) % len(points)
        points[at] = corner
        del points[after]
    return np.array(points) if len(points) == 4 else None


def _beyond(points: list[FloatArray], at: int) -> tuple[float, FloatArray | None]:
    """The area that is added where the neighbours of an edge meet beyond it, and where; infinite if they do not."""
    n = len(points)
    before, start, end, after = (points[(at + step) % n] for step in (-1, 0, 1, 2))
    first, second = start - before, end - after
    turn = first[0] * second[1] - first[1] * second[0]
    if abs(turn) < 1e-9:
        return float("inf"), None
    gap = after - before
    along = (gap[0] * second[1] - gap[1] * second[0]) / turn
    if along < 1:
        return float("inf"), None
    corner = before + along * first
    return _area(np.array([start, corner, end])), corner


def _area(points: FloatArray) -> float:
    """Of a polygon (the shoelace formula)."""
    x, y = points.T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _perspective(square: FloatArray, corners: FloatArray) -> list[float]:
    """The eight coefficients by which Pillow finds a place of the picture for each place of the square."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(square, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    solved: list[float] = np.linalg.solve(np.array(rows), np.array(wanted)).tolist()
    return solved
