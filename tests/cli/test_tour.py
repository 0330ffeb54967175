"""Completion and the tour."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from plitka.cli.tour import SHELLS


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_completes_commands_and_options(run: Run, capsys: pytest.CaptureFixture[str], shell: str) -> None:
    """Those of every command are in it."""
    assert run("completion", shell) == 0
    script = capsys.readouterr().out
    assert all(word in script for word in ("generate", "render", "tolerance", "restore"))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes(run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """As bash itself asks for it."""
    assert run("completion", "bash") == 0
    script = tmp_path / "complete.sh"
    script.write_text(capsys.readouterr().out, encoding="utf-8")
    asked = 'COMP_WORDS=(plitka gen); COMP_CWORD=1; COMP_LINE="plitka gen"; COMP_POINT=10'
    ask = f'source {script}; {asked}; _shtab_plitka; echo "${{COMPREPLY[@]}}"'
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run([bash, "-c", ask], capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout.split() == ["generate"]


def test_the_tour_is_refused_where_files_are(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """It would mix with them."""
    Path("full").mkdir()
    Path("full/own.txt").touch()
    assert run("demo", "full") == 2
    assert "is not empty" in capsys.readouterr().err
