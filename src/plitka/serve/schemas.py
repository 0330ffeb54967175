"""What crosses the wire of our own API; ranges and defaults are those of `plitka.core.generation`."""

import secrets
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from plitka.core.generation import (
    GUIDANCE_RANGE,
    MAX_SEED,
    MIN_STRENGTH,
    RANDOM_SEED_LIMIT,
    SIZE_PX_RANGE,
    SIZE_STEP_PX,
    STEPS_RANGE,
    USUAL_MODE,
    Mode,
    Request,
)
from plitka.core.recipes.recipe import Recipe, parse_recipe
from plitka.errors import TooLarge
from plitka.serve.settings import MAX_PROMPT_CH
from plitka.serve.store import Job, State

RECIPE_EXAMPLE = "60% red, 30% black, 10% white"
PLAIN_TEXT = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$"
"""No control characters, and none that turn the direction of reading: they hide what a person would read."""
MAX_PRIORITY = 9


RecipeText: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, pattern=PLAIN_TEXT),
    Field(
        description=f"The mix in words, English or Russian; at most {MAX_PROMPT_CH} characters.",
        examples=[RECIPE_EXAMPLE],
        json_schema_extra={"format": "recipe", "maxLength": MAX_PROMPT_CH},
    ),
]
NegativeText: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=MAX_PROMPT_CH, pattern=PLAIN_TEXT),
    Field(description="What the picture shall not show.", examples=["blurry, text"]),
]


def _whole(value: object) -> object:
    """JSON has one kind of number: 7.0 is as good an integer as 7."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Behind the ranges of an integer: before them, pydantic would leave the ranges out of the schema."""
Seed: TypeAlias = Annotated[
    int,
    Field(ge=-1, le=MAX_SEED, description="The same seed repeats the picture; -1 or none: a random one."),
    WHOLE,
]
Steps: TypeAlias = Annotated[int, Field(ge=STEPS_RANGE[0], le=STEPS_RANGE[1], description="Denoising steps."), WHOLE]
SizePx: TypeAlias = Annotated[
    int,
    Field(ge=SIZE_PX_RANGE[0], le=SIZE_PX_RANGE[1], multiple_of=SIZE_STEP_PX, description="In pixels."),
    WHOLE,
]
Guidance: TypeAlias = Annotated[
    float, Field(ge=GUIDANCE_RANGE[0], le=GUIDANCE_RANGE[1], description="Classifier-free guidance scale.")
]


def checked_length(text: str) -> str:
    """A recipe's text, as long as it may be.

    Raises:
        TooLarge: it is longer.
    """
    if len(text) > MAX_PROMPT_CH:
        raise TooLarge(
            "the recipe has {n_ch} characters, and at most {limit} are read", n_ch=len(text), limit=MAX_PROMPT_CH
        )
    return text


class Wire(BaseModel):
    """What comes in: unknown names and wrong kinds are refused, not guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


@lru_cache(maxsize=256)
def _recipe_of(text: str) -> Recipe:
    """The recipe of a text, which every job needs twice: when it is accepted and when it is made."""
    return parse_recipe(text).recipe


class Order(Wire):
    """One picture to make; what is left out is the model's choice."""

    recipe: RecipeText
    seed: Seed | None = None
    mode: Literal["guided", "text"] = Field(
        default=USUAL_MODE.value,
        description="guided: measured and corrected over a granule map; text: by the words alone.",
    )
    steps: Steps | None = None
    guidance: Guidance | None = None
    width_px: SizePx | None = None
    height_px: SizePx | None = None
    negative_prompt: NegativeText | None = None
    strength: Annotated[float, Field(ge=MIN_STRENGTH, le=1)] | None = Field(
        default=None, description="How much of the granule map is painted over; in guided mode only."
    )
    tolerance: Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None, description="Points that no share may be off by; in guided mode only."
    )

    def with_seed(self) -> "Order":
        """The order with a seed, so that making it again makes the same picture."""
        if self.seed is not None and self.seed >= 0:
            return self
        return self.model_copy(update={"seed": secrets.randbelow(RANDOM_SEED_LIMIT)})

    def request(self) -> Request:
        """What an engine is asked.

        Raises:
            RecipeError: the recipe cannot be read.
            TooLarge: it is too long.
            InputError: a choice belongs to the other mode.
        """
        choices = self.with_seed().model_dump(exclude={"recipe", "mode"}, exclude_none=True)
        return Request(recipe=_recipe_of(checked_length(self.recipe)), mode=Mode(self.mode), **choices)


class JobOrder(Order):
    """One picture to make, and when."""

    priority: Annotated[
        int,
        Field(
            ge=-MAX_PRIORITY,
            le=MAX_PRIORITY,
            description="Above 0 goes before others, for operators; below 0 after them.",
        ),
        WHOLE,
    ] = 0
    deadline_s: Annotated[float, Field(gt=0, le=604800)] | None = Field(
        default=None, description="Seconds from now after which the picture is of no use any more."
    )

    model_config = ConfigDict(json_schema_extra={"examples": [{"recipe": RECIPE_EXAMPLE, "seed": 7}]})


class RecipeQuestion(Wire):
    """A recipe to read."""

    recipe: RecipeText
    strict: bool = Field(default=False, description="Refuse what needs any guessing.")

    model_config = ConfigDict(json_schema_extra={"examples": [{"recipe": RECIPE_EXAMPLE}]})


class Answer(BaseModel):
    """What goes out."""

    model_config = ConfigDict(frozen=True)


class RecipeAnswer(Answer):
    """How a recipe is read."""

    requested: dict[str, float] = Field(description="Percent by colour code; they sum to 100.")
    warnings: list[str] = Field(description="What was settled for the writer.")
    prompt: str = Field(description="The full prompt of the usual style.")


class ColourAnswer(Answer):
    """A colour that a recipe can name."""

    code: str
    name: str
    name_ru: str
    hex: str
    ral: str | None
    source: str


class ColoursAnswer(Answer):
    """The colours."""

    colours: list[ColourAnswer]


class MeasureAnswer(Answer):
    """What was measured on a picture."""

    shares: dict[str, float] = Field(description="Percent of the visible tile by colour code; they sum to 100.")
    uncertainty: float = Field(description="Points within which the largest error lies, 9 times in 10.")
    off_palette: float = Field(description="Percent of the tile in colours that nobody asked for.")


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


class Problem(Answer):
    """Why a request was refused, or a job failed."""

    error: str = Field(description="One sentence, in the language of Accept-Language.")
    code: str = Field(description="For programs; it stays the same in every language.")
    details: str | None = Field(default=None, description="Where, such as the line with a mark under the place.")
    suggestions: list[str] | None = None
    request_id: str | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": "'rde' is no colour; did you mean red?",
                    "code": "recipe",
                    "details": "60% rde\n    ~~^",
                    "suggestions": ["red"],
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
        description="requested and measured (percent by colour code), max_error (points), attempts, seconds, "
        "stage_seconds, prompt, model, sha256."
    )
    error: Problem | None

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
                }
            ]
        }
    )


class JobsAnswer(Answer):
    """Some of the key's jobs, the newest first."""

    jobs: list[JobAnswer]
    next_cursor: str | None = Field(description="Give it as `cursor` for the older ones; null: there are none.")


def job_answer(job: Job, position: int | None = None) -> JobAnswer:
    """A job as its key sees it."""
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
        image_url=f"/v1/jobs/{job.id}/image" if job.state is State.SUCCEEDED else None,
        result=dict(job.result) if job.result is not None and job.state is State.SUCCEEDED else None,
        error=None if job.error is None else Problem(**job.error),
    )
