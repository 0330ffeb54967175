"""What a caller asks of a sheet, and the sheet that it makes."""

import base64
import binascii
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from plitka.core.colour.palette import DENSITY_G_CM3_RANGE, PRICE_RANGE, Palette, default_palette
from plitka.core.files.photograph import decode_picture
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.core.scene import MAX_SCENE_COLOURS
from plitka.core.scene_json import build_scene, merge_choices, read_choices, with_zones
from plitka.core.sheet.assumptions import AREA_M2_RANGE, ASSUMED
from plitka.core.sheet.document import MAX_LINK_CH, MAX_NAME_CH, Document
from plitka.core.sheet.edges import Edge
from plitka.core.sheet.formats import SheetFormat
from plitka.core.sheet.materials import OtherTiles
from plitka.core.sheet.order import MAX_CURRENCY_CH, SheetOrder
from plitka.errors import InputError, Phrase
from plitka.serve import fields
from plitka.serve.orders import LookChoices, Zoned, ZoneOrder

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

_LOGO = re.compile(r"data:image/(?:png|jpeg|webp);base64,([A-Za-z0-9+/=]*)")
_MAX_LOGO_CH = 700_000
_LOGO_PX = 1200
"""A logo's longer side at most, once it is read."""

Density: TypeAlias = Annotated[float, Field(ge=DENSITY_G_CM3_RANGE[0], le=DENSITY_G_CM3_RANGE[1])]
Price: TypeAlias = Annotated[float, Field(ge=PRICE_RANGE[0], le=PRICE_RANGE[1])]
NameText: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=MAX_NAME_CH, pattern=fields.ONE_LINE),
    AfterValidator(fields.check_plain),
]


def _figure(name: str) -> Any:  # noqa: ANN401  (what pydantic's Field is typed as)
    """An assumption that may be given."""
    one = ASSUMED[name]
    usual = f"{one.label}, in {one.unit}; {float(one.usual):g} if left out. {one.source}."
    return Field(default=None, ge=one.low, le=one.high, description=usual[:1].upper() + usual[1:])


class SecondMix(Zoned):
    """The tiles of another mix on the same floor: its border, every second row or square."""

    recipe: fields.RecipeText
    area_m2: float = Field(gt=0, le=AREA_M2_RANGE[1], description="Of the floor's area, which has to be larger.")
    name: NameText = Field(default="", description="What these tiles are called on files, such as Border.")


