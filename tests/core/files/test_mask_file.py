"""Masks from files, as scenes keep them."""

import base64
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plitka.core.files.mask_file import MAX_FILE_BYTES, canonical_mask, mask_of_bytes, read_mask
from plitka.core.tile.masks import PNG_PREFIX, encode_mask, rasterise
from plitka.errors import InputError

DISC = '<svg viewBox="0 0 100 100"><circle cx="50" cy="50" r="40"/></svg>'
LABELS = np.repeat(np.arange(4, dtype=np.uint8), 16)[None].repeat(64, 0)
"""Four upright stripes, numbered from 0."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of masks, which is the working one."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(LABELS == 1).save("logo.png")
    Image.fromarray(LABELS).save("grey.png")
    Image.fromarray(LABELS.astype(np.uint16) * 300).save("deep.png")
    coloured = Image.fromarray(LABELS)
    coloured.putpalette([9, 9, 9, 200, 0, 0, 0, 99, 0, 0, 0, 200])
    coloured.save("coloured.png")
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save("black.png")
    (tmp_path / "disc.svg").write_text(DISC, "utf-8")
    (tmp_path / "notes.txt").write_text("hello", "utf-8")
    return tmp_path


@pytest.mark.parametrize("words", ["border:8%", "stripes:4", "rows:4", "checker:2", "circle", "text:СТАРТ/1"])
def test_shapes_stay_as_they_are(words: str) -> None:
    """In words, for these say more than a picture; with a value out of range they are refused at once."""
    assert read_mask(words) == words
    with pytest.raises(InputError, match="border"):
        read_mask("border:90%")


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("logo.png", LABELS == 1),
        ("grey.png#2", LABELS == 2),
        ("grey.png#0", LABELS == 0),
        ("coloured.png#3", LABELS == 3),
        ("deep.png#900", LABELS == 3),
        ("logo.png#1", LABELS == 1),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_png_becomes_one_bit_a_pixel(source: str, inside: np.ndarray) -> None:
    """By what is white, or by the number behind #; the same pixels always give the same bytes."""
    mask = read_mask(source)
    assert mask == encode_mask(inside)
    with Image.open(BytesIO(base64.b64decode(mask.removeprefix(PNG_PREFIX)))) as image:
        assert image.mode == "1"
    assert read_mask(mask) == mask


@pytest.mark.usefixtures("folder")
def test_an_svg_becomes_a_png_as_sharp_as_the_largest_picture() -> None:
    """So that whoever reads the scene needs no renderer, and sees what we saw."""
    mask = read_mask("disc.svg")
    with Image.open(BytesIO(base64.b64decode(mask.removeprefix(PNG_PREFIX)))) as image:
        assert (image.mode, image.size) == ("1", (2048, 2048))
    assert rasterise(mask, 128, 128).mean() == pytest.approx(np.pi * 0.16, abs=0.01)
    assert read_mask(mask) == mask
    assert canonical_mask(f"data:image/svg+xml,{DISC.replace('#', '%23')}") == mask


