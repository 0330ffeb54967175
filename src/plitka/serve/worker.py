"""A thread that owns an engine: it loads it, warms it up, makes batch after batch of jobs, and loads it anew.

Whatever goes wrong in one job is that job's end and nobody else's. While jobs wait, a picture is written beside the
making of the next one.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog

from plitka.core.files.picture import encode_png, px_per_mm, text_fields
from plitka.core.generation import CompleteRequest, Engine, Outcome, Result
from plitka.core.scene import Size
from plitka.core.watch import following_stages
from plitka.errors import BadOutput, Cancelled, EngineError, OutOfMemory, PlitkaError, StorageAway
from plitka.serve.batch import BatchWatch, PutBack, RunningJob, TooLate, is_late
from plitka.serve.keeper import Keeper
from plitka.serve.kept_words import deadline_problem, keep_problem, keep_result
from plitka.serve.life import Life
from plitka.serve.logs import frames
from plitka.serve.memory import collect_everything, leave_out_of_collection
from plitka.serve.metrics import Heartbeat
from plitka.serve.orders import Order
from plitka.serve.picture_store import digest_of
from plitka.serve.served_model import settle_model
from plitka.serve.store import Job, State
from plitka.serve.tracing import Tracer
from plitka.serve.worker_jobs import WorkerJobs

log = structlog.get_logger(__name__)

EngineLoader = Callable[[], Engine]
"""Called on the worker's thread, again for each new start of its engine."""
_T = TypeVar("_T")

