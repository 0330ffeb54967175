"""Chunks of PNG files: which a picture needs."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from plitka.core.files.png_chunks import SIGNATURE, plain_png


def png(**options: object) -> bytes:
    """A small picture."""
    buffer = BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(buffer, format="PNG", **options)
    return buffer.getvalue()


def test_a_plain_file_stays_as_it_is() -> None:
    """To the byte."""
    assert plain_png(png()).content == png()
    assert (plain_png(png()).profile, plain_png(png()).n_frames) == (None, 1)


def test_the_profile_is_taken_out() -> None:
    """Decompressed; the picture behind it is the same."""
    found = plain_png(png(icc_profile=b"a profile"))
    assert found.profile == b"a profile"
    assert found.content == png()


@given(st.integers(0, 200), st.binary(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_to_their_end(cut: int, more: bytes) -> None:
    """A file that is cut, or goes on with anything, raises nothing here: whoever decodes it will."""
    content = png(icc_profile=b"a profile")
    assert plain_png(content[: len(SIGNATURE) + cut] + more).content.startswith(SIGNATURE)


def test_frames_are_counted() -> None:
    """Of an animation the first picture is kept."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("green", "blue")]
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, format="PNG", save_all=True, append_images=frames)
    found = plain_png(buffer.getvalue())
    assert found.n_frames == 3
    with Image.open(BytesIO(found.content)) as image:
        assert image.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize("content", [b"", SIGNATURE, SIGNATURE + b"\0\0\0\5IDA"])
def test_what_ends_early_has_no_picture(content: bytes) -> None:
    """And no error of its own."""
    assert plain_png(content).profile is None
