"""The API of the AUTOMATIC1111 web UI, /sdapi/v1, as front ends and plug-ins speak it: making pictures.

A prompt is a recipe. What has no meaning here, of which that API has much, is left out, and told in `warnings` of
`info` and in the log. Sides are rounded to what the models make. The key is the password of a basic authorisation, or
comes in any of the other ways.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from plitka.core.generation import Defaults
from plitka.core.language.translations import localise
from plitka.core.recipes.recipe import Notice
from plitka.errors import InputError, NotFound
from plitka.serve import routes
from plitka.serve.a1111_bodies import MAX_IMAGES, Images, Progress, TextToImage, faults
from plitka.serve.a1111_lists_api import settled
from plitka.serve.a1111_pictures import info_of, shown_of
from plitka.serve.a1111_remarks import other_checkpoint, remarks_of
from plitka.serve.access import Maker, TheService, Viewer, accept, in_lane
from plitka.serve.completion import until_ended
from plitka.serve.error_responses import language_of
from plitka.serve.image_formats import base64_text
from plitka.serve.job_status import JobStatus
from plitka.serve.kept_words import in_language
from plitka.serve.keys import Caller
from plitka.serve.orders import CheckedOrder
from plitka.serve.service import Service
from plitka.serve.store import Job, State
from plitka.serve.terms import Terms

router = APIRouter(tags=["AUTOMATIC1111"])


@router.post(routes.SD_TXT2IMG, responses=faults(400, 404, 410, 413, 500, 503, 507), summary="Make pictures")
async def make_images(asked: TextToImage, request: Request, service: TheService, caller: Maker) -> Images:
    """Wait for the pictures; closing the connection ends them, and so does `interrupt`, which leaves what there is."""
    if asked.n_images > MAX_IMAGES:
        raise InputError("{name} may be at most {most} here, not {asked}", name="batch_size x n_iter",
                         most=MAX_IMAGES, asked=asked.n_images)  # fmt: skip
    model, notices = _model_of(asked, service)
    notices += await run_in_threadpool(remarks_of, asked)
    terms = Terms(
        request_id=request.state.request_id,
        model=model,
        traceparent=request.headers.get("traceparent"),
        is_awaited=True,
    )
    jobs = await in_lane(service, caller, lambda: accept(request, service, caller, _orders(asked, service), terms))
    statuses = [service.jobs.status(job.id) for job in jobs]
    for status in filter(None, statuses):
        status.wants_last_look = True
        status.is_polled |= service.settings.workers != 1  # the last look of another process would come too late
    ended = await until_ended(service, request, jobs)

    def answer() -> Images:
        return _answer(service, asked, ended, statuses, notices, language_of(request.headers))

    return await run_in_threadpool(answer)


def _model_of(asked: TextToImage, service: Service) -> tuple[str | None, list[Notice]]:
    """The model that an order is for; as in the web UI whichever there is where the one that is named is not."""
    if asked.checkpoint is None:
        return None, []
    try:
        return settled(asked.checkpoint, service.engine), []
    except NotFound:
        served = service.engine.name if service.engine else ""
        return None, [other_checkpoint(asked.checkpoint, served)]


def _orders(asked: TextToImage, service: Service) -> list[CheckedOrder]:
    return service.check(asked.order()).consecutive(asked.n_images)


def _answer(
    service: Service,
    asked: TextToImage,
    ended: Sequence[Job],
    statuses: Sequence[JobStatus | None],
    notices: Sequence[Notice],
    language: str,
) -> Images:
    shown, of_stopped = shown_of(service, asked, ended, statuses)
    reports = (in_language(one.job.result or {}, language).get("warnings", ()) for one in shown)
    told = [localise(notice, language) for notice in (*notices, *of_stopped)]
    warnings = list(dict.fromkeys([*told, *(sentence for own in reports for sentence in own)]))
    told_of = info_of(service.engine, asked, shown, warnings) | {"version": f"plitka {service.version}"}
    return Images(
        images=[base64_text(one.png) for one in shown] if asked.send_images in (None, True) else [],
        parameters=asked.told_back(service.engine.defaults if service.engine else Defaults()),
        info=json.dumps(told_of, ensure_ascii=False),
    )


@router.get(routes.SD_PROGRESS, responses=faults(), summary="How far the key's pictures are")
async def get_progress(
    service: TheService,
    caller: Viewer,
    skip_current_image: Annotated[bool, Query(description="Leave the preview out.")] = False,
) -> Progress:
    """Of all that the key has open; 0 where there is none. A preview is made from the first time it is asked for."""
    call = _Call.first_of(_open(service, caller))
    running = [status for _, status in call.open if status.snapshot.state is State.RUNNING]
    current = running[0].snapshot if running else None
    if not skip_current_image:
        for status in running:
            status.is_polled = True
    preview = current.preview if current and not skip_current_image else None
    done = call.done
    spent_s = max(0.0, time.time() - call.began_at)
    return Progress(
        progress=done,
        eta_relative=spent_s * (1 - done) / done if done else 0.0,
        state=_state(call, current.step if current else 0, current.n_steps if current else 0),
        current_image=await asyncio.to_thread(preview.base64, "png") if preview else None,
    )


@dataclass(frozen=True, slots=True)
class _Call:
    """Pictures that were asked for at once, as far as they are not made yet."""

    open: Sequence[tuple[Job, JobStatus]] = ()

    @classmethod
    def first_of(cls, own: Sequence[tuple[Job, JobStatus]]) -> "_Call":
        """That of the picture that is made, else of the next one."""
        running = [pair for pair in own if pair[1].snapshot.state is State.RUNNING]
        leader = next(iter([*running, *own]), None)
        return cls([pair for pair in own if leader is not None and pair[0].request_id == leader[0].request_id])

    @property
    def n_images(self) -> int:
        """Made ones among them."""
        return max((status.n_ordered for _, status in self.open), default=0)

    @property
    def n_ended(self) -> int:
        """Those that are no more in work."""
        return max(0, self.n_images - len(self.open))

    @property
    def done(self) -> float:
        """0..1 of all; it never falls, though a picture that is painted again counts its steps anew."""
        own = self.n_ended + sum(status.furthest for _, status in self.open)
        return own / self.n_images if self.open else 0.0

    @property
    def began_at(self) -> float:
        """Seconds since 1970; now where there is nothing."""
        return min((job.created_at for job, _ in self.open), default=time.time())


def _state(call: _Call, step: int, n_steps: int) -> dict[str, Any]:
    own = call.open
    is_stopping = bool(own) and all(status.is_cancelled for _, status in own)
    began = time.strftime("%Y%m%d%H%M%S", time.gmtime(own[0][0].created_at)) if own else "0"
    return {
        "skipped": not is_stopping and any(status.is_cancelled for _, status in own),
        "interrupted": is_stopping,
        "stopping_generation": is_stopping,
        "job": own[0][0].id if own else "",
        "job_count": call.n_images,
        "job_timestamp": began,
        "job_no": call.n_ended,
        "sampling_step": step,
        "sampling_steps": n_steps,
    }


@router.post(routes.SD_INTERRUPT, responses=faults(503), summary="Stop the key's pictures")
def interrupt(service: TheService, caller: Maker) -> dict[str, Any]:
    """All that the key has open: what waits ends now, what runs at its next step."""
    for job, _ in _open(service, caller):
        service.jobs.cancel(job)
    return {}


@router.post(routes.SD_SKIP, responses=faults(503), summary="Stop the picture in work")
def skip(service: TheService, caller: Maker) -> None:
    """Those of the key that are being made end at their next step; what waits goes on."""
    for job, status in _open(service, caller):
        if status.snapshot.state is State.RUNNING:
            service.jobs.cancel(job)


def _open(service: Service, caller: Caller) -> list[tuple[Job, JobStatus]]:
    """The key's open jobs with their states, the next first."""
    own = [job for job, _, _ in service.jobs.open_jobs() if job.key_id == caller.key_id]
    return [(job, status) for job in own if (status := service.jobs.status(job.id)) is not None]
