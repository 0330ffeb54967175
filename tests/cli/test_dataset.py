"""`plitka dataset render`."""

import csv
from pathlib import Path

import pytest
from tests.cli.conftest import Run, RunJson

from plitka.core.colour.palette import default_palette
from plitka.core.dataset import rendering as dataset
from plitka.core.files import picture
from plitka.core.recipes.reading import parse_recipe


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
        grown = run_json(*self.WORDS, "--count", "7")
        assert (grown["made"], grown["count"]) == (3, 7)
        after = self.contents()
        assert {name: after[name] for name in before if name != "metadata.csv"} == {
            name: content for name, content in before.items() if name != "metadata.csv"
        }
        assert len(self.table()) == len(after) - 1 == 7

    def test_a_folder_that_grew_says_what_was_there(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Also within a block, whose pictures are not made again; the table is that of a folder made at once."""
        assert run(*self.WORDS, "--count", "5") == 0
        whole = self.contents()
        Path("set").rename("whole")
        assert run(*self.WORDS, "--count", "1") == 0
        made_first = Path("set/000000.png").stat().st_mtime_ns
        capsys.readouterr()
        assert run(*self.WORDS, "--count", "2") == 0
        assert "pictures made: 1, there before: 1" in capsys.readouterr().out
        assert run(*self.WORDS, "--count", "5") == 0
        assert Path("set/000000.png").stat().st_mtime_ns == made_first
        assert self.contents() == whole

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


class TestFetch:
    """`plitka dataset fetch`."""

    def test_a_folder_that_holds_something_is_refused(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Or it is said that a library is missing; either way nothing is fetched."""
        Path("set").mkdir()
        Path("set/a").touch()
        assert run("dataset", "fetch", "owner/name", "set") == 2
        told = capsys.readouterr().err
        assert "not empty" in told or "pip install datasets" in told
