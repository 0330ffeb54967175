"""What a sheet is calculated by where nobody says otherwise, with the range and the source of each figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from types import MappingProxyType
from typing import Self

from plitka.core.colour.palette import DENSITY_G_CM3_RANGE
from plitka.core.recipes.mass import SBR_G_CM3
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import Described
from plitka.core.sheet.edges import EDGE_WASTE_PERCENT, Edge
from plitka.errors import FieldName, InputError

_UNITS = ("_m2", "_mm", "_percent", "_kg", "_g_cm3")
_EACH = {"prices": "price", "densities": "density"}
"""What is given one at a time on the command line."""


class Figure(FieldName):
    """A figure of a sheet, as JSON has it with its unit; the command line has it without: `--waste`."""

    __slots__ = ()

    @property
    def option(self) -> str:
        """As help shows it."""
        unit = next((unit for unit in _UNITS if self.endswith(unit)), "")
        return FieldName(_EACH.get(self, self.removesuffix(unit))).option


AREA_M2_RANGE = (0.01, 1_000_000)
UNIT_NAMES: Mapping[str, Notice] = MappingProxyType(
    {
        "mm": Notice("mm"),
        "kg": Notice("kg"),
        "m2": Notice("m²"),
        "g/cm3": Notice("g/cm³"),
        "m3": Notice("m³"),
        "%": Notice("%"),
    }
)
"""What people read for a unit."""


class Origin(Described):
    """Where a figure of a sheet comes from."""

    USUAL = "usual", "assumed"
    OWN = "own", "given"


@dataclass(frozen=True, slots=True)
class Assumed:
    """A figure that a sheet is calculated by."""

    label: Notice
    unit: str
    """`mm`, `%`, `kg`, `g/cm3`."""
    usual: Fraction
    """Where `Assumptions.of` has no better one."""
    low: float
    high: float
    source: Notice
    """Of the usual value."""


ASSUMED: Mapping[str, Assumed] = MappingProxyType(
    {
        "thickness_mm": Assumed(
            Notice("thickness"), "mm", Fraction(30), 5, 200, Notice("usual for playgrounds and sport; paths have 20")
        ),
        "tile_width_mm": Assumed(Notice("tile width"), "mm", Fraction(500), 50, 2000, Notice("the usual tile")),
        "tile_length_mm": Assumed(Notice("tile length"), "mm", Fraction(500), 50, 2000, Notice("the usual tile")),
        "bevel_mm": Assumed(
            Notice("chamfer"), "mm", Fraction(5), 0, 25, Notice("a habit of the trade; measure your mould")
        ),
        "wear_mm": Assumed(
            Notice("wear layer"), "mm", Fraction(10), 1, 200, Notice("10 mm is the least that is sold as a top layer")
        ),
        "wear_fill_percent": Assumed(
            Notice("granules in the wear layer"),
            "%",
            Fraction(60),
            30,
            100,
            Notice("of its volume: 9.0 to 9.7 kg/m² in 10 mm, by makers of granules"),
        ),
        "base_density_g_cm3": Assumed(
            Notice("density of SBR crumb"), "g/cm3", SBR_G_CM3, *DENSITY_G_CM3_RANGE, Notice("crumb of tyres")
        ),
        "base_fill_percent": Assumed(
            Notice("crumb in the base"),
            "%",
            Fraction(61),
            30,
            100,
            Notice("of its volume: 7 kg/m² in 10 mm; suppliers differ by 15 to 20 %"),
        ),
        "wear_binder_percent": Assumed(
            Notice("binder in the wear layer"),
            "%",
            Fraction(15),
            0,
            50,
            Notice("of the granules' mass; 15 to 20 usual"),
        ),
        "base_binder_percent": Assumed(
            Notice("binder in the base"),
            "%",
            Fraction(15),
            0,
            50,
            Notice("of the crumb's mass: 0.8 to 1.2 kg/m² in 10 mm"),
        ),
        "waste_percent": Assumed(
            Notice("waste"), "%", Fraction(10), 0, 100, Notice("as makers of granules have it: spilt, cut off, broken")
        ),
        "edge_waste_percent": Assumed(
            Notice("waste of the edges"), "%", Fraction(0), 0, 100, Notice("5 for puzzle edges, by guess; else none")
        ),
        "bag_kg": Assumed(Notice("bag"), "kg", Fraction(25), 0.1, 2000, Notice("20 and 25 kg are usual")),
    }
)
"""By the name of the choice; the sources are those of docs/sheet.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """All figures of a sheet but its area, its colours and prices."""

    edge: Edge
    thickness_mm: Fraction
    tile_width_mm: Fraction
    tile_length_mm: Fraction
    bevel_mm: Fraction
    wear_mm: Fraction
    wear_fill_percent: Fraction
    base_density_g_cm3: Fraction
    base_fill_percent: Fraction
    wear_binder_percent: Fraction
    base_binder_percent: Fraction
    waste_percent: Fraction
    edge_waste_percent: Fraction
    bag_kg: Fraction
    own: frozenset[str] = field(default_factory=frozenset)
    """Names of the figures that were given."""

    @classmethod
    def of(cls, edge: Edge = Edge.STRAIGHT, **chosen: float | Fraction) -> Self:
        """The usual figures, and those that were chosen, by the names of `ASSUMED`.

        Raises:
            InputError: one is out of its range, or two contradict each other.
        """
        for name, value in chosen.items():
            _check(name, value)
        if "bevel_mm" in chosen and edge is not Edge.BEVELLED:
            raise InputError(
                "{name} belongs to {edge} edges; ask for these, or leave it out",
                name=Figure("bevel_mm"),
                edge=Edge.BEVELLED,
            )
        given = {name: exact(value) for name, value in chosen.items()}
        values = {name: one.usual for name, one in ASSUMED.items()} | given
        if "wear_mm" not in given:
            values["wear_mm"] = min(values["wear_mm"], values["thickness_mm"])
        if "edge_waste_percent" not in given:
            values["edge_waste_percent"] = EDGE_WASTE_PERCENT[edge]
        if edge is not Edge.BEVELLED:
            values["bevel_mm"] = Fraction(0)
        made = cls(edge=edge, own=frozenset(given), **values)
        made._check_lengths()
        return made

    def _check_lengths(self) -> None:
        if self.wear_mm > self.thickness_mm:
            raise InputError(
                "the wear layer ({wear:g} mm) is thicker than the tile ({thickness:g} mm); make it at most as thick",
                wear=float(self.wear_mm),
                thickness=float(self.thickness_mm),
            )
        limit = min(self.thickness_mm, min(self.tile_mm) / 2)
        if self.bevel_mm > limit:
            raise InputError(
                "a chamfer of {bevel:g} mm leaves nothing of the tile; at most {limit:g} mm fit",
                bevel=float(self.bevel_mm),
                limit=float(limit),
            )

    @property
    def tile_mm(self) -> tuple[Fraction, Fraction]:
        """Width and length of one tile."""
        return self.tile_width_mm, self.tile_length_mm

    @property
    def base_mm(self) -> Fraction:
        """Thickness of the base; 0 for tiles that are coloured through."""
        return self.thickness_mm - self.wear_mm

    @property
    def waste_factor(self) -> Fraction:
        """What is needed, over what lies on the floor in the end."""
        return 1 + (self.waste_percent + self.edge_waste_percent) / 100

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the figures that this sheet depends on."""
        left_out = set() if self.edge is Edge.BEVELLED else {"bevel_mm"}
        if not self.base_mm:
            left_out |= {name for name in ASSUMED if name.startswith("base_")}
        return tuple(name for name in ASSUMED if name not in left_out)

    def origin(self, name: str) -> Origin:
        """Whether a figure was given."""
        return Origin.OWN if name in self.own else Origin.USUAL

    def source(self, name: str) -> Notice:
        """Where the figure is from that stands where none is given."""
        is_thin = name == "wear_mm" and name not in self.own and not self.base_mm
        return Notice("as thick as the tile, which is coloured through") if is_thin else ASSUMED[name].source

    def value(self, name: str) -> Fraction:
        """A figure by the name that `ASSUMED` has for it."""
        value: Fraction = getattr(self, name)
        return value


def exact(value: float | Fraction) -> Fraction:
    """A number as it was written, so that 0.1 is a tenth."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def check_figure(name: str, value: float | Fraction, low: float, high: float) -> None:
    """Refuse a number that lies outside its range.

    Raises:
        InputError: with the name, the range and the value.
    """
    if not low <= value <= high:
        raise InputError(
            "{name} must lie in {low:.7g}..{high:.7g}, not {value:.7g}",
            name=name,
            low=low,
            high=high,
            value=float(value),
        )


def _check(name: str, value: float | Fraction) -> None:
    assert name in {one.name for one in fields(Assumptions)}
    check_figure(Figure(name), value, ASSUMED[name].low, ASSUMED[name].high)
