"""`plitka measure`."""

from pathlib import Path

import pytest
from PIL import Image
from tests.cli.conftest import Run, RunJson
from tests.core.measure.tile_pictures import tile


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

    def test_a_person_reads_lines(self, run: Run, picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A line a colour, then how sure that is."""
        assert run("measure", str(picture), "red, black") == 0
        assert "RED" in capsys.readouterr().out

    @pytest.mark.parametrize(
        "words", [("none.png", "red"), ("picture.png", "redd"), ("text.png", "red"), ("wall.png", "red")]
    )
    def test_bad_files_and_colours_end_with_2(self, run: Run, picture: Path, words: tuple[str, ...]) -> None:
        """They are the caller's to mend."""
        (picture.parent / "text.png").write_text("no picture")
        Image.new("RGB", (128, 128), "grey").save(picture.parent / "wall.png")
        assert run("measure", str(picture.parent / words[0]), words[1]) == 2
