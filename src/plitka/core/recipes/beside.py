"""What stands beside a mix: what is done with it, and what of it was found."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from plitka.core.colour.palette import Colour
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError


class Beside(StrEnum):
    """What is done with words about the look."""

    SCENE = "scene"
    """A scene shows what it can; the rest goes to the prompt."""
    PROMPT = "prompt"
    """All of them go to the prompt."""
    NOTHING = "nothing"
    """They are left out."""


@dataclass(slots=True)
class Asides:
    """What was set aside."""

    look: dict[str, object] = field(default_factory=dict)
    """Choices of a scene, by their names in its JSON."""
    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What of the look was said already: its choice, and the words for it."""
    is_sized_by_colour: bool = False
    """Granules of several sizes are asked for."""
    has_one_size: bool = False
    """Granules have a size in mm once."""
    is_of_several: bool = False
    """Several colours are named."""
    words: list[tuple[str, tuple[int, int]]] = field(default_factory=list)
    """What only a prompt can take, as it was typed, and where."""
    understood: set[tuple[int, int]] = field(default_factory=set)
    """Where those of the words stand that are told as understood."""
    sizes: list[str] = field(default_factory=list)
    """Lengths and areas as they were typed."""
    counts: list[Token] = field(default_factory=list)
    """How many colours there are said to be."""
    tiles: list[tuple[int, int]] = field(default_factory=list)
    """Where pieces of one colour are counted, and nothing else is."""
    binder_percent: Fraction = Fraction(0)
    """What binder is said to be of the whole."""
    is_by_mass: bool = False
    """The numbers are said to be of the mass."""
    excluded: list[tuple[Colour, tuple[int, int], str]] = field(default_factory=list)
    """Colours that are said not to be in it."""
    vague: list[RecipeError] = field(default_factory=list)
    """Why words such as `a bit of` are refused where a colour has no number."""
    most: list[RecipeError] = field(default_factory=list)
    """The same of `mostly`, which may be said of what the others leave."""
    errors: list[RecipeError] = field(default_factory=list)
    """Why words that stand aside would be refused, had they to be colours."""
    remarks: list[Notice] = field(default_factory=list)
    has_hidden: bool = False
    """A layer below is left out, with its colours."""
    has_likeness: bool = False
    """Something is said to be like what names no colour."""
