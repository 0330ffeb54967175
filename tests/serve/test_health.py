"""A service whose database, pictures' folder or disk is away: it says so, loses nothing, and comes back by itself."""

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from tests.serve.conftest import RECIPE, Databases, Running, program, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.serve import routes

QUICK_TO_GIVE_UP: dict[str, Any] = {"database_wait_s": 0.2}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process writes to the database and does not finish."""
    other = sqlite3.connect(folder / "plitka.sqlite", timeout=10, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def holding() -> FastEngine:
    """An engine that ends no picture but the first one, which nobody sees, before it is told to."""
    engine = FastEngine(may_end=threading.Event())
    release(engine)
    return engine


def release(engine: FastEngine) -> None:
    """Pictures may end."""
    assert engine.may_end is not None
    engine.may_end.set()


@contextmanager
def held(engine: FastEngine) -> Iterator[None]:
    """Within the block no picture ends."""
    assert engine.may_end is not None
    engine.may_end.clear()
    try:
        yield
    finally:
        release(engine)


def ready(server: Running) -> int:
    """The status of the readiness probe."""
    return server.client_of(None).get(routes.READY).status_code


def state_of(client: httpx2.Client, job: dict[str, Any]) -> str:
    """A job's state, as its owner sees it."""
    return str(client.get(routes.path_of(routes.JOB, job_id=job["id"])).json()["state"])


class TestLockedDatabase:
    """SQLite, locked by another process."""

    def test_what_runs_is_ended_afterwards(self, tmp_path: Path) -> None:
        """Orders are 503 with Retry-After, the probes tell the truth, and the job is ended when the lock is gone."""
        engine = holding()
        with running(tmp_path, lambda: engine, **QUICK_TO_GIVE_UP) as server:
            client = server.client()
            with held(engine), ExitStack() as lock:
                job = server.order(client)
                wait_until(lambda: state_of(client, job) == "running")
                lock.enter_context(locked(tmp_path))
                wait_until(lambda: ready(server) == 503)
                release(engine)
                wait_until(lambda: any(line["event"] == "database_away" for line in server.logs))
                refused = client.post(routes.JOBS, json={"recipe": RECIPE})
                assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
                assert int(refused.headers["Retry-After"]) > 0
                assert server.client_of(None).get(routes.LIVE).status_code == 200
                assert server.service.workers[0].is_alive()
            assert server.ended(client, job)["state"] == "succeeded"
            wait_until(lambda: ready(server) == 200)
            server.ended(client, server.order(client))

    def test_a_job_that_waits_is_not_half_cancelled(self, tmp_path: Path) -> None:
        """A cancellation that cannot be written is refused and changes nothing; asked again later, it holds."""
        engine = holding()
        with running(tmp_path, lambda: engine, **QUICK_TO_GIVE_UP) as server:
            client = server.client()
            with held(engine):
                runs, waits, made = (server.order(client) for _ in range(3))
                wait_until(lambda: state_of(client, runs) == "running")
                with locked(tmp_path):
                    for job in (waits, made):
                        path = routes.path_of(routes.JOB_CANCEL, job_id=job["id"])
                        assert client.post(path).status_code == 503
                assert state_of(client, waits) == "queued"
                path = routes.path_of(routes.JOB_CANCEL, job_id=waits["id"])
                assert client.post(path).json()["state"] == "cancelled"
            assert server.ended(client, runs)["state"] == "succeeded"
            assert server.ended(client, made)["state"] == "succeeded"
            assert state_of(client, waits) == "cancelled"

    def test_a_deadline_that_passes_meanwhile_is_written_afterwards(self, tmp_path: Path) -> None:
        """The job does not wait for ever."""
        engine = holding()
        with running(tmp_path, lambda: engine, **QUICK_TO_GIVE_UP) as server, held(engine):
            client = server.client()
            runs, late = server.order(client), server.order(client, deadline_s=2.0)  # the lock comes before it
            wait_until(lambda: state_of(client, runs) == "running")
            with locked(tmp_path):
                wait_until(lambda: any(line["event"] == "deadline_not_kept" for line in server.logs))
            wait_until(lambda: state_of(client, late) == "failed")

    def test_a_stop_does_not_wait_for_it(self, tmp_path: Path) -> None:
        """What runs is kept for the next start, which makes it."""
        engine = holding()
        with ExitStack() as lock, running(tmp_path, lambda: engine, drain_s=0.2, **QUICK_TO_GIVE_UP) as server:
            key = server.key()
            client = server.client_of(key)
            with held(engine):
                job = server.order(client)
                wait_until(lambda: state_of(client, job) == "running")
                lock.enter_context(locked(tmp_path))
            wait_until(lambda: any(line["event"] == "database_away" for line in server.logs))
        with running(tmp_path) as server:
            assert server.ended(server.client_of(key), job)["state"] == "succeeded"


