"""What a sheet says to people: every text and number in one language."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from plitka.core.language.figures import figure, plain_figure
from plitka.core.language.translations import localise, translation
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import Described, short_mask
from plitka.core.sheet.assumptions import ASSUMED, UNIT_NAMES
from plitka.core.sheet.materials import BASE, Density, Design, Layer, Material, Sheet, ZonePart
from plitka.core.sheet.titles import colour_title, mask_title

KG_DECIMALS, MONEY_DECIMALS = 1, 2
_TOLD_FROM = 1.05
"""Granules that are drawn hardly larger than they are need no word."""

TITLE = Notice("Material sheet")
NO_PRICE = Notice("no price")
"""In place of a cost, where others have one."""
SCREENS_DIFFER = Notice(
    "Colours differ from screen to screen and from print to print, and a mix looks darker once it is bound. "
    "Order a sample before you order a floor."
)
CALCULATED = Notice(
    "Quantities are calculated from the figures on this sheet, not weighed. "
    "Check each figure that says “assumed” with your supplier."
)


@dataclass(frozen=True, slots=True)
class Words:
    """A sheet's words in a language."""

    language: str

    def say(self, notice: Notice) -> str:
        """A text of ours."""
        return localise(notice, self.language)

    def in_words(self, message: str) -> str:
        """A text of ours, which is written out where it is needed or described by a choice."""
        return translation(self.language).gettext(message)

    def choice(self, choice: Described) -> str:
        """A choice in a few words."""
        message = choice.description
        return self.in_words(message)

    def number(self, value: float | Fraction, decimals: int) -> str:
        """With so many decimals."""
        return figure(value, decimals, self.language)

    def plain(self, value: float | Fraction) -> str:
        """With as many decimals as it needs, at most 3."""
        return plain_figure(value, self.language)

    def kg(self, value: Fraction) -> str:
        """A mass, without its unit."""
        return self.number(value, KG_DECIMALS)

    def money(self, value: Fraction | None, currency: str = "") -> str:
        """A sum; empty for none. A sign stands before it in English, €5, and all else behind it."""
        if value is None:
            return ""
        number = self.number(value, MONEY_DECIMALS)
        is_sign_first = self.language == "en" and len(currency) == 1
        return f"{currency}{number}" if is_sign_first else f"{number}\u00a0{currency}".rstrip()

    def unit(self, unit: str) -> str:
        """A unit in the language's letters."""
        return self.say(UNIT_NAMES[unit])

    def amount(self, value: float | Fraction, unit: str, decimals: int | None = None) -> str:
        """A number and its unit, which are not parted at the end of a line."""
        number = self.plain(value) if decimals is None else self.number(value, decimals)
        return f"{number}\u00a0{self.unit(unit)}"

    def material(self, material: Material) -> str:
        """What a material is called."""
        if material.colour is not None:
            name = colour_title(material.colour, self.language)
            return name[:1].upper() + name[1:]
        return self.say(Notice("Black SBR crumb") if material.code == BASE else Notice("Polyurethane binder"))

    def material_row(self, one: Material, sheet: Sheet) -> tuple[str, ...]:
        """A material with its share, masses, bags and, where anything has a price, its price and cost."""
        share = "" if one.share is None or one.colour is None else f"{self.number(100 * one.share, 1)}\u00a0%"
        bags = "" if one.n_bags is None else self.number(one.n_bags, 0)
        cost = self.say(NO_PRICE) if one.cost is None else self.money(one.cost)
        priced = () if sheet.cost is None else (self.money(one.price_per_kg), cost)
        name = self.material(one) if one.layer is None else f"{self.material(one)}, {self.layer(one.layer)}"
        return name, share, self.kg(one.net_kg), self.kg(one.kg), bags, *priced

    def layer(self, layer: Layer | None) -> str:
        """Where a material lies."""
        if layer is None:
            return self.say(Notice("in all layers"))
        return self.say(Notice("wear layer") if layer is Layer.WEAR else Notice("base"))

    def zone(self, part: ZonePart) -> str:
        """What a zone is called."""
        mask, name = part.zone.mask, part.zone.name
        if mask is None:
            return self.say(Notice("the ground"))
        return name if name and name != short_mask(mask) else mask_title(mask, self.say)

    def design(self, sheet: Sheet, design: Design) -> str:
        """What the tiles of a design are called."""
        usual = Notice("the tile itself") if design is sheet.designs[0] else Notice("the second mix")
        return design.name or self.say(usual)

    def zones(self, sheet: Sheet) -> list[tuple[str, ZonePart]]:
        """All zones of the floor, each by a name that no other has."""
        if len(sheet.designs) == 1:
            return [(self.zone(part), part) for part in sheet.zones]
        return [
            (": ".join([self.design(sheet, design), *([self.zone(part)] if len(design.zones) > 1 else [])]), part)
            for design in sheet.designs
            for part in design.zones
        ]

    def design_rows(self, sheet: Sheet) -> Iterator[tuple[bool, str, str, str, str]]:
        """What each design takes: whether it is a sum; name, area or share, and masses without and with waste."""
        for one in sheet.designs:
            name = self.design(sheet, one)
            area = self.amount(one.area_m2, "m2")
            yield True, name[:1].upper() + name[1:], area, self.kg(one.net_kg), self.kg(one.kg)
            for material in one.materials:
                share = self.material_row(material, sheet)[1]
                yield False, self.material(material), share, self.kg(material.net_kg), self.kg(material.kg)

    def recipe(self, part: ZonePart) -> str:
        """The mix of a zone, as `60 % red, 40 % black`."""
        return ", ".join(
            f"{plain_figure(one.percent, self.language, most=2)}\u00a0% {colour_title(one.colour, self.language)}"
            for one in part.zone.recipe.parts
        )

    def facts(self, sheet: Sheet) -> list[tuple[str, str]]:
        """What the floor is: a label and a value each."""
        own, say = sheet.assumptions, self.say
        layers = [self.amount(own.wear_mm, "mm")]
        if own.base_mm:
            layers.append(self.amount(own.base_mm, "mm"))
        return [
            (say(Notice("Area")), self.amount(sheet.area_m2, "m2")),
            (say(Notice("Thickness")), self.amount(own.thickness_mm, "mm")),
            (
                say(Notice("Wear layer and base") if own.base_mm else Notice("Coloured through")),
                " + ".join(layers),
            ),
            (say(Notice("Tile")), self._tile(sheet)),
            (say(Notice("Edges")), self.choice(own.edge)),
            (say(Notice("Tiles, with waste")), self.number(sheet.n_tiles, 0)),
            (say(Notice("A tile weighs")), self.amount(sheet.tile_kg, "kg", 2)),
            (say(Notice("A square metre weighs")), self.amount(sheet.net_kg / sheet.area_m2, "kg", 1)),
            *self._cost_of_m2(sheet),
        ]

    def _cost_of_m2(self, sheet: Sheet) -> Iterator[tuple[str, str]]:
        """What a square metre costs, where everything has a price."""
        if sheet.cost is not None and not sheet.unpriced:
            yield self.say(Notice("A square metre costs")), self.money(sheet.cost / sheet.area_m2, sheet.currency)

    def shown(self, sheet: Sheet, picture_mm: float) -> str:
        """What a picture shows that is so long: a piece of the tile, or all of one that has a pattern."""
        times = float(max(sheet.assumptions.tile_mm)) / picture_mm
        if len(sheet.scene.zones) > 1 and times >= _TOLD_FROM:
            return self.say(
                Notice("The tile is shown whole, its granules enlarged ×{times}.", {"times": self.number(times, 1)})
            )
        length = self.amount(Fraction(round(picture_mm)), "mm")
        return self.say(Notice("The picture shows a piece of {length}.", {"length": length}))

    def assumptions(self, sheet: Sheet) -> list[tuple[str, str, str]]:
        """Each figure that the sheet depends on: its name, its value, and where it comes from."""
        rows = list(self._densities(sheet))
        for name in sheet.assumptions.shown:
            label, value = self.sentence(ASSUMED[name].label), self._value(sheet, name)
            if name == "tile_width_mm":
                label, value = self.say(Notice("Tile")), self._tile(sheet)
            if name != "tile_length_mm":
                rows.append((label, value, self._source(sheet, name)))
        return rows

    def _value(self, sheet: Sheet, name: str) -> str:
        return self.amount(sheet.assumptions.value(name), ASSUMED[name].unit)

    def _source(self, sheet: Sheet, name: str) -> str:
        own = sheet.assumptions
        source = "" if name in own.own else self.say(own.source(name))
        return ": ".join(filter(None, (self.choice(own.origin(name)), source)))

    def _tile(self, sheet: Sheet) -> str:
        width, length = map(self.plain, sheet.assumptions.tile_mm)
        return f"{width} × {length}\u00a0{self.unit('mm')}"

    def _densities(self, sheet: Sheet) -> Iterator[tuple[str, str, str]]:
        """Those of the colours, one row for all that are alike."""
        alike: dict[Density, list[str]] = {}
        for one in sheet.materials:
            if one.density is not None and one.colour is not None:
                alike.setdefault(one.density, []).append(colour_title(one.colour, self.language))
        for density, names in alike.items():
            label = self.say(Notice("density: {colours}", {"colours": ", ".join(names)}))
            yield label[:1].upper() + label[1:], self.amount(density.g_cm3, "g/cm3"), self.say(density.source)

    def sentence(self, notice: Notice) -> str:
        """A text that begins with a capital."""
        text = self.say(notice)
        return text[:1].upper() + text[1:]

    def remarks(self, sheet: Sheet) -> list[str]:
        """What must be said below the figures."""
        return [self.say(notice) for notice in (*sheet.notices, CALCULATED, SCREENS_DIFFER)]

    def left_out(self, sheet: Sheet) -> str:
        """What the costs leave out, to be said beside them; empty where they are whole or there are none."""
        if not sheet.unpriced:
            return ""
        names = ", ".join(name[:1].lower() + name[1:] for name in map(self.material, sheet.unpriced))
        return self.say(Notice("The cost leaves out what has no price: {names}.", {"names": names}))
