"""The body of a request, read up to a limit of bytes: all of it, and what of it is no mask.

The limits keep the event loop free. Text of many small parts is slow to read; a mask is one long word, however large.
"""

import asyncio
import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from plitka.core.scene import MAX_ZONES
from plitka.errors import TooLarge
from plitka.serve import routes
from plitka.serve.settings import Settings

_MASK = re.compile(rb'"(?:data:|iVBORw0KGgo|\\?/9j\\?/|UklGR)[^"\\]*+(?:\\.[^"\\]*+)*+"?+', re.DOTALL)
"""A data URL as JSON has it, or the base64 of a PNG, JPEG or WebP file. One that does not end is one too: else each
that seems to begin within it would be read to its end again."""
_PIECE_BYTES = 64 * 1024
"""Of a body that is passed on: forms are parsed in Python, and the loop has its turn after each piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimit:
    """How large a body may be."""

    n_bytes: int
    n_text_bytes: int
    """Beside its masks."""


def limit_of(path: str, settings: Settings) -> BodyLimit:
    """The limit at a path."""
    if path == routes.SD_PNG_INFO:
        return BodyLimit(n_bytes=settings.upload_bytes, n_text_bytes=settings.body_bytes)
    if path in routes.UPLOAD_PATHS:
        return BodyLimit(n_bytes=settings.upload_bytes, n_text_bytes=settings.upload_bytes)
    if routes.takes_order(path):
        return BodyLimit(n_bytes=settings.order_bytes, n_text_bytes=settings.order_text_bytes)
    return BodyLimit(n_bytes=settings.body_bytes, n_text_bytes=settings.body_bytes)


def declared_bytes(headers: Headers) -> int | None:
    """How large a request says that its body is; None where it does not."""
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() else None


async def read_body(receive: Receive, headers: Headers, limit: BodyLimit) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is larger than the limit.
        ClientDisconnect: the client closed its connection, or was too slow.
    """
    check_bytes(declared_bytes(headers) or 0, limit.n_bytes)
    body = bytearray()
    is_going_on = True
    while is_going_on:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        check_bytes(len(body), limit.n_bytes)
        is_going_on = message.get("more_body", False)
    if len(body) > limit.n_text_bytes:
        check_bytes(len(body) - _mask_bytes(body), limit.n_text_bytes)
    return bytes(body)


class Replay:
    """An ASGI `receive` that gives the body that was read, in pieces, then what else the connection brings."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body = memoryview(body)
        self._is_given = False
        self._receive = receive

    async def __call__(self) -> Message:
        """The next piece."""
        if self._is_given:
            return await self._receive()
        piece, self._body = self._body[:_PIECE_BYTES], self._body[_PIECE_BYTES:]
        self._is_given = not self._body
        if not self._is_given:
            await asyncio.sleep(0)
        return {"type": "http.request", "body": bytes(piece), "more_body": not self._is_given}


def _mask_bytes(body: bytearray) -> int:
    """Bytes of as many data URLs as an order may have masks."""
    lengths = sorted((one.end() - one.start() for one in _MASK.finditer(body)), reverse=True)
    return sum(lengths[:MAX_ZONES])


def check_bytes(n_bytes: int, limit: int) -> None:
    """Refuse what is larger than the limit.

    Raises:
        TooLarge: it is.
    """
    if n_bytes > limit:
        raise TooLarge("a request here has at most {limit} bytes", limit=limit)
