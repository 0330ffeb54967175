"""Pictures as files."""

import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from plitka.core.colour.palette import Colour, default_palette
from plitka.core.files.picture import (
    PARAMETERS,
    WRITTEN,
    encode_picture,
    encode_png,
    name_guide,
    px_per_mm,
    read_fields,
    read_texts,
    text_fields,
    write_whole,
)
from plitka.core.generation import Defaults, Mode, Request, Result, ZoneShares
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size, Surface, Zone
from plitka.core.scene_json import from_json
from plitka.errors import InputError

RECIPE = parse_recipe("60% red, 40% black").recipe
SIZE = Size(width_px=64, height_px=64)


def a_result(mode: Mode = Mode.TEXT, scene: Scene | None = None, **choices: Any) -> Result:  # noqa: ANN401
    """A small finished picture."""
    scene = scene or Scene.of(RECIPE, SIZE)
    request = Request(scene=scene, seed=5, mode=mode, negative_prompt="размыто", **choices)
    shares = ZoneShares(
        asked={"RED": 60.0, "BLACK": 40.0}, measured={"RED": 61.257, "BLACK": 38.743}, area=1 / len(scene.zones)
    )
    return Result(
        pixels=np.arange(64 * 64 * 3, dtype=np.uint32).reshape(64, 64, 3).astype(np.uint8),
        request=Defaults(px_per_mm=3.5).complete(request),
        prompt="a tile",
        engine="mini@0123456789ab",
        zones=(shares,) * len(scene.zones),
        seconds=1.5,
    )


def test_a_picture_carries_what_repeats_it(tmp_path: Path) -> None:
    """Every field that was written is read back, also one in Cyrillic."""
    path = tmp_path / "tile.png"
    result = a_result()
    write_whole(path, encode_png(result.pixels, text_fields(result, "1.2.3")))
    assert read_fields(path) == {
        "plitka": "1.2.3",
        "recipe": "60% red, 40% black",
        "prompt": "a tile",
        "negative_prompt": "размыто",
        "seed": "5",
        "steps": "20",
        "guidance": "7.0",
        "size": "64x64",
        "mode": "text",
        "model": "mini@0123456789ab",
        "requested": '{"RED": 60.0, "BLACK": 40.0}',
        "measured": '{"RED": 61.26, "BLACK": 38.74}',
        "parameters": "a tile\nNegative prompt: размыто\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 5, "
        "Size: 64x64, Model hash: 0123456789ab, Model: mini",
    }


@pytest.mark.parametrize("suffix", WRITTEN)
def test_every_kind_of_file_repeats_it_and_has_its_scale(tmp_path: Path, suffix: str) -> None:
    """Read by Pillow as any viewer would; JPEG and WebP carry A1111's text apart."""
    result = a_result()
    fields = text_fields(result, "1.2.3")
    path = tmp_path / f"tile{suffix.upper()}"
    write_whole(path, encode_picture(result.pixels, path.suffix, fields, px_per_mm(result)))
    assert read_fields(path) == {name: text for name, text in fields.items() if suffix == ".png" or name != PARAMETERS}
    with Image.open(path) as image:
        assert image.size == (64, 64)
        exif = image.getexif()
        dpi = image.info["dpi"][0] if suffix != ".webp" else float(exif[ExifTags.Base.XResolution])
        assert dpi == pytest.approx(3.5 * 25.4, abs=1)
        if suffix != ".png":
            comment = exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
            assert comment.removeprefix(b"UNICODE\0").decode("utf-16-be") == fields[PARAMETERS]


def test_a_jpeg_that_would_carry_too_much_is_refused() -> None:
    """Such as large masks; the other kinds hold them."""
    pixels, fields = np.zeros((64, 64, 3), np.uint8), {"plitka": "1", "scene": "x" * 70_000}
    with pytest.raises(InputError, match=r"write a \.png or \.webp file"):
        encode_picture(pixels, ".JPG", fields, 7.0)
    for suffix in (".png", ".webp"):
        assert len(encode_picture(pixels, suffix, fields, 7.0)) > 70_000 or suffix == ".png"


def test_a_picture_of_somebody_else_carries_nothing(tmp_path: Path) -> None:
    """Whatever its kind, and whatever its description says."""
    for name, description in (("a.jpg", ""), ("b.webp", "[1]"), ("c.jpg", '{"a": 1}'), ("d.png", "")):
        exif = Image.Exif()
        exif[ExifTags.Base.ImageDescription] = description
        Image.new("RGB", (64, 64)).save(tmp_path / name, exif=exif)
        with pytest.raises(InputError, match="carries no recipe"):
            read_fields(tmp_path / name)


def test_a_guided_picture_tells_more() -> None:
    """Strength, tolerance and attempts; granules from outside by their hash, which their arrangement changes."""
    ids = np.arange(12, dtype=np.int32).reshape(3, 4)
    fields = text_fields(a_result(Mode.GUIDED, strength=0.6, tolerance=3.0), "1.2.3")
    assert [fields[name] for name in ("mode", "strength", "tolerance", "attempts")] == ["guided", "0.6", "3.0", "1"]
    assert "guide" not in fields
    over = text_fields(a_result(Mode.GUIDED, strength=0.6, tolerance=3.0, guide=ids), "1.2.3")
    assert over == fields | {"guide": name_guide(ids)}
    assert len({name_guide(ids), name_guide(ids.reshape(4, 3)), name_guide(ids + 1)}) == 3


