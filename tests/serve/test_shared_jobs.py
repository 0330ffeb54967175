"""A service whose jobs are made by other processes: what callers see is what they see of one process."""

import json
import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.serve.conftest import RECIPE, Databases, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.serve import routes
from plitka.serve.foreman import Foreman
from plitka.serve.service import Service
from plitka.serve.store import Job

SLOW = partial(FastEngine, step_s=0.03)


def foreman(service: Service) -> Foreman:
    """Who follows the workers."""
    (one,) = service.workers
    assert isinstance(one, Foreman)
    return one


def kept(one: Running, job_id: str) -> Job:
    """A job as the database has it."""
    found = one.service.store.find_job(job_id)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two processes, which all tests of the module share."""
    folder = tmp_path_factory.mktemp("shared")
    with running(folder, SLOW, workers=2, preview_every=1, pulse_s=0.05, queue_limit=1000, key_queue_limit=500) as one:
        wait_until(lambda: len(foreman(one.service).crew.pids) == 2)
        yield one


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_jobs_of_killed_workers_are_made_by_others(kind: str, databases: Databases, tmp_path: Path) -> None:
    """Each ends once, with one picture; who was killed is replaced."""
    with running(tmp_path, SLOW, workers=2, max_starts=50, queue_limit=99, **databases(kind)) as server:
        client = server.client()
        jobs = [server.order(client, seed=seed) for seed in range(14)]
        crew = foreman(server.service).crew
        for n_ended in (2, 7):
            wait_until(lambda n=n_ended: len([line for line in server.logs if line["event"] == "job_ended"]) >= n)  # type: ignore[misc]
            os.kill(crew.pids[0], signal.SIGKILL)
        assert {server.ended(client, job)["state"] for job in jobs} == {"succeeded"}
        wait_until(lambda: len(crew.pids) == 2)
    assert sorted(line["job_id"] for line in server.logs if line["event"] == "job_ended") == sorted(
        job["id"] for job in jobs
    )
    assert len(list((tmp_path / "pictures").glob("*/*.png"))) == len(jobs)
    assert not [line for line in server.logs if line["event"] == "foreman_broke"]


def test_steps_and_previews_are_seen_and_a_cancel_is_heard(shared: Running) -> None:
    """As from an engine of this process, somewhat later."""
    client = shared.client()
    job = shared.order(client, steps=100)
    told: list[str] = []
    with client.stream("GET", routes.path_of(routes.JOB_EVENTS, job_id=job["id"])) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:") and "jpeg_base64" in line:
                told.append(line)
            if len(told) == 3:
                break
    assert len({json.loads(line.removeprefix("data:"))["step"] for line in told}) == 3
    assert client.post(f"/v1/jobs/{job['id']}/cancel").json()["state"] == "running"
    assert shared.ended(client, job)["state"] == "cancelled"
    assert kept(shared, job["id"]).picture is None


def test_the_engine_itself_checks_orders(shared: Running) -> None:
    """What it would refuse is refused before it is queued, with its own words; its name and choices are known."""
    client = shared.client()
    refused = client.post(routes.JOBS, json={"recipe": RECIPE, "negative_prompt": "x " * 100})
    assert refused.status_code == 413
    assert "100 tokens" in refused.json()["error"]
    assert client.get(routes.MODELS).json()["data"][0]["id"].startswith("fast")


def test_keys_take_turns_over_all_workers(shared: Running) -> None:
    """Who orders one picture waits for no more than a turn of who ordered many; priority goes before all.

    Of those that the workers begin after it was ordered: before, they take as many as they come to.
    """
    greedy, modest, first = shared.client(), shared.client(), shared.client("operator")
    many = [shared.order(greedy, seed=seed) for seed in range(12)]
    one = shared.order(modest, seed=99)
    urgent = shared.order(first, seed=98, priority=1)
    for job in (*many, one, urgent):
        assert shared.ended(greedy if job in many else modest if job is one else first, job)["state"] == "succeeded"

    def n_before(job: dict[str, str]) -> int:
        own = kept(shared, job["id"])
        assert own.started_at is not None
        return sum(own.created_at < (kept(shared, other["id"]).started_at or 0.0) < own.started_at for other in many)

    assert n_before(one) <= 4
    assert n_before(urgent) <= 4


def test_metrics_are_those_of_all_workers(shared: Running) -> None:
    """What only they can count is told of both; what is open, and what ended, is counted once."""
    client = shared.client("operator")
    job = shared.order(client, steps=5)
    shared.ended(client, job)
    metrics = shared.service.metrics
    wait_until(lambda: metrics.value("plitka_load_seconds_count") == 2)
    wait_until(lambda: metrics.value("plitka_running_jobs") == 0)
    wait_until(lambda: metrics.value("plitka_step_seconds_count") > 4)
    wait_until(lambda: metrics.value("plitka_encode_seconds_count") == metrics.value("plitka_attempts_count"))
    assert metrics.value("plitka_queue_jobs") == 0
    ended = sum(metrics.value("plitka_jobs_total", outcome=outcome) for outcome in ("succeeded", "cancelled"))
    assert ended == metrics.value("plitka_jobs_accepted_total")


@pytest.mark.parametrize("pause_s", [0.0, 0.02, None])
def test_an_awaited_picture_ends_with_who_waited(shared: Running, pause_s: float | None) -> None:
    """And is made all the same where the same is ordered again, whether it has stopped by then or not."""
    client = shared.client()
    head = {"Idempotency-Key": "again"}

    def order() -> dict[str, Any]:
        answer = client.post(routes.JOBS, json={"recipe": RECIPE, "steps": 40, "seed": 5}, headers=head)
        assert answer.status_code == 202, answer.text
        job: dict[str, Any] = answer.json()
        return job

    job = order()
    wait_until(lambda: kept(shared, job["id"]).state == "running")
    shared.service.jobs.waiters.expect(job["id"])
    shared.service.jobs.let_go(kept(shared, job["id"]))
    if pause_s is None:
        wait_until(lambda: kept(shared, job["id"]).state == "cancelled")
        assert (kept(shared, job["id"]).error or {}).get("code") == "left"
    else:
        time.sleep(pause_s)
    assert order()["id"] == job["id"]
    assert shared.ended(client, job)["state"] == "succeeded"


def test_a_stop_keeps_what_waits_for_the_next_start(tmp_path: Path) -> None:
    """Also for one of another kind: with an engine of its own, and back; what runs is made to its end."""
    with running(tmp_path, SLOW, workers=2) as server:
        key = server.key()
        client = server.client_of(key)
        jobs = [server.order(client, seed=seed) for seed in range(8)]
        wait_until(lambda: kept(server, jobs[1]["id"]).state != "queued")
    with running(tmp_path, SLOW) as server:
        client = server.client_of(key)
        assert server.ended(client, jobs[4])["state"] == "succeeded"
    with running(tmp_path, SLOW, workers=2) as server:
        client = server.client_of(key)
        assert {server.ended(client, job)["state"] for job in jobs} == {"succeeded"}
        assert {kept(server, job["id"]).n_starts for job in jobs} == {1}
