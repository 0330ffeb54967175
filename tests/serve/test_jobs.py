"""Jobs from acceptance to their end: room in the queue, turns, deadlines, cancelling."""

import base64
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.serve import routes
from plitka.serve.keys import LOCAL
from plitka.serve.life import Life
from plitka.serve.orders import Order
from plitka.serve.service import Service, open_service
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State
from plitka.serve.terms import Terms
from plitka.serve.worker import Worker

DISC = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><circle cx="50" cy="50" r="40"/></svg>'
DISC_URL = f"data:image/svg+xml;base64,{base64.b64encode(DISC.encode()).decode()}"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that does not run: its workers are called here."""
    one = open_service(Settings(data=tmp_path, port=0, open_loopback=True), FastEngine, version="0")
    yield one
    one.store.close()


def accepted(service: Service, n: int = 1) -> list[Job]:
    """Jobs that wait."""
    orders = [service.check(Order(recipe=RECIPE, seed=seed)) for seed in range(n)]
    return service.jobs.accept(LOCAL, orders, Terms(request_id="test"))


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


@pytest.mark.parametrize("seed", [{}, {"seed": 7}])
@pytest.mark.parametrize("mask", [DISC_URL, "Border: 8%"])
def test_a_mask_is_compared_as_it_is_kept(maker: httpx2.Client, mask: str, seed: dict[str, int]) -> None:
    """The same drawing or words again are the same order, whatever the job keeps of them; another mask is not."""
    head = {"Idempotency-Key": f"mask-{len(mask)}-{len(seed)}"}

    def order(mask: str) -> httpx2.Response:
        zones = [{"mask": mask, "recipe": "white"}]
        return maker.post(routes.JOBS, json={"recipe": RECIPE, "zones": zones} | seed, headers=head)

    first, again = order(mask), order(mask)
    assert (first.status_code, again.status_code) == (202, 202), again.text
    assert first.json()["id"] == again.json()["id"]
    assert order("circle").status_code == 409


def test_a_version_is_the_same_while_the_engine_is_loaded_and_after(tmp_path: Path) -> None:
    """A bare version, asked for again once it is known whose it is, is no other order; another version is."""
    may_load = threading.Event()

    def load() -> FastEngine:
        may_load.wait(30)
        return FastEngine(name="fast@0123456789ab")

    with running(tmp_path, load, awaited=(Life.STARTING,)) as server:
        client = server.client()
        body = {"input": {"prompt": RECIPE}, "version": "0123456789ab"}
        path, head = routes.path_of(routes.COG_PREDICTION, prediction_id="once"), {"Prefer": "respond-async"}
        assert client.put(path, json=body, headers=head).status_code == 202
        may_load.set()
        wait_until(lambda: server.service.engine)
        assert client.put(path, json=body, headers=head).status_code in (200, 202)
        assert client.put(path, json=body | {"version": "fast"}, headers=head).status_code == 409


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
    engine = FastEngine()
    with running(tmp_path, lambda: engine) as server:
        many, few = server.client(), server.client()
        with engine.lingering():
            first = server.order(many, seed=50)  # everybody else waits for it
            wait_until(lambda: many.get(f"/v1/jobs/{first['id']}").json()["state"] == "running")
            jobs = [server.order(many, seed=seed) for seed in range(1, 6)]
            last = server.order(few, seed=100)
        for job in jobs:
            server.ended(many, job)
        server.ended(few, last)
    assert engine.made[-6:] == [1, 100, 2, 3, 4, 5]


class Guarded(dict[str, Any]):
    """Open jobs, which nobody may change or walk over without the lock of their queue."""

    def __init__(self, lock: Any) -> None:  # noqa: ANN401  (what tells whose a lock is, is not typed)
        super().__init__()
        self._lock = lock
        self.faults: list[str] = []

    def _look(self, doing: str) -> None:
        if not self._lock._is_owned():
            self.faults.append(doing)

    def __setitem__(self, *entry: Any) -> None:  # noqa: ANN401  (as a dict's)
        self._look("set")
        super().__setitem__(*entry)

    def pop(self, *names: Any) -> Any:  # noqa: ANN401  (as above)
        """As a dict's."""
        self._look("pop")
        return super().pop(*names)

    def items(self) -> Any:  # noqa: ANN401  (as above)
        """As a dict's."""
        self._look("items")
        return super().items()


