"""Our own API, /v1: jobs and their events, recipes, colours, models, and the measure of an uploaded picture."""

import base64
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Header, Path, Query, Request, Response, UploadFile
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from plitka.core.colour.palette import default_palette
from plitka.core.files.photograph import decode_picture
from plitka.core.language.translations import translation
from plitka.core.measure.shares import measure
from plitka.core.recipes.recipe import format_prompt, parse_recipe
from plitka.errors import NotAllowed, NotFound, TooLarge
from plitka.serve import schemas
from plitka.serve.access import Maker, TheService, Viewer, own_job, spend
from plitka.serve.completion import picture_of
from plitka.serve.error_responses import language_of
from plitka.serve.job_status import Glimpse
from plitka.serve.jobs import Terms
from plitka.serve.keys import Caller, Role
from plitka.serve.service import Service
from plitka.serve.settings import MAX_PROMPT_CH
from plitka.serve.store import Job, State

_PICTURE_TYPE = {"contentType": "image/png"}

router = APIRouter(prefix="/v1", tags=["plitka"])

JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="As the job's `id` says.")]
PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}
}


def problems(*statuses: int, as_json: bool = False) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer beside success, for the schema.

    Args:
        statuses: beside those that every endpoint has.
        as_json: say so for each, where what the endpoint answers else is something else.
    """
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    shape: dict[str, Any] = content if as_json else {"model": schemas.Problem}
    return {status: shape | {"description": _TOLD[status]} for status in (401, 403, 429, *statuses)}


_TOLD = {
    400: "The recipe, or the JSON itself, cannot be read.",
    401: "No key, or none that is in force.",
    403: "The key's role does not reach so far.",
    404: "No such thing, or it is another key's.",
    409: "This contradicts a request before it.",
    413: "Too long or too large.",
    422: "A value is of the wrong kind or out of its range.",
    429: "More often than the key may; Retry-After says when.",
    500: "Something broke here.",
    503: "Starting, stopping, or full; Retry-After says when.",
}


@router.post("/jobs", status_code=202, responses=problems(400, 409, 413, 422, 503), summary="Order a picture")
async def create_job(
    order: schemas.JobOrder,
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
    plain = schemas.Order.model_validate(order.model_dump(exclude={"priority", "deadline_s"}))
    terms = Terms(
        request_id=request.state.request_id,
        priority=order.priority,
        deadline_s=order.deadline_s,
        idempotency_key=idempotency_key,
        traceparent=request.headers.get("traceparent"),
    )
    job = await run_in_threadpool(order_one, request, service, caller, plain, terms)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return schemas.job_answer(job, service.jobs.position(job.id))


def order_one(request: Request, service: Service, caller: Caller, order: schemas.Order, terms: Terms) -> Job:
    """Check, count and accept one order."""
    order.request()
    spend(request, service, caller)
    return service.jobs.accept(caller, [order], terms)[0]


@router.get("/jobs", responses=problems(404, 422), summary="List jobs")
def list_jobs(
    service: TheService,
    caller: Viewer,
    state: State | None = None,
    cursor: Annotated[
        str | None, Query(pattern="^[0-9a-f]{32}$", description="`next_cursor` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> schemas.JobsAnswer:
    """The key's own jobs, the newest first."""
    last = service.store.find_job(cursor, caller.key_id) if cursor else None
    if cursor and last is None:
        raise NotFound("the cursor is none of this key's; begin without one")
    before = last.number if last else None
    jobs = service.store.list_jobs(caller.key_id, state=state, before=before, limit=limit + 1)
    shown = jobs[:limit]
    return schemas.JobsAnswer(
        jobs=[schemas.job_answer(job, service.jobs.position(job.id)) for job in shown],
        next_cursor=shown[-1].id if len(jobs) > limit else None,
    )


@router.get("/jobs/{job_id}", responses=problems(404, 422), summary="Look at a job")
def get_job(job_id: JobId, service: TheService, caller: Viewer) -> schemas.JobAnswer:
    """A job as it is now."""
    job = own_job(service, caller, job_id)
    return schemas.job_answer(job, service.jobs.position(job.id))


@router.post("/jobs/{job_id}/cancel", responses=problems(404, 422), summary="Cancel a job")
def cancel_job(job_id: JobId, service: TheService, caller: Maker) -> schemas.JobAnswer:
    """A job that waits ends now, one that runs at its next step, one that has ended stays as it is."""
    service.jobs.cancel(own_job(service, caller, job_id))
    return schemas.job_answer(own_job(service, caller, job_id), None)


@router.get(
    "/jobs/{job_id}/image",
    response_class=Response,
    responses=PNG | problems(404, 422, 500),
    summary="The picture of a job",
)
def get_image(
    job_id: JobId,
    request: Request,
    service: TheService,
    until: Annotated[int | None, Query(ge=0, description="Of a link that is good without a key.")] = None,
    signature: Annotated[str | None, Query(description="As above.")] = None,
) -> Response:
    """A PNG that carries its recipe, seed and measured shares; 404 until the job has succeeded."""
    del until, signature  # the guard has looked at them
    caller = getattr(request.state, "caller", None)
    job = service.store.find_job(job_id, caller.key_id if caller else None)
    if job is None or job.state is not State.SUCCEEDED:
        raise NotFound("there is no such picture, or not yet")
    return Response(picture_of(service, job), media_type="image/png", headers={"ETag": f'"{job.picture}"'})


