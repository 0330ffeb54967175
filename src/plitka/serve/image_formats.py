"""Pictures in the formats that answers carry."""

import base64
import io
import threading
from typing import TYPE_CHECKING, Literal

from PIL import Image

from plitka.core.files.picture import transcode

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

PictureKind = Literal["png", "jpeg", "webp"]
MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
_PNG = b"\x89PNG"
_PREVIEW_QUALITY = 80
_PREVIEW_PX = 512
_converting = threading.BoundedSemaphore(2)
"""Pictures at once: a WebP of 2048 px takes two seconds of a core and 100 MB."""


def converted(png: bytes, kind: str, quality: int = 95) -> bytes:
    """A picture as png, jpeg or webp, with all that a PNG carries, as far as the other format holds it."""
    if kind == "png" and png.startswith(_PNG):
        return png
    with _converting:
        if kind != "png":
            return transcode(png, kind.upper(), quality)
        buffer = io.BytesIO()
        Image.open(io.BytesIO(png)).convert("RGB").save(buffer, format="PNG")
        return buffer.getvalue()


def encode_preview(pixels: "RgbImage") -> bytes:
    """(H, W, 3) uint8 sRGB as a small JPEG, at most 512 px a side: hundreds may watch."""
    buffer, image = io.BytesIO(), Image.fromarray(pixels)
    image.thumbnail((_PREVIEW_PX, _PREVIEW_PX))
    image.save(buffer, format="JPEG", quality=_PREVIEW_QUALITY)
    return buffer.getvalue()


def base64_text(content: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(content).decode("ascii")


class Preview:
    """A picture in work; each form of it is encoded once, however many look at it."""

    def __init__(self, jpeg: bytes, step: int) -> None:
        self.jpeg = jpeg
        self.step = step
        """After which it looked like this."""
        self._lock = threading.Lock()
        self._texts: dict[str, str] = {}

    def base64(self, kind: str) -> str:
        """As png, jpeg or webp, as JSON carries it."""
        with self._lock:
            if kind not in self._texts:
                content = self.jpeg if kind == "jpeg" else converted(self.jpeg, kind)
                self._texts[kind] = base64_text(content)
            return self._texts[kind]
