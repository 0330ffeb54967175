"""Answers that carry the picture."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import StorageAway
from plitka.serve.completion import abandon
from plitka.serve.store import Job


def test_a_caller_who_hangs_up_wants_no_picture(tmp_path: Path) -> None:
    """The job of an answer that nobody waits for any more is cancelled."""
    with running(tmp_path) as server, server.fast.lingering():
        client = server.client()
        with asked(client, "POST", "/", {"inputs": RECIPE}):
            wait_until(lambda: client.get("/v1/jobs").json()["jobs"])
        wait_until(lambda: client.get("/v1/jobs").json()["jobs"][0]["state"] == "cancelled")


def test_a_stream_that_nobody_reads_any_more_cancels_all_its_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a thread, so that nobody else waits for the database; also those behind one that cannot be cancelled now."""
    threads: list[str] = []
    with running(tmp_path, lambda: FastEngine(step_s=0.1), drain_s=0.1) as server:
        let_go, client = server.service.jobs.let_go, server.client()

        def let_go_but_one(job: Job) -> None:
            threads.append(threading.current_thread().name)
            if len(threads) == 1:
                raise StorageAway("away")
            let_go(job)

        monkeypatch.setattr(server.service.jobs, "let_go", let_go_but_one)
        body = {"prompt": RECIPE, "n": 3, "stream": True, "partial_images": 1, "num_inference_steps": 150}
        with client.stream("POST", "/v1/images/generations", json=body) as stream:
            next(stream.iter_lines())

        def states() -> list[str]:
            return [job["state"] for job in client.get("/v1/jobs").json()["jobs"]]

        wait_until(lambda: states() == ["cancelled", "cancelled", "running"])
        assert len(threads) == 3
        assert not any(name.startswith("Thread-") for name in threads), threads
        assert len(server.told("job_not_cancelled")) == 1


def test_a_request_that_is_cancelled_itself_leaves_no_job(tmp_path: Path) -> None:
    """What was begun for it goes on to its end."""
    with running(tmp_path, lambda: FastEngine(step_s=0.1), drain_s=0.1) as server:
        client = server.client()
        first, second = (server.order(client, steps=150) for _ in range(2))
        jobs = [job for one in (first, second) if (job := server.service.store.find_job(one["id"])) is not None]
        for job in jobs:
            server.service.jobs.waiters.expect(job.id)

        async def cancelled_request() -> None:
            task = asyncio.ensure_future(abandon(server.service, jobs))
            await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})  # else they end with the loop

        asyncio.run(cancelled_request())
        for one in (first, second):
            assert server.ended(client, one)["state"] == "cancelled"


PUT = "/predictions/again"
LONG = {"input": {"prompt": RECIPE, "seed": 1, "num_inference_steps": 3, "mode": "text"}}


