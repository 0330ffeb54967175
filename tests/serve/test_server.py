"""What was accepted is finished or reported failed, once, whatever happens to the process."""

import contextlib
import os
import random
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

import httpx2
import pytest
from tests.serve import fast_engine, fast_server
from tests.serve.conftest import NO_ROOTS, RECIPE, free_port, wait_until

from plitka.errors import InputError
from plitka.serve.keys import make_key
from plitka.serve.server import check_address
from plitka.serve.settings import Settings
from plitka.serve.store import open_store

N_JOBS, N_CLIENTS, N_KILLS = 200, 8, 10


def make_keys(folder: Path, n: int) -> list[str]:
    """Keys in the database of a service that does not run."""
    store = open_store(Settings(data=folder), own=False)
    keys = [make_key(store, f"client {number}", per_minute=1_000_000)[0] for number in range(n)]
    store.close()
    return keys


class Poster(threading.Thread):
    """A client that orders until each of its orders is accepted, whatever happens to the server."""

    def __init__(self, port: int, key: str, seeds: range) -> None:
        super().__init__(daemon=True)
        self._url = f"http://127.0.0.1:{port}"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._seeds = seeds
        self.accepted: dict[int, str] = {}
        """Seed -> job."""

    def run(self) -> None:
        """Order after order, each under its own idempotency key."""
        with httpx2.Client(base_url=self._url, headers=self._headers, timeout=60, verify=NO_ROOTS) as client:
            for seed in self._seeds:
                while seed not in self.accepted:
                    try:
                        answer = client.post(
                            "/v1/jobs", json={"recipe": RECIPE, "seed": seed}, headers={"Idempotency-Key": f"n{seed}"}
                        )
                    except httpx2.TransportError:
                        time.sleep(0.05)
                        continue
                    if answer.status_code == 202:
                        self.accepted[seed] = answer.json()["id"]
                    else:
                        time.sleep(0.05)


def test_ten_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """200 jobs of 8 clients over 10 SIGKILLs: each ends once, with its picture, and nothing is left over."""
    port, dice = free_port(), random.Random(0)  # noqa: S311  (moments to kill at)
    share = N_JOBS // N_CLIENTS
    posters = [
        Poster(port, key, range(number * share, (number + 1) * share))
        for number, key in enumerate(make_keys(tmp_path, N_CLIENTS))
    ]
    for poster in posters:
        poster.start()
    for _ in range(N_KILLS):
        process = fast_server.start(tmp_path, port, FAST_STEP_S="0.01")
        wait_until(lambda: fast_server.is_ready(port), every_s=0.05)
        time.sleep(dice.uniform(0.0, 0.6))
        fast_server.kill(process)
    process = fast_server.start(tmp_path, port, FAST_STEP_S="0.001")
    for poster in posters:
        poster.join(60)
        assert not poster.is_alive()
    database = tmp_path / "plitka.sqlite"
    wait_until(lambda: counted(database, "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')") == 0)
    assert fast_server.stop(process) in (0, -15)
    check_books(tmp_path, {job for poster in posters for job in poster.accepted.values()}, N_JOBS)


