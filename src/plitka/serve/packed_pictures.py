"""Pictures kept as lossless WebP, a quarter smaller than the PNG files that they stand for, and given back as these.

A packed picture is a WebP file that any viewer opens, whose XMP has the text fields of the PNG, and behind it the
SHA-256 of all that. It is made only of a PNG that comes out of it byte by byte. Another zlib may write other bytes of
it one day, of the same pixels and fields; whether the picture is whole is told by its own digest, and not by theirs.
"""

import hashlib
import io
import json

import numpy as np
from PIL import Image, PngImagePlugin

from plitka.core.files.picture import encode_png

_METHOD = 2
"""Of libwebp; docs/benchmarks.md has what the others take and save."""
_DIGEST_BYTES = 32
_MM_PER_INCH = 25.4
_HEAD = b"RIFF"


def pack(png: bytes) -> bytes | None:
    """A PNG of ours, packed; None for one that would not come out of it as it was."""
    with Image.open(io.BytesIO(png)) as picture:
        if not isinstance(picture, PngImagePlugin.PngImageFile) or picture.mode != "RGB":
            return None
        picture.load()
        told = {"fields": dict(picture.text), "dpi": picture.info.get("dpi", (None,))[0]}
        buffer = io.BytesIO()
        xmp = json.dumps(told, ensure_ascii=False).encode()
        picture.save(buffer, "WEBP", lossless=True, method=_METHOD, exact=True, xmp=xmp)
    packed = buffer.getvalue()
    packed += hashlib.sha256(packed).digest()
    return packed if len(packed) < len(png) and unpack(packed) == png else None


def is_packed(content: bytes) -> bool:
    """Whether this is no PNG but a packed one."""
    return content.startswith(_HEAD)


def is_whole(packed: bytes) -> bool:
    """Whether nothing of it is lost or changed."""
    return hashlib.sha256(packed[:-_DIGEST_BYTES]).digest() == packed[-_DIGEST_BYTES:]


def unpack(packed: bytes) -> bytes:
    """The PNG of a packed picture that is whole."""
    with Image.open(io.BytesIO(packed[:-_DIGEST_BYTES])) as picture:
        told = json.loads(picture.info["xmp"])
        pixels = np.asarray(picture.convert("RGB"))
    dpi = told["dpi"]
    return encode_png(pixels, told["fields"], None if dpi is None else dpi / _MM_PER_INCH)