class SheetBody(LookChoices):
    """A mix, a floor, and what is known of both."""

    recipe: fields.RecipeText
    area_m2: float = Field(ge=AREA_M2_RANGE[0], le=AREA_M2_RANGE[1], description="Of the floor.")
    second: SecondMix | None = Field(default=None, description="Where the floor is laid with two mixes.")
    edge: Annotated[Edge, Field(strict=False, description=f"Of the tiles. {Edge.describe()}.")] = Edge.STRAIGHT
    thickness_mm: float | None = _figure("thickness_mm")
    tile_width_mm: float | None = _figure("tile_width_mm")
    tile_length_mm: float | None = _figure("tile_length_mm")
    bevel_mm: float | None = _figure("bevel_mm")
    wear_mm: float | None = _figure("wear_mm")
    wear_fill_percent: float | None = _figure("wear_fill_percent")
    base_density_g_cm3: float | None = _figure("base_density_g_cm3")
    base_fill_percent: float | None = _figure("base_fill_percent")
    wear_binder_percent: float | None = _figure("wear_binder_percent")
    base_binder_percent: float | None = _figure("base_binder_percent")
    waste_percent: float | None = _figure("waste_percent")
    edge_waste_percent: float | None = _figure("edge_waste_percent")
    bag_kg: float | None = _figure("bag_kg")
    densities: dict[fields.ColourName, Density] | None = Field(
        default=None,
        max_length=MAX_SCENE_COLOURS,
        description="Of granules in g/cm3, by name or code of a colour of the recipes.",
        examples=[{"red": 1.5}],
    )
    prices: dict[fields.ColourName, Price] | None = Field(
        default=None,
        max_length=MAX_SCENE_COLOURS,
        description="Of a kilogram, by name or code of a colour of the recipes.",
        examples=[{"red": 210}],
    )
    base_price: Price | None = Field(default=None, description="Of a kilogram of the base's crumb.")
    binder_price: Price | None = Field(default=None, description="Of a kilogram of binder.")
    currency: Annotated[NameText, StringConstraints(max_length=MAX_CURRENCY_CH)] = Field(
        default="", description="Stands behind sums, such as EUR."
    )
    format: Annotated[SheetFormat, Field(strict=False)] | None = Field(
        default=None,
        description="Of the answer; what `Accept` asks for if left out, and JSON if that asks for nothing.",
    )
    language: Literal["en", "ru"] | None = Field(default=None, description="That of `Accept-Language` if left out.")
    maker: NameText = Field(default="", description="Who makes the floor; stands on the files.")
    project: NameText = Field(default="", description="What the floor is for; the title of the files.")
    link: Annotated[str, StringConstraints(max_length=MAX_LINK_CH, pattern=r"^(https?://[!#-;=?-Z\[\]_a-z~]+)?$")] = (
        Field(default="", description="Where the design is; a PDF has a QR code that leads there.")
    )
    logo: Annotated[str, StringConstraints(max_length=_MAX_LOGO_CH, pattern=f"^{_LOGO.pattern}$")] | None = Field(
        default=None,
        description="The maker's, for a PDF: a PNG, JPEG or WebP as a data URL.",
        json_schema_extra={"format": "logo"},
    )
    job_id: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")] | None = Field(
        default=None, description="Of the job whose picture a PDF shows; a small render if left out."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"recipe": fields.RECIPE_EXAMPLE, "area_m2": 120, "thickness_mm": 30},
                {
                    "recipe": "60% red, 40% black",
                    "zones": [{"mask": fields.MASK_EXAMPLE, "recipe": "50% blue, 50% white"}],
                    "area_m2": 120,
                    "thickness_mm": 40,
                    "edge": "puzzle",
                    "prices": {"red": 210, "black": 48},
                    "currency": "₽",
                    "format": "pdf",
                    "language": "ru",
                },
            ]
        }
    )

    def document(self, language: str) -> Document:
        """The sheet, without pictures.

        Raises:
            RecipeError: a recipe cannot be read.
            TooLarge: one is too long.
            InputError: a choice does not exist or contradicts another.
        """
        palette = default_palette()
        reading = parse_tile(fields.checked_length(self.recipe), palette, beside=Beside.SCENE)
        readings = [reading, *(zone for _, zone in reading.zones), *_readings_of(self.zones, palette)]
        choices = with_zones(merge_choices(reading.look, read_choices(self.look())), reading)
        scene, notices = build_scene(reading.recipe, **choices)
        other, others = (None, []) if self.second is None else _other_tiles(self.second, palette)
        order = self._order()
        warnings = (*order.warnings(reading), *notices)
        sheet = order.sheet(scene, [*readings, *others], palette, warnings, other)
        return Document(
            sheet=sheet, language=self.language or language, maker=self.maker, project=self.project, link=self.link
        )

    def _order(self) -> SheetOrder:
        figures = {name: value for name in ASSUMED if (value := getattr(self, name)) is not None}
        return SheetOrder(
            area_m2=self.area_m2,
            edge=self.edge,
            figures=figures,
            densities=self.densities or {},
            prices=self.prices or {},
            base_price=self.base_price,
            binder_price=self.binder_price,
            currency=self.currency,
        )

    def read_logo(self, max_pixels: int) -> "RgbImage | None":
        """The logo, on white.

        Raises:
            InputError: it is no picture, a damaged one, or one too large.
        """
        found = None if self.logo is None else _LOGO.fullmatch(self.logo)
        if found is None:
            return None
        try:
            content = base64.b64decode(found[1], validate=True)
        except binascii.Error as error:
            raise InputError("the logo is no base64; send it as data:image/png;base64,...") from error
        return decode_picture(io.BytesIO(content), Phrase("the logo"), max_pixels=max_pixels, widest_px=_LOGO_PX).pixels


def _readings_of(zones: Sequence[ZoneOrder] | None, palette: Palette) -> list[Reading]:
    return [parse_recipe(fields.checked_length(zone.recipe), palette, beside=Beside.NOTHING) for zone in zones or ()]


def _other_tiles(second: SecondMix, palette: Palette) -> tuple[OtherTiles, list[Reading]]:
    """The tiles of the second mix, and its recipes as they were read."""
    ground = parse_recipe(fields.checked_length(second.recipe), palette, beside=Beside.NOTHING)
    zones = second.model_dump(mode="json", include={"zones"}, exclude_none=True)
    scene, _ = build_scene(ground.recipe, **read_choices(zones))
    tiles = OtherTiles(scene=scene, area_m2=second.area_m2, name=second.name)
    return tiles, [ground, *_readings_of(second.zones, palette)]
