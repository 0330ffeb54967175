"""Jobs from acceptance to their end: room in the queue, turns, deadlines, cancelling."""

from functools import partial
from pathlib import Path

import httpx2
from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine


def test_the_queue_has_an_end(tmp_path: Path) -> None:
    """One key's part of it is refused with 429, the whole with 503, each with Retry-After."""
    with running(tmp_path, lambda: FastEngine(step_s=0.2), queue_limit=3, key_queue_limit=2, drain_s=0.1) as server:
        first, second = server.client(), server.client()
        server.order(first, steps=100)
        wait_until(lambda: server.service.metrics.registry.get_sample_value("plitka_running_jobs") == 1)
        statuses = []
        for client in (first, first, first, second, second):
            answer = client.post("/v1/jobs", json={"recipe": RECIPE})
            statuses.append(answer.status_code)
            assert answer.status_code == 202 or int(answer.headers["Retry-After"]) > 0
        assert statuses == [202, 202, 429, 202, 503]


def test_an_idempotency_key_makes_one_job(maker: httpx2.Client) -> None:
    """The same order again is the same job; another order under it is refused."""
    head = {"Idempotency-Key": "order-1"}
    first, again = (maker.post("/v1/jobs", json={"recipe": RECIPE}, headers=head).json() for _ in range(2))
    assert first["id"] == again["id"]
    other = maker.post("/v1/jobs", json={"recipe": RECIPE, "seed": 9_999}, headers=head)
    assert other.status_code == 409
    assert len(maker.get("/v1/jobs").json()["jobs"]) == 1


def test_a_waiting_job_and_a_running_job_can_be_cancelled(tmp_path: Path) -> None:
    """One ends at once, the other at its next step; neither has a picture."""
    with running(tmp_path, partial(FastEngine, step_s=0.05)) as server:
        client = server.client()
        runs, waits = (server.order(client, steps=150) for _ in range(2))
        wait_until(lambda: client.get(f"/v1/jobs/{runs['id']}").json()["state"] == "running")
        assert client.get(f"/v1/jobs/{waits['id']}").json()["position"] == 0
        assert client.post(f"/v1/jobs/{waits['id']}/cancel").json()["state"] == "cancelled"
        client.post(f"/v1/jobs/{runs['id']}/cancel")
        assert server.ended(client, runs)["state"] == "cancelled"
        assert client.get(f"/v1/jobs/{runs['id']}/image").status_code == 404


def test_a_deadline_ends_a_job_that_waits_and_one_that_runs(tmp_path: Path) -> None:
    """Both fail with the same code, soon after the deadline."""
    with running(tmp_path, partial(FastEngine, step_s=0.05)) as server:
        client = server.client()
        jobs = [server.order(client, steps=150, deadline_s=0.5) for _ in range(2)]
        for job in jobs:
            done = server.ended(client, job)
            assert (done["state"], done["error"]["code"]) == ("failed", "deadline")


def test_keys_take_turns(tmp_path: Path) -> None:
    """A key with one job waits for one job of a key with many."""
    engine = FastEngine(step_s=0.02)
    with running(tmp_path, lambda: engine) as server:
        many, few = server.client(), server.client()
        server.order(many, steps=100, seed=50)  # everybody else waits for it
        jobs = [server.order(many, seed=seed) for seed in range(1, 6)]
        last = server.order(few, seed=100)
        for job in jobs:
            server.ended(many, job)
        server.ended(few, last)
    assert engine.made[-6:] == [1, 100, 2, 3, 4, 5]
