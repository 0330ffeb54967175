"""Any picture file as 8-bit sRGB, the way a person would see it, or a clear refusal.

Decisions:
* The camera's rotation is applied, transparency is laid on white, an embedded colour profile is obeyed.
* What has no one reading in sRGB is refused: CMYK without its press's profile, and float, which needs an exposure.
* Of a file with several pictures the first is read, and a notice says so.
* Size is checked before anything is decoded, so a small file cannot ask for all memory. A picture that is wanted
  smaller is shrunk while it is decoded (JPEG), or before any copy is made of it.
"""

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from pi_heif import register_heif_opener
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from plitka.core.files.picture_formats import FORMAT_NAMES, FORMATS
from plitka.core.files.png_chunks import SIGNATURE, plain_png
from plitka.core.recipes.recipe import Notice
from plitka.errors import InputError

MAX_PIXELS = 64_000_000
"""More than any camera of a phone gives, and 192 MB once decoded."""
MAX_PNG_BYTES = 400_000_000
"""Of a file: more than `MAX_PIXELS` of 16 bits without any compression."""
MAX_SIDE_PX = 30_000
"""Of a strip, too: each row or column costs time besides its pixels."""
MAX_SCANS = 100
"""Of a JPEG: encoders write about 10."""

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
_PRESS = "CMYK"
_OF_JPEG = {"JPEG", "MPO"}
_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
"""Of a JPEG; within the data of a scan 0xFF is followed by 0."""
_SCAN, _END_OF_PICTURE = b"\xda", b"\xd9"
_ALONE = {b"\x01", *(bytes([code]) for code in range(0xD0, 0xD9))}
"""Markers without a length: TEM, RST0 to RST7, SOI."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture as it was read."""

    pixels: npt.NDArray[np.uint8]
    """(H, W, 3) sRGB."""
    notices: tuple[Notice, ...] = ()
    """What of its file was passed over."""


def read_picture(path: Path) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB of a file of one of the `FORMATS`; of its first picture, if it has several.

    Raises:
        InputError: as `read_photograph`.
    """
    return read_photograph(path).pixels


def read_photograph(path: Path) -> Photograph:
    """The picture of a file, and what of the file was passed over.

    Raises:
        InputError: no such file, no such picture, a damaged one, one too large, or CMYK without a profile.
    """
    return decode_picture(path, path)


def decode_picture(
    source: Path | BinaryIO, path: Path | str, *, max_pixels: int = MAX_PIXELS, widest_px: int = MAX_SIDE_PX
) -> Photograph:
    """As `read_photograph`, from an open file as well.

    Args:
        source: the file.
        path: what errors call it.
        max_pixels: a picture of more is refused, before it is decoded.
        widest_px: a larger picture is shrunk by a whole factor to at most this side.

    Raises:
        InputError: as `read_photograph`.
    """
    with _errors_naming(path), _opened(source) as (image, profile, has_several):
        check_n_pixels(image, path, max_pixels)
        _check_side(image, path)
        _check_mode(image, path, profile)
        _check_scans(image, path)
        _shrink_while_decoding(image, widest_px)
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        srgb = _as_srgb(_shrunk(_eight_bits(image), widest_px), profile)
        if srgb.mode == _PRESS:
            raise InputError("{path} has a colour profile that cannot be used; save it as sRGB first", path=path)
        notices: tuple[Notice, ...] = ()
        if has_several:
            notices = (Notice("{path} has several pictures; the first is read", {"path": path}),)
        return Photograph(np.asarray(_flatten(srgb), np.uint8), notices)


@contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[tuple[Image.Image, bytes | None, bool]]:
    """A file as Pillow has it, its ICC profile, and whether it has several pictures.

    How many is not asked: a small TIFF can have so many that finding all of them takes minutes.
    """
    register_heif_opener(thumbnails=False)
    with ExitStack() as stack:
        file = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
        begin = file.read(len(SIGNATURE))
        file.seek(0)
        if begin != SIGNATURE:
            image = stack.enter_context(Image.open(file, formats=FORMATS))
            yield image, image.info.get("icc_profile"), getattr(image, "is_animated", False)
            return
        png = plain_png(file.read(MAX_PNG_BYTES))
        image = stack.enter_context(Image.open(BytesIO(png.content), formats=("PNG",)))
        yield image, png.profile, png.n_frames > 1


def _check_mode(image: Image.Image, path: Path | str, profile: bytes | None) -> None:
    if image.mode == _PRESS and not profile:
        raise InputError(
            "{path} is a picture in CMYK without the profile of its press; save it as sRGB first", path=path
        )
    if image.mode not in (*_READABLE_MODES, _PRESS):
        raise InputError("{path} is a picture in {mode}; save it as sRGB first", path=path, mode=image.mode)


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


def _check_scans(image: Image.Image, path: Path | str) -> None:
    """Refuse a progressive JPEG of many scans: each costs time for all of its pixels, and may have 75 bytes."""
    file = image.fp if isinstance(image, ImageFile) else None
    if image.format not in _OF_JPEG or file is None:
        return
    position = file.tell()
    file.seek(0)
    n_scans = _count_scans(file.read(), MAX_SCANS + 1)
    file.seek(position)
    if n_scans > MAX_SCANS:
        raise InputError(
            "{path} is a JPEG of more than {limit} scans; save it as an ordinary one first", path=path, limit=MAX_SCANS
        )


def _count_scans(content: bytes, most: int) -> int:
    """Of a JPEG's first picture; no more than `most` are looked for."""
    n_scans, found = 0, _MARKER.search(content)
    while found is not None and found[1] != _END_OF_PICTURE and n_scans < most:
        n_scans += found[1] == _SCAN
        end = found.end()
        if found[1] not in _ALONE:
            end += int.from_bytes(content[end : end + 2], "big")
        found = _MARKER.search(content, end)
    return n_scans


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


@contextmanager
def _errors_naming(path: Path | str) -> Iterator[None]:
    """Raise Pillow's errors as InputErrors that name the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of size, where the limit is our own, and of EXIF that is skipped
            yield
    except UnidentifiedImageError as error:
        raise InputError(
            "{path} is no picture that can be read; give a {formats} file", path=path, formats=FORMAT_NAMES
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
    if not profile:
        return image
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        return _transformed(_in_space(image, own.profile.xcolor_space.strip()), own)
    except (ImageCms.PyCMSError, OSError):
        return image


def _in_space(image: Image.Image, space: str) -> Image.Image:
    """The picture in the channels that a profile speaks of; its palette is looked up, its transparency kept."""
    if image.mode in (space, _PRESS):
        return image
    if image.has_transparency_data:
        return image.convert("LA" if space == "GRAY" and image.mode == "LA" else "RGBA")
    return image.convert("L" if space == "GRAY" and image.mode in {"1", "L"} else "RGB")


def _transformed(image: Image.Image, own: ImageCms.ImageCmsProfile) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    opaque = image if alpha is None else image.convert(image.mode[:-1])
    srgb = ImageCms.profileToProfile(opaque, own, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    if alpha is not None:
        srgb.putalpha(alpha)
    return srgb


def _flatten(image: Image.Image) -> Image.Image:
    """Opaque RGB: what is transparent shows white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    over = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
