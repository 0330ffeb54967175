"""What those who watch a job are told: always the newest of it, so a slow watcher costs nothing but its own news."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from plitka.serve.store import State


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
    is_stopping: bool = False
    """The service stops; the job is kept, and waits for its next start."""

    @property
    def is_last(self) -> bool:
        """Whether this process will have nothing more to tell of the job."""
        return self.state.is_final or self.is_stopping


class Watch:
    """One open job's newest glimpse, and who waits for a newer one; made in any thread."""

    def __init__(self, state: State, traceparent: str | None = None) -> None:
        self.traceparent = traceparent
        self._lock = threading.Lock()
        self._glimpse = Glimpse(state=state)
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
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
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def newer(self, version: int) -> Glimpse:
        """The newest glimpse, once it is newer than `version`."""
        mine = (asyncio.get_running_loop(), asyncio.Event())
        while True:
            with self._lock:
                if self._glimpse.version > version:
                    return self._glimpse
                self._waiting.add(mine)
            try:
                await mine[1].wait()
            finally:
                with self._lock:
                    self._waiting.discard(mine)
            mine[1].clear()

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
        glimpse = self._glimpse
        while not glimpse.is_last:
            glimpse = await self.newer(glimpse.version)
        return glimpse
