"""A word, number or sign of a recipe."""

from dataclasses import dataclass, field
from fractions import Fraction

from plitka.core.colour.palette import Colour
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.errors import RecipeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word, number or sign of a recipe."""

    kind: Kind
    span: tuple[int, int]
    """(start, end) in the text as typed."""
    text: str
    value: Fraction = Fraction(0)
    colour: Colour | None = None
    is_minus: bool = False
    """A number with a minus or a dash right before it and a space before that."""
    choice: str = ""
    """Of a modifier or a look: see `Kind`."""
    remark: Notice | None = field(default=None, compare=False)
    """What had to be settled to read it."""
    is_bracketed: bool = False
    own: Colour | None = None
    """The value of a name that is not the palette's; `colour` may be the nearest to it."""
    is_sbr: bool = False
    """A colour that is said to be crumb of recycled tyres."""
    error: RecipeError | None = field(default=None, compare=False)
    """Why an unknown word is refused, where it cannot stand aside."""
