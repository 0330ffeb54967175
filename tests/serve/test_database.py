"""Connections to the database, and who owns it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.serve.conftest import Databases, wait_until

from plitka.errors import InputError
from plitka.serve.database import connect
from plitka.serve.settings import Settings
from plitka.serve.store import open_store


def test_a_link_to_a_database_has_the_same_owner(tmp_path: Path) -> None:
    """However a second service names the file, it is refused while the first one runs."""
    first = Settings(data=tmp_path / "first")
    second = Settings(data=tmp_path / "second")
    with ExitStack() as held:
        held.callback(open_store(first, own=True).close)
        second.data.mkdir(mode=0o700)
        (second.data / "plitka.sqlite").symlink_to(first.data / "plitka.sqlite")
        with pytest.raises(InputError, match="a service runs on this database"):
            open_store(second, own=True)


def test_looking_after_the_file_lets_go_of_no_lock(tmp_path: Path) -> None:
    """Another process that looks into the database and leaves takes no log away, and sees what is written later."""
    look = (
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM secrets').fetchone()[0])"
    )
    found = []
    with closing(open_store(Settings(data=tmp_path), own=True)) as store:
        for name in ("first", "second"):
            store.check()
            store.secret(name)  # a row
            command = [sys.executable, "-c", look, str(tmp_path / "plitka.sqlite")]
            found.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        assert found[1] == found[0] + 1
        assert (tmp_path / "plitka.sqlite-wal").exists()


def test_a_server_that_goes_away_is_no_second_service(tmp_path: Path, databases: Databases) -> None:
    """While a start waits for another service to end."""
    settings = Settings(data=tmp_path, **databases("postgresql"))
    waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with ExitStack() as held:
        held.callback(open_store(settings, own=True).close)
        engine = connect(settings)
        held.callback(engine.dispose)
        looking = held.enter_context(engine.connect())

        def ask(what: str) -> int:
            with looking.begin():
                return int(looking.execute(sa.text(f"SELECT {what} {waiting}")).scalars().one())

        second = held.enter_context(ThreadPoolExecutor(1)).submit(open_store, settings, own=True)
        wait_until(lambda: ask("count(*)") == 1)
        ask("pg_terminate_backend(pid)")
        with pytest.raises(InputError, match="cannot be opened"):
            second.result(10)
