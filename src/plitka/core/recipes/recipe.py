"""Recipes: how much of which colour, and written as words; `plitka.core.recipes.reading` reads them.

A recipe's percents are decimals that sum to exactly 100, so a recipe written out and read again is the same recipe.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from plitka.core.colour.palette import Colour
from plitka.core.language import vocabulary
from plitka.errors import InputError, RecipeError

MAX_COLOURS = 8
TYPED_STEP = Decimal("0.01")
"""Percents that sum to 100 as typed are kept to this."""
COMPUTED_STEP = Decimal("0.1")
"""Percents that we compute are multiples of this."""
_HUNDRED = Decimal(100)
_TAB_WIDTH = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A colour and its percent, 0.01..100, of at most two decimals."""

    colour: Colour
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Recipe:
    """A mix of 1 to 8 colours, in the order in which they were named.

    Raises:
        InputError: no or too many colours, a colour twice, or percents that do not sum to exactly 100.
    """

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.parts) <= MAX_COLOURS or len({part.colour.code for part in self.parts}) < len(self.parts):
            raise InputError(
                "a recipe has 1 to {limit} different colours, not {colours}",
                limit=MAX_COLOURS,
                colours=", ".join(part.colour.code for part in self.parts) or 0,
            )
        for part in self.parts:
            if not (part.percent.is_finite() and part.percent > 0 and part.percent % TYPED_STEP == 0):
                raise InputError(
                    "{code} has {percent} %; a part is above zero and has at most two decimals",
                    code=part.colour.code,
                    percent=part.percent,
                )
        total = sum(part.percent for part in self.parts)
        if total != _HUNDRED:
            raise InputError("the percents of a recipe sum to 100, not {total}", total=total)

    @property
    def colours(self) -> tuple[Colour, ...]:
        """The colours in order of first mention."""
        return tuple(part.colour for part in self.parts)

    @property
    def percents(self) -> dict[str, float]:
        """Percent by colour code, 0..100."""
        return {part.colour.code: float(part.percent) for part in self.parts}

    @property
    def shares(self) -> tuple[float, ...]:
        """The parts of the whole, 0..1, in the order of `colours`."""
        return tuple(float(part.percent / 100) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was settled for the writer; a template and its values, as a `PlitkaError` has."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    is_for_engine: bool = False
    """An engine that makes the picture tells the same more exactly."""

    def __str__(self) -> str:
        return self.message.format(**self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptStyle:
    """The words around the colours in a prompt."""

    trigger: str = vocabulary.TRIGGER
    tokens: tuple[str, ...] = vocabulary.TOKENS
    """The learned embeddings, written together."""
    descriptors: tuple[str, ...] = vocabulary.DESCRIPTORS
    reads_words: bool = True
    """Whether the network knows more words than those of recipes."""


V45 = PromptStyle()
"""The prompt that rubber-tile-lora-v45 was used with."""


def format_colours(recipe: Recipe, language: str = "en") -> str:
    """The recipe in words, `60% red, 30% black, 10% white`; `parse_recipe` reads it back.

    In Russian the catalogue's colours have their Russian names; those of other colours may be another's too.
    """
    point = "," if language == "ru" else "."
    return ", ".join(
        f"{plain(part.percent).replace('.', point)}% {format_colour(part.colour, language)}" for part in recipe.parts
    )


def format_colour(colour: Colour, language: str = "en") -> str:
    """A colour's name, as `format_colours` has it."""
    is_russian = language == "ru" and colour.source == "catalogue"
    return colour.name_ru.lower() if is_russian else colour.caption_name


@dataclass(frozen=True, slots=True)
class ToldColours:
    """A recipe or a colour among the values of a notice: it is said in the language of its sentence."""

    what: Recipe | Colour

    def named_in(self, language: str) -> str:
        """Its words in that language."""
        if isinstance(self.what, Recipe):
            return format_colours(self.what, language)
        return format_colour(self.what, language)

    def __str__(self) -> str:
        return self.named_in("en")


def format_prompt(recipe: Recipe, style: PromptStyle = V45, words: Sequence[str] = ()) -> str:
    """The full prompt for a recipe, with words of its own behind the colours; `parse_recipe` reads it back."""
    start = f"{style.trigger} {''.join(style.tokens)}".strip()
    return ", ".join(filter(None, (start, format_colours(recipe), *words, *style.descriptors)))


def caret(error: RecipeError) -> str:
    """The line of the source that is to blame, and under the place a row of `~` that ends in `^`.

    Tabs are widened to four columns. It is empty where that line is.
    """
    start, end = error.span
    first = error.source.rfind("\n", 0, start) + 1
    line = error.source[first:].partition("\n")[0]
    if not line.strip():
        return ""
    before, marked = line[: start - first], line[start - first : max(start, end) - first]
    n_before, n_marked = (_columns(part.expandtabs(_TAB_WIDTH)) for part in (before, before + marked))
    return f"{line.expandtabs(_TAB_WIDTH).rstrip()}\n{' ' * n_before}{'~' * (n_marked - n_before - 1)}^"


def quantise(percents: Sequence[Fraction], step: Decimal) -> list[Decimal]:
    """Multiples of a step that sum to exactly 100, by the method of largest remainders.

    Args:
        percents: 0..100 each; they sum to exactly 100.
        step: divides 100.
    """
    exact = [percent / Fraction(step) for percent in percents]
    units = [int(value) for value in exact]
    n_left = int(100 / step) - sum(units)
    by_remainder = sorted(range(len(exact)), key=lambda index: units[index] - exact[index])
    for index in by_remainder[:n_left]:
        units[index] += 1
    return [unit * step for unit in units]


def to_hundredths(percents: Mapping[str, float]) -> dict[str, float]:
    """Percent by colour code as machines read them, to a hundredth; they still sum to 100.

    Args:
        percents: 0..100 each; they sum to 100 as nearly as floats do.
    """
    exact = [Fraction(percent) for percent in percents.values()]
    rounded = quantise([100 * percent / sum(exact) for percent in exact], TYPED_STEP)
    return dict(zip(percents, map(float, rounded), strict=True))


def plain(number: Fraction | Decimal | int) -> str:
    """A number without an exponent or trailing zeros, to two decimals."""
    if isinstance(number, Fraction):
        number = Decimal(number.numerator) / Decimal(number.denominator)
    text = f"{Decimal(number):.2f}"
    return text.rstrip("0").rstrip(".")


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
