"""What each error's exit code is."""

import inspect
from typing import NoReturn

import numpy as np
import pytest

from plitka import errors
from plitka.cli import main
from plitka.cli.exit_codes import EXIT_CODES, EXIT_FILE


def test_every_error_has_an_exit_code() -> None:
    """No class of errors.py falls through the table."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.PlitkaError)]
    outside = [
        kind.__name__
        for kind in kinds
        if kind is not errors.PlitkaError and not any(base in EXIT_CODES for base in kind.__mro__)
    ]
    assert not outside


def test_a_lack_of_memory_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever it comes; a traceback would tell nobody what to do."""
    monkeypatch.setenv("PLITKA_LANG", "en")

    def short(*_: object) -> NoReturn:
        np.empty(2**62, np.uint8)
        raise AssertionError("there is no such memory")

    assert main(["generate", "60% red, 40% black"], load_engine=short) == EXIT_FILE
    assert "memory ran out; ask for a smaller picture, or free memory" in capsys.readouterr().err
