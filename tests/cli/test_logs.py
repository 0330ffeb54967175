"""Logs on stderr."""

import json

import pytest
from tests.cli.conftest import Run

RECIPE = "60% red, 40% black"


def test_logs_can_be_lines_of_json(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--verbose --log-json tells each picture as one JSON object on stderr."""
    assert run("generate", RECIPE, "--seed", "3", "--verbose", "--log-json") == 0
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert [event["seed"] for event in events if event["event"] == "picture"] == [3]
