"""`plitka measure`."""

import json
from pathlib import Path

import pytest
from PIL import Image
from tests.cli.conftest import Run, RunJson
from tests.core.measure.tile_pictures import tile

from plitka.core.recipes.reading import parse_recipe


class TestMeasure:
    """`plitka measure`."""

    @pytest.fixture
    def picture(self, tmp_path: Path) -> Path:
        """Half red, half black."""
        Image.fromarray(tile("50% red, 50% black")).save(tmp_path / "picture.png")
        return tmp_path / "picture.png"

    @pytest.mark.parametrize("colours", ["red, black", "90% red, 10% black", "красный и чёрный"])
    def test_shares_whatever_was_asked(self, run_json: RunJson, picture: Path, colours: str) -> None:
        """Colours with or without percents; the object has three keys."""
        found = run_json("measure", str(picture), colours)
        assert set(found) == {"shares", "uncertainty", "off_palette"}
        assert found["shares"] == pytest.approx({"RED": 50, "BLACK": 50}, abs=3)

    def test_the_colours_may_stand_behind_options(self, run_json: RunJson, picture: Path) -> None:
        """As every other command takes its words."""
        sheet = str(picture.parent / "sheet.png")
        found = run_json("measure", str(picture), "--sheet", sheet, "--strict", "red, black")
        assert found["shares"] == pytest.approx({"RED": 50, "BLACK": 50}, abs=3)

    def test_a_person_reads_lines(self, run: Run, picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A line a colour, then how sure that is."""
        assert run("measure", str(picture), "red, black") == 0
        assert "RED" in (told := capsys.readouterr().out)
        assert "within about" in told

    @pytest.mark.parametrize("n", [1, 2])
    def test_one_colour_alone_has_no_doubt_to_tell(
        self, run: Run, picture: Path, capsys: pytest.CaptureFixture[str], n: int
    ) -> None:
        """It has all there is, so 'within 0.0 points' would say nothing of whether it is the right one."""
        assert run("measure", *[str(picture)] * n, "red") == 0
        assert "0.0 points" not in (told := capsys.readouterr().out)
        assert "±" not in told

    def test_what_no_colour_explains_is_a_doubt(
        self, run: Run, picture: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Shares are of the rest alone; where nothing is left over nothing is told."""
        assert run("measure", str(picture), "blue") == 0
        assert "belong to none of these colours" in capsys.readouterr().err
        assert run("measure", str(picture), "red, black") == 0
        assert not capsys.readouterr().err

    def test_a_russian_reader_has_decimal_commas(
        self, run: Run, picture: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """In shares, in how sure they are, and in lists; a machine reads points."""
        for words in ([str(picture)], [str(picture), str(picture)]):
            assert run("measure", *words, "red, black", "--language", "ru") == 0
            told = capsys.readouterr().out.replace(str(picture), "")
            assert "," in told
            assert "." not in told
        assert run("measure", str(picture), "red, black", "--language", "ru", "--json") == 0
        assert json.loads(capsys.readouterr().out)["shares"] == pytest.approx({"RED": 50, "BLACK": 50}, abs=3)

    @pytest.mark.parametrize("colours", ["black, red", "60% red, 70% black", "red, black 10%", "red, black and red"])
    def test_amounts_are_not_remarked_on(
        self, run: Run, picture: Path, capsys: pytest.CaptureFixture[str], colours: str
    ) -> None:
        """Nothing is done with them; so they need no sum either, with or without --strict."""
        assert run("measure", str(picture), colours, "--strict") == 0
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize(
        "words", [("none.png", "red"), ("picture.png", "rdde"), ("text.png", "red"), ("wall.png", "red")]
    )
    def test_bad_files_and_colours_end_with_2(self, run: Run, picture: Path, words: tuple[str, ...]) -> None:
        """They are the caller's to mend."""
        (picture.parent / "text.png").write_text("no picture")
        Image.new("RGB", (128, 128), "grey").save(picture.parent / "wall.png")
        assert run("measure", str(picture.parent / words[0]), words[1]) == 2


class TestMeasureWithoutColours:
    """`plitka measure PHOTO`."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Two tiles, and a note that is no picture."""
        folder = tmp_path / "tiles"
        folder.mkdir()
        for name, recipe in (("a.png", "60% red, 40% black"), ("b.png", "100% emerald")):
            Image.fromarray(tile(recipe, side_px=384)).save(folder / name)
        (folder / "note.txt").write_text("red")
        return folder

    def test_the_colours_are_found(self, run_json: RunJson, folder: Path) -> None:
        """With the recipe that makes the same mix."""
        found = run_json("measure", str(folder / "a.png"))
        assert found["shares"] == pytest.approx({"RED": 60, "BLACK": 40}, abs=5)
        assert found["recipe"].endswith("% black")
        assert [colour["code"] for colour in found["colours"]] == ["RED", "BLACK"]
        assert found["doubts"] == []

    def test_a_person_reads_them_in_their_language(
        self, run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The recipe too, which reads back to the same colours."""
        assert run("measure", str(folder / "a.png"), "--language", "ru") == 0
        lines = capsys.readouterr().out.splitlines()
        recipe = parse_recipe(lines[-1].removeprefix("рецепт: ")).recipe
        assert [line.split()[0] for line in lines[: len(recipe.parts)]] == list(recipe.percents)
        assert all(part.colour.name_ru.lower() in lines[-1] for part in recipe.parts)
        assert "красный" in lines[0]

    def test_a_folder_gives_a_list(self, run: Run, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """One object a picture, with its path; other files are passed over."""
        assert run("measure", str(folder), "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert [Path(each["path"]).name for each in found] == ["a.png", "b.png"]
        assert set(found[1]["shares"]) == {"EMERALD"}

    def test_several_with_colours_are_measured_in_them(
        self, run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The last word names the colours, as with one picture."""
        assert run("measure", str(folder / "a.png"), str(folder / "b.png"), "red, black, emerald", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert all(set(each["shares"]) == {"RED", "BLACK", "EMERALD"} for each in found)

    def test_a_person_reads_a_table(self, run: Run, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A line a picture."""
        assert run("measure", str(folder)) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 2
        assert "EMERALD 100" in lines[1]

    def test_all_are_shown_on_one_sheet(self, run: Run, folder: Path) -> None:
        """A contact sheet, each picture over its colours."""
        assert run("measure", str(folder), "--sheet", str(folder.parent / "sheet.png")) == 0
        with Image.open(folder.parent / "sheet.png") as sheet:
            assert sheet.width > 640

    def test_the_sheet_of_an_earlier_command_is_left_out(
        self, run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It lies in the folder, and is told of; named itself it is measured as any picture."""
        assert run("measure", str(folder), "--sheet", str(folder / "aa.png")) == 0
        before = capsys.readouterr().out
        assert run("measure", str(folder)) == 0
        told = capsys.readouterr()
        assert told.out == before
        assert "aa.png is a contact sheet" in told.err

    def test_one_that_cannot_be_read_does_not_stop_the_others(
        self, run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Its object tells why, and the command ends with 2."""
        (folder / "c.jpg").write_text("no picture")
        assert run("measure", str(folder), "--json") == 2
        found = json.loads(capsys.readouterr().out)
        assert "c.jpg" in found[2]["error"]
        assert "shares" in found[1]

    def test_a_maker_s_own_colours_are_chosen_from(self, run_json: RunJson, folder: Path) -> None:
        """Those of `--palette` alone."""
        (folder / "own.csv").write_text("code,name,hex\nR1,signal red,#D45244\nK1,jet,#393939\nG1,mint,#3EB2A0\n")
        found = run_json("measure", str(folder / "a.png"), "--palette", str(folder / "own.csv"))
        assert set(found["shares"]) == {"R1", "K1"}

    @pytest.mark.parametrize("words", [("empty",), ("none.jpg",), ("a.png", "none.jpg")])
    def test_no_picture_ends_with_2(self, run: Run, folder: Path, words: tuple[str, ...]) -> None:
        """An empty folder, or a file that is not there."""
        (folder / "empty").mkdir()
        assert run("measure", *(str(folder / word) for word in words)) == 2
