"""What a command writes where."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest
from tests.cli.conftest import Run

from plitka.cli.terminal import Terminal


def test_a_recipe_error_points_at_the_place(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence is followed by the recipe and a caret under what is wrong."""
    assert run("parse", "60% red, 40% blacqq") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("error: ")
    place = next(line for line in told if "60% red, 40% blacqq" in line).index("blacqq")
    assert any(line[place:].startswith(("^", "~")) for line in told if "^" in line)
    assert "black" in "\n".join(told)


def test_an_empty_recipe_has_no_place(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing stands below the sentence, where a caret would point at nothing."""
    for recipe in ("", "  "):
        assert run("parse", recipe) == 2
        told = capsys.readouterr().err
        assert told.startswith("error: no colour is named")
        assert len(told.splitlines()) == 1


def test_an_unknown_colour_is_followed_by_the_command_that_lists_them(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Behind the place; the sentence itself is the same over HTTP, where no command helps."""
    for recipe, hinted in (("60% blacqq, 40% red", True), ("60% qwrtzx", True), ("60% red, 50%", False)):
        assert run("parse", recipe) == 2
        sentence, *rest = capsys.readouterr().err.splitlines()
        assert "plitka" not in sentence
        assert ("plitka colours" in rest[-1]) is hinted


def test_a_reader_may_leave_early() -> None:
    """`plitka colours | head -1` ends without a complaint."""
    command = [sys.executable, "-m", "plitka", "colours"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_a_stream_that_lacks_a_letter_gets_its_number() -> None:
    """A console of another code page, or a file name that is not UTF-8, ends no command."""
    command = [sys.executable, "-m", "plitka", "colours", "красный"]
    told = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=True)
    assert b"\\u043a" in told.stdout


@pytest.mark.parametrize(("columns", "moves"), [(80, True), (0, False)])
def test_no_line_moves_on_a_screen_without_a_width(columns: int, moves: bool) -> None:
    """As of a container whose terminal nobody has told its size: it would show nothing."""
    first, second = pty.openpty()
    fcntl.ioctl(second, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(second, "w") as screen:
        assert Terminal(stdout=screen, stderr=screen, language="en").shows_progress is moves
    os.close(first)
