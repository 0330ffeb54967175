"""`plitka doctor` on this machine."""

import pytest
from tests.cli.conftest import Run


def test_what_is_there_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each, in the reader's language."""
    assert run("doctor", "--device", "cpu") == 0
    english = capsys.readouterr().out
    assert english.startswith(("+ torch ", "- torch "))
    assert "+ mini@" in english
    assert run("--language", "ru", "doctor", "--device", "cpu") == 0
    russian = capsys.readouterr().out
    assert "изображения делаются на cpu" in russian
    assert "processor" not in russian


def test_a_model_that_is_not_there_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do, and the code of a missing file."""
    assert run("doctor", "--model", "no/such/folder", "--device", "cpu") == 4
    assert "- no model" in capsys.readouterr().out
