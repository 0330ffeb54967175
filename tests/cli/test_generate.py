"""`plitka generate`."""

import json
import threading
from pathlib import Path

import pytest
from PIL import Image
from tests.cli.conftest import Run
from tests.cli.patch_engine import PatchEngine
from tests.core.measure.tile_pictures import tile

from plitka import errors
from plitka.cli import main
from plitka.core.files.picture import read_fields
from plitka.core.recipes.recipe import Notice

RECIPE = "60% red, 40% black"


def test_generate_writes_a_picture_that_carries_its_request(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is named on stdout and its text fields say how it was made."""
    assert run("generate", RECIPE, "--seed", "42") == 0
    out = capsys.readouterr().out
    assert "tile.png" in out
    assert "RED" in out
    fields = read_fields(Path("tile.png"))
    assert (fields["seed"], fields["steps"], fields["size"]) == ("42", "4", "64x64")
    assert json.loads(fields["requested"]) == {"RED": 60.0, "BLACK": 40.0}


def test_generate_answers_a_machine_with_one_object(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--json gives exactly the documented fields and nothing else on stdout."""
    assert run("generate", RECIPE, "--seed", "42", "--json", "-o", "red.png") == 0
    assert json.loads(capsys.readouterr().out) == {
        "images": [
            {
                "path": "red.png",
                "seed": 42,
                "requested": {"RED": 60.0, "BLACK": 40.0},
                "measured": {"RED": 60.0, "BLACK": 40.0},
                "max_error": 0.0,
                "mode": "guided",
                "attempts": 1,
                "seconds": 0.25,
                "stage_seconds": {},
                "width_px": 64,
                "height_px": 64,
                "prompt": "60% red, 40% black",
                "model": "patches@000000000000",
                "granule_mm": [1.0, 4.0],
                "coarse": [],
                "fine": [],
                "surface": "pressed",
                "light": "studio",
                "wet": False,
                "field_mm": 18.286,
            }
        ],
        "prompt": "60% red, 40% black",
        "model": "patches@000000000000",
    }


def test_the_same_command_gives_the_same_bytes(run: Run) -> None:
    """A seed repeats a picture down to the last byte of its file, whatever its name."""
    assert run("generate", RECIPE, "--seed", "42", "-o", "a.png") == 0
    assert run("generate", RECIPE, "--seed", "42", "-o", "b.png") == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


def test_a_missed_tolerance_is_told_by_the_exit_code(run: Run, engine: PatchEngine) -> None:
    """5 if a share is further off than allowed: guided mode promises 3 points, text mode nothing of itself."""
    engine.off_by = 3.2
    assert run("generate", RECIPE) == 5
    assert run("generate", RECIPE, "--tolerance", "3.5") == 0
    assert run("generate", RECIPE, "--mode", "text") == 0
    assert run("generate", RECIPE, "--mode", "text", "--tolerance", "2.5") == 5
    assert [request.tolerance for request in engine.requests] == [3.0, 3.5, 3.0, 3.0]
    engine.off_by = 2.9
    assert run("generate", RECIPE) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("-o", "a.png"),
            "error: a.png is made, but RED is measured at 56.8 % where 60 % were asked for: 3.2 points off, of which 3",
        ),
        (("-o", "a.png"), "; try another --seed or a larger --size, or allow more with --tolerance\n"),
        (("-o", "a.png", "--mode", "text", "--tolerance", "2.5", "--quiet"), "of which 2.5 are allowed; try --mode g"),
        (("-o", "a.png", "--zone", "circle=50% white, 50% blue", "--json"), "a.png, zone 0 (the ground), is made, but"),
        (("-o", "a.png", "--language", "ru"), "ошибка: a.png: изображение готово, но доля RED измерена как 56,8 %"),
    ],
)
def test_a_missed_tolerance_is_told_in_a_sentence(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    """What is off, by how much, and what to do next, even to who wants no remarks."""
    engine.off_by = 3.2
    assert run("generate", RECIPE, *words) == 5
    assert told in capsys.readouterr().err


def test_each_of_several_pictures_that_misses_is_named(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its file."""
    engine.off_by = 3.2
    assert run("generate", RECIPE, "--seed", "1", "--count", "2", "-o", "a.png") == 5
    told = capsys.readouterr().err
    assert [name in told for name in ("a-1.png is made, but", "a-2.png is made, but")] == [True, True]


def test_a_missing_model_is_a_file_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 4 for whatever is wrong with a model."""
    monkeypatch.chdir(tmp_path)

    def damaged(model: str, *_: object) -> PatchEngine:
        raise errors.MissingFile("{path} is not there; make it before the manifest", path=model)

    assert main(["generate", RECIPE, "--model", "ghost"], load_engine=damaged) == 4
    assert "ghost" in capsys.readouterr().err


def test_generate_works_outside_the_main_thread(run: Run) -> None:
    """Without signals to handle, a picture is made all the same."""
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run("generate", RECIPE)))
    thread.start()
    thread.join()
    assert codes == [0]


