"""How many threads each key has at once, so that however much one asks, the others' requests find some free.

All requests share one pool of threads, which gives them out in the order of asking: a key that asks for two hundred
pictures as WebP would have everybody wait for all of them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Lane:
    """Of one key or address."""

    free: asyncio.Semaphore
    n_users: int = 0
    """Who have a thread or wait for one."""


class Lanes:
    """The threads that each key or address may have; used by the event loop's thread alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lanes: dict[str, _Lane] = {}

    def __len__(self) -> int:
        return len(self._lanes)

    async def take(self, whose: str) -> Callable[[], None]:
        """Wait for a thread of a key's or an address's; what gives it back, which may be called again."""
        lane = self._lanes.setdefault(whose, _Lane(asyncio.Semaphore(self._limit)))
        lane.n_users += 1
        with ExitStack() as left:
            left.callback(self._leave, whose, lane)
            await lane.free.acquire()
            left.callback(lane.free.release)
            return left.pop_all().close

    @asynccontextmanager
    async def hold(self, whose: str) -> AsyncIterator[None]:
        """Have a thread until the end of the block."""
        give_back = await self.take(whose)
        try:
            yield
        finally:
            give_back()

    def _leave(self, whose: str, lane: _Lane) -> None:
        lane.n_users -= 1
        if not lane.n_users:
            del self._lanes[whose]
