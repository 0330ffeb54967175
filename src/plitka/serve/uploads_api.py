"""Our own API for files: a picture that is measured, and a mask that is made of a picture or a drawing."""

import io
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator
from starlette.concurrency import run_in_threadpool

from plitka.core.colour.palette import MAX_PALETTE_BYTES, default_palette, read_palette
from plitka.core.files.mask_file import mask_of_bytes
from plitka.core.files.photograph import decode_picture
from plitka.core.files.picture_formats import FORMAT_NAMES
from plitka.core.measure.granulate import check_granulate
from plitka.core.measure.identification import identify, measure_named
from plitka.core.measure.shares import MeasureConfig, Measurement
from plitka.core.measure.straightening import straighten
from plitka.core.recipes.reading import parse_colours
from plitka.core.recipes.recipe import format_colours, to_hundredths
from plitka.errors import Phrase
from plitka.serve import routes
from plitka.serve.access import Maker, TheService, in_lane
from plitka.serve.fields import PLAIN_TEXT, check_plain, checked_length
from plitka.serve.schemas import (
    ColoursAnswer,
    DoubtAnswer,
    MaskAnswer,
    MeasureAnswer,
    colour_answer,
    problem_responses,
)
from plitka.serve.settings import MAX_PROMPT_CH

router = APIRouter(tags=["plitka"])

_MAX_LABEL = 65535


def _with_encoding(media_type: str, name: str = "image") -> dict[str, object]:
    """What the OpenAPI document says of a form with a file."""
    encoding = {name: {"contentType": media_type}}
    return {"requestBody": {"content": {"multipart/form-data": {"encoding": encoding}}}}


def _check_plain_words(text: str | None) -> str | None:
    return None if text is None else check_plain(text)


def _answer(found: Measurement, *, recipe: str | None = None, doubts: list[DoubtAnswer] | None = None) -> MeasureAnswer:
    return MeasureAnswer(
        shares=to_hundredths(found.percents),
        uncertainty=round(found.uncertainty, 2),
        off_palette=round(found.off_palette, 2),
        recipe=recipe,
        doubts=doubts,
    )


@router.post(
    routes.MEASURE,
    response_model_exclude_none=True,
    responses=problem_responses(400, 413, 422),
    summary="Measure a picture",
    openapi_extra=_with_encoding("image/png"),
)
async def measure_upload(
    service: TheService,
    caller: Maker,
    image: Annotated[UploadFile, File(description=f"{FORMAT_NAMES}.")],
    recipe: Annotated[
        str | None,
        AfterValidator(_check_plain_words),
        Form(
            description=f"The colours to look for, with or without percents; at most {MAX_PROMPT_CH} characters. "
            "Left out: which colours of the catalogue there are is found.",
            json_schema_extra={"format": "recipe", "pattern": PLAIN_TEXT},
        ),
    ] = None,
) -> MeasureAnswer:
    """How much of the tile on a picture each colour covers."""
    colours = None if recipe is None else parse_colours(checked_length(recipe))[0]
    content = await image.read()

    def work() -> MeasureAnswer:
        photograph = decode_picture(
            io.BytesIO(content),
            Phrase("the upload"),
            max_pixels=service.settings.upload_pixels,
            widest_px=MeasureConfig().widest_px,
        )
        check_granulate(photograph.pixels, Phrase("the upload"))
        pixels = straighten(photograph.pixels)
        if colours is not None:
            return _answer(measure_named(pixels, colours))
        found = identify(pixels, default_palette().own)
        doubts = [DoubtAnswer(code=doubt.colour.code, instead=doubt.instead.code) for doubt in found.doubts]
        return _answer(found.measurement, recipe=format_colours(found.recipe), doubts=doubts)

    async with service.uploads.turn(caller.key_id):
        return await run_in_threadpool(work)


async def _refuse_empty(request: Request, name: str) -> None:
    """Raise RequestValidationError, as for any other word, where a number is empty: FastAPI takes it for left out."""
    if (await request.form()).get(name) == "":
        fault = {"type": "int_parsing", "loc": ("body", name), "msg": "Input should be a valid integer", "input": ""}
        raise RequestValidationError([fault])


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
    image: Annotated[UploadFile, File(description="A black-and-white PNG, a label PNG with `label`, or an SVG.")],
    label: Annotated[
        int | None,
        Form(ge=0, le=_MAX_LABEL, description="Of a label PNG: the value of the pixels that the zone covers."),
    ] = None,
) -> MaskAnswer:
    """The mask as a zone of a job takes it; it counts as a measurement does."""
    await _refuse_empty(request, "label")
    content = await image.read()

    def work() -> MaskAnswer:
        return MaskAnswer(mask=mask_of_bytes(content, Phrase("the upload"), label, label_form="label={label}"))

    async with service.uploads.turn(caller.key_id):
        return await run_in_threadpool(work)


@router.post(
    routes.PALETTES,
    responses=problem_responses(400, 413, 422),
    summary="Read a palette",
    openapi_extra=_with_encoding("text/csv", "palette"),
)
async def read_own_palette(
    service: TheService,
    caller: Maker,
    palette: Annotated[UploadFile, File(description="CSV with the columns code, name and hex, in UTF-8.")],
) -> ColoursAnswer:
    """A maker's own colours; nothing is kept, and a recipe names them by their hex."""
    content = await palette.read(MAX_PALETTE_BYTES + 1)

    def work() -> ColoursAnswer:
        return ColoursAnswer(
            colours=[colour_answer(colour) for colour in read_palette(content, Phrase("the upload")).own]
        )

    return await in_lane(service, caller, work)
