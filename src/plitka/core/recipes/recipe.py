"""Recipes: how much of which colour, read from words and written as words.

A recipe's percents are decimals that sum to exactly 100, so a recipe written out and read again is the
same recipe. What the writer left open is settled here, and each guess is told in a notice.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from plitka.core.colour.palette import Colour, Palette, default_palette
from plitka.core.language import vocabulary
from plitka.core.recipes.grammar import Amount, Mention, Statement, Unit, parse, refuse_negative
from plitka.core.recipes.scanner import Source, scan
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

    def __str__(self) -> str:
        return self.message.format(**self.values)


@dataclass(frozen=True, slots=True)
class Reading:
    """A recipe and what had to be settled to read it."""

    recipe: Recipe
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptStyle:
    """The words around the colours in a prompt."""

    trigger: str = vocabulary.TRIGGER
    tokens: tuple[str, ...] = vocabulary.TOKENS
    """The learned embeddings, written together."""
    descriptors: tuple[str, ...] = vocabulary.DESCRIPTORS


V45 = PromptStyle()
"""The prompt that rubber-tile-lora-v45 was used with."""


def format_colours(recipe: Recipe) -> str:
    """The recipe in words, `60% red, 30% black, 10% white`; `parse_recipe` reads it back."""
    return ", ".join(f"{_plain(part.percent)}% {part.colour.caption_name}" for part in recipe.parts)


def format_prompt(recipe: Recipe, style: PromptStyle = V45) -> str:
    """The full prompt for a recipe; `parse_recipe` reads it back."""
    start = f"{style.trigger} {''.join(style.tokens)}".strip()
    return ", ".join(filter(None, (start, format_colours(recipe), *style.descriptors)))


def parse_recipe(text: str, palette: Palette | None = None, *, strict: bool = False) -> Reading:
    """The recipe that a text asks for, in English or Russian.

    Args:
        text: at most 1,000 characters; `plitka.core.recipes.grammar` has the language.
        palette: the colours that can be named; ours by default.
        strict: refuse numbers that do not sum to 100 instead of scaling them.

    Raises:
        RecipeError: the text cannot be read; `span` says which part of it.
    """
    source = Source(text)
    palette = palette or default_palette()
    statement = parse(source, scan(source, palette))
    return _Settlement(source, palette, statement, strict=strict).reading()


def caret(error: RecipeError) -> str:
    """The line of the source that is to blame, and under the place a row of `~` that ends in `^`.

    Tabs are widened to four columns.
    """
    start, end = error.span
    first = error.source.rfind("\n", 0, start) + 1
    line = error.source[first:].partition("\n")[0]
    before, marked = line[: start - first], line[start - first : max(start, end) - first]
    n_before, n_marked = (_columns(part.expandtabs(_TAB_WIDTH)) for part in (before, before + marked))
    return f"{line.expandtabs(_TAB_WIDTH).rstrip()}\n{' ' * n_before}{'~' * (n_marked - n_before - 1)}^"


class _Settlement:
    """Percent for each colour of a statement, with what was guessed on the way."""

    def __init__(self, source: Source, palette: Palette, statement: Statement, *, strict: bool) -> None:
        self.source = source
        self.palette = palette
        self.statement = statement
        self.strict = strict
        self.warnings = [
            Notice("{name!r} is taken as the description of {code!r}", {"name": name, "code": code})
            for name, code in statement.glosses
        ]

    def reading(self) -> Reading:
        mentions = self.statement.mentions
        amounts = [mention.amount for mention in mentions if mention.amount]
        if amounts:
            self._check_amounts(amounts)
            in_percent = self._is_in_percent(amounts)
            mentions = self._with_base(mentions, amounts) if in_percent else mentions
            values = self._completed(mentions, in_percent=in_percent)
            is_typed = in_percent and self._check_total(values, amounts)
            step = TYPED_STEP if is_typed else COMPUTED_STEP
        else:
            mentions, values, step = *self._equal(mentions), COMPUTED_STEP
        merged = self._merged(mentions, values)
        percents = quantise([100 * value / sum(merged.values()) for value in merged.values()], step)
        self._check_visible(mentions, percents, step)
        colours = {mention.colour.code: mention.colour for mention in mentions}
        parts = (Part(colours[code], percent) for code, percent in zip(merged, percents, strict=True))
        return Reading(Recipe(tuple(parts)), tuple(self.warnings))

    def _notice(self, message: str, **values: object) -> None:
        self.warnings.append(Notice(message, values))

    def _check_amounts(self, amounts: Sequence[Amount]) -> None:
        dashed = [amount for amount in amounts if amount.is_minus]
        if dashed and sum(amount.value for amount in amounts) != 100:  # «красный -60%, чёрный -40%» has dashes
            raise refuse_negative(self.source, dashed[0].span)
        for amount in amounts:
            if amount.value == 0:
                raise self.source.refuse(
                    "{number} of a colour is none of it; leave the colour out", amount.span, number=amount.text
                )
            if amount.unit is Unit.PERCENT and amount.value > 100:
                raise self.source.refuse(
                    "{number} is more than the whole tile; a colour has at most 100 %", amount.span, number=amount.text
                )

    def _is_in_percent(self, amounts: Sequence[Amount]) -> bool:
        """Whether numbers are percent; else they are parts."""
        of_whole = [amount for amount in amounts if amount.unit in (Unit.PERCENT, Unit.FRACTION)]
        of_parts = [amount for amount in amounts if amount.unit in (Unit.PARTS, Unit.RATIO)]
        if of_whole and of_parts:
            raise self.source.refuse(
                "{percent!r} and {parts!r} cannot stand in one recipe; write either percent or parts for all colours",
                _around(of_whole[0].span, of_parts[0].span),
                percent=of_whole[0].text,
                parts=of_parts[0].text,
            )
        if of_whole or of_parts:
            return bool(of_whole)
        total = sum(amount.value for amount in amounts)
        if total == 100 or (len(amounts) < len(self.statement.mentions) and total < 100):
            return True
        if self.strict:
            raise self._refuse_total(total, amounts)
        self._notice("the numbers add up to {total}, not to 100, so they are read as parts", total=_plain(total))
        return False

    def _with_base(self, mentions: tuple[Mention, ...], amounts: Sequence[Amount]) -> tuple[Mention, ...]:
        """Black, the usual ground of the trade, under a fleck whose ground is not named."""
        total = sum((_percent(amount) for amount in amounts), Fraction(0))
        if not self.statement.has_fleck or len(amounts) < len(mentions) or total >= 100:
            return mentions
        black = self.palette.find("BLACK")
        if black is None or black.code in {mention.colour.code for mention in mentions}:
            raise self.source.refuse(
                "the colour under the fleck is not named; write for example: white with 15% black fleck",
                _around(mentions[0].span, amounts[-1].span),
            )
        self._notice(
            "the colour under the fleck is not named; black got the remaining {percent} %", percent=_plain(100 - total)
        )
        rest = Amount(100 - total, Unit.PERCENT, mentions[0].span, "")
        return (Mention(black, mentions[0].span, "", rest), *mentions)

    def _completed(self, mentions: Sequence[Mention], *, in_percent: bool) -> list[Fraction]:
        """The number of each mention; the rest of 100 for the one that has none."""
        bare = [mention for mention in mentions if mention.amount is None]
        rest = 100 - sum((_percent(mention.amount) for mention in mentions if mention.amount), Fraction(0))
        if bare:
            self._check_rest(bare, rest, in_percent=in_percent)
            if not self.statement.has_base:
                self._notice(
                    "{name!r} has no number; it got the remaining {percent} %",
                    name=bare[0].text,
                    percent=_plain(rest),
                )
        return [_percent(mention.amount) if mention.amount else rest for mention in mentions]

    def _check_rest(self, bare: Sequence[Mention], rest: Fraction, *, in_percent: bool) -> None:
        if len(bare) > 1:
            raise self.source.refuse(
                "only one colour may be without a number, but {names} have none; write their percent too",
                bare[1].span,
                names=", ".join(repr(mention.text) for mention in bare),
            )
        if not in_percent:
            raise self.source.refuse(
                "{name!r} has no number; where others have parts, write its parts too",
                bare[0].span,
                name=bare[0].text,
            )
        if rest <= 0:
            raise self.source.refuse(
                "nothing is left for {name!r}: the others have {total} % already; write its percent too",
                bare[0].span,
                name=bare[0].text,
                total=_plain(100 - rest),
            )

    def _check_total(self, values: Sequence[Fraction], amounts: Sequence[Amount]) -> bool:
        """Whether the percents can stay as they were typed."""
        total = sum(values)
        if total == 100:
            return all(amount.unit is not Unit.FRACTION for amount in amounts)
        if self.strict:
            raise self._refuse_total(total, amounts)
        self._notice("the percents add up to {total}, not to 100; they were scaled to 100", total=_plain(total))
        return False

    def _refuse_total(self, total: Fraction | int, amounts: Sequence[Amount]) -> RecipeError:
        return self.source.refuse(
            "the numbers add up to {total}; they must add up to 100",
            _around(amounts[0].span, amounts[-1].span),
            total=_plain(total),
        )

    def _equal(self, mentions: Sequence[Mention]) -> tuple[tuple[Mention, ...], list[Fraction]]:
        if self.statement.has_fleck:
            raise self.source.refuse(
                "it is not said how much fleck there is; write for example: black with 15% white fleck",
                mentions[-1].span,
            )
        distinct = {mention.colour.code: mention for mention in reversed(mentions)}
        mentions = tuple(mention for mention in mentions if distinct[mention.colour.code] is mention)
        if len(distinct) > 1 and not self.statement.equal:
            self._notice("no numbers are given, so the {n_colours} colours have equal parts", n_colours=len(distinct))
        return mentions, [Fraction(1)] * len(mentions)

    def _merged(self, mentions: Sequence[Mention], values: Sequence[Fraction]) -> dict[str, Fraction]:
        """The sum of each colour's numbers, in order of first mention."""
        merged: dict[str, Fraction] = {}
        repeated: dict[str, str] = {}
        for mention, value in zip(mentions, values, strict=True):
            code = mention.colour.code
            if code in merged:
                repeated[code] = mention.text
            elif len(merged) == MAX_COLOURS:
                raise self.source.refuse(
                    "{name!r} is colour number {number}; a recipe has at most {limit}",
                    mention.span,
                    name=mention.text,
                    number=MAX_COLOURS + 1,
                    limit=MAX_COLOURS,
                )
            merged[code] = merged.get(code, Fraction(0)) + value
        for name in repeated.values():
            self._notice("{name!r} is named more than once; its parts were added up", name=name)
        return merged

    def _check_visible(self, mentions: Sequence[Mention], percents: Sequence[Decimal], step: Decimal) -> None:
        order = list(dict.fromkeys(mention.colour.code for mention in mentions))
        for code, percent in zip(order, percents, strict=True):
            if percent == 0:
                mention = next(mention for mention in mentions if mention.colour.code == code)
                raise self.source.refuse(
                    "{name!r} would be less than {step} percent of the tile; leave it out or give it more",
                    mention.span,
                    name=mention.text,
                    step=step,
                )


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


def _percent(amount: Amount) -> Fraction:
    return 100 * amount.value if amount.unit is Unit.FRACTION else amount.value


def _around(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    return min(first[0], second[0]), max(first[1], second[1])


def _plain(number: Fraction | Decimal | int) -> str:
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
