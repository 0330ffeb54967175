"""A process that paints what the queue in the database has: one engine, whose thread takes jobs by lease.

`plitka serve --workers N` starts some, `plitka work` is one on whatever machine reaches the database and the pictures.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import FrameType

import structlog

from plitka.core.tile.child_process import follow_parent
from plitka.errors import PlitkaError
from plitka.serve.leased_jobs import LeasedJobs
from plitka.serve.leases import WorkerRow
from plitka.serve.life import Life
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import open_store
from plitka.serve.tracing import Tracer
from plitka.serve.worker import EngineLoader, Worker

log = structlog.get_logger(__name__)

EXIT_STOPPED = 0
EXIT_FAILED = 4
"""The engine cannot be loaded, or its thread was ended by a defect: another start would meet the same."""
EXIT_STALLED = 5
"""The engine gave no sign for too long, or did not stop in time."""
_LOOK_EVERY_S = 0.2
_GRACE_S = 5.0
"""Beyond `Settings.drain_s`, for what is written at the end."""


@dataclass(frozen=True, slots=True)
class WorkerTerms:
    """What a worker's process is given; it crosses to that process by pickle."""

    settings: Settings
    load_engine: EngineLoader
    version: str
    """plitka's, for the pictures' text."""
    warm_up_px: int | None = None
    set_up: Callable[[], None] | None = None
    """Called first, in the process: has it log."""


def work(terms: WorkerTerms, row: WorkerRow, asked: Connection | None = None) -> int:
    """Paint until told to stop by SIGTERM; the process's exit code.

    Args:
        terms: what, and how.
        row: who the worker is.
        asked: where requests come from that the engine is to complete, and their answers go.

    Raises:
        InputError: there is no database, or it is of another plitka.
    """
    settings = terms.settings
    store = open_store(settings, own=False, create=False, worker=row.id)
    tracer = Tracer(settings.otlp_endpoint, terms.version)
    pictures = PictureStore(settings.pictures, sync=settings.survive_power_cut, is_packing=settings.pack_pictures)
    jobs = LeasedJobs(store, pictures, settings, row)
    worker = Worker(jobs, terms.load_engine, version=terms.version, tracer=tracer, warm_up_px=terms.warm_up_px)
    jobs.engine_of = lambda: worker.engine
    jobs.is_well = lambda: worker.heartbeat.silence_s() < settings.stall_s
    _stop_by_signal(jobs)
    jobs.join()
    if asked is not None:
        threading.Thread(target=_answer, args=(asked, worker), name="answers", daemon=True).start()
    worker.start()
    _watch(worker, jobs)
    jobs.part()
    tracer.close()
    store.close()
    return EXIT_FAILED if jobs.life is Life.FAILED else EXIT_STOPPED


def work_for_parent(terms: WorkerTerms, row: WorkerRow, asked: Connection) -> None:
    """`work` in a process that ends with its parent."""
    follow_parent()
    if terms.set_up is not None:
        terms.set_up()
    structlog.contextvars.bind_contextvars(worker=row.id[:8])
    os._exit(_worked(terms, row, asked))  # whatever libraries would still have to say


def _worked(terms: WorkerTerms, row: WorkerRow, asked: Connection) -> int:
    try:
        return work(terms, row, asked)
    except PlitkaError as error:
        log.error("worker_refused", error=type(error).__name__, reason=str(error))  # noqa: TRY400  (no paths)
        return EXIT_FAILED


def _stop_by_signal(jobs: LeasedJobs) -> None:
    def drain(_number: int, _frame: FrameType | None) -> None:
        jobs.drain()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, drain)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, drain)


def _watch(worker: Worker, jobs: LeasedJobs) -> None:
    """Wait for the end of a worker; one that hangs takes its process with it, and its jobs are made by others."""
    while worker.is_alive():
        worker.join(_LOOK_EVERY_S)
        is_late = jobs.drain_at is not None and time.monotonic() > jobs.drain_at + _GRACE_S
        if worker.is_alive() and (is_late or not jobs.is_well()):
            log.error("worker_stalled")
            os._exit(EXIT_STALLED)


def _answer(asked: Connection, worker: Worker) -> None:
    """Have the engine complete requests, as it does for the pictures that it makes; until the other end closes."""
    while True:
        try:
            number, request = asked.recv()
        except (EOFError, OSError):
            return
        answer: object = None
        try:
            answer = worker.engine.complete(request) if worker.engine is not None else None
        except PlitkaError as error:
            answer = error
        except Exception as error:  # it is found out when the picture is begun
            log.error("complete_broke", error=type(error).__name__)  # noqa: TRY400  (as above)
        asked.send((number, answer))
