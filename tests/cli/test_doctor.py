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
    assert "изображения создаются на cpu" in russian
    assert "processor" not in russian


def test_a_gpu_that_is_not_there_for_guidance_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """As `plitka generate` would refuse it; where any may be taken, that there is none."""
    assert run("doctor", "--device", "cpu", "--guidance-device", "cuda:99") == 4
    assert "- no device 'cuda:99' for half of the guidance" in capsys.readouterr().out
    assert run("doctor", "--device", "cpu", "--guidance-device", "auto") == 0
    assert "+ there is no other GPU: all of the guidance is computed on cpu" in capsys.readouterr().out


def test_a_model_that_is_not_there_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do, and the code of a missing file."""
    assert run("doctor", "--model", "no/such/folder", "--device", "cpu") == 4
    assert "- no model" in capsys.readouterr().out
