"""The finest of a picture is its map's, all else the network's."""

import numpy as np
from PIL import Image, ImageFilter
from tests.core.measure.tile_pictures import tile

from plitka.core.tile.detail import restore_detail

DETAIL_PX = 2.0


def _blur(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(DETAIL_PX)), np.float32)


def test_a_picture_of_its_own_map_stays_as_it_is() -> None:
    """Nothing is lost, so nothing is given back."""
    start = tile("60% red, 40% black", side_px=128)
    assert np.array_equal(restore_detail(start, start, DETAIL_PX), start)


def test_what_a_network_blurred_is_sharp_again() -> None:
    """And as light and coloured as the network left it, here a fifth darker."""
    start = tile("60% red, 30% black, 10% white", side_px=128)
    painted = (0.8 * _blur(start)).astype(np.uint8)
    restored = restore_detail(painted, start, DETAIL_PX)
    inner = (slice(8, -8), slice(8, -8))
    finest, asked = (picture.astype(np.float32) - _blur(picture) for picture in (restored, start))
    assert np.corrcoef(finest[inner].ravel(), asked[inner].ravel())[0, 1] > 0.95
    assert np.abs(_blur(restored) - _blur(painted))[inner].mean() < 4
    assert abs(restored.mean() - painted.mean()) < 1