class TestPicturesFolder:
    """A folder that cannot be written; a file in its place, since root may write to a read-only one."""

    def test_it_is_found_before_painting(self, tmp_path: Path) -> None:
        """Nothing is painted, new orders are 507, and what waits is made when the folder is there again."""
        engine = holding()
        with running(tmp_path, lambda: engine) as server:
            client = server.client("operator")
            with held(engine), ExitStack() as broken:
                first, waits = server.order(client, seed=1), server.order(client, seed=2)
                wait_until(lambda: state_of(client, first) == "running")
                broken.enter_context(replaced(tmp_path / "pictures"))
                wait_until(lambda: ready(server) == 503)
                release(engine)
                refused = client.post(routes.JOBS, json={"recipe": RECIPE})
                assert (refused.status_code, refused.json()["code"]) == (507, "storage")
                assert int(refused.headers["Retry-After"]) > 0
                assert 'plitka_part_usable{part="pictures"} 0.0' in client.get(routes.METRICS).text
                wait_until(lambda: engine.made == [1])
                wait_until(lambda: any(line["event"] == "pictures_away" for line in server.logs))
                assert (state_of(client, first), state_of(client, waits)) == ("running", "queued")
            assert [server.ended(client, job)["state"] for job in (first, waits)] == ["succeeded"] * 2
            assert engine.made == [1, 2]
            wait_until(lambda: ready(server) == 200)

    def test_an_idle_service_paints_nothing_into_it(self, tmp_path: Path) -> None:
        """The folder broke the moment before: the job that was still accepted waits unpainted."""
        engine = FastEngine()
        with running(tmp_path, lambda: engine) as server:
            client = server.client()
            server.service.health.stop()
            with replaced(tmp_path / "pictures"):
                job = server.order(client, seed=1)
                wait_until(lambda: any(line["event"] == "pictures_away" for line in server.logs))
                assert engine.made == []
            assert server.ended(client, job)["state"] == "succeeded"

    def test_a_service_that_has_nothing_left_to_do_waits_for_nothing(self, tmp_path: Path) -> None:
        """The one job is cancelled while the folder is away: the service is idle, and ready once it is there again."""
        with running(tmp_path) as server:
            client, worker = server.client(), server.service.workers[0]
            server.service.health.stop()
            with replaced(tmp_path / "pictures"):
                job = server.order(client)
                wait_until(lambda: worker.is_waiting)
                client.post(routes.path_of(routes.JOB_CANCEL, job_id=job["id"]))
                wait_until(lambda: not worker.is_waiting)
                wait_until(lambda: worker.heartbeat.silence_s() == 0.0)
            server.service.health.look()
            assert ready(server) == 200

    def test_a_picture_that_waits_for_it_can_be_cancelled(self, tmp_path: Path) -> None:
        """Though it was painted."""
        engine = holding()
        with running(tmp_path, lambda: engine) as server:
            client = server.client()
            with held(engine), ExitStack() as broken:
                job = server.order(client)
                wait_until(lambda: state_of(client, job) == "running")
                broken.enter_context(replaced(tmp_path / "pictures"))
                release(engine)
                wait_until(lambda: any(line["event"] == "pictures_away" for line in server.logs))
                client.post(routes.path_of(routes.JOB_CANCEL, job_id=job["id"]))
                assert server.ended(client, job)["state"] == "cancelled"


@contextmanager
def replaced(folder: Path) -> Iterator[None]:
    """A file where the folder was."""
    kept = folder.with_name("aside")
    folder.mkdir(exist_ok=True)
    folder.rename(kept)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        kept.rename(folder)


def test_low_disk_refuses_new_work(tmp_path: Path) -> None:
    """507 in every contract and in the metrics; reading goes on."""
    with running(tmp_path, min_free_bytes=10**18) as server:
        client = server.client("operator")
        assert ready(server) == 503
        bodies = {
            routes.JOBS: {"recipe": RECIPE},
            routes.IMAGES: {"prompt": RECIPE},
            routes.COG_PREDICTIONS: {"input": {"prompt": RECIPE}},
            routes.ROOT: {"inputs": RECIPE},
        }
        answers = [client.post(path, json=body) for path, body in bodies.items()]
        assert [answer.status_code for answer in answers] == [507] * len(bodies)
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
        assert client.get(routes.JOBS).status_code == 200
        text = client.get(routes.METRICS).text
        assert 'plitka_part_usable{part="disk"} 0.0' in text
        assert "plitka_free_bytes" in text


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = [program("mount"), "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a file system here")
    yield folder
    subprocess.run([program("umount"), "-l", str(folder)], check=True)


