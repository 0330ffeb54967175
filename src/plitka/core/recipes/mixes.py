"""A text as one mix: what the writer left open is settled here, and each guess is told in a notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from plitka.core.colour.palette import Colour, Palette, default_palette
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.amounts import Amount, Mention, Unit
from plitka.core.recipes.asides import set_aside
from plitka.core.recipes.batch_totals import without_batch_total
from plitka.core.recipes.behind_mix import without_told_behind
from plitka.core.recipes.beside import Asides, Beside
from plitka.core.recipes.bracketed_flecks import with_bracketed_flecks
from plitka.core.recipes.cells import with_cells
from plitka.core.recipes.changes import find_untold_change
from plitka.core.recipes.coloured_parts import with_coloured_parts
from plitka.core.recipes.compared import check_compared
from plitka.core.recipes.compared_shades import with_compared_shades
from plitka.core.recipes.comparisons import check_comparisons
from plitka.core.recipes.corrections import corrected, find_marks
from plitka.core.recipes.crumb import with_crumb_beside, without_materials
from plitka.core.recipes.described import with_descriptions, without_hue_ahead, without_likeness_ahead
from plitka.core.recipes.ditto import with_ditto
from plitka.core.recipes.drawn import check_drawn
from plitka.core.recipes.dyes import check_pigment, with_dyes
from plitka.core.recipes.estimates import LITTLE_PERCENT, MAX_ESTIMATED, with_percent
from plitka.core.recipes.fleck_grounds import with_fleck_grounds
from plitka.core.recipes.fleck_rates import with_fleck_rates
from plitka.core.recipes.grammar import parse
from plitka.core.recipes.hundreds import with_hundreds
from plitka.core.recipes.mass import areas_of_masses, percents_by_mass, tell_each
from plitka.core.recipes.mixed_names import with_mixed_names
from plitka.core.recipes.nearer_names import with_nearer_names
from plitka.core.recipes.open_amounts import CHANGES, refuse_change
from plitka.core.recipes.packs import without_packs
from plitka.core.recipes.parts_of_rest import with_fractions_of_rest, with_parts_of_rest
from plitka.core.recipes.raised import with_raised_share
from plitka.core.recipes.ranges import check_minus
from plitka.core.recipes.recipe import COMPUTED_STEP, MAX_COLOURS, TYPED_STEP, Notice, Part, Recipe, plain, quantise
from plitka.core.recipes.recoloured import find_bare_recolouring, find_recoloured
from plitka.core.recipes.reconsidered import reconsidered
from plitka.core.recipes.remarks import without_remarks
from plitka.core.recipes.renewed import find_untold_shares
from plitka.core.recipes.repeated_names import with_described_hue
from plitka.core.recipes.rest_behind import with_rest_behind
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.second_look import other_looks
from plitka.core.recipes.second_ratios import with_second_ratio
from plitka.core.recipes.shades import with_shades
from plitka.core.recipes.slid import check_slid
from plitka.core.recipes.source import Source
from plitka.core.recipes.specifications import without_specifications
from plitka.core.recipes.stock import without_stock
from plitka.core.recipes.struck import without_struck
from plitka.core.recipes.token import Token
from plitka.core.recipes.totals import HUNDRED, Totals, around
from plitka.core.recipes.turned_numbers import with_turned_numbers, with_turned_words
from plitka.core.recipes.unnamed_colours import remark_names, without_unnamed
from plitka.core.recipes.unsaid import check_told, says_more, why_unsaid, with_colours_told
from plitka.errors import RecipeError

OTHER_TOTAL = "the numbers add up to"
EQUAL_PARTS = "no numbers are given"
REMAINING = "{name!r} has no number; it got"
NO_GROUND = "the colour under the fleck is not named"
"""How notices of this module begin, by which it is known what a reading had to settle."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A recipe, what was said beside it, and what had to be settled to read it."""

    recipe: Recipe
    warnings: tuple[Notice, ...] = ()
    look: Mapping[str, object] = field(default_factory=dict)
    """Choices of a scene, by their names in its JSON."""
    words: tuple[str, ...] = ()
    """What only a prompt can take, as it was typed."""
    sizes: tuple[str, ...] = ()
    """Lengths and areas, as they were typed."""
    percents_by_mass: Mapping[str, float] = field(default_factory=dict)
    """What each colour is of the mix's mass, 0..100, by code; they sum to 100."""
    densities_g_cm3: Mapping[str, Fraction] = field(default_factory=dict)
    """Of the granules of each colour, by code."""
    zones: tuple[tuple[str, "Reading"], ...] = ()
    """Parts of the tile with a mix of their own, each with its mask; the recipe is the ground's."""


