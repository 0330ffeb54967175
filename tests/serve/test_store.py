"""What outlives the process, in SQLite and in a real PostgreSQL."""

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.serve.conftest import RECIPE, Databases, free_port, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import InputError
from plitka.serve import due_webhooks, routes, sessions, tables
from plitka.serve.keys import identify, make_key
from plitka.serve.settings import Settings
from plitka.serve.store import State, open_store


def test_a_service_over_postgresql(postgresql: str, tmp_path: Path) -> None:
    """Jobs, pages, idempotency and a new start work there as they do over SQLite; a second service is refused."""
    with running(tmp_path, lambda: FastEngine(step_s=0.02), database_url=postgresql, drain_s=0.0) as server:
        key = server.key()
        client = server.client_of(key)
        head = {"Idempotency-Key": "once"}
        first, again = (client.post("/v1/jobs", json={"recipe": RECIPE}, headers=head).json() for _ in range(2))
        assert first["id"] == again["id"]
        assert server.ended(client, first)["state"] == "succeeded"
        assert client.get(f"/v1/jobs/{first['id']}/image").content.startswith(b"\x89PNG")
        with pytest.raises(InputError, match="a service runs on this database"):
            open_store(Settings(data=tmp_path, database_url=postgresql), own=True)
        left = [server.order(client, steps=20)["id"] for _ in range(3)]
    with running(tmp_path, database_url=postgresql) as server:
        client = server.client_of(key)
        for job_id in left:
            assert server.ended(client, {"id": job_id})["state"] == "succeeded"
        page = client.get("/v1/jobs", params={"limit": 2}).json()
        assert [job["id"] for job in page["jobs"]] == left[:0:-1]


def test_a_job_outlives_an_absent_database(postgresql: str, tmp_path: Path) -> None:
    """Connections that are cut while a picture is made cost no job."""
    with running(tmp_path, lambda: FastEngine(step_s=0.05), database_url=postgresql) as server:
        client = server.client()
        job = server.order(client, steps=20)
        wait_until(lambda: client.get(f"/v1/jobs/{job['id']}").json()["state"] == "running")
        engine = sa.create_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            connection.execute(sa.text(mine))
        engine.dispose()
        wait_until(lambda: client.get(f"/v1/jobs/{job['id']}").json().get("state") == "succeeded")


class Admin:
    """Somebody else who works on a service's PostgreSQL."""

    def __init__(self, postgresql: str, database: str) -> None:
        self._database = database
        url = sa.make_url(postgresql).set(drivername="postgresql+psycopg")
        self._server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        self._inside = sa.create_engine(url.set(database=database), isolation_level="AUTOCOMMIT")

    def execute(self, statement: str) -> None:
        """Run it in the database, even where only reading is allowed."""
        with self._inside.connect() as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(statement)
        self._inside.dispose()

    def set_read_only(self, word: str) -> None:
        """From now on it takes changes, or takes none, as a standby; who is connected is cut off."""
        with self._server.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {self._database} SET default_transaction_read_only = {word}")
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                {"name": self._database},
            )
        self._server.dispose()


def test_a_database_that_may_only_be_read_is_not_ready(postgresql: str, databases: Databases, tmp_path: Path) -> None:
    """Nor is one without its tables, which ends no thread: it is ready by itself once it can be written again."""
    chosen = databases("postgresql")
    admin = Admin(postgresql, sa.make_url(chosen["database_url"]).database or "")
    with running(tmp_path, **chosen) as server:
        client, probe = server.client(), server.client_of(None)

        def is_ready() -> bool:
            return probe.get(routes.READY).status_code == 200

        wait_until(is_ready)
        admin.set_read_only("on")
        wait_until(lambda: not is_ready())
        assert "cannot be written" in probe.get(routes.READY).json()["error"]
        assert client.post(routes.JOBS, json={"recipe": RECIPE}).status_code == 503
        admin.execute("ALTER TABLE jobs RENAME TO gone")
        admin.set_read_only("off")
        wait_until(lambda: any(line["event"] == "part_broke" for line in server.logs))
        assert not is_ready()
        admin.execute("ALTER TABLE gone RENAME TO jobs")
        wait_until(is_ready)
        assert server.ended(client, server.order(client))["state"] == "succeeded"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_opens_or_closes_a_door_is_on_the_disk(kind: str, tmp_path: Path, databases: Databases) -> None:
    """A key that was revoked stays so after a power cut, also where orders do not wait for the disk."""
    is_sqlite = kind == "sqlite"
    question = "PRAGMA synchronous" if is_sqlite else "SHOW synchronous_commit"
    with closing(open_store(Settings(data=tmp_path, **databases(kind)), own=True)) as store:
        waited: list[object] = []

        @sa.event.listens_for(store.engine, "commit")
        def look(connection: sa.Connection) -> None:
            waited.append(connection.exec_driver_sql(question).scalar())

        key, row = make_key(store, "shop")
        caller = identify(store, key)
        assert caller is not None
        token = sessions.begin(store, caller, 60)
        sessions.end(store, token)
        store.revoke_key(row.id)
        due_webhooks.settle(store, "of no job")
        yes, no = (2, 1) if is_sqlite else ("on", "off")
        assert waited == [yes, no, yes, yes, no]


def test_a_second_service_is_refused_the_database(tmp_path: Path) -> None:
    """Two would make every picture twice."""
    with running(tmp_path), pytest.raises(InputError, match="a service runs on this database"):
        open_store(Settings(data=tmp_path), own=True)


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_job_that_was_kept_but_not_ended_is_ended(tmp_path: Path, is_whole: bool) -> None:
    """A kill between the picture and its row is mended without making the picture again, if that is whole."""
    with running(tmp_path) as server:
        key = server.key()
        done = server.ended(server.client_of(key), server.order(server.client_of(key), seed=5))
    store = open_store(Settings(data=tmp_path), own=True)
    with store.write() as connection:
        connection.execute(sa.update(tables.jobs).values(state=State.RUNNING, finished_at=None))
    store.close()
    if not is_whole:
        next(tmp_path.rglob("*.png")).write_bytes(b"")
    engine = FastEngine()
    with running(tmp_path, lambda: engine) as server:
        client = server.client_of(key)
        assert server.ended(client, done)["state"] == "succeeded"
        assert engine.made == ([] if is_whole else [5])
        assert client.get(done["image_url"]).status_code == 200


def test_a_database_that_cannot_be_opened_is_told() -> None:
    """Without its URL, which may hold a password."""
    url = f"postgresql://plitka:secret@127.0.0.1:{free_port()}/none"
    with pytest.raises(InputError) as refused:
        open_store(Settings(database_url=url), own=True)
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(Settings(database_url=url))


def test_a_change_whose_answer_was_lost_may_be_made_again(tmp_path: Path) -> None:
    """A start is counted once; what was begun is not ended as what waits is, and what has ended is not begun."""
    with running(tmp_path) as server:
        client = server.client()
        job_id = server.ended(client, server.order(client))["id"]
        store = server.service.store
        with store.write() as connection:
            connection.execute(sa.update(tables.jobs).values(state=State.QUEUED, n_starts=0, finished_at=None))
        job = store.find_job(job_id)
        assert job is not None
        assert store.start_job(job, 1.0)
        assert store.start_job(job, 1.0)
        begun = store.find_job(job_id)
        assert begun is not None
        assert (begun.state, begun.n_starts) == (State.RUNNING, 1)
        assert not store.end_waiting(job_id, State.CANCELLED, 2.0)
        assert store.finish_job(job_id, State.FAILED, 3.0)
        assert not store.start_job(job, 4.0)
