"""Many recipes from a file."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import Run
from tests.cli.patch_engine import PatchEngine

from plitka.core.files.picture import read_fields
from plitka.errors import EngineError

RECIPES = "# the spring order\n60% red, 40% black\n\n50% blue, 50% white\nкрасный\n"


def test_each_recipe_becomes_a_picture(run: Run, engine: PatchEngine) -> None:
    """In the file's order, with consecutive seeds, and one sheet of all."""
    Path("recipes.txt").write_text(RECIPES, encoding="utf-8")
    assert run("generate", "--batch", "recipes.txt", "--seed", "7", "-o", "out") == 0
    assert {path.name for path in Path("out").iterdir()} == {"1.png", "2.png", "3.png", "sheet.png"}
    assert [request.seed for request in engine.requests] == [7, 8, 9]
    assert read_fields(Path("out/2.png"))["recipe"] == "50% blue, 50% white"


def test_a_batch_goes_on_where_it_stopped(run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there stays; when all is there, nothing is loaded."""
    Path("recipes.txt").write_text(RECIPES, encoding="utf-8")
    engine.failures = {8: EngineError("broken")}
    assert run("generate", "--batch", "recipes.txt", "--seed", "7", "-o", "out") == 4
    before = Path("out/1.png").stat().st_mtime_ns
    engine.failures = {}
    assert run("generate", "--batch", "recipes.txt", "--seed", "7", "-o", "out") == 0
    assert [request.seed for request in engine.requests[3:]] == [8]
    assert Path("out/1.png").stat().st_mtime_ns == before
    assert "pictures that are there already, and stay as they are: 2" in capsys.readouterr().err
    assert run("generate", "--batch", "recipes.txt", "--seed", "7", "-o", "out") == 0
    assert len(engine.requests) == 4


def test_a_batch_that_cannot_be_read_leaves_nothing_behind(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even an empty folder; the line is named."""
    Path("recipes.txt").write_text(f"{RECIPES}nonsense\n", encoding="utf-8")
    assert run("generate", "--batch", "recipes.txt", "-o", "out") == 2
    assert "recipes.txt, line 6" in capsys.readouterr().err
    assert not Path("out").exists()


def test_the_sheet_of_a_batch_that_goes_on_is_of_all(run: Run, engine: PatchEngine) -> None:
    """In the file's order, also where one fails again: it is the sheet of a run that was not stopped."""
    Path("recipes.txt").write_text(RECIPES, encoding="utf-8")
    assert run("generate", "--batch", "recipes.txt", "--seed", "7", "-o", "out") == 0
    whole = Path("out/sheet.png").read_bytes()
    Path("out/1.png").unlink()
    Path("out/3.png").unlink()
    assert run("generate", "--batch", "recipes.txt", "--seed", "7", "-o", "out") == 0
    assert Path("out/sheet.png").read_bytes() == whole
    Path("out/1.png").unlink()
    engine.failures = {7: EngineError("broken")}
    Path("out/3.png").unlink()
    assert run("generate", "--batch", "recipes.txt", "--seed", "7", "-o", "out") == 4
    sheet, second, third = (np.asarray(Image.open(f"out/{name}.png")) for name in ("sheet", "2", "3"))
    assert np.array_equal(sheet[12:76, 12:76], second)
    assert np.array_equal(sheet[12:76, 344:408], third)


@pytest.mark.parametrize("words", [(), ("--seed", "-1")])
def test_without_a_seed_one_is_drawn_for_the_whole_batch(run: Run, engine: PatchEngine, words: tuple[str, ...]) -> None:
    """Consecutive ones follow it; and the batch goes on although another would be drawn."""
    Path("recipes.txt").write_text(RECIPES, encoding="utf-8")
    assert run("generate", *words, "--batch", "recipes.txt", "-o", "out") == 0
    first = engine.requests[0].seed
    assert [request.seed for request in engine.requests] == [first, first + 1, first + 2]
    Path("out/2.png").unlink()
    assert run("generate", *words, "--batch", "recipes.txt", "-o", "out") == 0
    assert len(engine.requests) == 4


def test_recipes_come_from_standard_input(
    run: Run, engine: PatchEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Into `tiles` without a word; a refusal says where they come from."""
    monkeypatch.setattr("sys.stdin", io.StringIO("red\nblue\n"))
    assert run("generate", "--batch", "-") == 0
    assert Path("tiles/2.png").exists()
    assert len(engine.requests) == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("red\nnonsense\n"))
    assert run("generate", "--batch", "-", "-o", "other") == 2
    assert "standard input, line 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("red\n60% grngrn\n", (), "recipes.txt, line 2: unknown colour 'grngrn'"),
        ("# nothing\n", (), "holds no recipe"),
        ("red\n", ("blue",), "brings its own recipes"),
        ("red\n", ("--count", "2"), "brings its own recipes"),
        ("red\nred\n", ("--seed", "4294967295"), "there are no 2 seeds"),
    ],
)
def test_what_is_no_batch_is_refused(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str], text: str, words: tuple[str, ...], told: str
) -> None:
    """Before anything is made."""
    Path("recipes.txt").write_text(text, encoding="utf-8")
    assert run("generate", *words, "--batch", "recipes.txt", "-o", "out") == 2
    assert told in capsys.readouterr().err
    assert not engine.requests


def test_a_picture_of_other_zones_is_another(run: Run, engine: PatchEngine, tmp_path: Path) -> None:
    """Though the ground has the same recipe; one with the same zones is there already."""
    lines, folder = tmp_path / "lines.txt", tmp_path / "tiles"
    lines.write_text("red field, blue border", "utf-8")
    assert run("generate", "--batch", str(lines), "--seed", "1", "-o", str(folder)) == 0
    assert run("generate", "--batch", str(lines), "--seed", "1", "-o", str(folder)) == 0
    assert len(engine.requests) == 1
    lines.write_text("red field, white border", "utf-8")
    assert run("generate", "--batch", str(lines), "--seed", "1", "-o", str(folder)) == 2


def test_a_picture_of_another_recipe_is_not_replaced(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder may be of another order."""
    Path("a.txt").write_text("red\n", encoding="utf-8")
    Path("b.txt").write_text("blue\n", encoding="utf-8")
    assert run("generate", "--batch", "a.txt", "-o", "out") == 0
    assert run("generate", "--batch", "b.txt", "-o", "out") == 2
    assert "of another recipe or seed" in capsys.readouterr().err
