"""Our own API, /v1: jobs and their events, recipes, colours and models."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from plitka.core.colour.contrast import contrasting
from plitka.core.colour.palette import default_palette
from plitka.core.language.translations import localise
from plitka.core.recipes.patterns import find_patterns, words_beside
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import format_prompt
from plitka.core.report import report_reading
from plitka.errors import NotAllowed, NotFound
from plitka.serve import deletions, job_lists, replicate_api, routes, schemas
from plitka.serve.access import Maker, TheService, Viewer, hold_stream, order_one, own_job, require_owner
from plitka.serve.completion import picture_of, watching
from plitka.serve.deletions import require_kept
from plitka.serve.error_responses import language_of
from plitka.serve.fields import Wire, checked_length
from plitka.serve.image_formats import MEDIA_TYPES, PictureKind, Preview, converted
from plitka.serve.job_status import Snapshot
from plitka.serve.keep_alive import with_signs
from plitka.serve.keys import Role
from plitka.serve.links import base_url
from plitka.serve.orders import JobOrder
from plitka.serve.retention import mark_favourite
from plitka.serve.schemas import ELSEWHERE, PICTURES, UNCHANGED, problem_responses
from plitka.serve.served_model import engines_of
from plitka.serve.service import Service
from plitka.serve.store import Job, State
from plitka.serve.terms import Terms

N_CONTRASTS = 12
"""Of the catalogue, that stand out from a colour: enough to find one that stands out from a whole mix."""
_OWNER = "plitka"
"""Of the model, where a name has one; any other does as well."""

router = APIRouter(tags=["plitka"])

JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="As the job's `id` says.")]


@router.post(
    routes.JOBS,
    status_code=202,
    responses=problem_responses(400, 409, 410, 413, 422, 503, 507),
    summary="Order a picture",
)
async def create_job(
    order: JobOrder,
    request: Request,
    response: Response,
    service: TheService,
    caller: Maker,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern="^[!-~]+$",
            description="The same key and order again is the same job, however often it is sent.",
        ),
    ] = None,
) -> schemas.JobAnswer:
    """Answer at once with the job; `Location` names it."""
    if order.priority > 0 and caller.role < Role.OPERATOR:
        raise NotAllowed("only an operator's key may go before others; leave priority out")
    terms = Terms(
        request_id=request.state.request_id,
        priority=order.priority,
        deadline_s=order.deadline_s,
        idempotency_key=idempotency_key,
        traceparent=request.headers.get("traceparent"),
    )
    job = await order_one(request, service, caller, order.order(), terms)
    response.headers["Location"] = routes.path_of(routes.JOB, job_id=job.id)
    return schemas.job_answer(job, language_of(request.headers), service.jobs.position(job.id))


@router.get(routes.JOBS, responses=problem_responses(404, 422), summary="List jobs")
def list_jobs(
    request: Request,
    service: TheService,
    caller: Viewer,
    state: State | None = None,
    cursor: Annotated[
        str | None, Query(pattern="^[0-9a-f]{32}$", description="`next_cursor` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> schemas.JobsAnswer:
    """The key's own jobs, the newest first; a page may have fewer than `limit` where they have much to tell."""
    last = service.store.find_job(cursor, caller.key_id) if cursor else None
    if cursor and last is None:
        raise NotFound("the cursor is none of this key's; begin without one")
    before = last.number if last else None
    page = job_lists.own_jobs(service.store, caller.key_id, state=state, before=before, limit=limit)
    language = language_of(request.headers)
    return schemas.JobsAnswer(
        jobs=[schemas.job_answer(job, language, service.jobs.position(job.id)) for job in page.jobs],
        next_cursor=None if page.is_last else page.jobs[-1].id,
    )


@router.get(routes.JOB, responses=problem_responses(404, 410, 422), summary="Look at a job")
def get_job(job_id: JobId, request: Request, service: TheService, caller: Viewer) -> schemas.JobAnswer:
    """A job as it is now."""
    job = own_job(service, caller, job_id)
    return schemas.job_answer(job, language_of(request.headers), service.jobs.position(job.id))


class JobChange(Wire):
    """What of a job is to be otherwise."""

    is_favourite: bool = Field(description="Whether it stays, where others go by their age or for want of room.")


@router.patch(routes.JOB, responses=problem_responses(400, 404, 410, 413, 422), summary="Let a job stay, or not")
def change_job(
    job_id: JobId, given: JobChange, request: Request, service: TheService, caller: Maker
) -> schemas.JobAnswer:
    """A favourite is deleted by its owner and by operators alone."""
    own_job(service, caller, job_id)
    mark_favourite(service.store, job_id, is_favourite=given.is_favourite)
    job = own_job(service, caller, job_id)
    return schemas.job_answer(job, language_of(request.headers), service.jobs.position(job.id))