def test_a_picture_carries_what_a_palettes_names_stand_for() -> None:
    """Of the colours that it shows, and only of those that are not ours."""
    own = Colour(code="AA", caption_name="alpha", name_ru="альфа", srgb_hex="#00FF00", source="custom")
    recipe = parse_recipe("50% alpha, 50% red", default_palette().with_colours([own])).recipe
    assert json.loads(text_fields(a_result(scene=Scene.of(recipe, SIZE)), "1")["palette"]) == {"alpha": "#00FF00"}
    assert "palette" not in text_fields(a_result(), "1")


def test_a_picture_carries_its_scene() -> None:
    """Zones with their masks, and what is unusual of the look; from them and the recipe the scene is read back."""
    scene = Scene(
        zones=(Zone(RECIPE), Zone(RECIPE, "text:СТАРТ")),
        surface=Surface.CUT,
        size=Size(width_px=64, height_px=64),
        field_mm=20,
    )
    fields = text_fields(a_result(Mode.GUIDED, scene), "1.2.3")
    assert "СТАРТ" in fields["scene"]
    assert from_json(RECIPE, json.loads(fields["scene"]), SIZE) == scene
    assert [zone["area_percent"] for zone in json.loads(fields["zones"])] == [50.0, 50.0]
    assert fields["requested"] == '{"RED": 60.0, "BLACK": 40.0}'


def test_a_plain_picture_has_no_scene() -> None:
    """Its recipe and its size say it all."""
    assert {"scene", "zones"}.isdisjoint(text_fields(a_result(Mode.GUIDED), "1.2.3"))


def test_the_renderers_picture_has_no_strength() -> None:
    """Nothing is painted over."""
    result = a_result(Mode.GUIDED)
    rendered = replace(result, request=replace(result.request, strength=0.0))
    assert {"strength", "tolerance", "attempts"}.isdisjoint(text_fields(rendered, "1.2.3"))


def test_a_picture_keeps_its_pixels(tmp_path: Path) -> None:
    """PNG loses nothing."""
    path = tmp_path / "tile.png"
    write_whole(path, encode_png(a_result().pixels))
    np.testing.assert_array_equal(np.asarray(Image.open(path)), a_result().pixels)


def test_the_same_result_gives_the_same_bytes() -> None:
    """Neither the time nor how long it took is in the file."""
    first, second = a_result(), a_result()
    object.__setattr__(second, "seconds", 99.0)
    assert encode_png(first.pixels, text_fields(first, "1")) == encode_png(second.pixels, text_fields(second, "1"))


def test_a_foreign_png_is_refused(tmp_path: Path) -> None:
    """A PNG that plitka did not make carries no recipe."""
    path = tmp_path / "foreign.png"
    Image.new("RGB", (8, 8)).save(path)
    with pytest.raises(InputError, match="carries no recipe"):
        read_fields(path)


def test_what_is_no_png_is_refused(tmp_path: Path) -> None:
    """Text under a picture's name is told from a picture."""
    path = tmp_path / "tile.png"
    path.write_text("not a picture")
    with pytest.raises(InputError, match="is not a PNG"):
        read_fields(path)


@pytest.mark.parametrize("part", [0.5, 0.95])
def test_a_cut_off_png_is_refused(tmp_path: Path, part: float) -> None:
    """Part of a picture cannot be repeated, whether its text or its pixels end early."""
    path = tmp_path / "tile.png"
    content = encode_png(a_result().pixels, text_fields(a_result(), "1"))
    path.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(InputError, match=r"not a whole one|cannot be read"):
        read_fields(path)


def test_a_picture_of_a_size_that_no_memory_holds_is_refused(tmp_path: Path) -> None:
    """By its header."""
    path = tmp_path / "tile.png"
    content = bytearray(encode_png(a_result().pixels))
    content[16:24] = struct.pack(">II", 30_000, 30_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_fields(path)


def test_a_missing_picture_is_refused(tmp_path: Path) -> None:
    """A wrong path is the caller's mistake."""
    with pytest.raises(InputError, match="cannot be read"):
        read_fields(tmp_path / "none.png")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks a write, the name stands for the whole old file."""
    path = tmp_path / "tile.png"
    write_whole(path, b"old")

    def broken_fsync(_descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", broken_fsync)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_follows_the_umask(tmp_path: Path) -> None:
    """A picture is as readable as any other new file."""
    write_whole(tmp_path / "tile.png", b"picture")
    (tmp_path / "other").write_bytes(b"")
    assert (tmp_path / "tile.png").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("suffix", WRITTEN)
def test_the_texts_of_any_picture_are_read(suffix: str) -> None:
    """Ours whole, whatever format they have; of others what there is."""
    result = a_result(Mode.GUIDED)
    fields = text_fields(result, "1.2.3")
    assert read_texts(encode_picture(result.pixels, suffix, fields, 3.5), "a picture") == fields
    assert "Denoising strength" not in fields[PARAMETERS]  # which would turn on the web UI's second pass


def test_a_picture_of_others_has_the_texts_that_it_has(tmp_path: Path) -> None:
    """None is one answer; and what is no picture is refused."""
    image = Image.new("RGB", (8, 8))
    image.save(tmp_path / "a.png")
    assert read_texts((tmp_path / "a.png").read_bytes(), "a.png") == {}
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0a tile\nSteps: 20"
    image.save(tmp_path / "a.jpg", exif=exif)
    assert read_texts((tmp_path / "a.jpg").read_bytes(), "a.jpg") == {PARAMETERS: "a tile\nSteps: 20"}
    for content in (b"", b"\x89PNG\r\n\x1a\n", (tmp_path / "a.jpg").read_bytes()[:30]):
        with pytest.raises(InputError):
            read_texts(content, "a.png")
