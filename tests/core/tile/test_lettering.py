"""Words as masks, in the font that travels with the package."""

from importlib.resources import files

import numpy as np
import pytest

from plitka.core.tile.lettering import CHARACTER_RANGES, MAX_CHARACTERS, draw_text
from plitka.errors import InputError


def box(text: str, width_px: int = 256, height_px: int = 256) -> tuple[int, int, int, int]:
    """First and last row and column of the words."""
    rows, columns = np.nonzero(draw_text(text, width_px, height_px))
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


@pytest.mark.parametrize("text", ["СТАРТ", "START", "Ы", "№ 7", "два/слова", "one\ntwo\nthree", "ЙОЖ/gypsy"])
@pytest.mark.parametrize(("width_px", "height_px"), [(256, 256), (512, 128), (64, 320)])
def test_words_fill_the_middle_and_leave_a_margin(text: str, width_px: int, height_px: int) -> None:
    """A twelfth of the shorter side is free all around, and the words stand in the middle."""
    top, bottom, left, right = box(text, width_px, height_px)
    free = 0.08 * min(width_px, height_px)
    assert min(top, height_px - 1 - bottom, left, width_px - 1 - right) >= free
    assert (left + right) / 2 == pytest.approx(width_px / 2, abs=0.05 * width_px)
    assert max((right - left) / width_px, (bottom - top) / height_px) > 0.5


def test_lines_stand_below_each_other() -> None:
    """A stroke or a line feed begins one; blank ones count for nothing."""
    words = draw_text("ДА/НЕТ", 256, 256)
    assert (words == draw_text("ДА\nНЕТ", 256, 256)).all()
    assert (words == draw_text("ДА\\nНЕТ", 256, 256)).all()
    assert (words == draw_text("/ДА//НЕТ/", 256, 256)).all()
    gaps = np.flatnonzero(np.diff(words.any(1).astype(int)))
    assert len(gaps) == 4


def test_letters_may_be_written_with_their_marks_apart() -> None:
    """As macOS names its files: one letter of two characters is the letter."""
    assert (draw_text("йогурт Ё", 256, 256) == draw_text("и\u0306огурт Е\u0308", 256, 256)).all()


def test_every_character_has_a_shape_of_its_own() -> None:
    """All that are said to be in the font are in it: none looks like the box of a missing one."""
    from PIL import ImageFont

    font = ImageFont.truetype(str(files("plitka.core.tile") / "data" / "DejaVuSans-Bold-subset.ttf"), 40)
    missing = bytes(font.getmask("\uffff"))
    for low, high in CHARACTER_RANGES:
        for code in range(low, high + 1):
            assert bytes(font.getmask(chr(code))) != missing, hex(code)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "takes words"),
        (" / ", "takes words"),
        ("ТОР🙂", "has no 🙂"),
        ("中文", "has no 中 文"),
        ("а" * (MAX_CHARACTERS + 1), "at most 100"),
        ("СТ\u00adАРТ", r"cannot be seen \(U\+00AD\); type the words anew"),
        ("СТ\u200bАРТ\ufeff", r"cannot be seen \(U\+200B U\+FEFF\)"),
        ("СТ\x00АРТ", r"cannot be seen \(U\+0000\)"),
        ("\u00ad", "cannot be seen"),
    ],
)
def test_what_cannot_be_written_is_refused(text: str, says: str) -> None:
    """A character that the font lacks by itself."""
    with pytest.raises(InputError, match=says):
        draw_text(text, 128, 128)


def test_the_font_is_small_and_its_licence_lies_beside_it() -> None:
    """Well below 100 kB."""
    data = files("plitka.core.tile") / "data"
    assert len((data / "DejaVuSans-Bold-subset.ttf").read_bytes()) < 60_000
    assert "Bitstream" in (data / "DejaVuSans-Bold-LICENSE.txt").read_text("utf-8")
