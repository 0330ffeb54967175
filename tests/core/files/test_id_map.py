"""Granules from outside, as numbers in a PNG."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plitka.core.files.id_map import encode_png16, read_ids
from plitka.errors import InputError

IDS = np.arange(48, dtype=np.int32).reshape(6, 8)


def grey8(path: Path) -> None:
    """Grey of 8 bits."""
    Image.fromarray(IDS.astype(np.uint8)).save(path)


def grey16(path: Path) -> None:
    """Grey of 16 bits, as `plitka render --maps` writes ids."""
    path.write_bytes(encode_png16(IDS.astype(np.uint16) * 300))


def palette(path: Path) -> None:
    """Indices into a palette in which all colours are the same."""
    image = Image.fromarray(IDS.astype(np.uint8))
    image = Image.frombytes("P", image.size, image.tobytes())
    image.putpalette([7, 7, 7] * 48)
    image.save(path)


@pytest.mark.parametrize(("write", "factor"), [(grey8, 1), (grey16, 300), (palette, 1)])
def test_ids_are_read_as_they_are_numbered(tmp_path: Path, write: object, factor: int) -> None:
    """Every kind of file that holds numbers gives exactly these."""
    assert callable(write)
    write(tmp_path / "ids.png")
    np.testing.assert_array_equal(read_ids(tmp_path / "ids.png"), IDS * factor)


def colours(path: Path) -> None:
    """A picture."""
    Image.new("RGB", (8, 8), "red").save(path)


def one_number(path: Path) -> None:
    """One granule."""
    Image.new("L", (8, 8), 3).save(path)


def other_format(path: Path) -> None:
    """JPEG under another name."""
    Image.new("L", (8, 8)).save(path, format="JPEG")


def half(path: Path) -> None:
    """A PNG that ends early."""
    grey16(path)
    path.write_bytes(path.read_bytes()[:-40])


def no_file(_path: Path) -> None:
    """Nothing at that place."""


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (colours, "PNG in RGB"),
        (one_number, "one granule only"),
        (other_format, "not a PNG"),
        (half, "cannot be read|not a PNG"),
        (no_file, "cannot be read"),
    ],
)
def test_files_that_number_nothing_are_refused(tmp_path: Path, write: object, reason: str) -> None:
    """The error names the file and what is wrong with it."""
    assert callable(write)
    write(tmp_path / "ids.png")
    with pytest.raises(InputError, match=reason) as caught:
        read_ids(tmp_path / "ids.png")
    assert "ids.png" in str(caught.value)
