"""Everything that one running service is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from plitka.core.generation import Defaults, Engine, Mode
from plitka.errors import PlitkaError, Unavailable
from plitka.serve import deletions, keys, leases, resumption
from plitka.serve.admission import check_caps
from plitka.serve.allowance import Allowance
from plitka.serve.costs import cost_of
from plitka.serve.crew import Crew
from plitka.serve.foreman import Foreman
from plitka.serve.health import Health
from plitka.serve.jobs import Jobs
from plitka.serve.key_changes import LastUses
from plitka.serve.lanes import Lanes
from plitka.serve.life import Life
from plitka.serve.memory import Tidier
from plitka.serve.metrics import Metrics
from plitka.serve.orders import CheckedOrder, Order
from plitka.serve.permissions import make_private_folder
from plitka.serve.picture_store import PictureStore
from plitka.serve.places import Places
from plitka.serve.previews import Previews
from plitka.serve.retention import Retention
from plitka.serve.served_model import engine_for
from plitka.serve.sessions import OneTimeLinks
from plitka.serve.settings import Settings
from plitka.serve.shared_jobs import SharedJobs
from plitka.serve.store import Store, open_store
from plitka.serve.tracing import Tracer
from plitka.serve.uploads import Uploads
from plitka.serve.worker import EngineLoader, Worker
from plitka.serve.worker_process import WorkerTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts, wired together."""

    settings: Settings
    store: Store
    pictures: PictureStore
    metrics: Metrics
    allowance: Allowance
    health: Health
    jobs: Jobs
    workers: tuple[Worker | Foreman, ...]
    """All over the same model; one that follows those of other processes stands for them."""
    tracer: Tracer
    link_secret: bytes
    version: str
    requests: Places
    """In work, of each key."""
    lanes: Lanes
    """Threads of each key."""
    carried: Places
    """Predictions that are sent with their pictures, of each key."""
    streams: Places
    """Open streams of events, of each key."""
    streams_to: Places
    """Open streams of events, to each address."""
    uploads: Uploads
    previews: Previews
    last_uses: LastUses
    retention: Retention
    one_time_links: OneTimeLinks = field(default_factory=OneTimeLinks)
    """Of `plitka serve --open`."""
    tidier: Tidier
    """Told of what has ended and took much memory."""

    @property
    def is_alive(self) -> bool:
        """Whether the process is of any use: its workers' threads live and give signs."""
        if self.jobs.life is Life.FAILED:
            return False
        if any(worker.heartbeat.silence_s() >= self.settings.stall_s for worker in self.workers):
            return False
        return self.jobs.life.is_ending or any(worker.is_alive() for worker in self.workers)

    @property
    def problem(self) -> PlitkaError | None:
        """Why no pictures are made now; None if they are."""
        if self.jobs.life is not Life.READY:
            return Unavailable("the service is {state}", state=self.jobs.life.value)
        if not self.is_alive:
            return Unavailable("the engine gives no sign")
        if any(worker.is_waiting for worker in self.workers):
            return Unavailable("the service waits for its storage")
        return self.health.problem

    @property
    def engine(self) -> Engine | None:
        """An engine of a worker; None while none is loaded."""
        return next((engine for worker in self.workers if (engine := worker.engine) is not None), None)

    def invite(self) -> str:
        """The word of a link that signs one browser of this machine in as its operator."""
        keys.add_local(self.store)
        return self.one_time_links.make()

    def check(self, order: Order, model: str | None = None) -> CheckedOrder:
        """Read an order once, settle its seed, and check it by the engine's own limits where an engine is loaded.

        Args:
            order: what is asked for.
            model: of which model, as `settle_model` has it; None: of the one that makes what names none.

        Raises:
            RecipeError: a recipe cannot be read.
            TooLarge: one is too long.
            PromptTooLong: the text encoders would not see all of it.
            InputError: the engine cannot make it, or the operator does not allow it.
        """
        check_caps(order, self.settings)
        settled, engine = order.with_masks().with_seed(), engine_for(model, self.engine)
        if engine is None:
            settled.request(Defaults())
            return CheckedOrder(asked=order, order=settled, request=None)
        request = engine.complete(settled.request(engine.defaults))
        checked = CheckedOrder(asked=order, order=settled, request=request, cost=cost_of(request, engine.defaults))
        seed = None if order.has_seed else engine.seed_ahead(request)
        if not order.has_seed and request.mode is Mode.GUIDED:
            self.metrics.note_open_seed(is_laid=seed is not None)
        return checked if seed is None else checked.settled_with(seed)