@router.delete(
    routes.JOB, status_code=204, responses=problem_responses(404, 409, 422), summary="Delete a job and its picture"
)
def delete_job(job_id: JobId, service: TheService, caller: Maker) -> None:
    """The picture, its masks and all that was asked for are gone for good, and the job's addresses answer 410.

    Of a job that was deleted before it is 204 again; one that has not ended has to be cancelled first.
    """
    job = service.store.find_job(job_id, caller.key_id)
    if job is None:
        raise NotFound("there is no such job")
    deletions.delete(service.store, service.pictures, job)


@router.post(routes.JOB_CANCEL, responses=problem_responses(404, 410, 422), summary="Cancel a job")
def cancel_job(job_id: JobId, request: Request, service: TheService, caller: Maker) -> schemas.JobAnswer:
    """A job that waits ends now, one that runs at its next step, one that has ended stays as it is."""
    service.jobs.cancel(own_job(service, caller, job_id))
    return schemas.job_answer(own_job(service, caller, job_id), language_of(request.headers))


@router.get(
    routes.JOB_IMAGE,
    response_class=Response,
    responses=PICTURES | ELSEWHERE | UNCHANGED | problem_responses(404, 410, 422, 500),
    summary="The picture of a job",
)
def get_image(
    job_id: JobId,
    request: Request,
    service: TheService,
    until: Annotated[int | None, Query(ge=0, description="Of a link that is good without a key.")] = None,
    signature: Annotated[str | None, Query(description="As above.")] = None,
    kind: Annotated[PictureKind, Query(alias="format", description="jpeg and webp carry no text.")] = "png",
) -> Response:
    """A PNG that carries its recipe, seed and measured shares; 404 until the job has succeeded.

    Its `ETag` never changes; it is always sent whole.
    """
    del until, signature  # the guard has looked at them
    caller = getattr(request.state, "caller", None)
    job = service.store.find_job(job_id, caller.key_id if caller else None)
    if job is None or job.state is not State.SUCCEEDED:
        raise NotFound("there is no such picture, or not yet")
    require_kept(job)
    if caller is None:
        require_owner(service.store, job)
    tag = f'"{job.picture}"' if kind == "png" else f'"{job.picture}-{kind}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Accept-Ranges": "none"}
    if caller is None:  # a link is to be shown by other pages
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if _has_already(request, tag):
        return Response(status_code=304, headers=headers)
    if kind != "png":
        service.tidier.soon()
        return Response(converted(picture_of(service, job), kind), media_type=MEDIA_TYPES[kind], headers=headers)
    pictures, digest = service.pictures, job.picture or ""
    link = pictures.link(digest, service.settings.link_s) if service.settings.redirect_pictures else None
    if link is not None:
        return RedirectResponse(link, headers={"Cache-Control": "no-store"})
    n_bytes = pictures.measure(digest)
    headers["Content-Length"] = str(n_bytes)
    return StreamingResponse(pictures.pieces(digest, n_bytes), media_type="image/png", headers=headers)


def _has_already(request: Request, tag: str) -> bool:
    """Whether the client keeps what the tag stands for, and only asks whether it is still that."""
    kept = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return tag in kept or kept == ["*"]


async def _watched_job(job_id: JobId, request: Request, service: TheService, caller: Viewer) -> Job:
    """The job, before the stream begins: so a job of another key is answered with a plain 404.

    One stream too many is refused before the database is asked: a flood of them would wait for it, and for memory.
    """
    hold_stream(request, service, caller)
    return await run_in_threadpool(own_job, service, caller, job_id)


