"""One at a time, and the keys in turn: however much of one key waits, the next of another comes after one of it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plitka.serve.fair_queue import FairQueue


class Turns:
    """Who has the turn, and who waits for it; used by the event loop's thread alone."""

    def __init__(self) -> None:
        self._queue = FairQueue()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._is_taken = False

    @asynccontextmanager
    async def hold(self, key_id: str) -> AsyncIterator[None]:
        """Have the turn until the end of the block."""
        if self._is_taken:
            await self._wait(key_id)
        self._is_taken = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, key_id: str) -> None:
        ticket = uuid.uuid4().hex
        given = self._waiting[ticket] = asyncio.get_running_loop().create_future()
        self._queue.put(ticket, key_id)
        try:
            await given
        except asyncio.CancelledError:
            self._waiting.pop(ticket, None)
            if not self._queue.remove(ticket):  # the turn was given, and is of no use any more
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        ticket = self._queue.take()
        self._is_taken = ticket is not None
        if ticket is not None:
            given = self._waiting.pop(ticket)
            if not given.done():
                given.set_result(None)
