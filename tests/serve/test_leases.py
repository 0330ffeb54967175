"""Who has which job, in either database."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.serve.conftest import RECIPE, Databases

from plitka.serve import keys, leases
from plitka.serve.leases import OfModel, Stop, WorkerRow
from plitka.serve.life import Life
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store, open_store


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Settings:
    """Of a database without tables."""
    return Settings(data=tmp_path / "data", **databases(request.param))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """The service's."""
    one = open_store(settings, own=True)
    keys.add_local(one)
    yield one
    one.close()


def waiting(store: Store, n: int = 1, **terms: Any) -> list[Job]:  # noqa: ANN401  (as Job has them)
    """Jobs in the queue that workers share, in this order."""
    usual: dict[str, Any] = {
        "key_id": keys.LOCAL.key_id,
        "request": {"recipe": RECIPE},
        "request_id": "r",
        "created_at": 0.0,
    }
    return store.add_jobs([Job(id=f"{number:032x}", turn=number + 1, **usual | terms) for number in range(n)])


def test_two_never_take_the_same(settings: Settings, store: Store) -> None:
    """However many take at once; all are taken, and each names its owner."""
    jobs = waiting(store, 40)
    workers = [open_store(settings, own=False, worker=f"worker{number}") for number in range(4)]
    start = threading.Barrier(len(workers))

    def take_all(one: Store) -> list[str]:
        start.wait()
        taken = []
        while batch := leases.take(one, str(one.worker), 3):
            taken += [job.id for job in batch]
        return taken

    with ThreadPoolExecutor(len(workers)) as pool:
        taken = list(pool.map(take_all, workers))
    assert sorted(job_id for ids in taken for job_id in ids) == [job.id for job in jobs]
    for one, ids in zip(workers, taken, strict=True):
        assert all(leases.owner(store, job_id) == one.worker for job_id in ids)
        one.close()


def test_what_waits_is_taken_by_priority_turn_and_age(store: Store) -> None:
    """And what was begun before is taken alone."""
    first, second, third = waiting(store, 3)
    store._change(third.id, priority=1)
    store._change(second.id, turn=first.turn)
    assert [job.id for job in leases.take(store, "w", 9)] == [third.id, first.id, second.id]
    for job in (first, second, third):
        leases.release(store, job.id)
    store._change(first.id, n_starts=1)
    assert [[job.id for job in leases.take(store, "w", 9)] for _ in range(3)] == [[third.id], [first.id], [second.id]]


def test_what_is_not_lined_up_is_not_taken(store: Store) -> None:
    """The queue of a service with one worker is its own."""
    waiting(store, 1)
    leases.clear(store)
    assert leases.take(store, "w") == []
    leases.line_up(store, "0" * 32, 5)
    assert [job.turn for job in leases.take(store, "w")] == [5]


def test_what_a_worker_writes_of_anothers_job_changes_nothing(settings: Settings, store: Store) -> None:
    """Its lease was ended; the other one's word holds."""
    (job,) = waiting(store)
    late, other = (open_store(settings, own=False, worker=name) for name in ("late", "other"))
    assert leases.take(late, "late") == [job]
    assert late.start_job(job, 1.0)
    store.put_back(replace(job, n_starts=1))
    (again,) = leases.take(other, "other")
    assert other.start_job(again, 2.0)
    assert not late.intend_picture(job.id, "a" * 64, 1, {})
    assert not late.finish_job(job.id, State.SUCCEEDED, 3.0)
    late.put_back(job)
    assert leases.wish(late, job.id) is None
    found = store.find_job(job.id)
    assert found is not None
    assert (found.state, found.n_starts, found.started_at) == (State.RUNNING, 2, 2.0)
    assert other.finish_job(job.id, State.SUCCEEDED, 4.0)
    assert leases.open_jobs(store) == {}
    late.close()
    other.close()


def test_a_beat_tells_and_hears(store: Store) -> None:
    """How far it has come goes one way, what is wanted of its jobs the other; a worker that was buried hears that."""
    (job,) = waiting(store)
    row = WorkerRow(id="w")
    leases.join(store, row)
    leases.take(store, "w")
    assert leases.beat(store, row) == {job.id: leases.Wish(stop=None, is_watched=False)}
    leases.ask(store, [job.id], stop=Stop.CANCELLED, is_watched=True)
    told = replace(row, life=Life.READY, model="m@1", defaults={"steps": 3}, progress={job.id: {"step": 2}})
    assert leases.beat(store, told, {job.id: {"step": 2, "jpeg": "x"}}) == {
        job.id: leases.Wish(stop=Stop.CANCELLED, is_watched=True)
    }
    assert leases.workers(store) == [replace(told, beat=2)]
    assert leases.previews(store, "w")[job.id]["jpeg"] == "x"
    assert leases.abandoned(store) == []
    leases.part(store, "w")
    assert leases.abandoned(store) == [(job.id, Stop.CANCELLED)]
    assert leases.beat(store, row) is None
    assert leases.previews(store, "w") == {}
    leases.release(store, job.id)
    assert leases.open_jobs(store)[job.id].owner is None
    assert leases.ask(store, [job.id], stop=None)
    store.finish_job(job.id, State.CANCELLED, 1.0)
    assert not leases.ask(store, [job.id], stop=None)


def test_a_model_is_taken_by_its_name(store: Store) -> None:
    """With or without a version; what names none, or one that is not there, is one's who takes the rest."""
    jobs = waiting(store, 5)
    for job, model in zip(jobs, (None, "two", "two@1", "twofold", "gone@3"), strict=True):
        store._change(job.id, model=model)
    two = OfModel("two")
    assert [job.model for job in leases.take(store, "w", 9, two)] == ["two", "two@1"]
    assert [job.model for job in leases.take(store, "w", 9, OfModel("one", ("two",)))] == [None, "twofold", "gone@3"]
