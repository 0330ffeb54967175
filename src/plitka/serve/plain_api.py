"""One request, one PNG: Hugging Face's text-to-image contract, and the body of the system that plitka replaces."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from starlette.concurrency import run_in_threadpool

from plitka.errors import InputError
from plitka.serve import fields, routes
from plitka.serve.access import Maker, TheService, order_one
from plitka.serve.completion import picture_of, until_ended
from plitka.serve.image_formats import MEDIA_TYPES, base64_text, converted
from plitka.serve.keys import Caller
from plitka.serve.orders import LookChoices, Order
from plitka.serve.page import the_page, wants_page
from plitka.serve.schemas import PNG, problem_responses
from plitka.serve.service import Service
from plitka.serve.store import Job
from plitka.serve.terms import Terms

# Clients of the old system send no Content-Type.
router = APIRouter(tags=["Hugging Face and the old system"], strict_content_type=False)

_QUOTED = re.compile("-?[0-9]{1,20}", re.ASCII)


class TargetSize(fields.Wire):
    """A size, as older clients of Hugging Face write it."""

    width: fields.SizePx
    height: fields.SizePx


class TextToImageParameters(LookChoices):
    """What Hugging Face's contract takes beside the prompt, and the choices of our own API for the look of the tile."""

    guidance_scale: fields.OthersGuidance | None = None
    negative_prompt: fields.NegativeText | Annotated[list[fields.NegativeText], Field(max_length=8)] | None = None
    num_inference_steps: fields.Steps | None = None
    width: fields.SizePx | None = None
    height: fields.SizePx | None = None
    target_size: TargetSize | None = None
    scheduler: Annotated[str, Field(max_length=100, pattern=fields.PLAIN_TEXT)] | None = Field(
        default=None, description="Taken and not used: the model's own schedule is part of it."
    )
    seed: fields.Seed | None = None


class TextToImage(fields.Wire):
    """Hugging Face's body; parameters that stand beside `parameters`, as some of its clients have them, are taken."""

    ignored = frozenset(("options",))
    inputs: fields.RecipeText
    parameters: TextToImageParameters = TextToImageParameters()

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"inputs": fields.RECIPE_EXAMPLE, "parameters": {"seed": 7}}]}
    )

    @model_validator(mode="before")
    @classmethod
    def _take_in(cls, value: object) -> object:
        """What stands under both names is what `parameters` says."""
        if not isinstance(value, dict):
            return value
        beside = {name: one for name, one in value.items() if name in TextToImageParameters.model_fields}
        given = value.get("parameters")
        if not beside or not isinstance(given, dict | None):
            return value
        rest = {name: one for name, one in value.items() if name not in beside}
        return rest | {"parameters": beside | (given or {})}

    def order(self) -> Order:
        """As our own API has it."""
        given = self.parameters
        size = given.target_size
        unwanted = given.negative_prompt
        return Order(
            recipe=self.inputs,
            seed=given.seed,
            steps=given.num_inference_steps,
            guidance=given.guidance_scale,
            width_px=size.width if size else given.width,
            height_px=size.height if size else given.height,
            negative_prompt=_joined(unwanted) if isinstance(unwanted, list) else unwanted,
            **given.look(),
        )


def _unquoted(seed: object) -> object:
    """The number of a seed in quotes, as the old system took it."""
    return int(seed) if isinstance(seed, str) and _QUOTED.fullmatch(seed) else seed


class OldBody(fields.Wire):
    """The body of rubber-tile-lora-v45's service."""

    prompt: fields.RecipeText
    negative_prompt: fields.NegativeText | None = None
    seed: Annotated[fields.Seed | None, BeforeValidator(_unquoted)] = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"prompt": fields.RECIPE_EXAMPLE, "seed": 7}]})

    def order(self) -> Order:
        """As our own API has it."""
        return Order(recipe=self.prompt, negative_prompt=self.negative_prompt, seed=self.seed)


def _joined(texts: list[str]) -> str:
    joined = ", ".join(texts)
    return Order(recipe=fields.RECIPE_EXAMPLE, negative_prompt=joined).negative_prompt or ""


_BY_ACCEPT = {"Vary": "Accept"}
_RESPONSES = PNG | problem_responses(400, 410, 413, 422, 500, 503, 507)
Accept = Annotated[str | None, Header(description="image/png, image/jpeg, image/webp, or application/json for base64.")]


@router.post(routes.ROOT, response_class=Response, responses=_RESPONSES, summary="One picture, by either body")
@router.post(routes.PREDICT, response_class=Response, responses=_RESPONSES, summary="One picture, by either body")
@router.post(routes.GENERATE, response_class=Response, responses=_RESPONSES, summary="One picture, by either body")
async def make_one(
    body: TextToImage | OldBody, request: Request, service: TheService, caller: Maker, accept: Accept = None
) -> Response:
    """Wait for the picture; closing the connection cancels it."""
    job = await _accept(body, request, service, caller)
    ended = (await until_ended(service, request, [job]))[0]
    return await run_in_threadpool(lambda: _answer(picture_of(service, ended), accept))


async def _accept(body: TextToImage | OldBody, request: Request, service: Service, caller: Caller) -> Job:
    try:
        order = body.order()
    except ValueError as error:
        raise InputError("{name} is out of its range", name="negative_prompt") from error
    terms = Terms(request_id=request.state.request_id, traceparent=request.headers.get("traceparent"), is_awaited=True)
    return await order_one(request, service, caller, order, terms)


def _answer(png: bytes, accept: str | None) -> Response:
    for wish in (accept or "").lower().split(","):
        media_type = wish.partition(";")[0].strip()
        if media_type == "application/json":
            return JSONResponse(base64_text(png))
        for kind, name in MEDIA_TYPES.items():
            if media_type == name:
                return Response(converted(png, kind), media_type=name)
    return Response(png, media_type="image/png")


@router.get(routes.ROOT, response_class=PlainTextResponse, summary="The page for browsers; liveness for others")
async def answer_root(request: Request) -> Response:
    """The page, where HTML is wished for; else Ok."""
    if wants_page(request.headers):
        return the_page().index(request.headers)
    return PlainTextResponse("Ok", headers=_BY_ACCEPT)


@router.get(routes.HEALTH, response_class=PlainTextResponse, summary="Liveness, as Hugging Face's toolkit has it")
async def answer_ok() -> str:
    """Always Ok."""
    return "Ok"
