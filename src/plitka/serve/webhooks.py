"""Webhooks: a client's server is told how its predictions go, if the operator allows its host.

The end of a prediction is sent again until it is received, also after a new start of the service; so it may arrive
twice, and is never lost. Each message is signed with the secret of its key (`plitka.serve.webhook_signing`).
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import structlog
from starlette.concurrency import run_in_threadpool

from plitka.errors import NotAllowed, StorageAway
from plitka.serve import due_webhooks, webhook_signing
from plitka.serve.due_webhooks import DueWebhook
from plitka.serve.keys import Caller
from plitka.serve.logs import frames
from plitka.serve.metrics import Metrics
from plitka.serve.settings import Settings
from plitka.serve.store import Job, Store

log = structlog.get_logger(__name__)

_PAUSES_S = (0.0, 1.0, 4.0, 16.0, 64.0, 256.0)
_TIMEOUT_S = 10.0
"""For one message, from the first byte to the status of the answer."""
_PER_HOST = 8
"""Messages that are sent at once, so that a slow receiver holds up no other."""
_AT_ONCE = 32
"""The same to all hosts: each message may have a picture."""
_STORE_PAUSE_S = 2.0
_T = TypeVar("_T")

ToPrediction = Callable[[Job], Mapping[str, Any]]
"""A job as the contract has it: a prediction."""


def check_host(url: str, settings: Settings, caller: Caller) -> None:
    """Refuse a webhook to where the operator did not allow one: else a client could reach what only we can.

    Raises:
        NotAllowed: the host is not among those of the key, or of `Settings.webhook_hosts` where the key has none of its
            own; or the URL is none of the web's.
    """
    hosts = settings.webhook_hosts if caller.webhook_hosts is None else caller.webhook_hosts
    try:
        parts = urlsplit(url)
        is_allowed = parts.scheme in ("http", "https") and parts.netloc.lower() in [host.lower() for host in hosts]
    except ValueError:
        is_allowed = False
    if not is_allowed:
        raise NotAllowed("webhooks to that host are not allowed; the operator may allow it by PLITKA_WEBHOOK_HOSTS")


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this process trusts; to read that takes longer than all else that a client begins with."""
    return httpx2.create_ssl_context()


class Webhooks:
    """Sends the messages, as tasks of one event loop."""

    def __init__(self, store: Store, metrics: Metrics, to_prediction: ToPrediction) -> None:
        self._store = store
        self._metrics = metrics
        self._to_prediction = to_prediction
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client = httpx2.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False, verify=_trusted())
        self._all_turns = asyncio.Semaphore(_AT_ONCE)
        self._turns: dict[str, asyncio.Semaphore] = {}
        """By the host."""
        self._tasks: set[asyncio.Task[None]] = set()
        metrics.webhook_backlog.set_function(lambda: len(self._tasks))

    async def start(self) -> None:
        """Take up what the last run left untold."""
        self._loop = asyncio.get_running_loop()
        self._keep(asyncio.create_task(self._begin_due()))

    async def stop(self) -> None:
        """Leave what is untold to the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def tell(self, job: Job, event: str) -> None:
        """From any thread: the job began or ended."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._begin, DueWebhook(job_id=job.id, hook=job.webhook or {}), event)

    async def _begin_due(self) -> None:
        for due in await _when_there(lambda: due_webhooks.find(self._store)):
            self._begin(due, "completed")

    def _begin(self, due: DueWebhook, event: str) -> None:
        """Of what waits, perhaps for minutes, no more is held than the webhook: an order may have large masks."""
        self._keep(asyncio.get_running_loop().create_task(self._deliver(due, event), name=due.job_id))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:  # the next start tries again
            log.error("webhook_broke", task=task.get_name(), error=type(error).__name__, frames=frames(error))

    async def _deliver(self, due: DueWebhook, event: str) -> None:
        events = due.hook.get("events") or ["start", "output", "logs", "completed"]
        if event in events:
            pauses_s = _PAUSES_S if event == "completed" else (0.0,)
            is_heard = await self._send(due, event, pauses_s)
            self._metrics.webhooks.labels("heard" if is_heard else "given up").inc()
            log.info("webhook", job_id=due.job_id, event_kind=event, is_heard=is_heard)
        if event == "completed":
            await _when_there(lambda: due_webhooks.settle(self._store, due.job_id))

    async def _send(self, due: DueWebhook, event: str, pauses_s: tuple[float, ...]) -> bool:
        turns = self._turns.setdefault(urlsplit(due.hook["url"]).netloc.lower(), asyncio.Semaphore(_PER_HOST))
        for pause_s in pauses_s:
            await asyncio.sleep(pause_s)
            async with turns, self._all_turns:  # and only then is the picture read: many messages may wait
                if await self._is_heard(due, event):
                    return True
        return False

    def _message(self, job_id: str, event: str) -> "_Message | None":
        """The prediction as it is now; None once its owner has deleted it: there is nothing to tell any more."""
        job = self._store.find_job(job_id)
        if job is None or job.deleted_at is not None:
            return None
        body = json.dumps(dict(self._to_prediction(job)), ensure_ascii=False).encode()
        later = self._store.find_job(job_id)  # it may have been deleted while its picture was read
        if later is None or later.deleted_at is not None:
            return None
        signed = webhook_signing.headers_of(self._store, job.key_id, f"msg_{job_id}_{event}", body)
        return _Message(body=body, headers={"Content-Type": "application/json"} | signed)

    async def _is_heard(self, due: DueWebhook, event: str) -> bool:
        """Whether the receiver says so in time; of its answer no more than the status is read."""
        message = await _when_there(lambda: self._message(due.job_id, event))
        if message is None:
            return False
        sent = self._client.stream("POST", due.hook["url"], content=message.body, headers=message.headers)
        try:
            async with asyncio.timeout(_TIMEOUT_S), sent as answer:
                return bool(answer.is_success)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """What is sent."""

    body: bytes
    headers: Mapping[str, str]


async def _when_there(ask: Callable[[], _T]) -> _T:
    """What the database and the pictures' place answer, as soon as they do."""
    while True:
        try:
            return await run_in_threadpool(ask)
        except StorageAway:
            await asyncio.sleep(_STORE_PAUSE_S)
