"""Recipes as people write them, in English or Russian: one mix, or a tile of several with a place for each."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from plitka.core.colour.palette import Colour, Palette, default_palette
from plitka.core.recipes.areas import refuse_areas
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.drawn import refuse_figure
from plitka.core.recipes.laid_tiles import check_whole_tiles, told_of_each
from plitka.core.recipes.lettering import check_lettering, find_lettering, find_writing
from plitka.core.recipes.look import option_of_zone
from plitka.core.recipes.mixes import EQUAL_PARTS, OTHER_TOTAL, Reading, read_colours, read_mix
from plitka.core.recipes.named_again import thickness_apart, without_names_again
from plitka.core.recipes.part_names import find_shape, may_be_of_part, part_with_number, planned_parts
from plitka.core.recipes.questions import check_question, question_apart, tell_question
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.rings import find_rings
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.core.recipes.tiles import check_one_kind
from plitka.core.recipes.told_halves import find_halves, find_split, tell_halves
from plitka.core.recipes.unsaid import CHOICE
from plitka.core.recipes.zone_texts import Zoned, ZoneInText, shown_mix
from plitka.core.recipes.zones import find_zones
from plitka.errors import CommandHint, RecipeError, UnknownColour

OF_PARTS = (
    OTHER_TOTAL,
    "nothing is left for",
    "only one colour may be without a number",
    "it is not clear whether",
    "{n_numbers} numbers do not fit the colours",
    "{number} has no colour",
)
"""How messages about numbers begin of which a part of the tile may have its own."""
PART_OF_TILE = "{words!r} is a part of the tile"
"""How messages about zones begin."""
_FINDERS = (find_lettering, find_halves, find_rings, find_zones)
"""Of tiles of several mixes."""
_WHOLE = 100
"""Percent."""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a mix is read, as `parse_recipe` is told."""

    palette: Palette | None
    strict: bool
    by_mass: bool
    beside: Beside

    def read(self, text: str) -> Reading:
        return read_mix(text, self.palette, strict=self.strict, by_mass=self.by_mass, beside=self.beside)

    def try_to_read(self, text: str) -> Reading | None:
        """A part of a text, which is plain; a second look would take long for each of many."""
        with suppress(RecipeError):
            return read_mix(
                text,
                self.palette,
                strict=self.strict,
                by_mass=self.by_mass,
                beside=self.beside,
                looks_again=False,
            )
        return None

    def zones(self, text: str) -> Zoned | None:
        """Those that a text tells of; a strict reading leaves none of them out."""
        whole, (text, thickness) = text, thickness_apart(without_names_again(text))
        zoned = next(filter(None, (find(text, self.try_to_read) for find in _FINDERS)), None)
        check_whole_tiles(Source(whole), zoned)
        if zoned is not None and thickness:
            zoned = replace(zoned, ground=f"{zoned.ground}, {thickness}")
        return None if zoned is not None and self.strict and zoned.has_unshown else zoned


def parse_recipe(
    text: str,
    palette: Palette | None = None,
    *,
    strict: bool = False,
    by_mass: bool = False,
    beside: Beside = Beside.SCENE,
) -> Reading:
    """The recipe that a text asks for, in English or Russian, and what it says beside the colours.

    Args:
        text: at most 1,000 characters; `plitka.core.recipes.grammar` has the language.
        palette: the colours that can be named; ours by default.
        strict: refuse numbers that do not sum to 100 instead of scaling them, and words that are not understood.
        by_mass: the numbers are shares of the mass; else of the visible area, where no unit of mass stands by them.
        beside: what is done with words about the look.

    Raises:
        RecipeError: the text cannot be read, or tells of several mixes; `span` says which part of it.
    """
    manner = _Manner(palette, strict, by_mass, beside)
    source = Source(text)
    if (answered := _without_question(source, manner, parse_recipe)) is not None:
        return answered
    check_question(source)
    check_one_kind(source)
    if (lettered := find_lettering(text, manner.try_to_read)) is not None:
        raise _refuse_zones(source, lettered)
    check_lettering(source, manner.try_to_read)
    try:
        reading = manner.read(text)
    except RecipeError as error:
        is_other = isinstance(error, UnknownColour) and not may_be_of_part(text, error.span)
        if not is_other and (zoned := manner.zones(text)) is not None:
            raise _refuse_zones(source, zoned) from None
        raise _why_several(source, palette, error) or _why_of_part(source, error) from None
    if _is_merged(reading) and (several := _why_several(source, palette)) is not None:
        raise several
    if (zoned := manner.zones(text)) is not None and zoned.is_told:
        raise _refuse_zones(source, zoned)
    if zoned is None and (part := _undrawn(text, reading)) is not None:
        raise _refuse_part(source, *part)
    halves = tell_halves(text, reading.recipe)
    return reading if halves is None else replace(reading, warnings=(*reading.warnings, halves))


