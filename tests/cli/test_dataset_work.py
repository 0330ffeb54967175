"""What the commands of `plitka dataset` share."""

import argparse

import pytest

from plitka.cli.dataset_work import jobs_of, progress_line
from plitka.cli.terminal import open_terminal
from plitka.errors import InputError


def test_as_many_processes_as_cores_or_as_asked() -> None:
    """At least one."""
    assert jobs_of(argparse.Namespace(jobs=None)) >= 1
    assert jobs_of(argparse.Namespace(jobs=3)) == 3
    with pytest.raises(InputError, match="jobs must lie in 1"):
        jobs_of(argparse.Namespace(jobs=0))


def test_no_line_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    """It moves all the same."""
    with progress_line(2, open_terminal("en")) as advance:
        advance(2)
    assert capsys.readouterr().err == ""
