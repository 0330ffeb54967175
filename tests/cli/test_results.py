"""What is said about a finished picture."""

import io
from dataclasses import replace
from pathlib import Path

from tests.cli.patch_engine import PatchEngine

from plitka.cli.results import report_picture, show_picture
from plitka.cli.terminal import Terminal
from plitka.core.generation import Request, Result, generate_one
from plitka.core.recipes.reading import parse_recipe
from plitka.core.report import report
from plitka.core.scene import Scene, Zone

RED, WHITE = (parse_recipe(text).recipe for text in ("60% red, 40% black", "100% white"))


def a_result(scene: Scene) -> Result:
    """A picture with seed 7."""
    engine = PatchEngine(off_by=1.0)
    return generate_one(engine, engine.complete(Request(scene=scene, seed=7)))


def shown(result: Result, language: str = "en") -> list[str]:
    """What a person reads of it."""
    stdout = io.StringIO()
    show_picture(result, Path("a.png"), Terminal(stdout=stdout, stderr=io.StringIO(), language=language))
    return stdout.getvalue().splitlines()


def test_a_machine_reads_the_report_and_the_path() -> None:
    """And nothing else."""
    result = a_result(Scene.of(RED))
    terminal = Terminal(stdout=io.StringIO(), stderr=io.StringIO(), language="en")
    assert report_picture(result, Path("a.png"), terminal) == {"path": "a.png"} | report(result)


def test_a_plain_tile_is_one_table() -> None:
    """Asked beside measured."""
    title, head, red, black = shown(a_result(Scene.of(RED)))
    assert title == "a.png  seed 7"
    assert head.split() == ["asked", "measured"]
    assert red.split() == ["RED", "60.0", "%", "59.0", "%"]
    assert black.split() == ["BLACK", "40.0", "%", "41.0", "%"]


def test_what_is_exact_has_a_column() -> None:
    """To a hundredth."""
    result = a_result(Scene.of(RED))
    [zone] = result.zones
    _, head, red, _ = shown(replace(result, zones=(replace(zone, exact={"RED": 60.004, "BLACK": 39.996}),)))
    assert head.split() == ["asked", "exact", "measured"]
    assert "60.00 %" in red


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    """With a decimal comma in Russian, in every cell."""
    result = a_result(Scene.of(RED))
    [zone] = result.zones
    _, _, red, _ = shown(replace(result, zones=(replace(zone, exact={"RED": 60.004, "BLACK": 39.996}),)), "ru")
    assert red.split() == ["RED", "60,0", "%", "60,00", "%", "59,0", "%"]


def test_each_zone_has_its_table() -> None:
    """Under its mask and its part of the tile; a picture is named by its file where it came from one."""
    scene = Scene(
        zones=(
            Zone(RED),
            Zone(WHITE, "text:СТАРТ"),
            Zone(WHITE, "data:image/png;base64,AAAA"),
            Zone(RED, "data:image/png;base64,AAAA", "logo.png#3"),
        )
    )
    titles = [line for line in shown(a_result(scene)) if line.startswith("zone")]
    assert titles[0] == "zone 0, the ground: 25.0 %"
    assert titles[1] == "zone 1, text:СТАРТ: 25.0 %"
    assert titles[2] == "zone 2, data:image/png: 25.0 %"
    assert titles[3] == "zone 3, logo.png#3: 25.0 %"