def _watched_job(job_id: JobId, service: TheService, caller: Viewer) -> Job:
    """Before the stream begins, so that a job of nobody's is a plain 404."""
    return own_job(service, caller, job_id)


@router.get(
    "/jobs/{job_id}/events",
    response_class=EventSourceResponse,
    responses=problems(404, 422, as_json=True),
    summary="Watch a job",
)
async def watch_job(job: Annotated[Job, Depends(_watched_job)], service: TheService) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: queued, step, preview, stopping, done; what a slow reader misses is not told later."""
    with service.metrics.watchers.track_inprogress():
        watch = service.jobs.watch(job.id)
        shown = 0
        if watch is not None:
            async for glimpse in watch.glimpses(previews=True):
                if not glimpse.state.is_final:
                    yield _event(glimpse)
                if glimpse.preview_jpeg is not None and glimpse.preview_step != shown:
                    shown = glimpse.preview_step
                    yield _preview_event(glimpse)
        ended = await run_in_threadpool(service.store.find_job, job.id)
        if ended is not None and ended.state.is_final:
            yield ServerSentEvent(event="done", data=schemas.job_answer(ended).model_dump(mode="json"))


def _event(glimpse: Glimpse) -> ServerSentEvent:
    if glimpse.is_stopping:
        return ServerSentEvent(event="stopping", data={})
    if glimpse.state is State.QUEUED:
        return ServerSentEvent(event="queued", data={"position": glimpse.position})
    step = {"step": glimpse.step, "n_steps": glimpse.n_steps, "attempt": glimpse.attempt}
    return ServerSentEvent(event="step", data=step)


def _preview_event(glimpse: Glimpse) -> ServerSentEvent:
    jpeg = base64.b64encode(glimpse.preview_jpeg or b"").decode()
    return ServerSentEvent(event="preview", data={"step": glimpse.preview_step, "jpeg_base64": jpeg})


@router.post("/recipes/parse", responses=problems(400, 413, 422), summary="Read a recipe")
def read_recipe(question: schemas.RecipeQuestion, request: Request, _caller: Viewer) -> schemas.RecipeAnswer:
    """Shares, remarks and the full prompt; nothing is made."""
    reading = parse_recipe(schemas.checked_length(question.recipe), strict=question.strict)
    told = translation(language_of(request.headers)).gettext
    return schemas.RecipeAnswer(
        requested=reading.recipe.percents,
        warnings=[told(notice.message).format(**notice.values) for notice in reading.warnings],
        prompt=format_prompt(reading.recipe),
    )


@router.get("/colours", responses=problems(), summary="List the colours")
def list_colours(_caller: Viewer) -> schemas.ColoursAnswer:
    """Every colour that a recipe can name."""
    return schemas.ColoursAnswer(
        colours=[
            schemas.ColourAnswer(
                code=colour.code,
                name=colour.caption_name,
                name_ru=colour.name_ru,
                hex=colour.srgb_hex,
                ral=colour.ral,
                source=colour.source,
            )
            for colour in default_palette().colours
        ]
    )


@router.get("/models", responses=problems(), summary="List the models")
def list_models(service: TheService, _caller: Viewer) -> schemas.ModelsAnswer:
    """The model that is served, and what it chooses where a job leaves it open."""
    return schemas.ModelsAnswer(data=[model for model in (model_of(service),) if model is not None])


def model_of(service: Service) -> schemas.ModelAnswer | None:
    """The engine as a model; None while it is loaded."""
    engine = service.worker.engine
    if engine is None:
        return None
    usual = engine.defaults
    return schemas.ModelAnswer(
        id=engine.name,
        defaults={
            "steps": usual.steps,
            "guidance": usual.guidance,
            "width_px": usual.width_px,
            "height_px": usual.height_px,
            "negative_prompt": usual.negative_prompt,
            "guided": {
                "steps": usual.guided.steps or usual.steps,
                "guidance": usual.guided.guidance or usual.guidance,
                "strength": usual.guided.strength,
            },
        },
    )


@router.post(
    "/measure",
    responses=problems(400, 413, 422),
    summary="Measure a picture",
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"encoding": {"image": _PICTURE_TYPE}}}}},
)
async def measure_upload(
    request: Request,
    service: TheService,
    caller: Maker,
    image: Annotated[UploadFile, File(description="PNG, JPEG, WebP, TIFF or BMP.")],
    recipe: Annotated[
        str,
        Form(
            pattern=schemas.PLAIN_TEXT,
            description=f"The colours to look for, with or without percents; at most {MAX_PROMPT_CH} characters.",
            json_schema_extra={"format": "recipe"},
        ),
    ],
) -> schemas.MeasureAnswer:
    """How much of the tile on a picture each colour covers."""
    colours = parse_recipe(schemas.checked_length(recipe)).recipe.colours
    content = await image.read()
    if len(content) > service.settings.upload_bytes:
        raise TooLarge("a request here has at most {limit} bytes", limit=service.settings.upload_bytes)

    def work() -> schemas.MeasureAnswer:
        spend(request, service, caller)
        pixels = decode_picture(io.BytesIO(content), "the upload", max_pixels=service.settings.upload_pixels)
        found = measure(pixels, colours)
        return schemas.MeasureAnswer(
            shares=found.percents, uncertainty=found.uncertainty, off_palette=found.off_palette
        )

    async with service.measuring:
        return await run_in_threadpool(work)
