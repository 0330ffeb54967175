"""Word of changes by other processes."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.serve.conftest import Databases

from plitka.serve.bell import bell_of
from plitka.serve.settings import Settings
from plitka.serve.store import Store, open_store

LONG_S = 30.0


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Two on one database."""
    chosen = Settings(data=tmp_path / "data", **databases(request.param))
    first, second = open_store(chosen, own=True), open_store(chosen, own=False, worker="w")
    yield first, second
    second.close()
    first.close()


def test_it_is_heard_soon_and_only_once(stores: tuple[Store, Store]) -> None:
    """What was rung before is heard by the next wait; then there is nothing until the next time."""
    ours, theirs = stores
    bell, other = bell_of(ours.engine, "test"), bell_of(theirs.engine, "test")
    assert bell.wait(LONG_S)  # the first time there may always be something

    def change() -> None:
        theirs.secret(str(time.monotonic_ns()))
        other.ring()

    change()
    assert bell.wait(LONG_S)
    assert not bell.wait(0.05)
    later = threading.Timer(0.2, change)
    later.start()
    assert bell.wait(LONG_S)
    later.join()  # it may have a connection still
    bell.close()
    other.close()


def test_who_waits_is_let_go(stores: tuple[Store, Store]) -> None:
    """By a stop, from another thread; also where the connection was cut."""
    ours, theirs = stores
    bell = bell_of(ours.engine, "test")
    bell.wait(0)
    if ours.folder is None:
        with theirs.engine.connect() as connection:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            connection.execute(sa.text(cut))
        bell.wait(0.1)
        assert bell.wait(LONG_S)  # it is open anew
    later = threading.Timer(0.2, bell.stop)
    later.start()
    began = time.monotonic()
    while bell.wait(LONG_S):
        pass
    later.join()
    assert time.monotonic() - began < LONG_S
    bell.close()