def parse_tile(
    text: str,
    palette: Palette | None = None,
    *,
    strict: bool = False,
    by_mass: bool = False,
    beside: Beside = Beside.SCENE,
) -> Reading:
    """A text as `parse_recipe` reads it; one that tells of a ground and parts of it, with a zone for each part.

    Args:
        text, palette, strict, by_mass, beside: as for `parse_recipe`.

    Raises:
        RecipeError: the text cannot be read; `span` says which part of it.
    """
    manner = _Manner(palette, strict, by_mass, beside)
    source = Source(text)
    if (answered := _without_question(source, manner, parse_tile)) is not None:
        return answered
    check_question(source)
    check_one_kind(source)
    zoned = manner.zones(text)
    if zoned is None:
        return parse_recipe(text, palette, strict=strict, by_mass=by_mass, beside=beside)
    ground = manner.read(zoned.ground)
    zones = [(zone.mask, manner.read(zone.mix)) for zone in zoned.zones]
    return replace(
        ground,
        zones=tuple(zones),
        warnings=(
            *_told(text, zoned),
            *told_of_each(text, zoned),
            *zoned.remarks,
            *ground.warnings,
            *_warnings_of(zones),
        ),
    )


def _without_question(source: Source, manner: _Manner, parse: Callable[..., Reading]) -> Reading | None:
    """What a text asks for beside a question in a sentence of its own; None where that is no recipe.

    Raises:
        RecipeError: it is one of several mixes, or its numbers do not fit.
    """
    parted = None if manner.strict else question_apart(source)
    if parted is None:
        return None
    try:
        reading = parse(parted[0], manner.palette, by_mass=manner.by_mass, beside=manner.beside)
    except RecipeError as error:
        if not error.message.startswith((PART_OF_TILE, *OF_PARTS)):
            return None
        error.source = source.text
        raise
    return replace(reading, warnings=(*reading.warnings, tell_question(parted[1])))


def _told(text: str, zoned: Zoned) -> list[Notice]:
    """How the parts were read."""
    return [
        Notice(
            "{words!r} is read as the zone {mask} of {mix!r}, on a ground of {ground!r}",
            {
                "words": text[slice(*zone.place)].strip(),
                "mask": zone.mask,
                "mix": shown_mix(zone.mix),
                "ground": shown_mix(zoned.ground),
            },
        )
        for zone in zoned.zones
    ]


def parse_colours(
    text: str, palette: Palette | None = None, *, strict: bool = False
) -> tuple[tuple[Colour, ...], tuple[Notice, ...]]:
    """The colours that a text names, each once, and what had to be settled; amounts are read and not looked at.

    Args:
        text, palette: as for `parse_recipe`.
        strict: refuse words that are not understood.

    Raises:
        RecipeError: the text cannot be read; `span` says which part of it.
    """
    try:
        return read_colours(text, palette, strict=strict)
    except RecipeError:
        manner = _Manner(palette, strict, by_mass=False, beside=Beside.NOTHING)
        if manner.zones(text) is None:
            raise
    tile = parse_tile(text, palette, strict=strict, beside=Beside.NOTHING)
    mixes = (tile.recipe, *(zone.recipe for _, zone in tile.zones))
    named = {colour.code: colour for mix in mixes for colour in mix.colours}
    return tuple(named.values()), tile.warnings