@contextmanager
def asked(client: httpx2.Client, method: str, path: str, body: dict[str, Any]) -> Iterator[None]:
    """A request that is asked over a connection of its own, whose answer nobody awaits beyond the block."""
    head = {"Authorization": client.headers["Authorization"], "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(str(client.base_url.host), client.base_url.port, timeout=60)
    connection.request(method, path, json.dumps(body), head)
    yield
    connection.close()


def waiting(server: Running, job_id: str) -> int | None:
    """How many wait for the answer of a job."""
    return server.service.jobs.waiters._n.get(job_id)


def only_job(client: httpx2.Client) -> dict[str, Any]:
    """The one job that a client has, whole."""
    (job,) = client.get("/v1/jobs").json()["jobs"]
    one: dict[str, Any] = client.get(f"/v1/jobs/{job['id']}").json()
    return one


def test_a_prediction_that_is_made_after_all_has_the_seed_that_was_drawn_first(tmp_path: Path) -> None:
    """What its job tells and what its picture is made by are one."""
    body = {"input": {name: value for name, value in LONG["input"].items() if name != "seed"}}
    with running(tmp_path) as server:
        client, other = server.client(), server.client()
        seen = partial(only_job, client)
        with server.fast.lingering():
            server.order(other)  # holds the engine
            with asked(client, "PUT", PUT, body):
                wait_until(lambda: client.get("/v1/jobs").json()["jobs"])
            wait_until(lambda: seen()["state"] == "cancelled")
        assert client.put(PUT, json=body).json()["status"] == "succeeded"
        job = seen()
        assert job["request"]["seed"] == job["result"]["seed"] == server.fast.made[-1]


def test_a_prediction_that_its_client_left_is_made_when_it_is_asked_for_again(tmp_path: Path) -> None:
    """Whether it waited or ran, under the same id; one that was cancelled by a wish of its own stays so."""
    with running(tmp_path) as server:
        client, other = server.client(), server.client()
        seen = partial(only_job, client)
        with server.fast.lingering():
            server.order(other)  # holds the engine
            with asked(client, "PUT", PUT, LONG):
                wait_until(lambda: client.get("/v1/jobs").json()["jobs"])
            wait_until(lambda: seen()["state"] == "cancelled")
            server.fast.n_may_end = 1
            with asked(client, "PUT", PUT, LONG):
                wait_until(lambda: seen()["state"] == "running")
            wait_until(lambda: seen()["state"] == "cancelled")
        job = seen()
        assert job["error"]["code"] == "left"
        assert client.put(PUT, json=LONG).json()["status"] == "succeeded"
        assert seen()["id"] == job["id"]
        own = {"input": LONG["input"] | {"seed": 2}}
        with server.fast.lingering():
            client.put("/predictions/own", json=own, headers={"Prefer": "respond-async"})
            client.post("/predictions/own/cancel")
            wait_until(lambda: client.get("/predictions/own").json()["status"] == "canceled")
        assert client.put("/predictions/own", json=own).json()["status"] == "canceled"


def test_a_job_ends_with_its_last_waiter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two who wait for the same prediction one may go; and nobody's going ends what was ordered for later."""
    with running(tmp_path) as server:
        client, told = server.client(), []
        waiter = threading.Thread(target=lambda: told.append(client.put(PUT, json=LONG).json()))
        with server.fast.lingering():
            waiter.start()
            wait_until(lambda: client.get("/v1/jobs").json()["jobs"])
            (job,) = client.get("/v1/jobs").json()["jobs"]
            with asked(client, "PUT", PUT, LONG):
                wait_until(lambda: waiting(server, job["id"]) == 2)
            wait_until(lambda: waiting(server, job["id"]) == 1)
            assert client.get(f"/v1/jobs/{job['id']}").json()["state"] in ("queued", "running")
        waiter.join(60)
        assert told[0]["status"] == "succeeded"
        later = {"input": LONG["input"] | {"seed": 2}}
        joined: list[str] = []
        gone: list[None] = []
        let_go = server.service.jobs.let_go
        monkeypatch.setattr(server.service.jobs.waiters, "join", joined.append)
        monkeypatch.setattr(server.service.jobs, "let_go", lambda job: gone.append(let_go(job)))
        with server.fast.lingering():
            client.put("/predictions/later", json=later, headers={"Prefer": "respond-async"})
            with asked(client, "PUT", "/predictions/later", later):
                wait_until(lambda: joined)
            wait_until(lambda: gone)
        wait_until(lambda: client.get("/predictions/later").json()["status"] == "succeeded")


def test_who_watches_an_awaited_job_keeps_it(tmp_path: Path) -> None:
    """A stream of its events counts as one who waits."""
    with running(tmp_path) as server:
        client = server.client()
        watcher = server.client_of(client.headers["Authorization"].split()[1])
        ended: list[dict[str, Any]] = []
        with server.fast.lingering():
            with asked(client, "PUT", PUT, LONG):
                wait_until(lambda: client.get("/v1/jobs").json()["jobs"])
                (job,) = client.get("/v1/jobs").json()["jobs"]
                watching = threading.Thread(target=lambda: ended.append(server.ended(watcher, job)))
                watching.start()
                wait_until(lambda: waiting(server, job["id"]) == 2)
            wait_until(lambda: waiting(server, job["id"]) == 1)
        watching.join(60)
        assert ended[0]["state"] == "succeeded"
