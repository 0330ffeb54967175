"""Everything that one running service is made of."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from plitka.core.generation import Defaults, Engine
from plitka.serve.allowance import Allowance
from plitka.serve.jobs import Jobs
from plitka.serve.life import Life
from plitka.serve.metrics import Metrics
from plitka.serve.orders import CheckedOrder, Order
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import Store, open_store
from plitka.serve.tracing import Tracer
from plitka.serve.worker import EngineLoader, Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts, wired together."""

    settings: Settings
    store: Store
    pictures: PictureStore
    metrics: Metrics
    allowance: Allowance
    jobs: Jobs
    workers: tuple[Worker, ...]
    """All over the same model."""
    tracer: Tracer
    link_secret: bytes
    version: str
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One upload at a time is decoded: each may take hundreds of megabytes for a while."""

    @property
    def is_alive(self) -> bool:
        """Whether the process is of any use: its workers' threads live and give signs."""
        if self.jobs.life is Life.FAILED:
            return False
        if any(worker.heartbeat.silence_s() >= self.settings.stall_s for worker in self.workers):
            return False
        return self.jobs.life.is_ending or any(worker.is_alive() for worker in self.workers)

    @property
    def engine(self) -> Engine | None:
        """An engine of a worker; None while none is loaded."""
        return next((engine for worker in self.workers if (engine := worker.engine) is not None), None)

    def check(self, order: Order) -> CheckedOrder:
        """Read an order once, settle its seed, and check it by the engine's own limits where an engine is loaded.

        Raises:
            RecipeError: a recipe cannot be read.
            TooLarge: one is too long.
            PromptTooLong: the text encoders would not see all of it.
            InputError: the engine cannot make it.
        """
        settled, engine = order.with_seed(), self.engine
        if engine is None:
            settled.request(Defaults())
            return CheckedOrder(asked=order, order=settled, request=None)
        return CheckedOrder(asked=order, order=settled, request=engine.complete(settled.request(engine.defaults)))


def open_service(
    settings: Settings,
    load_engine: EngineLoader,
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
    pictures = PictureStore(settings.pictures, sync=settings.survive_power_cut)
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
        workers=(worker,),
        tracer=tracer,
        link_secret=store.secret("links"),
        version=version,
    )