def check_books(folder: Path, accepted: set[str], n_jobs: int) -> None:
    """Rows, pictures and log agree."""
    with sqlite3.connect(folder / "plitka.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute("SELECT id, state, picture FROM jobs").fetchall()
    database.close()
    assert {row[0] for row in rows} == accepted
    assert len(rows) == n_jobs
    assert {row[1] for row in rows} <= {"succeeded", "failed"}
    pictures = {row[2] for row in rows if row[1] == "succeeded"}
    files = [path for path in (folder / "pictures").rglob("*") if path.is_file()]
    assert {path.stem for path in files} == pictures
    assert len(files) == len(pictures)
    ends = Counter(
        line.split('"job_id": "')[1][:32]
        for line in (folder / "log").read_text("utf-8", "replace").splitlines()
        if '"job_ended"' in line and '"job_id": "' in line
    )
    assert max(ends.values()) == 1


def counted(database: Path, query: str) -> int:
    """The one number that a query answers."""
    connection = sqlite3.connect(database, timeout=10)
    try:
        count: int = connection.execute(query).fetchone()[0]
        return count
    finally:
        connection.close()


def test_a_stop_finishes_what_runs_and_keeps_what_waits(tmp_path: Path) -> None:
    """SIGTERM: the picture in work is made, those who wait are told, and the next start makes the rest."""
    key = make_keys(tmp_path, 1)[0]
    head = {"Authorization": f"Bearer {key}"}
    with fast_server.served(tmp_path, FAST_STEP_S="0.1") as (process, port):
        url = f"http://127.0.0.1:{port}"
        ids = [ordered(url, head, steps=25) for _ in range(3)]
        wait_until(
            lambda: httpx2.get(f"{url}/v1/jobs/{ids[0]}", headers=head, verify=NO_ROOTS).json()["state"] == "running"
        )
        told: list[str] = []
        watcher = threading.Thread(target=watch, args=(url, ids[2], head, told))
        watcher.start()
        wait_until(lambda: told)
        fast_server.stop(process)
        watcher.join(60)
    assert told[-1] == "event: stopping"
    assert states(tmp_path, ids) == ["succeeded", "queued", "queued"]
    with fast_server.served(tmp_path) as (_process, _port):
        wait_until(lambda: states(tmp_path, ids) == ["succeeded"] * 3)


def ordered(url: str, head: dict[str, str], **order: int) -> str:
    """The id of a job that was accepted."""
    body = {"recipe": RECIPE} | order
    answer = httpx2.post(f"{url}/v1/jobs", json=body, headers=head, timeout=60, verify=NO_ROOTS)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def watch(url: str, job_id: str, head: dict[str, str], told: list[str]) -> None:
    """Keep the names of a job's events."""
    with httpx2.stream("GET", f"{url}/v1/jobs/{job_id}/events", headers=head, timeout=60, verify=NO_ROOTS) as stream:
        told.extend(line for line in stream.iter_lines() if line.startswith("event: "))


def states(folder: Path, ids: list[str]) -> list[str]:
    """Of these jobs, as the database has them."""
    connection = sqlite3.connect(folder / "plitka.sqlite", timeout=10)
    try:
        found = dict(connection.execute("SELECT id, state FROM jobs").fetchall())
    finally:
        connection.close()
    return [found[job_id] for job_id in ids]


def test_a_stop_does_not_wait_for_ever(tmp_path: Path) -> None:
    """After drain_s what runs is put back, and made by the next start."""
    key = make_keys(tmp_path, 1)[0]
    head = {"Authorization": f"Bearer {key}"}
    with fast_server.served(tmp_path, "--drain-s", "0.3", FAST_STEP_S="0.1") as (process, port):
        url = f"http://127.0.0.1:{port}"
        job = ordered(url, head, steps=150)
        wait_until(
            lambda: httpx2.get(f"{url}/v1/jobs/{job}", headers=head, verify=NO_ROOTS).json()["state"] == "running"
        )
        fast_server.stop(process)
    assert states(tmp_path, [job]) == ["queued"]


def watch_until_cut(url: str, job_id: str, head: dict[str, str], told: list[str]) -> None:
    """The same, of a server that ends in the midst."""
    with contextlib.suppress(httpx2.TransportError):
        watch(url, job_id, head, told)


def test_a_second_interrupt_ends_the_process_at_once(tmp_path: Path) -> None:
    """Though a picture would take a minute more; no traceback is logged, and the next start makes the picture."""
    key = make_keys(tmp_path, 1)[0]
    head = {"Authorization": f"Bearer {key}"}
    with fast_server.served(tmp_path, FAST_STEP_S="0.5") as (process, port):
        url = f"http://127.0.0.1:{port}"
        job = ordered(url, head, steps=150)
        wait_until(lambda: states(tmp_path, [job]) == ["running"])
        told: list[str] = []
        watcher = threading.Thread(target=watch_until_cut, args=(url, job, head, told))
        watcher.start()
        wait_until(lambda: told)
        os.kill(process.pid or 0, signal.SIGINT)
        wait_until(lambda: '"draining"' in (tmp_path / "log").read_text())
        os.kill(process.pid or 0, signal.SIGINT)
        assert fast_server.ended(process) == -signal.SIGINT
        watcher.join(60)
    assert "Traceback" not in (tmp_path / "log").read_text()
    with fast_server.served(tmp_path):
        wait_until(lambda: states(tmp_path, [job]) == ["succeeded"])


def test_what_ends_the_process_fails_in_the_end(tmp_path: Path) -> None:
    """A job that kills the process is begun a few times and then failed; the job behind it is made."""
    key = make_keys(tmp_path, 1)[0]
    head = {"Authorization": f"Bearer {key}"}
    port = free_port()
    process = fast_server.start(tmp_path, port, PLITKA_MAX_STARTS="3", FAST_STEP_S="0.1")
    wait_until(lambda: fast_server.is_ready(port))
    orders = [{"seed": 1, "steps": 20}, {"seed": fast_engine.SEED_KILL}, {"seed": 2}]  # all are there before it dies
    ids = [ordered(f"http://127.0.0.1:{port}", head, **order) for order in orders]
    assert fast_server.ended(process) == 9
    for _ in range(2):
        assert fast_server.ended(fast_server.start(tmp_path, port, PLITKA_MAX_STARTS="3")) == 9
    with fast_server.served(tmp_path, PLITKA_MAX_STARTS="3"):
        wait_until(lambda: states(tmp_path, ids) == ["succeeded", "failed", "succeeded"])


def test_a_port_that_is_taken_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    """By its number and what to do; so is a name that is none of this machine."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 is taken"):
            check_address(Settings(port=port, data=tmp_path))
        process = fast_server.start(tmp_path, port)
        assert fast_server.ended(process) == 2
        assert {path.name for path in tmp_path.iterdir()} == {"log"}
    check_address(Settings(port=port, data=tmp_path))
    check_address(Settings(port=0, host="::1" if socket.has_ipv6 else "127.0.0.1", data=tmp_path))
    with pytest.raises(InputError, match="cannot be listened on"):
        check_address(Settings(host="192.0.2.1", data=tmp_path))
