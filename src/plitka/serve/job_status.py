"""The status of an open job, and the listeners that wait for its changes.

A listener is always told the newest snapshot: a slow one skips updates and never blocks the engine.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from plitka.core.generation import CompleteRequest
from plitka.serve.image_formats import Preview
from plitka.serve.store import Job, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A job at one moment."""

    state: State
    version: int = 0
    """Larger than that of every snapshot before."""
    step: int = 0
    n_steps: int = 0
    """0: not known yet."""
    attempt: int = 1
    preview: Preview | None = None
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


_Listener: TypeAlias = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class JobStatus:
    """One open job's newest snapshot, and those who wait for a newer one; safe to use from any thread."""

    def __init__(
        self, job: Job, request: CompleteRequest | None = None, traceparent: str | None = None, n_ordered: int = 1
    ) -> None:
        self.job = job
        """As it was last queued: a job that broke with others waits anew, by itself and with one start more."""
        self.request = request
        """What the engine will be asked; None: the job's order is still to be completed."""
        self.traceparent = traceparent
        self.n_ordered = n_ordered
        """Jobs that one request ordered, this one among them."""
        self.furthest = 0.0
        """0..1: how far the job has ever come; a picture that is painted again counts its steps anew."""
        self._lock = threading.Lock()
        self._snapshot = Snapshot(state=job.state)
        self._awaiting_news: set[_Listener] = set()
        self._awaiting_end: set[_Listener] = set()
        """Apart from the others, so that a step wakes only those who look at steps."""
        self.n_watchers = 0
        """Those who would look at a preview."""
        self.is_polled = False
        """Whether somebody asks for previews now and then."""
        self.wants_last_look = False
        """Whether somebody takes what there is of it, should it be stopped."""
        self.is_cancelled = False
        """Asked to stop at its next step."""
        self.is_left = False
        """And that because whoever waited for it has gone."""
        self.is_taken_back = False
        """And that no more, since somebody wants it again."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest."""
        return self._snapshot

    @property
    def is_watched(self) -> bool:
        """Whether anybody waits for the next snapshot."""
        return bool(self._awaiting_news)

    def update(self, **changes: object) -> None:
        """Take a new snapshot, which differs from the last one in `changes`, and wake those who wait for it."""
        with self._lock:
            version = self._snapshot.version + 1
            self._snapshot = replace(self._snapshot, version=version, **changes)  # type: ignore[arg-type]  # its fields
            if self._snapshot.n_steps:
                self.furthest = max(self.furthest, self._snapshot.step / self._snapshot.n_steps)
            listeners, self._awaiting_news = self._awaiting_news, set()
            if self._snapshot.is_last:
                listeners |= self._awaiting_end
        for loop, event in listeners:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def newer(self, version: int) -> Snapshot:
        """The newest snapshot, once it is newer than `version`."""
        return await self._when(lambda: self._snapshot.version > version, lambda: self._awaiting_news)

    async def snapshots(self, *, previews: bool) -> AsyncIterator[Snapshot]:
        """Each newest snapshot from now to the last one."""
        self.n_watchers += previews
        try:
            version = -1
            while True:
                snapshot = await self.newer(version)
                version = snapshot.version
                yield snapshot
                if snapshot.is_last:
                    return
        finally:
            self.n_watchers -= previews

    async def end(self) -> Snapshot:
        """The last snapshot."""
        return await self._when(lambda: self._snapshot.is_last, lambda: self._awaiting_end)

    async def _when(self, is_so: Callable[[], bool], listeners: Callable[[], set[_Listener]]) -> Snapshot:
        """The newest snapshot once it is as asked; `listeners` is looked up anew, since `update` replaces a set."""
        own = (asyncio.get_running_loop(), asyncio.Event())
        while True:
            with self._lock:
                if is_so():
                    return self._snapshot
                listeners().add(own)
            try:
                await own[1].wait()
            finally:
                with self._lock:
                    listeners().discard(own)
            own[1].clear()
