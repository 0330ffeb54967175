"""Tiles cut out of their pictures."""

import numpy as np
from PIL import Image
from tests.core.measure.tile_pictures import Pixels, tile

from plitka.core.dataset.tile_crop import crop_tile
from plitka.core.measure.ground import find_ground


def whole() -> Pixels:
    """A tile on white."""
    return tile("50% red, 50% blue", side_px=512, whole=True)


def test_a_whole_tile_is_cut_out_of_its_ground() -> None:
    """No white is left, and most of the tile."""
    cut = crop_tile(whole())
    assert not find_ground(cut).any()
    assert 0.7 * 512 < min(cut.shape[:2]) <= max(cut.shape[:2]) < 0.87 * 512


def test_one_that_lies_askew_is_straightened_first() -> None:
    """Its corners are of the tile, where a box around it would have white in them."""
    askew = np.asarray(Image.fromarray(whole()).rotate(8, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)))
    cut = crop_tile(askew)
    assert not find_ground(cut).any()
    corners = [cut[:16, :16], cut[:16, -16:], cut[-16:, :16], cut[-16:, -16:]]
    assert all(corner.mean() < 200 for corner in corners)


def test_what_fills_its_picture_stays() -> None:
    """There is no ground to be cut off."""
    pixels = tile("60% red, 30% black, 10% white", side_px=384)
    assert (crop_tile(pixels) == pixels).all()
