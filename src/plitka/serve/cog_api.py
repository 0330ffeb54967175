"""The contracts of cog (/predictions) and of Replicate (/v1/predictions), as the `replicate` package speaks them.

Both are the same prediction under two paths. Without a `Prefer` header cog waits for the end and Replicate does not.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import ConfigDict, Field, RootModel
from starlette.concurrency import run_in_threadpool

from plitka.core.generation import USUAL_MODE, Engine
from plitka.errors import Gone, NotFound
from plitka.serve import fields, routes, schemas
from plitka.serve.access import Maker, TheService, Viewer, order_one
from plitka.serve.completion import until_ended, until_ended_or
from plitka.serve.deletions import require_kept
from plitka.serve.image_formats import base64_text
from plitka.serve.keys import Caller
from plitka.serve.life import Life
from plitka.serve.links import base_url, signed_path
from plitka.serve.orders import LookChoices, Order
from plitka.serve.served_model import is_served, settle_model
from plitka.serve.service import Service
from plitka.serve.store import Job, State
from plitka.serve.terms import Terms
from plitka.serve.webhooks import check_host

router = APIRouter(tags=["cog and Replicate"])

MAX_WAIT_S = 60
_OLD_MODEL = "rubber-tile-lora-v45"
"""Whose clients are served by whichever model is here."""
COG_VERSION = "0.16.0"
"""Whose contract this is; clients choose by it how they read the schema."""
EPOCH = datetime.fromtimestamp(0, UTC).isoformat()
"""Since when a version is there: nobody has written that down."""
PredictionId: TypeAlias = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$")]
Prefer: TypeAlias = Annotated[str | None, Header(description="respond-async, wait, or wait=SECONDS.")]
Event: TypeAlias = Literal["start", "output", "logs", "completed"]
WebhookUrl: TypeAlias = Annotated[str, Field(max_length=2000, pattern=r"^https?://[!-~]+$")]


class Input(LookChoices):
    """A recipe, what the old model took beside it, and the choices of our own API for the look of the tile.

    What other models take beside that, and means nothing here, is left out, and the log says so.
    """

    ignored = frozenset(
        (
            "apply_watermark",
            "aspect_ratio",
            "disable_safety_checker",
            "go_fast",
            "lora_scale",
            "megapixels",
            "num_outputs",
            "output_format",
            "output_quality",
            "prompt_strength",
            "refine",
            "scheduler",
        )
    )
    prompt: fields.RecipeText
    negative_prompt: fields.NegativeText | None = None
    seed: fields.Seed | None = None
    num_inference_steps: fields.Steps | None = None
    guidance_scale: fields.OthersGuidance | None = None
    width: fields.SizePx | None = None
    height: fields.SizePx | None = None
    mode: fields.ModeName = USUAL_MODE
    quality: fields.QualityName | None = None

    def order(self) -> Order:
        """As our own API has it."""
        return Order(
            recipe=self.prompt,
            negative_prompt=self.negative_prompt,
            seed=self.seed,
            steps=self.num_inference_steps,
            guidance=self.guidance_scale,
            width_px=self.width,
            height_px=self.height,
            mode=self.mode,
            quality=self.quality,
            **self.look(),
        )


class PredictionRequest(fields.Wire):
    """A prediction to make."""

    input: Input
    id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")] | None = None
    version: Annotated[str, Field(max_length=200, pattern=fields.PLAIN_TEXT)] | None = None
    created_at: Annotated[str, Field(max_length=64, pattern=fields.PLAIN_TEXT)] | None = None
    output_file_prefix: Literal[None] = None
    webhook: WebhookUrl | None = None
    webhook_events_filter: Annotated[list[Event], Field(max_length=8)] | None = None
    stream: bool | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"input": {"prompt": fields.RECIPE_EXAMPLE, "seed": 7}}]})


class Output(RootModel[str]):
    """The picture, as `data:image/png;base64,` and its bytes."""

    model_config = ConfigDict(json_schema_extra={"format": "uri"})


Status: TypeAlias = Literal["starting", "processing", "succeeded", "canceled", "failed"]


class PredictionResponse(schemas.Answer):
    """A prediction."""

    id: str
    model: str
    version: str
    input: dict[str, Any]
    output: Output | None
    error: str | None
    logs: str
    status: Status
    created_at: str
    started_at: str | None
    completed_at: str | None
    metrics: dict[str, float]
    urls: dict[str, str]


class CogProblem(schemas.Answer):
    """The error body of both contracts."""

    title: str
    detail: str
    status: int
    request_id: str | None = None


class HealthCheck(schemas.Answer):
    """What cog's director asks for."""

    status: Literal["STARTING", "READY", "BUSY", "SETUP_FAILED", "DEFUNCT", "UNHEALTHY"]
    setup: dict[str, Any]
    version: dict[str, str]


