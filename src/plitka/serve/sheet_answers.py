"""A sheet as HTTP tells it, for the OpenAPI document; `plitka.core.sheet.report` makes it."""

from typing import Literal

from pydantic import Field

from plitka.core.sheet.edges import Edge
from plitka.serve.schemas import Answer

LayerName = Literal["wear", "base"]


class LayerAnswer(Answer):
    """A layer of the tile over the whole floor, without waste."""

    layer: LayerName
    thickness_mm: float
    volume_m3: float
    granules_kg: float
    granules_kg_per_m2: float


class ZoneAnswer(Answer):
    """A zone of the floor."""

    design: int = Field(description="Whose it is: 0 the tile itself, 1 the second mix.")
    mask: str | None = Field(description="Null for the ground.")
    area_percent: float
    area_m2: float
    requested: dict[str, float] = Field(description="Percent of its area by colour code.")


class DesignMaterialAnswer(Answer):
    """What the tiles of one mix take of a material."""

    code: str
    net_kg: float
    kg: float = Field(description="With the waste.")


class DesignAnswer(Answer):
    """All tiles of one mix, and what they take."""

    name: str | None
    area_percent: float
    area_m2: float
    net_kg: float
    kg: float = Field(description="With the waste; those of all mixes are the total.")
    materials: list[DesignMaterialAnswer]


class MaterialAnswer(Answer):
    """One thing to weigh in."""

    code: str = Field(description="Of a colour; SBR is the crumb of the base, BINDER the binder.")
    name: str | None
    name_ru: str | None
    hex: str | None
    layer: LayerName | None = Field(description="Null for the binder, which is in both.")
    area_percent: float | None = Field(description="Of its layer's granules by volume, and so of what is seen.")
    density_g_cm3: float | None
    density_source: str | None
    net_kg: float = Field(description="What lies on the floor in the end.")
    kg: float = Field(description="With the waste.")
    bags: int | None
    price_per_kg: float | None
    cost: float | None = Field(description="Of `kg`.")
    cost_of_bags: float | None = Field(description="Of whole bags; of `kg` for the binder.")


class TilesAnswer(Answer):
    """The tiles."""

    n: int = Field(description="Whole tiles, with the waste.")
    kg: float = Field(description="Of one.")


class TotalsAnswer(Answer):
    """Of all materials."""

    net_kg: float
    kg: float
    kg_per_m2: float = Field(description="Of the floor, without waste.")
    bags: int
    cost: float | None = Field(description="Of what has a price; null where nothing has.")
    cost_of_bags: float | None
    currency: str | None
    without_price: list[str] = Field(description="Codes of what the costs leave out.")


class AssumptionAnswer(Answer):
    """A figure that the sheet is calculated by."""

    name: str = Field(description="As the request takes it.")
    label: str
    value: float
    unit: str
    low: float = Field(description="The least that it may be.")
    high: float = Field(description="The most.")
    origin: Literal["usual", "own"] = Field(description="own: the request or its recipe gave it.")
    source: str = Field(description="Of the usual value.")


class SheetAnswer(Answer):
    """What a floor takes."""

    area_m2: float
    thickness_mm: float
    tile_mm: list[float] = Field(description="Width and length.")
    edge: Edge
    layers: list[LayerAnswer]
    zones: list[ZoneAnswer] = Field(description="The ground first.")
    designs: list[DesignAnswer] = Field(description="The tile itself, and the second mix where there is one.")
    materials: list[MaterialAnswer] = Field(description="The colours, the base's crumb, the binder.")
    tiles: TilesAnswer
    totals: TotalsAnswer
    assumptions: list[AssumptionAnswer]
    notices: list[str] = Field(description="What must be told with the figures.")
    warnings: list[str] = Field(description="What was settled for the writer.")
