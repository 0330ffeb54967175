"""Contact sheets."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.files.picture import encode_png
from plitka.core.files.sheet import THUMBNAIL_PX, Cell, contact_sheet, encode_sheet, is_contact_sheet, thumbnail

RED, WARNING = (200, 30, 30), (190, 30, 30)


def filled(height_px: int, width_px: int) -> npt.NDArray[np.uint8]:
    """A red picture."""
    return np.full((height_px, width_px, 3), RED, np.uint8)


@given(st.integers(1, 900), st.integers(1, 900))
def test_a_thumbnail_fits_a_cell(height_px: int, width_px: int) -> None:
    """Never larger than the picture was, and of its proportions to a pixel."""
    small = thumbnail(filled(height_px, width_px))
    longer_px = max(height_px, width_px)
    assert max(small.shape[:2]) == min(longer_px, THUMBNAIL_PX)
    factor = min(1.0, THUMBNAIL_PX / longer_px)
    assert small.shape[:2] == pytest.approx((height_px * factor, width_px * factor), abs=1)


@pytest.mark.parametrize(("n", "n_columns", "n_rows"), [(1, 1, 1), (2, 2, 1), (4, 2, 2), (5, 3, 2), (10, 4, 3)])
def test_every_picture_is_on_the_sheet(n: int, n_columns: int, n_rows: int) -> None:
    """In about as many rows as columns, on white."""
    pixels = filled(64, 64)
    sheet = contact_sheet([Cell(pixels=pixels, lines=[]) for _ in range(n)])
    assert np.count_nonzero((sheet == RED).all(-1)) == n * 64 * 64
    across_px = (sheet.shape[1] - 12) / n_columns
    down_px = (sheet.shape[0] - 12) / n_rows
    assert across_px == THUMBNAIL_PX + 12
    assert down_px == THUMBNAIL_PX + 4 + 12
    assert (sheet[0, 0] == 255).all()


def test_labels_stand_below_their_pictures() -> None:
    """Each line below the other; a warning is red, and others are not."""
    plain, warned = (
        contact_sheet([Cell(pixels=np.zeros((40, 40, 3), np.uint8), lines=["seed 7", "RED 60"], is_warning=is_warning)])
        for is_warning in (False, True)
    )
    below = slice(12 + 40, None)
    assert (plain[below].min(axis=(1, 2)) < 100).sum() > 15
    assert not (plain[below] == WARNING).all(-1).any()
    assert (warned[below] == WARNING).all(-1).any()


def test_labels_have_russian_letters() -> None:
    """Not a box in the place of each."""
    pixels = np.zeros((40, 40, 3), np.uint8)
    one, other = (contact_sheet([Cell(pixels=pixels, lines=[text])]) for text in ("плитка", "гранул"))
    assert not np.array_equal(one, other)


def test_the_longest_label_makes_the_rows() -> None:
    """So that no label is cut off."""
    pixels = filled(320, 320)
    one, three = (
        contact_sheet([Cell(pixels=pixels, lines=["x"] * n), Cell(pixels=pixels, lines=["x"])]) for n in (1, 3)
    )
    assert three.shape[0] - one.shape[0] == 2 * 19


def test_a_sheet_of_nothing_is_blank() -> None:
    """As of an evaluation that refused every recipe."""
    assert (contact_sheet([]) == 255).all()


def test_a_long_label_stays_below_its_picture() -> None:
    """Its middle is left out, so that it does not run into the next one."""
    pixels = filled(64, 64)
    long = "IMG_20260512_" + "BLUEp20_DKGREENp30_REDp10_YELLOWp40" * 3 + ".jpg"
    sheet = contact_sheet([Cell(pixels=pixels, lines=[long]), Cell(pixels=pixels, lines=[])])
    dark = (sheet.min(-1) < 150) & ~(sheet == RED).all(-1)
    columns = np.flatnonzero(dark[12 + 64 :].any(0))
    assert columns.min() >= 12
    assert 0.9 * THUMBNAIL_PX < columns.max() <= 12 + THUMBNAIL_PX


def test_a_label_that_fits_is_left_whole() -> None:
    """Letter by letter."""
    pixels = filled(64, 64)
    short, cut = (contact_sheet([Cell(pixels=pixels, lines=[text])]) for text in ("RED 60.0 %", "RED 60.0 %" * 9))
    assert np.count_nonzero(short != 255) < np.count_nonzero(cut != 255)


def test_a_sheet_is_known_again(tmp_path: Path) -> None:
    """Whatever it is called; other pictures, damaged files and folders are none."""
    sheet, other, damaged, folder = (tmp_path / f"{name}.png" for name in ("sheet", "other", "damaged", "folder"))
    sheet.write_bytes(encode_sheet(contact_sheet([Cell(pixels=filled(64, 64), lines=["a"])])))
    other.write_bytes(encode_png(filled(64, 64), {"plitka": "1"}))
    damaged.write_bytes(sheet.read_bytes()[:20])
    folder.mkdir()
    assert [is_contact_sheet(path) for path in (sheet, other, damaged, folder)] == [True, False, False, False]
    assert not is_contact_sheet(tmp_path / "photograph.jpg")
