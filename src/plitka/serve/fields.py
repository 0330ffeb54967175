"""The values that requests are made of, with the ranges of their owners and what the OpenAPI document says of them."""

import re
from typing import Annotated, ClassVar, TypeAlias

import structlog
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from plitka.core.generation import GUIDANCE_RANGE, MAX_SEED, STEPS_RANGE, STRENGTH_RANGE, TOLERANCE_RANGE, Mode
from plitka.core.quality import Quality
from plitka.core.scene import (
    FRACTIONS_MM,
    GRANULE_MM_RANGE,
    MAX_FIELD_MM,
    MAX_SCENE_COLOURS,
    SIZE_PX_RANGE,
    SIZE_STEP_PX,
    USUAL_FRACTION,
    Lighting,
    Surface,
)
from plitka.core.tile.masks import MAX_MASK_BYTES, SHAPE_EXAMPLES
from plitka.errors import TooLarge
from plitka.serve.settings import MAX_PROMPT_CH

log = structlog.get_logger(__name__)

RECIPE_EXAMPLE = "60% red, 30% black, 10% white"
MASK_EXAMPLE = "border:8%"
PLAIN_TEXT = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$"
"""No control characters, and none that turn the direction of reading: they hide what a person would read."""
ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$"
"""The same without the ends of lines."""
_PLAIN = re.compile(PLAIN_TEXT)
_MAX_LOOK_WORDS = 100
_MAX_NAME_CH = 60


class Wire(BaseModel):
    """What comes in: unknown names and wrong kinds are refused, not guessed at."""

    ignored: ClassVar[frozenset[str]] = frozenset()
    """Names of a contract that mean nothing here, whatever stands under them; the log says that they were left out."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _keep_one_unknown(cls, value: object) -> object:
        """Each unknown name is an error of its own, and thousands would take seconds; the first says enough."""
        if not isinstance(value, dict):
            return value
        if left_out := cls.ignored.intersection(value):
            log.info("fields_ignored", names=sorted(left_out))
            value = {name: one for name, one in value.items() if name not in left_out}
        first = next((name for name in value if name not in cls.model_fields), None)
        if first is None:
            return value
        return {name: value[name] for name in cls.model_fields if name in value} | {first: None}


def _whole(value: object) -> object:
    """JSON has one kind of number: 7.0 is as good an integer as 7."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def check_plain(text: str) -> str:
    """A text as it is, if people can read all of it."""
    if not _PLAIN.match(text):
        raise PydanticCustomError("plain_text", "must have no control characters, nor any that turn the reading")
    return text


def _check_fraction(name: str) -> str:
    if name not in FRACTIONS_MM:
        raise PydanticCustomError("fraction", "must be one of {known}", {"known": ", ".join(FRACTIONS_MM)})
    return name


WHOLE = BeforeValidator(_whole)
"""Behind the ranges of an integer: before them, pydantic would leave the ranges out of the schema."""

RecipeText: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(check_plain),
    Field(
        description=f"The mix in words, English or Russian; at most {MAX_PROMPT_CH} characters.",
        examples=[RECIPE_EXAMPLE],
        json_schema_extra={"format": "recipe", "maxLength": MAX_PROMPT_CH, "pattern": PLAIN_TEXT},
    ),
]
NegativeText: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=MAX_PROMPT_CH),
    AfterValidator(check_plain),
    Field(
        description="What the picture shall not show.",
        examples=["blurry, text"],
        json_schema_extra={"pattern": PLAIN_TEXT},
    ),
]
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
OthersGuidance: TypeAlias = Annotated[
    float,
    Field(ge=0, le=GUIDANCE_RANGE[1], description="Classifier-free guidance scale; 0 to 1 are without guidance."),
    AfterValidator(lambda scale: max(scale, float(GUIDANCE_RANGE[0]))),
]
"""Of contracts whose clients write 0 for none."""
Strength: TypeAlias = Annotated[
    float,
    Field(
        ge=STRENGTH_RANGE[0],
        le=STRENGTH_RANGE[1],
        description="Fraction of the schedule that is re-run over the granule map; in guided mode only.",
    ),
]
Tolerance: TypeAlias = Annotated[
    float,
    Field(
        ge=TOLERANCE_RANGE[0],
        le=TOLERANCE_RANGE[1],
        description="Points that no share may be off by; in guided mode only.",
    ),
]
ModeName: TypeAlias = Annotated[
    Mode,
    Field(
        strict=False, description="guided: measured and corrected over a granule map; text: made by the words alone."
    ),
]
QualityName: TypeAlias = Annotated[
    Quality,
    Field(
        strict=False,
        description="exact: up to rounding what the model gives; fast: quicker, by what changes little, such as the "
        "last steps without guidance.",
    ),
]
Mask: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_MASK_BYTES),
    AfterValidator(check_plain),
    Field(
        description=f"Where the zone lies: a built-in shape ({', '.join(SHAPE_EXAMPLES)}), or a black-and-white PNG or "
        "an SVG as a data URL, which the job keeps as a PNG of one bit. `POST /v1/masks` makes one of a file.",
        examples=[MASK_EXAMPLE],
        json_schema_extra={"format": "mask", "pattern": PLAIN_TEXT},
    ),
]
FractionName: TypeAlias = Annotated[
    str,
    AfterValidator(_check_fraction),
    Field(
        description=f"Size of the granules, as a fraction of the trade in mm; {USUAL_FRACTION} if neither this nor "
        "granule_mm is given.",
        examples=[USUAL_FRACTION],
        json_schema_extra={"enum": list(FRACTIONS_MM)},
    ),
]
GranuleMm: TypeAlias = Annotated[float, Field(ge=GRANULE_MM_RANGE[0], le=GRANULE_MM_RANGE[1])]
GranulesMm: TypeAlias = Annotated[
    list[GranuleMm],
    Field(
        min_length=2,
        max_length=2,
        description="Smallest and largest granule, in place of granules.",
    ),
]
ColourName: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=_MAX_NAME_CH),
    AfterValidator(check_plain),
    Field(json_schema_extra={"format": "colour", "pattern": PLAIN_TEXT}),
]
ColourNames: TypeAlias = Annotated[list[ColourName], Field(max_length=MAX_SCENE_COLOURS)]
LookWord: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_PROMPT_CH),
    AfterValidator(check_plain),
    Field(json_schema_extra={"pattern": PLAIN_TEXT}),
]
LookWords: TypeAlias = Annotated[list[LookWord], Field(max_length=_MAX_LOOK_WORDS)]
SurfaceName: TypeAlias = Annotated[
    Surface,
    Field(strict=False, description=f"How the face came about; {Surface.PRESSED} if left out. {Surface.describe()}."),
]
LightName: TypeAlias = Annotated[
    Lighting,
    Field(strict=False, description=f"What the tile is lit by; {Lighting.STUDIO} if left out. {Lighting.describe()}."),
]
FieldMm: TypeAlias = Annotated[
    float,
    Field(gt=0, le=MAX_FIELD_MM, description="Length that the longer side shows; none: at the model's usual scale."),
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
