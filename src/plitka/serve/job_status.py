"""What those who watch a job are told: always the newest of it, so a slow watcher costs nothing but its own news."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from plitka.serve.store import Job, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """A job at one moment."""

    state: State
    version: int = 0
    """Larger than that of every glimpse before."""
    step: int = 0
    n_steps: int = 0
    """0: not known yet."""
    attempt: int = 1
    preview_jpeg: bytes | None = None
    preview_step: int = 0
    position: int | None = None
    """How many go before it, while it waits."""
    ended: Job | None = None
    """The job as it ended, once it has."""
    is_stopping: bool = False
    """The service stops; the job is kept, and waits for its next start."""

    @property
    def is_last(self) -> bool:
        """Whether this process will have nothing more to tell of the job."""
        return self.state.is_final or self.is_stopping


_Wait: TypeAlias = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Watch:
    """One open job's newest glimpse, and who waits for a newer one; made in any thread."""

    def __init__(self, job: Job, traceparent: str | None = None) -> None:
        self.job = job
        """As it was accepted."""
        self.traceparent = traceparent
        self._lock = threading.Lock()
        self._glimpse = Glimpse(state=job.state)
        self._waiting: set[_Wait] = set()
        self._awaiting_end: set[_Wait] = set()
        """Apart from the others, so that a step wakes nobody who does not look at steps."""
        self.n_watchers = 0
        """Those who would look at a preview."""
        self.is_cancelled = False
        """Asked to stop at its next step."""

    @property
    def glimpse(self) -> Glimpse:
        """The newest."""
        return self._glimpse

    @property
    def is_watched(self) -> bool:
        """Whether anybody waits for the next glimpse."""
        return bool(self._waiting)

    def tell(self, **changes: object) -> None:
        """The job has changed in this."""
        with self._lock:
            self._glimpse = replace(self._glimpse, version=self._glimpse.version + 1, **changes)  # type: ignore[arg-type]
            waiting, self._waiting = self._waiting, set()
            if self._glimpse.is_last:
                waiting |= self._awaiting_end
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def newer(self, version: int) -> Glimpse:
        """The newest glimpse, once it is newer than `version`."""
        return await self._when(lambda: self._glimpse.version > version, self._waiting_now)

    async def glimpses(self, *, previews: bool) -> AsyncIterator[Glimpse]:
        """Each newest glimpse from now to the last one."""
        self.n_watchers += previews
        try:
            version = -1
            while True:
                glimpse = await self.newer(version)
                version = glimpse.version
                yield glimpse
                if glimpse.is_last:
                    return
        finally:
            self.n_watchers -= previews

    async def end(self) -> Glimpse:
        """The last glimpse."""
        return await self._when(lambda: self._glimpse.is_last, lambda: self._awaiting_end)

    def _waiting_now(self) -> set[_Wait]:
        """Those who wait for the next glimpse; another set after each."""
        return self._waiting

    async def _when(self, is_so: Callable[[], bool], place: Callable[[], set[_Wait]]) -> Glimpse:
        """The newest glimpse once it is as asked, waiting in one of the sets until it is."""
        mine = (asyncio.get_running_loop(), asyncio.Event())
        while True:
            with self._lock:
                if is_so():
                    return self._glimpse
                place().add(mine)
            try:
                await mine[1].wait()
            finally:
                with self._lock:
                    place().discard(mine)
            mine[1].clear()