def test_a_full_disk_loses_no_job(small_disk: Path) -> None:
    """Database and pictures on it: orders are 503 or 507, and what runs is ended when there is room again."""
    engine = holding()
    with running(small_disk, lambda: engine, min_free_bytes=0, **QUICK_TO_GIVE_UP) as server:
        client = server.client()
        ballast = small_disk / "ballast"
        with held(engine):
            jobs = [server.order(client) for _ in range(3)]
            wait_until(lambda: state_of(client, jobs[0]) == "running")
            fill(ballast)
        wait_until(lambda: ready(server) == 503)
        statuses = {client.post(routes.JOBS, json={"recipe": RECIPE}).status_code for _ in range(5)}
        assert statuses <= {503, 507}
        ballast.unlink()
        assert [server.ended(client, job)["state"] for job in jobs] == ["succeeded"] * 3
        wait_until(lambda: ready(server) == 200)


def fill(path: Path) -> None:
    """Write a file until its disk is full."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_what_was_written_though_the_answer_was_lost_is_made(tmp_path: Path) -> None:
    """A job in the database that this process has not queued is queued when the database is back."""
    with running(tmp_path, **QUICK_TO_GIVE_UP) as server:
        client = server.client()
        other = server.ended(client, server.order(client))
        with locked(tmp_path):
            wait_until(lambda: ready(server) == 503)
        row = server.service.store.find_job(other["id"])
        assert row is not None
        with sqlite3.connect(tmp_path / "plitka.sqlite", timeout=10) as database:
            database.execute("UPDATE jobs SET state = 'queued', finished_at = NULL WHERE id = ?", (other["id"],))
        database.close()
        with locked(tmp_path):
            wait_until(lambda: ready(server) == 503)
        wait_until(lambda: state_of(client, other) == "succeeded")


@pytest.mark.parametrize("harm", ["overwritten", "replaced", "removed", "log removed"])
def test_a_file_that_is_no_longer_the_database_is_told(tmp_path: Path, harm: str) -> None:
    """While nobody asks anything; and nothing is accepted that no other start would find, nor a key made or revoked."""
    with running(tmp_path) as server:
        client = server.client()
        operator = server.client(role="operator")
        repeated = {"Idempotency-Key": "once"}
        server.ended(client, client.post(routes.JOBS, json={"recipe": RECIPE}, headers=repeated).json())
        assert ready(server) == 200
        database, log = tmp_path / "plitka.sqlite", tmp_path / "plitka.sqlite-wal"
        content, aside = database.read_bytes(), tmp_path / "aside.sqlite"
        if harm == "overwritten":
            database.write_bytes(bytes(len(content)))
        elif harm == "log removed":
            log.unlink()
        else:
            database.rename(aside)
            if harm == "replaced":
                shutil.copy(aside, database)
        assert client.post(routes.JOBS, json={"recipe": RECIPE}).status_code == 503
        assert client.post(routes.JOBS, json={"recipe": RECIPE}, headers=repeated).status_code == 503
        assert operator.post(routes.KEYS, json={"name": "new"}).status_code == 503
        wait_until(lambda: ready(server) == 503)
        assert server.client_of(None).get(routes.LIVE).status_code == 200
        if harm == "overwritten":
            database.write_bytes(content)
        elif harm != "log removed":
            aside.rename(database)
        if harm != "log removed":
            wait_until(lambda: ready(server) == 200)


def test_a_table_that_cannot_be_written_is_told(databases: Databases, tmp_path: Path) -> None:
    """Another client of PostgreSQL holds the table of jobs: not ready, until it lets go."""
    chosen = databases("postgresql")
    other = sa.create_engine(chosen["database_url"].replace("postgresql:", "postgresql+psycopg:"))
    with running(tmp_path, **chosen) as server:
        assert ready(server) == 200
        with other.begin() as connection:
            connection.execute(sa.text("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE"))
            wait_until(lambda: ready(server) == 503)
            assert server.client_of(None).get(routes.LIVE).status_code == 200
        wait_until(lambda: ready(server) == 200)
    other.dispose()
