"""Any picture file as 8-bit sRGB, the way a person would see it, or a clear refusal.

Decisions:
* The camera's rotation is applied, transparency is laid on white, an embedded colour profile is obeyed.
* What has no one reading in sRGB is refused: CMYK needs the press's profile, float the scene's exposure.
* Size is checked before anything is decoded, so a small file cannot ask for all memory. A picture that is wanted
  smaller is shrunk while it is decoded (JPEG), or before any copy is made of it.
"""

import csv
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Recipe
from plitka.errors import InputError

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
MAX_PIXELS = 64_000_000
"""More than any camera of a phone gives, and 192 MB once decoded."""
MAX_SIDE_PX = 30_000
"""Of a strip, too: each row or column costs time besides its pixels."""
CAPTIONS = "captions.csv"

_JPEG_SCALES = (8, 4, 2)
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    AssertionError,
    struct.error,
)
"""As Pillow reports a damaged file: its readers of headers and EXIF trust what they find."""
_READABLE_MODES = {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "I;16", "I;16L", "I;16B"}


def read_picture(path: Path) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB of a PNG, JPEG, WebP, TIFF or BMP file; of its first picture, if it has several.

    Raises:
        InputError: no such file, no such picture, a damaged one, one too large, or CMYK and the like.
    """
    return decode_picture(path, path)


def decode_picture(
    source: Path | BinaryIO, path: Path | str, *, max_pixels: int = MAX_PIXELS, widest_px: int = MAX_SIDE_PX
) -> npt.NDArray[np.uint8]:
    """As `read_picture`, from an open file as well.

    Args:
        source: the file.
        path: what errors call it.
        max_pixels: a picture of more is refused, before it is decoded.
        widest_px: a larger picture is shrunk by a whole factor to at most this side.

    Raises:
        InputError: as `read_picture`.
    """
    with _errors_naming(path), Image.open(source, formats=FORMATS) as image:
        check_n_pixels(image, path, max_pixels)
        _check_side(image, path)
        if image.mode not in _READABLE_MODES:
            raise InputError("{path} is a picture in {mode}; save it as sRGB first", path=path, mode=image.mode)
        _shrink_while_decoding(image, widest_px)
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        profile = image.info.get("icc_profile")
        return np.asarray(_flatten(_as_srgb(_shrunk(_eight_bits(image), widest_px), profile)), np.uint8)


def check_n_pixels(image: Image.Image, path: Path | str, max_pixels: int) -> None:
    """Refuse a picture of more pixels, by its header alone.

    Raises:
        InputError: it has more.
    """
    if image.width * image.height > max_pixels:
        raise InputError(
            "{path} has {width}x{height} px; at most {limit} million can be read, so make it smaller first",
            path=path,
            width=image.width,
            height=image.height,
            limit=max_pixels // 10**6,
        )


def _check_side(image: Image.Image, path: Path | str) -> None:
    if max(image.size) > MAX_SIDE_PX:
        raise InputError(
            "{path} has {width}x{height} px; a side may have at most {limit}, so make it smaller first",
            path=path,
            width=image.width,
            height=image.height,
            limit=MAX_SIDE_PX,
        )


def _factor(image: Image.Image, widest_px: int) -> int:
    """By which a picture is to be shrunk."""
    return -(-max(image.size) // widest_px)


def _shrink_while_decoding(image: Image.Image, widest_px: int) -> None:
    """Have a JPEG decoded at a fraction of its size, where the rest of the factor is a whole one."""
    scale = next((scale for scale in _JPEG_SCALES if _factor(image, widest_px) % scale == 0), 1)
    if scale > 1:
        image.draft(None, (image.width // scale, image.height // scale))


def _shrunk(image: Image.Image, widest_px: int) -> Image.Image:
    """The picture with no side above `widest_px`, each pixel the mean of a block."""
    factor = _factor(image, widest_px)
    if factor == 1:
        return image
    if image.mode not in {"L", "RGB"} or image.has_transparency_data:  # means of palette indices mean nothing
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.reduce(factor)


def read_photographs(folder: Path) -> list[tuple[Recipe, npt.NDArray[np.uint8]]]:
    """The recipe and picture of each row of a folder's `captions.csv`, whose columns are file and caption.

    Raises:
        InputError: there is no such table, a row has no recipe, or a picture cannot be read.
    """
    table = folder / CAPTIONS
    try:
        rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
        return [(parse_recipe(row["caption"]).recipe, read_picture(folder / row["file"])) for row in rows]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("{path} cannot be read: {reason}", path=table, reason=error) from error
    except KeyError as error:
        raise InputError("{path} has no column {name}; it needs file and caption", path=table, name=error) from error


@contextmanager
def _errors_naming(path: Path | str) -> Iterator[None]:
    """Raise Pillow's errors as InputErrors that name the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of size, where the limit is our own, and of EXIF that is skipped
            yield
    except UnidentifiedImageError as error:
        raise InputError(
            "{path} is no picture that can be read; give a PNG, JPEG, WebP, TIFF or BMP file", path=path
        ) from error
    except Image.DecompressionBombError as error:
        raise InputError(
            "{path} holds more than {limit} million px; make it smaller first", path=path, limit=MAX_PIXELS // 10**6
        ) from error
    except _DAMAGE as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits as grey of 8: Pillow itself would cut it off at 255."""
    if not image.mode.startswith("I;16"):
        return image
    levels = np.rint(np.arange(2**16) / 257).astype(np.uint8)
    return Image.fromarray(levels[np.asarray(image)])


def _as_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture under its own colour profile; a profile that cannot be used is ignored."""
    if not profile or image.mode not in {"RGB", "RGBA"}:
        return image
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError):
        return image


def _flatten(image: Image.Image) -> Image.Image:
    """Opaque RGB: what is transparent shows white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    over = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
