"""One ticket for each open job, sent to the painters through Ray.

A ticket names a model and no job: whichever painter Ray gives it to takes the job whose turn it is from the queue in
the database. So Ray sees how long the queue is, starts and stops painters by it, and sends a model's tickets to where
that model is loaded; whose turn it is, and that each job ends once, is the queue's matter. A ticket that is lost with
its painter is missed, since its job is still open, and sent again.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from plitka.ray_app.bundles import Served
from plitka.serve.leases import OfModel

log = structlog.get_logger(__name__)

_EVERY_S = 0.25
"""Between two looks, if no job is new: what a lost ticket costs its job, and how often a job is asked for whose lease
has to end first."""

Send = Callable[[Served, OfModel], Awaitable[int]]
"""Sends a ticket to some painter; how many pictures it made for it."""


class Tickets:
    """Those that are out; used by one event loop, but for `soon`."""

    def __init__(
        self, n_open: Callable[[], Counter[str | None]], served: Callable[[], Sequence[Served]], send: Send
    ) -> None:
        """None yet.

        Args:
            n_open: how many jobs are open, by the names of their models.
            served: the models, the first of which makes what names none.
            send: to the painters.
        """
        self._n_open = n_open
        self._served = served
        self._send = send
        self._n_out: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def n_out(self) -> int:
        """How many are out."""
        return self._n_out.total()

    def start(self) -> None:
        """Send what is missed, again and again, until `stop`."""
        self._loop = asyncio.get_running_loop()
        self._running = self._loop.create_task(self._run())

    async def stop(self) -> None:
        """Send no more; painters that have one make what they are making."""
        for task in (self._running, *self._tasks):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    def soon(self) -> None:
        """From any thread: there may be one more job."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def _run(self) -> None:
        while True:
            try:
                self._send_missed()
            except Exception as error:  # the next look finds the same jobs
                log.error("tickets_broke", error=type(error).__name__)  # noqa: TRY400  (no paths)
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S):
                    await self._news.wait()
            self._news.clear()

    def _send_missed(self) -> None:
        served = self._served()
        n_open = self._n_open()
        names = {one.plain_name for one in served}
        unknown = sum(n for name, n in n_open.items() if name not in names)  # they end as such when they are begun
        for one in served:
            is_first = one is served[0]
            n_missed = n_open[one.plain_name] + (unknown if is_first else 0) - self._n_out[one.plain_name]
            for _ in range(max(0, n_missed)):
                self._n_out[one.plain_name] += 1
                others = tuple(sorted(names - {one.plain_name})) if is_first else None
                task = asyncio.get_running_loop().create_task(self._follow(one, OfModel(one.plain_name, others)))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _follow(self, one: Served, only: OfModel) -> None:
        """A ticket until it is back, or lost; then the next look finds out whether its job is still open."""
        try:
            await self._send(one, only)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # its painter is gone, which another ticket makes up for
            log.warning("ticket_lost", model=one.name, error=type(error).__name__)
        finally:
            self._n_out[one.plain_name] -= 1