def test_a_canonical_mask_stays_byte_for_byte() -> None:
    """Whoever wrote it, and however well it is packed; other pictures become one."""
    buffer = BytesIO()
    Image.fromarray(LABELS == 1).save(buffer, format="PNG", compress_level=0)
    own = PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode()
    assert canonical_mask(own) == own != encode_mask(LABELS == 1)
    buffer = BytesIO()
    Image.fromarray(255 * (LABELS == 1).astype(np.uint8)).save(buffer, format="PNG")
    assert canonical_mask(PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode()) == encode_mask(LABELS == 1)
    assert canonical_mask("Border: 8%") == "border:8%"


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_labels_in_few_bits_have_the_numbers_of_their_file(bits: int) -> None:
    """Pillow shows the 3 of a grey PNG of 2 bits as 255."""
    n = 2**bits
    rows = np.arange(n).repeat(64 // n)[:, None].repeat(64, 1)
    packed = np.packbits((rows[..., None] >> np.arange(bits)[::-1]) & 1, axis=None).reshape(64, -1)
    content = png_of(packed, 64, 64, bits)
    last = n - 1
    assert canonical_mask(mask_of_bytes(content, "grey.png", last)) == encode_mask(rows == last)
    if bits == 1:
        with pytest.raises(InputError, match=r"no pixel of number 5; it has 0, 1$"):
            mask_of_bytes(content, "grey.png", 5)


def png_of(packed: np.ndarray, width: int, height: int, bits: int) -> bytes:
    """A grey PNG of few bits, which Pillow does not write."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([bits, 0, 0, 0, 0])
    rows = b"".join(b"\0" + row.tobytes() for row in packed)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_an_upload_names_its_label_in_its_own_way() -> None:
    """As a field of a form, not as the end of a file's name."""
    buffer = BytesIO()
    Image.fromarray(LABELS).save(buffer, format="PNG")
    with pytest.raises(InputError, match="name one, such as label=3"):
        mask_of_bytes(buffer.getvalue(), "the upload", label_form="label={label}")
    with pytest.raises(InputError, match="a PNG of labels as label=3"):
        mask_of_bytes(b"hello", "the upload", label_form="label={label}")
    with pytest.raises(InputError, match=r"such as plan.png#3"):
        canonical_mask(PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode())


def test_an_svg_in_another_encoding_is_known_as_one() -> None:
    """And told how to be saved."""
    with pytest.raises(InputError, match="save it in UTF-8"):
        mask_of_bytes(DISC.encode("utf-16"), "disc.svg")
    with pytest.raises(InputError, match="parts have no numbers"):
        mask_of_bytes(DISC.encode(), "disc.svg", 2)


@pytest.mark.parametrize("exif", [b"", b"Exif", b"Exif\0\0garbage", b"MM\0*\0\0\0\x08\xff\xff\x01\x12"])
def test_damaged_exif_is_no_reason_to_crash(exif: bytes) -> None:
    """It is read or refused."""
    buffer = BytesIO()
    Image.fromarray(LABELS == 1).save(buffer, format="PNG", exif=exif)
    try:
        assert mask_of_bytes(buffer.getvalue(), "a.png") == encode_mask(LABELS == 1)
    except InputError as error:
        assert "cannot be read" in str(error)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("none.png", "there is no mask none.png"),
        ("none", "neither a file nor a shape"),
        ("notes.txt", "no mask: give a black and white PNG"),
        ("disc.svg#2", "there is no mask"),
        ("black.png", "marks no zone"),
        ("black.png#1", "in RGB, whose pixels are no numbers"),
        ("grey.png", r"labels \(0, 1, 2, 3\), name one, such as grey.png#3"),
        ("coloured.png", "such as coloured.png#3"),
        ("grey.png#7", "no pixel of number 7; it has 0, 1, 2, 3"),
        ("deep.png#1", "it has 0, 300, 600, 900"),
        (".", "cannot be read"),
        ("data:image/png;base64,!", "is damaged"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_marks_no_zone_is_refused(source: str, says: str) -> None:
    """With what would, and never by guessing."""
    with pytest.raises(InputError, match=says):
        read_mask(source)


def test_damaged_pictures_are_refused(folder: Path) -> None:
    """Cut short, or too large to be looked at."""
    content = (folder / "logo.png").read_bytes()
    with pytest.raises(InputError, match=r"cannot be read|not a whole one"):
        mask_of_bytes(content[:60], "upload")
    wide = BytesIO()
    Image.new("1", (9000, 2)).save(wide, format="PNG")
    with pytest.raises(InputError, match="9000x2 px"):
        mask_of_bytes(wide.getvalue(), "upload")
    (folder / "large.png").write_bytes(b"\x89PNG" + bytes(MAX_FILE_BYTES))
    with pytest.raises(InputError, match="more than 16 MB"):
        read_mask("large.png")


def test_a_large_picture_is_shrunk_to_what_a_tile_can_show() -> None:
    """2048 px on its longer side, its proportions kept."""
    wide = np.zeros((1000, 4000), bool)
    wide[:, 1000:3000] = True
    mask = mask_of_bytes(base64.b64decode(encode_mask(wide).removeprefix(PNG_PREFIX)), "upload")
    found = rasterise(mask, 2048, 512)
    assert found.mean() == pytest.approx(0.5, abs=0.001)
    with Image.open(BytesIO(base64.b64decode(mask.removeprefix(PNG_PREFIX)))) as image:
        assert image.size == (2048, 512)


def test_a_mask_of_specks_is_refused() -> None:
    """It would make every picture's text field large, and no granule shows it."""
    noise = np.random.default_rng(0).random((1600, 1600)) < 0.5
    content = BytesIO()
    Image.fromarray(noise).save(content, format="PNG")
    with pytest.raises(InputError, match="too detailed"):
        mask_of_bytes(content.getvalue(), "upload")
