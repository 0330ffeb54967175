"""Waiting for what is an answer, such as the picture of a job; it ends where the last client that waits goes."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import structlog
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from plitka.errors import ServiceError, Unavailable
from plitka.serve.logs import frames
from plitka.serve.service import Service
from plitka.serve.store import Job, State

log = structlog.get_logger(__name__)

_Made = TypeVar("_Made")

_ABANDONING: set[asyncio.Task[None]] = set()
"""The event loop itself does not hold its tasks."""


async def until_ended(service: Service, request: Request, jobs: Sequence[Job]) -> list[Job]:
    """Wait until all jobs have ended, which were ordered as awaited; where that is not to be, leave them.

    Raises:
        Unavailable: the service stops, or it took longer than `Settings.wait_s`.
        ClientDisconnect: the client closed its connection.
    """
    ends = asyncio.ensure_future(_ends(service, jobs))
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({ends, gone}, timeout=service.settings.wait_s, return_when=asyncio.FIRST_COMPLETED)
        if ends.done():
            ended = ends.result()
            if all(job.state.is_final for job in ended):
                return ended
            reason: Exception = Unavailable("the service is stopping; ask again in a moment", retry_after_s=30.0)
        elif gone.done():
            reason = ClientDisconnect()
        else:
            reason = Unavailable("the picture took too long to wait for; ask for it as a job", retry_after_s=30.0)
        await abandon(service, jobs)
        raise reason
    finally:
        for task in (ends, gone):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def while_there(request: Request, work: Coroutine[Any, Any, _Made]) -> _Made:
    """What some work gives, which is cancelled where the client closes its connection.

    Raises:
        ClientDisconnect: it did.
    """
    made, gone = asyncio.ensure_future(work), asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({made, gone}, return_when=asyncio.FIRST_COMPLETED)
        if made.done():
            return made.result()
        raise ClientDisconnect
    finally:
        for task in (made, gone):
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def until_ended_or(service: Service, job: Job, timeout_s: float) -> Job:
    """The job once it has ended, or as it is after `timeout_s`; it goes on either way."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            return (await _ends(service, [job]))[0]
    return await run_in_threadpool(_fresh, service, job)


async def abandon(service: Service, jobs: Sequence[Job]) -> None:
    """Leave all of some jobs, also where the caller is itself cancelled; those that nobody else waits for end."""
    task = asyncio.create_task(run_in_threadpool(_leave_all, service, jobs))
    _ABANDONING.add(task)
    task.add_done_callback(_ABANDONING.discard)
    await asyncio.shield(task)


@asynccontextmanager
async def watching(service: Service, job: Job) -> AsyncIterator[None]:
    """Count as one who waits for a job, until the end of the block."""
    service.jobs.waiters.join(job.id)
    try:
        yield
    finally:
        if service.jobs.status(job.id) is not None:
            await abandon(service, [job])


def picture_of(service: Service, job: Job) -> bytes:
    """The PNG of a job that has succeeded.

    Raises:
        ServiceError: it failed or was cancelled.
        Gone: its picture is lost or damaged.
    """
    if job.state is not State.SUCCEEDED or job.picture is None:
        message = (job.error or {}).get("error")
        raise ServiceError("{reason}", reason=message) if message else ServiceError("the job was cancelled")
    return service.pictures.read(job.picture)


async def _ends(service: Service, jobs: Sequence[Job]) -> list[Job]:
    ended: list[Job] = []
    for job in jobs:
        status = service.jobs.status(job.id)
        last = (await status.end()).ended if status is not None else None
        if last is None:
            last = await run_in_threadpool(_fresh, service, job)
        ended.append(last)
    return ended


def _fresh(service: Service, job: Job) -> Job:
    return service.store.find_job(job.id) or job


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _leave_all(service: Service, jobs: Sequence[Job]) -> None:
    for job in jobs:
        try:
            service.jobs.let_go(job)
        except Exception as error:  # it is made for nobody, and the others are not
            log.warning("job_not_cancelled", job_id=job.id, error=type(error).__name__, frames=frames(error))
