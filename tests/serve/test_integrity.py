"""A database that cannot be used is told in one sentence, whatever looks at it."""

import sys
from pathlib import Path

import pytest

from plitka.errors import InputError
from plitka.serve.database import connect
from plitka.serve.integrity import find_faults
from plitka.serve.keys import make_key
from plitka.serve.settings import Settings
from plitka.serve.store import open_store

PAGE_BYTES = 4096


def a_database(folder: Path) -> Path:
    """One of many pages, closed."""
    store = open_store(Settings(data=folder), own=True)
    for number in range(100):
        make_key(store, f"{number} " + "x" * 190)
    store.close()
    assert not (folder / "plitka.sqlite-wal").exists()
    return folder / "plitka.sqlite"


def overwrite(path: Path, first: int, last: int) -> None:
    """Write nonsense over some bytes."""
    content = bytearray(path.read_bytes())
    content[first:last] = b"\xa5" * (last - first)
    path.write_bytes(content)


@pytest.mark.parametrize("own", [True, False])
def test_a_file_that_is_none(tmp_path: Path, own: bool) -> None:
    """Nonsense, or a whole database whose header is overwritten."""
    path = a_database(tmp_path)
    for content in (b"nonsense " * 1000, b"\0" * 100 + path.read_bytes()[100:]):
        path.write_bytes(content)
        with pytest.raises(InputError, match="damaged, or is none"):
            open_store(Settings(data=tmp_path), own=own)


def test_a_page_that_is_bad(tmp_path: Path) -> None:
    """A start finds it wherever it is, before it answers anybody."""
    whole = a_database(tmp_path).read_bytes()
    path = tmp_path / "plitka.sqlite"
    n_refused = 0
    for page in range(1, len(whole) // PAGE_BYTES):
        path.write_bytes(whole)
        overwrite(path, page * PAGE_BYTES, (page + 1) * PAGE_BYTES)
        try:
            open_store(Settings(data=tmp_path), own=True).close()
        except InputError as error:
            n_refused += "damaged" in str(error)
    assert n_refused >= len(whole) // PAGE_BYTES - 2  # a page that is free is nobody's


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    """As a full disk or a copy that was stopped leaves it."""
    path = a_database(tmp_path)
    path.write_bytes(path.read_bytes()[: 5 * PAGE_BYTES + 100])
    with pytest.raises(InputError, match="damaged"):
        open_store(Settings(data=tmp_path), own=True)


def test_a_sound_one_has_no_faults(tmp_path: Path) -> None:
    """A bad one has some, and looking for them raises nothing."""
    path = a_database(tmp_path)
    engine = connect(Settings(data=tmp_path))
    with engine.connect() as connection:
        assert find_faults(connection) == []
    engine.dispose()
    overwrite(path, 5 * PAGE_BYTES, 7 * PAGE_BYTES)
    with engine.connect() as connection:
        assert find_faults(connection)
    engine.dispose()


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PostgreSQL's package, by the command that installs it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=r"pip install 'plitka\[postgresql\]'"):
        open_store(Settings(data=tmp_path, database_url="postgresql://127.0.0.1:1/x"), own=True)