def test_the_queue_and_the_open_jobs_change_together(service: Service) -> None:
    """Whatever ends a job, so that a thread which finds it in the queue finds its status too."""
    jobs = service.jobs
    guarded = jobs._statuses = Guarded(jobs._ready)
    cancelled, expired, retried, made, kept = accepted(service, 5)
    jobs.cancel(cancelled)
    jobs.expire(expired.id)
    assert [job.id for job in jobs.take(3)] == [retried.id, made.id, kept.id]
    jobs.retry_alone(retried)
    jobs.end(made, State.SUCCEEDED)
    jobs._tell_positions()
    jobs.drain()
    jobs.put_back(kept)
    assert guarded.faults == []
    assert list(guarded) == [retried.id]


def test_a_job_that_is_cancelled_before_it_is_queued_leaves_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its turn comes, and whoever waits for it is told that it was cancelled."""
    add_jobs = service.store.add_jobs

    def add_and_cancel(jobs: list[Job]) -> list[Job]:
        added = add_jobs(jobs)
        for job in added:
            service.jobs.cancel(job)
        return added

    monkeypatch.setattr(service.store, "add_jobs", add_and_cancel)
    jobs = accepted(service)
    status = service.jobs.status(jobs[0].id)
    assert status is not None
    (worker,) = service.workers
    assert isinstance(worker, Worker)
    assert worker.make(FastEngine(), service.jobs.take())
    assert status.snapshot.ended is not None
    assert status.snapshot.state is status.snapshot.ended.state is State.CANCELLED
    assert service.jobs.status(jobs[0].id) is None


def test_a_stop_has_one_deadline(service: Service) -> None:
    """However often it is asked for."""
    service.jobs.drain()
    first = service.jobs.drain_at
    service.jobs.drain()
    assert first is not None
    assert service.jobs.drain_at == first


def test_a_key_that_is_revoked_takes_its_jobs_with_it(tmp_path: Path) -> None:
    """Those that wait and the one that is made, while a service runs; another key's go on."""

    def state(job_id: str) -> State | None:
        job = server.service.store.find_job(job_id)
        return None if job is None else job.state

    with running(tmp_path, lambda: FastEngine(step_s=0.05)) as server:
        thief, owner = server.client(), server.client()
        stolen = [server.order(thief, steps=150)["id"] for _ in range(4)]
        kept = server.order(owner, steps=1)
        jobs = server.service.jobs
        wait_until(lambda: state(stolen[0]) is State.RUNNING)
        key_id = thief.headers["Authorization"].split("_")[1]
        assert server.service.store.revoke_key(key_id) == 3
        assert server.service.store.revoke_key(key_id) is None
        wait_until(lambda: all(jobs.status(job) is None for job in stolen))
        assert set(map(state, stolen)) == {State.CANCELLED}
        assert server.ended(owner, kept)["state"] == "succeeded"
    registry = server.service.metrics.registry  # after the stop: an end is seen before it is counted
    assert registry.get_sample_value("plitka_jobs_total", {"outcome": "cancelled"}) == 4


@pytest.mark.parametrize("write", ["end_waiting", "finish_job"])
def test_an_end_that_two_see_is_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: str) -> None:
    """Revoked keys are looked for while a job's end is written and not told yet."""
    with running(tmp_path, lambda: FastEngine(step_s=0.05)) as server:
        store, jobs, client = server.service.store, server.service.jobs, server.client()
        known = getattr(store, write)

        def seen_by_another(job_id: str, *rest: object) -> bool:
            monkeypatch.setattr(store, write, known)
            is_written: bool = known(job_id, *rest)
            store.revoke_key(client.headers["Authorization"].split("_")[1])
            jobs.end_revoked()
            return is_written

        running_one, waiting = (server.order(client, steps=20)["id"] for _ in range(2))
        monkeypatch.setattr(store, write, seen_by_another)
        if write == "end_waiting":
            job = store.find_job(waiting)
            assert job is not None
            jobs.cancel(job)
        wait_until(lambda: all(jobs.status(job_id) is None for job_id in (running_one, waiting)))
    for job_id in (running_one, waiting):  # after the stop, when nobody can tell of it again
        assert len(server.told("job_ended", job_id=job_id)) == 1


def test_two_cancels_at_once_end_a_job_once(tmp_path: Path) -> None:
    """Whoever is second changes nothing."""
    with running(tmp_path, lambda: FastEngine(step_s=0.05), drain_s=0.1) as server:
        client = server.client()
        server.order(client, steps=100)
        waiting = server.order(client)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: client.post(f"/v1/jobs/{waiting['id']}/cancel"), range(8)))
        assert {answer.json()["state"] for answer in answers} == {"cancelled"}
    assert len(server.told("job_ended", job_id=waiting["id"])) == 1
