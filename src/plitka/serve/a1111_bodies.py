"""What goes in and out of the API of the AUTOMATIC1111 web UI."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from plitka.core.files.infotext import SAMPLER
from plitka.core.generation import MAX_SEED, Defaults
from plitka.core.scene import SIZE_PX_RANGE, SIZE_STEP_PX
from plitka.serve import fields, schemas
from plitka.serve.orders import Order
from plitka.serve.prompt_syntax import without_syntax

MAX_IMAGES = 10
CHECKPOINT = "sd_model_checkpoint"
_USUAL: Mapping[str, Any] = MappingProxyType(
    {
        "negative_prompt": "", "styles": None, "seed": -1, "subseed": -1, "subseed_strength": 0,
        "seed_resize_from_h": -1, "seed_resize_from_w": -1, "sampler_name": SAMPLER, "scheduler": "karras",
        "batch_size": 1, "n_iter": 1, "restore_faces": None, "tiling": None, "do_not_save_samples": False,
        "do_not_save_grid": False, "eta": None, "denoising_strength": None, "s_min_uncond": None, "s_churn": None,
        "s_tmax": None, "s_tmin": None, "s_noise": None, "override_settings": None,
        "override_settings_restore_afterwards": True, "refiner_checkpoint": None, "refiner_switch_at": None,
        "disable_extra_networks": False, "comments": None, "enable_hr": False, "firstphase_width": 0,
        "firstphase_height": 0, "hr_scale": 2.0, "hr_upscaler": None, "hr_second_pass_steps": 0, "hr_resize_x": 0,
        "hr_resize_y": 0, "hr_checkpoint_name": None, "hr_sampler_name": None, "hr_prompt": "",
        "hr_negative_prompt": "", "sampler_index": SAMPLER, "script_name": None, "script_args": [],
        "send_images": True, "save_images": False, "alwayson_scripts": {}, "infotext": None,
    }
)  # fmt: skip
"""What the web UI's API tells of what was not sent, as its schema has it; clients count on these names."""
_DEPTH = 20
"""Of what is told back: further down nothing is, so that no body is too deep to be answered."""


class TextToImage(BaseModel):
    """What is made; null stands for what is left out, and names that are none of these are only told back."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        allow_inf_nan=False,
        json_schema_extra={"examples": [{"prompt": fields.RECIPE_EXAMPLE, "seed": 7, "width": 64, "height": 64}]},
    )
    prompt: fields.RecipeText
    negative_prompt: fields.NegativeText | None = None
    seed: (
        Annotated[
            int,
            Field(
                ge=-1,
                description=f"-1 or none: a random one; above {MAX_SEED} the rest after division by {MAX_SEED + 1}.",
            ),
            fields.WHOLE,
        ]
        | None
    ) = None
    steps: fields.Steps | None = None
    cfg_scale: fields.OthersGuidance | None = None
    width: Annotated[int, Field(ge=1, le=SIZE_PX_RANGE[1])] | None = None
    height: Annotated[int, Field(ge=1, le=SIZE_PX_RANGE[1])] | None = None
    batch_size: Annotated[int, Field(ge=1, le=MAX_IMAGES)] | None = None
    n_iter: Annotated[int, Field(ge=1, le=MAX_IMAGES)] | None = None
    send_images: bool | Literal[0, 1] | None = None
    override_settings: dict[str, Any] | None = None

    @field_validator("seed", "steps", "cfg_scale", "width", "height", "batch_size", "n_iter", mode="before")
    @classmethod
    def _check_number(cls, value: object) -> object:
        """Numbers in quotes are taken, as there; true and false are none."""
        if isinstance(value, bool):
            raise PydanticCustomError("float_type", "Input should be a valid number")
        return value

    @property
    def n_images(self) -> int:
        """Pictures that are asked for."""
        return (self.batch_size or 1) * (self.n_iter or 1)

    @property
    def checkpoint(self) -> str | None:
        """The one that is asked for by name."""
        found = (self.override_settings or {}).get(CHECKPOINT)
        return found if isinstance(found, str) and found else None

    @property
    def used_seed(self) -> int | None:
        """The seed, one of ours."""
        return self.seed if self.seed is None else self.seed if self.seed < 0 else self.seed % (MAX_SEED + 1)

    @property
    def enlarged(self) -> tuple[int, int] | None:
        """The sides that a second pass would give, which are painted at once; None where none is asked for."""
        sent = self.model_extra or {}
        if not sent.get("enable_hr") or self.width is None or self.height is None:
            return None
        x, y = (_number(sent.get(name)) for name in ("hr_resize_x", "hr_resize_y"))
        if x or y:
            scale_x = (x or 0) / self.width or (y or 0) / self.height
            scale_y = (y or 0) / self.height or scale_x
        else:
            scale_x = scale_y = _number(sent.get("hr_scale")) or _USUAL["hr_scale"]
        most = SIZE_PX_RANGE[1]
        return min(most, round(self.width * scale_x)), min(most, round(self.height * scale_y))

    def order(self) -> Order:
        """The first picture, as our own API has it; each further one has the next seed."""
        width, height = self.enlarged or (self.width, self.height)
        return Order(
            recipe=without_syntax(self.prompt)[0],
            negative_prompt=without_syntax(self.negative_prompt or "")[0] or None,
            seed=self.used_seed,
            steps=self.steps,
            guidance=self.cfg_scale,
            width_px=_rounded(width),
            height_px=_rounded(height),
        )

    def told_back(self, usual: Defaults) -> dict[str, Any]:
        """All that was sent, as JSON can carry it, and what stands for what was not: of steps and sides the model's."""
        own = {"steps": usual.steps, "cfg_scale": usual.guidance, "width": usual.width_px, "height": usual.height_px}
        sent = {name: value for name, value in self.model_dump().items() if value is not None}
        told: dict[str, Any] = plain({**_USUAL, **own, **sent})
        return told


class Images(schemas.Answer):
    """Pictures that were made, as base64 of PNG files."""

    images: list[str] | None
    parameters: dict[str, Any] = Field(description="What was asked for.")
    info: str = Field(description="JSON: seeds, sizes, the model, each picture's text, and `warnings`.")


class Progress(schemas.Answer):
    """How far the key's own pictures are."""

    progress: float
    eta_relative: float
    state: dict[str, Any]
    current_image: str | None
    textinfo: str | None = None


class Fault(schemas.Answer):
    """The error body of the contract."""

    error: str
    detail: str
    body: str
    errors: str


def faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer beside success."""
    return {status: {"model": Fault} for status in (401, 403, 422, 429, *statuses)}


def _number(value: object) -> float | None:
    """A number above 0 as a client may send it, in quotes as well; None for what is none."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        return None
    return number if 0 < number < math.inf else None


def _rounded(side_px: int | None) -> int | None:
    """A side as the models make it."""
    if side_px is None:
        return None
    return max(SIZE_PX_RANGE[0], SIZE_STEP_PX * round(side_px / SIZE_STEP_PX))


def plain(value: Any, depth: int = 0) -> Any:  # noqa: ANN401  (whatever a client sent)
    """A value without what JSON cannot carry: halves of letters, numbers that are none, endless depth."""
    match value:
        case dict() | list() if depth == _DEPTH:
            return None
        case dict():
            return {plain(name): plain(one, depth + 1) for name, one in value.items()}
        case list():
            return [plain(one, depth + 1) for one in value]
        case str():
            return value.encode("utf-8", "replace").decode()
        case float() if not math.isfinite(value):
            return None
    return value
