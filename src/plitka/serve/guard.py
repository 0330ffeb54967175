"""ASGI middleware that every request passes first: it gives it an id, identifies its caller, and limits and times it.

A body is read only from a caller who is known, up to a limit of bytes, so nobody else can fill the memory; how long it
may take is `plitka.serve.protocol`'s. Probes wait for nothing: they need no key, no body and no other thread.
"""

import re
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plitka.errors import NotIdentified, PlitkaError, ServiceError, StorageAway, Unavailable
from plitka.serve import identity, keys, routes
from plitka.serve.access import require
from plitka.serve.bodies import Replay, check_bytes, declared_bytes, limit_of, read_body
from plitka.serve.error_responses import error_response
from plitka.serve.key_changes import require_address
from plitka.serve.keys import Role
from plitka.serve.links import is_signed
from plitka.serve.logs import frames
from plitka.serve.protocol import IS_ONE_TOO_MANY
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
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"})
"""Of HTTP. A client may invent others, however long, and no log nor metric keeps those."""
_FIRST_REFUSAL = 400
"""Of the statuses."""
_MUCH_BYTES = 64 * 1024
"""Of a body, read or refused: its pieces leave memory behind that is given back only when asked for."""


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
        response = _Response(scope, send, request_id)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        name = f"{_method_of(scope)} {scope['path'] if scope['path'] in routes.OPEN_PATHS else ''}".strip()
        with self._service.tracer.request(name, headers.get("traceparent")), ExitStack() as held:
            scope["state"]["held"] = held
            await self._serve(scope, receive, response, headers)
        if (declared_bytes(headers) or 0) > _MUCH_BYTES:
            self._service.tidier.soon()
        self._note(scope, response)

    async def _serve(self, scope: Scope, receive: Receive, response: "_Response", headers: Headers) -> None:
        try:
            body = b"" if _is_open(scope) else await self._admit(scope, receive, headers)
            await self._pass_on(scope, Replay(body, receive), response)
        except PlitkaError as error:
            await self._turn_away(scope, response, error)
        except ClientDisconnect:
            response.is_dropped = True
        except Exception as error:
            log.error("request_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (no paths)
            await self._turn_away(
                scope, response, ServiceError("something broke here; the request's id finds it in the log")
            )

    async def _pass_on(self, scope: Scope, receive: Receive, response: "_Response") -> None:
        """Have it answered; who is answered in one go has one of the key's threads until the answer begins."""
        if not _is_open(scope) and not _waits(scope):
            response.on_start = await self._service.lanes.take(_whose(scope))
        asked = _as_get(scope)
        try:
            await self._app(asked, receive, response.send)
        finally:
            response.on_start()
            scope["route"] = asked.get("route")

    async def _turn_away(self, scope: Scope, response: "_Response", error: PlitkaError) -> None:
        if response.status:
            return
        answer = error_response(error, scope["path"], scope["state"]["request_id"], Headers(scope=scope))
        await answer(scope, _nothing_more, response.send)

    async def _admit(self, scope: Scope, receive: Receive, headers: Headers) -> bytes:
        """Put the caller into the request's state, and read the body.

        Raises:
            Unavailable: there are too many connections.
            NotIdentified: no key, or none that is in force.
            TooMany: this address has tried too many, or this key asks all the time, or too much at once.
            TooLarge: the body is larger than any here.
        """
        if IS_ONE_TOO_MANY in scope["state"]:
            raise Unavailable("too many connections are open; ask again in a moment", retry_after_s=1.0)
        if scope["path"] != routes.SESSION and not is_signed(scope, self._service.link_secret):
            await self._identify(scope, headers)
            if scope["path"] in routes.UPLOAD_PATHS and scope["method"] == "POST":
                await self._admit_upload(scope, headers)
        if not routes.is_known(scope["path"]):  # that nothing is there is told, and not how large a body may be
            return b""
        return await read_body(receive, headers, limit_of(scope["path"], self._service.settings))

    async def _identify(self, scope: Scope, headers: Headers) -> None:
        address = (scope.get("client") or ("",))[0]
        caller = await run_in_threadpool(self._caller, scope["method"], headers, address)
        scope["state"]["caller"] = caller
        self._service.tracer.tell(key_id=caller.key_id, contract=routes.contract_of(scope["path"]).value)
        structlog.contextvars.bind_contextvars(key_id=caller.key_id)
        place = self._service.requests.hold(
            caller.key_id, "{limit} requests of this key are in work, and no more can be; wait for one of them"
        )
        scope["state"]["held"].enter_context(place)

    def _caller(self, method: str, headers: Headers, address: str) -> keys.Caller:
        service = self._service
        caller = identity.identify(service, method, headers)
        if caller is None:
            key = identity.key_of(headers)
            service.allowance.count_refusal(address)
            log.warning("refused", reason="no key" if key is None else "bad key", address=address)
            if key is None:
                raise NotIdentified("this needs a key; send it as Authorization: Bearer KEY")
            raise NotIdentified("this key is not in force; ask the operator for another")
        require_address(caller, address)
        service.allowance.read(caller)
        service.last_uses.note(caller.key_id)
        return caller

    async def _admit_upload(self, scope: Scope, headers: Headers) -> None:
        """Count a file and take its room, before any of it is read; the answer tells what is left.

        Raises:
            NotAllowed: the key's role does not reach so far.
            TooMany: the key has no measurements left, or enough files pending.
            Unavailable: enough files of all keys are pending.
            TooLarge: the file is larger than any here.
        """
        service, caller = self._service, scope["state"]["caller"]
        limit = service.settings.upload_bytes
        n_bytes = declared_bytes(headers)
        check_bytes(n_bytes or 0, limit)
        require(caller, Role.MAKER)
        scope["state"]["held"].enter_context(service.uploads.hold(caller.key_id, limit if n_bytes is None else n_bytes))
        scope["state"]["rate"] = await run_in_threadpool(service.allowance.spend, caller)
        scope["state"]["give_back"] = partial(service.allowance.give_back, caller)

    def _note(self, scope: Scope, response: "_Response") -> None:
        """Log and measure the request."""
        route = getattr(scope.get("route"), "path", "other")
        status = "dropped" if response.is_dropped else str(response.status)
        method = _method_of(scope)
        self._service.metrics.requests.labels(method if route != "other" else "", route, status).observe(
            response.seconds
        )
        caller = scope["state"].get("caller")
        contract = routes.contract_of(scope["path"]).value
        self._service.metrics.key_requests.labels(caller.key_id if caller else "", contract, status).inc()
        log.info("request", method=method, route=route, status=status, seconds=round(response.seconds, 4))


class _Response:
    """Sends a response on, with the headers that every response has, and remembers its status and time."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._started = time.perf_counter()
        self.status = 0
        """0 before the response has begun."""
        self.seconds = 0.0
        self.is_dropped = False
        self.on_start: Callable[[], None] = lambda: None
        """Called when the response begins."""

    async def send(self, part: Message) -> None:
        """Pass a part of the response on."""
        if part["type"] == "http.response.start":
            self.status = part["status"]
            self.seconds = time.perf_counter() - self._started
            self.on_start()
            await self._give_back()
            headers = MutableHeaders(scope=part)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            headers["X-Request-ID"] = self._request_id
            rate = self._scope["state"].get("rate")
            for name, value in rate.headers.items() if rate else ():
                headers[name] = value
            if IS_ONE_TOO_MANY in self._scope["state"]:
                headers["Connection"] = "close"
        await self._send(part)

    async def _give_back(self) -> None:
        """Have what is refused, or broke, take nothing from the caller's allowance."""
        state = self._scope["state"]
        give_back = state.pop("give_back", None)
        if give_back is not None and self.status >= _FIRST_REFUSAL:
            with suppress(StorageAway):  # what a key has left is no reason to answer nothing
                state["rate"] = await run_in_threadpool(give_back)


def _is_open(scope: Scope) -> bool:
    """Whether anybody may ask it, and a body would mean nothing."""
    return scope["method"] in ("GET", "HEAD") and routes.is_open(scope["path"])


def _waits(scope: Scope) -> bool:
    """Whether an answer may take long without a thread, and takes those that it needs by itself."""
    path = scope["path"]
    is_order = scope["method"] not in ("GET", "HEAD") and (routes.takes_order(path) or path in routes.UPLOAD_PATHS)
    return is_order or routes.is_stream(path)


def _whose(scope: Scope) -> str:
    """The key that asks; the address of who has none: of a link, or of one who signs in."""
    caller = scope["state"].get("caller")
    return caller.key_id if caller else f"address {(scope.get('client') or ('',))[0]}"


def _as_get(scope: Scope) -> Scope:
    """A request that is answered alike: HEAD as GET, whose body the server leaves out, but for streams without end."""
    if scope["method"] != "HEAD" or routes.is_stream(scope["path"]):
        return scope
    return {**scope, "method": "GET"}


def _method_of(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "other"


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}
