"""Deadlines come one after the other, however many fall on one moment."""

import threading
import time
from pathlib import Path
from typing import Any

from tests.serve.conftest import running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import StorageAway
from plitka.serve import routes
from plitka.serve.deadlines import Deadlines

N_JOBS, N_FEW = 60, 20


def test_many_deadlines_at_a_moment_take_few_threads(tmp_path: Path) -> None:
    """Also while the database holds each of them up; then every job that waited has ended by its own."""
    may_end = threading.Event()
    choices: dict[str, Any] = {"database_wait_s": 60.0, "key_queue_limit": N_JOBS}
    with running(tmp_path, lambda: FastEngine(may_end=may_end), **choices) as server:
        client = server.client()
        server.order(client)
        wait_until(lambda: not server.service.jobs._queue)
        end_at = time.monotonic() + 3
        jobs = [server.order(client, deadline_s=max(0.01, end_at - time.monotonic())) for _ in range(N_JOBS)]
        n_threads = threading.active_count()
        with server.service.store._writing:
            time.sleep(max(0.0, end_at - time.monotonic()) + 1)
            assert threading.active_count() - n_threads < N_FEW
        ended = [server.ended(client, job) for job in jobs]
        may_end.set()
    assert {job["error"]["code"] for job in ended} == {"deadline"}


def test_a_job_that_has_ended_has_none_and_takes_no_memory(tmp_path: Path) -> None:
    """An order with a deadline next week that is cancelled now is forgotten now."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(may_end=may_end)) as server:
        client = server.client()
        server.order(client)
        for _ in range(100):
            job = server.order(client, deadline_s=600_000)
            client.post(routes.path_of(routes.JOB_CANCEL, job_id=job["id"]))
        assert len(server.service.jobs.deadlines) == 0
        assert server.service.jobs.deadlines.n_kept < 100
        may_end.set()


def test_the_earliest_comes_first_and_one_that_cannot_be_kept_again() -> None:
    """In whatever order they were given; one that fails comes again, and one that was dropped never."""
    told: list[str] = []

    def expire(job_id: str) -> None:
        told.append(job_id)
        if told.count("b") == 1:
            raise StorageAway("the database is away")

    deadlines = Deadlines(expire, retry_s=0.01)
    with deadlines._changed:  # none comes before all are there
        deadlines.put("c", 1.0)
        deadlines.put("a", 0.5)
        deadlines.put("b", 0.0)
        deadlines.drop("a")
        deadlines.drop("unknown")
    wait_until(lambda: not len(deadlines))
    assert told == ["b", "b", "c"]
