"""Which files a command writes."""

from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.patch_engine import PatchEngine

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
