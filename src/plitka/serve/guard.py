"""ASGI middleware that every request passes first: it gives it an id, identifies its caller, and limits and times it.

A body is read only from a caller who is known, up to a limit of bytes and seconds; so nobody else can fill the memory,
and nobody can hold a connection by sending or reading slowly.
"""

import asyncio
import re
import time
import uuid

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plitka.errors import NotIdentified, PlitkaError, ServiceError, TooLarge
from plitka.serve import keys, routes
from plitka.serve.error_responses import error_response
from plitka.serve.links import is_signed
from plitka.serve.logs import frames
from plitka.serve.service import Service

log = structlog.get_logger("plitka.serve.http")

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOCAL_HOSTS = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host")


class Guard:
    """ASGI middleware around the whole service."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer why it is refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked_id = headers.get("x-request-id", "")
        request_id = asked_id if _REQUEST_ID.fullmatch(asked_id) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        response = _Response(scope, send, request_id, self._service.settings.send_timeout_s)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        name = f"{scope['method']} {scope['path'] if scope['path'] in routes.OPEN_PATHS else ''}".strip()
        with self._service.tracer.request(name, headers.get("traceparent")):
            await self._serve(scope, receive, response, headers)
        self._note(scope, response)

    async def _serve(self, scope: Scope, receive: Receive, response: "_Response", headers: Headers) -> None:
        try:
            await self._identify(scope, headers)
            body = await self._read_body(scope, receive, headers)
            await self._app(scope, _Replay(body, receive), response.send)
        except PlitkaError as error:
            await self._turn_away(scope, response, error)
        except (TimeoutError, ClientDisconnect):
            response.is_dropped = True
            log.info("client_dropped")
        except Exception as error:
            log.error("request_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (no paths)
            await self._turn_away(
                scope, response, ServiceError("something broke here; the request's id finds it in the log")
            )

    async def _turn_away(self, scope: Scope, response: "_Response", error: PlitkaError) -> None:
        if response.status:
            return
        answer = error_response(error, scope["path"], scope["state"]["request_id"], Headers(scope=scope))
        await answer(scope, _nothing_more, response.send)

    async def _identify(self, scope: Scope, headers: Headers) -> None:
        """Put the caller into the request's state.

        Raises:
            NotIdentified: no key, or none that is in force.
            TooMany: this address has tried too many, or this key asks all the time.
        """
        if scope["path"] in routes.OPEN_PATHS and scope["method"] in ("GET", "HEAD"):
            return
        if is_signed(scope, self._service.link_secret):
            return
        key = _key_of(headers)
        address = (scope.get("client") or ("",))[0]
        caller = await run_in_threadpool(self._admit, key, headers, address)
        scope["state"]["caller"] = caller
        structlog.contextvars.bind_contextvars(key_id=caller.key_id)

    def _admit(self, key: str | None, headers: Headers, address: str) -> keys.Caller:
        service = self._service
        caller = keys.identify(service.store, key) if key is not None else self._local_caller(headers)
        if caller is None:
            service.allowance.count_refusal(address)
            log.warning("refused", reason="no key" if key is None else "bad key", address=address)
            if key is None:
                raise NotIdentified("this needs a key; send it as Authorization: Bearer KEY")
            raise NotIdentified("this key is not in force; ask the operator for another")
        service.allowance.read(caller)
        return caller

    def _local_caller(self, headers: Headers) -> keys.Caller | None:
        """The caller of a request without a key: on this machine, through no proxy, from no page of another host."""
        if not self._service.settings.is_loopback or any(name in headers for name in _FORWARDED):
            return None
        origin = headers.get("origin", "http://localhost").partition("://")[2]
        if not (_LOCAL_HOSTS.fullmatch(headers.get("host", "")) and _LOCAL_HOSTS.fullmatch(origin)):
            return None
        return keys.local_caller(self._service.store)

    async def _read_body(self, scope: Scope, receive: Receive, headers: Headers) -> bytes:
        settings = self._service.settings
        limit = settings.upload_bytes if scope["path"] in routes.UPLOAD_PATHS else settings.body_bytes
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > limit:
            raise _refuse_size(limit)
        parts, n_bytes = [], 0
        async with asyncio.timeout(settings.body_timeout_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise TimeoutError
                parts.append(message.get("body", b""))
                n_bytes += len(parts[-1])
                if n_bytes > limit:
                    raise _refuse_size(limit)
                if not message.get("more_body", False):
                    return b"".join(parts)

    def _note(self, scope: Scope, response: "_Response") -> None:
        """Log and measure the request."""
        route = getattr(scope.get("route"), "path", "other")
        status = "dropped" if response.is_dropped else str(response.status)
        self._service.metrics.requests.labels(scope["method"] if route != "other" else "", route, status).observe(
            response.seconds
        )
        log.info("request", method=scope["method"], route=route, status=status, seconds=round(response.seconds, 4))


class _Response:
    """Sends a response on, with the headers that every response has, and remembers its status and time."""

    def __init__(self, scope: Scope, send: Send, request_id: str, timeout_s: float) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._timeout_s = timeout_s
        self._started = time.perf_counter()
        self.status = 0
        """0 before the response has begun."""
        self.seconds = 0.0
        self.is_dropped = False

    async def send(self, part: Message) -> None:
        """Pass a part of the response on.

        Raises:
            TimeoutError: the client does not take it.
        """
        if part["type"] == "http.response.start":
            self.status = part["status"]
            self.seconds = time.perf_counter() - self._started
            headers = MutableHeaders(scope=part)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            headers["X-Request-ID"] = self._request_id
            rate = self._scope["state"].get("rate")
            for name, value in rate.headers.items() if rate else ():
                headers[name] = value
        async with asyncio.timeout(self._timeout_s):
            await self._send(part)


class _Replay:
    """An ASGI `receive` that gives the body that was read, then what else the connection brings."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}


def _refuse_size(limit: int) -> TooLarge:
    return TooLarge("a request here has at most {limit} bytes", limit=limit)


def _key_of(headers: Headers) -> str | None:
    """The key that a request carries, in any of the ways that clients know."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if credentials and scheme.lower() in {"bearer", "token"}:
        return credentials.strip()
    if scheme:
        return ""
    return headers.get("x-api-key")
