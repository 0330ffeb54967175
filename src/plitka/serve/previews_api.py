"""Our own API for previews: the quick renderer's picture, and the geometry that a browser paints by itself."""

import gzip
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from plitka.serve import fields, routes
from plitka.serve.access import Maker, TheService, in_lane, with_drawn_masks
from plitka.serve.completion import while_there
from plitka.serve.keys import Caller
from plitka.serve.orders import JobOrder
from plitka.serve.previews import MAX_PX, USUAL_PX, PreviewRequest
from plitka.serve.schemas import PNG, problem_responses
from plitka.serve.service import Service

router = APIRouter(tags=["plitka"])

_PREVIEW_SEED = 0
"""Where an order has none: a preview shall stay the same from one slider to the next."""
FIELD_HEADER = "X-Field-Mm"
"""Length of tile that the longer side of a preview shows."""
_TELLS_FIELD = {
    FIELD_HEADER: {
        "schema": {"type": "number"},
        "description": "Length of tile that the longer side shows, in millimetres.",
    }
}


class GeometryOrder(JobOrder):
    """A scene, and the geometry that the caller has already."""

    known: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")] | None = Field(
        default=None,
        description="The ETag, without its quotes, of a geometry that the caller keeps. Where this scene has the same, "
        "the answer is 204.",
    )

    model_config = ConfigDict(json_schema_extra={"examples": [{"recipe": fields.RECIPE_EXAMPLE, "seed": 7}]})


_GEOMETRY: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "headers": _TELLS_FIELD
        | {"ETag": {"schema": {"type": "string"}, "description": "The same for all scenes of this geometry."}},
    },
    204: {"description": "The caller has it."},
}


@router.post(
    routes.RENDERS,
    response_class=Response,
    responses=PNG | problem_responses(400, 413, 422),
    summary="Render a preview",
    description=f"A PNG by the quick renderer, exact in its shares, within the request. It takes what an order of a "
    f"job takes; what belongs to models is passed over. {USUAL_PX} px a side where it is not named, at most "
    f"{MAX_PX}. From {USUAL_PX} px on it shows the length of tile that a photograph does, or half of it where granules "
    f"would be too fine or too many, unless field_mm names another; {FIELD_HEADER} tells it. A seed that is left out "
    f"is {_PREVIEW_SEED}. It takes no part in the queue of jobs; nothing is kept.",
)
async def make_render(order: JobOrder, request: Request, service: TheService, caller: Maker) -> Response:
    """The picture of a scene."""
    asked = await _read(service, caller, order)
    with service.previews.hold(caller.key_id):
        request.state.rate = await run_in_threadpool(service.allowance.preview, caller)
        picture = await while_there(request, service.previews.render(asked, caller.key_id))
        return Response(picture, headers=_field_of(asked), media_type="image/png")


@router.post(
    routes.GEOMETRIES,
    response_class=Response,
    responses=_GEOMETRY | problem_responses(400, 413, 422),
    summary="Get what a preview is painted from",
    description="All of a tile that does not depend on its colours, as one binary: which granule lies at each point, "
    "the light there, each granule's zone and chance. A browser deals and lights the colours itself, as often as a "
    "slider moves, with the granules and shares of `POST /v1/renders`. Only where some colours are coarse or fine does "
    "it depend on shares too. Seed and size are as there, but square; docs/http-api.md tells the format.",
)
async def make_geometry(order: GeometryOrder, request: Request, service: TheService, caller: Maker) -> Response:
    """The geometry of a scene."""
    asked = await _read(service, caller, order)
    asked.check_square()
    headers = {"ETag": f'"{asked.digest}"', "Vary": "Accept-Encoding"} | _field_of(asked)
    if order.known == asked.digest:
        return Response(status_code=204, headers=headers)
    packed = service.previews.kept(asked.digest)
    if packed is None:
        with service.previews.hold(caller.key_id):
            request.state.rate = await run_in_threadpool(service.allowance.preview, caller)
            packed = await while_there(request, service.previews.geometry(asked, caller.key_id))
    media_type = "application/octet-stream"
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=media_type)
    plain = await in_lane(service, caller, lambda: gzip.decompress(packed))
    return Response(plain, headers=headers, media_type=media_type)


async def _read(service: Service, caller: Caller, order: JobOrder) -> PreviewRequest:
    """The scene of an order, as far as a preview takes it."""
    drawn = await with_drawn_masks(service, caller, order)

    def check() -> PreviewRequest:
        settled = drawn.with_masks()
        if not settled.has_seed:
            settled = settled.model_copy(update={"seed": _PREVIEW_SEED})
        return service.previews.framed(settled.request(service.previews.defaults))

    return await in_lane(service, caller, check)


def _field_of(asked: PreviewRequest) -> dict[str, str]:
    """The header that tells the length of tile."""
    return {FIELD_HEADER: f"{asked.request.field_mm:.6g}"}