def open_service(
    settings: Settings,
    load_engine: EngineLoader,
    *,
    version: str,
    warm_up_px: int | None = None,
    loaders: Sequence[EngineLoader] = (),
    set_up: Callable[[], None] | None = None,
) -> Service:
    """A service that is ready to start; nothing runs yet.

    Args:
        settings: how it behaves.
        load_engine: makes the engine, on the engine's thread; in processes of their own it crosses to them by pickle.
        version: plitka's.
        warm_up_px: side of the first pictures; None: as large as usual.
        loaders: one for each process in place of `load_engine`, as for one each GPU.
        set_up: called first in each process of its own: has it log.

    Raises:
        InputError: the database, the pictures' place or Redis cannot be used.
    """
    tracer = Tracer(settings.otlp_endpoint, version)
    metrics = Metrics()
    pictures = _open_pictures(settings)
    store = open_store(settings, own=True)
    store.on_error = metrics.database_errors.inc
    allowance = Allowance(settings, store)
    if settings.open_loopback:
        keys.add_local(store)
    last_uses = LastUses()
    jobs = _open_jobs(settings, store, pictures, metrics, last_uses)
    terms = WorkerTerms(settings, load_engine, version=version, warm_up_px=warm_up_px, set_up=set_up)
    return Service(
        settings=settings,
        store=store,
        pictures=pictures,
        metrics=metrics,
        allowance=allowance,
        health=jobs.health,
        jobs=jobs,
        workers=(_open_worker(jobs, terms, loaders, tracer),),
        tracer=tracer,
        link_secret=store.secret("links"),
        version=version,
        previews=Previews(settings, version),
        last_uses=last_uses,
        retention=_open_retention(settings, store, pictures, jobs),
        **_limits(settings),
    )


def _open_worker(jobs: Jobs, terms: WorkerTerms, loaders: Sequence[EngineLoader], tracer: Tracer) -> Worker | Foreman:
    """The engine's thread, or the one that follows engines of other processes."""
    if isinstance(jobs, SharedJobs):
        chosen = loaders or [terms.load_engine] * terms.settings.workers
        return Foreman(jobs, Crew([replace(terms, load_engine=one) for one in chosen]))
    return Worker(
        jobs, terms.load_engine, version=terms.version, tracer=tracer, warm_up_px=terms.warm_up_px, lays_ahead=True
    )


def _limits(settings: Settings) -> dict[str, Any]:
    """How much each key or address may have open, and what gives memory back after it."""
    tidier = Tidier()
    return {
        "tidier": tidier,
        "uploads": Uploads(settings, tidier),
        "requests": Places(settings.requests_per_key),
        "lanes": Lanes(settings.threads_per_key),
        "carried": Places(settings.carried_per_key),
        "streams": Places(settings.streams_per_key),
        "streams_to": Places(settings.streams_per_address),
    }


def _open_pictures(settings: Settings) -> PictureStore:
    if not settings.pictures_url:
        make_private_folder(settings.data.resolve())  # also where the database is elsewhere
    return PictureStore(settings.pictures, sync=settings.survive_power_cut, is_packing=settings.pack_pictures)


def _open_retention(settings: Settings, store: Store, pictures: PictureStore, jobs: Jobs) -> Retention:
    retention = Retention(store, pictures, settings)
    jobs.on_kept = retention.soon
    retention.on_size = jobs.metrics.picture_bytes.set
    return retention


def _open_jobs(settings: Settings, store: Store, pictures: PictureStore, metrics: Metrics, last_uses: LastUses) -> Jobs:
    """The jobs, which are looked after whenever their storage is; those of one worker are in this process alone."""
    health = Health(store, pictures, settings, metrics)
    if settings.workers == 1:
        leases.clear(store)
    jobs = (Jobs if settings.workers == 1 else SharedJobs)(store, pictures, settings, metrics, health)

    def on_return() -> None:
        resumption.resume(jobs)
        deletions.finish(store, pictures)

    def on_look() -> None:
        jobs.end_revoked()
        last_uses.flush(store)

    health.on_return, health.on_look = on_return, on_look
    return jobs
