"""The service's jobs where workers in other processes make them: what they write is read, and told to those who watch.

The queue is in the database (`plitka.serve.leases`), and what is here follows it. A worker that is gone ends no job;
what it had is put back, or ended with the picture that it had written, as after a new start of the service.
"""

import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from plitka.serve import leases, resumption
from plitka.serve.bell import bell_of
from plitka.serve.engine_words import Complete, DistantEngine, read_defaults
from plitka.serve.health import Health
from plitka.serve.image_formats import Preview
from plitka.serve.job_status import JobStatus
from plitka.serve.jobs import Jobs
from plitka.serve.kept_words import left_problem
from plitka.serve.leased_jobs import QUEUE
from plitka.serve.leases import OpenJob, Stop, WorkerRow
from plitka.serve.life import Life
from plitka.serve.metrics import Metrics
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store
from plitka.serve.terms import Terms
from plitka.serve.turn_queue import TurnQueue
from plitka.serve.worker_figures import SeenFigures

log = structlog.get_logger(__name__)


class SharedJobs(Jobs):
    """All jobs that have not ended, of a queue that workers share."""

    def __init__(
        self, store: Store, pictures: PictureStore, settings: Settings, metrics: Metrics, health: Health
    ) -> None:
        self._line = TurnQueue()
        super().__init__(store, pictures, settings, metrics, health, self._line)
        self.workers: dict[str, WorkerRow] = {}
        """As they were seen last."""
        self.on_enqueued: Callable[[], None] = lambda: None
        """Told in any thread that one more job waits."""
        self._bell = bell_of(store.engine, QUEUE)
        self._figures = SeenFigures(metrics)
        self._wanted: set[str] = set()
        """Jobs whose workers were told that somebody would look at previews."""

    # What is ordered

    def _add(self, jobs: Sequence[Job]) -> list[Job]:
        with self._ready:
            turns = [self._line.next_turn(job.key_id, job.priority) for job in jobs]
        return self.store.add_jobs([replace(job, turn=turn) for job, turn in zip(jobs, turns, strict=True)])

    def _line_up(self, job: Job) -> None:
        self._line.put(job.id, job.key_id, job.priority, job.turn, job.number)

    def enqueue(self, job: Job, *known: Any, **also_known: Any) -> None:  # noqa: ANN401  (as Jobs.enqueue)
        """Have a job wait that was written; one that was ordered of another kind of service gets a turn."""
        if job.turn is None:
            with self._ready:
                job = replace(job, turn=self._line.next_turn(job.key_id, job.priority))
            leases.line_up(self.store, job.id, job.turn or 0)
        super().enqueue(job, *known, **also_known)
        self._bell.ring()
        self.on_enqueued()

    def n_open_of_models(self) -> Counter[str | None]:
        """How many jobs wait or are made, by the names of the models that they were ordered of."""
        with self._ready:
            models = [one.job.model for one in self._statuses.values()]
        return Counter(None if model is None else model.partition("@")[0] for model in models)

    def follow(self, job: Job) -> bool:
        """Whether a worker that has not been taken for dead has this job; then it is open here as well."""
        owner = leases.owner(self.store, job.id)
        if owner is None or all(row.id != owner for row in leases.workers(self.store)):
            return False
        with self._ready:
            self._statuses[job.id] = JobStatus(job)
        return True

    def _join(self, job: Job, terms: Terms) -> None:
        status = self.status(job.id)
        was_left = status is not None and status.is_left
        super()._join(job, terms)
        if was_left and not leases.ask(self.store, [job.id], stop=None):  # it has ended since
            self.look()
            self.enqueue(self.store.revive(job))

    def _stop(self, status: JobStatus, *, is_left: bool) -> None:
        super()._stop(status, is_left=is_left)
        leases.ask(self.store, [status.job.id], stop=Stop.LEFT if is_left else Stop.CANCELLED)

    # What workers do

    def look(self) -> None:
        """See what has become of every open job, and tell those who watch.

        Raises:
            StorageAway: the database is away.
        """
        with self._ready:
            statuses = list(self._statuses.items())
        found = leases.open_jobs(self.store)
        for job_id, status in statuses:
            row = found.get(job_id)
            if row is None:
                self._see_end(job_id)
            elif row.state is not status.snapshot.state or row.n_starts != status.job.n_starts:
                self._see_move(job_id, status, row)
        self.metrics.running.set(sum(row.state is State.RUNNING for row in found.values()))
        self._tell_wishes(found)

    def _see_end(self, job_id: str) -> None:
        job = self.store.find_job(job_id)
        if job is None or job.state.is_final:  # else it was accepted since the rows were read
            self._settle(job) if job is not None else self._forget(job_id)
            if job is not None and job.state is State.SUCCEEDED:
                self._note_result(job)
                self.on_kept()

    def _note_result(self, job: Job) -> None:
        result = job.result or {}
        self.metrics.attempts.observe(result.get("attempts", 1))
        if (error := result.get("max_error")) is not None:
            self.metrics.share_error.observe(error)
        for stage, seconds in (result.get("stage_seconds") or {}).items():
            self.metrics.stage.labels(stage).observe(seconds)

    def _see_move(self, job_id: str, status: JobStatus, row: OpenJob) -> None:
        """A worker has begun a job, or it waits anew."""
        job = replace(status.job, state=row.state, started_at=row.started_at, n_starts=row.n_starts)
        with self._ready:
            if job_id not in self._statuses:
                return
            status.job = job
            if row.state is State.RUNNING:
                self._line.begin(job_id)
                self.deadlines.drop(job_id)
                self._queue_moved()
            else:
                self._line_up(job)
                self.metrics.queue.set(len(self._queue))
        if row.state is State.RUNNING:
            self.metrics.wait.observe(max(0.0, (row.started_at or 0.0) - job.created_at))
            status.update(state=State.RUNNING, position=None, step=0)
            if job.webhook is not None:
                self.on_change(job, "start")
        elif status.is_cancelled:  # its worker was stopped before it heard of it
            self._end_waiting(job, State.CANCELLED, left_problem(job.request_id) if status.is_left else None)
        else:
            status.update(state=State.QUEUED, position=self.position(job_id), step=0, is_stopping=self.life.is_ending)

    def _tell_wishes(self, found: Mapping[str, OpenJob]) -> None:
        with self._ready:
            watched = {job_id for job_id, one in self._statuses.items() if one.n_watchers or one.is_polled}
        wanted = {job_id for job_id in watched if job_id in found and found[job_id].owner is not None}
        for changed, is_watched in ((wanted - self._wanted, True), ((self._wanted & found.keys()) - wanted, False)):
            if changed:
                leases.ask(self.store, sorted(changed), is_watched=is_watched)
        self._wanted = wanted

    # The workers themselves

    def see_workers(self) -> None:
        """See how far each worker has come.

        Raises:
            StorageAway: the database is away.
        """
        before, self.workers = self.workers, {row.id: row for row in leases.workers(self.store)}
        for row in self.workers.values():
            if row.id not in before or before[row.id].life is not row.life:
                self.set_life(row.life, row.id)
            if row.id not in before or before[row.id].beat != row.beat:
                self._figures.see(row.id, row.figures)
                self._see_progress(row)
        for worker in before.keys() - self.workers.keys():
            self._figures.forget(worker)
            self.set_life(None, worker)

    def _see_progress(self, row: WorkerRow) -> None:
        shown: Mapping[str, Any] | None = None
        for job_id, told in row.progress.items():
            status = self.status(job_id)
            if status is None or status.snapshot.state is not State.RUNNING:
                continue
            snapshot = status.snapshot
            changes: dict[str, Any] = {}
            seen = snapshot.preview.step if snapshot.preview is not None else None
            if told.get("preview", seen) != seen:
                shown = leases.previews(self.store, row.id) if shown is None else shown
                changes = _preview_of(shown.get(job_id))
            steps = {name: told[name] for name in ("step", "n_steps", "attempt")}
            if changes or any(getattr(snapshot, name) != value for name, value in steps.items()):
                status.update(**steps, **changes)

    def take_from(self, worker: str) -> None:
        """A worker is gone: others make what it had, or it is ended with the picture that is there.

        Raises:
            StorageAway: the database or the pictures are away; what is left is found by `take_abandoned`.
        """
        log.warning("worker_gone", worker=worker)
        leases.part(self.store, worker)
        self.take_abandoned()

    def take_abandoned(self) -> None:
        """Take jobs from owners that are among the workers no more; raises as `take_from`."""
        for job_id, stop in leases.abandoned(self.store):
            job = self.store.find_job(job_id)
            if job is not None and stop is not None:
                self.end(job, State.CANCELLED, left_problem(job.request_id) if stop == Stop.LEFT else None)
            elif job is not None and job.state is State.RUNNING:
                log.info("job_taken_over", job_id=job.id, n_starts=job.n_starts)
                resumption.settle_interrupted(self, job)
            elif job is not None:
                leases.release(self.store, job_id)
        self._bell.ring()

    def engine(self, ask_of: Callable[[str], Complete]) -> DistantEngine | None:
        """That of a worker that is ready, which `ask_of` may have a way to ask; None while none is."""
        for row in self.workers.values():
            if row.life is Life.READY and row.model is not None and row.defaults is not None:
                return DistantEngine(row.model, read_defaults(row.defaults), ask_of(row.id))
        return None

    @property
    def is_settled(self) -> bool:
        """Whether no worker has a job any more."""
        with self._ready:
            return not any(status.snapshot.state is State.RUNNING for status in self._statuses.values())


def _preview_of(told: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"preview": Preview(base64.b64decode(told["jpeg"]), told["step"])} if told else {}
