"""Picture files of every sort a person may have, and those that cannot be one."""

import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from plitka.core.files import photograph
from plitka.core.files.id_map import encode_png16
from plitka.core.files.photograph import (
    MAX_SIDE_PX,
    decode_picture,
    read_picture,
)
from plitka.core.files.png_chunks import SIGNATURE
from plitka.errors import InputError

RAMP = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (64, 1))


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    """The image as a file."""
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def test_a_plain_picture_is_read_as_it_is(tmp_path: Path) -> None:
    """8-bit RGB in PNG: every byte."""
    pixels = np.random.default_rng(0).integers(256, size=(40, 50, 3), dtype=np.uint8)
    assert np.array_equal(read_picture(saved(tmp_path / "a.png", Image.fromarray(pixels))), pixels)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_other_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    """Grey, black and white, indexed and transparent files have three channels of 8 bits."""
    read = read_picture(saved(tmp_path / "a.png", Image.fromarray(RAMP).convert(mode)))
    assert read.shape == (64, 64, 3)
    assert read.dtype == np.uint8
    assert read[0, 0, 0] < 10
    assert read[0, -1, 0] > 240


def test_transparency_shows_white(tmp_path: Path) -> None:
    """A cut out tile lies on white."""
    clear = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    assert (read_picture(saved(tmp_path / "a.png", clear)) == 255).all()


def test_sixteen_bits_are_scaled_not_cut_off(tmp_path: Path) -> None:
    """Both grey and RGB of 16 bits a channel keep their tone."""
    deep = RAMP.astype(np.uint16) * 257
    for samples in (deep, np.stack([deep] * 3, -1)):
        path = tmp_path / "deep.png"
        path.write_bytes(encode_png16(samples))
        assert np.abs(read_picture(path)[..., 0].astype(int) - RAMP).max() <= 1


def test_the_cameras_rotation_is_applied(tmp_path: Path) -> None:
    """A photograph held upright is upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read_picture(saved(tmp_path / "a.jpg", Image.new("RGB", (80, 64)), exif=exif)).shape == (80, 64, 3)


def test_an_srgb_or_a_broken_profile_changes_nothing(tmp_path: Path) -> None:
    """The first says what is taken for granted, the second says nothing."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = read_picture(saved(tmp_path / "a.png", Image.new("RGB", (64, 64), (200, 30, 30)), icc_profile=profile))
    assert np.abs(same[0, 0].astype(int) - (200, 30, 30)).max() <= 1
    broken = saved(tmp_path / "b.png", Image.new("RGB", (64, 64), (200, 30, 30)), icc_profile=b"no profile")
    assert tuple(read_picture(broken)[0, 0]) == (200, 30, 30)