_EXPECTED = 4
"""Jobs that the engine is told of before their turn."""
_OUTS_OF_MEMORY = 3
"""In a row, after which the engine is taken to hold memory that it should not."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
"""Between two tries while storage is away: twice as long each time."""


class Worker(threading.Thread):
    """One engine's thread."""

    def __init__(
        self,
        jobs: WorkerJobs,
        load_engine: EngineLoader,
        *,
        version: str,
        tracer: Tracer,
        warm_up_px: int | None = None,
        name: str = "engine",
        lays_ahead: bool = False,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            jobs: where jobs come from and end.
            load_engine: makes the engine, again if need be.
            version: plitka's, for the pictures' text.
            tracer: takes spans.
            warm_up_px: side of the first pictures; None: as large as usual.
            name: of the thread; each worker of a service has its own.
            lays_ahead: while no job waits, the engine may begin what orders without a seed will gain by: they are
                given its seeds.
        """
        super().__init__(name=name, daemon=True)
        self.engine: Engine | None = None
        """None while it is being loaded."""
        self.heartbeat = Heartbeat(jobs.metrics)
        self._jobs = jobs
        self._load_engine = load_engine
        self._version = version
        self._tracer = tracer
        self._warm_up_sizes = () if warm_up_px is None else (Size(width_px=warm_up_px, height_px=warm_up_px),)
        self._lays_ahead = lays_ahead
        self._keeper = Keeper(f"{name}-keeper")
        self._outs_of_memory = 0
        self.is_waiting = False
        """Whether it stands still, since storage is away."""

    def run(self) -> None:
        """Work until the service stops; whatever else ends this thread is logged, and has failed."""
        life = Life.FAILED
        self._jobs.set_life(Life.STARTING, self.name)
        try:
            with self._keeper:
                life = self._work()
        except BaseException as error:  # nobody waits for this thread, so nobody else would tell
            log.error("worker_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as below)
        if self.engine is not None:
            self._close(self.engine)
        if life is Life.FAILED:
            self.engine = None
        self._rest()
        self._jobs.set_life(life, self.name)

    def _work(self) -> Life:
        """Load, then make what comes until the service stops; every engine is closed by the thread that loaded it."""
        engine = self._load()
        while engine is not None and (batch := self._next(engine)):
            with _named_in_log(batch):
                is_well = self.make(engine, batch)
            self.heartbeat.rest()
            if not is_well:
                self._jobs.metrics.restarts.inc()
                self._jobs.set_life(Life.STARTING, self.name)
                self.engine = None
                self._close(engine)
                engine = None  # before the next one is loaded, so that both never share the memory
                collect_everything()
                engine = self._load()
        return Life.FAILED if engine is None and not self._is_ending else Life.STOPPED

    @property
    def _is_ending(self) -> bool:
        return self._jobs.drain_at is not None

    def _rest(self) -> None:
        """Nothing is to be done: no sign is expected, and no storage is waited for."""
        self.is_waiting = False
        self.heartbeat.rest()

    def _close(self, engine: Engine) -> None:
        """End an engine, perhaps a broken one, which must not end this thread."""
        try:
            engine.close()
        except Exception as error:
            log.error("engine_not_closed", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as below)

    def _next(self, engine: Engine) -> list[Job]:
        """The next jobs, once their pictures could be kept; none when the service stops."""
        if self._lays_ahead and not (self._jobs.may_wait or self._is_ending):
            _tell_idle(engine)
        pauses_s = _pauses_s()
        while self._jobs.await_turn(self._rest):
            if not self._jobs.health.can_keep():
                self._wait("pictures_away", next(pauses_s))
                continue
            self.is_waiting = False
            if batch := self._jobs.take(engine.max_batch):  # else the last one was cancelled meanwhile
                return batch
        return []

    def _load(self) -> Engine | None:
        """The engine, warm; None where it cannot be had, or the service stops meanwhile."""
        for attempt in range(1, self._jobs.settings.max_restarts + 1):
            if attempt > 1:
                collect_everything()  # what the last attempt left
            try:
                with following_stages(self._give_up_if_ending):
                    engine = self._load_once()
            except Cancelled:
                return None
            except Exception as error:
                log.error(  # noqa: TRY400  (the frames are told without the server's paths)
                    "engine_failed_to_load", attempt=attempt, error=type(error).__name__, frames=frames(error)
                )
                continue
            self.engine = engine
            leave_out_of_collection()
            self._jobs.set_life(Life.READY, self.name)
            return engine
        return None

    def _give_up_if_ending(self, _stage: str) -> None:
        """End a load that nobody waits for any more, before its next part."""
        if self._is_ending:
            raise Cancelled("the service stops")

    def _load_once(self) -> Engine:
        metrics, started = self._jobs.metrics, time.perf_counter()
        engine = self._load_engine()
        loaded = time.perf_counter()
        log.info("engine_loaded", model=engine.name, seconds=round(loaded - started, 3))
        try:
            engine.warm_up(self._warm_up_sizes)
        except BaseException:
            engine.close()
            raise
        log.info("engine_warm", seconds=round(time.perf_counter() - loaded, 3))
        metrics.load.observe(loaded - started)
        metrics.warm_up.observe(time.perf_counter() - loaded)
        return engine

    # One batch

    def make(self, engine: Engine, taken: Sequence[Job]) -> bool:
        """Make some jobs; False if the engine must be loaded anew."""
        try:
            return self._make_at_once(engine, taken)
        except BaseException as error:
            self._keeper.wait()
            for job in taken:
                self._jobs.leave(job)
            if isinstance(error, StorageAway):  # the service stops
                return True
            raise

    def _make_at_once(self, engine: Engine, taken: Sequence[Job]) -> bool:
        if any(job.n_starts for job in taken):  # should it end the process again, no other job goes with it
            self._keeper.wait()
        batch = [running for job in taken if (running := self._begin(engine, job)) is not None]
        if not batch:
            return True
        self._jobs.metrics.running.inc(len(batch))
        self.heartbeat.start()
        watch = BatchWatch(self._jobs, batch, self.heartbeat)
        errors: dict[int, PlitkaError | None] = {}
        is_broken = False
        try:
            requests = [running.request for running in batch]
            engine.expect([*requests, *self._jobs.upcoming(_EXPECTED)])
            for outcome in engine.generate(requests, watch):
                with _named_in_log([batch[outcome.index].job]):
                    errors[outcome.index] = self._settle(batch[outcome.index], outcome, watch)
        except StorageAway:
            raise
        except Exception as error:
            is_broken = True
            log.error("batch_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as above)
        unmade = [running for index, running in enumerate(batch) if index not in errors]
        self._settle_unmade(unmade, is_alone=len(batch) == 1)
        is_well = self._is_well(list(errors.values())) and not unmade and not is_broken
        if not (is_well and self._jobs.may_wait):
            self._keeper.wait()
        return is_well

    def _begin(self, engine: Engine, job: Job) -> RunningJob | None:
        """Start a job; one that cannot be made, or comes too late, ends here."""
        with _named_in_log([job]):
            status = self._jobs.status(job.id)
            if status is None:  # it was cancelled since it was taken
                return None
            if is_late(job):
                self._end_unmade(job, TooLate(deadline_problem(job.request_id)))
                return None
            request = self._complete(engine, job, status.request)
            if request is None:
                return None
            started = self._start(job)
            if started is None:
                self._persist(lambda: self._jobs.note_ended(job))
                return None
            status.update(state=State.RUNNING, position=None)
            span = self._tracer.job(job.id, status.traceparent, job.key_id)
            return RunningJob(job=started, request=request, status=status, span=span)

    def _complete(self, engine: Engine, job: Job, known: CompleteRequest | None) -> CompleteRequest | None:
        """The request of a job, also if it was accepted before its engine was there; None where that ends the job."""
        try:
            settle_model(job.model, engine)
            return known or engine.complete(Order.model_validate(job.request).request(engine.defaults))
        except PlitkaError as error:
            self._end_unmade(job, error)
        except Exception as error:
            log.error("job_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as above)
            self._end_unmade(job, EngineError("{reason}", reason=type(error).__name__))
        return None

    def _start(self, job: Job) -> Job | None:
        """The job as it was begun; None where it was cancelled, or came to its deadline, since it was taken."""
        now, jobs = time.time(), self._jobs
        if not self._persist(lambda: jobs.store.start_job(job, now)):
            return None
        jobs.metrics.wait.observe(now - job.created_at)
        started = replace(job, started_at=now)
        if job.webhook is not None:
            jobs.on_change(started, "start")
        log.info("job_started", waited_s=round(now - job.created_at, 3))
        return started

    def _settle(self, running: RunningJob, outcome: Outcome, watch: BatchWatch) -> PlitkaError | None:
        """End one job of a batch by what became of it; the error that it ended with."""
        error = outcome.error
        if isinstance(error, Cancelled):
            error = watch.reasons.get(outcome.index, error)
        if error is not None:
            self._end_unmade(running.job, error)
            self._let_go(running)
        elif outcome.result is not None:
            self._keeper.give(partial(self._keep_or_leave, running, outcome.result))
        return error

    def _let_go(self, running: RunningJob, stage_seconds: Mapping[str, float] | None = None) -> None:
        running.span.end(stage_seconds)
        self._jobs.metrics.running.dec()

    def _settle_unmade(self, unmade: Sequence[RunningJob], *, is_alone: bool) -> None:
        """What became of those of which the engine told nothing: one alone has broken it, several are tried alone."""
        for running in unmade:
            job = running.job
            with _named_in_log([job]):
                if is_alone:
                    self._end_unmade(job, EngineError("{reason}", reason="the engine broke"))
                else:
                    self._persist(lambda job=job: self._jobs.retry_alone(job))  # type: ignore[misc]  # job is a Job
            self._let_go(running)

    def _is_well(self, errors: Sequence[PlitkaError | None]) -> bool:
        """Whether the engine can go on after a batch that ended with these errors."""
        if None in errors:
            self._outs_of_memory = 0
        elif any(isinstance(error, OutOfMemory) for error in errors):
            self._outs_of_memory += 1
        return self._outs_of_memory < _OUTS_OF_MEMORY and not any(map(_is_fatal, errors))

    # The end of a job

    def _keep_or_leave(self, running: RunningJob, result: Result) -> None:
        """End a job by its picture, on the keeper's thread: what goes wrong there is not the next job's end."""
        try:
            self._keep_or_fail(running, result)
        except StorageAway:  # the service stops
            self._jobs.leave(running.job)
        finally:
            self._let_go(running, result.stage_seconds)

    def _keep_or_fail(self, running: RunningJob, result: Result) -> None:
        try:
            self._keep(running, result)
        except StorageAway:
            raise
        except Exception as error:
            log.error("picture_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as above)
            self._end_unmade(running.job, EngineError("{reason}", reason=type(error).__name__))

    def _keep(self, running: RunningJob, result: Result) -> None:
        """Write down what the job ends with, then the picture, then that it ended: a kill in between is mended.

        It ends as cancelled where it was while its picture could not be written.
        """
        jobs, job, started = self._jobs, running.job, time.perf_counter()
        png = encode_png(result.pixels, text_fields(result, self._version), px_per_mm(result))
        digest = digest_of(png)
        told = keep_result(result) | {"sha256": digest}
        content = jobs.pictures.content_of(png)
        if not self._persist(lambda: jobs.store.intend_picture(job.id, digest, len(content), told)):
            # Or taken away, and is another worker's by now.
            self._end_unmade(job, Cancelled("the job was cancelled"))
            return
        job = replace(job, picture=digest, result=told)
        try:
            self._persist(lambda: self._write_wanted(running, content, digest), "pictures_away")
        except Cancelled as error:
            self._end_unmade(job, error)
            return
        self._persist(lambda: jobs.end(job, State.SUCCEEDED))
        jobs.on_kept()
        jobs.metrics.encode.observe(time.perf_counter() - started)
        jobs.metrics.note_result(result)
        if self.engine is not None:
            jobs.metrics.note_memory(self.engine.memory_bytes())
        log.info(
            "job_made",
            seconds=round(result.seconds, 3),
            attempts=result.attempts,
            max_error=round(result.max_error, 2),
            stages=told["stage_seconds"],
        )

    def _write_wanted(self, running: RunningJob, content: bytes, digest: str) -> None:
        try:
            self._jobs.pictures.write(content, digest)
        except StorageAway as error:
            self._jobs.health.can_keep()  # so that new work is refused at once
            if running.status.is_cancelled:
                raise Cancelled("the job was cancelled") from error
            raise

    def _end_unmade(self, job: Job, error: PlitkaError) -> None:
        """End a job that has no picture, by what went wrong."""
        jobs = self._jobs
        if isinstance(error, PutBack):
            self._persist(lambda: jobs.put_back(job))
        elif isinstance(error, Cancelled) and not isinstance(error, TooLate):
            self._persist(lambda: jobs.end(job, State.CANCELLED))
        else:
            told = error.problem if isinstance(error, TooLate) else None
            problem = told or keep_problem(error, request_id=job.request_id)
            log.warning("job_failed", reason=type(error).__name__)
            self._persist(lambda: jobs.end(job, State.FAILED, problem))

    def _persist(self, write: Callable[[], _T], absence: str = "database_away") -> _T:
        """Write until it is written: storage that is away, however long, loses no job.

        Args:
            write: what to do, which raises `StorageAway` where it cannot be done now.
            absence: how the log calls that.

        Raises:
            StorageAway: the service stops, and has waited as long as it may.
        """
        for pause_s in _pauses_s():
            try:
                written = write()
            except StorageAway:
                if self._jobs.must_put_back:
                    raise
                self._wait(absence, pause_s)
            else:
                self.is_waiting = False
                return written
        raise AssertionError("the pauses have no end")

    def _wait(self, absence: str, pause_s: float) -> None:
        if not self.is_waiting:
            log.warning(absence)
        self.is_waiting = True
        self.heartbeat.wait(pause_s)


def _pauses_s() -> Iterator[float]:
    """Without end, each twice as long as the one before, up to the longest."""
    pause_s = _FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _tell_idle(engine: Engine) -> None:
    try:
        engine.expect([])
    except Exception as error:  # nothing is lost by it
        log.error("idle_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as above)


def _is_fatal(error: PlitkaError | None) -> bool:
    """Whether an engine that met this error is of no use any more."""
    return isinstance(error, EngineError) and not isinstance(error, OutOfMemory | BadOutput)


@contextmanager
def _named_in_log(batch: Sequence[Job]) -> Iterator[None]:
    """Every line that is logged meanwhile names the job, or all of a batch."""
    names = {"job_id": batch[0].id, "request_id": batch[0].request_id}
    if len(batch) > 1:
        names = {"job_ids": ",".join(job.id for job in batch)}
    with structlog.contextvars.bound_contextvars(**names):
        yield
