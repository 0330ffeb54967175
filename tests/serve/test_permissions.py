"""Who else on the machine may read what is kept."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serve.conftest import running
from tests.serve.fast_engine import FastEngine

from plitka.errors import InputError
from plitka.serve.permissions import keep_file_private, make_private_folder
from plitka.serve.service import open_service
from plitka.serve.settings import Settings
from plitka.serve.store import open_store


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    """As most machines have it: files may be read by all."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    """The permission bits."""
    return path.stat().st_mode & 0o777


def test_all_that_is_kept_is_its_accounts_alone(tmp_path: Path) -> None:
    """Folders are 0700 and files 0600, those of SQLite's log and the pictures too."""
    data = tmp_path / "new" / "data"
    with running(data) as server:
        client = server.client()
        server.ended(client, server.order(client))
        found = {path.relative_to(data): mode_of(path) for path in data.rglob("*")}
    assert mode_of(data) == 0o700
    assert len([path for path in found if path.suffix == ".png"]) == 1
    assert Path("plitka.sqlite-wal") in found
    assert {path: mode for path, mode in found.items() if mode & 0o077} == {}


def test_files_of_an_older_version_are_closed_at_the_next_start(tmp_path: Path) -> None:
    """Whoever could read them cannot any more."""
    open_store(Settings(data=tmp_path), own=False).close()
    (tmp_path / "plitka.sqlite").chmod(0o644)
    (tmp_path / "plitka.sqlite.lock").touch(0o644)
    open_store(Settings(data=tmp_path), own=True).close()
    assert {mode_of(path) for path in tmp_path.glob("plitka.sqlite*")} == {0o600}


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o707, 0o1777])
def test_a_folder_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """Unless it is empty, and so made for this: nobody's folder is closed to others behind their back."""
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    (data / "letter.txt").touch()
    with pytest.raises(InputError, match=f"chmod 700 {data}"):
        open_store(Settings(data=data), own=True)
    assert [path.name for path in data.iterdir()] == ["letter.txt"]
    (data / "letter.txt").unlink()
    open_store(Settings(data=data), own=True).close()
    assert mode_of(data) == 0o700


def test_a_folder_in_a_missing_one(tmp_path: Path) -> None:
    """Each that is made is private; what was there stays as it is."""
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "a" / "b")
    assert [mode_of(path) for path in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")] == [0o755, 0o700, 0o700]
    keep_file_private(tmp_path / "a" / "file")
    assert mode_of(tmp_path / "a" / "file") == 0o600


def test_pictures_are_private_wherever_the_database_is(tmp_path: Path) -> None:
    """Their usual place is in the data folder, which is looked at for them alone too."""
    data = tmp_path / "data"
    (data / "pictures").mkdir(parents=True)
    data.chmod(0o755)
    settings = Settings(data=data, database_url=f"sqlite:///{tmp_path / 'elsewhere' / 'plitka.sqlite'}")
    with pytest.raises(InputError, match="chmod 700"):
        open_service(settings, FastEngine, version="0")
    data.chmod(0o700)
    open_service(settings, FastEngine, version="0").store.close()
