"""What goes in and out of our own API beside orders, and what its endpoints may answer, for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from plitka.core.colour.palette import Colour
from plitka.core.generation import Engine
from plitka.serve import routes
from plitka.serve.fields import MASK_EXAMPLE, RECIPE_EXAMPLE, RecipeText, Wire
from plitka.serve.image_formats import MEDIA_TYPES
from plitka.serve.kept_words import in_language
from plitka.serve.orders import Order
from plitka.serve.store import Job, State


class RecipeQuestion(Wire):
    """A recipe to read."""

    recipe: RecipeText
    strict: bool = Field(
        default=False,
        description="Refuse percents that miss 100, amounts without a number, words that are not understood.",
    )

    model_config = ConfigDict(json_schema_extra={"examples": [{"recipe": RECIPE_EXAMPLE}]})


class Answer(BaseModel):
    """What goes out."""

    model_config = ConfigDict(frozen=True)


class RecipeAnswer(Answer):
    """How a recipe is read."""

    requested: dict[str, float] = Field(description="Percent of the visible area by colour code; they sum to 100.")
    by_mass: dict[str, float] = Field(description="Percent of the mass by colour code, by the densities of granules.")
    look: dict[str, Any] = Field(description="What a scene shows of its words, as the JSON of a scene.")
    words: list[str] = Field(description="Words about the look that only a prompt can take, as they were written.")
    sizes: list[str] = Field(description="Lengths and areas, as they were written.")
    warnings: list[str] = Field(description="What was settled for the writer.")
    prompt: str = Field(description="The full prompt of the usual style.")


class PatternsQuestion(Wire):
    """A text that may ask for a border, stripes or letters."""

    recipe: RecipeText

    model_config = ConfigDict(json_schema_extra={"examples": [{"recipe": "red and black with a blue border"}]})


class PatternAnswer(Answer):
    """A pattern that was asked for."""

    words: str = Field(description="As they were typed.")
    mask: str = Field(description="As a zone of a job takes it.", examples=["border:8%"])
    requested: dict[str, float] | None = Field(description="Percent by colour code; null: it is not said.")


class PatternsAnswer(Answer):
    """What of a text is the mix of the ground, and what lies on it."""

    ground: dict[str, float] | None = Field(description="Percent by colour code; null: it is not said.")
    patterns: list[PatternAnswer] = Field(description="Empty where none is asked for, or the rest cannot be read.")
    unread: str = Field(default="", description="That rest, where it cannot be read; else empty.")
    look: dict[str, Any] = Field(description="What a scene shows of the words beside them, as the JSON of a scene.")
    warnings: list[str] = Field(description="What was settled for the writer.")


class ColourAnswer(Answer):
    """A colour that a recipe can name."""

    code: str
    name: str
    name_ru: str
    hex: str
    lit_hex: str = Field(description="Of its lit facets: what a preview is painted with.")
    ral: str | None
    source: str
    contrasts: list[str] = Field(
        default_factory=list,
        description="Codes of colours of the catalogue that stand out from it, the farthest first; "
        "empty for colours of a maker's own palette.",
    )


class ColoursAnswer(Answer):
    """The colours."""

    colours: list[ColourAnswer]


class DoubtAnswer(Answer):
    """A colour that was found and may as well be another."""

    code: str = Field(description="Of the colour that was found.")
    instead: str = Field(description="Of the one that it may be in another light.")


class MeasureAnswer(Answer):
    """What was measured on a picture."""

    shares: dict[str, float] = Field(description="Percent of the visible tile by colour code; they sum to 100.")
    uncertainty: float = Field(description="Points within which the largest error lies, 9 times in 10.")
    off_palette: float = Field(description="Percent of the tile in colours that nobody asked for.")
    recipe: str | None = Field(
        default=None, description="The mix in words, where no colours were named and they were found.", examples=[None]
    )
    doubts: list[DoubtAnswer] | None = Field(
        default=None, description="Colours that were found and may be others; only where none were named."
    )


class MaskAnswer(Answer):
    """A mask that was made of an upload."""

    mask: str = Field(description="As a zone of a job takes it.", examples=[MASK_EXAMPLE])


class ModelAnswer(Answer):
    """The model that is served."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "plitka"
    defaults: dict[str, Any] = Field(description="What the model chooses where a job leaves it open.")


class ModelsAnswer(Answer):
    """The models that are served: one, or none while it is loaded."""

    object: Literal["list"] = "list"
    data: list[ModelAnswer]
    previous: None = None
    next: None = None
    results: list[dict[str, Any]] = Field(description="The same, as Replicate's clients read it.")


class Problem(Answer):
    """Why a request was refused, or a job failed."""

    error: str = Field(description="One sentence, in the language of Accept-Language.")
    code: str = Field(description="For programs; it stays the same in every language.")
    details: str | None = Field(default=None, description="Where, such as the line with a mark under the place.")
    suggestions: list[str] | None = Field(default=None, description="What may stand in the marked place.")
    rewritten: str | None = Field(default=None, description="What may stand in place of the whole recipe.")
    request_id: str | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": "'rde' is no colour; did you mean red?",
                    "code": "recipe",
                    "details": "60% rde\n    ~~^",
                    "suggestions": ["red"],
                    "rewritten": None,
                    "request_id": "0b1c2d3e4f50617283940a1b2c3d4e5f",
                }
            ]
        }
    )


