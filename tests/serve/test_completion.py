"""Answers that carry the picture."""

import asyncio
import threading
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import StorageAway
from plitka.serve.completion import abandon
from plitka.serve.store import Job


def test_a_caller_who_hangs_up_wants_no_picture(tmp_path: Path) -> None:
    """The job of an answer that nobody waits for any more is cancelled."""
    with running(tmp_path, lambda: FastEngine(step_s=0.1)) as server:
        client = server.client()
        with pytest.raises(httpx2.TimeoutException):
            client.post("/", json={"inputs": RECIPE, "parameters": {"num_inference_steps": 150}}, timeout=0.5)
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

        wait_until(lambda: states() == ["cancelled", "cancelled", "running"], timeout_s=10)
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
LONG = {"input": {"prompt": RECIPE, "seed": 1, "num_inference_steps": 100, "mode": "text"}}


def hang_up(client: httpx2.Client, after_s: float = 0.3) -> None:
    """Ask for a prediction, and go before it has ended."""
    with pytest.raises(httpx2.TimeoutException):
        client.put(PUT, json=LONG, timeout=after_s)


def test_a_prediction_that_its_client_left_is_made_when_it_is_asked_for_again(tmp_path: Path) -> None:
    """Whether it waited or ran, under the same id; one that was cancelled by a wish of its own stays so."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(step_s=0.02, may_end=may_end)) as server:
        client, other = server.client(), server.client()
        server.order(other, steps=1)  # holds the engine
        hang_up(client)
        (job,) = client.get("/v1/jobs").json()["jobs"]
        wait_until(lambda: client.get(f"/v1/jobs/{job['id']}").json()["state"] == "cancelled")
        may_end.set()
        hang_up(client)  # while it is made
        wait_until(lambda: client.get(f"/v1/jobs/{job['id']}").json()["error"])
        assert client.get(f"/v1/jobs/{job['id']}").json()["error"]["code"] == "left"
        assert client.put(PUT, json=LONG).json()["status"] == "succeeded"
        assert [one["id"] for one in client.get("/v1/jobs").json()["jobs"]] == [job["id"]]
        waiting = {"input": LONG["input"] | {"seed": 2}}
        client.put("/predictions/own", json=waiting, headers={"Prefer": "respond-async"})
        client.post("/predictions/own/cancel")
        wait_until(lambda: client.get("/predictions/own").json()["status"] == "canceled")
        assert client.put("/predictions/own", json=waiting).json()["status"] == "canceled"


def test_a_job_ends_with_its_last_waiter(tmp_path: Path) -> None:
    """Of two who wait for the same prediction one may go; and nobody's going ends what was ordered for later."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(step_s=0.02, may_end=may_end)) as server:
        client, told = server.client(), []
        waiter = threading.Thread(target=lambda: told.append(client.put(PUT, json=LONG).json()))
        waiter.start()
        wait_until(lambda: client.get("/v1/jobs").json()["jobs"])
        hang_up(server.client_of(client.headers["Authorization"].split()[1]))
        (job,) = client.get("/v1/jobs").json()["jobs"]
        assert job["state"] in ("queued", "running")
        may_end.set()
        waiter.join(30)
        assert told[0]["status"] == "succeeded"
        later = {"input": LONG["input"] | {"seed": 2}}
        client.put("/predictions/later", json=later, headers={"Prefer": "respond-async"})
        with pytest.raises(httpx2.TimeoutException):
            client.put("/predictions/later", json=later, timeout=0.1)
        wait_until(lambda: client.get("/predictions/later").json()["status"] == "succeeded")


def test_who_watches_an_awaited_job_keeps_it(tmp_path: Path) -> None:
    """A stream of its events counts as one who waits."""
    with running(tmp_path, lambda: FastEngine(step_s=0.02)) as server:
        client = server.client()
        watcher = server.client_of(client.headers["Authorization"].split()[1])
        asking = threading.Thread(target=hang_up, args=(client, 0.5))
        asking.start()
        wait_until(lambda: watcher.get("/v1/jobs").json()["jobs"])
        (job,) = watcher.get("/v1/jobs").json()["jobs"]
        assert server.ended(watcher, job)["state"] == "succeeded"
        asking.join()
