"""PNG files without the chunks that a picture can do without, so that large or damaged ones do not stop its reading.

A program may store a megabyte of history or profile in a PNG; Pillow refuses both, and a wrong checksum anywhere.
"""

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PROFILE_BYTES = 16_000_000
"""Once decompressed: presses' profiles have one or two."""

_NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_OF_USE = (b"tRNS", b"eXIf", b"sBIT")
_ANIMATION = b"acTL"
_N_FRAME_BYTES = 12
"""Length, name and checksum of a chunk."""


@dataclass(frozen=True, slots=True)
class PlainPng:
    """A PNG of one picture."""

    content: bytes
    profile: bytes | None = None
    """Its ICC profile, decompressed."""
    n_frames: int = 1
    """Pictures that the file had."""


def plain_png(content: bytes) -> PlainPng:
    """The picture of a PNG file, and what else of it matters.

    What is damaged in chunks that the picture needs is left to whoever decodes it.

    Raises:
        ValueError: the profile is larger than any.
    """
    parts: list[bytes | memoryview] = [SIGNATURE]
    profile, n_frames = None, 1
    view, at = memoryview(content), len(SIGNATURE)
    while at + _N_FRAME_BYTES <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + _N_FRAME_BYTES + length
        body = view[at + 8 : end - 4]
        if name in _NEEDED:
            parts.append(view[at:end])
        elif end <= len(content) and zlib.crc32(view[at + 4 : end - 4]) == int.from_bytes(view[end - 4 : end]):
            if name in _OF_USE:
                parts.append(view[at:end])
            elif name == b"iCCP":
                profile = _profile_of(bytes(body))
            elif name == _ANIMATION and length >= 4:
                n_frames = struct.unpack_from(">I", body)[0]
        at = end
        if name == b"IEND":
            break
    return PlainPng(b"".join(parts), profile, n_frames)


def _profile_of(body: bytes) -> bytes | None:
    """The profile in an iCCP chunk: a name, a zero, the method of compression, and the profile (PNG, 11.3.2.3)."""
    _, _, packed = body.partition(b"\0")
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    if unpacker.unconsumed_tail:
        raise ValueError("its colour profile is too large")
    return profile
