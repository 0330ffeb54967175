"""One key's requests never take all threads."""

import asyncio
import threading
from collections.abc import Iterator

import httpx2
import pytest
from tests.serve.conftest import NO_ROOTS, RECIPE, Running, running, wait_until

from plitka.serve import routes
from plitka.serve.lanes import Lanes

N_FLOOD = 60
"""Requests at once: more than the pool has threads, which are 40."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that waits for its database longer than a test."""
    with running(tmp_path_factory.mktemp("served"), database_wait_s=60.0, key_queue_limit=200) as one:
        yield one


@pytest.mark.parametrize("path", [routes.JOB_CANCEL, routes.JOBS])
def test_others_are_answered_while_a_key_has_all_its_threads(server: Running, path: str) -> None:
    """Requests of one key, more than there are threads, wait for the database's lock; another key reads."""
    flooder, other = server.client(), server.client()
    job = server.order(flooder)
    server.ended(flooder, job)
    address, key = flooder.base_url.join(path.format(job_id=job["id"])), flooder.headers["Authorization"]
    key_id, answers = key.split("_")[1], []

    def ask() -> None:
        answers.append(
            httpx2.post(address, json={"recipe": RECIPE}, headers={"Authorization": key}, timeout=120, verify=NO_ROOTS)
        )

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(N_FLOOD)]
    with server.service.store._writing:
        for thread in threads:
            thread.start()
        wait_until(lambda: server.service.requests._taken[key_id] == N_FLOOD)
        assert other.get(routes.COLOURS, timeout=20).status_code == 200
    for thread in threads:
        thread.join(60)
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert len(answers) == N_FLOOD
    wait_until(lambda: not len(server.service.lanes))


def test_a_stream_leaves_its_thread_to_others(server: Running) -> None:
    """A picture that is taken slowly, and an event stream, take none: their answers have begun."""
    client = server.client()
    job = server.order(client)
    server.ended(client, job)
    with client.stream("GET", routes.JOB_IMAGE.format(job_id=job["id"])) as image:
        image.read()
        assert image.status_code == 200
        wait_until(lambda: not len(server.service.lanes))


def test_who_leaves_while_waiting_takes_nothing_along() -> None:
    """Neither the thread nor the memory of a lane."""

    async def run() -> None:
        lanes = Lanes(1)
        give_back = await lanes.take("a")
        waiting = asyncio.create_task(lanes.take("a"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with lanes.hold("b"):
            assert len(lanes) == 2
        give_back()
        give_back()
        assert len(lanes) == 0
        async with asyncio.timeout(20), lanes.hold("a"):
            pass

    asyncio.run(run())
