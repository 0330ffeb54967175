"""Captions: the recipe that one tells, and the same words around another recipe."""

from contextlib import suppress

from plitka.core.colour.palette import Palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import PromptStyle, Recipe, format_colours
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import InputError, RecipeError, UnknownColour

CAPTION = PromptStyle(descriptors=())
"""Captions name the trigger and the colours, as those of the photographs do."""
TRIGGER = f"{CAPTION.trigger} {''.join(CAPTION.tokens)}"
"""What stands before the colours."""
_OF_RECIPE = frozenset(
    (
        Kind.COLOUR,
        Kind.NUMBER,
        Kind.FRACTION,
        Kind.PERCENT,
        Kind.PARTS,
        Kind.EQUAL,
        Kind.EACH,
        Kind.FLECK,
        Kind.REST,
        Kind.BASE,
        Kind.MASS,
        Kind.MODIFIER,
    )
)


def read_caption(caption: str, palette: Palette) -> Recipe:
    """The recipe of a caption; a trigger before it and words about the look behind it are passed over.

    Raises:
        RecipeError: it tells of no colours, or of no shares that can be read.
    """
    try:
        return parse_recipe(caption, palette).recipe
    except UnknownColour:
        _trigger, _, rest = caption.partition(",")
        with suppress(RecipeError):
            return parse_recipe(rest, palette).recipe
        raise


def names_colour(words: str, palette: Palette) -> bool:
    """Whether words, of which a recipe may be a part only, name a colour."""
    return any(token.kind is Kind.COLOUR for token in scan(Source(words), palette))


def write_caption(recipe: Recipe, trigger: str = TRIGGER) -> str:
    """A caption of a recipe alone, as that of `trigger, 60% red, 40% black`."""
    return ", ".join(filter(None, (trigger.strip(), format_colours(recipe))))


def correct_caption(caption: str, recipe: Recipe, palette: Palette) -> str:
    """A caption with another recipe in the place of its own, and every other word as it was.

    Where words and numbers of its recipe lie among others, so that the result would be read otherwise, only what stands
    before the first comma is kept, if that is no part of the recipe.
    """
    spans = [token.span for token in scan(Source(caption), palette) if token.kind in _OF_RECIPE]
    if spans:
        corrected = f"{caption[: spans[0][0]]}{format_colours(recipe)}{caption[spans[-1][1] :]}"
        if _reads_as(corrected, recipe, palette):
            return corrected
    trigger = caption.partition(",")[0]
    plain = write_caption(recipe, trigger)
    return plain if "," in caption and _reads_as(plain, recipe, palette) else write_caption(recipe)


def _reads_as(caption: str, recipe: Recipe, palette: Palette) -> bool:
    try:
        return read_caption(caption, palette).percents == recipe.percents
    except InputError:
        return False
