"""The API of the AUTOMATIC1111 web UI, /sdapi/v1, as front ends and plug-ins speak it.

A prompt is a recipe. What has no meaning here, of which that API has much, is left out, as the web UI itself does with
names that it does not know; the log says so. Sides are rounded to what the models make. The key is the password of a
basic authorisation, or comes in any of the other ways.
"""

import asyncio
import io
import json
import time
from collections.abc import Sequence
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Request
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from plitka.core.files.picture import PARAMETERS
from plitka.core.generation import MAX_SEED, Engine
from plitka.core.scene import SIZE_PX_RANGE, SIZE_STEP_PX
from plitka.errors import InputError, Unavailable
from plitka.serve import fields, routes, schemas
from plitka.serve.access import Maker, TheService, Viewer, accept, in_lane
from plitka.serve.completion import picture_of, until_ended
from plitka.serve.image_formats import base64_text
from plitka.serve.job_status import JobStatus
from plitka.serve.keys import Caller
from plitka.serve.life import Life
from plitka.serve.orders import CheckedOrder, Order
from plitka.serve.served_model import settle_model
from plitka.serve.service import Service
from plitka.serve.store import Job, State
from plitka.serve.terms import Terms

log = structlog.get_logger(__name__)

router = APIRouter(tags=["AUTOMATIC1111"])

MAX_IMAGES = 10
SAMPLER = "plitka"
"""The one that there is: the model's own schedule is part of it."""
_CHECKPOINT = "sd_model_checkpoint"
_LOADING_S = 60.0
"""For how long a model that is being loaded is waited for."""
_LOOK_S = 0.1
"""Between two looks whether it is there."""


class TextToImage(BaseModel):
    """What is made; null stands for what is left out, and names that are none of these are left out."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        allow_inf_nan=False,
        json_schema_extra={"examples": [{"prompt": fields.RECIPE_EXAMPLE, "seed": 7, "width": 64, "height": 64}]},
    )
    prompt: fields.RecipeText
    negative_prompt: fields.NegativeText | None = None
    seed: fields.Seed | None = None
    steps: fields.Steps | None = None
    cfg_scale: fields.OthersGuidance | None = None
    width: Annotated[int, Field(ge=1, le=SIZE_PX_RANGE[1])] | None = None
    height: Annotated[int, Field(ge=1, le=SIZE_PX_RANGE[1])] | None = None
    batch_size: Annotated[int, Field(ge=1, le=MAX_IMAGES)] | None = None
    n_iter: Annotated[int, Field(ge=1, le=MAX_IMAGES)] | None = None
    send_images: bool | None = None
    override_settings: dict[str, Any] | None = None

    @property
    def n_images(self) -> int:
        """Pictures that are asked for."""
        return (self.batch_size or 1) * (self.n_iter or 1)

    def order(self) -> Order:
        """The first picture, as our own API has it; each further one has the next seed."""
        return Order(
            recipe=self.prompt,
            negative_prompt=self.negative_prompt or None,
            seed=self.seed,
            steps=self.steps,
            guidance=self.cfg_scale,
            width_px=_rounded(self.width),
            height_px=_rounded(self.height),
        )


class Images(schemas.Answer):
    """Pictures that were made, as base64 of PNG files."""

    images: list[str] | None
    parameters: dict[str, Any]
    info: str = Field(description="JSON: seeds, sizes, the model, and each picture's text.")


class Progress(schemas.Answer):
    """How far the key's own pictures are."""

    progress: float
    eta_relative: float
    state: dict[str, Any]
    current_image: str | None
    textinfo: str | None = None


class Fault(schemas.Answer):
    """The error body of the contract."""

    error: str
    detail: str
    body: str
    errors: str


def _faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Fault} for status in (401, 403, 422, 429, *statuses)}


def _rounded(side_px: int | None) -> int | None:
    """A side as the models make it."""
    if side_px is None:
        return None
    return max(SIZE_PX_RANGE[0], SIZE_STEP_PX * round(side_px / SIZE_STEP_PX))


@router.post(routes.SD_TXT2IMG, responses=_faults(400, 404, 410, 413, 500, 503, 507), summary="Make pictures")
async def make_images(asked: TextToImage, request: Request, service: TheService, caller: Maker) -> Images:
    """Wait for the pictures; closing the connection ends them, and so does `interrupt`, which leaves what is made."""
    if asked.n_images > MAX_IMAGES:
        raise InputError("{name} may be at most {most} here, not {asked}", name="batch_size x n_iter",
                         most=MAX_IMAGES, asked=asked.n_images)  # fmt: skip
    await run_in_threadpool(_note_ignored, await request.json())
    model = (asked.override_settings or {}).get(_CHECKPOINT)
    terms = Terms(
        request_id=request.state.request_id,
        model=_settled(model, service.engine) if isinstance(model, str) and model else None,
        traceparent=request.headers.get("traceparent"),
        is_awaited=True,
    )
    jobs = await in_lane(service, caller, lambda: accept(request, service, caller, _orders(asked, service), terms))
    ended = await until_ended(service, request, jobs)
    return await run_in_threadpool(_answer, service, asked, ended)


