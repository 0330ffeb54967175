"""The one thread that owns the engine: it loads it, warms it up, makes picture after picture, and loads it anew.

Whatever goes wrong in one job is that job's end and nobody else's.
"""

import gc
import io
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from PIL import Image
from sqlalchemy.exc import DBAPIError

from plitka.core.files.picture import describe, encode_png
from plitka.core.generation import Engine, Mode, Progress, Request, Result
from plitka.core.recipes.recipe import parse_recipe, to_hundredths
from plitka.errors import (
    BadOutput,
    Cancelled,
    EngineError,
    InputError,
    OutOfMemory,
    PlitkaError,
    ServiceError,
    Unavailable,
)
from plitka.serve.jobs import Jobs, Life, deadline_problem
from plitka.serve.logs import frames
from plitka.serve.picture_store import digest_of
from plitka.serve.problems import problem_of
from plitka.serve.schemas import Order
from plitka.serve.store import Job, State
from plitka.serve.tracing import Span, Tracer

log = structlog.get_logger(__name__)

LoadEngine = Callable[[], Engine]
_T = TypeVar("_T")

_WARM_UP = "100% red"
"""One colour, for which no swatch is painted."""
_OUTS_OF_MEMORY = 3
"""In a row, after which the engine is taken to hold memory that it should not."""
_PREVIEW_QUALITY = 80
_DATABASE_PAUSES_S = (0.1, 0.5, 1, 2, 5)


class _PutBack(Cancelled):
    """The stop has waited long enough."""


class _TooLate(Cancelled):
    """The job's deadline or its time is over; `values["problem"]` says it for the caller."""


