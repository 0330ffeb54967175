"""Pictures in the formats that answers carry."""

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
_PNG = b"\x89PNG"
_PREVIEW_QUALITY = 80


def converted(png: bytes, kind: str, quality: int = 95) -> bytes:
    """A picture as png, jpeg or webp; a PNG that stays one keeps its text."""
    if kind == "png" and png.startswith(_PNG):
        return png
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(buffer, format=kind.upper(), quality=quality)
    return buffer.getvalue()


def encode_preview(pixels: "RgbImage") -> bytes:
    """(H, W, 3) uint8 sRGB as a small JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="JPEG", quality=_PREVIEW_QUALITY)
    return buffer.getvalue()


def base64_text(content: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(content).decode("ascii")