def _note_ignored(body: object) -> None:
    names = set(body) - set(TextToImage.model_fields) if isinstance(body, dict) else set()
    if names:  # which are a client's own words, however many
        log.info("fields_ignored", n=len(names))


def _orders(asked: TextToImage, service: Service) -> list[CheckedOrder]:
    first = service.check(asked.order())
    seed = first.order.seed or 0
    last = seed + asked.n_images - 1
    if last > MAX_SEED:
        raise InputError("{name} is out of its range", name="seed")
    return [first, *(first.with_seed(other) for other in range(seed + 1, last + 1))]


def _answer(service: Service, asked: TextToImage, ended: Sequence[Job]) -> Images:
    made = [job for job in ended if job.state is not State.CANCELLED]
    files = [picture_of(service, job) for job in made]
    texts = [str(Image.open(io.BytesIO(file)).info.get(PARAMETERS, "")) for file in files]
    return Images(
        images=[base64_text(file) for file in files] if asked.send_images is not False else [],
        parameters=asked.model_dump(mode="json"),
        info=json.dumps(_info(service.engine, asked, made, texts), ensure_ascii=False),
    )


def _info(engine: Engine | None, asked: TextToImage, made: Sequence[Job], texts: Sequence[str]) -> dict[str, Any]:
    """What is told of the pictures; `texts` are those that they carry."""
    seeds = [job.request["seed"] for job in made]
    prompts = [str((job.result or {}).get("prompt", asked.prompt)) for job in made]
    first: dict[str, Any] = dict(made[0].result or {}) if made else {}
    name, _, version = (engine.name if engine else "").partition("@")
    usual = engine.defaults if engine else None
    return {
        "prompt": asked.prompt,
        "all_prompts": prompts,
        "negative_prompt": asked.negative_prompt or "",
        "all_negative_prompts": [asked.negative_prompt or ""] * len(seeds),
        "seed": seeds[0] if seeds else -1,
        "all_seeds": seeds,
        "subseed": -1,
        "all_subseeds": [-1] * len(seeds),
        "subseed_strength": 0,
        "width": first.get("width_px", 0),
        "height": first.get("height_px", 0),
        "sampler_name": SAMPLER,
        "cfg_scale": asked.cfg_scale or (usual.guidance if usual else 0),
        "steps": asked.steps or (usual.steps if usual else 0),
        "batch_size": asked.batch_size or 1,
        "sd_model_name": name,
        "sd_model_hash": version,
        "index_of_first_image": 0,
        "infotexts": list(texts),
        "styles": [],
        "extra_generation_params": {},
        "restore_faces": False,
        "clip_skip": 1,
        "denoising_strength": None,
        "job_timestamp": time.strftime("%Y%m%d%H%M%S", time.gmtime(made[0].created_at if made else 0)),
    }


@router.get(routes.SD_PROGRESS, responses=_faults(), summary="How far the key's pictures are")
async def get_progress(
    service: TheService,
    caller: Viewer,
    skip_current_image: Annotated[bool, Query(description="Leave the preview out.")] = False,
) -> Progress:
    """Of all that the key has open; 0 where there is none. A preview is made from the first time it is asked for."""
    own = _open(service, caller)
    running = [status for _, status in own if status.snapshot.state is State.RUNNING]
    current = running[0].snapshot if running else None
    if not skip_current_image:
        for status in running:
            status.is_polled = True
    done = current.step / current.n_steps if current and current.n_steps else 0.0
    preview = current.preview if current and not skip_current_image else None
    started = min((job.created_at for job, _ in own), default=time.time())
    spent_s = max(0.0, time.time() - started)
    return Progress(
        progress=done / len(own) if own else 0.0,
        eta_relative=spent_s * (1 - done) / done if done else 0.0,
        state=_state(own, current.step if current else 0, current.n_steps if current else 0),
        current_image=await asyncio.to_thread(preview.base64, "png") if preview else None,
    )


def _state(own: Sequence[tuple[Job, JobStatus]], step: int, n_steps: int) -> dict[str, Any]:
    is_stopping = any(status.is_cancelled for _, status in own)
    at = time.gmtime(own[0][0].created_at if own else 0)
    return {
        "skipped": False,
        "interrupted": is_stopping,
        "stopping_generation": is_stopping,
        "job": own[0][0].id if own else "",
        "job_count": len(own),
        "job_timestamp": time.strftime("%Y%m%d%H%M%S", at),
        "job_no": 0,
        "sampling_step": step,
        "sampling_steps": n_steps,
    }


