"""What outlives the process, in SQLite and in a real PostgreSQL."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.serve.conftest import RECIPE, free_port, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import InputError
from plitka.serve import tables
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
        with pytest.raises(InputError, match="another service"):
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


def test_a_second_service_is_refused_the_database(tmp_path: Path) -> None:
    """Two would make every picture twice."""
    with running(tmp_path), pytest.raises(InputError, match="another service"):
        open_store(Settings(data=tmp_path), own=True)


def test_a_job_that_was_kept_but_not_ended_is_ended(tmp_path: Path) -> None:
    """A kill between the picture and its row is mended without making the picture again."""
    with running(tmp_path) as server:
        key = server.key()
        done = server.ended(server.client_of(key), server.order(server.client_of(key)))
    store = open_store(Settings(data=tmp_path), own=True)
    with store._write() as connection:
        connection.execute(sa.update(tables.jobs).values(state=State.RUNNING, finished_at=None))
    store.close()
    engine = FastEngine()
    with running(tmp_path, lambda: engine) as server:
        seen = server.client_of(key).get(f"/v1/jobs/{done['id']}").json()
        assert seen["state"] == "succeeded"
        assert engine.made == [0]  # the first picture, which nobody sees


def test_a_database_that_cannot_be_opened_is_told() -> None:
    """Without its URL, which may hold a password."""
    url = f"postgresql://plitka:secret@127.0.0.1:{free_port()}/none"
    with pytest.raises(InputError) as refused:
        open_store(Settings(database_url=url), own=True)
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(Settings(database_url=url))