class JobAnswer(Answer):
    """A job."""

    id: str
    state: State
    created_at: float = Field(description="Seconds since 1970, as all times here.")
    started_at: float | None
    finished_at: float | None
    position: int | None = Field(description="How many go before it, while it waits.")
    request: Order = Field(description="What was asked, with its seed.")
    priority: int
    deadline_at: float | None
    image_url: str | None
    result: dict[str, Any] | None = Field(
        description="seed, requested and measured (percent of the tile by colour code), exact where it is known, "
        "max_error (points), mode, attempts, seconds, stage_seconds, width_px, height_px, prompt, model, sha256; zones "
        "(each with its mask, area_percent, requested, measured) where there are several, scene where the look is not "
        "the usual one, uncertainty (points) of wet tiles, and warnings where the picture cannot show what was asked "
        "for or cannot be measured well."
    )
    error: Problem | None
    is_favourite: bool = Field(description="Whether it stays, where others go by their age or for want of room.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "9f86d081884c7d659a2feaa0c55ad015",
                    "state": "queued",
                    "created_at": 1767225600.0,
                    "started_at": None,
                    "finished_at": None,
                    "position": 0,
                    "request": {"recipe": RECIPE_EXAMPLE, "seed": 7, "mode": "guided"},
                    "priority": 0,
                    "deadline_at": None,
                    "image_url": None,
                    "result": None,
                    "error": None,
                    "is_favourite": False,
                }
            ]
        }
    )


class JobsAnswer(Answer):
    """Some of the key's jobs, the newest first."""

    jobs: list[JobAnswer] = Field(
        description="A mask that is a picture stands here as `sha256:DIGEST;bytes=N`; the job itself shows it."
    )
    next_cursor: str | None = Field(description="Give it as `cursor` for the older ones; null: there are none.")


def colour_answer(colour: Colour) -> ColourAnswer:
    """A colour as a recipe names it."""
    return ColourAnswer(
        code=colour.code,
        name=colour.caption_name,
        name_ru=colour.name_ru,
        hex=colour.srgb_hex,
        lit_hex=colour.lit_hex or colour.srgb_hex,
        ral=colour.ral,
        source=colour.source,
    )


def job_answer(job: Job, language: str, position: int | None = None) -> JobAnswer:
    """A job as its key sees it, in one of the `LANGUAGES`."""
    has_result = job.result is not None and job.state is State.SUCCEEDED
    return JobAnswer(
        id=job.id,
        state=job.state,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        position=position,
        request=Order.model_validate(job.request),
        priority=job.priority,
        deadline_at=job.deadline_at,
        image_url=routes.path_of(routes.JOB_IMAGE, job_id=job.id) if job.state is State.SUCCEEDED else None,
        result=in_language(job.result or {}, language) if has_result else None,
        error=None if job.error is None else Problem(**in_language(job.error, language)),
        is_favourite=job.is_favourite,
    )


def model_answer(engine: Engine) -> ModelAnswer:
    """An engine as a model."""
    usual = engine.defaults
    return ModelAnswer(
        id=engine.name,
        defaults={
            "steps": usual.steps,
            "guidance": usual.guidance,
            "width_px": usual.width_px,
            "height_px": usual.height_px,
            "negative_prompt": usual.negative_prompt,
            "guided": {
                "steps": usual.guided.steps or usual.steps,
                "guidance": usual.guided.guidance or usual.guidance,
                "strength": usual.guided.strength,
            },
        },
    )


PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}
}
"""Of an endpoint that answers with a picture."""
PICTURES: dict[int | str, dict[str, Any]] = {
    200: {"content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES.values()}}
}
"""The same in any format."""

ELSEWHERE: dict[int | str, dict[str, Any]] = {307: {"description": "The picture is where Location leads."}}
"""Of one that lies in an object store which clients may be sent to."""

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The picture is the one of If-None-Match."}}
"""Of one that says what its client need not fetch again."""

_MEANINGS = {
    400: "The recipe, or the JSON itself, cannot be read.",
    401: "No key, or none that is in force.",
    403: "The key's role does not reach so far.",
    404: "No such thing, or it is another key's.",
    409: "This contradicts a request before it.",
    410: "The picture was made, and is lost, damaged or deleted by its owner.",
    413: "Too long or too large.",
    422: "A value is of the wrong kind or out of its range.",
    429: "More often than the key may; Retry-After says when.",
    500: "Something broke here.",
    503: "Starting, stopping, full, or its database is away; Retry-After says when.",
    507: "No room for further pictures; Retry-After says when to ask again.",
}


def problem_responses(*statuses: int, as_json: bool = False) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer beside success.

    Args:
        statuses: beside those that every endpoint has.
        as_json: say so for each, where what the endpoint answers else is something else.
    """
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    shape: dict[str, Any] = content if as_json else {"model": Problem}
    return {status: shape | {"description": _MEANINGS[status]} for status in (401, 403, 429, 503, *statuses)}
