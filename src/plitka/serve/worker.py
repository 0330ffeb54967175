"""A thread that owns an engine: it loads it, warms it up, makes batch after batch of jobs, and loads it anew.

Whatever goes wrong in one job is that job's end and nobody else's.
"""

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from plitka.core.files.picture import encode_png, text_fields
from plitka.core.generation import CompleteRequest, Engine, Mode, Outcome, Request, Result, generate_one
from plitka.core.recipes.recipe import parse_recipe
from plitka.core.report import report
from plitka.core.scene import Scene, Size
from plitka.errors import BadOutput, Cancelled, EngineError, OutOfMemory, PlitkaError, ServiceError
from plitka.serve.batch import BatchWatch, PutBack, RunningJob, TooLate, is_late
from plitka.serve.jobs import Jobs, deadline_problem
from plitka.serve.life import Life
from plitka.serve.logs import frames
from plitka.serve.metrics import Heartbeat
from plitka.serve.orders import Order
from plitka.serve.picture_store import digest_of
from plitka.serve.problems import problem_of
from plitka.serve.store import Job, State
from plitka.serve.tracing import Tracer

log = structlog.get_logger(__name__)

EngineLoader = Callable[[], Engine]
"""Called on the worker's thread, again for each new start of its engine."""
_T = TypeVar("_T")

_WARM_UP = "100% red"
"""One colour, for which no swatch is painted."""
_WARM_UP_STEPS = 2
_OUTS_OF_MEMORY = 3
"""In a row, after which the engine is taken to hold memory that it should not."""
_DATABASE_PAUSES_S = (0.1, 0.5, 1, 2, 5)


