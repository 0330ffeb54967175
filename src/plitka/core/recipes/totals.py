"""What the amounts of a recipe have to be: no more than the whole, all of them read, each of them seen."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product

from plitka.core.colour.palette import Palette
from plitka.core.language.spelling import name_key
from plitka.core.recipes.amounts import Amount, Mention, Unit
from plitka.core.recipes.beside import Asides, Beside
from plitka.core.recipes.grammar import Statement
from plitka.core.recipes.ranges import refuse_negative
from plitka.core.recipes.recipe import COMPUTED_STEP, MAX_COLOURS, Notice, plain, quantise
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError

HUNDRED = 100
_OF = re.compile(r"[ ]+of[ ]")
"""Behind words that may say how much there is of a colour."""
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
"""Numbers among such letters have a decimal comma."""
_MOST_REPEATED = 100
"""Characters of a recipe that a message repeats."""
MAX_OFF_PERCENT = 10
"""By how much percents may miss 100, on either side, and be scaled to it; more is no slip."""

_MAY_BE_COLOUR = 5
"""Percent that are missing, which may be those of a colour."""

_ROUNDED_TOTALS = frozenset({99, 100, 101})
"""Of shares that were rounded: 66/33."""
_NEAR_WHOLE = range(85, 116)
"""Totals of ratios that may be percent with a slip in them."""


class Totals:
    """Checks the amounts of a statement, and keeps what is told of them."""

    def __init__(
        self,
        source: Source,
        palette: Palette,
        statement: Statement,
        asides: Asides,
        *,
        strict: bool,
        by_mass: bool,
        beside: Beside,
    ) -> None:
        self.source = source
        self.palette = palette
        self.statement = statement
        self.asides = asides
        self.strict = strict
        self.is_whole = strict
        """Numbers that are no whole are refused."""
        self.by_mass = by_mass or asides.is_by_mass
        self.beside = beside
        self.warnings = [*statement.remarks, *asides.remarks]

    def _notice(self, message: str, **values: object) -> None:
        self.warnings.append(Notice(message, values))

    def _tell_ratio(self, amounts: Sequence[Amount]) -> None:
        """That `60/33` is a ratio, though it is nearly a hundred."""
        total = sum(amount.value for amount in amounts)
        is_near = total not in _ROUNDED_TOTALS and total in _NEAR_WHOLE
        if is_near and all(amount.unit is Unit.RATIO for amount in amounts):
            self._notice("the numbers add up to {total}, not to 100, so they are read as parts", total=plain(total))

    def _tell_repeated(self, mentions: Sequence[Mention], again: Mention) -> None:
        """That the numbers of a colour were added up, and by which names it was called."""
        if not self._tell_alike([mention for mention in mentions if mention.colour.code == again.colour.code]):
            self._notice("{name!r} is named more than once; its parts were added up", name=again.text)

    def _tell_alike(self, mentions: Sequence[Mention]) -> bool:
        """Whether different names turned out to be of one colour; it is told of each."""
        first = {mention.colour.code: mention for mention in reversed(mentions)}
        others = [(first[mention.colour.code], mention) for mention in mentions]
        others = [pair for pair in others if len({name_key(mention.text) for mention in pair}) > 1]
        for one, other in others:
            self._notice(
                "{name!r} and {other!r} are the same granules, {code}, so they are one colour of the mix",
                name=one.text,
                other=other.text,
                code=other.colour.code,
            )
        return bool(others)

    def _with_shares_of_one(self, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """Mentions in which the numbers of `red 0.3, white 0.25, rest black` are shares of the whole."""
        amounts = [mention.amount for mention in mentions if mention.amount is not None]
        is_of_one = all(amount.unit is Unit.PLAIN and 0 < amount.value < 1 for amount in amounts)
        if not is_of_one or not 0 < len(amounts) < len(mentions) or sum(amount.value for amount in amounts) >= 1:
            return mentions
        self._notice(
            "{number} is read as a share of the whole, {percent} %",
            number=amounts[0].text,
            percent=plain(HUNDRED * amounts[0].value),
        )
        return tuple(
            replace(mention, amount=replace(mention.amount, unit=Unit.FRACTION)) if mention.amount else mention
            for mention in mentions
        )

    def _is_ground(self, mention: Mention) -> bool:
        """Whether it is plain that a colour lies under the others: not for the blue of `fleck 20% grey, blue`."""
        fleck = self.statement.fleck_span
        first, last = self.statement.mentions[0], self.statement.mentions[-1]
        is_behind = fleck is not None and fleck[1] < first.span[0] and not mention.is_base
        return self.statement.has_base and not (is_behind and last == mention)

    def _check_amounts(self, amounts: Sequence[Amount]) -> None:
        dashed = [amount for amount in amounts if amount.is_minus]
        if dashed and sum(amount.value for amount in amounts) != 100:  # «красный -60%, чёрный -40%» has dashes
            raise refuse_negative(self.source, dashed[0].span)
        for amount in amounts:
            if amount.value == 0:
                raise self.source.refuse(
                    "{number} of a colour is none of it; leave the colour out", amount.span, number=amount.text
                )
            if amount.unit is Unit.PERCENT and amount.value > HUNDRED + MAX_OFF_PERCENT:
                raise self.source.refuse(
                    "{number} is more than the whole tile; a colour has at most 100 %", amount.span, number=amount.text
                )

    def _check_ground(self, mentions: Sequence[Mention], amounts: Sequence[Amount]) -> None:
        """`Flecks blue/white 10/5` says how the flecks are made up, and not how much of them there is."""
        fleck = self.statement.fleck_span
        is_first = fleck is not None and fleck[0] < min(mention.span[0] for mention in mentions)
        is_ratio = all(amount.unit in (Unit.RATIO, Unit.PARTS) for amount in amounts)
        if is_first and is_ratio and all(mention.amount and not mention.is_base for mention in mentions):
            raise self.source.refuse(
                "it is not said how much fleck there is; write for example: black with 15% white fleck",
                around(mentions[0].span, amounts[-1].span),
            )

    def _check_slash(self, bare: Sequence[Mention]) -> None:
        """`Eggshell/cream 30, rest black` has one number for two names."""
        for mention, other in product(bare, self.statement.mentions):
            between = self.source.text[mention.span[1] : other.span[0]]
            if between.strip() == "/" and other.amount is not None:
                half = f"{plain(other.amount.percent / 2)}%"
                example = f"{half} {mention.text}, {half} {other.text}"
                span = (mention.span[0], other.span[1])
                raise self.source.refuse(
                    "{words!r} may be two names of one colour, or two colours with one number; write one name, or a "
                    "number for each, as in: {example}",
                    span,
                    (example,),
                    words=self.source.text[slice(*span)],
                    example=example,
                )

    def _check_rest(self, bare: Sequence[Mention], rest: Fraction, *, in_percent: bool) -> None:
        if len(bare) > 1 or rest <= 0:
            self._check_slash(bare)
        if len(bare) > 1 and not self.statement.shares_rest:
            raise self.source.refuse(
                "only one colour may be without a number, but {names} have none; write their percent too",
                bare[1].span,
                names=", ".join(mention.text for mention in bare),
            )
        if not in_percent:
            raise self.source.refuse(
                "{name!r} has no number; where others have parts, write its parts too",
                bare[0].span,
                name=bare[0].text,
            )
        if rest <= 0:
            raise self.source.refuse(
                "nothing is left for {name!r}: the others have {total} % already; give them less, or leave it out",
                bare[0].span,
                name=bare[0].text,
                total=plain(100 - rest),
            )

    def _check_total(self, values: Sequence[Fraction], amounts: Sequence[Amount]) -> bool:
        """Whether the percents can stay as they were typed."""
        total = sum(values)
        if total == 100:
            return all(amount.unit is not Unit.FRACTION for amount in amounts)
        if self.is_whole or total - HUNDRED > MAX_OFF_PERCENT or self._is_added_to_whole(total, amounts):
            raise self._refuse_total(total, amounts)
        self._check_all_read(total)
        if HUNDRED - total - self.asides.binder_percent > MAX_OFF_PERCENT:
            raise self._refuse_total(total, amounts)
        if HUNDRED - total - self.asides.binder_percent >= _MAY_BE_COLOUR:
            self._notice(
                "the percents add up to {total}, not to 100; they were scaled to 100; if a colour is missing, write it "
                "with its percent",
                total=plain(total),
            )
        else:
            self._notice("the percents add up to {total}, not to 100; they were scaled to 100", total=plain(total))
        return False

    def _is_added_to_whole(self, total: Fraction | int, amounts: Sequence[Amount]) -> bool:
        """Whether what is beyond 100 is no slip: `black 60%, grey 40%, 10% red flecks`, `80% black (30% of it SBR)`."""
        codes = [mention.colour.code for mention in self.statement.mentions]
        is_twice = len(set(codes)) < len(codes)
        return total > HUNDRED and (is_twice or any(total - amount.percent == HUNDRED for amount in amounts))

    def _check_corrected(self, amounts: Sequence[Amount]) -> None:
        """`60% red, 40% black. No, 50% red, 50% black` says the mix twice."""
        counted = [mention for mention in self.statement.mentions if mention.amount is not None]
        codes = [mention.colour.code for mention in counted]
        again = next((mention for at, mention in enumerate(counted) if mention.colour.code in codes[:at]), None)
        is_twice = again is not None and len(set(codes)) > 1 and all(codes.count(code) > 1 for code in codes)
        if again is not None and is_twice and sum(amount.percent for amount in amounts) != HUNDRED:
            raise self.source.refuse(
                "{name!r} has two numbers, and so have the others; write the mix once", again.span, name=again.text
            )

    def _check_all_read(self, total: Fraction | int, least: int = 0) -> None:
        """What is missing of 100 may be of a colour that was not read."""
        if HUNDRED > total > least and self.asides.errors:
            raise self.asides.errors[0]

    def _check_list_read(self, mentions: Sequence[Mention]) -> None:
        """What stands between colours that have equal parts may be one of them."""
        first, last = mentions[0].span[0], mentions[-1].span[1]
        is_one = self.statement.equal and len({mention.colour.code for mention in mentions}) == 1
        for error in self.asides.errors:
            if is_one or first < error.span[0] < last:
                raise error
        # `Dark grey with a qwrt of blue` may say how much there is.
        for words, span in () if self.statement.equal else self.asides.words:
            if first < span[0] < last and _OF.match(self.source.text, span[1]):
                raise self.source.refuse("{words!r} is not understood; leave it out", span, words=words)

    def _refuse_total(self, total: Fraction | int, amounts: Sequence[Amount]) -> RecipeError:
        span, scaled = around(amounts[0].span, amounts[-1].span), self._scaled(total, amounts)
        text = self.source.text
        if not scaled or len(text) > _MOST_REPEATED:
            return self.source.refuse(
                "the numbers add up to {total}; they must add up to 100", span, scaled, total=plain(total)
            )
        return self.source.refuse(
            "the numbers add up to {total}; they must add up to 100, as in: {whole}",
            span,
            scaled,
            total=plain(total),
            whole=f"{text[: span[0]]}{scaled[0]}{text[span[1] :]}".strip(),
        )

    def _scaled(self, total: Fraction | int, amounts: Sequence[Amount]) -> tuple[str, ...]:
        """The numbers, scaled, with what stands between them; nothing where one is of several colours."""
        if any(before.span[1] > after.span[0] for before, after in pairwise(amounts)):
            return ()
        percents = quantise([HUNDRED * amount.percent / Fraction(total) for amount in amounts], COMPUTED_STEP)
        text, end = "", amounts[0].span[0]
        for amount, percent in zip(amounts, percents, strict=True):
            written = plain(percent).replace(".", "," if _CYRILLIC.search(self.source.text) else ".")
            text += f"{self.source.text[end : amount.span[0]]}{written}%"
            end = amount.span[1]
        return () if "\n" in text else (text,)  # a place of several lines is not marked whole

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

    def _refuse_one_more(self, mention: Mention) -> RecipeError:
        return self.source.refuse(
            "{name!r} is colour number {number}; a recipe has at most {limit}",
            mention.span,
            name=mention.text,
            number=MAX_COLOURS + 1,
            limit=MAX_COLOURS,
        )


def around(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    """The place from the beginning of one to the end of the other."""
    return min(first[0], second[0]), max(first[1], second[1])
