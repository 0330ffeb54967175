"""What somebody asks of a sheet, in the words of the command line and HTTP, and the sheet that it makes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from plitka.core.colour.palette import DENSITY_G_CM3_RANGE, PRICE_RANGE, Colour, Palette
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.quantities import size_notice
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import Scene, check_text
from plitka.core.sheet.assumptions import Assumptions, Figure, check_figure, exact
from plitka.core.sheet.edges import Edge
from plitka.core.sheet.materials import (
    Density,
    OtherTiles,
    Prices,
    Sheet,
    compute_sheet,
    crumb_density,
    density_of,
    given_density,
)
from plitka.core.sheet.sizes import said_sizes, used_sizes
from plitka.errors import InputError

MAX_CURRENCY_CH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOrder:
    """The choices of a sheet; what is left out is as usual, or as the recipe says."""

    area_m2: float | Fraction | None = None
    edge: Edge = Edge.STRAIGHT
    figures: Mapping[str, float | Fraction] = field(default_factory=dict)
    """By the names of `ASSUMED`."""
    densities: Mapping[str, float | Fraction] = field(default_factory=dict)
    """g/cm3 by any name of a colour of the scene."""
    prices: Mapping[str, float | Fraction] = field(default_factory=dict)
    """Of a kilogram, likewise."""
    base_price: float | Fraction | None = None
    """Of the crumb of the base."""
    binder_price: float | Fraction | None = None
    currency: str = ""
    """As it is written behind a number."""

    def sheet(
        self,
        scene: Scene,
        readings: Iterable[Reading],
        palette: Palette,
        notices: tuple[Notice, ...] = (),
        other: OtherTiles | None = None,
    ) -> Sheet:
        """The sheet of a scene.

        Args:
            scene: with the zones.
            readings: of all recipes, the ground's first: they may tell sizes and what a colour's granules are made of.
            palette: that the colours are named of.
            other: the tiles of a second design.
            notices: what had to be settled on the way here.

        Raises:
            InputError: there is no area, a figure is out of its range, a colour is not in the scene, or masks cannot
                be used.
        """
        readings = tuple(readings)
        said = {} if not readings else said_sizes(readings[0].sizes)
        area_m2 = said.pop("area_m2", None) if self.area_m2 is None else self.area_m2
        if area_m2 is None:
            raise InputError(
                "how large is the floor? give {name}, or write it beside the recipe: 120 m2", name=Figure("area_m2")
            )
        said.pop("area_m2", None)
        said_g_cm3 = {code: value for one in reversed(readings) for code, value in one.densities_g_cm3.items()}
        colours = _colours_of(scene, other)
        own_g_cm3 = _by_code("densities", self.densities, colours, palette, DENSITY_G_CM3_RANGE)
        return compute_sheet(
            scene,
            area_m2,
            Assumptions.of(self.edge, **(said | dict(self.figures))),
            other=other,
            densities=_crumbs(colours, said_g_cm3) | {code: given_density(value) for code, value in own_g_cm3.items()},
            prices=self._prices(colours, palette),
            notices=notices,
        )

    def warnings(self, reading: Reading) -> tuple[Notice, ...]:
        """What was settled in reading a recipe, without the sizes that this sheet is calculated by.

        Words for a model have no place in a sheet, and are told as left out.
        """
        given = {"area_m2"} if self.area_m2 is not None else set()
        used = used_sizes(reading.sizes, given | set(self.figures))
        useful = [size_notice(size) for size in used]
        told = tuple(notice for notice in reading.warnings if notice not in useful and not notice.is_for_engine)
        if not reading.words:
            return told
        return (*told, Notice("not of the mix, and left out: {words}", {"words": ", ".join(reading.words)}))

    def _prices(self, colours: Iterable[Colour], palette: Palette) -> Prices:
        for name, price in (("base_price", self.base_price), ("binder_price", self.binder_price)):
            check_figure(Figure(name), price or 0, *PRICE_RANGE)
        if len(self.currency) > MAX_CURRENCY_CH:
            raise InputError(
                "{name} has at most {limit} letters, such as EUR or ₽",
                name=Figure("currency"),
                limit=MAX_CURRENCY_CH,
            )
        check_text("currency", self.currency)
        return Prices(
            of_colours=_by_code("prices", self.prices, colours, palette, PRICE_RANGE),
            base=None if self.base_price is None else exact(self.base_price),
            binder=None if self.binder_price is None else exact(self.binder_price),
            currency=self.currency.strip(),
        )


def _colours_of(scene: Scene, other: OtherTiles | None) -> tuple[Colour, ...]:
    """Those of all designs, each once."""
    found = {colour.code: colour for colour in scene.colours}
    for colour in () if other is None else other.scene.colours:
        found.setdefault(colour.code, colour)
    return tuple(found.values())


def _crumbs(colours: Iterable[Colour], said_g_cm3: Mapping[str, Fraction]) -> dict[str, Density]:
    """Of the colours that a recipe calls crumb of tyres: readings tell the densities of all others as well."""
    usual = {colour.code: density_of(colour).g_cm3 for colour in colours}
    return {code: crumb_density(said) for code, said in said_g_cm3.items() if usual.get(code, said) != said}


def _by_code(
    name: str,
    figures: Mapping[str, float | Fraction],
    colours: Iterable[Colour],
    palette: Palette,
    limits: tuple[float, float],
) -> dict[str, Fraction]:
    """Figures by colour code, of any names of the scene's colours."""
    own = [colour.code for colour in colours]
    found: dict[str, Fraction] = {}
    for colour_name, value in figures.items():
        [colour] = palette.named([colour_name])
        if colour.code not in own:
            raise InputError(
                "{code} is not in the recipe; {option} takes some of {codes}",
                code=colour.code,
                option=Figure(name),
                codes=", ".join(own),
            )
        check_figure(Figure(name), value, *limits)
        found[colour.code] = exact(value)
    return found