class Worker(threading.Thread):
    """One engine's thread."""

    def __init__(
        self,
        jobs: Jobs,
        load_engine: EngineLoader,
        *,
        version: str,
        tracer: Tracer,
        memory: Callable[[], Mapping[str, int]] | None = None,
        warm_up_px: int | None = None,
        name: str = "engine",
    ) -> None:
        """Prepare; `start` begins.

        Args:
            jobs: where jobs come from and end.
            load_engine: makes the engine, again if need be.
            version: plitka's, for the pictures' text.
            tracer: takes spans.
            memory: bytes of the device's memory by kind.
            warm_up_px: side of the first picture; None: as large as usual.
            name: of the thread; each worker of a service has its own.
        """
        super().__init__(name=name, daemon=True)
        self.engine: Engine | None = None
        """None while it is being loaded."""
        self.heartbeat = Heartbeat(jobs.metrics)
        self._jobs = jobs
        self._load_engine = load_engine
        self._version = version
        self._tracer = tracer
        self._memory = memory
        self._warm_up_size = None if warm_up_px is None else Size(width_px=warm_up_px, height_px=warm_up_px)
        self._outs_of_memory = 0

    def run(self) -> None:
        """Load, then make what comes until the service stops."""
        engine = self._load()
        while engine is not None and (batch := self._jobs.take(engine.max_batch)):
            with _named_in_log(batch):
                is_well = self._make(engine, batch)
            self.heartbeat.rest()
            if not is_well:
                self._jobs.metrics.restarts.inc()
                self._jobs.set_life(Life.STARTING, self.name)
                self.engine = engine = None  # before the next one is loaded, so that both never share the memory
                engine = self._load()
        self._jobs.set_life(Life.FAILED if engine is None else Life.STOPPED, self.name)

    def _load(self) -> Engine | None:
        """The engine, warm; None where it cannot be had."""
        for attempt in range(1, self._jobs.settings.max_restarts + 1):
            gc.collect()
            try:
                engine = self._load_once()
            except Exception as error:
                log.error(  # noqa: TRY400  (the frames are told without the server's paths)
                    "engine_failed_to_load", attempt=attempt, error=type(error).__name__, frames=frames(error)
                )
                continue
            self.engine = engine
            self._jobs.set_life(Life.READY, self.name)
            return engine
        return None

    def _load_once(self) -> Engine:
        metrics, started = self._jobs.metrics, time.perf_counter()
        engine = self._load_engine()
        loaded = time.perf_counter()
        log.info("engine_loaded", model=engine.name, seconds=round(loaded - started, 3))
        self._warm_up(engine)
        metrics.load.observe(loaded - started)
        metrics.warm_up.observe(time.perf_counter() - loaded)
        return engine

    def _warm_up(self, engine: Engine) -> None:
        scene = Scene.of(parse_recipe(_WARM_UP).recipe, self._warm_up_size)
        request = engine.complete(Request(scene=scene, seed=0, mode=Mode.TEXT, steps=_WARM_UP_STEPS))
        result = generate_one(engine, request)
        log.info("engine_warm", seconds=round(result.seconds, 3))

    # One batch

    def _make(self, engine: Engine, taken: Sequence[Job]) -> bool:
        """Make some jobs; False if the engine must be loaded anew."""
        batch = [running for job in taken if (running := self._begin(engine, job)) is not None]
        if not batch:
            return True
        self._jobs.metrics.running.inc(len(batch))
        self.heartbeat.start()
        watch = BatchWatch(self._jobs, batch, self.heartbeat)
        errors: dict[int, PlitkaError | None] = {}
        is_broken = False
        try:
            for outcome in engine.generate([running.request for running in batch], watch):
                with _named_in_log([batch[outcome.index].job]):
                    errors[outcome.index] = self._settle(batch[outcome.index], outcome, watch)
        except Exception as error:
            is_broken = True
            log.error("batch_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as above)
        unmade = [running for index, running in enumerate(batch) if index not in errors]
        self._settle_unmade(unmade, is_alone=len(batch) == 1)
        return self._is_well(list(errors.values())) and not unmade and not is_broken

    def _begin(self, engine: Engine, job: Job) -> RunningJob | None:
        """Start a job; one that cannot be made, or comes too late, ends here."""
        with _named_in_log([job]):
            status = self._jobs.status(job.id)
            if status is None:
                raise ValueError("a job that was taken has a status")
            if is_late(job):
                self._end_unmade(job, TooLate(deadline_problem(job)))
                return None
            request = status.request or self._complete(engine, job)
            if request is None:
                return None
            job = self._start(job)
            status.update(state=State.RUNNING, position=None)
            return RunningJob(
                job=job, request=request, status=status, span=self._tracer.job(job.id, status.traceparent)
            )

    def _complete(self, engine: Engine, job: Job) -> CompleteRequest | None:
        """The request of a job that was accepted before its engine was there; None where that ends the job."""
        try:
            return engine.complete(Order.model_validate(job.request).request(engine.defaults))
        except PlitkaError as error:
            self._end_unmade(job, error)
        except Exception as error:
            log.error("job_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as above)
            self._end_unmade(job, EngineError("{reason}", reason=type(error).__name__))
        return None

    def _start(self, job: Job) -> Job:
        now, jobs = time.time(), self._jobs
        self._persist(lambda: jobs.store.start_job(job.id, now))
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
        elif outcome.result is not None:
            self._keep(running.job, outcome.result)
        running.span.end(outcome.result.stage_seconds if outcome.result else None)
        self._jobs.metrics.running.dec()
        return error

    def _settle_unmade(self, unmade: Sequence[RunningJob], *, is_alone: bool) -> None:
        """What became of those of which the engine told nothing: one alone has broken it, several are tried alone."""
        for running in unmade:
            job = running.job
            with _named_in_log([job]):
                if is_alone:
                    self._end_unmade(job, EngineError("{reason}", reason="the engine broke"))
                else:
                    self._persist(lambda job=job: self._jobs.retry_alone(job))  # type: ignore[misc]  # job is a Job
            running.span.end()
            self._jobs.metrics.running.dec()

    def _is_well(self, errors: Sequence[PlitkaError | None]) -> bool:
        """Whether the engine can go on after a batch that ended with these errors."""
        if None in errors:
            self._outs_of_memory = 0
        elif any(isinstance(error, OutOfMemory) for error in errors):
            self._outs_of_memory += 1
        return self._outs_of_memory < _OUTS_OF_MEMORY and not any(map(_is_fatal, errors))

    # The end of a job

    def _keep(self, job: Job, result: Result) -> None:
        """Write down what the job ends with, then the picture, then that it ended: a kill in between is mended."""
        jobs, started = self._jobs, time.perf_counter()
        png = encode_png(result.pixels, text_fields(result, self._version))
        digest = digest_of(png)
        told = report(result) | {"sha256": digest}
        self._persist(lambda: jobs.store.intend_picture(job.id, digest, told))
        job = replace(job, picture=digest, result=told)
        try:
            jobs.pictures.write(png, digest)
        except OSError as error:
            log.error("picture_not_kept", error=type(error).__name__, errno=error.errno)  # noqa: TRY400  (as above)
            self._persist(lambda: jobs.end(job, State.FAILED, _storage_problem(job)))
            return
        self._persist(lambda: jobs.end(job, State.SUCCEEDED))
        jobs.metrics.encode.observe(time.perf_counter() - started)
        jobs.metrics.note_result(result)
        if self._memory is not None:
            jobs.metrics.note_memory(self._memory())
        log.info(
            "job_made",
            seconds=round(result.seconds, 3),
            attempts=result.attempts,
            max_error=round(result.max_error, 2),
            stages=told["stage_seconds"],
        )

    def _end_unmade(self, job: Job, error: PlitkaError) -> None:
        """End a job that has no picture, by what went wrong."""
        jobs = self._jobs
        if isinstance(error, PutBack):
            self._persist(lambda: jobs.put_back(job))
        elif isinstance(error, Cancelled) and not isinstance(error, TooLate):
            self._persist(lambda: jobs.end(job, State.CANCELLED))
        else:
            told = error.problem if isinstance(error, TooLate) else None
            problem = told or problem_of(error, request_id=job.request_id)
            log.warning("job_failed", reason=type(error).__name__)
            self._persist(lambda: jobs.end(job, State.FAILED, problem))

    def _persist(self, write: Callable[[], _T]) -> _T:
        """Write until it is written: a database that is away for a while loses no job."""
        for pause_s in _DATABASE_PAUSES_S:
            try:
                return write()
            except DBAPIError as error:
                log.warning("database_away", error=type(error).__name__)
                time.sleep(pause_s)
        return write()


def _is_fatal(error: PlitkaError | None) -> bool:
    """Whether an engine that met this error is of no use any more."""
    return isinstance(error, EngineError) and not isinstance(error, OutOfMemory | BadOutput)


def _storage_problem(job: Job) -> dict[str, Any]:
    error = ServiceError("the picture could not be kept; the operator must look at the storage")
    return problem_of(error, code="storage", request_id=job.request_id)


@contextmanager
def _named_in_log(batch: Sequence[Job]) -> Iterator[None]:
    """Every line that is logged meanwhile names the job, or all of a batch."""
    names = {"job_id": batch[0].id, "request_id": batch[0].request_id}
    if len(batch) > 1:
        names = {"job_ids": ",".join(job.id for job in batch)}
    with structlog.contextvars.bound_contextvars(**names):
        yield
