"""Pictures in other formats."""

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from plitka.core.files.picture import encode_png, read_fields
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


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_another_format_carries_what_the_png_did(tmp_path: Path, kind: str) -> None:
    """So that the picture can be repeated, and has its scale; but for what a JPEG cannot hold."""
    fields = {"plitka": "1", "recipe": "100% красный", "parameters": "100% red"}
    path = tmp_path / f"tile.{kind}"
    path.write_bytes(converted(encode_png(PIXELS, fields, 7.0), kind))
    assert read_fields(path) == {name: text for name, text in fields.items() if name != "parameters"}
    with Image.open(path) as image:
        assert image.getexif()[ExifTags.Base.XResolution] == pytest.approx(7 * 25.4, abs=1)
    large = converted(encode_png(PIXELS, fields | {"scene": "x" * 70_000}, 7.0), kind)
    path.write_bytes(large)
    if kind == "webp":
        assert len(read_fields(path)["scene"]) == 70_000
    with Image.open(path) as image:
        assert image.size == (64, 64)


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