def read_mix(
    text: str,
    palette: Palette | None = None,
    *,
    strict: bool = False,
    by_mass: bool = False,
    beside: Beside = Beside.SCENE,
    looks_again: bool = True,
) -> Reading:
    """The one mix that a text asks for.

    Args:
        text, palette, strict, by_mass, beside: as for `plitka.core.recipes.reading.parse_recipe`.
        looks_again: words and numbers that are in the way may stand aside where the colours are a whole without them.

    Raises:
        RecipeError: the text cannot be read; `span` says which part of it.
    """
    source = Source(text)
    palette = palette or default_palette()
    typed = tokens = _in_order(source, palette)

    def read(tokens: Sequence[Token], *, is_whole: bool = False) -> Reading:
        mixed, asides = _mixed(source, tokens, palette, beside)
        statement = parse(source, mixed, asides)
        check_slid(typed, statement.mentions)
        settlement = _Settlement(source, palette, statement, asides, strict=strict, by_mass=by_mass, beside=beside)
        settlement.is_whole |= is_whole
        return settlement.reading()

    _check(source, tokens)
    tokens = with_bracketed_flecks(source, tokens)
    if not find_marks(source, tokens):
        tokens = with_second_ratio(source, tokens)
    try:
        return read(tokens)
    except RecipeError as error:
        telling: RecipeError | None = None
        for plainer in () if strict or not looks_again else other_looks(source, tokens, palette, error):
            try:
                return read(plainer, is_whole=True)
            except RecipeError as other:
                telling = telling or says_more(error, other)
        word = next((token for token in tokens if token.kind is Kind.VAGUE and token.choice in CHANGES), None)
        change = find_recoloured(source, tokens) or (None if word is None else word.span)
        if change is not None:
            raise refuse_change(source, change) from None
        raise with_colours_told(source, tokens, telling or why_unsaid(source, tokens, error)) from None


def _check(source: Source, tokens: Sequence[Token]) -> None:
    """Refuse what is no mix by itself: a change of another one, a picture, a comparison."""
    finders = (find_untold_change, find_untold_shares, find_bare_recolouring)
    change = next(filter(None, (find(source, tokens) for find in finders)), None)
    if change is not None:
        raise refuse_change(source, change)
    check_told(source, tokens)
    check_minus(source, tokens)
    check_pigment(source, tokens)
    check_drawn(source, tokens)
    check_compared(source, tokens)
    check_comparisons(source, tokens)


def _scanned(source: Source, palette: Palette) -> list[Token]:
    tokens = with_hundreds(source, without_batch_total(source, without_struck(source, scan(source, palette))))
    tokens = with_ditto(source, tokens)
    tokens = with_mixed_names(source, without_specifications(source, tokens), palette)
    tokens = without_materials(source, with_cells(with_dyes(source, tokens)))
    tokens = without_remarks(source, without_told_behind(source, reconsidered(source, tokens)))
    return without_hue_ahead(source, without_likeness_ahead(tokens))


def _in_order(source: Source, palette: Palette) -> list[Token]:
    """The tokens of a text, with each number beside its colour."""
    typed = with_compared_shades(source, with_fleck_grounds(source, _scanned(source, palette)), palette)
    tokens = with_crumb_beside(with_turned_words(with_turned_numbers(with_shades(typed, palette))))
    tokens = with_fractions_of_rest(source, with_raised_share(tokens, source.text))
    return with_described_hue(source, with_rest_behind(with_fleck_rates(tokens), palette))


def read_colours(
    text: str, palette: Palette | None = None, *, strict: bool = False
) -> tuple[tuple[Colour, ...], tuple[Notice, ...]]:
    """The colours of the one mix of a text; the rest is as for `plitka.core.recipes.reading.parse_colours`."""
    source = Source(text)
    palette = palette or default_palette()
    tokens, asides = _mixed(source, _scanned(source, palette), palette, Beside.NOTHING)
    statement = parse(source, tokens, asides)
    settlement = _Settlement(source, palette, statement, asides, strict=strict, by_mass=False, beside=Beside.NOTHING)
    return settlement.colours(), tuple(settlement.warnings)


