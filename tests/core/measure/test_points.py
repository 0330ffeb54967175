"""A picture cut into points: around the tile, around a zone, and shrunk."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.arrays import decode_srgb8
from plitka.core.measure.points import block_means, cut_points
from plitka.errors import InputError

WIDEST_PX = 1600


def noise(height_px: int, width_px: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    """A picture without white ground."""
    return np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)


def test_points_are_means_of_linear_light() -> None:
    """Of two by two pixels."""
    pixels = noise(64, 96)
    points = cut_points(pixels, None, None, widest_px=WIDEST_PX)
    assert points.linear.shape == (32, 48, 3)
    assert points.inside.all()
    assert points.linear[3, 5] == pytest.approx(decode_srgb8(pixels[6:8, 10:12]).mean((0, 1)), rel=1e-5)


@given(st.integers(64, 80), st.integers(64, 80), st.integers(0, 63), st.integers(0, 63), st.integers(1, 17))
def test_a_zone_is_cut_out(height_px: int, width_px: int, top: int, left: int, side: int) -> None:
    """The grid ends where the zone does; a pixel more or less, as its edges lie amid points."""
    where = np.zeros((height_px, width_px), bool)
    where[top : top + side, left : left + side] = True
    labels = np.arange(height_px * width_px).reshape(height_px, width_px)
    try:
        points = cut_points(noise(height_px, width_px), labels, where, widest_px=WIDEST_PX)
    except InputError:  # only in the last row or column, which an odd side has beyond its points
        assert top >= height_px // 2 * 2 or left >= width_px // 2 * 2
        return
    rows, columns = points.inside.shape
    assert points.inside.any(0).all()
    assert points.inside.any(1).all()
    assert 0 <= abs(2 * rows - min(side, height_px - top)) <= 2
    assert 0 <= abs(2 * columns - min(side, width_px - left)) <= 2
    assert points.labels is not None
    assert points.labels.shape == (2 * rows, 2 * columns)
    assert points.linear.shape == (rows, columns, 3)


def test_a_zone_that_covers_half_of_no_point_has_those_it_touches() -> None:
    """A single pixel is a zone of one point."""
    where = np.zeros((64, 64), bool)
    where[10, 21] = True
    assert cut_points(noise(64, 64), None, where, widest_px=WIDEST_PX).inside.tolist() == [[True]]


def test_a_zone_without_a_point_is_refused() -> None:
    """It lies in the last row only, which no point has."""
    where = np.zeros((65, 64), bool)
    where[64] = True
    with pytest.raises(InputError, match="too small"):
        cut_points(noise(65, 64), None, where, widest_px=WIDEST_PX)


@pytest.mark.parametrize(("height_px", "width_px"), [(130, 100), (131, 101), (193, 150), (194, 151)])
def test_a_shrunk_picture_keeps_labels_and_zone_in_step(height_px: int, width_px: int) -> None:
    """Whatever is left over at its edges, points, labels and zone have one shape."""
    labels, where = np.zeros((height_px, width_px), np.int64), np.ones((height_px, width_px), bool)
    points = cut_points(noise(height_px, width_px), labels, where, widest_px=64)
    assert points.labels is not None
    assert points.labels.shape == tuple(2 * side for side in points.inside.shape)
    assert points.linear.shape[:2] == points.inside.shape
    assert max(points.labels.shape) <= 64


def test_drawn_points_are_those_that_are_measured() -> None:
    """As many as are asked for, or all, and always the same."""
    where = np.zeros((64, 64), bool)
    where[:8, :8] = True
    points = cut_points(noise(64, 64), None, where, widest_px=WIDEST_PX)
    assert len(points.draw(5)) == 5
    assert (points.draw(5) == points.draw(5)).all()
    assert sorted(points.draw(100).ravel().tolist()) == sorted(points.linear[points.inside].ravel().tolist())


def test_block_means_drop_what_is_left_over() -> None:
    """Five columns are two blocks of two."""
    values = np.arange(20, dtype=np.float32).reshape(4, 5, 1)
    assert block_means(values, 2)[..., 0].tolist() == [[3, 5], [13, 15]]
