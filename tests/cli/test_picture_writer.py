"""Pictures that are written as they come."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.patch_engine import PatchEngine

from plitka.cli.output import plan_output
from plitka.cli.picture_writer import PictureWriter
from plitka.cli.terminal import Terminal
from plitka.core.generation import Outcome, Request, generate_one
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene
from plitka.errors import Cancelled, EngineError, InputError, PlitkaError

SCENE = Scene.of(parse_recipe("60% red, 40% black").recipe)
SEEDS = (5, 6, 7)


def a_writer(folder: Path) -> PictureWriter:
    """For three pictures in a folder."""
    terminal = Terminal(stdout=io.StringIO(), stderr=io.StringIO(), language="en")
    return PictureWriter(SEEDS, plan_output(folder, SEEDS), terminal, as_json=True)


def an_outcome(index: int, error: PlitkaError | None = None) -> Outcome:
    """A picture, or what went wrong with it."""
    if error is not None:
        return Outcome(index=index, error=error)
    engine = PatchEngine()
    return Outcome(index=index, result=generate_one(engine, engine.complete(Request(scene=SCENE, seed=SEEDS[index]))))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(3)), st.sets(st.integers(0, 2)))
def test_any_order_and_any_failures(tmp_path: Path, order: list[int], failing: set[int]) -> None:
    """What was made is written and told in the order of seeds; the first failure by seed is the command's."""
    for path in tmp_path.iterdir():
        path.unlink()
    writer = a_writer(tmp_path)
    for index in order:
        writer.take(an_outcome(index, InputError("no {seed}", seed=SEEDS[index]) if index in failing else None))
    writer.write_sheet()
    made = [seed for index, seed in enumerate(SEEDS) if index not in failing]
    assert [report["seed"] for report in writer.reports] == made
    assert [Path(report["path"]).exists() for report in writer.reports] == [True] * len(made)
    assert len(list(tmp_path.iterdir())) == len(made) + bool(made)
    assert (str(writer.error) == f"no {SEEDS[min(failing)]}") if failing else (writer.error is None)


def test_a_stop_counts_before_other_errors(tmp_path: Path) -> None:
    """Whoever pressed Ctrl-C wants to know of that."""
    writer = a_writer(tmp_path)
    writer.take(an_outcome(0, EngineError("broken")))
    writer.take(an_outcome(1, Cancelled("stopped")))
    assert isinstance(writer.error, Cancelled)


@pytest.mark.parametrize(("seeds", "expected"), [((5,), "error: broken\n"), ((5, 6), "error: seed 5: broken\n")])
def test_an_error_is_told_with_its_seed(tmp_path: Path, seeds: tuple[int, ...], expected: str) -> None:
    """Where there are several."""
    stderr = io.StringIO()
    terminal = Terminal(stdout=io.StringIO(), stderr=stderr, language="en")
    PictureWriter(seeds, plan_output(tmp_path, seeds), terminal, as_json=False).take(
        an_outcome(0, EngineError("broken"))
    )
    assert stderr.getvalue() == expected
