"""Jobs from acceptance to their end, as the callers' threads and the engine's thread share them.

The store has what must outlive the process; here is what lives with it: who waits, who watches, and the state of
the service. A job that waits is ended by whoever takes it out of the queue, a job that runs by the engine's thread
alone, so no job can end twice.
"""

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from plitka.errors import Conflict, TooMany, Unavailable
from plitka.serve.fair_queue import FairQueue
from plitka.serve.job_status import Watch
from plitka.serve.keys import Caller
from plitka.serve.metrics import Heartbeat, Metrics
from plitka.serve.picture_store import Pictures
from plitka.serve.problems import problem_of
from plitka.serve.schemas import Order
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store

log = structlog.get_logger(__name__)

_POSITIONS_EVERY_S = 2.0


class Life(StrEnum):
    """What the service is doing."""

    STARTING = "starting"
    """The engine is being loaded, or loaded anew."""
    READY = "ready"
    DRAINING = "draining"
    """What runs is finished, what waits is kept for the next start."""
    STOPPED = "stopped"
    FAILED = "failed"
    """The engine cannot be loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What comes with an order beside the picture itself."""

    request_id: str
    priority: int = 0
    deadline_s: float | None = None
    idempotency_key: str | None = None
    webhook: Mapping[str, Any] | None = None
    traceparent: str | None = None
    """The trace that the job belongs to, as W3C writes it."""


