"""Jobs from acceptance to their end, as the callers' threads and the engines' threads share them.

The store has what must outlive the process; here is what lives with it: who waits, who watches, and the state of the
service. What changes is written first and then told to the queue: where the database is away, nothing has changed.
Queue and open jobs change together, under one lock, which is never held while the database is asked. A job that waits
ends, or is begun, by whoever's change of its row came first; a job that runs is ended by its worker's thread alone.
So no job can end twice.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog

from plitka.core.generation import CompleteRequest
from plitka.errors import Conflict, Gone, StorageAway
from plitka.serve.admission import check_concurrency, check_life, check_queue
from plitka.serve.deadlines import Deadlines
from plitka.serve.deletions import require_kept
from plitka.serve.fair_queue import FairQueue
from plitka.serve.health import Health
from plitka.serve.job_status import JobStatus, Snapshot
from plitka.serve.kept_words import deadline_problem, is_left, left_problem
from plitka.serve.keys import Caller
from plitka.serve.life import Life, Lives
from plitka.serve.metrics import Metrics
from plitka.serve.orders import CheckedOrder
from plitka.serve.picture_store import PictureStore
from plitka.serve.served_model import is_same_model
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store
from plitka.serve.terms import Terms, new_job
from plitka.serve.waiters import Waiters

log = structlog.get_logger(__name__)

_POSITIONS_EVERY_S = 2.0


class Jobs:
    """All jobs that have not ended."""

    def __init__(
        self,
        store: Store,
        pictures: PictureStore,
        settings: Settings,
        metrics: Metrics,
        health: Health,
        queue: FairQueue | None = None,
    ) -> None:
        self.store = store
        self.pictures = pictures
        self.settings = settings
        self.metrics = metrics
        self.health = health
        self.on_change: Callable[[Job, str], None] = lambda _job, _event: None
        """Told in any thread that a job with a webhook began ("start") or ended ("completed")."""
        self.on_kept: Callable[[], None] = lambda: None
        """Told by the workers that a picture was kept."""
        self.on_stop: Callable[[], None] = lambda: None
        """Ends the process, where there is one of its own."""
        self.drain_at: float | None = None
        """When a stop has waited long enough for what runs, by the monotonic clock; None: there is no stop."""
        self.is_paused = False
        """Whether the operator lets nobody order; what was ordered is made."""
        self.deadlines = Deadlines(self.expire)
        self._ready = threading.Condition()
        self.accepting = threading.Lock()
        """Held while jobs come to be open."""
        self.waiters = Waiters()
        self._queue = queue or FairQueue()
        self._statuses: dict[str, JobStatus] = {}
        self._lives = Lives()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._positions_due = False
        self._show_life()

    # The service's state

    @property
    def life(self) -> Life:
        """What the service is doing."""
        return self._lives.overall

    def set_life(self, life: Life | None, worker: str) -> None:
        """A worker moves on; None: it is gone."""
        with self._ready:
            before = self.life
            self._lives.set(worker, life)
            self._ready.notify_all()
        self._show_life(before)

    def _show_life(self, before: Life | None = None) -> None:
        life = self.life
        for state in Life:
            self.metrics.life.labels(state.value).set(state is life)
        if before is not None and life is not before:
            log.info("life", state=life.value)

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Timers run on this loop."""
        self._loop = loop

    def drain(self) -> None:
        """Begin nothing more; those who watch a job that waits are told that it will have to wait for a new start."""
        with self._ready:
            if self.drain_at is None:  # both a signal and the end of the application ask for it
                self.drain_at = time.monotonic() + self.settings.drain_s
            before = self.life
            self._lives.drain()
            self._ready.notify_all()
            waiting = [status for job_id, status in self._statuses.items() if job_id in self._queue]
        self._show_life(before)
        for status in waiting:
            status.update(is_stopping=True)

    @property
    def is_full(self) -> bool:
        """Whether no more jobs can wait."""
        return len(self._queue) >= self.settings.queue_limit

    @property
    def must_put_back(self) -> bool:
        """Whether a stop has waited long enough for what runs."""
        return self.drain_at is not None and time.monotonic() > self.drain_at

    # Acceptance

    def accept(
        self, caller: Caller, orders: Sequence[CheckedOrder], terms: Terms, pay: Callable[[], None] = lambda: None
    ) -> list[Job]:
        """Keep and queue what a caller orders, all or nothing; an order under a known idempotency key is that job.

        Args:
            caller: whose they are.
            orders: what is asked for.
            terms: what comes with each.
            pay: called for what is new, once there is room for it; it may raise.

        Raises:
            Conflict: the idempotency key stands for another order.
            Gone: for this one, whose picture is lost or was deleted.
            Unavailable: the service stops, has failed, or is full.
            TooMany: the key has enough jobs waiting.
            NoRoom, StorageAway: pictures, or the order itself, cannot be kept now.
        """
        self.store.require_place()
        repeated = self._find_repeated(caller, orders, terms)
        with self.accepting:
            # Meanwhile it may have ended, or the same order may have come twice at once, and the other one was first.
            again = self.store.find_job(repeated.id) if repeated is not None else None
            repeated = again or self._find_repeated(caller, orders, terms)
            if repeated is not None and not is_left(repeated):
                self._join(repeated, terms)
                return [repeated]
            self._check_room(caller, len(orders))
            pay()
            if repeated is None:
                jobs = self._add([new_job(caller, checked, terms) for checked in orders])
            else:
                jobs, orders = [self.store.revive(repeated)], [orders[0].settled_with(repeated.request["seed"])]
            for job, checked in zip(jobs, orders, strict=True):
                if terms.is_awaited:
                    self.waiters.expect(job.id)
                self.enqueue(job, checked.request, terms.traceparent, n_ordered=len(jobs))
        self.metrics.accepted.inc(len(jobs))
        for job in jobs:
            log.info("job_accepted", job_id=job.id, key_id=job.key_id, priority=job.priority)
        return jobs

    def follow(self, job: Job) -> bool:  # noqa: ARG002  (some have other processes beside them)
        """Whether a job that was begun is being made elsewhere, and only to be followed."""
        return False

    def _add(self, jobs: Sequence[Job]) -> list[Job]:
        """Write new jobs down, all or none."""
        return self.store.add_jobs(jobs)

    def _join(self, job: Job, terms: Terms) -> None:
        """One more wants a job, perhaps one that is about to stop because nobody did."""
        if terms.is_awaited:
            self.waiters.join(job.id)
        else:
            self.waiters.keep(job.id)
        status = self.status(job.id)
        if status is not None and status.is_left:
            status.is_left, status.is_cancelled, status.is_taken_back = False, False, True

    def let_go(self, job: Job) -> None:
        """One who waited for a job has gone; it ends with the last of them, unless it was ordered for later."""
        with self.accepting:
            if not self.waiters.leave(job.id) or self._end_waiting(job, State.CANCELLED, left_problem(job.request_id)):
                return
            status = self.status(job.id)
            if status is not None and not status.is_cancelled:
                self._stop(status, is_left=True)

    def _find_repeated(self, caller: Caller, orders: Sequence[CheckedOrder], terms: Terms) -> Job | None:
        if terms.idempotency_key is None:
            return None
        job = self.store.find_repeated(caller.key_id, terms.idempotency_key)
        if job is None:
            return None
        require_kept(job)
        drawn = {} if orders[0].asked.has_seed else {"seed": job.request["seed"]}
        is_same = len(orders) == 1 and orders[0].order.kept() | drawn == job.request
        if not is_same or not (job.model is None or is_same_model(job.model, terms.model)):
            raise Conflict("this Idempotency-Key was used for another order; use a new one for a new order")
        self._require_shown(job)
        return job

    def _require_shown(self, job: Job) -> None:
        """Raise Gone for a job whose picture is lost: whoever orders it again wants the picture, and not the job."""
        with suppress(StorageAway):  # nobody knows, and the job itself is there
            if job.state is State.SUCCEEDED and job.picture and not self.pictures.is_whole(job.picture):
                raise Gone("this order was painted, and its picture is lost; order it under a new Idempotency-Key")

    def _check_room(self, caller: Caller, n_jobs: int) -> None:
        with self._ready:
            n_waiting, n_own = len(self._queue), self._queue.count(caller.key_id)
            n_open = sum(status.job.key_id == caller.key_id for status in self._statuses.values())
        check_life(self.life, self.settings, is_paused=self.is_paused)
        self.health.check_room()
        check_concurrency(caller, n_jobs, n_open)
        check_queue(self.settings, n_jobs, n_waiting=n_waiting, n_own=n_own)

    def enqueue(
        self, job: Job, request: CompleteRequest | None = None, traceparent: str | None = None, n_ordered: int = 1
    ) -> None:
        """Have a job wait that was written, and is not here."""
        with self._ready:
            status = self._statuses[job.id] = JobStatus(job, request, traceparent, n_ordered)
            self._line_up(job)
            status.update(position=self._queue.position(job.id))
            self.metrics.queue.set(len(self._queue))
            self._ready.notify_all()
            if job.deadline_at is not None:
                self.deadlines.put(job.id, max(0.0, job.deadline_at - time.time()))

    def _line_up(self, job: Job) -> None:
        """Let a job wait in the queue, whose lock is held."""
        self._queue.put(job.id, job.key_id, job.priority)

    # The workers' threads

    def await_turn(self, rest: Callable[[], None]) -> bool:
        """Wait until a job waits, after `rest` where none does yet; False when the service stops."""
        with self._ready:
            if len(self._queue) == 0:
                rest()
            self._ready.wait_for(lambda: len(self._queue) > 0 or self.life.is_ending)
            return not self.life.is_ending

    def take(self, limit: int = 1) -> list[Job]:
        """The next jobs that wait, at most `limit`; none when the service stops.

        One that was begun before and did not end is taken alone: should it end the process or the engine again, no
        other job goes with it.
        """
        with self._ready:
            if self.life.is_ending:
                return []
            batch: list[Job] = []
            while len(batch) < limit and (job_id := self._queue.peek()) is not None:
                job = self._statuses[job_id].job
                if batch and (job.n_starts or batch[0].n_starts):
                    break
                self._queue.take()
                batch.append(job)
            self._queue_moved()
            return batch

    @property
    def may_wait(self) -> bool:
        """Whether another job waits; False when the service stops."""
        return len(self._queue) > 0 and not self.life.is_ending

    def upcoming(self, n: int) -> list[CompleteRequest]:
        """What will probably be taken next, as far as its request is known, at most `n`."""
        with self._ready:
            return [known for one in self._queue.upcoming(n) if (known := self._statuses[one].request) is not None]

    def put_back(self, job: Job) -> None:
        """It was interrupted by a stop, and is the first thing that the next start makes."""
        self.store.put_back(job)
        log.info("job_put_back", job_id=job.id)
        status = self._forget(job.id)
        if status is not None:
            status.update(state=State.QUEUED, is_stopping=True)

    def retry_alone(self, job: Job) -> None:
        """It was one of several when the engine broke, so that nobody knows which of them broke it."""
        self._wait_anew(job, job.n_starts + 1)

    def _wait_anew(self, job: Job, n_starts: int) -> None:
        waiting = replace(job, state=State.QUEUED, started_at=None, n_starts=n_starts)
        self.store.put_back(waiting)
        log.info("job_retried", job_id=job.id)
        with self._ready:
            status = self._statuses.get(job.id)
            if status is None:  # it has ended
                return
            status.job = waiting
            self._line_up(job)
            status.update(state=State.QUEUED, position=self._queue.position(job.id), step=0)
            self.metrics.queue.set(len(self._queue))
            self._ready.notify_all()
        if self.life.is_ending:
            status.update(is_stopping=True)

    def end(self, job: Job, state: State, error: Mapping[str, Any] | None = None) -> None:
        """The job ended; everybody who waits for it is told. If it had ended before, so it stays, and that is told."""
        status = self.status(job.id)
        if state is State.CANCELLED and status is not None:
            if status.is_taken_back and not status.is_cancelled:  # too late for its last step
                status.is_taken_back = False
                self._wait_anew(job, job.n_starts)
                return
            error = left_problem(job.request_id) if status.is_left else error
        now, was_open = time.time(), self.status(job.id) is not None
        ended = replace(job, state=state, finished_at=now, error=error)
        is_written = self.store.finish_job(job.id, state, now, error)
        told = ended if is_written else self.store.find_job(job.id) or ended
        self._settle(told, is_new=is_written and not was_open)

    def _settle(self, ended: Job, *, is_new: bool = False) -> None:
        """Tell of a job's end, and count it if it was open here, or is new: of those who see it the first one does."""
        status = self._forget(ended.id)
        if status is not None or is_new:
            self._count_end(ended)
        if status is not None:
            status.update(state=ended.state, position=None, ended=ended)
        if ended.webhook is not None:
            self.on_change(ended, "completed")

    def _count_end(self, ended: Job) -> None:
        self.metrics.note_end(ended.key_id, ended.state.value, ended.started_at, ended.finished_at)
        log.info("job_ended", job_id=ended.id, state=ended.state.value, code=(ended.error or {}).get("code"))

    def _forget(self, job_id: str) -> JobStatus | None:
        """A job is open no more; its status, if it was."""
        with self._ready:
            if self._queue.remove(job_id):
                self._queue_moved()
            self.deadlines.drop(job_id)
            self.waiters.forget(job_id)
            return self._statuses.pop(job_id, None)

    def note_ended(self, job: Job) -> None:
        """A job that was taken had ended before it was begun: those who still wait for it are told."""
        if self.status(job.id) is not None:
            self._settle(self.store.find_job(job.id) or replace(job, state=State.CANCELLED))

    def leave(self, job: Job) -> None:
        """The service stops, or a worker breaks, before the job's end could be written: the next start takes it up."""
        status = self.status(job.id)
        if status is not None:
            log.info("job_left", job_id=job.id)
            status.update(is_stopping=True)

    # Callers

    def open_jobs(self) -> list[tuple[Job, Snapshot, bool]]:
        """All that are made or wait, with their places as they are now; whether each is to stop. The next first."""
        with self._ready:
            placed = [(one, self._queue.position(job_id)) for job_id, one in self._statuses.items()]
        found = [(one.job, replace(one.snapshot, position=place), one.is_cancelled) for one, place in placed]
        return sorted(found, key=lambda one: -1 if one[1].position is None else one[1].position)

    def status(self, job_id: str) -> JobStatus | None:
        """The status of a job that has not ended."""
        with self._ready:
            return self._statuses.get(job_id)

    def position(self, job_id: str) -> int | None:
        """How many go before a job that waits."""
        with self._ready:
            return self._queue.position(job_id)

    def cancel(self, job: Job) -> None:
        """A job that waits ends now, one that runs at its next step, one that ended stays as it is."""
        if self._end_waiting(job, State.CANCELLED):
            return
        status = self.status(job.id)
        if status is not None:
            self._stop(status, is_left=False)

    def _stop(self, status: JobStatus, *, is_left: bool) -> None:
        """Have a job that runs stop at its next step."""
        status.is_left, status.is_cancelled = is_left, True

    def expire(self, job_id: str) -> None:
        """The deadline of a job has come: it ends, if it still waits.

        Raises:
            StorageAway: the database is away.
        """
        job = self.store.find_job(job_id)
        if job is not None:
            self._end_waiting(job, State.FAILED, deadline_problem(job.request_id))

    def end_revoked(self) -> None:
        """Cancel what is open of keys that were revoked, which another process may have done.

        Raises:
            StorageAway: the database is away.
        """
        with self._ready:
            open_jobs = [status.job for status in self._statuses.values()]
        revoked = self.store.revoked_keys() if open_jobs else frozenset()
        for job in open_jobs:
            if job.key_id in revoked:
                self.cancel(job)
                ended = self.store.find_job(job.id)
                if ended is not None and ended.state.is_final:
                    self.note_ended(ended)

    def _end_waiting(self, job: Job, state: State, error: Mapping[str, Any] | None = None) -> bool:
        """End a job that was not begun; False if it was, or has ended."""
        was_open = self.status(job.id) is not None
        ended = replace(job, state=state, finished_at=time.time(), error=error)
        if not self.store.end_waiting(job.id, state, ended.finished_at or 0.0, error):
            return False
        self._settle(ended, is_new=not was_open)
        return True

    def _queue_moved(self) -> None:
        """The queue, whose lock is held, is shorter; its watchers are told, not more often than they can read."""
        self.metrics.queue.set(len(self._queue))
        if self._loop is not None and not self._positions_due and not self._loop.is_closed():
            self._positions_due = True
            self._loop.call_soon_threadsafe(self._loop.call_later, _POSITIONS_EVERY_S, self._tell_positions)

    def _tell_positions(self) -> None:
        with self._ready:
            self._positions_due = False
            watched = [
                (status, self._queue.position(job_id))
                for job_id, status in self._statuses.items()
                if status.is_watched and job_id in self._queue
            ]
        for status, position in watched:
            if status.snapshot.position != position:
                status.update(position=position)
