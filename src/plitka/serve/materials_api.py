"""Our own API for materials: the maps of a tile for programs that draw rooms, as one file."""

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from plitka.core.generation import RANDOM_SEED_LIMIT
from plitka.core.generation import Request as Scenery
from plitka.core.material.formats import MaterialFile, MaterialFormat
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.reading import parse_tile
from plitka.core.scene import SIZE_PX_RANGE, SIZE_STEP_PX, Size
from plitka.core.scene_json import build_scene, merge_choices, read_choices, with_zones
from plitka.serve import fields, routes
from plitka.serve.access import Maker, TheService, in_lane, with_drawn_masks
from plitka.serve.completion import while_there
from plitka.serve.error_responses import language_of
from plitka.serve.orders import LookChoices
from plitka.serve.previews import MAX_PX, USUAL_PX
from plitka.serve.schemas import problem_responses

router = APIRouter(tags=["plitka"])

_USUAL_SEED = 7

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The material in the format that was asked for.",
        "content": {kind.media_type: {"schema": {"type": "string", "format": "binary"}} for kind in MaterialFormat},
    }
}


class MaterialBody(LookChoices):
    """A tile, and how its maps are written."""

    recipe: fields.RecipeText
    seed: fields.Seed = Field(default=_USUAL_SEED, description="The same seed repeats the maps; -1: a random one.")
    size_px: Annotated[
        int,
        Field(ge=SIZE_PX_RANGE[0], le=MAX_PX, multiple_of=SIZE_STEP_PX, description="Side of the maps."),
        fields.WHOLE,
    ] = USUAL_PX
    bits: Annotated[Literal[8, 16], fields.WHOLE] = Field(
        default=8, description="Of each channel of the maps in a zip; the height always has 16."
    )
    format: Annotated[MaterialFormat, Field(strict=False)] | None = Field(
        default=None, description="Of the answer; what `Accept` asks for if left out, and a zip if that asks for none."
    )
    language: Literal["en", "ru"] | None = Field(
        default=None, description="Of the zip's README; that of `Accept-Language` if left out."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"recipe": fields.RECIPE_EXAMPLE, "seed": 7},
                {"recipe": fields.RECIPE_EXAMPLE, "size_px": 1024, "field_mm": 200, "wet": True, "format": "glb"},
            ]
        }
    )

    def request(self) -> Scenery:
        """What the renderer is asked.

        Raises:
            RecipeError: a recipe cannot be read.
            TooLarge: one is too long.
            InputError: a choice does not exist or contradicts another.
        """
        for zone in self.zones or ():
            fields.checked_length(zone.recipe)
        reading = parse_tile(fields.checked_length(self.recipe), beside=Beside.SCENE)
        choices = with_zones(merge_choices(reading.look, read_choices(self.look())), reading)
        size = Size(width_px=self.size_px, height_px=self.size_px)
        scene, _ = build_scene(reading.recipe, size=size, **choices)
        seed = secrets.randbelow(RANDOM_SEED_LIMIT) if self.seed < 0 else self.seed
        return Scenery(scene=scene, seed=seed)


@router.post(
    routes.MATERIALS,
    response_class=Response,
    responses=_FILES | problem_responses(400, 413, 422, 500),
    summary="Make the maps of a tile for other programs",
)
async def send_material(body: MaterialBody, request: Request, service: TheService, caller: Maker) -> Response:
    """Base colour, normals, roughness, occlusion and height of a seamless tile; it counts as a preview does."""
    kind = body.format or accepted_format(request.headers.get("accept", ""))
    language = body.language or language_of(request.headers)
    file = MaterialFile(kind=kind, language=language, bits=body.bits, version=service.version)
    drawn = await with_drawn_masks(service, caller, body)
    asked = await in_lane(service, caller, lambda: service.previews.check(drawn.request()))
    with service.previews.hold(caller.key_id):
        request.state.rate = await run_in_threadpool(service.allowance.preview, caller)
        content = await while_there(request, service.previews.material(asked, file, caller.key_id))
    headers = {"Content-Disposition": f'attachment; filename="tile.{kind}"'}
    return Response(content, media_type=kind.media_type, headers=headers)


def accepted_format(accept: str) -> MaterialFormat:
    """The first of our formats that an Accept header names; a zip where it names none."""
    kinds = {kind.media_type: kind for kind in MaterialFormat}
    named = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    return next((kinds[name] for name in named if name in kinds), MaterialFormat.ZIP)
