"""HTTP/1.1 over one connection: uvicorn's protocol, with limits on how long a client may take.

uvicorn itself limits only how long a connection rests between two requests. Here each request has a limit for its
headers and one for its body, also where it was answered before its end; and an answer has to be taken.
"""

import asyncio
from typing import Any

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from plitka.serve.connections import Connections
from plitka.serve.request_head import StrictConnection
from plitka.serve.settings import Settings

log = structlog.get_logger("plitka.serve.http")

IS_ONE_TOO_MANY = "is_one_too_many"
"""Key of a request's state: its connection is above the limits, and only probes are answered there."""


HEAD_BYTES = 32 * 1024
"""Of the head of a request, at most."""
_HALF_CLOSED_S = 1.0
"""For something of an answer to be there, after the client has sent all that it will."""


class TimedProtocol(H11Protocol):
    """Closes a connection whose client is too slow to send or to receive."""

    def __init__(self, *args: Any, settings: Settings, open_connections: Connections, **kwargs: Any) -> None:  # noqa: ANN401  (as uvicorn has it)
        super().__init__(*args, **kwargs)
        self.conn = StrictConnection(h11.SERVER, HEAD_BYTES)
        self._settings = settings
        self._open = open_connections
        self._read_limit: asyncio.TimerHandle | None = None
        self._awaited: object = None
        """What the limit is for: a request, and the part of it that is to come."""
        self._write_limit: asyncio.TimerHandle | None = None
        self._n_unsent = 0
        self._has_sent_all = False
        """Whether the client will send nothing more, and may still read."""

    @property
    def address(self) -> str:
        """Of the client."""
        return self.client[0] if self.client else ""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401  (as uvicorn has it)
        """Count it; the first headers have their limit from now on."""
        # The transport says at once when not all was taken, and again when it was.
        transport.set_write_buffer_limits(high=0)
        super().connection_made(transport)
        if not self._open.add(self):
            self.app_state = self.app_state | {IS_ONE_TOO_MANY: True}
        self._follow()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what is awaited next has its own limit."""
        super().data_received(data)
        self._follow()

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio takes a bool, and uvicorn none
        """Go on for a moment, if a request is being answered: the client may have closed only its own half.

        A client that has gone looks the same, so what takes longer ends with it.
        """
        if self.cycle is None or self.cycle.response_complete or self.conn.their_state is h11.SEND_BODY:
            return False
        self._has_sent_all = True
        self._close_idle_later()
        return True

    def _close_idle_later(self) -> None:
        self.loop.call_later(_HALF_CLOSED_S, self._close_idle)

    def _close_idle(self) -> None:
        """Close, unless there is something on its way to the client."""
        if self.transport.get_write_buffer_size() and not self.transport.is_closing():
            self._close_idle_later()
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Say so, unless an answer is under way, and close."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def on_response_complete(self) -> None:
        """Rest, if the request was read to its end: uvicorn limits that."""
        super().on_response_complete()
        cycle: Any = self.cycle
        if self._has_sent_all and cycle.response_complete:
            self.transport.close()
        if self.conn.their_state is h11.IDLE:
            self._end_read_limit()
            self._open.wait(self)
        else:
            self._follow()

    def pause_writing(self) -> None:
        """Not all was taken; from now on some of it has to be, again and again."""
        super().pause_writing()
        self._expect_taking()

    def resume_writing(self) -> None:
        """All was taken."""
        super().resume_writing()
        self._end_write_limit()

    def drop(self, reason: str) -> None:
        """Close the connection at once: what is unsent is lost."""
        log.info("client_dropped", reason=reason, address=self.address)
        self._forget()
        self.transport.abort()

    def _follow(self) -> None:
        """Set the limit of what is awaited now, unless it is awaited already."""
        cycle: Any = self.cycle
        is_waiting = cycle is None or cycle.response_complete
        (self._open.wait if is_waiting else self._open.work)(self)
        if self.transport.is_closing():  # and the client has still to take the answer
            return
        awaited = (cycle, self.conn.their_state)
        if awaited != self._awaited:
            self._end_read_limit()
            self._awaited = awaited
            self._limit_reading()

    def _limit_reading(self) -> None:
        limits_s = {h11.IDLE: self._settings.header_timeout_s, h11.SEND_BODY: self._settings.body_timeout_s}
        limit_s = limits_s.get(self.conn.their_state)
        if limit_s is not None:
            self._read_limit = self.loop.call_later(limit_s, self._end_reading)

    def _end_reading(self) -> None:
        if self.flow.read_paused:  # it is we who do not read
            self._limit_reading()
        else:
            self.drop("slow to send")

    def _expect_taking(self) -> None:
        self._n_unsent = self.transport.get_write_buffer_size()
        self._write_limit = self.loop.call_later(self._settings.send_timeout_s, self._check_taking)

    def _check_taking(self) -> None:
        n_taken = self._n_unsent - self.transport.get_write_buffer_size()
        if n_taken < self._settings.send_bytes_per_s * self._settings.send_timeout_s:
            self.drop("slow to receive")
        else:
            self._expect_taking()

    def _forget(self) -> None:
        self._open.remove(self)
        self._end_read_limit()
        self._end_write_limit()

    def _end_read_limit(self) -> None:
        self._awaited = None
        if self._read_limit is not None:
            self._read_limit.cancel()
            self._read_limit = None

    def _end_write_limit(self) -> None:
        if self._write_limit is not None:
            self._write_limit.cancel()
            self._write_limit = None
