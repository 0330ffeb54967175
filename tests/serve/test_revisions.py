"""Making and changing tables: whole or not at all, once, and only when it was asked for."""

import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.serve import fast_server
from tests.serve.conftest import Databases

from plitka.errors import InputError
from plitka.serve import revisions, tables
from plitka.serve.database import connect
from plitka.serve.keys import make_key
from plitka.serve.settings import Settings
from plitka.serve.store import open_store

N_PARALLEL = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Settings:
    """Settings of a database without tables."""
    return Settings(data=tmp_path / "data", **databases(request.param))


def die_at(settings: Settings, statement: str) -> None:
    """Open the database, and be killed when a statement that begins so is about to be executed."""

    def kill(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if text.strip().startswith(statement):
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", kill)
    open_store(settings, own=False)


def create_key(settings: Settings, name: str) -> None:
    """`plitka keys create`, without the command line."""
    store = open_store(settings, own=False)
    make_key(store, name)
    store.close()


def run(target: Any, *arguments: object) -> Any:  # noqa: ANN401  (multiprocessing has no public name for it)
    """A process that does this."""
    process = fast_server.FORKED.Process(target=target, args=arguments)
    process.start()
    return process


@pytest.mark.parametrize("statement", ["CREATE TABLE alembic_version", "CREATE TABLE secrets", "INSERT INTO alembic"])
def test_who_is_killed_while_tables_are_made_leaves_none(fresh: Settings, statement: str) -> None:
    """And the next start makes them all."""
    process = run(die_at, fresh, statement)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    store = open_store(fresh, own=True)
    assert store.list_keys() == []
    assert len(store.secret("links")) == 32
    store.close()


def test_many_at_once_make_one_database(fresh: Settings) -> None:
    """Each of twenty that find none has its key in the same one afterwards."""
    processes = [run(create_key, fresh, f"key {number}") for number in range(N_PARALLEL)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * N_PARALLEL
    store = open_store(fresh, own=False, create=False)
    assert {key.name for key in store.list_keys()} == {f"key {number}" for number in range(N_PARALLEL)}
    store.close()


def test_an_older_database_is_changed_only_when_asked(fresh: Settings) -> None:
    """Until then it is refused with what to do, and stays as it is."""
    engine = connect(fresh)
    assert revisions.migrate(engine, "0001") is None
    for own in (True, False):
        with pytest.raises(InputError, match="plitka migrate"):
            open_store(fresh, own=own)
    with engine.connect() as connection:
        assert revisions.find(connection) == "0001"
    assert revisions.migrate(engine) == "0001"
    assert revisions.migrate(engine) == revisions.latest()
    engine.dispose()
    open_store(fresh, own=True).close()


def test_masks_are_moved_out_of_older_jobs(fresh: Settings) -> None:
    """A job shows them as before, and has them apart."""
    engine = connect(fresh)
    revisions.migrate(engine, "0002")
    mask = "data:image/png;base64," + 50_000 * "A"
    request = {"recipe": "red", "seed": 7, "zones": [{"mask": mask, "recipe": "blue"}]}
    result = {"sha256": "x", "zones": [{"mask": None}, {"mask": mask}]}
    job: dict[str, Any] = {"id": "a", "key_id": "k", "state": "succeeded", "request": request, "result": result}
    job |= {"priority": 0, "created_at": 1.0, "n_starts": 1, "request_id": "r", "webhook_due": False}
    key = {"id": "k", "name": "k", "role": "maker", "salt": b"", "hash": b"", "created_at": 1.0}
    columns = [tables.jobs.c[name] for name in job]
    with engine.begin() as connection:
        connection.execute(sa.insert(tables.keys).values(key))
        connection.execute(sa.insert(sa.table("jobs", *(sa.column(c.name, c.type) for c in columns))).values(job))
    revisions.migrate(engine)
    with engine.connect() as connection:
        assert "base64" not in connection.execute(sa.text("SELECT CAST(request AS TEXT) FROM jobs")).scalar_one()
    engine.dispose()
    store = open_store(fresh, own=True)
    found = store.find_job("a")
    assert found is not None
    assert (found.request, found.result) == (request, result)
    store.close()


def test_a_change_that_is_cut_off_is_not_begun(fresh: Settings) -> None:
    """A kill in the middle leaves the older tables, which can be changed again."""
    engine = connect(fresh)
    revisions.migrate(engine, "0001")
    process = run(_migrate_and_die, fresh)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with engine.connect() as connection:
        assert revisions.find(connection) == "0001"
        assert "model" not in {column["name"] for column in sa.inspect(connection).get_columns("jobs")}
    assert revisions.migrate(engine) == "0001"
    engine.dispose()


def _migrate_and_die(settings: Settings) -> None:
    def kill(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if text.startswith("UPDATE alembic_version"):
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", kill)
    revisions.migrate(connect(settings))


def test_a_database_of_a_newer_plitka_is_refused(fresh: Settings) -> None:
    """By one sentence with both revisions; it stays as it is."""
    open_store(fresh, own=False).close()
    engine = connect(fresh)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match=f"9999.*{revisions.latest()}"):
        open_store(fresh, own=True)
    with pytest.raises(InputError, match="newer"):
        revisions.migrate(engine)
    engine.dispose()


def test_tables_of_others_are_refused(tmp_path: Path) -> None:
    """As what an older plitka left that was killed while it made them."""
    path = tmp_path / "plitka.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE keys (id TEXT)")
    connection.close()
    with pytest.raises(InputError, match="no revision"):
        open_store(Settings(data=tmp_path), own=True)


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """Neither a folder nor a file."""
    with pytest.raises(InputError, match="no database at"):
        open_store(Settings(data=tmp_path / "typo"), own=False, create=False)
    assert list(tmp_path.iterdir()) == []
