"""What stops each picture of a batch, and what its watchers are told."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.serve.fast_engine import FastEngine

from plitka.core.watch import Progress
from plitka.errors import Cancelled
from plitka.serve.batch import BatchWatch, PutBack, RunningJob, TooLate, is_late
from plitka.serve.health import Health
from plitka.serve.job_status import JobStatus
from plitka.serve.jobs import Jobs
from plitka.serve.metrics import Heartbeat, Metrics
from plitka.serve.orders import Order
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import Job, open_store
from plitka.serve.tracing import Span

MakeWatch = Callable[..., tuple[BatchWatch, list[RunningJob]]]


@pytest.fixture
def make_watch(tmp_path: Any) -> Any:  # noqa: ANN401
    """A watch over two jobs, the first of which is as asked for."""
    engine, metrics = FastEngine(), Metrics()
    request = engine.complete(Order(recipe="red", seed=1).request(engine.defaults))
    stores = []

    def make(changes: dict[str, Any], **choices: Any) -> tuple[BatchWatch, list[RunningJob]]:  # noqa: ANN401
        settings = Settings(data=tmp_path, preview_every=2, **choices)
        stores.append(open_store(settings, own=False))
        pictures = PictureStore(tmp_path.as_uri())
        health = Health(stores[-1], pictures, settings, metrics)
        jobs = Jobs(stores[-1], pictures, settings, metrics, health)
        plain = Job(id="0" * 32, key_id="key", request={}, request_id="test", created_at=time.time())
        batch = [
            RunningJob(job=job, request=request, status=JobStatus(job), span=Span())
            for job in (replace(plain, **changes), plain)
        ]
        return BatchWatch(jobs, batch, Heartbeat(metrics)), batch

    yield make
    for store in stores:
        store.close()


def test_a_step_is_told_to_its_own_job(make_watch: MakeWatch) -> None:
    """With the preview as JPEG, and to nobody else."""
    watch, (first, second) = make_watch({})
    watch.report(0, Progress(step=2, n_steps=8, attempt=2, preview=np.zeros((8, 8, 3), np.uint8)))
    seen = first.status.snapshot
    assert (seen.step, seen.n_steps, seen.attempt) == (2, 8, 2)
    assert seen.preview is not None
    assert seen.preview.step == 2
    assert seen.preview.jpeg.startswith(b"\xff\xd8")
    assert second.status.snapshot.version == 0


def test_a_preview_is_wanted_where_somebody_looks(make_watch: MakeWatch) -> None:
    """As soon as there is anything, and then every few steps, of the jobs that are watched."""
    watch, (first, _) = make_watch({})
    assert not watch.wants_preview(0, 2)
    first.status.n_watchers = 1
    assert watch.wants_preview(0, 1)
    watch.report(0, Progress(step=1, n_steps=8, preview=np.zeros((8, 8, 3), np.uint8)))
    assert [step for step in range(1, 7) if watch.wants_preview(0, step)] == [2, 4, 6]
    assert not watch.wants_preview(1, 2)


def test_a_cancelled_job_is_looked_at_where_that_is_wanted(make_watch: MakeWatch) -> None:
    """At its last step, though nobody watched; it goes on for one more where it was cancelled too late for that."""
    watch, (first, second) = make_watch({})
    for one in (first, second):
        one.status.wants_last_look = True
    assert not watch.wants_preview(0, 2)
    for one in (first, second):
        one.status.is_cancelled = True
    watch.report(0, Progress(step=2, n_steps=8))
    assert watch.wants_preview(1, 3)
    for index, one in enumerate((first, second)):
        with pytest.raises(Cancelled):
            watch.report(index, Progress(step=3, n_steps=8, preview=np.zeros((8, 8, 3), np.uint8)))
        assert one.status.snapshot.preview is not None
        assert (one.status.snapshot.preview.step, one.status.snapshot.n_steps) == (3, 8)


def test_a_cancelled_job_that_cannot_be_looked_at_stops(make_watch: MakeWatch) -> None:
    """After that one step."""
    watch, (first, _) = make_watch({})
    first.status.wants_last_look = first.status.is_cancelled = True
    watch.report(0, Progress(step=1, n_steps=8))
    with pytest.raises(Cancelled):
        watch.report(0, Progress(step=1, n_steps=8))


def test_a_cancelled_job_stops_and_its_neighbour_goes_on(make_watch: MakeWatch) -> None:
    """At its next step."""
    watch, (first, _) = make_watch({})
    first.status.is_cancelled = True
    with pytest.raises(Cancelled):
        watch.report(0, Progress(step=1, n_steps=2))
    watch.report(1, Progress(step=1, n_steps=2))
    assert list(watch.reasons) == [0]


def test_a_deadline_stops_its_own_job(make_watch: MakeWatch) -> None:
    """With a problem for the caller."""
    watch, (first, second) = make_watch({"deadline_at": time.time() - 1})
    assert is_late(first.job)
    assert not is_late(second.job)
    with pytest.raises(TooLate):
        watch.report(0, Progress(step=1, n_steps=2))
    reason = watch.reasons[0]
    assert isinstance(reason, TooLate)
    assert reason.problem["code"] == "deadline"
    assert str(reason) == reason.problem["error"]
    watch.report(1, Progress(step=1, n_steps=2))


def test_a_picture_may_take_only_so_long(make_watch: MakeWatch) -> None:
    """Whichever of the batch it is."""
    watch, _ = make_watch({}, job_timeout_s=0.0)
    for index in range(2):
        with pytest.raises(TooLate) as stopped:
            watch.report(index, Progress(step=1, n_steps=2))
        assert stopped.value.problem["code"] == "timeout"


def test_a_stop_that_has_waited_puts_all_back(make_watch: MakeWatch) -> None:
    """Each is kept for the next start."""
    watch, _ = make_watch({}, drain_s=0.0)
    assert isinstance(watch._jobs, Jobs)
    watch._jobs.drain()
    time.sleep(0.001)
    for index in range(2):
        with pytest.raises(PutBack):
            watch.report(index, Progress(step=1, n_steps=2))
