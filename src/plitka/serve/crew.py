"""The worker processes of this service: started, started anew when they die, and told to stop."""

import multiprocessing
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import structlog

from plitka.core.generation import CompleteRequest, Request
from plitka.errors import PlitkaError
from plitka.serve.engine_words import Complete
from plitka.serve.leases import WorkerRow
from plitka.serve.life import Life
from plitka.serve.worker_process import EXIT_FAILED, WorkerTerms, work_for_parent

log = structlog.get_logger(__name__)

_SPAWN = multiprocessing.get_context("spawn")
"""A forked process would inherit locks of threads that it does not have."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 30.0
"""Before a process that died is started anew: twice as long each time that it dies young."""
_YOUNG_S = 5.0
_ANSWER_S = 5.0
"""For which an engine is waited that completes a request."""


@dataclass(slots=True)
class _Place:
    """One process after the other."""

    terms: WorkerTerms
    row: WorkerRow | None = None
    process: SpawnProcess | None = None
    asked: Connection | None = None
    started_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S
    due_at: float = 0.0
    has_failed: bool = False
    n_asked: int = 0
    asking: threading.Lock = field(default_factory=threading.Lock)


class Crew:
    """Some processes, each of which paints; used by one thread, but for `complete`."""

    def __init__(self, terms: Sequence[WorkerTerms]) -> None:
        self._places = [_Place(one) for one in terms]
        self._is_stopping = False

    def __len__(self) -> int:
        return len(self._places)

    @property
    def pids(self) -> list[int]:
        """Of the processes that live."""
        return [place.process.pid for place in self._places if place.process is not None and place.process.pid]

    @property
    def is_over(self) -> bool:
        """Whether no process lives."""
        return all(place.process is None for place in self._places)

    @property
    def lives(self) -> dict[str, Life | None]:
        """Each place -> STARTING, also once it is ready, or FAILED where it is not started anew; None: all stop."""
        return {f"process {number}": self._life(place) for number, place in enumerate(self._places)}

    def _life(self, place: _Place) -> Life | None:
        if place.has_failed:
            return Life.FAILED
        return None if self._is_stopping else Life.STARTING

    def tend(self) -> list[str]:
        """Start what is to run; the workers whose processes have ended since the last time."""
        gone = []
        for place in self._places:
            if place.process is not None and place.process.exitcode is not None and place.row is not None:
                gone.append(place.row.id)
                self._note_end(place, place.process.exitcode)
            is_wanted = not self._is_stopping and not place.has_failed
            if place.process is None and is_wanted and time.monotonic() >= place.due_at:
                self._start(place)
        return gone

    def stop(self) -> None:
        """Have each make what it is making, and end."""
        if not self._is_stopping:
            self._is_stopping = True
            for place in self._places:
                if place.process is not None:
                    place.process.terminate()

    def kill(self) -> None:
        """End all at once; `tend` sees it."""
        self._is_stopping = True
        for place in self._places:
            if place.process is not None:
                place.process.kill()
                place.process.join()

    def ask_of(self, worker: str) -> Complete:
        """What has that worker's engine complete requests; from any thread."""
        place = next((one for one in self._places if one.row is not None and one.row.id == worker), None)

        def ask(request: Request) -> CompleteRequest | None:
            return None if place is None else self._ask(place, request)

        return ask

    def _start(self, place: _Place) -> None:
        ours, theirs = _SPAWN.Pipe()
        row = WorkerRow()
        process = _SPAWN.Process(target=_begin, args=(place.terms, row, theirs), name="worker")
        process.start()
        theirs.close()
        place.process, place.row, place.asked, place.started_at = process, row, ours, time.monotonic()
        log.info("worker_started", worker=row.id, pid=process.pid)

    def _note_end(self, place: _Place, exit_code: int) -> None:
        assert place.process is not None
        place.process.join()
        if place.asked is not None:
            place.asked.close()
        lived_s = time.monotonic() - place.started_at
        place.pause_s = min(2 * place.pause_s, _LONGEST_PAUSE_S) if lived_s < _YOUNG_S else _FIRST_PAUSE_S
        place.due_at = time.monotonic() + place.pause_s
        place.has_failed = exit_code == EXIT_FAILED and not self._is_stopping
        place.process = None
        if not self._is_stopping:
            log.warning("worker_ended", exit_code=exit_code, lived_s=round(lived_s, 1))

    @staticmethod
    def _ask(place: _Place, request: Request) -> CompleteRequest | None:
        """What the engine says; None where it says nothing in time.

        Raises:
            PlitkaError: the engine cannot make it.
        """
        answer: object = None
        with place.asking:
            if place.asked is None or place.asked.closed:
                return None
            place.n_asked, end = place.n_asked + 1, time.monotonic() + _ANSWER_S
            try:
                place.asked.send((place.n_asked, request))
                while place.asked.poll(max(0.0, end - time.monotonic())):
                    number, answer = place.asked.recv()
                    if number == place.n_asked:
                        break
                    answer = None
            except (EOFError, OSError, ValueError):  # its process has ended
                return None
        if isinstance(answer, PlitkaError):
            raise answer
        return answer if isinstance(answer, CompleteRequest) else None


def _begin(terms: WorkerTerms, row: WorkerRow, asked: Connection) -> None:
    """In the process: it has a number now."""
    work_for_parent(terms, replace(row, pid=WorkerRow().pid), asked)