class Jobs:
    """All jobs that have not ended."""

    def __init__(self, store: Store, pictures: Pictures, settings: Settings, metrics: Metrics) -> None:
        self.store = store
        self.pictures = pictures
        self.settings = settings
        self.metrics = metrics
        self.heartbeat = Heartbeat(metrics)
        self.on_change: Callable[[Job, str], None] = lambda _job, _event: None
        """Told in any thread that a job with a webhook began ("start") or ended ("completed")."""
        self._ready = threading.Condition()
        self._accepting = threading.Lock()
        self._queue = FairQueue()
        self._watches: dict[str, Watch] = {}
        self._life = Life.STARTING
        self._drain_at: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._positions_due = False
        self._show_life()

    # The service's state

    @property
    def life(self) -> Life:
        """What the service is doing."""
        return self._life

    def set_life(self, life: Life) -> None:
        """Move on; a service that stops does not become ready again."""
        with self._ready:
            if self._life in (Life.DRAINING, Life.STOPPED) and life is not Life.STOPPED:
                return
            self._life = life
            self._ready.notify_all()
        self._show_life()
        log.info("life", state=life.value)

    def _show_life(self) -> None:
        for state in Life:
            self.metrics.life.labels(state.value).set(state is self._life)

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Timers run on this loop."""
        self._loop = loop

    def drain(self) -> None:
        """Begin nothing more; those who watch a job that waits are told that it will have to wait for a new start."""
        self._drain_at = time.monotonic() + self.settings.drain_s
        self.set_life(Life.DRAINING)
        with self._ready:
            waiting = [watch for job_id, watch in self._watches.items() if job_id in self._queue]
        for watch in waiting:
            watch.tell(is_stopping=True)

    @property
    def is_full(self) -> bool:
        """Whether no more jobs can wait."""
        return len(self._queue) >= self.settings.queue_limit

    @property
    def must_put_back(self) -> bool:
        """Whether a stop has waited long enough for what runs."""
        return self._drain_at is not None and time.monotonic() > self._drain_at

    # Acceptance

    def accept(self, caller: Caller, orders: Sequence[Order], terms: Terms) -> list[Job]:
        """Keep and queue what a caller orders, all or nothing; an order under a known idempotency key is that job.

        Raises:
            Conflict: the idempotency key stands for another order.
            Unavailable: the service stops, has failed, or is full.
            TooMany: the key has enough jobs waiting.
        """
        repeated = self._find_repeated(caller, orders, terms)
        if repeated is not None:
            return [repeated]
        with self._accepting:
            self._check_room(caller, len(orders))
            jobs = [self._job(caller, order, terms) for order in orders]
            try:
                jobs = self.store.add_jobs(jobs)
            except IntegrityError:  # the same order came twice at once, and the other one was first
                repeated = self._find_repeated(caller, orders, terms)
                if repeated is None:
                    raise
                return [repeated]
            for job in jobs:
                self._enqueue(job, terms.traceparent)
        self.metrics.accepted.inc(len(jobs))
        for job in jobs:
            log.info("job_accepted", job_id=job.id, key_id=job.key_id, priority=job.priority)
        return jobs

    def _job(self, caller: Caller, order: Order, terms: Terms) -> Job:
        now = time.time()
        return Job(
            id=uuid.uuid4().hex,
            key_id=caller.key_id,
            request=order.with_seed().model_dump(exclude_none=True),
            request_id=terms.request_id,
            created_at=now,
            priority=terms.priority,
            deadline_at=None if terms.deadline_s is None else now + terms.deadline_s,
            idempotency_key=terms.idempotency_key,
            webhook=terms.webhook,
            webhook_due=terms.webhook is not None,
        )

    def _find_repeated(self, caller: Caller, orders: Sequence[Order], terms: Terms) -> Job | None:
        if terms.idempotency_key is None:
            return None
        job = self.store.find_repeated(caller.key_id, terms.idempotency_key)
        if job is None:
            return None
        asked = orders[0].model_dump(exclude_none=True)
        drawn = {} if asked.get("seed", -1) >= 0 else {"seed": job.request["seed"]}
        if len(orders) > 1 or asked | drawn != job.request:
            raise Conflict("this Idempotency-Key was used for another order; use a new one for a new order")
        return job

    def _check_room(self, caller: Caller, n_jobs: int) -> None:
        if self._life in (Life.DRAINING, Life.STOPPED):
            raise Unavailable("the service is stopping; ask again in a moment", retry_after_s=self.settings.drain_s)
        if self._life is Life.FAILED:
            raise Unavailable("the service cannot load its model; its operator must look at it", retry_after_s=60.0)
        with self._ready:
            if len(self._queue) + n_jobs > self.settings.queue_limit:
                raise Unavailable(
                    "{limit} pictures are waiting, and no more can; ask again later",
                    limit=self.settings.queue_limit,
                    retry_after_s=10.0,
                )
            if self._queue.count(caller.key_id) + n_jobs > self.settings.key_queue_limit:
                raise TooMany(
                    "{limit} pictures of this key are waiting, and no more can; wait for one of them",
                    limit=self.settings.key_queue_limit,
                    retry_after_s=10.0,
                )

    def _enqueue(self, job: Job, traceparent: str | None = None) -> None:
        with self._ready:
            self._watches[job.id] = Watch(job, traceparent)
            self._queue.put(job.id, job.key_id, job.priority)
            self._watches[job.id].tell(position=self._queue.position(job.id))
            self.metrics.queue.set(len(self._queue))
            self._ready.notify_all()
        if job.deadline_at is not None:
            self._at(job.deadline_at, job.id)

    def _at(self, deadline_at: float, job_id: str) -> None:
        """End the job at its deadline, if it still waits then."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(
                self._loop.call_later,
                max(0.0, deadline_at - time.time()),
                lambda: threading.Thread(target=self.expire, args=(job_id,), daemon=True).start(),
            )

    # The engine's thread

    def take(self) -> Job | None:
        """The next job, once there is one; None when the service stops."""
        with self._ready:
            self._ready.wait_for(lambda: len(self._queue) > 0 or self._life in (Life.DRAINING, Life.STOPPED))
            if self._life in (Life.DRAINING, Life.STOPPED):
                return None
            job_id = self._queue.take()
            self._moved()
            return None if job_id is None else self._watches[job_id].job

    def put_back(self, job: Job) -> None:
        """It was interrupted by a stop, and is the first thing that the next start makes."""
        self.store.put_back(job)
        log.info("job_put_back", job_id=job.id)
        watch = self._watches.pop(job.id, None)
        if watch is not None:
            watch.tell(state=State.QUEUED, is_stopping=True)

    def end(self, job: Job, state: State, error: Mapping[str, Any] | None = None) -> None:
        """The job ended; everybody who waits for it is told."""
        now = time.time()
        ended = replace(job, state=state, finished_at=now, error=error)
        if self.store.finish_job(job.id, state, now, error):
            self.metrics.jobs.labels(state.value).inc()
            if job.started_at is not None:
                self.metrics.job.observe(now - job.started_at)
            log.info("job_ended", job_id=job.id, state=state.value, code=(error or {}).get("code"))
        watch = self._watches.pop(job.id, None)
        if watch is not None:
            watch.tell(state=state, position=None, ended=ended)
        if job.webhook is not None:
            self.on_change(job, "completed")

    # Callers

    def watch(self, job_id: str) -> Watch | None:
        """The watch of a job that has not ended."""
        return self._watches.get(job_id)

    def position(self, job_id: str) -> int | None:
        """How many go before a job that waits."""
        with self._ready:
            return self._queue.position(job_id)

    def cancel(self, job: Job) -> None:
        """A job that waits ends now, one that runs at its next step, one that ended stays as it is."""
        if self._withdraw(job.id):
            self.end(job, State.CANCELLED)
            return
        watch = self._watches.get(job.id)
        if watch is not None:
            watch.is_cancelled = True

    def abandon(self, job: Job) -> None:
        """Nobody wants it any more; as `cancel`, and a job that was put back is not kept for the next start."""
        self.cancel(job)
        if self._life in (Life.DRAINING, Life.STOPPED) and job.id not in self._watches:
            self.end(job, State.CANCELLED)

    def expire(self, job_id: str) -> None:
        """The deadline of a job has come."""
        if self._withdraw(job_id):
            job = self.store.find_job(job_id)
            if job is not None:
                self.end(job, State.FAILED, deadline_problem(job))

    def _withdraw(self, job_id: str) -> bool:
        with self._ready:
            was_waiting = self._queue.remove(job_id)
            if was_waiting:
                self._moved()
        return was_waiting

    def _moved(self) -> None:
        """The queue is shorter; those who watch it are told, though not more often than they can read."""
        self.metrics.queue.set(len(self._queue))
        if self._loop is not None and not self._positions_due and not self._loop.is_closed():
            self._positions_due = True
            self._loop.call_soon_threadsafe(self._loop.call_later, _POSITIONS_EVERY_S, self._tell_positions)

    def _tell_positions(self) -> None:
        with self._ready:
            self._positions_due = False
            watched = [
                (watch, self._queue.position(job_id))
                for job_id, watch in self._watches.items()
                if watch.is_watched and job_id in self._queue
            ]
        for watch, position in watched:
            if watch.glimpse.position != position:
                watch.tell(position=position)

    # A new start

    def resume(self) -> None:
        """Take up what the last run of the service left."""
        for job in self.store.unfinished():
            if job.state is State.RUNNING and self._settle_interrupted(job):
                continue
            self._enqueue(replace(job, state=State.QUEUED, started_at=None, picture=None, result=None))
            log.info("job_resumed", job_id=job.id, n_starts=job.n_starts)

    def _settle_interrupted(self, job: Job) -> bool:
        """End a job whose picture is there, or which has ended the process too often; else let it wait anew."""
        if job.picture is not None and self.pictures.has(job.picture):
            self.end(job, State.SUCCEEDED)
            return True
        self.store.put_back(job)
        if job.picture is not None and not self.store.is_picture_used(job.picture):
            self.pictures.discard(job.picture)
        if job.n_starts < self.settings.max_starts:
            return False
        error = Unavailable("the service ended {n} times while it made this picture", n=job.n_starts)
        self.end(job, State.FAILED, problem_of(error, code="poisoned", request_id=job.request_id))
        return True


def deadline_problem(job: Job) -> dict[str, Any]:
    """Why a job whose deadline has passed failed."""
    error = Unavailable("the deadline passed before the picture was made")
    return problem_of(error, code="deadline", request_id=job.request_id)
