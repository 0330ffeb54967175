"""`plitka model`, over the bundle that travels with plitka."""

import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Run, RunJson

import plitka

MINI = Path(plitka.__file__).with_name("mini")


def test_the_shipped_model_is_listed(run_json: RunJson) -> None:
    """By its name, with its folder."""
    assert Path(run_json("model", "list")["models"]["mini"]) == MINI


def test_info_says_what_a_model_is_made_of(run_json: RunJson, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """As one object, or as rows of dotted names."""
    found = run_json("model", "info")
    assert found["name"] == "mini"
    assert {"digest", "licence", "folder", "base", "lora", "embeddings", "prompt", "defaults"} <= set(found)
    assert run("model", "info", "mini") == 0
    assert "defaults.steps" in capsys.readouterr().out


def test_a_whole_model_is_verified(run_json: RunJson) -> None:
    """Every file has its hash."""
    found = run_json("model", "verify")
    assert found["model"].startswith("mini@")
    assert found["n_files"] > 1


def test_a_changed_file_is_found(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 4, with the file's name."""
    shutil.copytree(MINI, tmp_path / "own")
    damaged = next((tmp_path / "own").rglob("*.json"))
    damaged.write_bytes(damaged.read_bytes() + b" ")
    assert run("model", "verify", "own") == 4
    assert damaged.name in capsys.readouterr().err


@pytest.mark.parametrize("words", [("info", "ghost"), ("verify", "ghost")])
def test_a_missing_model_is_a_file_problem(run: Run, words: tuple[str, ...]) -> None:
    """Exit 4."""
    assert run("model", *words) == 4
