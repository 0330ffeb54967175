"""A worker's process from its start to its end."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.serve import fast_server
from tests.serve.conftest import RECIPE, wait_until
from tests.serve.fast_engine import FastEngine
from tests.serve.test_foreman import fail_to_load
from tests.serve.test_leases import waiting

from plitka.core.generation import CompleteRequest, Outcome
from plitka.core.watch import Watch
from plitka.serve import keys, leases
from plitka.serve.leases import WorkerRow
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store, open_store
from plitka.serve.worker_process import EXIT_FAILED, EXIT_STALLED, EXIT_STOPPED, WorkerTerms, work

ORDER = {"request": {"recipe": RECIPE, "seed": 1, "steps": 20}}


@dataclass(slots=True)
class StuckEngine(FastEngine):
    """Never comes back from its first picture."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """Wait for what never comes."""
        del requests, watch
        threading.Event().wait()
        yield Outcome(index=0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A service's database."""
    one = open_store(Settings(data=tmp_path), own=True)
    keys.add_local(one)
    yield one
    one.close()


def run(load: Any, settings: Settings) -> None:  # noqa: ANN401  (multiprocessing has no public name for it)
    """What the process does."""
    terms = WorkerTerms(settings=settings, load_engine=load, version="0", warm_up_px=64)
    os._exit(work(terms, WorkerRow()))


def started(load: Any, tmp_path: Path, **choices: Any) -> Any:  # noqa: ANN401  (as above)
    """A worker."""
    process = fast_server.FORKED.Process(target=run, args=(load, Settings(data=tmp_path, **choices)), daemon=True)
    process.start()
    return process


def found(store: Store, job: Job) -> Job:
    """The job as it is now."""
    one = store.find_job(job.id)
    assert one is not None
    return one


def test_it_makes_what_waits_and_ends_when_told_to(tmp_path: Path, store: Store) -> None:
    """What it is making it makes; it leaves no trace among the workers."""
    first, second, third = waiting(store, 3, **ORDER)
    process = started(partial(FastEngine, step_s=0.05), tmp_path)
    wait_until(lambda: found(store, second).state is State.RUNNING)
    process.terminate()
    process.join(30)
    assert process.exitcode == EXIT_STOPPED
    assert [found(store, job).state for job in (first, second, third)] == [
        State.SUCCEEDED,
        State.SUCCEEDED,
        State.QUEUED,
    ]
    assert leases.workers(store) == []
    assert leases.abandoned(store) == []


def test_a_stop_that_is_to_be_quick_puts_back(tmp_path: Path, store: Store) -> None:
    """As a start that was none."""
    (job,) = waiting(store, 1, request={"recipe": RECIPE, "seed": 1, "steps": 25})
    process = started(partial(FastEngine, step_s=0.1), tmp_path, drain_s=0.1)
    wait_until(lambda: found(store, job).state is State.RUNNING)
    process.terminate()
    process.join(30)
    assert process.exitcode == EXIT_STOPPED
    assert (found(store, job).state, found(store, job).n_starts) == (State.QUEUED, 0)
    assert leases.open_jobs(store)[job.id].owner is None


def test_one_without_an_engine_says_so(tmp_path: Path, store: Store) -> None:
    """By its exit code, and takes nothing."""
    (job,) = waiting(store, 1, **ORDER)
    process = started(fail_to_load, tmp_path, max_restarts=1)
    process.join(30)
    assert process.exitcode == EXIT_FAILED
    assert found(store, job).state is State.QUEUED


def test_one_that_hangs_ends_itself(tmp_path: Path, store: Store) -> None:
    """So that somebody else makes its job, and it can be started anew."""
    (job,) = waiting(store, 1, **ORDER)
    process = started(StuckEngine, tmp_path, stall_s=1.5)
    process.join(30)
    assert process.exitcode == EXIT_STALLED
    assert leases.open_jobs(store)[job.id].state is State.RUNNING
    (row,) = leases.workers(store)
    leases.part(store, row.id)
    assert leases.abandoned(store) == [(job.id, None)]


def test_a_killed_one_leaves_its_job_to_its_lease(tmp_path: Path, store: Store) -> None:
    """Its row stays until somebody finds out."""
    (job,) = waiting(store, 1, **ORDER)
    process = started(partial(FastEngine, step_s=0.2), tmp_path)
    wait_until(lambda: found(store, job).state is State.RUNNING)
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    assert [row.pid for row in leases.workers(store)] == [process.pid]
    assert found(store, job).state is State.RUNNING
