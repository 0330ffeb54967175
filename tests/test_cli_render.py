"""`render`, `measure`, `dataset render` and `evaluate`, with the real renderer at small sizes."""

import csv
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from plitka.cli import main
from plitka.core.colour.palette import default_palette
from plitka.core.files import dataset, picture
from plitka.core.files.picture import read_fields
from plitka.core.recipes.recipe import parse_recipe
from plitka.core.tile.granules import FRACTIONS_MM, USUAL_FRACTION

RECIPE = "60% red, 30% black, 10% white"
MAPS = {"ids": 0, "height": 0, "normal": 2, "roughness": 0, "ao": 0}
"""Name -> colour type of a PNG: 0 is grey, 2 is RGB."""
Run = Callable[..., int]
RunJson = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in an empty folder, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLITKA_LANG", "en")

    def run(*words: str) -> int:
        try:
            return main(words)
        except SystemExit as stop:
            return int(stop.code or 0)

    return run


@pytest.fixture
def run_json(run: Run, capsys: pytest.CaptureFixture[str]) -> RunJson:
    """A command that ends well, and the object that it wrote."""

    def run_json(*words: str) -> dict[str, Any]:
        assert run(*words, "--json") == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return run_json


def samples_of(path: str) -> np.ndarray[Any, np.dtype[Any]]:
    """A picture's samples as Pillow reads them."""
    with Image.open(path) as image:
        return np.asarray(image)


