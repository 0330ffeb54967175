import gc
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from plitka.model.library_imports import uncollected_imports


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