@pytest.mark.parametrize("mode", ["CMYK", "F", "I"])
def test_what_has_no_one_reading_is_refused(tmp_path: Path, mode: str) -> None:
    """The refusal names the mode and the way out."""
    path = saved(tmp_path / "a.tif", Image.new(mode, (64, 64)))
    with pytest.raises(InputError, match=rf"in {mode}.*; save it as sRGB"):
        read_picture(path)


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    """A few bytes that claim millions of pixels are never decoded."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    path = tmp_path / "bomb.png"
    for side_px in (10_000, 60_000):
        header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
        with pytest.raises(InputError, match="million"):
            read_picture(path)


@pytest.mark.parametrize("content", [b"", b"no picture", b"GIF89a", SIGNATURE], ids=["empty", "text", "gif", "png"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever the name says."""
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no picture that can be read"):
        read_picture(path)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_half_a_file_is_refused(tmp_path: Path, suffix: str) -> None:
    """A picture whose end is missing is not measured."""
    buffer = BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(256, size=(90, 90, 3), dtype=np.uint8)).save(
        buffer, format={"png": "PNG", "jpg": "JPEG"}[suffix]
    )
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(buffer.getvalue()[: buffer.tell() // 2])
    with pytest.raises(InputError, match="cannot be read"):
        read_picture(path)


def test_a_missing_file_is_the_callers_mistake(tmp_path: Path) -> None:
    """Not an error of the system."""
    with pytest.raises(InputError, match="cannot be read"):
        read_picture(tmp_path / "none.png")


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_maps_keep_all_sixteen_bits(tmp_path: Path, shape: tuple[int, ...]) -> None:
    """The header says 16 bits, and undoing the filter gives every sample back."""
    samples = np.random.default_rng(0).integers(2**16, size=shape, dtype=np.uint16)
    content = encode_png16(samples)
    width_px, height_px, depth, colour_type = struct.unpack(">IIBB", content[16:26])
    assert (width_px, height_px, depth, colour_type) == (7, 5, 16, 0 if len(shape) == 2 else 2)
    length = struct.unpack(">I", content[33:37])[0]
    rows = np.frombuffer(zlib.decompress(content[41 : 41 + length]), np.uint8).reshape(5, -1)
    assert (rows[:, 0] == 2).all()
    plain = np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8)
    assert np.array_equal(plain.view(">u2").reshape(shape), samples)
    path = tmp_path / "map.png"
    path.write_bytes(content)
    Image.open(path).load()


def test_a_map_of_another_kind_is_refused() -> None:
    """Floats and two channels are no map."""
    for samples in (np.zeros((4, 4), np.float32), np.zeros((4, 4, 2), np.uint16)):
        with pytest.raises(ValueError, match="uint16"):
            encode_png16(samples)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_exif_is_refused(kind: str) -> None:
    """Whatever Pillow's readers stumble over, it is the file that is to blame."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x011A] = 6, "x" * 20, 72.0
    buffer = BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, kind, exif=exif)
    whole, entries = buffer.getvalue(), exif.tobytes()[6:]
    start, dice = whole.index(entries[:20]), random.Random(1)  # noqa: S311  (places to damage)
    n_refused = 0
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(3):
            content[start + dice.randrange(len(entries))] = dice.randrange(256)
        if kind == "PNG":  # whose chunk would be passed over if its checksum were wrong
            at = whole.index(b"eXIf")
            length = int.from_bytes(whole[at - 4 : at], "big")
            content[at + 4 + length : at + 8 + length] = struct.pack(">I", zlib.crc32(content[at : at + 4 + length]))
        try:
            assert decode_picture(BytesIO(content), "it").pixels.shape == (64, 64, 3)
        except InputError:
            n_refused += 1
    assert n_refused


def test_a_strip_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    """Few pixels, and one side that is out of all proportion."""
    path = tmp_path / "strip.png"
    Image.new("1", (MAX_SIDE_PX + 1, 1)).save(path)
    with pytest.raises(InputError, match="a side may have"):
        read_picture(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
@pytest.mark.parametrize("factor", [2, 3, 4, 6])
def test_a_picture_is_shrunk_by_a_whole_factor(tmp_path: Path, suffix: str, mode: str, factor: int) -> None:
    """Each pixel is the mean of a block, whichever part of it the decoder does."""
    if (suffix, mode) in {(".jpg", "P"), (".jpg", "RGBA"), (".webp", "P")}:
        pytest.skip("the format has no such picture")
    width_px, height_px = 32 * factor, 24 * factor
    ramp = np.add.outer(np.arange(height_px) * 2, np.arange(width_px)) * 200 // (3 * 32 * factor)
    image = Image.fromarray(ramp.astype(np.uint8)).convert("RGB").convert(mode)
    path = tmp_path / f"ramp{suffix}"
    image.save(path, quality=100)
    small = decode_picture(path, path, widest_px=32).pixels
    means = read_picture(path).reshape(24, factor, 32, factor, 3).mean((1, 3))
    assert small.shape == (24, 32, 3)
    assert np.abs(small - means).max() <= 3


def scans_of_jpeg(side_px: int, n_scans: int) -> bytes:
    """A progressive JPEG in grey whose scans but the first say nothing."""

    def segment(marker: int, content: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content

    n_blocks = (side_px // 8) ** 2
    tables = segment(0xDB, b"\0" + b"\1" * 64) + segment(
        0xC2, struct.pack(">BHHB", 8, side_px, side_px, 1) + b"\1\x11\0"
    )
    tables += segment(0xC4, b"\x00" + bytes([1] + [0] * 15) + b"\0") + segment(
        0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0"
    )
    grey = segment(0xDA, b"\1\1\0\0\0\0") + bytes(n_blocks // 8)
    empty = segment(0xDA, b"\1\1\0\x01\x3f\0") + bytes(n_blocks // 8)
    return b"\xff\xd8" + tables + grey + empty * (n_scans - 1) + b"\xff\xd9"


def test_a_jpeg_of_many_scans_is_refused_before_it_is_decoded() -> None:
    """A file of 20 MB could take an hour, of which nothing shows in its size or its pixels."""
    decode_picture(BytesIO(scans_of_jpeg(64, photograph.MAX_SCANS)), "it")
    with pytest.raises(InputError, match="scans"):
        decode_picture(BytesIO(scans_of_jpeg(64, photograph.MAX_SCANS + 1)), "it")


def test_only_scans_of_the_picture_itself_are_counted() -> None:
    """Not what looks like them in a comment, nor what stands behind its end, such as a moving photograph's film."""
    out = BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "JPEG", progressive=True, comment=b"\xff\xda" * 1000)
    assert decode_picture(BytesIO(out.getvalue() + b"\xff\xda" * 1000), "it").pixels.shape == (64, 64, 3)
