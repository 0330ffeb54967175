"""A tile that was photographed askew is measured as if seen from right above."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.core.measure.tile_pictures import tile

from plitka.core.measure.shares import measure
from plitka.core.measure.straightening import _perspective, find_corners, straighten
from plitka.core.recipes.reading import parse_recipe

Pixels = npt.NDArray[np.uint8]
COLOURS = parse_recipe("red, black").recipe.colours


def seen_askew(pixels: Pixels, side_px: int, corners: list[tuple[float, float]]) -> Pixels:
    """The picture with its corners at these places of a white square."""
    high = pixels.shape[0]
    own = np.array([(0, 0), (high, 0), (high, high), (0, high)], np.float64)
    coefficients = _perspective(np.array(corners, np.float64), own)
    return np.asarray(
        Image.fromarray(pixels).transform(
            (side_px, side_px),
            Image.Transform.PERSPECTIVE,
            coefficients,
            Image.Resampling.BICUBIC,
            fillcolor=(255,) * 3,
        )
    )


def test_an_upright_tile_stays_as_it_is() -> None:
    """To the byte; so do pictures that a tile fills."""
    for pixels in (tile("60% red, 40% black", side_px=512, whole=True), tile("60% red, 40% black")):
        assert straighten(pixels) is pixels


@pytest.mark.parametrize("degrees", [8, 30, 45, 80])
def test_a_turned_tile_is_turned_back(degrees: int) -> None:
    """It is upright, and as large as it was."""
    pixels = tile("60% red, 40% black", side_px=512, whole=True)
    turned = Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(255,) * 3)
    back = straighten(np.asarray(turned))
    assert back.shape[0] == back.shape[1] == pytest.approx(512 * 0.86 / 0.86, rel=0.12)
    assert straighten(back) is back
    assert measure(back, COLOURS).percents["RED"] == pytest.approx(measure(pixels, COLOURS).percents["RED"], abs=1.5)


def test_what_is_near_counts_no_more_than_what_is_far() -> None:
    """A tile whose near half is red and whose far half is black has half of each."""
    halves = tile("red", side_px=512, whole=True).copy()
    halves[:256] = tile("black", side_px=512, whole=True)[:256]
    askew = seen_askew(halves, 768, [(220, 120), (560, 130), (760, 740), (10, 700)])
    found = measure(askew, COLOURS).percents["RED"]
    straight = measure(straighten(askew), COLOURS).percents["RED"]
    assert found > 60
    assert straight == pytest.approx(50, abs=2.5)


@given(st.lists(st.floats(-12, 12), min_size=8, max_size=8))
@settings(max_examples=60, deadline=None)
def test_the_corners_of_any_four_edges_are_found(moves: list[float]) -> None:
    """Within a cell and a half of where they are."""
    upright = np.array([(20, 20), (80, 20), (80, 80), (20, 80)], np.float64)
    corners = upright + np.reshape(moves, (4, 2))
    y, x = np.mgrid[:100, :100] + 0.5
    inside = np.ones((100, 100), np.bool_)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inside &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0
    found = find_corners(inside)
    assert found is not None
    distances = np.linalg.norm(found[:, None] - corners[None], axis=-1).min(0)
    assert distances.max() < 1.5


@pytest.mark.parametrize("shape", ["disc", "nothing", "everything"])
def test_other_shapes_have_no_corners(shape: str) -> None:
    """They are left as they are."""
    y, x = np.mgrid[:100, :100]
    masks = {"disc": np.hypot(y - 50, x - 50) < 35, "nothing": y < 0, "everything": y >= 0}
    assert find_corners(masks[shape]) is None
