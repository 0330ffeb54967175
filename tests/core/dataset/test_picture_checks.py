"""What speaks against a picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageEnhance, ImageFilter
from tests.core.measure.tile_pictures import Pixels, tile

from plitka.core.dataset.picture_checks import check_file, check_tile, sharpness


def sharp() -> Image.Image:
    """A tile against which nothing speaks."""
    return Image.fromarray(tile("60% red, 30% black, 10% white", side_px=384))


def told(pixels: Pixels) -> list[str]:
    """The remarks on a tile, as a person reads them."""
    return [str(notice) for notice in check_tile(pixels)]


class TestCheckTile:
    """`check_tile`."""

    @pytest.mark.parametrize("recipe", ["100% white", "100% black", "50% blue, 50% yellow", "70% emerald, 30% sand"])
    def test_an_ordinary_tile_is_all_right(self, recipe: str) -> None:
        """Light or dark."""
        assert told(tile(recipe, side_px=384)) == []

    def test_blur_is_seen(self) -> None:
        """Of a pixel and a half and more."""
        for radius in (1.5, 3):
            blurred = sharp().filter(ImageFilter.GaussianBlur(radius))
            assert told(np.asarray(blurred)) == ["it is out of focus or moved"]

    @pytest.mark.parametrize(("factor", "says"), [(1.7, "too bright"), (0.35, "too dark")])
    def test_exposure_is_seen(self, factor: float, says: str) -> None:
        """Three quarters of a stop too much, or a stop and a half too little."""
        [remark] = told(np.asarray(ImageEnhance.Brightness(sharp()).enhance(factor)))
        assert says in remark

    def test_a_picture_of_one_colour_is_not_blurred(self) -> None:
        """There is nothing to divide by."""
        assert sharpness(np.full((64, 64, 3), 90, np.uint8)) == 1


class TestCheckFile:
    """`check_file`."""

    @pytest.mark.parametrize(
        ("mode", "says"),
        [("RGB", []), ("RGBA", ["it is transparent"]), ("L", ["a picture in L, not RGB"]), ("CMYK", ["in CMYK"])],
    )
    def test_modes_are_told(self, mode: str, says: list[str], tmp_path: Path) -> None:
        """All but the one that every trainer reads."""
        path = tmp_path / "a.tif"
        Image.new(mode, (600, 600)).save(path)
        remarks = [str(notice) for notice in check_file(path)]
        assert len(remarks) == len(says)
        assert all(part in remark for part, remark in zip(says, remarks, strict=True))

    def test_a_small_one_is_told(self, tmp_path: Path) -> None:
        """With its size."""
        path = tmp_path / "a.png"
        Image.new("RGB", (600, 300)).save(path)
        [remark] = check_file(path)
        assert "600x300" in str(remark)

    def test_a_turned_one_is_told(self, tmp_path: Path) -> None:
        """By its EXIF, where a camera says how it was held."""
        path, exif = tmp_path / "a.jpg", Image.Exif()
        exif[ExifTags.Base.Orientation] = 6
        Image.new("RGB", (600, 600)).save(path, exif=exif)
        [remark] = check_file(path)
        assert "EXIF" in str(remark)

    def test_a_file_that_is_no_picture_tells_nothing(self, tmp_path: Path) -> None:
        """Reading it says what is wrong."""
        path = tmp_path / "a.png"
        path.write_bytes(b"no picture")
        assert check_file(path) == []