def test_the_contact_sheet_is_a_picture(run: Run) -> None:
    """The sheet opens as a PNG larger than any one cell."""
    assert run("generate", RECIPE, "--seed", "7", "--count", "2") == 0
    with Image.open("tile-sheet.png") as sheet:
        assert sheet.width > 2 * 320


def test_pictures_may_come_in_any_order(run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON is in the order of seeds."""
    engine.is_backward = True
    assert run("generate", RECIPE, "--seed", "7", "--count", "3", "--json") == 0
    assert [request.seed for request in engine.requests] == [9, 8, 7]
    images = json.loads(capsys.readouterr().out)["images"]
    assert [(image["seed"], image["path"]) for image in images] == [
        (7, "tile-7.png"),
        (8, "tile-8.png"),
        (9, "tile-9.png"),
    ]


def test_one_that_fails_does_not_stop_the_others(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are written and told; the exit code is that of the error, which is told with its seed."""
    engine.failures[8] = errors.OutOfMemory("{device} ran out of memory", device="cuda:0")
    assert run("generate", RECIPE, "--seed", "7", "--count", "3", "--json") == 4
    told = capsys.readouterr()
    assert [image["seed"] for image in json.loads(told.out)["images"]] == [7, 9]
    assert "error: seed 8: cuda:0 ran out of memory" in told.err
    assert {path.name for path in Path().iterdir()} == {"tile-7.png", "tile-9.png", "tile-sheet.png"}


def test_a_single_failure_leaves_stdout_empty(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is no picture to tell of."""
    engine.failures[7] = errors.BadOutput("empty")
    assert run("generate", RECIPE, "--seed", "7", "--json") == 4
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "error: empty\n")


def test_what_an_engine_says_of_several_pictures_is_told_once(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever values its sentence has."""
    engine.notices = (Notice("not understood, and not shown in this picture: {words}", {"words": "mossy"}),)
    assert run("generate", RECIPE, "--seed", "7", "--count", "2") == 0
    assert capsys.readouterr().err.count("not shown in this picture: mossy") == 1


def test_who_asks_for_too_fine_granules_is_told_what_draws_them(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """`render` makes a smaller picture of a larger one."""
    assert run("generate", RECIPE, "--size", "64", "--field-mm", "125") == 2
    told = capsys.readouterr()
    refusal, hint = told.err.splitlines()
    assert "below 3 px" in refusal
    assert hint.startswith("`plitka render` draws such granules larger")
    assert run("render", RECIPE, "--seed", "7", "--size", "64", "--field-mm", "125") == 0


def test_granules_are_too_fine_before_the_model_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model whose map is laid while it is loaded refuses them earlier; the hint is the same."""
    monkeypatch.chdir(tmp_path)
    assert main(["generate", RECIPE, "--size", "256", "--field-mm", "500"]) == 2
    assert "`plitka render` draws such granules larger" in capsys.readouterr().err


def test_a_zone_that_misses_is_a_miss(run: Run, engine: PatchEngine) -> None:
    """The tolerance holds for each zone."""
    engine.off_by = 3.2
    assert run("generate", RECIPE, "--zone", "circle=50% white, 50% blue") == 5
    assert run("generate", RECIPE, "--zone", "circle=50% white, 50% blue", "--tolerance", "4") == 0


def test_a_photographed_tile_is_made_again(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its colours are found, and told."""
    Image.fromarray(tile("60% red, 40% black", side_px=384)).save(tmp_path / "photo.png")
    assert run("generate", "--like-photo", "photo.png", "--seed", "1", "--json") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["images"][0]["requested"] == pytest.approx({"RED": 60, "BLACK": 40}, abs=5)
    assert "photo.png shows" in captured.err


def test_a_photograph_and_a_recipe_are_refused_together(run: Run, tmp_path: Path) -> None:
    """One of them has the mix."""
    Image.fromarray(tile("60% red, 40% black", side_px=384)).save(tmp_path / "photo.png")
    assert run("generate", RECIPE, "--like-photo", "photo.png") == 2
