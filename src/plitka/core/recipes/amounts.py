"""Numbers of a recipe with what they count, and the colours that they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from fractions import Fraction

from plitka.core.colour.palette import Colour
from plitka.core.language.spelling import name_key
from plitka.core.recipes.mass import EPDM_G_CM3, SBR_G_CM3
from plitka.core.recipes.signs import DECIMAL

_STEM = 3
"""Letters that the forms of one name have in common."""
MAX_DENOMINATOR = 20
"""1/20 is a share of the whole; 30/70 is a ratio."""


class Unit(StrEnum):
    """What a number counts."""

    PERCENT = "percent"
    PARTS = "parts"
    RATIO = "ratio"
    FRACTION = "fraction"
    """Of the whole."""
    MASS = "mass"
    """Grams."""
    PLAIN = "plain"
    """A number alone: percent if the sum is 100."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, what it counts, and where it stands."""

    value: Fraction
    unit: Unit
    span: tuple[int, int]
    text: str
    is_minus: bool = False
    """It has a dash before it that may be a minus."""
    is_linked: bool = False
    """A colon or dash ties it to the colour before it."""
    is_each: bool = False
    is_bracketed: bool = False

    @property
    def percent(self) -> Fraction:
        """Of the whole, where it is a fraction of it or is in percent already."""
        return 100 * self.value if self.unit is Unit.FRACTION else self.value

    @property
    def of_one(self) -> Fraction:
        """Grams of one bag of `8 bags`, for numbers beside it that have no unit; else 1."""
        count = DECIMAL.match(self.text)
        return self.value / Fraction(count[0].replace(",", ".")) if self.unit is Unit.MASS and count else Fraction(1)


@dataclass(frozen=True, slots=True)
class Mention:
    """A colour where it is named, with its number if it has one."""

    colour: Colour
    span: tuple[int, int]
    text: str
    amount: Amount | None = None
    is_base: bool = False
    """It is the ground for the others, or has what they leave."""
    is_bracketed: bool = False
    is_sbr: bool = False
    """It is said to be of recycled tyres."""
    own: Colour | None = None
    """The value of its name, where `colour` is the palette's nearest to it."""

    def is_numbered(self, mentions: "Sequence[Mention]") -> bool:
        """Whether a colour has its number elsewhere: `do you have it in red? then 60% red, 40% black`."""
        return any(other.amount is not None and self._names(other) for other in mentions)

    def _names(self, other: "Mention") -> bool:
        """Whether another has the same name, or a form of it: the «жёлто» of «жёлто-чёрная, жёлтого 20»."""
        mine, others = name_key(self.text), name_key(other.text)
        is_form = mine[:_STEM] == others[:_STEM] or mine.endswith(others)
        return mine == others or (is_form and self.colour.code == other.colour.code)

    @property
    def density_g_cm3(self) -> Fraction:
        """Of its granules: as its palette has it, of crumb of tyres where that is said, else of EPDM."""
        if self.is_sbr:
            return SBR_G_CM3
        return EPDM_G_CM3 if self.colour.density_g_cm3 is None else Fraction(str(self.colour.density_g_cm3))


class Mark(Enum):
    """What stands between numbers and colours."""

    SEPARATOR = 0
    AND = 1
    FLECK = 2
    MIX = 3


Item = Amount | Mention | Mark


@dataclass(frozen=True, slots=True)
class Chain:
    """Numbers joined to one another: 2:1, 60/30/10, 1/3, 40-60."""

    amounts: tuple[Amount, ...]
    joints: frozenset[str]

    @property
    def is_ratio(self) -> bool:
        """Whether its numbers have no unit."""
        return all(amount.unit is Unit.RATIO for amount in self.amounts)

    @property
    def may_be_range(self) -> bool:
        """Whether it is joined by dashes or `to`."""
        return bool(self.joints - {"/", ":"})

    @property
    def may_be_share(self) -> bool:
        """Whether it looks like 1/3 rather than like 30/70 or 50/50."""
        over, under = (amount.value for amount in self.amounts[:2])
        is_fraction = len(self.amounts) == 2 and self.joints == {"/"}
        return is_fraction and over < under <= MAX_DENOMINATOR and over + under != 10

    @property
    def span(self) -> tuple[int, int]:
        """From its first number to its last."""
        return self.amounts[0].span[0], self.amounts[-1].span[1]
