"""Progress lines, and Ctrl-C."""

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.cli.conftest import Run, Screen
from tests.cli.patch_engine import PatchEngine

from plitka.cli import main
from plitka.cli.progress import ProgressLines
from plitka.cli.terminal import Terminal
from plitka.core.watch import Progress, begin_stage
from plitka.errors import Cancelled

RECIPE = "60% red, 40% black"


def test_each_attempt_is_told(run: Run, engine: PatchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says which attempt is made, from the second on."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    engine.n_attempts = 2
    assert run("generate", RECIPE, "--seed", "3") == 0
    assert "seed 3  attempt 2" in screen.getvalue()
    assert "attempt 1" not in screen.getvalue()


def test_ctrl_c_stops_at_the_next_step(run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 130, finished pictures stay, the unfinished one leaves nothing."""

    def interrupt_second(step: int) -> None:
        if len(engine.requests) == 2 and step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    engine.after_step = interrupt_second
    before = signal.getsignal(signal.SIGINT)
    assert run("generate", RECIPE, "--seed", "5", "--count", "3") == 130
    assert {path.name for path in Path().iterdir()} == {"tile-5.png"}
    assert "Ctrl-C" in (told := capsys.readouterr().err)
    assert "stopped before the picture was finished" in told
    assert "error" not in told
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("words", [("generate", RECIPE), ("evaluate", "--limit", "1", "--size", "64")])
def test_ctrl_c_while_a_model_is_loaded_stops_before_its_next_part(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """And nowhere within: libraries that are imported then do not stand it."""
    loaded = []

    def load(*_: object) -> PatchEngine:
        os.kill(os.getpid(), signal.SIGINT)
        loaded.append("libraries")
        begin_stage("verify")
        loaded.append("model")
        return engine

    assert run("parse", RECIPE) == 0  # in a folder of its own from here on
    before = signal.getsignal(signal.SIGINT)
    assert main(words, load_engine=load) == 130
    assert loaded == ["libraries"]
    told = capsys.readouterr().err
    assert "Ctrl-C again" in told
    assert "error" not in told
    assert signal.getsignal(signal.SIGINT) is before
    assert not list(Path().glob("*.png"))


@pytest.mark.parametrize(("words", "is_shown"), [((), True), (("--quiet",), False)])
def test_a_person_sees_the_steps(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], is_shown: bool
) -> None:
    """A terminal shows the steps that are run, 2 of 4 at that strength, and the time left, unless it shall be quiet."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    assert run("generate", RECIPE, "--seed", "3", *words) == 0
    assert ("0/2" in screen.getvalue()) is is_shown
    assert ("left" in screen.getvalue()) is is_shown


def test_a_pipe_sees_no_progress(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing moves where nobody looks."""
    assert run("generate", RECIPE, "--seed", "3") == 0
    assert capsys.readouterr().err == ""


def test_a_second_ctrl_c_ends_the_process(tmp_path: Path) -> None:
    """When the engine does not come to its next step, the next Ctrl-C is the system's own."""
    script = """
import os, signal, sys, time
from plitka.cli.progress import stoppable
from plitka.cli.terminal import open_terminal
with stoppable(open_terminal("en")):
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGINT
    assert "stopping at the next step" in done.stderr


def test_each_picture_of_a_batch_has_a_line() -> None:
    """As many as are made at once; the next one's comes when one is done, in whatever order."""
    screen = Screen()
    terminal = Terminal(stdout=io.StringIO(), stderr=screen, language="en")
    titles = ["seed 1", "seed 2", "seed 3"]
    with ProgressLines(terminal, titles, 4, threading.Event(), n_open=2) as lines:
        assert "seed 2" in screen.getvalue()
        assert "seed 3" not in screen.getvalue()
        lines.report(2, Progress(step=1, n_steps=4))
        assert "seed 3" in screen.getvalue()
        for index in (2, 0, 1):
            lines.close(index)
    assert not lines.wants_preview(0, 1)


def test_a_stop_cancels_every_picture() -> None:
    """Each at its own next step."""
    stop = threading.Event()
    terminal = Terminal(stdout=io.StringIO(), stderr=io.StringIO(), language="en")
    with ProgressLines(terminal, ["a", "b"], 4, stop) as lines:
        lines.report(0, Progress(step=1, n_steps=4))
        stop.set()
        for index in (0, 1):
            with pytest.raises(Cancelled):
                lines.report(index, Progress(step=2, n_steps=4))


def test_a_person_sees_what_is_done_before_the_first_step(
    run: Run, engine: PatchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading is told as painting is, in the reader's language."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)

    def after_step(_step: int) -> None:
        begin_stage("measure")
        begin_stage("a part without a name")  # the line stays

    engine.after_step = after_step
    assert run("--language", "ru", "generate", RECIPE, "--seed", "3") == 0
    assert screen.getvalue().index("начинаю") < screen.getvalue().index("0/2")
    assert "измеряю" in screen.getvalue()
    begin_stage("measure")  # nobody follows any more