def _mixed(source: Source, tokens: Sequence[Token], palette: Palette, beside: Beside) -> tuple[list[Token], Asides]:
    last, remarks = corrected(source, without_packs(source, without_stock(source, tokens)))
    last, bracketed = with_descriptions(source, last)
    last, described = with_nearer_names(source, last)
    mixed, asides = set_aside(source, without_unnamed(source, with_coloured_parts(last)), palette, beside)
    asides.remarks += [*remarks, *bracketed, *described, *remark_names(source, last)]
    return mixed, asides


class _Settlement(Totals):
    """Percent for each colour of a statement, with what was guessed on the way."""

    def reading(self) -> Reading:
        if self.strict and self.statement.estimate is not None:
            raise self.statement.estimate
        mentions = self._with_usual_fleck(self._told_apart(self.statement.mentions))
        if not self.strict:
            mentions, ground = with_parts_of_rest(self.source, mentions)
            self.warnings += [] if ground is None else [ground]
        mentions = self._with_shares_of_one(mentions)
        amounts = [mention.amount for mention in mentions if mention.amount]
        if amounts:
            self._check_amounts(amounts)
            self._check_ground(mentions, amounts)
            self._check_corrected(amounts)
            in_percent = self._is_in_percent(amounts)
            mentions = self._with_base(mentions, amounts) if in_percent else mentions
            values = self._completed(mentions, in_percent=in_percent)
            is_typed = in_percent and self._check_total(values, amounts)
            step = TYPED_STEP if is_typed else COMPUTED_STEP
            if self.by_mass or any(amount.unit is Unit.MASS for amount in amounts):
                values, step = self._areas(mentions, values), COMPUTED_STEP
        else:
            mentions, values, step = *self._equal(mentions), COMPUTED_STEP
        merged = self._merged(mentions, values)
        percents = quantise([100 * value / sum(merged.values()) for value in merged.values()], step)
        self._check_visible(mentions, percents, step)
        colours = {mention.colour.code: mention.colour for mention in mentions}
        parts = (Part(colours[code], percent) for code, percent in zip(merged, percents, strict=True))
        self._tell_words()
        densities = {mention.colour.code: mention.density_g_cm3 for mention in reversed(mentions)}
        by_mass = self._by_mass(densities, merged, percents)
        self._tell_mass(mentions, amounts, by_mass)
        return Reading(
            recipe=Recipe(tuple(parts)),
            warnings=tuple({str(notice).replace(":'", "'"): notice for notice in self.warnings}.values()),
            look=self.asides.look,
            words=() if self.beside is Beside.NOTHING else tuple(text for text, _ in self.asides.words),
            sizes=tuple(self.asides.sizes),
            percents_by_mass=by_mass,
            densities_g_cm3=densities,
        )

    def colours(self) -> tuple[Colour, ...]:
        """Those that are named; fills `warnings` with what is not about their amounts."""
        mentions = self._told_apart(self.statement.mentions)
        amounts = [mention.amount for mention in mentions if mention.amount]
        self._check_list_read(mentions)
        if any(amount.unit is Unit.PERCENT for amount in amounts):
            self._check_all_read(sum(amount.percent for amount in amounts))
        if amounts:
            mentions = self._with_base(tuple(mentions), amounts)
        found: dict[str, Colour] = {}
        for mention in mentions:
            if mention.colour.code not in found and len(found) == MAX_COLOURS:
                raise self._refuse_one_more(mention)
            found[mention.colour.code] = mention.colour
        self._tell_words()
        return tuple(found.values())

    def _told_apart(self, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
        """Mentions in which two names do not stand for one colour of the palette, where one can have its own value."""
        told = list(mentions)
        for at, mention in enumerate(mentions):
            if mention.own is None or mention.own.code == mention.colour.code:
                continue
            like = [other for other in told if other.colour.code == mention.colour.code]
            others = (other for other in like if name_key(other.text) != name_key(mention.text))
            other = next((other for other in others if other.own != mention.own), None)
            if other is not None:
                self._notice(
                    "{name!r} is painted as {code}, so that it is not {other!r}",
                    name=mention.text,
                    code=mention.own.code,
                    other=other.text,
                )
                told[at] = replace(mention, colour=mention.own)
        return tuple(told)

    def _by_mass(
        self, densities: Mapping[str, Fraction], merged: Mapping[str, Fraction], percents: Sequence[Decimal]
    ) -> dict[str, float]:
        weighed = percents_by_mass([Fraction(percent) for percent in percents], [densities[code] for code in merged])
        return {code: float(percent) for code, percent in zip(merged, quantise(weighed, COMPUTED_STEP), strict=True)}

    def _tell_mass(self, mentions: Sequence[Mention], amounts: Sequence[Amount], by_mass: Mapping[str, float]) -> None:
        """What the numbers are of the mass, which crumb of tyres has less of than EPDM."""
        is_of_masses = self.by_mass or any(amount.unit is Unit.MASS for amount in amounts)
        if amounts and not is_of_masses and {mention.is_sbr for mention in mentions} == {True, False}:
            self._notice(
                "numbers beside crumb of tyres are taken as what is seen, not as mass; in percent of the mass they "
                "are {masses}",
                masses=tell_each(by_mass),
            )

    def _areas(self, mentions: Sequence[Mention], masses: Sequence[Fraction]) -> list[Fraction]:
        """What is seen of colours of these masses."""
        densities = [mention.density_g_cm3 for mention in mentions]
        areas = areas_of_masses(masses, densities)
        told = {mention.colour.code: float(density) for mention, density in zip(mentions, densities, strict=True)}
        self._notice(
            "amounts are by mass; the percents are what is seen of them, by densities in g/cm3 of {densities}",
            densities=tell_each(told),
        )
        return areas

    def _tell_words(self) -> None:
        unknown = [(text, span) for text, span in self.asides.words if span not in self.asides.understood]
        if not unknown:
            return
        if self.strict:
            text, span = unknown[0]
            raise self.source.refuse("{words!r} is not understood; leave it out", span, words=text)
        words = ", ".join(text for text, _ in unknown)
        if self.beside is Beside.NOTHING:
            self._notice("not of the mix, and left out: {words}", words=words)
        else:
            note = Notice(
                "not understood, and passed on to the model as they are, if it reads words: {words}",
                {"words": words},
                is_for_engine=True,
            )
            self.warnings.append(note)

    def _is_in_percent(self, amounts: Sequence[Amount]) -> bool:
        """Whether numbers are percent; else they are parts."""
        of_whole = [amount for amount in amounts if amount.unit in (Unit.PERCENT, Unit.FRACTION)]
        of_mass = [amount for amount in amounts if amount.unit is Unit.MASS]
        of_parts = [amount for amount in amounts if amount.unit in (Unit.PARTS, Unit.RATIO)]
        if of_mass and len(of_mass) < len(amounts):
            other = next(amount for amount in amounts if amount.unit is not Unit.MASS)
            raise self.source.refuse(
                "{mass!r} and {other!r} cannot stand in one recipe; write all of them as masses, or none",
                around(of_mass[0].span, other.span),
                mass=of_mass[0].text,
                other=other.text,
            )
        if of_mass:
            return False
        if of_whole and of_parts:
            raise self.source.refuse(
                "{percent!r} and {parts!r} cannot stand in one recipe; write either percent or parts for all colours",
                around(of_whole[0].span, of_parts[0].span),
                percent=of_whole[0].text,
                parts=of_parts[0].text,
            )
        self._tell_ratio(amounts)
        if of_whole or of_parts:
            return bool(of_whole)
        total = sum(amount.value for amount in amounts)
        if total == 100 or (len(amounts) < len(self.statement.mentions) and total < 100):
            return True
        if self.by_mass:
            return False
        is_told = not self.strict and len(amounts) == len(self.statement.mentions) > 1 and total < HUNDRED // 2
        if self.is_whole and not is_told:
            raise self._refuse_total(total, amounts)
        self._check_all_read(total, least=HUNDRED // 2)
        self._notice("the numbers add up to {total}, not to 100, so they are read as parts", total=plain(total))
        return False

    def _with_base(self, mentions: tuple[Mention, ...], amounts: Sequence[Amount]) -> tuple[Mention, ...]:
        """Black, the usual ground of the trade, under a fleck whose ground is not named."""
        total = sum((amount.percent for amount in amounts), Fraction(0))
        if not self.statement.has_fleck or len(amounts) < len(mentions) or total >= 100:
            return mentions
        black = self.palette.find("BLACK")
        if black is None or self.asides.has_likeness or black.code in {mention.colour.code for mention in mentions}:
            raise self.source.refuse(
                "the colour under the fleck is not named; write for example: white with 15% black fleck",
                around(mentions[0].span, amounts[-1].span),
            )
        self._notice(
            "the colour under the fleck is not named; black got the remaining {percent} %", percent=plain(100 - total)
        )
        rest = Amount(100 - total, Unit.PERCENT, mentions[0].span, "")
        return (Mention(black, mentions[0].span, "", rest), *mentions)

    def _with_usual_fleck(self, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """A little of each fleck on its ground, where the text has no number: `black with red flecks`."""
        span = self.statement.fleck_span
        bases = [mention for mention in mentions if mention.is_base] or list(mentions[:1])
        flecks = [mention for mention in mentions if mention not in bases]
        names = {mention.colour.code for mention in mentions}
        is_clear = len(bases) == 1 and 0 < len(flecks) < len(names) <= MAX_ESTIMATED
        if span is None or self.strict or not is_clear or self._has_number(mentions):
            return mentions
        ground = HUNDRED - LITTLE_PERCENT * len(flecks)
        told = [(mention, LITTLE_PERCENT if mention in flecks else ground) for mention in mentions]
        self._notice(
            "{words!r} leaves the number open; it is taken as {example}",
            words=self.source.text[slice(*span)],
            example=", ".join(f"{percent}% {mention.text}" for mention, percent in told),
        )
        return tuple(with_percent(mention, percent) for mention, percent in told)

    def _has_number(self, mentions: Sequence[Mention]) -> bool:
        """Whether a number is said of a colour, or stands anywhere but in names and sizes."""
        text = self.source.text
        for named in (*self.asides.sizes, *(mention.text for mention in mentions)):
            text = text.replace(named, " ")
        return any(map(str.isdigit, text)) or any(mention.amount is not None for mention in mentions)

    def _completed(self, mentions: Sequence[Mention], *, in_percent: bool) -> list[Fraction]:
        """The number of each mention; the rest of 100 for the one that has none."""
        # The last of each name: `my wife likes blue, so make it blue`.
        bare = list({name_key(mention.text): mention for mention in mentions if mention.amount is None}.values())
        rest = 100 - sum((mention.amount.percent for mention in mentions if mention.amount), Fraction(0))
        if in_percent and (rest == 0 or len(bare) > 1):
            bare = [mention for mention in bare if not mention.is_numbered(mentions)]
        if bare:
            self._check_rest(bare, rest, in_percent=in_percent)
            if not self._is_ground(bare[0]) and not self.statement.shares_rest:
                self._notice(
                    "{name!r} has no number; it got the remaining {percent} %",
                    name=bare[0].text,
                    percent=plain(rest),
                )
        share = rest / len(bare) if bare else Fraction(0)
        return [mention.amount.percent if mention.amount else share * (mention in bare) for mention in mentions]

    def _equal(self, mentions: Sequence[Mention]) -> tuple[tuple[Mention, ...], list[Fraction]]:
        self._check_list_read(mentions)
        if self.statement.has_fleck:
            raise self.source.refuse(
                "it is not said how much fleck there is; write for example: black with 15% white fleck",
                mentions[-1].span,
            )
        if self.statement.has_base and len({mention.colour.code for mention in mentions}) > 1:
            raise self.source.refuse(
                "it is not said how much of each there is; write for example: red 20%, black 80%",
                around(mentions[0].span, mentions[-1].span),
            )
        distinct = {mention.colour.code: mention for mention in reversed(mentions)}
        self._tell_alike(mentions)
        mentions = tuple(mention for mention in mentions if distinct[mention.colour.code] is mention)
        if len(distinct) > 1 and not self.statement.equal:
            self._notice("no numbers are given, so the {n_colours} colours have equal parts", n_colours=len(distinct))
        return mentions, [Fraction(1)] * len(mentions)

    def _merged(self, mentions: Sequence[Mention], values: Sequence[Fraction]) -> dict[str, Fraction]:
        """The sum of each colour's numbers, in order of first mention."""
        merged: dict[str, Fraction] = {}
        repeated: dict[str, Mention] = {}
        for mention, value in zip(mentions, values, strict=True):
            code = mention.colour.code
            if merged.get(code) and value:
                repeated[code] = mention
            elif code not in merged and len(merged) == MAX_COLOURS:
                raise self._refuse_one_more(mention)
            merged[code] = merged.get(code, Fraction(0)) + value
        for mention in repeated.values():
            self._tell_repeated(mentions, mention)
        return merged
