"""Pictures in other formats."""

import base64
import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from plitka.core.files.picture import encode_png
from plitka.serve import image_formats
from plitka.serve.image_formats import MEDIA_TYPES, Preview, base64_text, converted, encode_preview

PIXELS = np.tile(np.array([[[160, 40, 40], [60, 60, 60]]], np.uint8), (64, 32, 1))


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_a_picture_is_of_the_asked_format(kind: str) -> None:
    """And as large as it was."""
    image = Image.open(io.BytesIO(converted(encode_png(PIXELS), kind)))
    assert Image.MIME[image.format or ""] == MEDIA_TYPES[kind]
    assert image.size == (64, 64)


def test_a_png_that_stays_one_keeps_its_text() -> None:
    """It is the same file."""
    png = encode_png(PIXELS, {"recipe": "red"})
    assert converted(png, "png") is png


def test_few_are_converted_at_once() -> None:
    """Each takes a core and much memory; what stays a PNG waits for none."""
    png = encode_png(PIXELS)
    with ThreadPoolExecutor(1) as other, image_formats._converting:
        with image_formats._converting:
            waiting = other.submit(converted, png, "webp")
            assert converted(png, "png") is png
            assert not waiting.done()
        assert waiting.result(60)


def test_a_preview_is_a_jpeg() -> None:
    """Of the pixels that there are."""
    image = Image.open(io.BytesIO(encode_preview(PIXELS)))
    assert (image.format, image.size) == ("JPEG", (64, 64))


def test_bytes_as_json_carries_them() -> None:
    """Any client reads them back."""
    assert base64.b64decode(base64_text(b"\x00\xff")) == b"\x00\xff"


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_a_preview_is_encoded_once(kind: str) -> None:
    """Whoever asks for it gets the same text, also at the same time."""
    preview = Preview(encode_preview(PIXELS), 4)
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(preview.base64, [kind] * 32))
    assert all(text is texts[0] for text in texts)
    assert Image.MIME[Image.open(io.BytesIO(base64.b64decode(texts[0]))).format or ""] == MEDIA_TYPES[kind]
