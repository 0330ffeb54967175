"""Which files a command writes."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.patch_engine import PatchEngine

from plitka.core.files.picture import read_fields

RECIPE = "60% red, 40% black"


def test_count_makes_consecutive_seeds_and_a_contact_sheet(run: Run, engine: PatchEngine) -> None:
    """Each picture is named by its seed, and one sheet shows all."""
    assert run("generate", RECIPE, "--seed", "7", "--count", "3", "-o", "set.png") == 0
    assert [request.seed for request in engine.requests] == [7, 8, 9]
    assert {path.name for path in Path().iterdir()} == {"set-7.png", "set-8.png", "set-9.png", "set-sheet.png"}


def test_a_second_picture_does_not_replace_the_first(run: Run) -> None:
    """Without a name the next free one is taken."""
    for _ in range(3):
        assert run("generate", RECIPE, "--seed", "1") == 0
    assert {path.name for path in Path().iterdir()} == {"tile.png", "tile-2.png", "tile-3.png"}


def test_a_folder_is_a_place_for_pictures(run: Run) -> None:
    """-o takes a folder as well."""
    Path("out").mkdir()
    assert run("generate", RECIPE, "-o", "out") == 0
    assert Path("out/tile.png").exists()


def test_a_folder_that_is_not_there_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the endings that a file would have."""
    assert run("generate", RECIPE, "-o", "out/") == 2
    assert ".png" in (told := capsys.readouterr().err)
    assert "there is no folder out" in told


def test_the_ending_chooses_the_format(run: Run, engine: PatchEngine) -> None:
    """JPEG and WebP are repeated as PNG is; the sheet of several stays a PNG."""
    assert run("generate", RECIPE, "--seed", "3", "--width", "128", "--height", "64", "-o", "a.jpg") == 0
    assert Path("a.jpg").read_bytes().startswith(b"\xff\xd8")
    assert run("generate", "--like", "a.jpg", "-o", "b.webp") == 0
    assert Path("b.webp").read_bytes()[8:12] == b"WEBP"
    first, second = engine.requests
    assert first == second
    assert (first.size.width_px, first.size.height_px) == (128, 64)
    assert run("generate", RECIPE, "--count", "2", "--seed", "1", "-o", "s.webp") == 0
    assert {"s-1.webp", "s-2.webp", "s-sheet.png"} <= {path.name for path in Path().iterdir()}
    assert run("generate", RECIPE, "-o", "a.bmp") == 2
    assert run("generate", RECIPE, "--width", "128") == 2


def test_what_viewers_show_can_be_left_out(run: Run) -> None:
    """The fields that repeat the picture stay."""
    assert run("generate", RECIPE, "-o", "a.png") == 0
    assert read_fields(Path("a.png"))["parameters"].endswith("Model: patches")
    assert run("generate", RECIPE, "--no-parameters", "-o", "b.png") == 0
    assert "parameters" not in read_fields(Path("b.png"))
    assert run("generate", "--like", "b.png", "-o", "c.png") == 0
