"""Words as a mask, in the font that travels with us: DejaVu Sans Bold, cut down to the letters named here.

Its licence lies beside it; `recipes/font/subset.py` says how it was cut.
"""

import unicodedata
from importlib.resources import files
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from plitka.errors import InputError

MAX_CHARACTERS = 100
CHARACTER_RANGES = (
    (0x20, 0x7E),  # printable ASCII
    (0xA0, 0x17F),  # Latin with marks
    (0x400, 0x45F),  # Cyrillic
    (0x490, 0x4BB),  # Cyrillic of Ukrainian, Kazakh and their neighbours
    (0x2010, 0x2026),  # dashes, quotation marks, dots
    (0x20AC, 0x20AC),  # euro
    (0x20BD, 0x20BD),  # rouble
    (0x2116, 0x2116),  # numero sign
)
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Unicode's categories of what shows nothing, such as soft hyphens; spaces of any width are seen."""
_MARGIN = 0.12
"""Of the shorter side, left free all around."""
_DRAFT_PX = 200
"""Size of the font in which the words are measured first."""
_LINE_SPACING = 0.3
"""Between two lines, of the font's size of capitals."""


def draw_text(text: str, width_px: int, height_px: int) -> npt.NDArray[np.bool_]:
    """(h, w) the words in the middle of a picture, as large as it takes with a margin.

    Args:
        text: one line, or several parted by `/` or a line feed.

    Raises:
        InputError: no words, too many, or a character that the font lacks.
    """
    # Letters with marks as one character each: some systems write them as two, of which the font has one.
    composed = unicodedata.normalize("NFC", text)
    lines = [line.strip() for line in composed.replace("\\n", "\n").replace("/", "\n").split("\n")]
    lines = [line for line in lines if line]
    _check("".join(lines))
    draft = _boxes(lines, _DRAFT_PX)
    margin = _MARGIN * min(width_px, height_px)
    scale = min((width_px - 2 * margin) / draft[0], (height_px - 2 * margin) / draft[1])
    size_px = max(1.0, _DRAFT_PX * scale)
    return _draw(lines, size_px, width_px, height_px)


def _draw(lines: list[str], size_px: float, width_px: int, height_px: int) -> npt.NDArray[np.bool_]:
    image = Image.new("L", (width_px, height_px))
    pen, font = ImageDraw.Draw(image), _font(size_px)
    step, capital = _line_step(font), _capital(font)
    y_px = (height_px - step * (len(lines) - 1) - capital) / 2 + capital
    for line in lines:
        left, _, right, _ = font.getbbox(line, anchor="ls")
        pen.text(((width_px - (right - left)) / 2 - left, y_px), line, fill=255, font=font, anchor="ls")
        y_px += step
    return np.asarray(image) >= 128


def _boxes(lines: list[str], size_px: float) -> tuple[float, float]:
    """Width and height of the words at a size of the font."""
    font = _font(size_px)
    boxes = [font.getbbox(line, anchor="ls") for line in lines]
    width = max(right - left for left, _, right, _ in boxes)
    # Above the first base line and below the last one, never less than capitals, so that the middle stays.
    over = max(_capital(font), -boxes[0][1])
    under = max(0.0, boxes[-1][3])
    return width, _line_step(font) * (len(lines) - 1) + _capital(font) + 2 * max(over - _capital(font), under)


def _capital(font: ImageFont.FreeTypeFont) -> float:
    return -font.getbbox("H", anchor="ls")[1]


def _line_step(font: ImageFont.FreeTypeFont) -> float:
    return (1 + _LINE_SPACING) * _capital(font)


def _font(size_px: float) -> ImageFont.FreeTypeFont:
    content = (files("plitka.core.tile") / "data" / "DejaVuSans-Bold-subset.ttf").read_bytes()
    # Without the shaping library, which is not on every machine: letters then stand alike everywhere.
    return ImageFont.truetype(BytesIO(content), size_px, layout_engine=ImageFont.Layout.BASIC)


def _check(text: str) -> None:
    if not text:
        raise InputError("the mask text takes words, such as text:START")
    if len(text) > MAX_CHARACTERS:
        raise InputError("the mask text takes at most {limit} characters, not {n}", limit=MAX_CHARACTERS, n=len(text))
    hidden = dict.fromkeys(f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in _INVISIBLE)
    if hidden:
        raise InputError(
            "the mask text has characters that cannot be seen ({characters}); type the words anew",
            characters=" ".join(hidden),
        )
    lacking = dict.fromkeys(c for c in text if not any(low <= ord(c) <= high for low, high in CHARACTER_RANGES))
    if lacking:
        raise InputError(
            "the font of masks has no {characters}; it has Latin and Cyrillic letters, digits and punctuation",
            characters=" ".join(lacking),
        )