class Version(schemas.Answer):
    """A model's version, as Replicate names it."""

    id: str
    created_at: str
    cog_version: str
    openapi_schema: dict[str, Any]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a path, for the schema."""
    return {status: {"model": CogProblem} for status in (401, 403, 429, *statuses)}


_ORDERED = {202: {"model": PredictionResponse}} | problems(400, 404, 409, 410, 413, 422, 500, 503, 507)


class _PredictionCall:
    """What every path that makes a prediction takes, and how it answers."""

    def __init__(
        self,
        body: PredictionRequest,
        request: Request,
        response: Response,
        service: TheService,
        caller: Maker,
        prefer: Prefer = None,
    ) -> None:
        self.body, self.request, self.response = body, request, response
        self.service, self.caller, self.prefer = service, caller, prefer

    async def make(
        self,
        prediction_id: str | None,
        *,
        usual_wait_s: float | None,
        made_status: int = 200,
        model: str | None = None,
    ) -> PredictionResponse:
        """The prediction, after as long as `Prefer` or else the path waits; None is until its end.

        Args:
            prediction_id: as the client calls it.
            usual_wait_s: where the client does not say how long.
            made_status: of a prediction that was made.
            model: that the path names; None: the one that the body does.
        """
        service, wait_s = self.service, _wait_s(self.prefer, usual=usual_wait_s)
        job = await self._accept(prediction_id, model, is_awaited=wait_s is None)
        if wait_s is None:
            job = (await until_ended(service, self.request, [job]))[0]
        elif wait_s > 0:
            job = await until_ended_or(service, job, wait_s)
        seen = await run_in_threadpool(to_prediction, service, job, base_url(service.settings, self.request))
        if not job.state.is_final:
            # The client takes any other state than "starting" for the end of the prediction.
            seen = seen.model_copy(update={"status": "starting"})
        self.response.status_code = made_status if job.state.is_final or made_status != 200 else 202
        return seen

    async def _accept(self, prediction_id: str | None, model: str | None, *, is_awaited: bool) -> Job:
        body, request, service = self.body, self.request, self.service
        if body.webhook is not None:
            check_host(body.webhook, service.settings, self.caller)
        terms = Terms(
            request_id=request.state.request_id,
            idempotency_key=None if prediction_id is None else _idempotency_key(prediction_id),
            webhook=None if body.webhook is None else {"url": body.webhook, "events": body.webhook_events_filter},
            model=settle_model(model or body.version, service.engine),
            traceparent=request.headers.get("traceparent"),
            is_awaited=is_awaited,
        )
        return await order_one(request, service, self.caller, body.input.order(), terms)


PredictionCall: TypeAlias = Annotated[_PredictionCall, Depends()]


@router.post(routes.COG_PREDICTIONS, responses=_ORDERED, summary="Make a prediction")
async def predict(call: PredictionCall) -> PredictionResponse:
    """Wait for the end, unless `Prefer: respond-async`."""
    return await call.make(call.body.id, usual_wait_s=None)


@router.put(routes.COG_PREDICTION, responses=_ORDERED, summary="Make a prediction once")
async def predict_once(prediction_id: PredictionId, call: PredictionCall) -> PredictionResponse:
    """The same id and input again is the same prediction."""
    return await call.make(prediction_id, usual_wait_s=None)


@router.post(routes.PREDICTIONS, status_code=201, responses=_ORDERED, summary="Make a prediction, as Replicate")
async def predict_as_replicate(call: PredictionCall) -> PredictionResponse:
    """Answer at once, unless `Prefer: wait`."""
    return await call.make(call.body.id, usual_wait_s=0, made_status=201)


Name: TypeAlias = Annotated[str, Path(pattern="^[A-Za-z0-9._-]{1,100}$")]


@router.post(
    routes.MODEL_PREDICTIONS,
    status_code=201,
    responses=_ORDERED,
    summary="Make a prediction with a named model",
)
async def predict_with_model(owner: Name, name: Name, call: PredictionCall) -> PredictionResponse:
    """Whatever the owner's name, the model that is served here."""
    del owner
    model = None if name == _OLD_MODEL else name
    return await call.make(call.body.id, usual_wait_s=0, made_status=201, model=model)