@router.get(
    routes.JOB_EVENTS,
    response_class=EventSourceResponse,
    responses=problem_responses(404, 410, 422, as_json=True),
    summary="Watch a job",
)
async def watch_job(
    job: Annotated[Job, Depends(_watched_job)], request: Request, service: TheService
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: queued, step, preview, stopping, done; what a slow reader misses is not told later.

    A comment comes every ten seconds where nothing else does.
    """
    events = _events(service, job, language_of(request.headers))
    async for event in with_signs(events, ServerSentEvent(comment="alive")):
        yield event


async def _events(service: Service, job: Job, language: str) -> AsyncIterator[ServerSentEvent]:
    async with watching(service, job):
        async for event in _told(service, job, language):
            yield event


async def _told(service: Service, job: Job, language: str) -> AsyncIterator[ServerSentEvent]:
    with service.metrics.watchers.track_inprogress():
        status = service.jobs.status(job.id)
        shown, ended = None, job if status is None else None
        if status is not None:
            async for snapshot in status.snapshots(previews=True):
                ended = snapshot.ended
                if not snapshot.state.is_final:
                    yield _event(snapshot)
                if snapshot.preview is not None and snapshot.preview is not shown:
                    shown = snapshot.preview
                    yield _preview_event(shown)
        if status is None and not job.state.is_final:  # it ended between the two looks
            ended = await run_in_threadpool(service.store.find_job, job.id)
        if ended is not None and ended.state.is_final:
            yield ServerSentEvent(event="done", data=schemas.job_answer(ended, language).model_dump(mode="json"))


def _event(snapshot: Snapshot) -> ServerSentEvent:
    if snapshot.is_stopping:
        return ServerSentEvent(event="stopping", data={})
    if snapshot.state is State.QUEUED:
        return ServerSentEvent(event="queued", data={"position": snapshot.position})
    step = {"step": snapshot.step, "n_steps": snapshot.n_steps, "attempt": snapshot.attempt}
    return ServerSentEvent(event="step", data=step)


def _preview_event(preview: Preview) -> ServerSentEvent:
    # Put together as it is sent: base64 needs no escapes, and looking for some would take time for each watcher.
    data = f'{{"step": {preview.step}, "jpeg_base64": "{preview.base64("jpeg")}"}}'
    return ServerSentEvent(event="preview", raw_data=data)


@router.post(routes.RECIPES_PARSE, responses=problem_responses(400, 413, 422), summary="Read a recipe")
def read_recipe(question: schemas.RecipeQuestion, request: Request, _caller: Viewer) -> schemas.RecipeAnswer:
    """Shares, remarks and the full prompt; nothing is made."""
    reading = parse_recipe(checked_length(question.recipe), strict=question.strict)
    language = language_of(request.headers)
    return schemas.RecipeAnswer(
        **report_reading(reading),
        warnings=[localise(notice, language) for notice in reading.warnings],
        prompt=format_prompt(reading.recipe, words=reading.words),
    )


@router.post(routes.RECIPES_PATTERNS, responses=problem_responses(413, 422), summary="Find patterns in a recipe")
def read_patterns(question: schemas.PatternsQuestion, request: Request, _caller: Viewer) -> schemas.PatternsAnswer:
    """A border, stripes or letters that a text asks for beside its mix, as the zones of an order; nothing is made."""
    found = find_patterns(checked_length(question.recipe))
    if found is None:
        unread = words_beside(question.recipe)
        return schemas.PatternsAnswer(ground=None, patterns=[], unread=unread, look={}, warnings=[])
    beside, language = found.beside, language_of(request.headers)
    return schemas.PatternsAnswer(
        ground=None if found.ground is None else found.ground.percents,
        patterns=[
            schemas.PatternAnswer(
                words=one.words, mask=one.mask, requested=None if one.recipe is None else one.recipe.percents
            )
            for one in found.patterns
        ],
        look={} if beside is None else report_reading(beside)["look"],
        warnings=[] if beside is None else [localise(notice, language) for notice in beside.warnings],
    )


@router.get(routes.COLOURS, responses=problem_responses(), summary="List the colours")
def list_colours(_caller: Viewer) -> schemas.ColoursAnswer:
    """Every colour that a recipe can name."""
    return _all_colours()


@cache
def _all_colours() -> schemas.ColoursAnswer:
    palette = default_palette()
    told = []
    for colour in palette.colours:
        contrasts = [other.code for other in contrasting(colour, palette.catalogue, N_CONTRASTS)]
        told.append(schemas.colour_answer(colour).model_copy(update={"contrasts": contrasts}))
    return schemas.ColoursAnswer(colours=told)


@router.get(routes.MODELS, responses=problem_responses(), summary="List the models")
def list_models(request: Request, service: TheService, _caller: Viewer) -> schemas.ModelsAnswer:
    """The model that is served, and what it chooses where a job leaves it open."""
    engine = service.engine
    if engine is None:
        return schemas.ModelsAnswer(data=[], results=[])
    name, base = engine.name.partition("@")[0], base_url(service.settings, request)
    same = replicate_api.model_of(service, base, _OWNER, name, {})
    return schemas.ModelsAnswer(
        data=[schemas.model_answer(one) for one in engines_of(engine)], results=[same.model_dump()]
    )
