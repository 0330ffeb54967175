"""Maps as PNG files: written with 16 bits a channel, which Pillow does for grey only, and ids read back.

The format is that of the PNG specification (W3C, third edition), sections 5, 7.2 and 9.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from plitka.core.files.photograph import check_n_pixels
from plitka.core.tile.masks import naming_png
from plitka.errors import InputError

MAX_ID_PIXELS = 64_000_000
_ID_MODES = {"P", "L", "I;16"}
"""Pillow's words for palette indices, grey of up to 8 bits and grey of 16."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB = 0, 2
_FILTER_UP = 2


def encode_png16(samples: npt.NDArray[np.uint16]) -> bytes:
    """The bytes of a PNG with 16 bits a channel.

    Args:
        samples: (H, W) for grey or (H, W, 3) for RGB.

    Raises:
        ValueError: another shape or type.
    """
    if samples.dtype != np.uint16 or samples.shape[2:] not in {(), (3,)} or samples.ndim < 2:
        raise ValueError(f"a map is (H, W) or (H, W, 3) uint16, not {samples.shape} {samples.dtype}")
    height_px, width_px = samples.shape[:2]
    colour_type = _GREY if samples.ndim == 2 else _RGB
    header = struct.pack(">IIBBBBB", width_px, height_px, 16, colour_type, 0, 0, 0)
    body = zlib.compress(_filtered(samples), level=6)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def read_ids(path: Path) -> npt.NDArray[np.int32]:
    """(H, W) the number of each pixel of a PNG: its index in a palette, or its level of 8-bit or 16-bit grey.

    Raises:
        InputError: no such file, no PNG or not a whole one, one in colours, too large, or of one number only.
    """
    with naming_png(path), Image.open(path, formats=("PNG",)) as image:
        _check_ids(path, image)
        ids = np.asarray(image).astype(np.int32)
    if ids.min() == ids.max():
        raise InputError("{path} shows one granule only; give each granule a number of its own", path=path)
    return ids


def _check_ids(path: Path, image: Image.Image) -> None:
    if image.mode not in _ID_MODES:
        raise InputError(
            "{path} is a PNG in {mode}, whose pixels are no numbers of granules; "
            "save it with a palette, or as grey of 8 or 16 bits without transparency",
            path=path,
            mode=image.mode,
        )
    check_n_pixels(image, path, MAX_ID_PIXELS)


def _filtered(samples: npt.NDArray[np.uint16]) -> bytes:
    """Rows of big-endian samples as differences from the row above: smooth maps then pack well."""
    rows = np.ascontiguousarray(samples.astype(">u2")).view(np.uint8).reshape(len(samples), -1)
    above = np.vstack([np.zeros_like(rows[:1]), rows[:-1]])
    mark = np.full((len(rows), 1), _FILTER_UP, np.uint8)
    return np.hstack([mark, rows - above]).tobytes()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
