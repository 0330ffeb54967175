"""Pictures of the same granules."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from tests.core.measure.tile_pictures import tile

from plitka.core.dataset.near_duplicates import find_duplicates, signature


@pytest.fixture(scope="module")
def red() -> Image.Image:
    """A picture of a tile."""
    return Image.fromarray(tile("60% red, 30% black, 10% white", side_px=384))


@pytest.fixture(scope="module")
def others() -> list[np.ndarray]:
    """Pictures of other tiles."""
    return [tile("50% red, 50% blue", side_px=512, whole=True), tile("70% emerald, 30% sand", side_px=384)]


def saved_again(image: Image.Image) -> Image.Image:
    """As a small JPEG."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=60)
    return Image.open(buffer)


@pytest.mark.parametrize(
    "change",
    [
        saved_again,
        lambda image: image.resize((192, 192)),
        lambda image: ImageEnhance.Brightness(image).enhance(0.75),
        lambda image: image.crop((3, 1, 382, 382)),
        *(lambda image, way=way: image.transpose(way) for way in Image.Transpose),
    ],
)
def test_a_changed_picture_is_known(red: Image.Image, others: list[np.ndarray], change: object) -> None:
    """However it is turned or flipped."""
    assert callable(change)
    pictures = [np.asarray(red), *others, np.asarray(change(red))]
    assert find_duplicates([signature(pixels) for pixels in pictures]) == [(0, 3)]


def test_one_arrangement_in_other_colours_is_none(red: Image.Image, others: list[np.ndarray]) -> None:
    """Two renders of one seed lay the same chips."""
    pictures = [tile("50% blue, 50% yellow", side_px=384), np.asarray(red), *others]
    assert find_duplicates([signature(pixels) for pixels in pictures]) == []


def test_three_of_one_tile_are_one_group(red: Image.Image) -> None:
    """Two of them may be less alike than each is to the third."""
    pictures = [np.asarray(image) for image in (red, red.rotate(90), red.resize((200, 200)))]
    assert find_duplicates([signature(pixels) for pixels in pictures]) == [(0, 1, 2)]


def test_pictures_without_detail_are_none() -> None:
    """They have nothing that could be alike."""
    blank = signature(np.full((64, 64, 3), 200, np.uint8))
    assert find_duplicates([blank, blank]) == []
    assert find_duplicates([]) == []
