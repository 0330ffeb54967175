"""Contact sheets: several pictures on one, each over its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from fontpkg import path as font_path
from PIL import Image, ImageDraw, ImageFont

from plitka.core.files.picture import SUFFIX, encode_png

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from plitka.core.generation import RgbImage

THUMBNAIL_PX = 320
"""A thumbnail's longer side."""
SHEET_MARK = "plitka_sheet"
"""The text field that only contact sheets have, by which they are not taken for pictures of tiles."""
_MARGIN_PX = 12
_GAP_PX = 4
"""Between a picture and its label."""
_FONT_PX, _LINE_PX = 15, 19
_CUT = "…"
_WHITE, _INK, _WARNING = (255, 255, 255), (30, 30, 30), (190, 30, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One picture of a sheet."""

    pixels: RgbImage
    """As `thumbnail` gives it."""
    lines: Sequence[str]
    """The label, from top to bottom."""
    is_warning: bool = False
    """The label is red."""


def thumbnail(pixels: RgbImage) -> RgbImage:
    """(H, W, 3) uint8 sRGB made to fit one cell of a sheet; never larger than it was."""
    image = Image.fromarray(pixels)
    image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    return np.asarray(image, dtype=np.uint8)


def contact_sheet(cells: Sequence[Cell]) -> RgbImage:
    """(H, W, 3) uint8 sRGB: the pictures on white, in about as many rows as columns; blank if there are none."""
    n_columns = max(1, int(np.ceil(np.sqrt(len(cells)))))
    n_rows = max(1, -(-len(cells) // n_columns))
    n_lines = max((len(cell.lines) for cell in cells), default=0)
    across_px, down_px = THUMBNAIL_PX + _MARGIN_PX, THUMBNAIL_PX + _GAP_PX + n_lines * _LINE_PX + _MARGIN_PX
    sheet = Image.new("RGB", (n_columns * across_px + _MARGIN_PX, n_rows * down_px + _MARGIN_PX), _WHITE)
    for index, cell in enumerate(cells):
        row, column = divmod(index, n_columns)
        _place(sheet, cell, _MARGIN_PX + column * across_px, _MARGIN_PX + row * down_px)
    return np.asarray(sheet, dtype=np.uint8)


def encode_sheet(sheet: RgbImage) -> bytes:
    """A contact sheet, (H, W, 3) uint8 sRGB, as the bytes of a PNG that `is_contact_sheet` knows again."""
    return encode_png(sheet, {SHEET_MARK: "1"})


def is_contact_sheet(path: Path) -> bool:
    """Whether a file is a contact sheet of ours; False for one that cannot be read."""
    if path.suffix.lower() != SUFFIX:
        return False
    try:
        with Image.open(path, formats=("PNG",)) as image:
            return SHEET_MARK in image.info
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # as Pillow says that it is no PNG
        return False


def _place(sheet: Image.Image, cell: Cell, x_px: int, y_px: int) -> None:
    sheet.paste(Image.fromarray(cell.pixels), (x_px, y_px))
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(font_path("PT Sans"), _FONT_PX)
    below_px = y_px + cell.pixels.shape[0] + _GAP_PX
    for line, whole in enumerate(cell.lines):
        text = _fitting(whole, lambda some: draw.textlength(some, font))
        draw.text((x_px, below_px + line * _LINE_PX), text, fill=_WARNING if cell.is_warning else _INK, font=font)


def _fitting(text: str, width_px: Callable[[str], float]) -> str:
    """A line as wide as a picture at most; of a longer one, as of a file's name, beginning and end stay."""
    kept = len(text)
    fitting = text
    while kept > 2 and width_px(fitting) > THUMBNAIL_PX:
        kept -= 1
        fitting = f"{text[: -(-kept // 2)]}{_CUT}{text[-(kept // 2) :]}"
    return fitting
