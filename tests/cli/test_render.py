"""`plitka render`, with the real renderer at small sizes."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import Run, RunJson
from tests.core.laid_once import forget_laid

from plitka.cli import render
from plitka.core.files.picture import read_fields
from plitka.core.scene import FRACTIONS_MM, USUAL_FRACTION

RECIPE = "60% red, 30% black, 10% white"
MAPS = {"albedo": 2, "ids": 0, "height": 0, "normal": 2, "roughness": 0, "ao": 0}
"""Name -> colour type of a PNG: 0 is grey, 2 is RGB."""


def samples_of(path: str) -> np.ndarray[Any, np.dtype[Any]]:
    """A picture's samples as Pillow reads them."""
    with Image.open(path) as image:
        return np.asarray(image)


class TestRender:
    """`plitka render`."""

    def test_measured_shares_that_cannot_be_compared_are_remarked_on(
        self, run: Run, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Near colours in the wet, in the reader's language; the picture is made all the same."""
        words = ("50% gray, 50% light gray", "--wet", "--size", "256", "--seed", "5", "-o", "a.png")
        assert run("render", *words, "--language", "ru") == 0
        assert "верить следует точным долям" in capsys.readouterr().err

    def test_a_picture_with_exact_shares(self, run_json: RunJson) -> None:
        """The object of `generate`, and what is exactly there; the file carries the same."""
        found = run_json("render", RECIPE, "--size", "256", "--seed", "7", "-o", "a.png")
        [image] = found["images"]
        assert set(image) == {
            "path", "seed", "requested", "measured", "exact", "uncertainty", "max_error", "attempts", "seconds",
            "stage_seconds", "width_px", "height_px", "prompt", "model",
            "granule_mm", "coarse", "fine", "surface", "light", "wet", "field_mm",
        }  # fmt: skip
        assert image["requested"] == {"RED": 60, "BLACK": 30, "WHITE": 10}
        assert image["exact"] == pytest.approx(image["requested"], abs=0.5)
        assert sum(image["measured"].values()) == pytest.approx(100, abs=0.1)
        assert samples_of("a.png").shape == (256, 256, 3)
        assert read_fields(Path("a.png"))["recipe"] == RECIPE
        assert found["model"].startswith("render")

    @pytest.mark.parametrize("sides", [("256", "128"), ("128", "256")])
    def test_a_picture_that_is_no_square(self, run: Run, run_json: RunJson, sides: tuple[str, str]) -> None:
        """With maps of its size, repeated by its own fields, at the scale of its longer side."""
        words = ("render", RECIPE, "--width", sides[0], "--height", sides[1], "--seed", "7", "-o", "a.png")
        [image] = run_json(*words, "--maps", "maps")["images"]
        width_px, height_px = map(int, sides)
        assert (image["width_px"], image["height_px"]) == (width_px, height_px)
        assert samples_of("a.png").shape == (height_px, width_px, 3)
        assert all(samples_of(path).shape[:2] == (height_px, width_px) for path in image["maps"].values())
        assert image["field_mm"] == pytest.approx(36.5)
        with Image.open("a.png") as picture:
            assert picture.info["dpi"] == pytest.approx([256 / 36.5 * 25.4] * 2, rel=0.001)
        assert read_fields(Path("a.png"))["size"] == "x".join(sides)
        assert run("render", "--like", "a.png", "-o", "b.png") == 0
        assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
        assert run("render", "--like", "a.png", "--size", "128", "-o", "c.png") == 0
        assert samples_of("c.png").shape == (128, 128, 3)

    def test_small_granules_of_a_picture_that_is_no_square(self, run_json: RunJson) -> None:
        """Drawn larger and made smaller in both directions."""
        words = ("--width", "256", "--height", "128", "--field-mm", "120", "--whole-tile", "--seed", "7")
        [image] = run_json("render", RECIPE, *words, "-o", "a.png")["images"]
        assert samples_of("a.png").shape == (128, 256, 3)
        assert image["measured_at_px"] == 512
        assert image["exact"] == pytest.approx(image["requested"], abs=0.3)

    @pytest.mark.parametrize("command", ["render", "generate"])
    def test_sides_are_said_in_one_way(self, run: Run, capsys: pytest.CaptureFixture[str], command: str) -> None:
        """One side alone leaves the other open, and a square has one."""
        assert run(command, RECIPE, "--width", "128") == 2
        assert "--width and --height belong together" in capsys.readouterr().err
        assert run(command, RECIPE, "--size", "128", "--width", "128", "--height", "64") == 2
        assert "--size says the width and the height" in capsys.readouterr().err

    def test_the_same_seed_gives_the_same_bytes(self, run: Run) -> None:
        """And another seed another picture."""
        for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
            forget_laid()
            assert run("render", RECIPE, "--size", "128", "--seed", seed, "-o", f"{name}.png") == 0
        a, b, c = (Path(f"{name}.png").read_bytes() for name in "abc")
        assert a == b != c

    def test_what_will_hardly_be_seen_is_told(
        self, run: Run, run_json: RunJson, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """On stderr, and to a machine as warnings; the picture is made all the same."""
        words = ("render", "black", "--zone", "text:СТАРТ=white", "--size", "256", "--seed", "1")
        assert run(*words) == 0
        assert "note: zone 1 (text:СТАРТ) is finer than its granules" in capsys.readouterr().err
        [image] = run_json(*words)["images"]
        assert image["warnings"][0].startswith("zone 1 (text:СТАРТ) is finer")
        [image] = run_json(*words, "--language", "ru")["images"]
        assert image["warnings"][0].startswith("зона 1 (text:СТАРТ)")

    def test_words_that_are_not_understood_are_told_of_once(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """As not shown; only `parse`, which has no engine, leaves it open."""
        recipe = f"{RECIPE}, dramatic look"
        assert run("render", recipe, "--size", "128", "--seed", "3") == 0
        told = capsys.readouterr().err.splitlines()
        assert [line for line in told if "dramatic" in line] == [
            "note: not understood, and not shown in this picture: dramatic look"
        ]
        assert run("parse", recipe) == 0
        assert "if it reads words: dramatic look" in capsys.readouterr().err

    def test_a_person_reads_a_table(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Asked, exact and measured side by side."""
        assert run("render", RECIPE, "--size", "128", "--seed", "3") == 0
        out = capsys.readouterr().out
        assert "tile.png  seed 3" in out
        assert "exact" in out

    def test_maps_have_their_depth_and_shape(self, run_json: RunJson) -> None:
        """Sixteen bits a channel, as large as the picture, normals of unit length."""
        found = run_json("render", RECIPE, "--size", "128", "--seed", "7", "--maps", "maps")
        assert set(found["images"][0]["maps"]) == set(MAPS)
        assert found["images"][0]["field_mm"] == pytest.approx(18.25)
        assert 0.2 < found["images"][0]["height_mm"] < 10
        for name, path in found["images"][0]["maps"].items():
            content = Path(path).read_bytes()
            assert struct.unpack(">IIBB", content[16:26]) == (128, 128, 16, MAPS[name])
        normal = samples_of("maps/normal.png") / 127.5 - 1  # Pillow reads the upper 8 bits
        assert np.median(np.linalg.norm(normal, axis=-1)) == pytest.approx(1, abs=0.03)
        assert len(np.unique(samples_of("maps/ids.png"))) > 20

    def test_too_many_granules_for_maps_leave_nothing(
        self, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sixteen bits number no more; the picture is not written either."""
        monkeypatch.setattr(render, "MAX_IDS", 10)
        assert run("render", RECIPE, "--size", "128", "--maps", "maps", "-o", "a.png") == 2
        assert "more than a map of ids can number" in capsys.readouterr().err
        assert not Path("a.png").exists()

    def test_surface_granules_and_field_change_the_picture(self, run: Run) -> None:
        """Each of the options reaches the renderer."""
        plain = ("render", RECIPE, "--size", "128", "--seed", "7")
        variants: list[tuple[str, ...]] = [
            (), ("--surface", "cut"), ("--granule-mm", "1", "2"), ("--field-mm", "40"), ("--whole-tile",),
            ("--granules", "1-3"), ("--granules", "2-4"), ("--coarse", "red"), ("--fine", "red"), ("--light", "sun"),
            ("--light", "overcast"), ("--light", "warm"), ("--light", "cold"), ("--wet",),
        ]  # fmt: skip
        for number, variant in enumerate(variants):
            assert run(*plain, *variant, "-o", f"{number}.png") == 0
        pictures = {Path(f"{number}.png").read_bytes() for number in range(len(variants))}
        assert len(pictures) == len(variants)

    def test_a_fraction_is_its_sizes(self, run: Run) -> None:
        """The name of the trade and the millimetres give the same picture, and so does the usual one unnamed."""
        plain = ("render", RECIPE, "--size", "128", "--seed", "7")
        for names in (((), ("--granules", "1-4")), (("--granule-mm", "1", "3"), ("--granules", "1-3"))):
            for name, words in zip("ab", names, strict=True):
                assert run(*plain, *words, "-o", f"{name}.png") == 0
            assert Path("a.png").read_bytes() == Path("b.png").read_bytes()

    def test_the_picture_says_what_is_in_it(self, run_json: RunJson) -> None:
        """Coarse and fine by any name of a colour, granules and light, for machines and in the file."""
        words = ("--coarse", "красный", "--fine", "BLACK, white", "--granules", "2-4", "--light", "overcast", "--wet")
        [image] = run_json("render", RECIPE, "--size", "128", "--seed", "7", "-o", "a.png", *words)["images"]
        told = {name: image[name] for name in ("granule_mm", "coarse", "fine", "light", "wet")}
        assert told == {
            "granule_mm": [2, 4], "coarse": ["RED"], "fine": ["BLACK", "WHITE"], "light": "overcast", "wet": True,
        }  # fmt: skip
        assert json.loads(read_fields(Path("a.png"))["scene"]) == image["scene"] == told

    def test_each_zone_is_exact(self, run_json: RunJson) -> None:
        """Zones are told one by one, and together they are the tile."""
        words = ("--zone", "circle=50% white, 50% blue", "--size", "256", "--seed", "7")
        [image] = run_json("render", RECIPE, *words)["images"]
        ground, disc = image["zones"]
        assert (ground["mask"], disc["mask"]) == (None, "circle")
        assert ground["area_percent"] + disc["area_percent"] == pytest.approx(100, abs=0.02)
        assert disc["requested"] == {"WHITE": 50, "BLUE": 50}
        assert disc["exact"] == pytest.approx(disc["requested"], abs=3)
        blue = disc["area_percent"] * disc["exact"]["BLUE"] / 100
        assert image["exact"]["BLUE"] == pytest.approx(blue, abs=0.05)

    def test_a_person_reads_a_table_for_each_zone(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Its mask and its part of the tile stand above it."""
        assert run("render", RECIPE, "--zone", "circle=white", "--size", "128", "--seed", "3") == 0
        out = capsys.readouterr().out
        assert "zone 0, the ground: " in out
        assert "zone 1, circle: " in out
        assert out.count("exact") == 2

    @pytest.mark.parametrize(("words", "expected"), [
        (("--granules", "1-3", "--granule-mm", "1", "3"), "twice"),
        (("--granules", "3-5"), "choose one of 0.5-1.5, 1-3, 1-4, 2-4"),
        (("--coarse", "blue"), "BLUE is not in the recipe; --coarse takes some of RED, BLACK, WHITE"),
        (("--coarse", "red", "--fine", "RED"), "RED cannot be both"),
        (("--fine", " , "), "--fine names no colour"),
        (("--fine", "redd"), "try: red"),
        (("--granules", "0.5-1.5", "--fine", "red"), "granules of 0.25 mm would be below 3 px"),
    ])  # fmt: skip
    def test_what_is_wrong_with_granules_is_told(
        self, run: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], expected: str
    ) -> None:
        """With what would be right."""
        assert run("render", RECIPE, *words) == 2
        assert expected in capsys.readouterr().err

    @pytest.mark.parametrize("command", [("render",), ("dataset", "render")])
    def test_help_names_every_fraction(
        self, run: Run, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
    ) -> None:
        """And the usual one."""
        assert run(*command, "--help") == 0
        told = " ".join(capsys.readouterr().out.split())
        assert all(f"{name}" in told for name in FRACTIONS_MM)
        assert f"(default: {USUAL_FRACTION})" in told

    def test_a_whole_tile_lies_on_white(self, run: Run) -> None:
        """Its corners are ground, its middle is not."""
        assert run("render", "100% black", "--size", "256", "--seed", "7", "--whole-tile", "-o", "a.png") == 0
        pixels = samples_of("a.png")
        assert pixels[:4, :4].min() > 235
        assert pixels[120:136, 120:136].mean() < 128

    def test_granules_too_small_for_the_picture_are_drawn_larger(
        self, run: Run, run_json: RunJson, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It has the size that was asked for, says where it was measured, and is repeated by its own fields."""
        words = ("render", RECIPE, "--size", "256", "--field-mm", "120", "--whole-tile", "--seed", "7")
        [image] = run_json(*words, "-o", "a.png")["images"]
        assert (image["width_px"], image["height_px"], image["measured_at_px"]) == (256, 256, 512)
        assert samples_of("a.png").shape == (256, 256, 3)
        assert read_fields(Path("a.png"))["size"] == "256x256"
        assert image["exact"] == pytest.approx(image["requested"], abs=0.1)
        assert image["measured"] == pytest.approx(image["exact"], abs=3)
        assert run("render", "--like", "a.png", "-o", "b.png") == 0
        assert "drawn and measured at 512 px" in capsys.readouterr().err
        assert np.array_equal(samples_of("a.png"), samples_of("b.png"))
        assert "measured_at_px" not in run_json("render", RECIPE, "--size", "256", "-o", "c.png")["images"][0]
        assert run(*words[:-4], "--field-mm", "120", "--maps", "maps", "-o", "d.png") == 2

    @pytest.mark.parametrize(
        "words",
        [
            ("--size", "100"), ("--size", "4096"), ("--seed", "-5"), ("--field-mm", "1"), ("--field-mm", "1900"),
            ("--granule-mm", "4", "1"), ("--granule-mm", "0", "1"), ("-o", "a.bmp"), ("--whole-tile", "--seamless"),
            ("--width", "100", "--height", "128"), ("--width", "1024", "--height", "64", "--field-mm", "100"),
            ("--surface", "wet"), ("--light", "dark"), ("--field-mm", "11", "--coarse", "red"),
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_what_cannot_be_rendered_is_refused(self, run: Run, words: tuple[str, ...]) -> None:
        """With exit code 2 and no file."""
        assert run("render", RECIPE, *words) == 2
        assert not list(Path().glob("*.png"))
