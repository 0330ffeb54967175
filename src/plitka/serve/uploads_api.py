"""Our own API for files: a picture that is measured, and a mask that is made of a picture or a drawing."""

import io
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool

from plitka.core.files.mask_file import mask_of_bytes
from plitka.core.files.photograph import decode_picture
from plitka.core.measure.shares import measure
from plitka.core.recipes.recipe import parse_recipe, to_hundredths
from plitka.errors import TooLarge
from plitka.serve import routes
from plitka.serve.access import Maker, TheService, spend
from plitka.serve.fields import PLAIN_TEXT, checked_length
from plitka.serve.schemas import MaskAnswer, MeasureAnswer, problem_responses
from plitka.serve.service import Service
from plitka.serve.settings import MAX_PROMPT_CH

router = APIRouter(tags=["plitka"])

_MAX_LABEL = 65535


def _with_encoding(media_type: str) -> dict[str, object]:
    """What the OpenAPI document says of a form with a file."""
    encoding = {"image": {"contentType": media_type}}
    return {"requestBody": {"content": {"multipart/form-data": {"encoding": encoding}}}}


@router.post(
    routes.MEASURE,
    responses=problem_responses(400, 413, 422),
    summary="Measure a picture",
    openapi_extra=_with_encoding("image/png"),
)
async def measure_upload(
    request: Request,
    service: TheService,
    caller: Maker,
    image: Annotated[UploadFile, File(description="PNG, JPEG, WebP, TIFF or BMP.")],
    recipe: Annotated[
        str,
        Form(
            pattern=PLAIN_TEXT,
            description=f"The colours to look for, with or without percents; at most {MAX_PROMPT_CH} characters.",
            json_schema_extra={"format": "recipe"},
        ),
    ],
) -> MeasureAnswer:
    """How much of the tile on a picture each colour covers."""
    colours = parse_recipe(checked_length(recipe)).recipe.colours
    content = await _content(image, service)

    def work() -> MeasureAnswer:
        spend(request, service, caller)
        pixels = decode_picture(io.BytesIO(content), "the upload", max_pixels=service.settings.upload_pixels)
        found = measure(pixels, colours)
        return MeasureAnswer(
            shares=to_hundredths(found.percents),
            uncertainty=round(found.uncertainty, 2),
            off_palette=round(found.off_palette, 2),
        )

    async with service.decoding:
        return await run_in_threadpool(work)


@router.post(
    routes.MASKS,
    responses=problem_responses(400, 413, 422),
    summary="Make a mask of a file",
    openapi_extra=_with_encoding("image/png, image/svg+xml"),
)
async def make_mask(
    request: Request,
    service: TheService,
    caller: Maker,
    image: Annotated[UploadFile, File(description="A black-and-white PNG, a label PNG with `label`, or an SVG path.")],
    label: Annotated[
        int | None,
        Form(ge=0, le=_MAX_LABEL, description="Of a label PNG: the value of the pixels that the zone covers."),
    ] = None,
) -> MaskAnswer:
    """The mask as a zone of a job takes it; it counts as a measurement does."""
    content = await _content(image, service)

    def work() -> MaskAnswer:
        spend(request, service, caller)
        return MaskAnswer(mask=mask_of_bytes(content, "the upload", label))

    async with service.decoding:
        return await run_in_threadpool(work)


async def _content(file: UploadFile, service: Service) -> bytes:
    """The bytes of an upload.

    Raises:
        TooLarge: they are too many.
    """
    content = await file.read()
    if len(content) > service.settings.upload_bytes:
        raise TooLarge("a request here has at most {limit} bytes", limit=service.settings.upload_bytes)
    return content
