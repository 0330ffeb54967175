"""Our own API for files: a picture that is measured, and a mask that is made of a picture or a drawing."""

import io
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import AfterValidator
from starlette.concurrency import run_in_threadpool

from plitka.core.files.mask_file import mask_of_bytes
from plitka.core.files.photograph import decode_picture
from plitka.core.files.picture_formats import FORMAT_NAMES
from plitka.core.measure.granulate import check_granulate
from plitka.core.measure.shares import MeasureConfig, measure
from plitka.core.measure.straightening import straighten
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import to_hundredths
from plitka.errors import Phrase
from plitka.serve import routes
from plitka.serve.access import Maker, TheService
from plitka.serve.fields import PLAIN_TEXT, check_plain, checked_length
from plitka.serve.schemas import MaskAnswer, MeasureAnswer, problem_responses
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
    service: TheService,
    caller: Maker,
    image: Annotated[UploadFile, File(description=f"{FORMAT_NAMES}.")],
    recipe: Annotated[
        str,
        AfterValidator(check_plain),
        Form(
            description=f"The colours to look for, with or without percents; at most {MAX_PROMPT_CH} characters.",
            json_schema_extra={"format": "recipe", "pattern": PLAIN_TEXT},
        ),
    ],
) -> MeasureAnswer:
    """How much of the tile on a picture each colour covers."""
    colours = parse_recipe(checked_length(recipe)).recipe.colours
    content = await image.read()

    def work() -> MeasureAnswer:
        photograph = decode_picture(
            io.BytesIO(content),
            Phrase("the upload"),
            max_pixels=service.settings.upload_pixels,
            widest_px=MeasureConfig().widest_px,
        )
        check_granulate(photograph.pixels, Phrase("the upload"))
        found = measure(straighten(photograph.pixels), colours)
        return MeasureAnswer(
            shares=to_hundredths(found.percents),
            uncertainty=round(found.uncertainty, 2),
            off_palette=round(found.off_palette, 2),
        )

    async with service.uploads.turn(caller.key_id):
        return await run_in_threadpool(work)


@router.post(
    routes.MASKS,
    responses=problem_responses(400, 413, 422),
    summary="Make a mask of a file",
    openapi_extra=_with_encoding("image/png, image/svg+xml"),
)
async def make_mask(
    service: TheService,
    caller: Maker,
    image: Annotated[UploadFile, File(description="A black-and-white PNG, a label PNG with `label`, or an SVG.")],
    label: Annotated[
        int | None,
        Form(ge=0, le=_MAX_LABEL, description="Of a label PNG: the value of the pixels that the zone covers."),
    ] = None,
) -> MaskAnswer:
    """The mask as a zone of a job takes it; it counts as a measurement does."""
    content = await image.read()

    def work() -> MaskAnswer:
        return MaskAnswer(mask=mask_of_bytes(content, Phrase("the upload"), label, label_form="label={label}"))

    async with service.uploads.turn(caller.key_id):
        return await run_in_threadpool(work)
