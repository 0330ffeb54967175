"""The service's thread that follows workers in other processes, and takes over from those that are gone."""

import threading
import time
from collections.abc import Callable

import psutil
import structlog

from plitka.core.generation import Engine
from plitka.errors import StorageAway
from plitka.serve import leases
from plitka.serve.bell import bell_of
from plitka.serve.crew import Crew
from plitka.serve.engine_words import Complete
from plitka.serve.leased_jobs import NEWS
from plitka.serve.leases import WorkerRow
from plitka.serve.life import Life
from plitka.serve.logs import frames
from plitka.serve.metrics import Heartbeat
from plitka.serve.shared_jobs import SharedJobs

log = structlog.get_logger(__name__)

_REST = 2.0
"""Times the last look, between two of them, however much is news: requests want to be answered as well."""
_AT_MOST_S = 0.25
"""In which a process that died is seen."""
_AWAY_S = 1.0
_FEWEST_BEATS = 4
"""That are missed before a lease ends, whatever the settings."""
_GRACE_S = 3.0
"""Beyond `Settings.drain_s`, after which processes that have not ended are killed."""


class Foreman(threading.Thread):
    """Stands where a worker of this process would: `plitka.serve.service.Service.workers`."""

    def __init__(self, jobs: SharedJobs, crew: Crew) -> None:
        """Over the jobs, and the processes that are the service's own."""
        super().__init__(name="foreman", daemon=True)
        self.heartbeat = Heartbeat(jobs.metrics)
        self.is_waiting = False
        self.crew = crew
        self.catalogue: Callable[[], Engine] | None = None
        """What is served, where others know it; None: what the workers say."""
        self._jobs = jobs
        self._bell = bell_of(jobs.store.engine, NEWS)
        self._place = leases.this_place()
        self._seen: dict[str, tuple[int, float]] = {}
        """Worker -> its beat, and since when it is that one."""
        self._told: dict[str, Life | None] = {}
        self._is_done = False
        self._took_over_at = float("-inf")

    @property
    def engine(self) -> Engine | None:
        """An engine of a worker, as far as it is known here."""
        return self._jobs.engine(self._ask_of) if self.catalogue is None else self.catalogue()

    @property
    def rows(self) -> list[WorkerRow]:
        """The workers as they were seen last, whoever started them."""
        return list(self._jobs.workers.values())

    def run(self) -> None:
        """Follow them until the service has stopped and its own processes have ended."""
        try:
            while not self._is_done:
                self.heartbeat.start()
                began = time.monotonic()
                pause_s = self._look()
                self.heartbeat.rest()
                time.sleep(_REST * (time.monotonic() - began))
                self._wait(pause_s)
        finally:
            self.crew.kill()
            self._bell.close()

    def _ask_of(self, worker: str) -> Complete:
        return self.crew.ask_of(worker)

    def _wait(self, pause_s: float) -> None:
        try:
            self._bell.wait(pause_s)
        except Exception:  # the database is away, which the next look finds out
            time.sleep(pause_s)

    def _look(self) -> float:
        """See everything once; how long to wait until the next time, if there is no news."""
        self._tend()
        pause_s = min(_AT_MOST_S, self._jobs.settings.pulse_s)
        try:
            self._jobs.look()
            self._jobs.see_workers()
            if self._is_done or time.monotonic() - self._took_over_at >= pause_s:
                self._took_over_at = time.monotonic()
                self._take_over()
        except StorageAway:
            self._seen = {}  # nobody can give a sign meanwhile, so each lease begins anew
            return _AWAY_S
        except Exception as error:  # the next look finds the same jobs
            log.error("foreman_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (no paths)
            return _AWAY_S
        return pause_s

    def _tend(self) -> None:
        """The service's own processes: those that died are started anew, until the service stops."""
        if self._jobs.life.is_ending:
            self.crew.stop()
            if self._jobs.drain_at is not None and time.monotonic() > self._jobs.drain_at + _GRACE_S:
                self.crew.kill()
        self.crew.tend()
        for name, life in self.crew.lives.items():
            if self._told.get(name, Life.STOPPED) is not life:
                self._told[name] = life
                self._jobs.set_life(life, name)
        self._is_done = self._jobs.life.is_ending and self.crew.is_over

    def _take_over(self) -> None:
        """From workers of this machine whose process is gone, and from all others once their lease has ended."""
        settings, now = self._jobs.settings, time.monotonic()
        lease_s = max(settings.lease_s, _FEWEST_BEATS * settings.pulse_s)
        seen, self._seen = self._seen, {}
        for row in self.rows:
            beat, since = seen.get(row.id, (None, now))
            since = since if beat == row.beat else now
            is_dead = row.place == self._place and not psutil.pid_exists(row.pid)
            if is_dead or now - since > lease_s:
                self._jobs.take_from(row.id)
            else:
                self._seen[row.id] = (row.beat, since)
        self._jobs.take_abandoned()
