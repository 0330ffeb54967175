"""Pictures as phones, presses and editors write them: each file is made here, and read beside a plain one."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile
from pillow_heif import from_pillow

from plitka.core.files.photograph import read_photograph, read_picture
from plitka.core.files.png_chunks import SIGNATURE
from plitka.errors import InputError

Pixels = npt.NDArray[np.uint8]


def blocks() -> Image.Image:
    """Even squares of a few colours, which every codec keeps."""
    colours = np.array([(200, 60, 40), (40, 40, 40), (230, 225, 215), (60, 110, 200)], np.uint8)
    return Image.fromarray(np.kron(colours.reshape(2, 2, 3), np.ones((48, 48, 1), np.uint8)))


def wide_profile(space: bytes = b"RGB ") -> bytes:
    """A profile of two thirds of the usual gamma, by which every tone is read lighter than sRGB has it."""
    curve = struct.pack(">4sIIHH", b"curv", 0, 1, round(1.4 * 256), 0)
    if space == b"GRAY":
        tags = {b"kTRC": curve, b"wtpt": xyz(0.9642, 1.0, 0.8249)}
    else:
        tags = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve) | {
            b"rXYZ": xyz(0.4361, 0.2225, 0.0139),
            b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
            b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
            b"wtpt": xyz(0.9642, 1.0, 0.8249),
        }
    return profile(space, b"XYZ ", tags)


def xyz(x: float, y: float, z: float) -> bytes:
    """An XYZ tag (ICC.1, 10.31)."""
    return struct.pack(">4sI", b"XYZ ", 0) + b"".join(struct.pack(">i", round(part * 65536)) for part in (x, y, z))


def press_profile() -> bytes:
    """A press whose ink takes all light of its channel: a table of two steps a channel (ICC.1, 10.10)."""
    corners = np.array(np.meshgrid(*[[0, 1]] * 4, indexing="ij")).reshape(4, -1).T
    lab = np.array([(100 * (1 - max(k, (c + m + y) / 3)), 0.0, 0.0) for c, m, y, k in corners])
    table = np.clip(np.rint(lab * (255 / 100, 1, 1) + (0, 128, 128)), 0, 255).astype(np.uint8).tobytes()
    ramp = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    lut = struct.pack(">4sIBBBB", b"mft1", 0, 4, 3, 2, 0) + matrix + ramp * 4 + table + ramp * 3
    return profile(b"CMYK", b"Lab ", {b"A2B0": lut, b"wtpt": xyz(0.9642, 1.0, 0.8249)}, device=b"prtr")


def profile(space: bytes, connection: bytes, tags: dict[bytes, bytes], device: bytes = b"mntr") -> bytes:
    """An ICC profile of version 2 with these tags (ICC.1, 7)."""
    text = b"desc" + struct.pack(">II", 0, 5) + b"test\0" + bytes(78)
    tags = {b"desc": text, b"cprt": b"text" + bytes(4) + b"none\0", **tags}
    begin = 128 + 4 + 12 * len(tags)
    table, content = b"", b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)  # noqa: PLW2901  (padded)
        table += struct.pack(">4sII", name, begin + len(content), len(data))
        content += data
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sIIII", begin + len(content), bytes(4), 0x02400000, device, space, connection, bytes(12),
        b"acsp", bytes(4), 0, 0, 0, 0,
    )  # fmt: skip
    header += bytes(4) + struct.pack(">iii", 63190, 65536, 54061) + bytes(128 - len(header) - 16)
    return header[:128] + struct.pack(">I", len(tags)) + table + content


def chunk(name: bytes, body: bytes, *, damaged: bool = False) -> bytes:
    """A chunk of a PNG, with a right or a wrong checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body) ^ damaged)


def png_with(*chunks: bytes, image: Image.Image | None = None) -> bytes:
    """A PNG with more chunks behind its header."""
    buffer = BytesIO()
    (image or blocks()).save(buffer, format="PNG")
    content, end = buffer.getvalue(), len(SIGNATURE) + 25
    return content[:end] + b"".join(chunks) + content[end:]


def written(path: Path, content: bytes) -> Path:
    """A file of these bytes."""
    path.write_bytes(content)
    return path


def plain() -> Pixels:
    """The blocks as they are."""
    return np.asarray(blocks())


def padded(icc: bytes, n_bytes: int) -> bytes:
    """A profile with as many bytes more behind it."""
    grown = icc + bytes(n_bytes)
    return struct.pack(">I", len(grown)) + grown[4:]


@pytest.mark.parametrize(
    "more",
    [
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"<x/>" * 600_000),
        chunk(b"zTXt", b"history\0\0" + zlib.compress(bytes(4_000_000))),
        chunk(b"tEXt", b"history\0" + b"x" * 3_000_000),
        chunk(b"tEXt", b"Comment\0damaged", damaged=True),
        chunk(b"iCCP", b"none\0\0" + zlib.compress(b"no profile"), damaged=True),
        chunk(b"prVt", bytes(2_000_000)),
    ],
    ids=["xmp", "packed text", "text", "checksum of a text", "checksum of a profile", "private"],
)
def test_what_a_png_can_do_without_stops_nothing(tmp_path: Path, more: bytes) -> None:
    """Every pixel is read as it is."""
    assert np.array_equal(read_picture(written(tmp_path / "a.png", png_with(more))), plain())