def _warnings_of(zones: Sequence[tuple[str, Reading]]) -> list[Notice]:
    return [
        Notice("zone {number} ({mask}): {reason}", {"number": number, "mask": mask, "reason": notice})
        for number, (mask, reading) in enumerate(zones, 1)
        for notice in reading.warnings
    ]


def _refuse_zones(source: Source, zoned: Zoned) -> RecipeError:
    """That one mix is read here, and how the same is asked for in zones."""
    first = zoned.zones[0].place
    return source.refuse(
        "{words!r} is a part of the tile: write the mix of the ground alone, {ground!r}, and ask for the part as a "
        "zone{hint}",
        first,
        words=source.text[slice(*first)],
        ground=zoned.ground,
        hint=_spelt(zoned.ground, zoned.zones),
    )


def _undrawn(text: str, reading: Reading) -> tuple[int, int, str] | None:
    """The part of the tile that a text plans, where its colours were taken for one mix; None where nothing is planned.

    Several colours of a tile that is split in the middle are a plan; so are colours without numbers beside a border, a
    circle, a half, stripes or squares, and parts with a colon behind each.
    """
    if (own := part_with_number(text)) is not None and len(reading.recipe.parts) > 1:
        return own
    if len(reading.recipe.parts) > 1 and (split := find_split(text)) is not None:
        return split
    is_equal = any(notice.message.startswith(EQUAL_PARTS) for notice in reading.warnings)
    told = planned_parts(text)
    if len(told) > 1 and len(reading.recipe.parts) > 1:
        return told[0]
    if is_equal and (writing := find_writing(text)) is not None:
        return writing
    return find_shape(text, with_halves=True) if is_equal else None


def _is_merged(reading: Reading) -> bool:
    """Whether the numbers of a reading came to a multiple of 100, as those of several whole mixes do."""
    totals = [notice.values.get("total") for notice in reading.warnings if notice.message.startswith(OTHER_TOTAL)]
    return any(Fraction(str(total)) % _WHOLE == 0 for total in totals)


def _why_several(source: Source, palette: Palette | None, error: RecipeError | None = None) -> RecipeError | None:
    """The error about mixes of several areas; None where that is not what is wrong."""
    is_other = error is not None and not (isinstance(error, UnknownColour) or error.message.startswith(OF_PARTS))
    is_choice = error is not None and not CHOICE.isdisjoint(source.folded.split())
    if is_other or is_choice:
        return None
    return refuse_areas(source, scan(source, palette or default_palette()))


def _spelt(ground: str, zones: Sequence[ZoneInText]) -> CommandHint:
    told = " ".join(f"--zone '{zone.mask}={zone.mix}'" for zone in zones)
    return CommandHint("; on the command line: {ground} {zones}", {"ground": f"'{ground}'", "zones": told})


def _why_of_part(source: Source, error: RecipeError) -> RecipeError:
    """The error that says that numbers or words are of a part of the tile, where one is named; else the same error."""
    shape = find_shape(source.text)
    if shape is None:
        is_unknown = isinstance(error, UnknownColour)
        return (refuse_figure(source, error.span) if is_unknown else None) or error
    start, end, mask = shape
    is_word = isinstance(error, UnknownColour) and (
        (error.span[0] < end and start < error.span[1]) or may_be_of_part(source.text, error.span)
    )
    is_word = is_word and not error.suggestions
    is_less = Fraction(str(error.values.get("total", _WHOLE))) < _WHOLE
    if not is_word and (is_less or not error.message.startswith(OF_PARTS)):
        return error
    return _refuse_part(source, start, end, mask)


def _refuse_part(source: Source, start: int, end: int, mask: str) -> RecipeError:
    return source.refuse(
        "{words!r} is a part of the tile: write the mix of the ground alone, and ask for the part as a zone{hint}",
        (start, end),
        words=source.text[start:end],
        hint=option_of_zone(mask, "RECIPE"),
    )
