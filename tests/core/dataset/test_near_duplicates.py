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


def on_paper(image: Image.Image) -> Image.Image:
    """Upright, as a phone sees it."""
    sheet = Image.new("RGB", (560, 672), (244, 243, 240))
    sheet.paste(image, (88, 144))
    return sheet


@pytest.fixture(scope="module")
def quarters() -> list[Image.Image]:
    """Four tiles of one recipe, each on a sheet of paper."""
    tiles = Image.fromarray(tile("60% red, 40% black", side_px=768))
    corners = [(left, top, left + 384, top + 384) for left in (0, 384) for top in (0, 384)]
    return [on_paper(tiles.crop(corner)) for corner in corners]


class TestOnWhite:
    """Tiles photographed whole."""

    def test_what_lies_around_a_tile_makes_it_like_no_other(self, quarters: list[Image.Image]) -> None:
        """They have the paper, their rim and their colours in common, and no granule."""
        assert find_duplicates([signature(np.asarray(image)) for image in quarters]) == []

    @pytest.mark.parametrize(
        "change",
        [
            saved_again,
            lambda image: ImageEnhance.Brightness(image).enhance(0.75),  # the ground is no longer light then
            lambda image: image.transpose(Image.Transpose.ROTATE_90),
            lambda image: image.crop((20, 30, 540, 660)),
            lambda image: image.resize((1120, 1344)),
        ],
    )
    def test_a_changed_picture_of_one_is_known(self, quarters: list[Image.Image], change: object) -> None:
        """However much of the paper it shows."""
        assert callable(change)
        pictures = [np.asarray(image) for image in (*quarters, change(quarters[1]))]
        assert find_duplicates([signature(pixels) for pixels in pictures]) == [(1, 4)]
