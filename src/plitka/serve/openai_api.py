"""OpenAI's images contract: POST /v1/images/generations, as its own client packages speak it.

What has no meaning here (style, quality, moderation) is accepted and changes nothing; what cannot be met (a transparent
background, another model) is refused. Seed, steps, guidance, mode, negative prompt and the look of the tile go beyond
the contract.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from plitka.core.generation import USUAL_MODE
from plitka.errors import InputError, PlitkaError, Unavailable
from plitka.serve import fields, routes, schemas
from plitka.serve.access import Maker, TheService, Viewer, accept, hold_stream, in_lane, with_drawn_masks
from plitka.serve.completion import abandon, picture_of, until_ended
from plitka.serve.image_formats import Preview, base64_text, converted
from plitka.serve.keep_alive import with_signs
from plitka.serve.keys import Caller
from plitka.serve.links import base_url, signed_path
from plitka.serve.orders import CheckedOrder, LookChoices, Order
from plitka.serve.problems import problem_of
from plitka.serve.served_model import settle_model
from plitka.serve.service import Service
from plitka.serve.store import Job
from plitka.serve.terms import Terms

router = APIRouter(tags=["OpenAI"])

MAX_IMAGES = 10
_URL_MODELS = re.compile(r"dall-e-[a-z0-9.-]*")
_OPENAI_MODELS = re.compile(r"(dall-e|gpt-image)[a-z0-9.-]*")


class ImagesOrder(LookChoices):
    """Pictures to make, as OpenAI has it; what means nothing here is left out."""

    ignored = frozenset(
        ("input_fidelity", "metadata", "prompt_cache_key", "safety_identifier", "service_tier", "store")
    )
    prompt: fields.RecipeText
    model: Annotated[str, Field(max_length=200, pattern=fields.PLAIN_TEXT)] | None = None
    n: Annotated[int, Field(ge=1, le=MAX_IMAGES), fields.WHOLE] | None = None
    size: Annotated[str, Field(pattern=r"^(auto|[0-9]{1,4}x[0-9]{1,4})$")] | None = Field(
        default=None, json_schema_extra={"format": "size"}
    )
    response_format: Literal["url", "b64_json"] | None = None
    output_format: Literal["png", "jpeg", "webp"] | None = None
    output_compression: Annotated[int, Field(ge=0, le=100), fields.WHOLE] | None = None
    stream: bool | None = None
    partial_images: Annotated[int, Field(ge=0, le=3), fields.WHOLE] | None = None
    quality: Literal["standard", "hd", "low", "medium", "high", "auto"] | None = None
    style: Literal["vivid", "natural"] | None = None
    background: Literal["opaque", "auto"] | None = None
    moderation: Literal["low", "auto"] | None = None
    user: Annotated[str, Field(max_length=200, pattern=fields.PLAIN_TEXT)] | None = None
    seed: fields.Seed | None = None
    num_inference_steps: fields.Steps | None = None
    guidance_scale: fields.OthersGuidance | None = None
    negative_prompt: fields.NegativeText | None = None
    mode: fields.ModeName = USUAL_MODE

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"prompt": fields.RECIPE_EXAMPLE, "n": 1, "size": "1024x1024"}]}
    )

    def order(self) -> Order:
        """The first picture, as our own API has it; each further one has the next seed."""
        width_px, height_px = self._size_px()
        return Order(
            recipe=self.prompt,
            seed=self.seed,
            mode=self.mode,
            steps=self.num_inference_steps,
            guidance=self.guidance_scale,
            negative_prompt=self.negative_prompt,
            width_px=width_px,
            height_px=height_px,
            **self.look(),
        )

    @property
    def has_url(self) -> bool:
        """Whether a link is answered: where it is asked for, and with models that answer so by themselves."""
        if self.response_format is None:
            return _URL_MODELS.fullmatch(self.model or "") is not None
        return self.response_format == "url"

    def _size_px(self) -> tuple[int | None, int | None]:
        if self.size is None or self.size == "auto":
            return None, None
        width_px, _, height_px = self.size.partition("x")
        return int(width_px), int(height_px)


class OneImage(schemas.Answer):
    """A picture, or where it is."""

    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


class ImagesAnswer(schemas.Answer):
    """Pictures that were made."""

    created: int
    data: list[OneImage]
    background: Literal["opaque"] = "opaque"
    output_format: Literal["png", "jpeg", "webp"]
    quality: Literal["high"] = "high"
    size: str
    usage: dict[str, Any]


class OpenAIFault(schemas.Answer):
    """What went wrong, as OpenAI has it."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIProblem(schemas.Answer):
    """The error body of OpenAI's contract."""

    error: OpenAIFault


_EVENT = {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": _EVENT}}},
    **{status: {"model": OpenAIProblem} for status in (400, 401, 403, 404, 410, 413, 422, 429, 500, 503, 507)},
}
_RESPONSES_OF_MODEL: dict[int | str, dict[str, Any]] = {
    status: {"model": OpenAIProblem} for status in (401, 403, 404, 422, 429, 503)
}
ModelName = Annotated[str, Path(pattern="^[A-Za-z0-9._@:-]{1,200}$", description="As the list has it.")]
_USAGE: dict[str, Any] = {
    "input_tokens": 0,
    "output_tokens": 0,
    "total_tokens": 0,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
}
"""Nothing here is counted in tokens, but clients expect the field."""


