"""From a scene and an area to kilograms, bags and money, in exact fractions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from math import ceil

from plitka.core.colour.palette import Colour
from plitka.core.recipes.mass import EPDM_G_CM3
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import Scene, Zone
from plitka.core.sheet.areas import zone_areas
from plitka.core.sheet.assumptions import AREA_M2_RANGE, ASSUMED, Assumptions, Figure, check_figure, exact
from plitka.core.sheet.edges import chamfer_mm3
from plitka.errors import InputError

_MM_IN_M = 1000
_KG_M3_IN_G_CM3 = 1000
BASE, BINDER = "SBR", "BINDER"
"""Codes of what is no colour."""


class Layer(StrEnum):
    """The layers of a tile, from the top."""

    WEAR = "wear"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class Density:
    """Of granules, without the gaps between them, and where it is from."""

    g_cm3: Fraction
    source: Notice = field(compare=False)
    kind: str = ""
    """Tells sources apart: notices have values that cannot be hashed."""


def given_density(g_cm3: Fraction) -> Density:
    """One that was given."""
    return Density(g_cm3, Notice("given"), "given")


def crumb_density(g_cm3: Fraction) -> Density:
    """Of granules that the recipe calls crumb of tyres."""
    return Density(g_cm3, Notice("crumb of tyres, as the recipe says"), "said")


def density_of(colour: Colour) -> Density:
    """Of a colour's granules: the palette's, else that of EPDM."""
    if colour.density_g_cm3 is not None:
        return Density(exact(colour.density_g_cm3), Notice("as the palette says"), "palette")
    return Density(EPDM_G_CM3, Notice("assumed: EPDM, 1.5 to 1.6 by the makers' data sheets"), "usual")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a kilogram costs; what has no price is left out of the sums."""

    of_colours: Mapping[str, Fraction] = field(default_factory=dict)
    """By colour code; the palette's where there is none."""
    base: Fraction | None = None
    binder: Fraction | None = None
    currency: str = ""

    def of(self, colour: Colour) -> Fraction | None:
        """Of a colour's granules."""
        own = self.of_colours.get(colour.code)
        return own if own is not None or colour.price_per_kg is None else exact(colour.price_per_kg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One thing to weigh in."""

    code: str
    """A colour's, `SBR` for the crumb of the base, `BINDER`."""
    colour: Colour | None
    layer: Layer | None
    """None for the binder, which is in both."""
    share: Fraction | None
    """Of its layer's granules by volume, 0..1, which is that of the area that is seen."""
    density: Density | None
    net_kg: Fraction
    """What lies on the floor in the end."""
    kg: Fraction
    """With the waste."""
    bag_kg: Fraction | None
    """None for what is not sold in bags."""
    price_per_kg: Fraction | None

    @property
    def n_bags(self) -> int | None:
        """Whole bags that hold it."""
        return None if self.bag_kg is None else ceil(self.kg / self.bag_kg)

    @property
    def cost(self) -> Fraction | None:
        """Of the kilograms that are needed."""
        return None if self.price_per_kg is None else self.kg * self.price_per_kg

    @property
    def cost_of_bags(self) -> Fraction | None:
        """Of whole bags; of the kilograms where there are no bags."""
        if self.price_per_kg is None or self.bag_kg is None:
            return self.cost
        return ceil(self.kg / self.bag_kg) * self.bag_kg * self.price_per_kg


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePart:
    """A zone, and how much of the floor it is."""

    zone: Zone
    area: Fraction
    """0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTiles:
    """Tiles of a second design on the same floor: its border, every second row or square."""

    scene: Scene
    area_m2: float | Fraction
    """Of the floor's area."""
    name: str = ""
    """What they are called on files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """All tiles of one design, and what they alone take."""

    scene: Scene
    area_m2: Fraction
    name: str
    zones: tuple[ZonePart, ...]
    """Areas are parts of the whole floor."""
    materials: tuple[Material, ...]
    """Shares are of these tiles."""

    @property
    def net_kg(self) -> Fraction:
        """On the floor."""
        return sum((one.net_kg for one in self.materials), Fraction(0))

    @property
    def kg(self) -> Fraction:
        """With the waste."""
        return sum((one.kg for one in self.materials), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a floor is made of."""

    scene: Scene
    """Of the tile, or of the most of the tiles."""
    area_m2: Fraction
    assumptions: Assumptions
    designs: tuple[Design, ...]
    """One, or two."""
    materials: tuple[Material, ...]
    """Of all designs: the colours in order of first mention, the base's crumb, the binder."""
    currency: str = ""
    notices: tuple[Notice, ...] = ()

    @property
    def zones(self) -> tuple[ZonePart, ...]:
        """Those of every design."""
        return tuple(part for design in self.designs for part in design.zones)

    @property
    def net_kg(self) -> Fraction:
        """Of the floor."""
        return sum((one.net_kg for one in self.materials), Fraction(0))

    @property
    def kg(self) -> Fraction:
        """Of all that is weighed in."""
        return sum((one.kg for one in self.materials), Fraction(0))

    @property
    def n_bags(self) -> int:
        """Of all granules."""
        return sum(one.n_bags or 0 for one in self.materials)

    @property
    def cost(self) -> Fraction | None:
        """Of what has a price; None where nothing has."""
        costs = [one.cost for one in self.materials if one.cost is not None]
        return sum(costs, Fraction(0)) if costs else None

    @property
    def cost_of_bags(self) -> Fraction | None:
        """The same in whole bags."""
        costs = [one.cost_of_bags for one in self.materials if one.cost_of_bags is not None]
        return sum(costs, Fraction(0)) if costs else None

    @property
    def unpriced(self) -> tuple[Material, ...]:
        """What the costs leave out; empty where nothing has a price."""
        return () if self.cost is None else tuple(one for one in self.materials if one.price_per_kg is None)

    @property
    def tile_m2(self) -> Fraction:
        """The floor that one tile covers."""
        width_mm, length_mm = self.assumptions.tile_mm
        return width_mm * length_mm / _MM_IN_M**2

    @property
    def n_tiles(self) -> int:
        """Whole tiles, with the waste."""
        return ceil(self.area_m2 * self.assumptions.waste_factor / self.tile_m2)

    @property
    def tile_kg(self) -> Fraction:
        """Mass of one tile."""
        return self.net_kg / self.area_m2 * self.tile_m2


def compute_sheet(
    scene: Scene,
    area_m2: float | Fraction,
    assumptions: Assumptions,
    *,
    other: OtherTiles | None = None,
    densities: Mapping[str, Density] | None = None,
    prices: Prices | None = None,
    notices: tuple[Notice, ...] = (),
) -> Sheet:
    """The sheet of a floor.

    Args:
        scene: its zones tell how much of which colour is seen; well-mixed granules lie in these parts by volume.
        area_m2: of the floor.
        assumptions: all other figures.
        other: the tiles of a second design among them; the rest of the floor is of the scene.
        densities: by colour code; where there is none, the palette's or that of EPDM.
        prices: per kilogram.
        notices: what had to be settled on the way here.

    Raises:
        InputError: an area is out of its range, or masks cannot be used.
    """
    check_figure(Figure("area_m2"), area_m2, *AREA_M2_RANGE)
    area_m2 = exact(area_m2)
    reckoner = _Reckoner(area_m2, assumptions, densities or {}, prices or Prices())
    other_m2 = Fraction(0) if other is None else _area_of(other, area_m2)
    designs = [reckoner.design(scene, area_m2 - other_m2, "")]
    if other is not None:
        designs.append(reckoner.design(other.scene, other_m2, other.name))
    return Sheet(
        scene=scene,
        area_m2=area_m2,
        assumptions=assumptions,
        designs=tuple(designs),
        materials=_sum_up(designs, area_m2),
        currency=reckoner.prices.currency,
        notices=notices,
    )


def _area_of(other: OtherTiles, area_m2: Fraction) -> Fraction:
    other_m2 = exact(other.area_m2)
    if not 0 < other_m2 < area_m2:
        raise InputError(
            "the tiles of the second mix cannot cover {other_m2} m2 of a floor of {area_m2} m2; give more than 0 and "
            "less than the floor",
            other_m2=float(other_m2),
            area_m2=float(area_m2),
        )
    return other_m2


def _sum_up(designs: list[Design], area_m2: Fraction) -> tuple[Material, ...]:
    """Each material of all designs once, the colours first."""
    found: dict[str, Material] = {}
    for design in designs:
        part = design.area_m2 / area_m2
        for one in design.materials:
            share = None if one.share is None else one.share * part
            known = found.get(one.code)
            if known is None:
                found[one.code] = replace(one, share=share)
                continue
            more = None if share is None or known.share is None else known.share + share
            found[one.code] = replace(known, share=more, net_kg=known.net_kg + one.net_kg, kg=known.kg + one.kg)
    order = [None, BASE, BINDER]
    return tuple(sorted(found.values(), key=lambda one: order.index(one.code if one.colour is None else None)))


def volume_m3(area_m2: Fraction, assumptions: Assumptions, layer: Layer) -> Fraction:
    """Of a layer over the whole floor, pores and all, less what the chamfers take."""
    top_mm = Fraction(0) if layer is Layer.WEAR else assumptions.wear_mm
    end_mm = assumptions.wear_mm if layer is Layer.WEAR else assumptions.thickness_mm
    width_mm, length_mm = assumptions.tile_mm
    lacking_mm = chamfer_mm3(assumptions.tile_mm, assumptions.bevel_mm, top_mm, end_mm) / (width_mm * length_mm)
    return area_m2 * (end_mm - top_mm - lacking_mm) / _MM_IN_M


@dataclass(frozen=True, slots=True)
class _Reckoner:
    """What all designs of a floor have in common."""

    floor_m2: Fraction
    assumptions: Assumptions
    densities: Mapping[str, Density]
    prices: Prices

    def design(self, scene: Scene, area_m2: Fraction, name: str) -> Design:
        """The tiles of a scene on so much of the floor."""
        areas = zone_areas(scene)
        granules = self._colours(scene, areas, area_m2)
        if self.assumptions.base_mm:
            granules.append(self._base(area_m2))
        part = area_m2 / self.floor_m2
        return Design(
            scene=scene,
            area_m2=area_m2,
            name=name,
            zones=tuple(ZonePart(zone=zone, area=area * part) for zone, area in zip(scene.zones, areas, strict=True)),
            materials=(*granules, self._binder(granules)),
        )

    def _colours(self, scene: Scene, areas: tuple[Fraction, ...], area_m2: Fraction) -> list[Material]:
        shares: dict[str, Fraction] = {}
        colours: dict[str, Colour] = {}
        for zone, area in zip(scene.zones, areas, strict=True):
            for one in zone.recipe.parts:
                colours.setdefault(one.colour.code, one.colour)
                share = area * Fraction(one.percent) / 100
                shares[one.colour.code] = shares.get(one.colour.code, Fraction(0)) + share
        solid = volume_m3(area_m2, self.assumptions, Layer.WEAR) * self.assumptions.wear_fill_percent / 100
        return [
            self._granules(
                code,
                colour,
                Layer.WEAR,
                shares[code],
                self.densities.get(code, density_of(colour)),
                solid,
                self.prices.of(colour),
            )
            for code, colour in colours.items()
        ]

    def _base(self, area_m2: Fraction) -> Material:
        solid = volume_m3(area_m2, self.assumptions, Layer.BASE) * self.assumptions.base_fill_percent / 100
        density = Density(self.assumptions.base_density_g_cm3, ASSUMED["base_density_g_cm3"].source)
        return self._granules(BASE, None, Layer.BASE, Fraction(1), density, solid, self.prices.base)

    def _granules(
        self,
        code: str,
        colour: Colour | None,
        layer: Layer,
        share: Fraction,
        density: Density,
        solid: Fraction,
        price: Fraction | None,
    ) -> Material:
        """What `share` of a volume without pores weighs."""
        net_kg = solid * share * density.g_cm3 * _KG_M3_IN_G_CM3
        return Material(
            code=code,
            colour=colour,
            layer=layer,
            share=share,
            density=density,
            net_kg=net_kg,
            kg=net_kg * self.assumptions.waste_factor,
            bag_kg=self.assumptions.bag_kg,
            price_per_kg=price,
        )

    def _binder(self, granules: list[Material]) -> Material:
        own = self.assumptions
        percents = {Layer.WEAR: own.wear_binder_percent, Layer.BASE: own.base_binder_percent}
        net_kg = sum((one.net_kg * percents[one.layer] / 100 for one in granules if one.layer), Fraction(0))
        return Material(
            code=BINDER,
            colour=None,
            layer=None,
            share=None,
            density=None,
            net_kg=net_kg,
            kg=net_kg * own.waste_factor,
            bag_kg=None,
            price_per_kg=self.prices.binder,
        )
