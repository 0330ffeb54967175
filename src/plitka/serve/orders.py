"""Orders: what a caller asks for, as it is kept in the database, and the request that an engine is asked."""

import secrets
from dataclasses import dataclass, replace
from itertools import count
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from plitka.core.files.mask_file import canonical_mask
from plitka.core.generation import (
    MAX_SEED,
    RANDOM_SEED_LIMIT,
    USUAL_MODE,
    CompleteRequest,
    Defaults,
    Mode,
    Request,
)
from plitka.core.quality import USUAL_QUALITY
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.core.scene import MAX_ZONES, Size, naming_zone, short_mask
from plitka.core.scene_json import LOOK_NAMES, build_scene, merge_choices, read_choices, with_zones
from plitka.errors import InputError
from plitka.serve import fields
from plitka.serve.fields import Wire

MAX_PRIORITY = 9


class ZoneOrder(Wire):
    """A part of the tile with a mix of its own."""

    mask: fields.Mask
    recipe: fields.RecipeText

    @property
    def is_drawn(self) -> bool:
        """Whether the mask is a picture or a drawing, and no shape in words."""
        return self.mask.startswith("data:")


class Zoned(Wire):
    """What has parts with a mix of their own."""

    zones: Annotated[list[ZoneOrder], Field(max_length=MAX_ZONES)] | None = Field(
        default=None,
        description="Parts of the tile with a mix of their own; where masks overlap, the later one is on top.",
        examples=[[{"mask": fields.MASK_EXAMPLE, "recipe": "white"}]],
    )


class LookChoices(Zoned):
    """How the tile looks, in guided mode; what is left out is as usual."""

    granules: fields.FractionName | None = None
    granule_mm: fields.GranulesMm | None = None
    coarse: fields.ColourNames | None = Field(
        default=None, description="Names or codes of the colours whose chips are larger.", examples=[["red"]]
    )
    fine: fields.ColourNames | None = Field(
        default=None,
        description="Names or codes of the colours whose chips are smaller; none that is coarse.",
    )
    surface: fields.SurfaceName | None = None
    light: fields.LightName | None = None
    wet: bool | None = Field(default=None, description="Rain lies on the tile: darker, with a gloss.")
    field_mm: fields.FieldMm | None = None
    words: fields.LookWords | None = Field(
        default=None,
        description="Words about the look for the prompt, in place of those that the recipe has.",
        examples=[["matte finish"]],
    )

    def look(self) -> dict[str, Any]:
        """What was chosen, as the JSON of a scene."""
        return self.model_dump(mode="json", include=set(LOOK_NAMES), exclude_none=True)