def test_a_damaged_picture_is_still_refused(tmp_path: Path) -> None:
    """The checksum of the pixels counts."""
    content = png_with()
    at = content.index(b"IDAT") + 20
    broken = content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]
    with pytest.raises(InputError, match="cannot be read"):
        read_picture(written(tmp_path / "a.png", broken))


def test_a_large_profile_is_obeyed(tmp_path: Path) -> None:
    """As the same one is without the megabytes that its program added."""
    small, large = wide_profile(), padded(wide_profile(), 2_000_000)
    files = [png_with(chunk(b"iCCP", b"p\0\0" + zlib.compress(icc))) for icc in (small, large)]
    read = [read_picture(written(tmp_path / f"{at}.png", content)) for at, content in enumerate(files)]
    assert np.array_equal(read[0], read[1])
    assert read[0].mean() > plain().mean() + 10


def test_a_profile_beyond_all_is_refused(tmp_path: Path) -> None:
    """It unpacks to more than any press has."""
    content = png_with(chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(40_000_000))))
    with pytest.raises(InputError, match="profile is too large"):
        read_picture(written(tmp_path / "a.png", content))


@pytest.mark.parametrize("mode", ["P", "RGBA", "RGB"])
def test_a_profile_is_obeyed_in_every_mode(tmp_path: Path, mode: str) -> None:
    """A picture of indices has the colours of its twin without a palette."""
    twin, own = tmp_path / "twin.png", tmp_path / "own.png"
    blocks().save(twin, icc_profile=wide_profile())
    image = blocks().quantize(8) if mode == "P" else blocks().convert(mode)
    image.save(own, icc_profile=wide_profile())
    assert np.abs(read_picture(own).astype(int) - read_picture(twin)).max() <= 1
    assert read_picture(own).mean() > plain().mean() + 10


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_profile_is_obeyed(tmp_path: Path, mode: str) -> None:
    """Tones are lighter by it."""
    path = tmp_path / "a.png"
    blocks().convert(mode).save(path, icc_profile=wide_profile(b"GRAY"))
    assert read_picture(path).mean() > np.asarray(blocks().convert("L")).mean() + 10


def test_cmyk_is_read_by_the_profile_of_its_press(tmp_path: Path) -> None:
    """Without ink it is white, and full black ink is black."""
    inks = np.zeros((64, 64, 4), np.uint8)
    inks[:, 32:, 3] = 255
    path = tmp_path / "a.jpg"
    Image.fromarray(inks, "CMYK").save(path, icc_profile=press_profile(), quality=95)
    read = read_picture(path)
    assert read[:, :24].min() > 240
    assert read[:, 40:].max() < 15


@pytest.mark.parametrize("suffix", ["heic", "avif", "webp", "jpg", "bmp", "tif", "gif"])
def test_pictures_of_phones_and_programs_are_read(tmp_path: Path, suffix: str) -> None:
    """Within what their codecs change."""
    path = tmp_path / f"a.{suffix}"
    if suffix == "heic":
        from_pillow(blocks()).save(path, quality=95)
    else:
        blocks().save(path, quality=95)
    away = np.abs(read_picture(path).astype(int) - plain())
    assert np.median(away) <= 2
    assert away.mean() < 3


@pytest.mark.parametrize("suffix", ["png", "webp", "gif", "tif"])
def test_the_first_of_several_pictures_is_read(tmp_path: Path, suffix: str) -> None:
    """And a notice says so."""
    path = tmp_path / f"a.{suffix}"
    others = [Image.new("RGB", (96, 96), colour) for colour in ("red", "blue")]
    blocks().save(path, save_all=True, append_images=others, duration=50, lossless=True)
    read = read_photograph(path)
    assert np.abs(read.pixels.astype(int) - plain()).mean() < 3
    assert [str(notice) for notice in read.notices] == [f"{path} has several pictures; the first is read"]


def test_pictures_that_are_not_read_are_not_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A TIFF can have a hundred thousand, and each is looked up among all that were found before it."""
    path = tmp_path / "a.tif"
    blocks().save(path, save_all=True, append_images=[blocks()] * 9)
    places: list[int] = []
    seek = TiffImageFile._seek

    def seek_counted(self: TiffImageFile, frame: int) -> None:
        places.append(frame)
        seek(self, frame)

    monkeypatch.setattr(TiffImageFile, "_seek", seek_counted)
    assert read_photograph(path).notices
    assert max(places) <= 1


def test_a_phones_rotation_is_applied_to_heic(tmp_path: Path) -> None:
    """A picture that was taken upright is upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    heif = from_pillow(blocks().crop((0, 0, 96, 64)))
    heif.save(tmp_path / "a.heic", exif=exif.tobytes(), quality=95)
    assert read_picture(tmp_path / "a.heic").shape[:2] in {(96, 64), (64, 96)}
