"""A small picture on the terminal, for who has one that shows it and did not forbid it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import Run, Screen

from plitka.cli.half_blocks import half_block_lines

WORDS = ["render", "60% red, 40% black", "--size", "128", "--seed", "1", "-o", "tile.png"]


def test_each_letter_is_two_pixels() -> None:
    """The upper one in front, the lower one behind."""
    pixels = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 8, 7]]], np.uint8)
    assert list(half_block_lines(pixels)) == ["\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[38;2;0;255;0;48;2;9;8;7m▀\x1b[0m"]


@pytest.mark.parametrize(
    ("height_px", "width_px", "n_lines", "n_letters"),
    [(1024, 1024, 24, 48), (512, 1024, 12, 48), (1024, 64, 24, 3), (2048, 64, 24, 2), (1, 2048, 1, 48), (3, 5, 2, 5)],
)
def test_it_is_small_and_keeps_its_shape(height_px: int, width_px: int, n_lines: int, n_letters: int) -> None:
    """Of any size; a letter is twice as high as it is wide."""
    lines = list(half_block_lines(np.zeros((height_px, width_px, 3), np.uint8)))
    assert [line.count("▀") for line in lines] == [n_letters] * n_lines


def told_on_a_screen(folder: Path, *words: str, **environment: str) -> str:
    """What `plitka render` writes to a terminal."""
    ours, theirs = pty.openpty()
    usual = {key: value for key, value in os.environ.items() if key not in ("COLORTERM", "NO_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-m", "plitka", *WORDS, *words],
        cwd=folder,
        env=usual | {"PYTHONIOENCODING": "utf-8"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    ) as command:
        os.close(theirs)
        told = b""
        while block := _read(ours):
            told += block
    os.close(ours)
    assert command.returncode == 0, told
    return told.decode()


def _read(descriptor: int) -> bytes:
    """What comes next; Linux raises at the end of a terminal."""
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:
        return b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_terminal_gets_it(tmp_path: Path) -> None:
    """In a red and black tile red stands out."""
    assert told_on_a_screen(tmp_path, COLORTERM="truecolor").count("▀") == 48 * 24


class Utf8Screen(Screen):
    """One that takes all letters."""

    encoding = "utf-8"


def test_only_who_can_see_it_and_wants_it_gets_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours, no wish for none, and nothing that says to be brief or is for a machine."""
    for words, environment, is_shown in (
        ((), {"COLORTERM": "truecolor"}, True),
        ((), {}, False),
        ((), {"COLORTERM": "truecolor", "NO_COLOR": "1"}, False),
        (("--no-preview",), {"COLORTERM": "truecolor"}, False),
        (("--quiet",), {"COLORTERM": "truecolor"}, False),
        (("--json",), {"COLORTERM": "truecolor"}, False),
    ):
        screen = Utf8Screen()
        with monkeypatch.context() as patch:
            for name in ("COLORTERM", "NO_COLOR"):
                patch.delenv(name, raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stderr", screen)
            assert run(*WORDS, *words, "--size", "64") == 0
        assert ("▀" in screen.getvalue()) is is_shown, (words, environment)
