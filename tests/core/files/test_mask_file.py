"""Masks from files, as scenes keep them."""

import base64
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plitka.core.files.mask_file import MAX_FILE_BYTES, mask_of_bytes, read_mask
from plitka.core.tile.masks import PNG_PREFIX, SVG_PREFIX, encode_mask, rasterise
from plitka.errors import InputError

DISC = '<svg viewBox="0 0 100 100"><circle cx="50" cy="50" r="40"/></svg>'
LABELS = np.repeat(np.arange(4, dtype=np.uint8), 16)[None].repeat(64, 0)
"""Four upright stripes, numbered from 0."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of masks, which is the working one."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(LABELS == 1).save("logo.png")
    Image.fromarray(LABELS).save("grey.png")
    Image.fromarray(LABELS.astype(np.uint16) * 300).save("deep.png")
    coloured = Image.fromarray(LABELS)
    coloured.putpalette([9, 9, 9, 200, 0, 0, 0, 99, 0, 0, 0, 200])
    coloured.save("coloured.png")
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save("black.png")
    (tmp_path / "disc.svg").write_text(DISC, "utf-8")
    (tmp_path / "notes.txt").write_text("hello", "utf-8")
    return tmp_path


@pytest.mark.parametrize("words", ["border:8%", "stripes:4", "checker:2", "circle", "text:СТАРТ/1"])
def test_shapes_stay_as_they_are(words: str) -> None:
    """In words, for these say more than a picture; with a value out of range they are refused at once."""
    assert read_mask(words) == words
    with pytest.raises(InputError, match="border"):
        read_mask("border:90%")


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("logo.png", LABELS == 1),
        ("grey.png#2", LABELS == 2),
        ("grey.png#0", LABELS == 0),
        ("coloured.png#3", LABELS == 3),
        ("deep.png#900", LABELS == 3),
        ("logo.png#1", LABELS == 1),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_png_becomes_one_bit_a_pixel(source: str, inside: np.ndarray) -> None:
    """By what is white, or by the number behind #; the same pixels always give the same bytes."""
    mask = read_mask(source)
    assert mask == encode_mask(inside)
    with Image.open(BytesIO(base64.b64decode(mask.removeprefix(PNG_PREFIX)))) as image:
        assert image.mode == "1"
    assert read_mask(mask) == mask


@pytest.mark.usefixtures("folder")
def test_an_svg_stays_what_it_is() -> None:
    """So that it is sharp at every size."""
    mask = read_mask("disc.svg")
    assert mask.startswith(SVG_PREFIX)
    assert rasterise(mask, 128, 128).mean() == pytest.approx(np.pi * 0.16, abs=0.01)
    assert read_mask(mask) == mask
    assert read_mask(f"data:image/svg+xml,{DISC.replace('#', '%23')}") == mask


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("none.png", "there is no mask none.png"),
        ("none", "neither a file nor a shape"),
        ("notes.txt", "no mask: give a black and white PNG"),
        ("disc.svg#2", "there is no mask"),
        ("black.png", "marks no zone"),
        ("black.png#1", "in RGB, whose pixels are no numbers"),
        ("grey.png", r"labels \(0, 1, 2, 3\), name one, such as grey.png#3"),
        ("coloured.png", "such as coloured.png#3"),
        ("grey.png#7", "no pixel of number 7; it has 0, 1, 2, 3"),
        ("deep.png#1", "it has 0, 300, 600, 900"),
        (".", "cannot be read"),
        ("data:image/png;base64,!", "cannot be read"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_marks_no_zone_is_refused(source: str, says: str) -> None:
    """With what would, and never by guessing."""
    with pytest.raises(InputError, match=says):
        read_mask(source)


def test_damaged_pictures_are_refused(folder: Path) -> None:
    """Cut short, or too large to be looked at."""
    content = (folder / "logo.png").read_bytes()
    with pytest.raises(InputError, match=r"cannot be read|not a whole one"):
        mask_of_bytes(content[:60], "upload")
    wide = BytesIO()
    Image.new("1", (9000, 2)).save(wide, format="PNG")
    with pytest.raises(InputError, match="9000x2 px"):
        mask_of_bytes(wide.getvalue(), "upload")
    (folder / "large.png").write_bytes(b"\x89PNG" + bytes(MAX_FILE_BYTES))
    with pytest.raises(InputError, match="more than 16 MB"):
        read_mask("large.png")


def test_a_large_picture_is_shrunk_to_what_a_tile_can_show() -> None:
    """2048 px on its longer side, its proportions kept."""
    wide = np.zeros((1000, 4000), bool)
    wide[:, 1000:3000] = True
    mask = mask_of_bytes(base64.b64decode(encode_mask(wide).removeprefix(PNG_PREFIX)), "upload")
    found = rasterise(mask, 2048, 512)
    assert found.mean() == pytest.approx(0.5, abs=0.001)
    with Image.open(BytesIO(base64.b64decode(mask.removeprefix(PNG_PREFIX)))) as image:
        assert image.size == (2048, 512)


def test_a_mask_of_specks_is_refused() -> None:
    """It would make every picture's text field large, and no granule shows it."""
    noise = np.random.default_rng(0).random((1600, 1600)) < 0.5
    content = BytesIO()
    Image.fromarray(noise).save(content, format="PNG")
    with pytest.raises(InputError, match="too detailed"):
        mask_of_bytes(content.getvalue(), "upload")
