"""Pictures in the formats that other contracts hand out."""

import base64
import io

from PIL import Image

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
_PNG = b"\x89PNG"


def converted(png: bytes, kind: str, quality: int = 95) -> bytes:
    """A picture as png, jpeg or webp; a PNG that stays one keeps its text."""
    if kind == "png" and png.startswith(_PNG):
        return png
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(buffer, format=kind.upper(), quality=quality)
    return buffer.getvalue()


def base64_text(content: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(content).decode("ascii")
