"""The jobs of a worker in a process of its own: taken from the queue in the database, each by a lease.

A thread says now and then that the worker lives and how far its pictures have come, and learns what is wanted of them.
Once a job is not the worker's any more, it is stopped at its next step, and nothing that is written of it holds.
"""

import base64
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from plitka.core.generation import CompleteRequest, Engine
from plitka.errors import StorageAway
from plitka.serve import leases
from plitka.serve.bell import bell_of
from plitka.serve.engine_words import defaults_as_json
from plitka.serve.health import Health
from plitka.serve.job_status import JobStatus
from plitka.serve.kept_words import left_problem
from plitka.serve.leases import OfModel, Stop, Wish, WorkerRow
from plitka.serve.life import Life
from plitka.serve.logs import frames
from plitka.serve.metrics import Metrics
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store
from plitka.serve.worker_figures import WorkerMetrics

log = structlog.get_logger(__name__)

QUEUE, NEWS = "queue", "news"
"""What bells tell of: jobs that wait, and what became of those that were taken."""
_LOOK_EVERY_S = 1.0
"""At the queue, should word of a new job have been missed."""


class LeasedJobs:
    """`plitka.serve.worker_jobs.WorkerJobs` over the database."""

    def __init__(self, store: Store, pictures: PictureStore, settings: Settings, row: WorkerRow) -> None:
        """Over a store that was opened as the row's worker."""
        self.store = store
        self.pictures = pictures
        self.settings = settings
        self.metrics: Metrics = (own := WorkerMetrics())
        self._figures = own.figures
        self.health = Health(store, pictures, settings, self.metrics)
        self.on_change: Callable[[Job, str], None] = lambda _job, _event: None
        self.on_kept: Callable[[], None] = lambda: None
        self.is_well: Callable[[], bool] = lambda: True
        """Whether the worker gives signs: the lease of one that does not is not renewed."""
        self.engine_of: Callable[[], Engine | None] = lambda: None
        """The worker's engine; None while it has none."""
        self.drain_at: float | None = None
        self._row = row
        self._bell, self._news = bell_of(store.engine, QUEUE), bell_of(store.engine, NEWS)
        self._statuses: dict[str, JobStatus] = {}
        self._lock = threading.Lock()
        self._may_wait = True
        self._shown: dict[str, int] = {}
        """Job -> the step of the preview that was told last; used by the pulse alone."""
        self._beating = threading.Event()
        self._one_beat = threading.Lock()
        self._pulse = threading.Thread(target=self._beat_on, name="pulse", daemon=True)

    # Its life

    @property
    def life(self) -> Life:
        """What the worker is doing."""
        return self._row.life

    def join(self) -> None:
        """Be known to the service, and begin to tell it of the worker."""
        leases.join(self.store, self._row)
        self._pulse.start()

    def part(self) -> None:
        """Be no worker any more; what it still had is left to the others."""
        self._beating.set()
        self._pulse.join()
        self._bell.close()
        leases.part(self.store, self._row.id)
        self._news.ring()

    @property
    def must_put_back(self) -> bool:
        """Whether a stop has waited long enough for what runs."""
        return self.drain_at is not None and time.monotonic() > self.drain_at

    def drain(self) -> None:
        """Take nothing more."""
        if self.drain_at is None:
            self.drain_at = time.monotonic() + self.settings.drain_s
        self._bell.stop()

    def set_life(self, life: Life, worker: str) -> None:
        """The worker moves on, which is told at once."""
        log.info("worker_life", worker=worker, state=life.value)
        engine = self.engine_of()
        model, defaults = (None, None) if engine is None else (engine.name, defaults_as_json(engine.defaults))
        with self._lock:
            self._row = replace(self._row, life=life, model=model, defaults=defaults)
        self._try_beat()

    # Its jobs

    def await_turn(self, rest: Callable[[], None]) -> bool:
        """Wait until a job may wait, after `rest` where none does yet; False when the worker is to stop."""
        if not self._may_wait and self.drain_at is None:
            rest()
            try:
                self._bell.wait(_LOOK_EVERY_S)
            except Exception as error:  # the database is away: the next try to take finds it out
                log.warning("bell_broke", error=type(error).__name__)
                time.sleep(_LOOK_EVERY_S)
        return self.drain_at is None

    def take(self, limit: int = 1, only: OfModel | None = None) -> list[Job]:
        """The next jobs, or those of a model; none when the worker is to stop, or the database is away."""
        if self.drain_at is not None:
            return []
        try:
            taken = leases.take(self.store, self._row.id, limit, only)
        except StorageAway:
            time.sleep(_LOOK_EVERY_S)
            return []
        self._may_wait = bool(taken)
        with self._lock:
            self._statuses |= {job.id: JobStatus(job) for job in taken}
        return taken

    @property
    def may_wait(self) -> bool:
        """Whether another job may wait: who takes some does not know what is left. False when the worker is to stop."""
        return self._may_wait and self.drain_at is None

    def upcoming(self, n: int) -> list[CompleteRequest]:
        """Nothing: who knows which worker will have the next job."""
        del n
        return []

    def status(self, job_id: str) -> JobStatus | None:
        """Of a job that was taken and has not ended."""
        return self._statuses.get(job_id)

    def note_ended(self, job: Job) -> None:
        """A job that was taken had ended, or been taken away, before it was begun."""
        self._forget(job)

    def leave(self, job: Job) -> None:
        """It is left as it is: the service takes it from a worker that is gone."""
        if self._forget(job):
            log.info("job_left", job_id=job.id)

    def put_back(self, job: Job) -> None:
        """It was interrupted by a stop, and is the first of its turn that another worker makes."""
        self.store.put_back(job)
        log.info("job_put_back", job_id=job.id)
        self._let_go(job)

    def retry_alone(self, job: Job) -> None:
        """It was one of several when the engine broke, so that nobody knows which of them broke it."""
        self.store.put_back(replace(job, n_starts=job.n_starts + 1))
        log.info("job_retried", job_id=job.id)
        self._let_go(job)

    def end(self, job: Job, state: State, error: Mapping[str, Any] | None = None) -> None:
        """The job ended, if it is still the worker's."""
        if state is State.CANCELLED:
            is_written = self._end_stopped(job)
        else:
            is_written = self.store.finish_job(job.id, state, time.time(), error)
        if is_written:
            log.info("job_done", job_id=job.id, state=state.value)
        elif state is State.SUCCEEDED and job.picture is not None:
            self._discard(job.picture)
        self._let_go(job)

    def _end_stopped(self, job: Job) -> bool:
        """End a job as it was asked for; where that was taken back, also at this moment, it waits anew."""
        wish = leases.wish(self.store, job.id)
        stop = None if wish is None else wish.stop
        error = left_problem(job.request_id) if stop == Stop.LEFT else None
        if stop is not None and leases.end_stopped(self.store, job.id, stop, time.time(), error):
            return True
        self.store.put_back(job)
        return False

    def _discard(self, picture: str) -> None:
        """Remove a picture that was painted for a job of another worker, unless that one shows the same."""
        if not self.store.is_picture_used(picture):
            self.pictures.discard(picture)

    def _let_go(self, job: Job) -> None:
        self._forget(job)
        self._news.ring()

    def _forget(self, job: Job) -> bool:
        with self._lock:
            return self._statuses.pop(job.id, None) is not None

    # Its pulse

    def _beat_on(self) -> None:
        while not self._beating.wait(self.settings.pulse_s):
            self._try_beat()

    def _try_beat(self) -> None:
        try:
            if self.is_well():
                with self._one_beat:
                    self._beat()
        except StorageAway:
            pass  # it is told with the next one
        except Exception as error:  # the worker is taken for dead if this goes on
            log.error("pulse_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (no paths)

    def _beat(self) -> None:
        with self._lock:
            statuses, row = dict(self._statuses), self._row
        progress = {job_id: _progress(status) for job_id, status in statuses.items()}
        row = replace(row, progress=progress, figures=self._figures())
        shown = {job_id: told["preview"] for job_id, told in progress.items() if "preview" in told}
        previews = {job_id: _preview(statuses[job_id]) for job_id in shown} if shown != self._shown else None
        wishes = leases.beat(self.store, row, previews)
        self._shown = shown
        if wishes is None:
            log.warning("lease_ended")
            leases.join(self.store, row)
        for job_id, status in statuses.items():
            _obey(status, (wishes or {}).get(job_id))


def _obey(status: JobStatus, wish: Wish | None) -> None:
    """Stop a job that is not the worker's any more, or not wanted; one that ended meanwhile takes no harm."""
    status.is_cancelled = wish is None or wish.stop is not None
    status.is_polled = wish is not None and wish.is_watched


def _progress(status: JobStatus) -> dict[str, Any]:
    snapshot = status.snapshot
    told = {"step": snapshot.step, "n_steps": snapshot.n_steps, "attempt": snapshot.attempt}
    return told | ({"preview": snapshot.preview.step} if snapshot.preview is not None else {})


def _preview(status: JobStatus) -> dict[str, Any]:
    preview = status.snapshot.preview
    assert preview is not None  # as its progress says
    return {"step": preview.step, "jpeg": base64.b64encode(preview.jpeg).decode("ascii")}
