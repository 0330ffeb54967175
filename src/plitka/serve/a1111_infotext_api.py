"""The API of the AUTOMATIC1111 web UI, /sdapi/v1: the text that a picture carries."""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from plitka.core.files.infotext import parse_infotext
from plitka.core.files.picture import PARAMETERS, read_texts
from plitka.errors import InputError, Phrase
from plitka.serve import routes, schemas
from plitka.serve.a1111_bodies import faults, plain
from plitka.serve.access import Maker, TheService

router = APIRouter(tags=["AUTOMATIC1111"])

_MOST_CH = 2_000_000
"""Of all texts: a scene with its masks has half of it, and what is packed in a file may be very much."""


class PngInfoQuestion(BaseModel):
    """A picture to read."""

    model_config = ConfigDict(frozen=True)
    image: Annotated[
        str,
        Field(description="base64 of a PNG, JPEG or WebP file, or its data URL.",
              json_schema_extra={"format": "picture"}),
    ]  # fmt: skip


class PngInfo(schemas.Answer):
    """What a picture says of itself."""

    info: str = Field(description="The web UI's text; empty where there is none.")
    items: dict[str, str] = Field(description="All other texts, such as the recipe and the scene of ours.")
    parameters: dict[str, str] = Field(description="The web UI's text, apart.")


@router.post(routes.SD_PNG_INFO, responses=faults(400, 413, 503), summary="Read what a picture carries")
async def read_png_info(asked: PngInfoQuestion, service: TheService, caller: Maker) -> PngInfo:
    """Its texts; nothing is kept, and it counts as a measurement does."""
    async with service.uploads.turn(caller.key_id):
        return await run_in_threadpool(_info_of, asked.image)


def _info_of(image: str) -> PngInfo:
    texts: dict[str, str] = plain(read_texts(_decoded(image), Phrase("the upload")))
    if sum(map(len, texts.values())) > _MOST_CH:
        raise InputError("the picture carries more than {limit} characters of text", limit=_MOST_CH)
    info = texts.pop(PARAMETERS, "")
    return PngInfo(info=info, items=texts, parameters=parse_infotext(info))


def _decoded(image: str) -> bytes:
    """The file of a base64 text or data URL.

    Raises:
        InputError: it is neither.
    """
    text = image.strip()
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("{name} is not the base64 of a picture", name="image") from error