@router.post(routes.SD_INTERRUPT, responses=_faults(503), summary="Stop the key's pictures")
@router.post(routes.SD_SKIP, responses=_faults(503), summary="Stop the key's pictures")
def interrupt(service: TheService, caller: Maker) -> dict[str, Any]:
    """All that the key has open: what waits ends now, what runs at its next step."""
    for job, _ in _open(service, caller):
        service.jobs.cancel(job)
    return {}


def _open(service: Service, caller: Caller) -> list[tuple[Job, JobStatus]]:
    """The key's open jobs with their states, the next first."""
    own = [job for job, _, _ in service.jobs.open_jobs() if job.key_id == caller.key_id]
    return [(job, status) for job in own if (status := service.jobs.status(job.id)) is not None]


@router.get(routes.SD_OPTIONS, responses=_faults(503), summary="The settings")
async def get_options(service: TheService, _caller: Viewer) -> dict[str, Any]:
    """Those that clients look at."""
    engine = await _loaded(service)
    return {
        _CHECKPOINT: _title(engine),
        "sd_checkpoint_hash": engine.name.partition("@")[2],
        "samples_format": "png",
        "CLIP_stop_at_last_layers": 1,
        "eta_noise_seed_delta": 0,
        "sd_vae": "None",
    }


@router.post(routes.SD_OPTIONS, responses=_faults(400, 404, 413), summary="Change the settings")
async def set_options(options: dict[str, Any], service: TheService, _caller: Maker) -> None:
    """Nothing is changed; a checkpoint that is not served is refused, so that nobody gets another model's pictures."""
    model = options.get(_CHECKPOINT)
    if isinstance(model, str) and model:
        _settled(model, service.engine)


@router.get(routes.SD_MODELS, responses=_faults(503), summary="The model that is served")
async def list_models(service: TheService, _caller: Viewer) -> list[dict[str, Any]]:
    """One; while it is loaded, it is waited for, since a front end asks once and keeps what it is told."""
    engine = await _loaded(service)
    name, _, version = engine.name.partition("@")
    told = {"title": _title(engine), "model_name": name, "hash": version, "sha256": None, "config": None}
    return [told | {"filename": name}]


@router.get(routes.SD_SAMPLERS, responses=_faults(), summary="The samplers")
async def list_samplers(_caller: Viewer) -> list[dict[str, Any]]:
    """One: whichever a client names, the model's own is used."""
    return [{"name": SAMPLER, "aliases": [], "options": {}}]


@router.get(routes.SD_SCHEDULERS, responses=_faults(), summary="The schedulers")
async def list_schedulers(_caller: Viewer) -> list[dict[str, Any]]:
    """One, as above."""
    told = {"name": "automatic", "label": "Automatic", "aliases": None, "default_rho": -1.0}
    return [told | {"need_inner_model": False}]


@router.post(routes.SD_REFRESH, responses=_faults(), summary="Look for models anew")
async def refresh(_caller: Maker) -> None:
    """There is the one."""


async def _list_nothing(_caller: Viewer) -> list[dict[str, Any]]:
    """What the web UI has and nothing here is."""
    return []


for _path in routes.SD_EMPTY_LISTS:
    router.add_api_route(_path, _list_nothing, responses=_faults(), summary="An empty list")


@router.get(routes.SD_FLAGS, responses=_faults(), summary="An empty object")
async def get_flags(_caller: Viewer) -> dict[str, Any]:
    """The web UI's command line, which there is none of; clients ask to see whether the API is there."""
    return {}


@router.get(routes.SD_EMBEDDINGS, responses=_faults(), summary="No embeddings")
async def list_embeddings(_caller: Viewer) -> dict[str, dict[str, Any]]:
    """The model's own tokens are part of it."""
    return {"loaded": {}, "skipped": {}}


@router.get(routes.SD_SCRIPTS, responses=_faults(), summary="No scripts")
async def list_scripts(_caller: Viewer) -> dict[str, list[str]]:
    """Those that are asked for are left out."""
    return {"txt2img": [], "img2img": []}


async def _loaded(service: Service) -> Engine:
    """The engine, which may still be loaded for a while.

    Raises:
        Unavailable: it was waited for in vain, or is not being loaded.
    """
    until = time.monotonic() + _LOADING_S
    while (engine := service.engine) is None:
        life = service.jobs.life
        if life is not Life.STARTING or time.monotonic() > until:
            raise Unavailable("the service is {state}", state=life.value)
        await asyncio.sleep(_LOOK_S)
    return engine


def _title(engine: Engine) -> str:
    """A model as front ends show it and send it back."""
    name, _, version = engine.name.partition("@")
    return f"{name} [{version}]"


def _settled(model: str, engine: Engine | None) -> str | None:
    """The model of a checkpoint's title, name or hash.

    Raises:
        NotFound: another one is served.
        Unavailable: none is, yet.
    """
    if engine is None:
        raise Unavailable("the service is {state}", state="starting")
    name = model.removesuffix("]").partition(" [")[0].removesuffix(".safetensors").removesuffix(".ckpt")
    return settle_model(name, engine)
