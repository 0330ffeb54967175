"""The whole command line."""

import argparse
from pathlib import Path

import pytest
from tests.cli.conftest import Run, no_engine

from plitka.cli.parser import build_parser


def test_every_option_is_documented() -> None:
    """docs/overview.md names each option of each command."""
    overview = (Path(__file__).parents[2] / "docs/overview.md").read_text(encoding="utf-8")
    waiting = [build_parser(str, no_engine)]
    while waiting:
        for action in waiting.pop()._actions:
            assert all(f"`{word}" in overview or f"{word}`" in overview for word in action.option_strings[-1:])
            if isinstance(action, argparse._SubParsersAction):
                waiting.extend(action.choices.values())


def test_help_and_errors_speak_russian(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--language reaches our help, argparse's own words and errors."""
    assert run("generate", "--help", "--language", "ru") == 0
    told = capsys.readouterr().out
    assert "options:" not in told
    assert "usage:" not in told
    assert run("generate", "--language=ru") == 2
    assert "ошибка" in capsys.readouterr().err
