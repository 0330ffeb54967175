"""Amounts that are said in words only, `mostly grey with a sprinkle of yellow`, and what they are taken for.

What there is a little of has a tenth each, or half as much where it is a touch beside a little of another; some of a
colour beside `mostly` another a fifth; the colours that are left share the rest equally. Words that may be anything,
such as `lots of` or «побольше», are not estimated.
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
TRACE_PERCENT = 5
"""Of a touch, where there is a little of another colour, which is more."""
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
    r"|немного|немнож|щепот|чуть|чуто|капл|капел|редк|изредка|rarely|sparse|occasional|небольшим количеством|мало",
    re.IGNORECASE,
)
_TRACE = re.compile(
    r"(?:an? )?(?:very |almost no|hints?|touch|pinch|drop|trace|whisper|lick|smidge)|щепот|чуть|чуто|капл|капел",
    re.IGNORECASE,
)
"""Of what is little, the least."""
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
    if (added := _added(source, mentions, counted, vague)) is not None and not asides.most:
        return Estimate(added[0], refused[0], (added[1],))
    if counted:
        raise refused[0]
    found = None if is_equal else _estimated(source, mentions, vague, asides.most)
    if found is None:
        raise with_own_colours(source, refused[0], mentions)
    return Estimate(found[0], refused[0], (found[1],))


def _added(
    source: Source, mentions: Sequence[Mention], counted: Sequence[Amount], vague: Sequence[RecipeError]
) -> tuple[list[Mention], Notice] | None:
    """The colours with a little of one beside the parts of others: `2 parts A, 1 part B, a bit of C`."""
    bare = [mention for mention in mentions if mention.amount is None]
    is_of_parts = all(amount.unit is Unit.PARTS for amount in counted) and len(counted) > 1
    if not is_of_parts or len(bare) != 1 or len(vague) != 1:
        return None
    if not _is_little(source, vague[0]) or _colour_of(source, vague[0], bare) is None:
        return None
    example = f"{LITTLE_PERCENT}% {bare[0].text}"
    values = {"words": _words(source, vague[0]), "example": example}
    told = [with_percent(mention, LITTLE_PERCENT) if mention is bare[0] else mention for mention in mentions]
    return told, Notice("{words!r} leaves the number open; it is taken as {example}", values)


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
    mentions = _each_once(source, mentions, [*little, *most])
    names = {mention.colour.code: mention for mention in mentions}
    if not 1 < len(names) <= MAX_ESTIMATED or len(most) > 1:
        return None
    if not all(_is_little(source, error) for error in little):
        return None
    percents: dict[str, Fraction | int] = {**_percents(source, mentions, little, is_told=bool(most))}
    bare = [mention for mention in mentions if mention.colour.code not in percents]
    is_most = not most or (len(bare) == 1 and _colour_of(source, most[0], mentions) is bare[0])
    is_listed = len(bare) > 1 and mentions[0] not in bare  # all of `a bit of red, blue, black` may be little
    if not bare or not percents or not is_most or is_listed or len(names) < len(mentions):
        return None
    left = Fraction(_WHOLE - sum(percents.values()), len(bare))
    percents |= {mention.colour.code: left for mention in bare}
    words = ", ".join(_words(source, error) for error in sorted([*little, *most], key=lambda error: error.span))
    example = ", ".join(f"{plain(Fraction(percents[code]))}% {mention.text}" for code, mention in names.items())
    notice = Notice("{words!r} leaves the number open; it is taken as {example}", {"words": words, "example": example})
    return [with_percent(mention, percents[mention.colour.code]) for mention in mentions], notice


def _each_once(source: Source, mentions: Sequence[Mention], refused: Sequence[RecipeError]) -> Sequence[Mention]:
    """The colours without another mention of one of which the words are said: «зелёная с чёрным, чёрного немного»."""
    said = [mention for error in refused if (mention := _colour_of(source, error, mentions)) is not None]
    codes = {mention.colour.code for mention in said}
    return [mention for mention in mentions if mention in said or mention.colour.code not in codes]


def _is_rest(source: Source, error: RecipeError, bare: Sequence[Mention], percent: Fraction) -> bool:
    """Whether the words are of the one colour without a number, and the others leave little for it."""
    is_of_it = len(bare) == 1 and _colour_of(source, error, bare) is not None
    return is_of_it and _is_little(source, error) and 0 < percent <= MAX_LEFT_PERCENT


def _percents(
    source: Source, mentions: Sequence[Mention], little: Sequence[RecipeError], *, is_told: bool
) -> dict[str, int]:
    """Of the colours of which there is little or some, by code."""
    percents: dict[str, int] = {}
    traces = [_TRACE.match(_words(source, error)) is not None for error in little]
    for error, is_trace in zip(little, traces, strict=True):
        mention = _colour_of(source, error, [m for m in mentions if not m.is_base])
        if mention is None:
            return {}
        percents[mention.colour.code] = TRACE_PERCENT if is_trace and not all(traces) else LITTLE_PERCENT
    for before, after in pairwise(mentions):
        gap = source.text[before.span[1] : after.span[0]].strip().casefold()
        if before.colour.code in percents and gap in JOINING:
            percents.setdefault(after.colour.code, percents[before.colour.code])
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


def with_percent(mention: Mention, percent: Fraction | int) -> Mention:
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
