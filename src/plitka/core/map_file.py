"""Maps as PNG files of 16 bits a channel, which Pillow writes for grey only.

The format is that of the PNG specification (W3C, third edition), sections 5, 7.2 and 9.
"""

import struct
import zlib

import numpy as np
import numpy.typing as npt

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


def _filtered(samples: npt.NDArray[np.uint16]) -> bytes:
    """Rows of big-endian samples as differences from the row above: smooth maps then pack well."""
    rows = np.ascontiguousarray(samples.astype(">u2")).view(np.uint8).reshape(len(samples), -1)
    above = np.vstack([np.zeros_like(rows[:1]), rows[:-1]])
    mark = np.full((len(rows), 1), _FILTER_UP, np.uint8)
    return np.hstack([mark, rows - above]).tobytes()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
