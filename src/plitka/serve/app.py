"""The HTTP application over one service: routes, errors, probes and its life from start to stop."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from plitka.errors import InputError, NotFound, PlitkaError, ServiceError, StorageAway, Unavailable
from plitka.serve import (
    a1111_api,
    a1111_infotext_api,
    a1111_lists_api,
    cog_api,
    control_api,
    keys_api,
    materials_api,
    openai_api,
    operation_api,
    own_api,
    plain_api,
    previews_api,
    replicate_api,
    routes,
    schemas,
    session_api,
    sheets_api,
    uploads_api,
)
from plitka.serve.access import Operator, TheService
from plitka.serve.error_responses import error_response, language_of
from plitka.serve.guard import Guard
from plitka.serve.page import the_page
from plitka.serve.previews_api import FIELD_HEADER
from plitka.serve.problems import fault_text, faults_of_best_body
from plitka.serve.service import Service
from plitka.serve.store import Job
from plitka.serve.webhooks import Webhooks

log = structlog.get_logger(__name__)

OWN = (own_api, uploads_api, session_api, keys_api, operation_api, control_api, sheets_api, materials_api, previews_api)
"""The modules of our own contract."""
A1111 = (a1111_api, a1111_lists_api, a1111_infotext_api)
"""Those of the web UI's."""
_STOP_GRACE_S = 5.0


def create_app(service: Service) -> ASGIApp:
    """The application; its lifespan starts the service and stops it."""
    guarded: ASGIApp = Guard(_Served(service), service)
    if service.settings.cors_origins:
        guarded = CORSMiddleware(
            guarded,
            allow_origins=service.settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            # Clients send more than ours (x-stainless-lang, prefer, traceparent), and none of it opens anything: a
            # session is not taken from other pages.
            allow_headers=["*"],
            expose_headers=[
                "ETag",
                "Location",
                "Retry-After",
                "RateLimit-Limit",
                "RateLimit-Remaining",
                "RateLimit-Reset",
                FIELD_HEADER,
            ],
        )
    if service.settings.trusted_proxies:
        proxies = list(service.settings.trusted_proxies)
        return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", guarded), proxies))
    return guarded


class _Served:
    """The contract over one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._contract = _contract(service.version)
        self._life = Router(lifespan=lambda _: _live(service))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the service in its state, or begin and end the service."""
        if scope["type"] == "lifespan":
            await self._life(scope, receive, send)
            return
        scope.setdefault("state", {})["service"] = self._service
        await self._contract(scope, receive, send)


@cache
def _contract(version: str) -> FastAPI:
    """Routes, errors and their document, which any service of a process can have: making them takes half a second."""
    app = FastAPI(
        title="plitka",
        version=version,
        summary="Shows what a mix of rubber granules will look like as a tile.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url=None,
    )
    for api in (*OWN, openai_api, cog_api, replicate_api, *A1111, plain_api):
        app.include_router(api.router)
    _add_probes(app)
    _add_document(app)
    app.add_route(routes.WEB_FILE, the_page().asset, include_in_schema=False)
    app.add_exception_handler(PlitkaError, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_broken)
    return app


@asynccontextmanager
async def _live(service: Service) -> AsyncIterator[None]:
    service.jobs.attach(asyncio.get_running_loop())
    await run_in_threadpool(_document, service.version)  # whoever asked for it first would hold up all others
    settings = service.settings
    told = partial(_prediction, service, settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}")
    webhooks = Webhooks(service.store, service.metrics, told)
    service.jobs.on_change = webhooks.tell
    await webhooks.start()
    await run_in_threadpool(service.health.look)
    service.health.start()
    service.retention.start()
    for worker in service.workers:
        worker.start()
    yield
    service.jobs.drain()
    await run_in_threadpool(_join, service.workers, (service.jobs.drain_at or 0.0) + _STOP_GRACE_S)
    await webhooks.stop()
    service.previews.close()
    await run_in_threadpool(service.retention.stop)
    await run_in_threadpool(service.health.stop)
    service.tracer.close()
    with suppress(StorageAway):
        await run_in_threadpool(partial(service.last_uses.flush, service.store, is_last=True))
    service.store.close()