class Worker(threading.Thread):
    """The engine's thread."""

    def __init__(
        self,
        jobs: Jobs,
        load_engine: LoadEngine,
        *,
        version: str,
        tracer: Tracer,
        memory: Callable[[], Mapping[str, int]] | None = None,
        warm_up_px: int | None = None,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            jobs: where jobs come from and end.
            load_engine: makes the engine, again if need be.
            version: plitka's, for the pictures' text.
            tracer: takes spans.
            memory: bytes of the device's memory by kind.
            warm_up_px: side of the first picture; None: as large as usual.
        """
        super().__init__(name="engine", daemon=True)
        self.engine: Engine | None = None
        self._jobs = jobs
        self._load_engine = load_engine
        self._version = version
        self._tracer = tracer
        self._memory = memory
        self._warm_up_px = warm_up_px
        self._outs_of_memory = 0

    def run(self) -> None:
        """Load, then make what comes until the service stops."""
        if not self._load():
            return
        while (job := self._jobs.take()) is not None:
            self._jobs.metrics.running.set(1)
            with structlog.contextvars.bound_contextvars(job_id=job.id, request_id=job.request_id):
                is_well = self._make(job)
            self._jobs.metrics.running.set(0)
            self._jobs.heartbeat.rest()
            if not is_well:
                self._jobs.metrics.restarts.inc()
                self._jobs.set_life(Life.STARTING)
                if not self._load():
                    return
        self._jobs.set_life(Life.STOPPED)

    def _load(self) -> bool:
        """Whether there is an engine now; where it cannot be had the service has failed."""
        for attempt in range(1, self._jobs.settings.max_restarts + 1):
            self.engine = None
            gc.collect()
            try:
                started = time.perf_counter()
                engine = self._load_engine()
                loaded = time.perf_counter()
                log.info("engine_loaded", model=engine.name, seconds=round(loaded - started, 3))
                self._warm_up(engine)
            except Exception as error:
                log.error(  # noqa: TRY400  (the frames are told without the server's paths)
                    "engine_failed_to_load", attempt=attempt, error=type(error).__name__, frames=frames(error)
                )
                continue
            self._jobs.metrics.load.observe(loaded - started)
            self._jobs.metrics.warm_up.observe(time.perf_counter() - loaded)
            self.engine = engine
            self._jobs.set_life(Life.READY)
            return True
        self._jobs.set_life(Life.FAILED)
        return False

    def _warm_up(self, engine: Engine) -> None:
        side_px = self._warm_up_px
        request = Request(
            recipe=parse_recipe(_WARM_UP).recipe, seed=0, mode=Mode.TEXT, steps=2, width_px=side_px, height_px=side_px
        )
        result = engine.generate(request)
        log.info("engine_warm", seconds=round(result.seconds, 3))

    def _make(self, job: Job) -> bool:
        """Make one picture; False if the engine must be loaded anew."""
        watch = self._jobs.watch(job.id)
        with self._tracer.job(job.id, watch.traceparent if watch else None) as span:
            try:
                self._paint(job, span)
            except PlitkaError as error:
                return self._end_unmade(job, error)
            except Exception as error:
                log.error("job_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (as above)
                return self._end_unmade(job, EngineError("{reason}", reason=type(error).__name__))
        self._outs_of_memory = 0
        return True

    def _paint(self, job: Job, span: Span) -> None:
        assert self.engine is not None
        jobs, now = self._jobs, time.time()
        if job.deadline_at is not None and now > job.deadline_at:
            raise _TooLate("", problem=deadline_problem(job))
        self._persist(lambda: jobs.store.start_job(job.id, now))
        job = replace(job, started_at=now)
        jobs.metrics.wait.observe(now - job.created_at)
        jobs.heartbeat.start()
        watch = jobs.watch(job.id)
        if watch is not None:
            watch.tell(state=State.RUNNING, position=None)
        if job.webhook is not None:
            jobs.on_change(job, "start")
        log.info("job_started", waited_s=round(now - job.created_at, 3))
        request = Order.model_validate(job.request).request()
        result = self.engine.generate(request, self._on_progress(job))
        self._keep(job, result, span)

    def _keep(self, job: Job, result: Result, span: Span) -> None:
        """Write down what the job ends with, then the picture, then that it ended: a kill in between is mended."""
        jobs, started = self._jobs, time.perf_counter()
        png = encode_png(result.pixels, describe(result, self._version))
        digest = digest_of(png)
        told = report(result, digest)
        self._persist(lambda: jobs.store.intend_picture(job.id, digest, told))
        job = replace(job, picture=digest, result=told)
        try:
            jobs.pictures.write(png, digest)
        except OSError as error:
            log.error("picture_not_kept", error=type(error).__name__, errno=error.errno)  # noqa: TRY400  (as above)
            problem = problem_of(
                ServiceError("the picture could not be kept; the operator must look at the storage"),
                code="storage",
                request_id=job.request_id,
            )
            self._persist(lambda: jobs.end(job, State.FAILED, problem))
            return
        self._persist(lambda: jobs.end(job, State.SUCCEEDED))
        jobs.metrics.encode.observe(time.perf_counter() - started)
        jobs.metrics.note_result(result)
        if self._memory is not None:
            jobs.metrics.note_memory(self._memory())
        span.stages(result.stage_seconds)
        log.info(
            "job_made",
            seconds=round(result.seconds, 3),
            attempts=result.attempts,
            max_error=round(result.max_error, 2),
            stages={stage: round(seconds, 3) for stage, seconds in result.stage_seconds.items()},
        )

    def _end_unmade(self, job: Job, error: PlitkaError) -> bool:
        """End a job that has no picture, by what went wrong; False if the engine is to blame."""
        if isinstance(error, _PutBack):
            self._persist(lambda: self._jobs.put_back(job))
            return True
        if isinstance(error, Cancelled) and not isinstance(error, _TooLate):
            self._persist(lambda: self._jobs.end(job, State.CANCELLED))
            return True
        problem = error.values.get("problem") if isinstance(error, _TooLate) else None
        problem = problem or problem_of(error, request_id=job.request_id)
        log.warning("job_failed", reason=type(error).__name__)
        self._persist(lambda: self._jobs.end(job, State.FAILED, problem))  # type: ignore[arg-type]  # a dict
        if isinstance(error, OutOfMemory):
            self._outs_of_memory += 1
            return self._outs_of_memory < _OUTS_OF_MEMORY
        return not isinstance(error, EngineError) or isinstance(error, BadOutput)

    def _on_progress(self, job: Job) -> Callable[[Progress], None]:
        jobs, watch = self._jobs, self._jobs.watch(job.id)
        ends_at = time.monotonic() + jobs.settings.job_timeout_s

        def on_progress(progress: Progress) -> None:
            jobs.heartbeat.beat(progress.step)
            if watch is None:
                return
            if watch.is_cancelled:
                raise Cancelled("the job was cancelled")
            if jobs.must_put_back:
                raise _PutBack("the service stops")
            if job.deadline_at is not None and time.time() > job.deadline_at:
                raise _TooLate("", problem=deadline_problem(job))
            if time.monotonic() > ends_at:
                error = Unavailable("the picture took longer than a picture may")
                raise _TooLate("", problem=problem_of(error, code="timeout", request_id=job.request_id))
            changes: dict[str, Any] = {}
            if watch.n_watchers and progress.preview and progress.step % jobs.settings.preview_every == 0:
                changes = _preview(progress)
            watch.tell(step=progress.step, n_steps=progress.n_steps, attempt=progress.attempt, **changes)

        return on_progress

    def _persist(self, write: Callable[[], _T]) -> _T:
        """Write until it is written: a database that is away for a while loses no job."""
        for pause_s in _DATABASE_PAUSES_S:
            try:
                return write()
            except DBAPIError as error:
                log.warning("database_away", error=type(error).__name__)
                time.sleep(pause_s)
        return write()


def report(result: Result, digest: str) -> dict[str, Any]:
    """What a job tells of its picture."""
    percents = result.request.recipe.percents
    return {
        "requested": to_hundredths(percents),
        "measured": to_hundredths({code: result.measured[code] for code in percents}),
        "max_error": round(result.max_error, 2),
        "attempts": result.attempts,
        "seconds": round(result.seconds, 4),
        "stage_seconds": {stage: round(seconds, 4) for stage, seconds in result.stage_seconds.items()},
        "width_px": result.pixels.shape[1],
        "height_px": result.pixels.shape[0],
        "prompt": result.prompt,
        "model": result.engine,
        "sha256": digest,
    }


def _preview(progress: Progress) -> dict[str, Any]:
    """The preview as JPEG; nothing while there is nothing to see."""
    assert progress.preview is not None
    try:
        pixels = progress.preview()
    except (BadOutput, InputError):
        return {}
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="JPEG", quality=_PREVIEW_QUALITY)
    return {"preview_jpeg": buffer.getvalue(), "preview_step": progress.step}
