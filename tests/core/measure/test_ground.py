"""Where the tile lies in a picture."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.measure.tile_pictures import tile

from plitka.core.measure.ground import CELL_PX, find_ground, find_tile


def granules(height_px: int, width_px: int, level: int = 128) -> npt.NDArray[np.uint8]:
    """Grey noise that deviates as chips do."""
    noise = np.random.default_rng(0).normal(level, 20, (height_px, width_px, 1))
    return np.clip(np.rint(noise), 0, 255).astype(np.uint8).repeat(3, 2)


def framed(tile: npt.NDArray[np.uint8], margin_px: int, level: int = 250) -> npt.NDArray[np.uint8]:
    """A tile on even ground."""
    return np.pad(tile, [(margin_px, margin_px), (margin_px, margin_px), (0, 0)], constant_values=level)


def test_a_picture_without_ground_is_all_tile() -> None:
    """A cell is 8 px; what is left over at the edges is no cell."""
    assert find_tile(granules(130, 100)).shape == (130 // CELL_PX, 100 // CELL_PX)
    assert find_tile(granules(130, 100)).all()


@pytest.mark.parametrize("level", [60, 128, 225])
def test_the_tile_is_found_without_its_rim(level: int) -> None:
    """Dark, grey or nearly white: two cells of each side are left out."""
    tile = find_tile(framed(granules(256, 256, level), 64))
    rows, columns = np.nonzero(tile)
    assert (rows.min(), rows.max()) == (columns.min(), columns.max()) == (8 + 2, 8 + 32 - 3)


def test_white_in_the_middle_is_no_ground() -> None:
    """Ground is connected with the edge of the picture."""
    pixels = granules(256, 256)
    pixels[96:160, 96:160] = 255
    assert find_tile(pixels).all()


@pytest.mark.parametrize("light", ["studio", "sun", "warm"])
@pytest.mark.parametrize("recipe", ["white", "cream", "black"])
def test_the_ground_of_a_render_is_found(recipe: str, light: str) -> None:
    """A camera that takes white granules is noisier than others, and so is the paper that they lie on."""
    ground = find_ground(tile(recipe, light=light, whole=True, side_px=512))
    assert ground[0].all()
    assert not ground[8:-8, 8:-8].any()


@pytest.mark.parametrize("level", [180, 199])
def test_grey_ground_is_taken_for_tile(level: int) -> None:
    """Ground is white; what is darker may be a tile of one even colour."""
    assert find_tile(framed(granules(128, 128), 64, level)).all()


def test_a_picture_of_nothing_but_ground_is_measured_whole() -> None:
    """There is no tile to find in it."""
    assert find_tile(np.full((128, 128, 3), 255, np.uint8)).all()


@settings(max_examples=20)
@given(st.integers(4, 10), st.integers(4, 10))
def test_the_tile_follows_its_place(down: int, right: int) -> None:
    """Moved by whole cells on the ground, it is found moved by as many."""
    at_origin = find_tile(framed(granules(160, 160), 8 * 10))
    pixels = np.full((320, 320, 3), 250, np.uint8)
    pixels[8 * down : 8 * down + 160, 8 * right : 8 * right + 160] = granules(160, 160)
    assert (find_tile(pixels) == np.roll(at_origin, (down - 10, right - 10), (0, 1))).all()