def _join(workers: Sequence[threading.Thread], end_at: float) -> None:
    """Wait for all of some threads until one moment of the monotonic clock."""
    for worker in workers:
        worker.join(max(0.0, end_at - time.monotonic()))


def _prediction(service: Service, here: str, job: Job) -> dict[str, Any]:
    """A job as its webhook is told of it: with a link to the picture, where the operator said how we are reached."""
    return cog_api.to_prediction(service, job, here, as_link=bool(service.settings.public_url)).model_dump()


def _add_probes(app: FastAPI) -> None:
    problem: dict[int | str, dict[str, Any]] = {503: {"model": schemas.Problem}}
    text: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}

    @app.get(routes.LIVE, tags=["operation"], responses=problem, summary="Liveness: whether the process is of any use")
    async def live(service: TheService) -> dict[str, str]:
        if not service.is_alive:
            raise Unavailable("the engine cannot be loaded, or gives no sign; restart the service")
        return {"status": "alive"}

    @app.get(routes.READY, tags=["operation"], responses=problem, summary="Readiness: whether pictures are made now")
    async def ready(service: TheService) -> dict[str, str]:
        problem = service.problem
        if problem is not None:
            raise Unavailable("{reason}", reason=str(problem))
        return {"status": "ready"}

    @app.get(
        routes.METRICS,
        tags=["operation"],
        response_class=Response,
        responses=text | schemas.problem_responses(),
        summary="Numbers for Prometheus",
    )
    def metrics(service: TheService, _caller: Operator) -> Response:
        return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)


@cache
def _document(version: str) -> bytes:
    """The OpenAPI document, written once: anybody may ask for it, and who writes it each time holds up all others."""
    return bytes(JSONResponse(_contract(version).openapi()).body)


def _add_document(app: FastAPI) -> None:
    async def document(_request: Request) -> Response:
        return Response(_document(app.version), media_type=JSONResponse.media_type)

    app.add_route(routes.OPENAPI, document, include_in_schema=False)


async def _answer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlitkaError)
    log.warning("refused", reason=type(error).__name__)
    return error_response(error, request.url.path, request.state.request_id, request.headers)


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = faults_of_best_body(error.errors())
    log.warning("refused", reason="invalid", kinds=sorted({fault["type"] for fault in faults})[:5])
    is_unreadable = any(fault["type"] == "json_invalid" for fault in faults)
    language = language_of(request.headers)
    told = InputError(
        "the request does not fit: {faults}", faults="; ".join(fault_text(fault, language) for fault in faults[:5])
    )
    return error_response(
        told, request.url.path, request.state.request_id, request.headers, status=400 if is_unreadable else 422
    )


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    log.warning("refused", reason="http", status=error.status_code)
    told: PlitkaError = ServiceError("the request cannot be read")
    if request.url.path in routes.SD_UNSERVED:
        told = InputError("pictures are made of words alone here, and of no other picture; send the words to {path}",
                          path=routes.SD_TXT2IMG)  # fmt: skip
        return error_response(told, request.url.path, request.state.request_id, request.headers)
    if error.status_code == 404:
        told = NotFound("there is nothing at this address")
    elif error.status_code == 405:
        told = ServiceError("this path knows other methods")
    answer = error_response(told, request.url.path, request.state.request_id, request.headers, status=error.status_code)
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        own = (error.headers or {}).get("Allow", "").split(", ")
        answer.headers["Allow"] = ", ".join(sorted(_methods_at(request).union(filter(None, own))))
    return answer


async def _answer_broken(request: Request, _error: Exception) -> Response:
    """Starlette raises the error again after this, and the guard logs it."""
    told = ServiceError("something broke here; the request's id finds it in the log")
    return error_response(told, request.url.path, request.state.request_id, request.headers)


def _methods_at(request: Request) -> set[str]:
    """Every method that the document names for the path: Starlette itself names those of the first route alone."""
    paths = request.app.openapi()["paths"]
    parts = request.url.path.split("/")
    found = set()
    for template, operations in paths.items():
        pieces = template.split("/")
        is_it = len(pieces) == len(parts) and all(
            piece == part or piece.startswith("{") for piece, part in zip(pieces, parts, strict=True)
        )
        if is_it:
            found |= {method.upper() for method in operations}
    return found | ({"HEAD"} if "GET" in found and not routes.is_stream(request.url.path) else set())
