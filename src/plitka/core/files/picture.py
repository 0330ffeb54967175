"""A picture as a file: PNG with the whole request inside, and a contact sheet of several.

The same request gives the same bytes: neither time nor place is written into a file. Every text field
is an iTXt chunk in UTF-8, which any image viewer shows.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError
from PIL.PngImagePlugin import PngImageFile, PngInfo

from plitka.core.recipes.recipe import format_colours, to_hundredths
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import GranuleIds, Result, RgbImage

SUFFIX = ".png"
MARK = "plitka"
"""The text field that tells our pictures from others; its value is plitka's version."""

_GUIDE_DIGITS = 12
_SHEET_CELL_PX = 320
_SHEET_MARGIN_PX = 12
_SHEET_LABEL_PX = 24
_WHITE = (255, 255, 255)
_INK = (40, 40, 40)


def describe(result: Result, version: str) -> dict[str, str]:
    """The text fields of a result's picture: what repeats it, and what was measured on it."""
    request = result.request
    fields = {
        MARK: version,
        "recipe": format_colours(request.recipe),
        "prompt": result.prompt,
        "negative_prompt": request.negative_prompt or "",
        "seed": str(request.seed),
        "steps": str(request.steps),
        "guidance": str(request.guidance),
        "size": f"{request.width_px}x{request.height_px}",
        "mode": request.mode.value,
        "model": result.engine,
        "requested": _shares_text(request.recipe.percents),
        "measured": _shares_text(result.measured),
    }
    return fields | _describe_guided(result)


def _describe_guided(result: Result) -> dict[str, str]:
    """What only a guided picture has; the renderer's, which is exact at once, has none of it."""
    request = result.request
    if request.strength is None:
        return {}
    fields = {
        "strength": str(request.strength),
        "tolerance": str(request.tolerance),
        "attempts": str(result.attempts),
    }
    return fields if request.guide is None else fields | {"guide": name_guide(request.guide)}


def name_guide(ids: GranuleIds) -> str:
    """The first 12 digits of a hash of granules from outside: their numbers and their arrangement."""
    content = f"{ids.shape}".encode() + np.ascontiguousarray(ids, "<i4").tobytes()
    return hashlib.sha256(content).hexdigest()[:_GUIDE_DIGITS]


def _shares_text(percents: Mapping[str, float]) -> str:
    return json.dumps(to_hundredths(percents))


def encode_png(pixels: RgbImage, fields: Mapping[str, str] | None = None) -> bytes:
    """(H, W, 3) uint8 sRGB as the bytes of a PNG, with a text field for each item of `fields`."""
    info = PngInfo()
    for name, text in (fields or {}).items():
        info.add_itxt(name, text)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", pnginfo=info)
    return buffer.getvalue()


def read_fields(path: Path) -> dict[str, str]:
    """The text fields of one of our pictures.

    Raises:
        InputError: the file cannot be read, is no PNG, or was not made by plitka.
    """
    try:
        with Image.open(path, formats=("PNG",)) as image:
            image.load()
            fields = dict(image.text) if isinstance(image, PngImageFile) else {}
    except UnidentifiedImageError as error:
        raise InputError("{path} is not a PNG picture, or not a whole one", path=path) from error
    except (OSError, SyntaxError, ValueError) as error:  # Pillow reports damage in a chunk by any of these
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error
    if MARK not in fields:
        raise InputError("{path} carries no recipe: plitka did not make it, or its text was stripped", path=path)
    return fields


def write_whole(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file so that its name never stands for half of it; with `sync` not even after a power cut."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def thumbnail(pixels: RgbImage) -> RgbImage:
    """The picture, made to fit one cell of a contact sheet."""
    image = Image.fromarray(pixels)
    image.thumbnail((_SHEET_CELL_PX, _SHEET_CELL_PX), Image.Resampling.LANCZOS)
    return np.asarray(image, dtype=np.uint8)


def contact_sheet(thumbnails: Sequence[RgbImage], labels: Sequence[str]) -> RgbImage:
    """Pictures side by side on white, as square as their number allows, each over its label."""
    n_columns = int(np.ceil(np.sqrt(len(thumbnails))))
    n_rows = -(-len(thumbnails) // n_columns)
    across_px, down_px = _SHEET_CELL_PX + _SHEET_MARGIN_PX, _SHEET_CELL_PX + _SHEET_LABEL_PX + _SHEET_MARGIN_PX
    sheet = Image.new("RGB", (n_columns * across_px + _SHEET_MARGIN_PX, n_rows * down_px + _SHEET_MARGIN_PX), _WHITE)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default()
    for index, (pixels, label) in enumerate(zip(thumbnails, labels, strict=True)):
        row, column = divmod(index, n_columns)
        x_px, y_px = _SHEET_MARGIN_PX + column * across_px, _SHEET_MARGIN_PX + row * down_px
        sheet.paste(Image.fromarray(pixels), (x_px, y_px))
        draw.text((x_px, y_px + pixels.shape[0] + 4), label, fill=_INK, font=font)
    return np.asarray(sheet, dtype=np.uint8)