@router.post(
    routes.IMAGES,
    response_model=ImagesAnswer,
    response_model_exclude_none=True,
    responses=_RESPONSES,
    summary="Make pictures",
)
async def generate_images(order: ImagesOrder, request: Request, service: TheService, caller: Maker) -> Any:  # noqa: ANN401
    """Wait for the pictures, or stream them with previews."""
    if order.stream:
        hold_stream(request, service, caller)
    jobs = await _accept(order, request, service, caller)
    if order.stream:
        events = with_signs(_stream(service, order, jobs), ": alive\n\n")
        return StreamingResponse(events, media_type="text/event-stream")
    ended = await until_ended(service, request, jobs)
    images = await run_in_threadpool(lambda: [_image(service, request, order, job) for job in ended])
    answer = ImagesAnswer(created=int(time.time()), data=images, usage=_USAGE, **_look(order, ended[0]))
    return JSONResponse(answer.model_dump(exclude_none=True))


@router.get(routes.ONE_MODEL, responses=_RESPONSES_OF_MODEL, summary="Look at a model")
def get_model(model: ModelName, service: TheService, _caller: Viewer) -> schemas.ModelAnswer:
    """The model that is served, by its name or by one of OpenAI's, which stand for any."""
    engine = service.engine
    if engine is None:
        raise Unavailable("the service is {state}", state=service.jobs.life.value)
    if not _OPENAI_MODELS.fullmatch(model):
        settle_model(model, engine)
    return schemas.model_answer(engine)


async def _accept(order: ImagesOrder, request: Request, service: Service, caller: Caller) -> list[Job]:
    is_any = order.model is None or _OPENAI_MODELS.fullmatch(order.model)
    model = None if is_any else settle_model(order.model, service.engine)
    terms = Terms(
        request_id=request.state.request_id,
        model=model,
        traceparent=request.headers.get("traceparent"),
        is_awaited=True,
    )
    first = await with_drawn_masks(service, caller, _first(order))

    return await in_lane(
        service,
        caller,
        lambda: accept(request, service, caller, _checked(first, order.n or 1, service, terms.model), terms),
    )


def _first(order: ImagesOrder) -> Order:
    try:
        return order.order()
    except ValueError as error:  # pydantic's, of a side that is out of its range
        raise InputError("{name} is out of its range", name="size") from error


def _checked(order: Order, n: int, service: Service, model: str | None) -> list[CheckedOrder]:
    """As many orders, with consecutive seeds."""
    return service.check(order, model).consecutive(n)


def _image(service: Service, request: Request, order: ImagesOrder, job: Job) -> OneImage:
    prompt = (job.result or {}).get("prompt")
    png = picture_of(service, job)
    if order.has_url:
        path = signed_path(job.id, service.link_secret, service.settings.link_s, order.output_format or "png")
        return OneImage(url=base_url(service.settings, request) + path, revised_prompt=prompt)
    return OneImage(b64_json=_encoded(png, order), revised_prompt=prompt)


def _encoded(png: bytes, order: ImagesOrder) -> str:
    return base64_text(
        converted(
            png, order.output_format or "png", 95 if order.output_compression is None else order.output_compression
        )
    )


def _look(order: ImagesOrder, job: Job) -> dict[str, Any]:
    made = job.result or {}
    size = f"{made.get('width_px')}x{made.get('height_px')}"
    return {"size": size, "output_format": order.output_format or "png"}


async def _stream(service: Service, order: ImagesOrder, jobs: Sequence[Job]) -> AsyncIterator[str]:
    """Partial and completed pictures as server-sent events, one job after the other as they were asked for."""
    try:
        for job in jobs:
            async for event in _stream_one(service, order, job):
                yield event
    except (asyncio.CancelledError, GeneratorExit):
        await abandon(service, jobs)
        raise


async def _stream_one(service: Service, order: ImagesOrder, job: Job) -> AsyncIterator[str]:
    status = service.jobs.status(job.id)
    n_partial, shown = 0, None
    if status is not None:
        async for snapshot in status.snapshots(previews=bool(order.partial_images)):
            preview = snapshot.preview
            if preview is not None and preview is not shown and n_partial < (order.partial_images or 0):
                fields = await run_in_threadpool(_partial, order, preview, n_partial)
                yield _sse("image_generation.partial_image", fields)
                n_partial, shown = n_partial + 1, preview
    yield await run_in_threadpool(_completed, service, order, job)


def _partial(order: ImagesOrder, preview: Preview, index: int) -> dict[str, Any]:
    return {
        "b64_json": preview.base64(order.output_format or "png"),
        "partial_image_index": index,
        **_event_fields(order),
        "size": order.size or "auto",
    }


def _completed(service: Service, order: ImagesOrder, job: Job) -> str:
    ended = service.store.find_job(job.id) or job
    try:
        png = picture_of(service, ended)
    except PlitkaError as error:
        problem = problem_of(error, request_id=job.request_id)
        fault = {"message": problem["error"], "type": "server_error", "param": None, "code": problem["code"]}
        return _sse("error", {"error": fault})
    fields = {"b64_json": _encoded(png, order), "usage": _USAGE, **_event_fields(order), **_look(order, ended)}
    return _sse("image_generation.completed", fields)


def _event_fields(order: ImagesOrder) -> dict[str, Any]:
    return {
        "created_at": int(time.time()),
        "background": "opaque",
        "quality": "high",
        "output_format": order.output_format or "png",
    }


def _sse(kind: str, fields: dict[str, Any]) -> str:
    body = json.dumps({"type": kind} | fields)
    return f"event: {kind}\ndata: {body}\n\n"
