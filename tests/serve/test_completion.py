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
        cancel, client = server.service.jobs.cancel, server.client()

        def cancel_but_one(job: Job) -> None:
            threads.append(threading.current_thread().name)
            if len(threads) == 1:
                raise StorageAway("away")
            cancel(job)

        monkeypatch.setattr(server.service.jobs, "cancel", cancel_but_one)
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
