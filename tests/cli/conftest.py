"""The command line in an empty folder, in English, with an engine that needs no network."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.patch_engine import PatchEngine
from tests.core.laid_once import laid_once

from plitka.cli import main
from plitka.core.tile import renderer

Run = Callable[..., int]
RunJson = Callable[..., dict[str, Any]]


class Screen(io.StringIO):
    """A stderr that a person looks at."""

    def isatty(self) -> bool:
        """It is a terminal."""
        return True


def no_engine(*_: object) -> PatchEngine:
    """Stands where no model may be loaded."""
    pytest.fail("the model was loaded")


@pytest.fixture
def engine() -> PatchEngine:
    """What `run` hands to the command as its model."""
    return PatchEngine()


@pytest.fixture
def run(engine: PatchEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command and return its exit code."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLITKA_LANG", "en")
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))  # what the user keeps is neither read nor changed
    monkeypatch.delenv("PLITKA_DATA", raising=False)
    monkeypatch.setattr(renderer, "lay_geometry", laid_once)

    def run(*words: str) -> int:
        try:
            return main(words, load_engine=lambda *_: engine)
        except SystemExit as stop:
            return int(stop.code or 0)

    return run


@pytest.fixture
def run_json(run: Run, capsys: pytest.CaptureFixture[str]) -> RunJson:
    """Run a command that ends well, and read the object that it wrote."""

    def run_json(*words: str) -> dict[str, Any]:
        assert run(*words, "--json") == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return run_json
