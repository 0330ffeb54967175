"""One request, one PNG: Hugging Face's text-to-image contract, and the body of the system that plitka replaces."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from plitka.errors import InputError
from plitka.serve import schemas
from plitka.serve.access import Maker, TheService
from plitka.serve.completion import picture_of, until_ended
from plitka.serve.image_formats import MEDIA_TYPES, base64_text, converted
from plitka.serve.jobs import Terms
from plitka.serve.keys import Caller
from plitka.serve.own_api import PNG, order_one, problems
from plitka.serve.service import Service

router = APIRouter(tags=["Hugging Face and the old system"])


class TargetSize(schemas.Wire):
    """A size, as older clients of Hugging Face write it."""

    width: schemas.SizePx
    height: schemas.SizePx


class TextToImageParameters(schemas.Wire):
    """What Hugging Face's contract takes beside the prompt."""

    guidance_scale: schemas.Guidance | None = None
    negative_prompt: schemas.NegativeText | Annotated[list[schemas.NegativeText], Field(max_length=8)] | None = None
    num_inference_steps: schemas.Steps | None = None
    width: schemas.SizePx | None = None
    height: schemas.SizePx | None = None
    target_size: TargetSize | None = None
    scheduler: Annotated[str, Field(max_length=100, pattern=schemas.PLAIN_TEXT)] | None = Field(
        default=None, description="Taken and not used: the model's own schedule is part of it."
    )
    seed: schemas.Seed | None = None


class TextToImage(schemas.Wire):
    """Hugging Face's body."""

    inputs: schemas.RecipeText
    parameters: TextToImageParameters = TextToImageParameters()

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"inputs": schemas.RECIPE_EXAMPLE, "parameters": {"seed": 7}}]}
    )

    def order(self) -> schemas.Order:
        """As our own API has it."""
        given = self.parameters
        size = given.target_size
        unwanted = given.negative_prompt
        return schemas.Order(
            recipe=self.inputs,
            seed=given.seed,
            steps=given.num_inference_steps,
            guidance=given.guidance_scale,
            width_px=size.width if size else given.width,
            height_px=size.height if size else given.height,
            negative_prompt=_joined(unwanted) if isinstance(unwanted, list) else unwanted,
        )


class OldBody(schemas.Wire):
    """The body of rubber-tile-lora-v45's service."""

    prompt: schemas.RecipeText
    negative_prompt: schemas.NegativeText | None = None
    seed: schemas.Seed | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"prompt": schemas.RECIPE_EXAMPLE, "seed": 7}]})

    def order(self) -> schemas.Order:
        """As our own API has it."""
        return schemas.Order(recipe=self.prompt, negative_prompt=self.negative_prompt, seed=self.seed)


def _joined(texts: list[str]) -> str:
    joined = ", ".join(texts)
    return schemas.Order(recipe=schemas.RECIPE_EXAMPLE, negative_prompt=joined).negative_prompt or ""


_RESPONSES = PNG | problems(400, 413, 422, 500, 503)
Accept = Annotated[str | None, Header(description="image/png, image/jpeg, image/webp, or application/json for base64.")]


@router.post("/", response_class=Response, responses=_RESPONSES, summary="One picture, by either body")
@router.post("/predict", response_class=Response, responses=_RESPONSES, summary="One picture, by either body")
@router.post("/generate", response_class=Response, responses=_RESPONSES, summary="One picture, by either body")
async def make_one(
    body: TextToImage | OldBody, request: Request, service: TheService, caller: Maker, accept: Accept = None
) -> Response:
    """Wait for the picture; who hangs up cancels it."""
    job = await run_in_threadpool(_accept, body, request, service, caller)
    ended = (await until_ended(service, request, [job]))[0]
    return await run_in_threadpool(lambda: _answer(picture_of(service, ended), accept))


def _accept(body: TextToImage | OldBody, request: Request, service: Service, caller: Caller) -> Any:  # noqa: ANN401
    try:
        order = body.order()
    except ValueError as error:
        raise InputError("{name} is out of its range", name="negative_prompt") from error
    terms = Terms(request_id=request.state.request_id, traceparent=request.headers.get("traceparent"))
    return order_one(request, service, caller, order, terms)


def _answer(png: bytes, accept: str | None) -> Response:
    for wish in (accept or "").lower().split(","):
        media_type = wish.partition(";")[0].strip()
        if media_type == "application/json":
            return JSONResponse(base64_text(png))
        for kind, name in MEDIA_TYPES.items():
            if media_type == name:
                return Response(converted(png, kind), media_type=name)
    return Response(png, media_type="image/png")


@router.get("/", response_class=PlainTextResponse, summary="Whether anybody is there")
@router.get("/health", response_class=PlainTextResponse, summary="Whether anybody is there")
def answer_ok() -> str:
    """As Hugging Face's toolkit answers it."""
    return "Ok"
