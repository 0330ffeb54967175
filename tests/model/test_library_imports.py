import gc
import logging
import warnings
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from plitka.model.library_imports import quiet_libraries, uncollected_imports


@pytest.fixture(autouse=True)
def nothing_frozen_afterwards() -> Iterator[None]:
    """What these tests set apart is given back to the collector of pytest's process."""
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_what_is_imported_is_left_alone_by_the_collector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector rests during the import, and runs afterwards without what has come."""
    (tmp_path / "comes_once.py").write_text("import gc\nwas_collecting = gc.isenabled()\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with uncollected_imports():
        module = import_module("comes_once")
    assert module.was_collecting is False
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_an_engine_that_is_loaded_later_can_be_freed() -> None:
    """Where nothing new was imported, no object is set apart."""
    with uncollected_imports():
        import_module("gc")
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize("is_collecting", [True, False])
def test_the_collector_is_left_as_it_was_found(is_collecting: bool) -> None:
    """Also where an import fails."""
    if not is_collecting:
        gc.disable()
    try:
        with pytest.raises(ModuleNotFoundError), uncollected_imports():
            import_module("plitka.no_such_module")
        assert gc.isenabled() is is_collecting
    finally:
        gc.enable()


Libraries = Sequence[Any]


@pytest.fixture
def talkative_libraries() -> Iterator[Libraries]:
    """The logging of diffusers and transformers at its most talkative, put back afterwards."""
    libraries: Libraries = [import_module(f"{name}.utils.logging") for name in ("diffusers", "transformers")]
    levels = [library.get_verbosity() for library in libraries]
    for library in libraries:
        library.set_verbosity(logging.INFO)
        library.enable_progress_bar()
    yield libraries
    for library, level in zip(libraries, levels, strict=True):
        library.set_verbosity(level)


def settings_of(libraries: Libraries) -> list[tuple[int, bool]]:
    """Level, and whether there are progress bars, of each."""
    return [(library.get_verbosity(), library.is_progress_bar_enabled()) for library in libraries]


def test_libraries_are_quiet_inside_and_as_before_outside(talkative_libraries: Libraries) -> None:
    """No bar, no advice and no warning of theirs; levels and bars come back, also after an error."""
    with quiet_libraries():
        assert settings_of(talkative_libraries) == [(logging.ERROR, False)] * 2
        warnings.warn_explicit("old", FutureWarning, "x.py", 1, module="diffusers.x")
    assert settings_of(talkative_libraries) == [(logging.INFO, True)] * 2
    with pytest.raises(KeyError), quiet_libraries():
        raise KeyError
    assert settings_of(talkative_libraries) == [(logging.INFO, True)] * 2


def test_a_verbosity_that_a_user_chose_is_kept(talkative_libraries: Libraries, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks for a fault in the libraries wants to hear them."""
    monkeypatch.setenv("DIFFUSERS_VERBOSITY", "info")
    with quiet_libraries():
        assert settings_of(talkative_libraries) == [(logging.INFO, False), (logging.ERROR, False)]
