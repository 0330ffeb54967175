"""Amounts that are said in words only, `mostly grey with a sprinkle of yellow`, and what they are taken for.

What there is a little of has a tenth each, and some of a colour beside `mostly` another a fifth; the one colour that is
left has the rest. Words that may be anything, such as `lots of` or «побольше», are not estimated.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from plitka.core.language.vocabulary import JOINING
from plitka.core.recipes.amounts import Amount, Mention, Unit
from plitka.core.recipes.beside import Asides
from plitka.core.recipes.open_amounts import with_own_colours
from plitka.core.recipes.recipe import Notice, plain
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError

LITTLE_PERCENT = 10
SOME_PERCENT = 20
MAX_LEFT_PERCENT = 25
"""What the numbers may leave for a colour of which there is said to be little."""
MAX_ESTIMATED = 4
"""Colours of a mix whose numbers are estimated."""
_HALF = 50
_WHOLE = 100
"""Percent."""
_LITTLE = re.compile(
    r"(?:an? )?(?:(?:very )?(?:(?:wee )?bit|little)|almost no|hints?|touch|sprinkle|dash|pinch|drop|few|small amount"
    r"|smidge|splash|tad|lick|trace|scattering"
    r"|smattering|dusting|handful|whisper|pop)"
    r"|немного|немнож|чуть|чуто|капл|капел|редк|небольшим количеством|мало",
    re.IGNORECASE,
)
_SOME = re.compile(r"(?<!\w)some[ ]+$", re.IGNORECASE)
_BREAKS = frozenset(",;\n.")


@dataclass(frozen=True, slots=True)
class Estimate:
    """Colours with what words such as `a bit of` are taken for."""

    mentions: Sequence[Mention]
    about: RecipeError | None = None
    """What a strict reading says of it; None where nothing was open."""
    remarks: tuple[Notice, ...] = ()


def settle_open(source: Source, asides: Asides, mentions: Sequence[Mention], *, is_equal: bool) -> Estimate:
    """The colours of a recipe, where words that leave a number open are said of none of them or can be taken for one.

    What has its number elsewhere, is `mostly` there with more than half left, or has the little that is left is as it
    is said.

    Raises:
        RecipeError: it is not clear how much there is of a colour.
    """
    vague = [error for error in asides.vague if not _is_settled(error, mentions)]
    refused = sorted([*vague, *asides.most], key=lambda error: error.span)
    bare = [mention for mention in mentions if mention.amount is None and not mention.is_base]
    counted = [mention.amount for mention in mentions if mention.amount]
    rest = _WHOLE - sum((amount.percent for amount in counted), Fraction(0))
    has_most = not vague and len(bare) == 1 and rest > _HALF
    if not refused or (counted and (not bare or has_most)):
        return Estimate(mentions)
    if counted and not asides.most and all(_is_rest(source, error, bare, rest) for error in vague):
        return Estimate(mentions, refused[0])
    if counted:
        raise refused[0]
    found = None if is_equal else _estimated(source, mentions, vague, asides.most)
    if found is None:
        raise with_own_colours(source, refused[0], mentions)
    return Estimate(found[0], refused[0], (found[1],))


def _is_little(source: Source, error: RecipeError) -> bool:
    """Whether the words that leave a number open say that there is little."""
    return _LITTLE.match(_words(source, error)) is not None


def _estimated(
    source: Source, mentions: Sequence[Mention], little: Sequence[RecipeError], most: Sequence[RecipeError]
) -> tuple[list[Mention], Notice] | None:
    """The colours with the amounts that words are taken for, and what is told of it; None where they say too little.

    Args:
        source: the text.
        mentions: its colours, none of which has a number.
        little: about `a bit of` and alike.
        most: about `mostly` and alike.
    """
    names = {mention.colour.code: mention for mention in mentions}
    if not 1 < len(names) <= MAX_ESTIMATED or len(names) < len(mentions) or len(most) > 1:
        return None
    if not all(_is_little(source, error) for error in little):
        return None
    percents = _percents(source, mentions, little, is_told=bool(most))
    bare = [mention for mention in mentions if mention.colour.code not in percents]
    if len(bare) != 1 or not percents or (most and _colour_of(source, most[0], mentions) is not bare[0]):
        return None
    percents[bare[0].colour.code] = 100 - sum(percents.values())
    words = ", ".join(_words(source, error) for error in sorted([*little, *most], key=lambda error: error.span))
    example = ", ".join(f"{percents[code]}% {mention.text}" for code, mention in names.items())
    notice = Notice("{words!r} leaves the number open; it is taken as {example}", {"words": words, "example": example})
    return [with_percent(mention, percents[mention.colour.code]) for mention in mentions], notice


def _is_rest(source: Source, error: RecipeError, bare: Sequence[Mention], percent: Fraction) -> bool:
    """Whether the words are of the one colour without a number, and the others leave little for it."""
    is_of_it = len(bare) == 1 and _colour_of(source, error, bare) is not None
    return is_of_it and _is_little(source, error) and 0 < percent <= MAX_LEFT_PERCENT


def _percents(
    source: Source, mentions: Sequence[Mention], little: Sequence[RecipeError], *, is_told: bool
) -> dict[str, int]:
    """Of the colours of which there is little or some, by code."""
    percents: dict[str, int] = {}
    for error in little:
        mention = _colour_of(source, error, [m for m in mentions if not m.is_base])
        if mention is None:
            return {}
        percents[mention.colour.code] = LITTLE_PERCENT
    for before, after in pairwise(mentions):
        gap = source.text[before.span[1] : after.span[0]].strip().casefold()
        if percents.get(before.colour.code) == LITTLE_PERCENT and gap in JOINING:
            percents.setdefault(after.colour.code, LITTLE_PERCENT)
    for mention in mentions if is_told else ():
        if _SOME.search(source.text[: mention.span[0]]):
            percents.setdefault(mention.colour.code, SOME_PERCENT)
    return percents


def _colour_of(source: Source, error: RecipeError, mentions: Sequence[Mention]) -> Mention | None:
    """The colour that words are said of: the next behind them, else the last before, with no comma between."""
    start, end = error.span
    behind = [(m.span[0] - end, m) for m in mentions if m.span[0] >= end and _is_near(source, end, m.span[0])]
    before = [(start - m.span[1], m) for m in mentions if m.span[1] <= start and _is_near(source, m.span[1], start)]
    found = behind or before
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _is_near(source: Source, start: int, end: int) -> bool:
    return _BREAKS.isdisjoint(source.text[start:end])


def with_percent(mention: Mention, percent: int) -> Mention:
    """A colour with its percent."""
    amount = Amount(Fraction(percent), Unit.PERCENT, mention.span, plain(Fraction(percent)))
    return replace(mention, amount=amount)


def _words(source: Source, error: RecipeError) -> str:
    return source.text[slice(*error.span)]


def _is_settled(vague: RecipeError, mentions: Sequence[Mention]) -> bool:
    """Whether the colour behind such words, or else before them, has its number: `a dash of purple, 5%`."""
    end = vague.span[1]
    behind = [mention for mention in mentions if mention.span[0] >= end]
    mention = min(behind or mentions, key=lambda mention: abs(mention.span[0] - end))
    return mention.amount is not None