class Order(LookChoices):
    """One picture to make; what is left out is the model's choice."""

    recipe: fields.RecipeText
    seed: fields.Seed | None = None
    mode: fields.ModeName = USUAL_MODE
    steps: fields.Steps | None = None
    guidance: fields.Guidance | None = None
    width_px: fields.SizePx | None = None
    height_px: fields.SizePx | None = None
    negative_prompt: fields.NegativeText | None = None
    strength: fields.Strength | None = None
    tolerance: fields.Tolerance | None = None
    quality: fields.QualityName | None = None

    def kept(self) -> dict[str, Any]:
        """As the database has it: only what was chosen."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def has_seed(self) -> bool:
        """Whether the caller chose one."""
        return self.seed is not None and self.seed >= 0

    def with_masks(self) -> "Order":
        """The order with its masks as a scene keeps them, so that drawings are read once.

        Raises:
            InputError: a mask that cannot be read, by the number of its zone.
        """
        return self.model_copy(update={"zones": list(map(with_mask, count(1), self.zones))}) if self.zones else self

    def with_seed(self) -> "Order":
        """The order with a seed, so that making it again makes the same picture."""
        return self if self.has_seed else self.model_copy(update={"seed": secrets.randbelow(RANDOM_SEED_LIMIT)})

    def request(self, defaults: Defaults) -> Request:
        """What an engine is asked; the order must have a seed.

        Args:
            defaults: of the engine; its size is that of an order which names only one side, or only a field.

        Raises:
            RecipeError: a recipe cannot be read.
            TooLarge: one is too long.
            InputError: a choice does not exist, contradicts another, or belongs to the other mode.
        """
        if self.seed is None:
            raise ValueError("an order has a seed before it is read")
        for zone in self.zones or ():
            fields.checked_length(zone.recipe)
        is_guided = self.mode == Mode.GUIDED
        beside, read = (Beside.SCENE, parse_tile) if is_guided else (Beside.PROMPT, parse_recipe)
        reading = read(fields.checked_length(self.recipe), beside=beside)
        choices = merge_choices({**reading.look, "words": reading.words}, read_choices(self.look()))
        choices = with_zones(choices, reading)
        scene, notices = build_scene(reading.recipe, size=self._size(defaults), **choices)
        return Request(
            scene=scene,
            seed=self.seed,
            mode=Mode(self.mode),
            steps=self.steps,
            guidance=self.guidance,
            negative_prompt=self.negative_prompt,
            strength=self.strength,
            tolerance=self.tolerance,
            quality=self.quality or USUAL_QUALITY,
            is_forced=True,  # clients of other contracts send numbers that they have for every model; warnings say it
            notices=(*reading.warnings, *notices),
        )

    def _size(self, defaults: Defaults) -> Size | None:
        if self.width_px is None and self.height_px is None and self.field_mm is None:
            return None
        return Size(width_px=self.width_px or defaults.width_px, height_px=self.height_px or defaults.height_px)


def with_mask(number: int, zone: ZoneOrder) -> ZoneOrder:
    """A zone with its mask as a scene keeps it.

    Raises:
        InputError: the mask cannot be read, by the number of its zone.
    """
    with naming_zone(number, short_mask(zone.mask)):
        mask = canonical_mask(zone.mask, "POST /v1/masks, label={label}")
        return zone.model_copy(update={"mask": mask})


class JobOrder(Order):
    """One picture to make, and when."""

    priority: Annotated[
        int,
        Field(
            ge=-MAX_PRIORITY,
            le=MAX_PRIORITY,
            description="Above 0 goes before others, for operators; below 0 after them.",
        ),
        fields.WHOLE,
    ] = 0
    deadline_s: Annotated[float, Field(gt=0, le=604800)] | None = Field(
        default=None, description="Seconds from now after which the picture is of no use any more."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"recipe": fields.RECIPE_EXAMPLE, "seed": 7},
                {
                    "recipe": "60% red, 40% black",
                    "zones": [{"mask": fields.MASK_EXAMPLE, "recipe": "50% blue, 50% white"}],
                    "granules": "2-4",
                    "wet": True,
                    "seed": 7,
                },
            ]
        }
    )

    def order(self) -> Order:
        """The picture alone."""
        return Order.model_validate(self.model_dump(exclude={"priority", "deadline_s"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOrder:
    """An order that can be read, and that the engine can make where that is known already."""

    asked: Order
    """As it came."""
    order: Order
    """With its seed."""
    request: CompleteRequest | None
    """What the engine will be asked; None where no engine was there yet to complete it."""
    cost: int = 1
    """In usual pictures."""

    def with_seed(self, seed: int) -> "CheckedOrder":
        """The same picture asked for by another seed."""
        return replace(self.settled_with(seed), asked=self.asked.model_copy(update={"seed": seed}))

    def settled_with(self, seed: int) -> "CheckedOrder":
        """The same as it came, where that left the seed open."""
        request = None if self.request is None else replace(self.request, seed=seed)
        return replace(self, order=self.order.model_copy(update={"seed": seed}), request=request)

    def consecutive(self, n: int) -> list["CheckedOrder"]:
        """The same picture by so many seeds, this one's first.

        Raises:
            InputError: there are not so many.
        """
        seed = self.order.seed or 0
        if seed > MAX_SEED - n + 1:
            raise InputError(
                "{n} pictures have {n} seeds, one after the other, so that the first may be at most {most}, not {seed}",
                n=n,
                most=MAX_SEED - n + 1,
                seed=seed,
            )
        return [self, *(self.with_seed(other) for other in range(seed + 1, seed + n))]
