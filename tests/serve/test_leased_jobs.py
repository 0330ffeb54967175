"""The jobs of a worker as they are taken from the database, without a process of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.serve.conftest import wait_until
from tests.serve.test_leases import waiting

from plitka.serve import keys, leases
from plitka.serve.image_formats import Preview
from plitka.serve.leased_jobs import LeasedJobs
from plitka.serve.leases import Stop, WorkerRow
from plitka.serve.life import Life
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store, open_store

SHA = "ab" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The service's."""
    one = open_store(Settings(data=tmp_path), own=True)
    keys.add_local(one)
    yield one
    one.close()


@pytest.fixture
def jobs(store: Store, tmp_path: Path) -> Iterator[LeasedJobs]:
    """A worker's, which beats all the time."""
    assert store.folder == tmp_path
    settings = Settings(data=tmp_path, pulse_s=0.01)
    one = LeasedJobs(open_store(settings, own=False, worker="w"), PictureStore(settings.pictures), settings,
                     WorkerRow(id="w"))  # fmt: skip
    one.join()
    yield one
    one.part()
    one.store.close()


def begun(jobs: LeasedJobs) -> Job:
    """A job that the worker has taken and begun."""
    (job,) = jobs.take()
    assert jobs.store.start_job(job, 1.0)
    return replace(job, state=State.RUNNING)


def state_of(store: Store, job: Job) -> State:
    """As it is now."""
    found = store.find_job(job.id)
    assert found is not None
    return found.state


def test_what_is_wanted_is_heard(store: Store, jobs: LeasedJobs) -> None:
    """A preview, and the end of a job, which then has the reason of who asked for it."""
    waiting(store, 1)
    job = begun(jobs)
    status = jobs.status(job.id)
    assert status is not None
    leases.ask(store, [job.id], is_watched=True)
    wait_until(lambda: status.is_polled)
    status.update(state=State.RUNNING, step=3, n_steps=9, preview=Preview(b"jpeg", 3))
    wait_until(lambda: leases.previews(store, "w"))
    (row,) = leases.workers(store)
    assert row.progress[job.id] == {"step": 3, "n_steps": 9, "attempt": 1, "preview": 3}
    leases.ask(store, [job.id], stop=Stop.LEFT)
    wait_until(lambda: status.is_cancelled)
    jobs.end(job, State.CANCELLED)
    found = store.find_job(job.id)
    assert found is not None
    assert (found.state, (found.error or {})["code"]) == (State.CANCELLED, "left")
    assert jobs.status(job.id) is None


def test_a_stop_that_is_taken_back_ends_nothing(store: Store, jobs: LeasedJobs) -> None:
    """The job waits anew, as if it had not been begun."""
    waiting(store, 1)
    job = begun(jobs)
    jobs.end(job, State.CANCELLED)
    assert state_of(store, job) is State.QUEUED
    assert [again.n_starts for again in jobs.take()] == [0]


def test_what_was_taken_away_is_stopped_and_its_picture_goes(store: Store, jobs: LeasedJobs) -> None:
    """Unless the job's new owner shows the same; who was taken for dead is a worker again."""
    waiting(store, 2)
    job, other = begun(jobs), begun(jobs)
    status = jobs.status(job.id)
    assert status is not None
    leases.part(store, "w")
    store.put_back(job)
    wait_until(lambda: status.is_cancelled)
    wait_until(lambda: leases.workers(store))
    jobs.pictures.write(b"PNG", SHA)
    jobs.end(replace(job, picture=SHA), State.SUCCEEDED)
    assert state_of(store, job) is State.QUEUED
    assert not list(Path(str(jobs.pictures.folder)).glob("*/*"))
    store.put_back(other)
    store.intend_picture(other.id, SHA, 3, {})
    jobs.pictures.write(b"PNG", SHA)
    jobs.end(replace(other, picture=SHA), State.SUCCEEDED)
    assert list(Path(str(jobs.pictures.folder)).glob("*/*"))


def test_one_that_gives_no_sign_is_not_told_of(store: Store, jobs: LeasedJobs) -> None:
    """Its beat stands still, so that its lease ends."""
    jobs.set_life(Life.READY, "engine")
    assert [row.life for row in leases.workers(store)] == [Life.READY]
    jobs.is_well = lambda: False
    beats = leases.workers(store)[0].beat
    wait_until(lambda: leases.workers(store)[0].beat >= beats)
    jobs._try_beat()
    assert leases.workers(store)[0].beat <= beats + 1


def test_it_waits_for_jobs_and_takes_none_when_it_stops(store: Store, jobs: LeasedJobs) -> None:
    """What waits is heard of soon."""
    rested: list[int] = []
    assert jobs.await_turn(lambda: rested.append(1))
    assert jobs.take() == []
    waiting(store, 2)
    wait_until(lambda: jobs.await_turn(lambda: rested.append(1)) and bool(jobs.take()))
    assert rested
    jobs.drain()
    assert not jobs.await_turn(lambda: None)
    assert jobs.take() == []
    assert not jobs.must_put_back