def require_name(name: str, engine: Engine | None) -> None:
    """Raise NotFound for the name of a model that is not served."""
    if name != _OLD_MODEL:
        settle_model(name, engine)


@router.get(routes.MODEL_VERSION, responses=problems(404, 422), summary="A model's version")
async def get_version(
    owner: Name, name: Name, version: Name, request: Request, service: TheService, caller: Viewer
) -> Version:
    """What the `replicate` package asks for before it reads an output."""
    del owner, caller
    settle_model(version if name == _OLD_MODEL else f"{name}@{version}", service.engine)
    return Version(id=version, created_at=EPOCH, cog_version=COG_VERSION, openapi_schema=request.app.openapi())


@router.get(routes.COG_PREDICTION, responses=problems(404, 422), summary="Look at a prediction")
@router.get(routes.PREDICTION, responses=problems(404, 422), summary="Look at a prediction")
def get_prediction(
    prediction_id: PredictionId, request: Request, service: TheService, caller: Viewer
) -> PredictionResponse:
    """A prediction as it is now."""
    return _carried(request, service, caller, prediction_id)


@router.post(routes.COG_PREDICTION_CANCEL, responses=problems(404, 422), summary="Cancel a prediction")
@router.post(routes.PREDICTION_CANCEL, responses=problems(404, 422), summary="Cancel a prediction")
def cancel_prediction(
    prediction_id: PredictionId, request: Request, service: TheService, caller: Maker
) -> PredictionResponse:
    """One that has ended stays as it is."""
    service.jobs.cancel(_own(service, caller, prediction_id))
    return _carried(request, service, caller, prediction_id)


def _carried(request: Request, service: Service, caller: Caller, prediction_id: str) -> PredictionResponse:
    """The prediction as it is now; one with a picture has a place of the key's until it has been taken.

    Raises:
        NotFound: there is no such prediction.
        TooMany: the key has not taken enough others yet.
    """
    job = _own(service, caller, prediction_id)
    if job.state is State.SUCCEEDED:
        place = service.carried.hold(
            caller.key_id, "{limit} pictures are on their way to this key, and no more can be; take one of them"
        )
        request.state.held.enter_context(place)
    return to_prediction(service, job, base_url(service.settings, request))


@router.get(routes.HEALTH_CHECK, summary="How the model is")
async def check_health(service: TheService) -> HealthCheck:
    """Always 200; the status tells."""
    life = service.jobs.life
    status: Literal["STARTING", "READY", "BUSY", "SETUP_FAILED", "DEFUNCT", "UNHEALTHY"] = "READY"
    if life is Life.FAILED:
        status = "SETUP_FAILED"
    elif life is Life.STARTING:
        status = "STARTING"
    elif life is not Life.READY:
        status = "DEFUNCT"
    elif not service.is_alive:
        status = "UNHEALTHY"
    elif service.jobs.is_full:
        status = "BUSY"
    setup = {"status": "failed" if life is Life.FAILED else "starting" if life is Life.STARTING else "succeeded"}
    return HealthCheck(status=status, setup=setup, version={"plitka": service.version})


def _idempotency_key(prediction_id: str) -> str:
    return f"prediction {prediction_id}"


