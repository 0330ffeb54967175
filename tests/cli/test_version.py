"""The version that is told."""

import pytest
from tests.cli.conftest import Run


def test_the_version_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--version prints the installed version."""
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("plitka 0.")
