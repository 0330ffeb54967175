"""What is taken for granulate, and what is not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFilter
from tests.core.measure.tile_pictures import tile

from plitka.core.measure.granulate import check_granulate
from plitka.errors import InputError

Pixels = npt.NDArray[np.uint8]
SIDE_PX = 320


def grey(levels: npt.NDArray[Any]) -> Pixels:
    """A picture of grey levels."""
    return np.repeat(np.clip(levels, 0, 255).astype(np.uint8)[..., None], 3, -1)


def clouds(slope: float) -> Pixels:
    """Noise whose amplitude falls with its frequency, as in pictures of anything: from cloth to faces."""
    rng = np.random.default_rng(3)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE_PX), np.fft.fftfreq(SIDE_PX)))
    frequency[0, 0] = 1
    noise = np.fft.ifft2(np.fft.fft2(rng.normal(size=(SIDE_PX, SIDE_PX))) / frequency**slope).real
    return grey(128 + 45 * (noise - noise.mean()) / noise.std())


def page() -> Pixels:
    """Lines of text on paper."""
    image = Image.new("RGB", (640, 640), "ivory")
    pen = ImageDraw.Draw(image)
    for top in range(40, 600, 30):
        pen.text((40, top), "the quick brown fox jumps over the lazy dog " * 2, fill="black")
    return np.asarray(image)


@pytest.mark.parametrize("light", ["studio", "sun", "overcast", "warm", "cold"])
@pytest.mark.parametrize("recipe", ["black", "white", "60% red, 40% black", "50% beige, 50% pearl"])
def test_tiles_in_every_light_are_granulate(recipe: str, light: str) -> None:
    """The darkest, the lightest, and mixes of two that are alike."""
    check_granulate(tile(recipe, light=light), "it")


@pytest.mark.parametrize("look", [{"wet": True}, {"surface": "cut"}, {"whole": True}])
def test_every_face_is_granulate(look: dict[str, Any]) -> None:
    """Wet, cut, and as a whole tile on white."""
    check_granulate(tile("60% red, 40% black", side_px=512, **look), "it")


def test_a_tile_out_of_focus_is_granulate() -> None:
    """By a pixel or two, as hand-held photographs are."""
    blurred = Image.fromarray(tile("60% red, 40% black")).filter(ImageFilter.GaussianBlur(1.5))
    check_granulate(np.asarray(blurred), "it")


@pytest.mark.parametrize(
    "pixels",
    [
        lambda: grey(190 + np.random.default_rng(0).normal(0, 2, (SIDE_PX, SIDE_PX))),
        lambda: grey(np.tile(np.linspace(0, 255, SIDE_PX), (SIDE_PX, 1))),
        lambda: clouds(2.0),
        page,
        lambda: grey(np.random.default_rng(0).integers(0, 256, (SIDE_PX, SIDE_PX))),
        lambda: np.asarray(Image.fromarray(tile("red")).filter(ImageFilter.GaussianBlur(9))),
    ],
    ids=["wall", "gradient", "clouds", "page", "noise", "far out of focus"],
)
def test_other_pictures_are_none(pixels: Callable[[], Pixels]) -> None:
    """Smooth, smooth in parts, or different at every pixel."""
    with pytest.raises(InputError, match="it shows no granules"):
        check_granulate(pixels(), "it")


def test_a_picture_of_white_alone_is_none() -> None:
    """There is nothing on the ground."""
    with pytest.raises(InputError, match="no granules"):
        check_granulate(np.full((SIDE_PX, SIDE_PX, 3), 255, np.uint8), "it")


@pytest.mark.parametrize("recipe", ["60% red, 30% black, 10% white", "50% blue, 50% yellow"])
def test_granules_of_a_pixel_or_two_are_too_fine(recipe: str) -> None:
    """A picture made small: mixes are read there as the colour between theirs, and as surely as any."""
    picture = tile(recipe, side_px=512)
    check_granulate(picture, "it")
    with pytest.raises(InputError, match="too fine"):
        check_granulate(np.asarray(Image.fromarray(picture).reduce(6)), "it")


def test_granules_beside_ground_are_as_fine() -> None:
    """White about a tile is alike at any distance, and counts as nothing."""
    picture = np.asarray(Image.fromarray(tile("50% blue, 50% yellow", side_px=768)).reduce(6))
    on_white = np.pad(picture, ((64, 64), (64, 64), (0, 0)), constant_values=255)
    with pytest.raises(InputError, match="too fine"):
        check_granulate(on_white, "it")


def test_a_wall_is_none_however_noisy_its_camera() -> None:
    """A large picture, in a light that falls off, is looked at as a smaller one in which the noise averages out."""
    light = np.linspace(60, 200, 2600)
    wall = light + 10 * np.random.default_rng(2).standard_normal((2600, 2600))
    with pytest.raises(InputError, match="no granules"):
        check_granulate(grey(wall), "it")
