"""Everything that one running service is made of."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from plitka.serve.allowance import Allowance
from plitka.serve.jobs import Jobs, Life
from plitka.serve.metrics import Metrics
from plitka.serve.picture_store import Pictures
from plitka.serve.settings import Settings
from plitka.serve.store import Store, open_store
from plitka.serve.tracing import Tracer
from plitka.serve.worker import LoadEngine, Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts, wired together."""

    settings: Settings
    store: Store
    pictures: Pictures
    metrics: Metrics
    allowance: Allowance
    jobs: Jobs
    worker: Worker
    tracer: Tracer
    link_secret: bytes
    version: str
    measuring: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One upload at a time is decoded and measured: each may take hundreds of megabytes for a while."""

    @property
    def is_alive(self) -> bool:
        """Whether the process is of any use: its engine's thread lives and gives signs."""
        life = self.jobs.life
        if life is Life.FAILED:
            return False
        is_working = self.worker.is_alive() or life in (Life.DRAINING, Life.STOPPED)
        return is_working and self.jobs.heartbeat.silence_s() < self.settings.stall_s


def open_service(
    settings: Settings,
    load_engine: LoadEngine,
    *,
    version: str,
    memory: Callable[[], Mapping[str, int]] | None = None,
    warm_up_px: int | None = None,
) -> Service:
    """A service that is ready to start; nothing runs yet.

    Args:
        settings: how it behaves.
        load_engine: makes the engine, on the engine's thread.
        version: plitka's.
        memory: bytes of the device's memory by kind, for the metrics.
        warm_up_px: side of the first picture; None: as large as usual.

    Raises:
        InputError: the database, the pictures' place or Redis cannot be used.
    """
    tracer = Tracer(settings.otlp_endpoint, version)
    metrics = Metrics()
    allowance = Allowance(settings)
    pictures = Pictures(settings.pictures, sync=settings.survive_power_cut)
    store = open_store(settings, own=True)
    jobs = Jobs(store, pictures, settings, metrics)
    worker = Worker(jobs, load_engine, version=version, tracer=tracer, memory=memory, warm_up_px=warm_up_px)
    return Service(
        settings=settings,
        store=store,
        pictures=pictures,
        metrics=metrics,
        allowance=allowance,
        jobs=jobs,
        worker=worker,
        tracer=tracer,
        link_secret=store.secret("links"),
        version=version,
    )
