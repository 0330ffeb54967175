"""`plitka dataset audit` and `plitka dataset caption`."""

import json
import os
from pathlib import Path

import pytest
from PIL import Image
from tests.cli.conftest import Run, RunJson
from tests.core.dataset.tile_folder import CAPTIONS, TRIGGER, lay_out, write_table
from tests.core.measure.tile_pictures import tile

from plitka.core.dataset.folder import read_folder
from plitka.core.files.picture import encode_png


class TestAudit:
    """`plitka dataset audit`."""

    WORDS = ("dataset", "audit", "set", "--jobs", "1")

    def test_wrong_captions_are_told_and_corrected(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """5 says that something is wrong; after the correction nothing is."""
        write_table(lay_out(Path("set"), ["right.png", "exchanged.png"]), dict(list(CAPTIONS.items())[:2]))
        assert run(*self.WORDS) == 5
        told = capsys.readouterr().out
        assert "exchanged.png  wrong  30% blue, 70% yellow  -> 70% blue, 30% yellow" in told
        assert "right.png  " not in told
        assert told.endswith("pictures: 2 (fine 1, wrong 1)\n")
        assert run(*self.WORDS, "--fix", "--sheet", "sheet.png") == 0
        assert "written: set/metadata.corrected.csv" in capsys.readouterr().out
        with Image.open("sheet.png") as sheet:
            assert min(sheet.size) > 320
        assert run(*self.WORDS) == 0
        assert capsys.readouterr().out.endswith("pictures: 2 (fine 2)\n")

    def test_json_has_every_picture(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """With what was measured, found and proposed."""
        write_table(lay_out(Path("set"), ["bare.png", "replaced.png"]), {"replaced.png": CAPTIONS["replaced.png"]})
        Path("set/captions.csv").write_text("file,caption\nnone.png,red\n")
        assert run(*self.WORDS, "--json") == 5
        told = json.loads(capsys.readouterr().out)
        assert told["counts"] == {"fine": 0, "doubtful": 0, "wrong": 1, "no caption": 1, "unreadable": 0}
        bare, replaced = told["pictures"]
        assert (bare["file"], bare["verdict"], bare["proposal"]) == ("bare.png", "no caption", "100% red")
        assert replaced["recipe"] == "70% emerald, 30% violet"
        assert replaced["proposal"] == "70% emerald, 30% sand"
        assert sum(replaced["shares"].values()) == pytest.approx(100)
        assert set(replaced["found"]) == {"EMERALD", "SAND"}
        assert replaced["misfit"] > 0.25
        assert told["problems"] == ["set/captions.csv, line 2: there is no picture none.png"]
        assert (told["duplicates"], told["written"]) == ([], [])

    def test_russian_is_spoken(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Verdicts, recipes and remarks."""
        lay_out(Path("set"), ["bare.png"])
        assert run(*self.WORDS, "--language", "ru") == 0
        told = capsys.readouterr().out
        assert "без подписи" in told
        assert "100% красный" in told

    def test_reasons_are_in_russian_throughout(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Their recipes and colours as well, as in the rest of the line."""
        lay_out(Path("set"), ["exchanged.png", "replaced.png"])
        write_table(Path("set"), {name: CAPTIONS[name] for name in ("exchanged.png", "replaced.png")})
        assert run(*self.WORDS, "--language", "ru") == 5
        told = capsys.readouterr().out
        assert "лучше подходят другие цвета: 70% изумрудный, 30% песочный" in told
        assert "синий занимает здесь 71 %, а не 30 %" in told

    @pytest.mark.parametrize("words", [("none",), ("empty",), ("set", "--jobs", "0"), ("set", "--sheet", "no/x.png")])
    def test_what_cannot_be_done_is_refused_first(self, run: Run, words: tuple[str, ...]) -> None:
        """Before any picture is looked at."""
        Path("empty").mkdir()
        lay_out(Path("set"), ["bare.png"])
        assert run("dataset", "audit", *words) == 2

    def test_a_changed_original_of_a_corrected_caption_is_told(self, run_json: RunJson) -> None:
        """It is not read any more, and whoever wrote into it may not know."""
        lay_out(Path("set"), ["bare.png"])
        Path("set/bare.txt").write_text("100% blue")
        assert run_json(*self.WORDS, "--fix")["problems"] == []
        written_s = Path("set/bare.corrected.txt").stat().st_mtime
        os.utime("set/bare.txt", (written_s + 10,) * 2)
        told = run_json(*self.WORDS)
        assert told["counts"]["fine"] == 1
        assert ["bare.txt was changed after bare.corrected.txt" in problem for problem in told["problems"]] == [True]


class TestCaption:
    """`plitka dataset caption`."""

    @pytest.mark.parametrize(
        ("language", "doubt", "advice"),
        [
            ("en", "100% pearl  doubtful: pearl may be white in another light", "write into the caption"),
            ("ru", "сомнительно: жемчужный или, при другом свете, белый", "напишите в подписи"),
        ],
    )
    def test_doubtful_colours_stand_in_the_line_of_their_picture(
        self, run: Run, capsys: pytest.CaptureFixture[str], language: str, doubt: str, advice: str
    ) -> None:
        """By the names that captions have, with what is to be done about them."""
        Path("set").mkdir()
        Path("set/pearl.png").write_bytes(encode_png(tile("100% pearl", side_px=384, whole=True)))
        assert run("dataset", "caption", "set", "--jobs", "1", "--language", language) == 0
        told = capsys.readouterr()
        assert doubt in told.out
        assert told.err.count(advice) == 1

    def test_pictures_without_a_caption_get_one(self, run: Run, run_json: RunJson) -> None:
        """Beside each picture; a second run has nothing to do."""
        write_table(lay_out(Path("set"), ["bare.png", "right.png"]), {"right.png": CAPTIONS["right.png"]})
        told = run_json("dataset", "caption", "set", "--jobs", "1")
        assert told["written"] == ["set/bare.txt"]
        assert Path("set/bare.txt").read_text() == f"{TRIGGER}, 100% red\n"
        assert [entry.caption for entry in read_folder(Path("set")).entries] == [
            f"{TRIGGER}, 100% red",
            CAPTIONS["right.png"],
        ]
        assert run_json("dataset", "caption", "set")["pictures"] == []
        assert run("dataset", "caption", "set") == 0

    def test_any_words_may_stand_before_the_colours(self, run: Run) -> None:
        """As a trainer wants them."""
        lay_out(Path("set"), ["bare.png"])
        assert run("dataset", "caption", "set", "--trigger", "TOK", "--jobs", "1") == 0
        assert Path("set/bare.txt").read_text() == "TOK, 100% red\n"
