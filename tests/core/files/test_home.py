"""Where what plitka keeps for its user lies."""

from pathlib import Path

import pytest

from plitka.core.files.home import home_folder, usual_home_folder


def test_a_variable_names_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it is the platform's place for data."""
    monkeypatch.setenv("PLITKA_HOME", "/elsewhere")
    assert home_folder() == Path("/elsewhere")
    assert usual_home_folder() != Path("/elsewhere")
    monkeypatch.delenv("PLITKA_HOME")
    assert home_folder().name == "plitka"
    assert home_folder().is_absolute()
    assert home_folder() == usual_home_folder()
