"""Our own API for sheets: what a floor takes, as JSON or a file."""

import io
import re
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from plitka.core.files.photograph import decode_picture
from plitka.core.sheet.document import Document
from plitka.core.sheet.formats import SheetFormat, encode_sheet
from plitka.core.sheet.pdf_file import check_letters
from plitka.core.sheet.picture import SheetPicture, render_picture
from plitka.errors import NotFound, Phrase
from plitka.serve import routes
from plitka.serve.access import Maker, TheService, in_lane, own_job, spend, with_drawn_masks
from plitka.serve.completion import picture_of
from plitka.serve.error_responses import language_of
from plitka.serve.schemas import problem_responses
from plitka.serve.service import Service
from plitka.serve.sheet_answers import SheetAnswer
from plitka.serve.sheet_orders import SheetBody
from plitka.serve.store import Job, State

router = APIRouter(tags=["plitka"])

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The sheet in the format that was asked for.",
        "content": {
            kind.media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for kind in SheetFormat
            if kind is not SheetFormat.JSON
        },
    }
}


@router.post(
    routes.SHEETS,
    response_model=SheetAnswer,
    responses=_FILES | problem_responses(400, 404, 410, 413, 422, 500),
    summary="Calculate what a floor takes",
)
async def make_sheet(body: SheetBody, request: Request, service: TheService, caller: Maker) -> Response:
    """Kilograms of each colour, bags, binder and cost, with every assumption; a PDF counts as a picture does."""
    kind = body.format or accepted_format(request.headers.get("accept", ""))
    drawn = await with_drawn_masks(service, caller, body)
    if drawn.second is not None:
        drawn = drawn.model_copy(update={"second": await with_drawn_masks(service, caller, drawn.second)})
    document = await in_lane(service, caller, partial(drawn.document, language_of(request.headers)))
    if kind is SheetFormat.PDF:
        job = None if body.job_id is None else await run_in_threadpool(own_job, service, caller, body.job_id)
        await run_in_threadpool(spend, request, service, caller)
        async with service.uploads.turn(caller.key_id):
            content = await run_in_threadpool(_pdf, document, drawn, service, job)
    else:
        content = await in_lane(service, caller, lambda: encode_sheet(document, kind))
    headers = {} if kind is SheetFormat.JSON else {"Content-Disposition": attachment(document, kind)}
    return Response(content, media_type=kind.media_type, headers=headers)


def attachment(document: Document, kind: SheetFormat) -> str:
    """The header that names a file: in the document's language, and in Latin letters for whoever reads no others."""
    latin = re.sub(r"[^a-z0-9]+", "-", document.stem("en")).strip("-")
    own = quote(f"{document.stem(document.language)}.{kind}", safe="")
    return f"attachment; filename=\"{latin}.{kind}\"; filename*=UTF-8''{own}"


def accepted_format(accept: str) -> SheetFormat:
    """The first of our formats that an Accept header names; JSON where it names none."""
    kinds = {kind.media_type.partition(";")[0]: kind for kind in SheetFormat}
    named = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    return next((kinds[name] for name in named if name in kinds), SheetFormat.JSON)


def _pdf(document: Document, body: SheetBody, service: Service, job: Job | None) -> bytes:
    check_letters(document)
    logo = body.read_logo(service.settings.upload_pixels)
    picture = render_picture(document.sheet.scene) if job is None else _picture_of(service, job)
    sheet = replace(document.sheet, notices=(*document.sheet.notices, *picture.notices))
    whole = replace(document, sheet=sheet, picture=picture.pixels, picture_mm=picture.field_mm, logo=logo)
    return encode_sheet(whole, SheetFormat.PDF)


def _picture_of(service: Service, job: Job) -> SheetPicture:
    if job.state is not State.SUCCEEDED:
        raise NotFound("there is no such picture, or not yet")
    pixels = decode_picture(io.BytesIO(picture_of(service, job)), Phrase("the picture")).pixels
    field_mm = (job.result or {}).get("field_mm")
    return SheetPicture(pixels, field_mm if isinstance(field_mm, int | float) else None)