def _own(service: Service, caller: Caller, prediction_id: str) -> Job:
    """The caller's prediction, by our id or by the one that the caller gave it."""
    store = service.store
    job = store.find_job(prediction_id, caller.key_id)
    job = job or store.find_repeated(caller.key_id, _idempotency_key(prediction_id))
    if job is None:
        raise NotFound("there is no such prediction")
    require_kept(job)
    return job


def _wait_s(prefer: str | None, *, usual: float | None) -> float | None:
    """Seconds to wait for the end; None: however long it takes."""
    wishes = [wish.strip().lower() for wish in (prefer or "").split(",")]
    if "respond-async" in wishes:
        return 0
    for wish in wishes:
        wait = re.fullmatch(r"wait(?:=(\d{1,4}))?", wish, re.ASCII)
        if wait:
            return min(int(wait[1] or MAX_WAIT_S), MAX_WAIT_S)
    return usual


_STATUSES: dict[State, Status] = {
    State.QUEUED: "starting",
    State.RUNNING: "processing",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELLED: "canceled",
}


def to_prediction(service: Service, job: Job, base: str, *, as_link: bool = False) -> PredictionResponse:
    """A job as a prediction, whose links begin with `base`; its picture as a link too, or as a data URI."""
    model, _, version = _model_of(job, service.engine).partition("@")
    output, loss = _link_to(service, job, base) if as_link else _output_of(service, job)
    given_id = (job.idempotency_key or "").removeprefix("prediction ")
    shown_id = given_id if job.idempotency_key == _idempotency_key(given_id) else job.id
    status = service.jobs.status(job.id)
    seen = status.snapshot if status else None
    return PredictionResponse(
        id=shown_id,
        model=model,
        version=version,
        input=_input_of(job),
        output=output,
        error=loss or (job.error or {}).get("error"),
        logs=_logs(seen.step, seen.n_steps) if seen and seen.n_steps else "",
        status=_STATUSES[job.state],
        created_at=_iso(job.created_at) or "",
        started_at=_iso(job.started_at),
        completed_at=_iso(job.finished_at),
        metrics={"predict_time": job.finished_at - job.started_at} if job.finished_at and job.started_at else {},
        urls={
            "get": base + routes.path_of(routes.PREDICTION, prediction_id=shown_id),
            "cancel": base + routes.path_of(routes.PREDICTION_CANCEL, prediction_id=shown_id),
        },
    )


def _input_of(job: Job) -> dict[str, Any]:
    names = {
        "recipe": "prompt",
        "steps": "num_inference_steps",
        "guidance": "guidance_scale",
        "width_px": "width",
        "height_px": "height",
    }
    return {names.get(name, name): value for name, value in job.request.items()}


def _output_of(service: Service, job: Job) -> tuple[Output | None, str | None]:
    """The picture, or None where there is none; and why one that was made is lost."""
    if job.state is not State.SUCCEEDED or job.picture is None:
        return None, None
    try:
        return Output("data:image/png;base64," + base64_text(service.pictures.read(job.picture))), None
    except Gone as error:
        return None, str(error)


def _link_to(service: Service, job: Job, base: str) -> tuple[Output | None, str | None]:
    """The same as a link that is good without a key for a while."""
    if job.state is not State.SUCCEEDED or job.picture is None:
        return None, None
    if not service.pictures.has(job.picture):
        return None, (job.error or {}).get("error") or str(Gone("the picture is no longer kept"))
    return Output(base + signed_path(job.id, service.link_secret, service.settings.link_s)), None


def _model_of(job: Job, engine: Engine | None) -> str:
    """The model that made a job, or shall make it."""
    kept: str | None = (job.result or {}).get("model") or job.model
    if engine is not None and (kept is None or is_served(kept, engine)):
        return engine.name
    return kept or ""


def _logs(step: int, n_steps: int) -> str:
    """One line of tqdm's, which the `replicate` package reads progress from."""
    return f"{100 * step // n_steps}%|{'#' * (10 * step // n_steps):<10}| {step}/{n_steps}\n"


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
