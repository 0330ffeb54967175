"""A painter: a replica that keeps the last few models in memory, and makes a picture for each ticket."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog
from ray import serve

from plitka.core.generation import Engine
from plitka.core.scene import Size
from plitka.errors import EngineError
from plitka.ray_app.bundles import Choices, Models, models_of
from plitka.ray_app.replica_logs import log_to_stderr
from plitka.serve.leased_jobs import LeasedJobs
from plitka.serve.leases import OfModel, WorkerRow
from plitka.serve.life import Life
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import open_store
from plitka.serve.tracing import Tracer
from plitka.serve.worker import Worker

log = structlog.get_logger(__name__)
_T = TypeVar("_T")

MODELS_IN_MEMORY = 2
"""Of a painter; the one that was not asked for longest goes first."""
MOST_TICKETS = 16
"""Taken together, whatever a model makes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """For one picture of a model."""

    model: str
    """Its name with its version."""
    reference: str
    """What it is loaded by."""
    only: OfModel
    """Which jobs it is for."""


class _Loaded:
    """An engine in memory; when Ray puts it out, it is closed by the thread that loaded it."""

    def __init__(self, engine: Engine, close: Callable[[Engine], object]) -> None:
        self.engine: Engine | None = engine
        self._close = close

    def __del__(self) -> None:
        engine, self.engine = self.engine, None
        if engine is not None:
            self._close(engine)


class Painter:
    """Takes jobs by lease, as every other worker does; one thread owns its engines."""

    def __init__(self, settings: Settings, models: str, choices: Choices, version: str, warm_up_px: int | None) -> None:
        """Be a worker of the settings' database; no model is loaded yet."""
        log_to_stderr(painter=serve.get_replica_context().replica_id.unique_id)
        self._models: Models = models_of(models)
        self._choices = choices
        self._sizes = () if warm_up_px is None else (Size(width_px=warm_up_px, height_px=warm_up_px),)
        row = WorkerRow(life=Life.READY)
        store = open_store(settings, own=False, create=True, worker=row.id)
        pictures = PictureStore(settings.pictures, sync=settings.survive_power_cut, is_packing=settings.pack_pictures)
        self._jobs = LeasedJobs(store, pictures, settings, row)
        tracer = Tracer(settings.otlp_endpoint, version)
        self._worker = Worker(self._jobs, self._no_engine, version=version, tracer=tracer)
        self._jobs.engine_of = lambda: self._worker.engine
        self._jobs.is_well = lambda: self._worker.heartbeat.silence_s() < settings.stall_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._references: dict[str, str] = {}
        self._jobs.join()
        cast("Any", self._paint_together).set_max_batch_size(min(MOST_TICKETS, max(1, choices.batch)))

    def check_health(self) -> None:
        """Ray starts another painter where this raises.

        Raises:
            EngineError: the engine gives no sign.
        """
        if not self._jobs.is_well():
            raise EngineError("{reason}", reason="the engine gives no sign")

    async def paint(self, ticket: Ticket) -> int:
        """Make the next picture of the ticket's model, perhaps with others that are asked for at once.

        Returns:
            How many were made for all of these; 0 where somebody else was first.
        """
        if self._choices.batch == 1:
            return await self._paint(ticket, 1)  # there is nothing to be waited for
        return int(await self._paint_together(ticket))

    @serve.batch(max_batch_size=MOST_TICKETS, batch_wait_timeout_s=0.005)
    async def _paint_together(self, tickets: list[Ticket]) -> list[int]:
        made = [0] * len(tickets)
        for ticket in dict.fromkeys(tickets):
            same = [place for place, other in enumerate(tickets) if other == ticket]
            n = await self._paint(ticket, len(same))
            for place in same[:n]:
                made[place] = n
        return made

    async def _paint(self, ticket: Ticket, n: int) -> int:
        self._references[ticket.model] = ticket.reference
        loaded = await self._loaded(ticket.model)
        return await self._on_thread(lambda: self._make(loaded, ticket, n))

    @serve.multiplexed(max_num_models_per_replica=MODELS_IN_MEMORY)  # type: ignore[untyped-decorator]  # Ray's
    async def _loaded(self, model: str) -> _Loaded:
        engine = await self._on_thread(lambda: self._load(model))
        return _Loaded(engine, self._close)

    def _close(self, engine: Engine) -> None:
        """On the thread of the engines, or without it once that has ended."""
        try:
            self._thread.submit(engine.close)
        except RuntimeError:
            engine.close()

    async def _on_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def __del__(self) -> None:
        """Ray ends the replica, which has made what it was given."""
        jobs = getattr(self, "_jobs", None)
        if jobs is not None:
            jobs.drain()
            self._thread.shutdown(wait=True)
            jobs.part()

    # What follows runs on the thread of the engines.

    def _load(self, model: str) -> Engine:
        started = time.perf_counter()
        engine = self._models.load(self._references[model], self._choices)
        loaded = time.perf_counter()
        engine.warm_up(self._sizes)
        metrics = self._jobs.metrics
        metrics.load.observe(loaded - started)
        metrics.warm_up.observe(time.perf_counter() - loaded)
        log.info("engine_loaded", model=engine.name, seconds=round(time.perf_counter() - started, 3))
        return engine

    def _make(self, loaded: _Loaded, ticket: Ticket, n: int) -> int:
        """Make at most as many jobs as there are tickets; an engine that broke is loaded anew."""
        if loaded.engine is None:
            loaded.engine = self._load(ticket.model)
        engine = self._worker.engine = loaded.engine
        jobs = self._jobs.take(min(n, engine.max_batch), ticket.only)
        if not jobs:
            return 0
        is_well = self._worker.make(engine, jobs)
        self._worker.heartbeat.rest()
        if not is_well:
            self._jobs.metrics.restarts.inc()
            self._worker.engine = loaded.engine = None
            engine.close()
        return len(jobs)

    @staticmethod
    def _no_engine() -> Engine:
        raise EngineError("{reason}", reason="a painter's engines come with its tickets")


def most_in_work(batch: int) -> int:
    """How many tickets a painter is given at once: those that it makes, and the next."""
    return 2 * max(1, batch)