class TestRender:
    """`plitka render`."""

    def test_a_picture_with_exact_shares(self, run_json: RunJson) -> None:
        """The object of `generate`, and what is exactly there; the file carries the same."""
        found = run_json("render", RECIPE, "--size", "256", "--seed", "7", "-o", "a.png")
        [image] = found["images"]
        assert set(image) == {
            "path", "seed", "requested", "measured", "exact", "max_error", "attempts", "seconds",
            "granule_mm", "coarse", "fine", "light", "wet",
        }  # fmt: skip
        assert image["requested"] == {"RED": 60, "BLACK": 30, "WHITE": 10}
        assert image["exact"] == pytest.approx(image["requested"], abs=0.5)
        assert sum(image["measured"].values()) == pytest.approx(100, abs=0.1)
        assert samples_of("a.png").shape == (256, 256, 3)
        assert read_fields(Path("a.png"))["recipe"] == RECIPE
        assert found["model"].startswith("render")

    def test_the_same_seed_gives_the_same_bytes(self, run: Run) -> None:
        """And another seed another picture."""
        for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
            assert run("render", RECIPE, "--size", "128", "--seed", seed, "-o", f"{name}.png") == 0
        a, b, c = (Path(f"{name}.png").read_bytes() for name in "abc")
        assert a == b != c

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
        """Grains by any name of a colour, granules and light, for machines and in the file."""
        words = ("--coarse", "красный", "--fine", "BLACK, white", "--granules", "2-4", "--light", "overcast", "--wet")
        [image] = run_json("render", RECIPE, "--size", "128", "--seed", "7", "-o", "a.png", *words)["images"]
        told = {name: image[name] for name in ("granule_mm", "coarse", "fine", "light", "wet")}
        assert told == {
            "granule_mm": [2, 4], "coarse": ["RED"], "fine": ["BLACK", "WHITE"], "light": "overcast", "wet": True,
        }  # fmt: skip
        fields = read_fields(Path("a.png"))
        assert {name: fields[name] for name in told} == {
            "granule_mm": "2-4", "coarse": "RED", "fine": "BLACK, WHITE", "light": "overcast", "wet": "yes",
        }  # fmt: skip

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
        """It is written out there, because the table is of a module that help does not wait for."""
        assert run(*command, "--help") == 0
        told = " ".join(capsys.readouterr().out.split())
        assert all(f"{name}" in told for name in FRACTIONS_MM)
        assert f"(usual: {USUAL_FRACTION})" in told

    def test_a_whole_tile_lies_on_white(self, run: Run) -> None:
        """Its corners are ground, its middle is not."""
        assert run("render", "100% black", "--size", "256", "--seed", "7", "--whole-tile", "-o", "a.png") == 0
        pixels = samples_of("a.png")
        assert pixels[:4, :4].min() > 235
        assert pixels[120:136, 120:136].mean() < 128

    @pytest.mark.parametrize(
        "words",
        [
            ("--size", "100"), ("--size", "4096"), ("--seed", "-5"), ("--field-mm", "1"), ("--field-mm", "1900"),
            ("--granule-mm", "4", "1"), ("--granule-mm", "0", "1"), ("-o", "a.jpg"), ("--whole-tile", "--seamless"),
            ("--surface", "wet"), ("--light", "dark"), ("--field-mm", "11", "--coarse", "red"),
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_what_cannot_be_rendered_is_refused(self, run: Run, words: tuple[str, ...]) -> None:
        """With exit code 2 and no file."""
        assert run("render", RECIPE, *words) == 2
        assert not list(Path().glob("*.png"))


class TestMeasure:
    """`plitka measure`."""

    @pytest.fixture
    def picture(self, tmp_path: Path) -> Path:
        """Half red, half black, in lit colours."""
        palette = default_palette()
        lit = [str((palette.find(name) or palette.colours[0]).lit_hex) for name in ("red", "black")]
        image = Image.new("RGB", (128, 128), lit[0])
        image.paste(lit[1], (64, 0, 128, 128))
        image.save(tmp_path / "picture.png")
        return tmp_path / "picture.png"

    @pytest.mark.parametrize("colours", ["red, black", "90% red, 10% black", "красный и чёрный"])
    def test_shares_whatever_was_asked(self, run_json: RunJson, picture: Path, colours: str) -> None:
        """Colours with or without percents; the object has three keys."""
        found = run_json("measure", str(picture), colours)
        assert set(found) == {"shares", "uncertainty", "off_palette"}
        assert found["shares"] == pytest.approx({"RED": 50, "BLACK": 50}, abs=3)

    def test_a_person_reads_lines(self, run: Run, picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A line a colour, then how sure that is."""
        assert run("measure", str(picture), "red, black") == 0
        assert "RED" in capsys.readouterr().out

    @pytest.mark.parametrize("words", [("none.png", "red"), ("picture.png", "redd"), ("text.png", "red")])
    def test_bad_files_and_colours_end_with_2(self, run: Run, picture: Path, words: tuple[str, ...]) -> None:
        """They are the caller's to mend."""
        (picture.parent / "text.png").write_text("no picture")
        assert run("measure", *words) == 2


class TestDataset:
    """`plitka dataset render`."""

    WORDS = ("dataset", "render", "set", "--size", "64", "--jobs", "1", "--seed", "4")

    @staticmethod
    def table() -> list[dict[str, str]]:
        """The folder's metadata."""
        with Path("set/metadata.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @staticmethod
    def contents() -> dict[str, bytes]:
        """Every picture and the table, by name."""
        return {path.name: path.read_bytes() for path in Path("set").glob("*.*") if path.is_file()}

    @pytest.fixture(autouse=True)
    def small_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Three pictures to a geometry."""
        monkeypatch.setattr(dataset, "N_BLOCK", 3)

    def test_pictures_captions_and_shares(self, run_json: RunJson) -> None:
        """The convention of imagefolder: a row a file, its caption is its recipe, its shares are exact."""
        assert run_json(*self.WORDS, "--count", "7") == {"folder": "set", "made": 7, "count": 7}
        rows = self.table()
        assert [row["file_name"] for row in rows] == [f"{number:06d}.png" for number in range(7)]
        assert len({Path("set", row["file_name"]).read_bytes() for row in rows}) == 7
        for row in rows:
            asked = parse_recipe(row["text"]).recipe.percents
            exact = {code: float(row[code]) for code in asked}
            assert sum(exact.values()) == pytest.approx(100, abs=0.02)
            assert exact == pytest.approx(asked, abs=15)  # of 9 mm there are few granules
            assert all(
                float(row[colour.code]) == 0 for colour in default_palette().catalogue if colour.code not in asked
            )

    def test_only_the_colours_named_are_mixed(self, run: Run) -> None:
        """In any order; the table has columns for no others."""
        assert run(*self.WORDS, "--count", "3", "--colours", "red, чёрный, #123456") == 0
        assert list(self.table()[0]) == ["file_name", "text", "RED", "BLACK", "#123456"]

    def test_what_was_left_half_done_is_gone_on_with(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """A stop in the midst of a block leaves the same folder, once gone on with, as no stop."""
        assert run(*self.WORDS, "--count", "8") == 0
        whole = self.contents()
        Path("set").rename("whole")
        write_whole, n_written = picture.write_whole, 0

        def stop_at_the_sixth(path: Path, content: bytes) -> None:
            nonlocal n_written
            n_written += path.suffix == ".png"
            if n_written == 6:
                path.with_name(f".{path.name}.0.part").write_bytes(content[:99])
                raise KeyboardInterrupt
            write_whole(path, content)

        monkeypatch.setattr(dataset, "write_whole", stop_at_the_sixth)
        assert run(*self.WORDS, "--count", "8") == 130
        assert not Path("set/metadata.csv").exists()
        assert len(list(Path("set").glob("*.png"))) == 5
        monkeypatch.setattr(dataset, "write_whole", write_whole)
        assert run(*self.WORDS, "--count", "8") == 0
        assert self.contents() == whole

    def test_a_folder_may_grow(self, run_json: RunJson) -> None:
        """What was there stays as it was; the rest is as if it had been asked for at once."""
        run_json(*self.WORDS, "--count", "4")
        before = self.contents()
        assert run_json(*self.WORDS, "--count", "4")["made"] == 0
        run_json(*self.WORDS, "--count", "7")
        after = self.contents()
        assert {name: after[name] for name in before if name != "metadata.csv"} == {
            name: content for name, content in before.items() if name != "metadata.csv"
        }
        assert len(self.table()) == len(after) - 1 == 7

    def test_processes_make_the_same_pictures(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two at work or one: the same bytes."""
        monkeypatch.setattr(dataset, "N_BLOCK", 20)  # a fresh process knows of no other
        assert run(*self.WORDS, "--count", "22") == 0
        alone = self.contents()
        Path("set").rename("alone")
        assert run(*self.WORDS, "--count", "22", "--jobs", "2") == 0
        assert self.contents() == alone

    def test_other_settings_need_another_folder(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Otherwise one folder would hold two sorts of pictures."""
        assert run(*self.WORDS, "--count", "1") == 0
        assert run(*self.WORDS[:-1], "5", "--count", "1") == 2
        assert "another seed: 4, not 5" in capsys.readouterr().err
        assert run(*self.WORDS, "--count", "1", "--granules", "1-3") == 2
        assert "another granules: 1-4, not 1-3" in capsys.readouterr().err

    def test_a_fraction_makes_other_pictures(self, run: Run) -> None:
        """The usual one by its name makes the same ones, also in a folder that was begun without a choice."""
        assert run(*self.WORDS, "--count", "1") == 0
        usual = self.contents()
        settings = Path("set/.plitka/settings.json")
        settings.write_text(settings.read_text("utf-8").replace('"granules": "1-4", ', ""), "utf-8")
        assert "granules" not in settings.read_text("utf-8")
        assert run(*self.WORDS, "--count", "1", "--granules", "1-4") == 0
        assert self.contents() == usual
        Path("set").rename("usual")
        assert run(*self.WORDS, "--count", "1", "--granules", "1-3") == 0
        assert self.contents()["000000.png"] != usual["000000.png"]

    @pytest.mark.parametrize(
        "words",
        [("--count", "0"), ("--count", "1", "--jobs", "0"), ("--count", "1", "--colours", "redd"),
         ("--count", "1", "--colours", ","), ("--count", "1", "--size", "9"), ("--count", "1", "--granules", "4")],
        ids=" ".join,
    )  # fmt: skip
    def test_bad_settings_end_with_2(self, run: Run, words: tuple[str, ...]) -> None:
        """Before any picture is made."""
        assert run(*self.WORDS, *words) == 2
        assert not list(Path().rglob("*.png"))


class TestEvaluate:
    """`plitka evaluate`."""

    def test_the_renderer_against_itself(self, run_json: RunJson) -> None:
        """A report as JSON, as Markdown, and two sheets; the same engine has the same figures twice."""
        Path("suite.txt").write_text("100% red\n60% red, 40% blue\n", "utf-8")
        found = run_json(
            "evaluate", "--suite", "suite.txt", "--model", "render", "--baseline", "render", "--size", "256",
            "-o", "out",
        )  # fmt: skip
        one, other = found["engines"]
        assert one["realism"] == other["realism"]
        assert set(one["realism"]) == {"solids", "mixes"}
        assert one["measure_error"]["n"] == 1
        assert (one["mode"], one["attempts"]) == ("guided", {"mean": 1.0, "max": 1})
        assert one["pictures"][1]["exact"] == pytest.approx({"RED": 60, "BLUE": 40}, abs=0.5)
        assert {path.name for path in Path("out").iterdir()} == {
            "report.json", "report.md", "pictures.png", "baseline.png",
        }  # fmt: skip
        assert json.loads(Path("out/report.json").read_text("utf-8")) == found

    def test_a_limit_and_photographs(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """References come from pictures, and the suite from what they are of."""
        Path("photos").mkdir()
        rows = [("file", "caption")]
        for code, name in (("RED", "red"), ("BLUE", "blue")):
            noise = np.random.default_rng(1).integers(256, size=(640, 640, 3), dtype=np.uint8)
            Image.fromarray(noise).resize((1024, 1024)).save(f"photos/{code}.png")
            rows.append((f"{code}.png", f"100% {name}"))
        with Path("photos/captions.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        assert (
            run(
                "evaluate", "--photos", "photos", "--model", "render", "--size", "256", "--limit", "1", "--mode", "text"
            )
            == 0
        )
        out = capsys.readouterr().out
        assert "| pictures | 1, refused 0 |" in out
        assert "| mode | text |" in out
        assert "## " not in out
        assert Path("evaluation/report.md").exists()

    @pytest.mark.parametrize(
        "words", [("--suite", "none.txt"), ("--limit", "0"), ("--photos", "none"), ("--size", "100", "--limit", "1")]
    )
    def test_bad_settings_end_with_2(self, run: Run, words: tuple[str, ...]) -> None:
        """No suite, no pictures, no such size."""
        assert run("evaluate", "--model", "render", *words) == 2
