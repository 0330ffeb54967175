"""What commands that look after a service share."""

import argparse
from pathlib import Path

import pytest

from plitka.cli.store_access import opened, settings_of
from plitka.errors import InputError


def test_options_win_over_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was not given is left to the variables."""
    monkeypatch.setenv("PLITKA_DATA", str(tmp_path / "a"))
    monkeypatch.setenv("PLITKA_BATCH", "3")
    settings = settings_of(argparse.Namespace(data=tmp_path / "b", batch=None, other=1))
    assert (settings.data, settings.batch) == (tmp_path / "b", 3)


def test_nothing_is_made_where_there_is_no_database(tmp_path: Path) -> None:
    """Unless that was asked for."""
    options = argparse.Namespace(data=tmp_path / "data")
    with pytest.raises(InputError), opened(options, create=False):
        pass
    assert not (tmp_path / "data/plitka.sqlite").exists()
    with opened(options, create=True) as store:
        assert store.list_keys() == []
