"""The jobs that a worker makes at once, and how the engine follows them: what stops each, and what it has come to."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plitka.core.generation import CompleteRequest
from plitka.core.watch import Progress
from plitka.errors import Cancelled, Unavailable
from plitka.serve.image_formats import Preview, encode_preview
from plitka.serve.job_status import JobStatus
from plitka.serve.kept_words import deadline_problem, keep_problem
from plitka.serve.metrics import Heartbeat
from plitka.serve.store import Job
from plitka.serve.tracing import Span
from plitka.serve.worker_jobs import WorkerJobs


class PutBack(Cancelled):
    """The service stops, and has waited for this picture as long as it may."""


class TooLate(Cancelled):
    """The job's deadline or its time is over; `problem` says it for the caller."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__("{reason}", reason=problem["error"])
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """A job that was begun."""

    job: Job
    request: CompleteRequest
    status: JobStatus
    span: Span


class BatchWatch:
    """`plitka.core.generation.Watch` over a batch: each picture is stopped for the reasons of its own job."""

    def __init__(self, jobs: WorkerJobs, batch: Sequence[RunningJob], heartbeat: Heartbeat) -> None:
        self._jobs = jobs
        self._batch = batch
        self._heartbeat = heartbeat
        self._ends_at = time.monotonic() + jobs.settings.job_timeout_s - heartbeat.waited_s
        self.reasons: dict[int, Cancelled] = {}
        """Why a picture was stopped, by its place in the batch."""
        self._spared: set[int] = set()
        """Those that went on for a step after they were cancelled, so that they could be looked at."""

    def wants_preview(self, index: int, step: int) -> bool:
        """The first step and then every few of a job that somebody watches, and its last one if that was asked for."""
        status = self._batch[index].status
        if status.is_cancelled and status.wants_last_look:
            return True
        is_due = status.snapshot.preview is None or step % self._jobs.settings.preview_every == 0
        return bool(status.n_watchers or status.is_polled) and is_due

    def report(self, index: int, progress: Progress) -> None:
        """Tell the job's watchers of a step.

        Raises:
            Cancelled: the job is not to go on.
        """
        self._heartbeat.beat(progress.step)
        running = self._batch[index]
        changes: dict[str, Any] = {"step": progress.step, "n_steps": progress.n_steps, "attempt": progress.attempt}
        if progress.preview is not None:
            changes["preview"] = Preview(encode_preview(progress.preview), progress.step)
        reason = self._reason(running)
        if reason is None or self._may_be_looked_at(index, progress):
            running.status.update(**changes)
            return
        if "preview" in changes:
            running.status.update(**changes)
        self.reasons[index] = reason
        raise reason

    def _may_be_looked_at(self, index: int, progress: Progress) -> bool:
        """Whether a cancelled job goes on for one step: it was cancelled after it could have been looked at."""
        status = self._batch[index].status
        is_unseen = status.is_cancelled and status.wants_last_look and progress.preview is None
        if not is_unseen or index in self._spared:
            return False
        self._spared.add(index)
        return True

    def _reason(self, running: RunningJob) -> Cancelled | None:
        """Why a job is not to go on; None if it is."""
        job = running.job
        if running.status.is_cancelled:
            return Cancelled("the job was cancelled")
        if self._jobs.must_put_back:
            return PutBack("the service stops")
        if is_late(job):
            return TooLate(deadline_problem(job.request_id))
        if time.monotonic() > self._ends_at + self._heartbeat.waited_s:
            error = Unavailable("the picture took longer than a picture may")
            return TooLate(keep_problem(error, code="timeout", request_id=job.request_id))
        return None


def is_late(job: Job) -> bool:
    """Whether the job's deadline has passed."""
    return job.deadline_at is not None and time.time() > job.deadline_at
