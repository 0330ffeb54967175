"""The recipe language: which number belongs to which colour.

```
recipe    = segment, { separator, segment } | block | colours, equal ;
segment   = { amount, colour } | { colour, ["-" | ":" | "="], amount } ;   (* one colour may lack its amount *)
block     = amounts, colours | colours, amounts ;                         (* as many of one as of the other *)
amounts   = amount, { ("/" | ":" | "-" | separator), amount } ;
colours   = colour, { ("/" | ":" | "-" | separator), colour } ;
amount    = number, ["%" | "percent" | "parts" | "kg" | "bags" | ...], ["each"]
          | number, "/", number | "half" | "third" | ... ;
fleck     = amount, colours, "fleck" | amount, "fleck", colours ;           (* the colours share the number *)
equal     = "in equal parts" | "halves" | "thirds" | "quarters" | ... ;
separator = "," | ";" | "+" | "/" | "&" | "|" | newline | "and" | "plus" | "with" | ... ;
```

Every keyword has its Russian forms. Sizes, looks and other words are set aside before (`plitka.core.recipes.asides`).
Nothing is computed here: `plitka.core.recipes.reading` makes percent of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from plitka.core.language.vocabulary import JOINING, WITH, Kind
from plitka.core.recipes.amounts import MAX_DENOMINATOR, Amount, Chain, Mark, Mention, Unit
from plitka.core.recipes.beside import Asides
from plitka.core.recipes.estimates import settle_open
from plitka.core.recipes.groups import share_fleck, share_mix, with_each
from plitka.core.recipes.items import Items, read_items
from plitka.core.recipes.late_amounts import alternates, is_base, with_late_amounts
from plitka.core.recipes.quantities import sum_of_list
from plitka.core.recipes.ranges import refuse_range
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.core.recipes.unsaid import refuse_nameless
from plitka.errors import RecipeError

_SEVERAL = 2
_SHARE_REST = re.compile(r"(?<![^\W_])rest(?![^\W_])|remain|balance|left|остат|осталь")
"""In words for equal parts: they are of what is left."""
_INTO = re.compile(r"(?<!\w)(?:in|into)(?!\w)", re.IGNORECASE)
"""In `white 8% in black`."""
_PIECES = re.compile(r"\w+/?|[,;]")
_WHOLE = 100
"""Percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a recipe says, in its own units."""

    mentions: tuple[Mention, ...]
    equal: bool = False
    """It asks for equal parts."""
    shares_rest: bool = False
    """It asks for equal parts of what some numbers leave."""
    has_base: bool = False
    """It says that a colour without a number has the rest."""
    fleck_span: tuple[int, int] | None = None
    """Where it says that colours are flecks."""
    remarks: tuple[Notice, ...] = ()
    """What had to be settled to read it."""
    estimate: RecipeError | None = None
    """About words that had to be taken for a number."""

    @property
    def has_fleck(self) -> bool:
        """Whether some colours are flecks on another."""
        return self.fleck_span is not None


def parse(source: Source, tokens: Sequence[Token], asides: Asides | None = None) -> Statement:
    """Which colours a recipe names and which number belongs to each.

    Args:
        tokens: that say what is mixed.
        asides: what else was said, against which the colours are checked.

    Raises:
        RecipeError: a number has no colour, or it is not clear whose it is.
    """
    return _Parser(source, read_items(source, tokens), asides or Asides()).statement()


class _Parser:
    def __init__(self, source: Source, read: Items, asides: Asides) -> None:
        self.source = source
        self.asides = asides
        self.items, self.flags, self.chains = read.items, read.flags, read.chains
        self.remarks = read.remarks
        self.ranges = read.ranges

    def statement(self) -> Statement:
        """Numbers are given to colours."""
        self._check_some()
        self._check_asides()
        is_equal = Kind.EQUAL in self.flags and not self._shares_part()
        if (is_equal or self._is_whole_ratio()) and self._is_speckled():
            self.flags = {kind: token for kind, token in self.flags.items() if kind is not Kind.FLECK}
        n_amounts = len(self._amounts_given)
        if is_equal:
            mentions = self._equal(self.flags[Kind.EQUAL])
        else:
            self._settle_chains()
            self._settle_list()
            self._settle_sum()
            self.items = with_each(share_fleck(share_mix(self.items), is_equal=Kind.EQUAL in self.flags))
            mentions = self._paired()
            self._check_shared(mentions, n_amounts)
        estimate = settle_open(self.source, self.asides, mentions, is_equal=Kind.EQUAL in self.flags)
        self.remarks += estimate.remarks
        return Statement(
            mentions=tuple(estimate.mentions),
            equal=is_equal,
            shares_rest=Kind.EQUAL in self.flags and not is_equal,
            has_base=self._has_base,
            fleck_span=self.flags[Kind.FLECK].span if Kind.FLECK in self.flags else None,
            remarks=tuple(self.remarks),
            estimate=estimate.about or next((refuse_range(self.source, chain) for chain in self.ranges), None),
        )

    # Chains of numbers

    @property
    def _mentions(self) -> list[Mention]:
        return [item for item in self.items if isinstance(item, Mention)]

    @property
    def _amounts_given(self) -> list[Amount]:
        return [item for item in self.items if isinstance(item, Amount)]

    @property
    def _has_base(self) -> bool:
        return not self.flags.keys().isdisjoint({Kind.FLECK, Kind.REST, Kind.BASE})

    def _settle_chains(self) -> None:
        """«2:1» is a ratio if it is alone and has a number for each colour; else «1/3» is a share."""
        n_numbered = sum(not mention.is_base for mention in self._mentions)
        for chain in self.chains:
            has_unit = any(amount.unit is Unit.PERCENT for amount in chain.amounts)
            is_rest = Kind.REST in self.flags or has_unit
            if chain.may_be_range and is_rest and n_numbered < len(self._amounts_given):
                raise refuse_range(self.source, chain)
            if chain.may_be_range and has_unit and self._is_before_a_list(chain):
                raise refuse_range(self.source, chain)
        self.chains = [chain for chain in self.chains if chain.is_ratio]
        if not self.chains:
            return
        first = self.chains[0]
        size = len(first.amounts)
        is_alone = len(self.chains) == 1 and size == len(self._amounts_given)
        is_each = any(amount.is_each for amount in first.amounts)
        is_share = first.may_be_share and (is_each or self._has_base or self._is_share_of_ground(first))
        if is_alone and size == len(self._mentions) and not is_share:
            self._check_not_share(first)
            return
        for chain in reversed(self.chains):
            start = self.items.index(chain.amounts[0])
            self.items[start : start + len(chain.amounts)] = [self._share(chain)]

    def _is_share_of_ground(self, chain: Chain) -> bool:
        """Whether `brick red with 1/4 grey` or `black, 1/4 grey` says how much lies in the first colour."""
        before = [mention for mention in self._mentions if mention.span[1] <= chain.span[0]]
        gap = self.source.text[before[-1].span[1] : chain.span[0]] if before else ""
        is_between = len(before) == 1 and len(self._mentions) == _SEVERAL
        return is_between and not {*_PIECES.findall(gap.casefold())}.isdisjoint(WITH | {",", ";"})

    def _is_before_a_list(self, chain: Chain) -> bool:
        """Whether a comma parts the colours behind it: `40-60% red, black` says 40 to 60 percent of red."""
        end = self.items.index(chain.amounts[-1]) + 1
        rest = self.items[end:]
        return len(rest) > 1 and isinstance(rest[0], Mention) and rest[1] is Mark.SEPARATOR

    def _settle_list(self) -> None:
        """«60,40 red black» has two numbers, though it may be written as one with a decimal comma."""
        amounts = self._amounts_given
        if len(amounts) == 1 and len(self._mentions) == 2 and amounts[0].unit is Unit.PLAIN:
            numbers = sum_of_list(amounts[0].text)
            if numbers is not None:
                at = self.items.index(amounts[0])
                self.items[at : at + 1] = [replace(amounts[0], value=number) for number in numbers]

    def _settle_sum(self) -> None:
        """The ten of «из 10 вёдер 7 чёрных, 3 красных» is what the others add up to, and has no colour."""
        if len(self._amounts_given) <= _SEVERAL or len(self._amounts_given) != len(self._mentions) + 1:
            return
        total, *amounts = self._amounts_given
        at = self.items.index(total)
        before, behind = self.items[at - 1] if at else None, self.items[at + 1]
        is_count = total.value == len(amounts) and total.text.isalpha()  # `a blend of three: red 50, ...`
        each = total.of_one  # `8 bags in all, 6 black 2 red`
        whole = sum(amount.value * (each if amount.unit is Unit.PLAIN else 1) for amount in amounts)
        if isinstance(before, Mention) or isinstance(behind, Mention) or not (is_count or whole == total.value):
            return
        self.items.remove(total)
        for at, item in enumerate(self.items):
            if isinstance(item, Amount) and item.unit is Unit.PLAIN:
                self.items[at] = replace(item, value=item.value * each, unit=total.unit)

    def _check_not_share(self, chain: Chain) -> None:
        if chain.may_be_share:
            over, under = (amount.value for amount in chain.amounts)
            raise self.source.refuse(
                "{number!r} may be a ratio or a share of the whole; write a ratio with a colon, {ratio}, or percent",
                chain.span,
                number=self.source.text[slice(*chain.span)],
                ratio=f"{over}:{under}",
            )

    def _share(self, chain: Chain) -> Amount:
        over, under = chain.amounts[0].value, chain.amounts[1].value
        if not (len(chain.amounts) == 2 and chain.joints == {"/"} and 0 < over < under <= MAX_DENOMINATOR):
            raise self._refuse_count(chain.amounts)
        text = self.source.text[slice(*chain.span)]
        is_each = any(amount.is_each for amount in chain.amounts)
        share = replace(chain.amounts[0], value=over / under, unit=Unit.FRACTION, is_each=is_each)
        return replace(share, span=chain.span, text=text)

    def _paired(self) -> list[Mention]:
        """block = amounts, colours | colours, amounts ; else a pair in each segment."""
        flat = [item for item in self.items if not isinstance(item, Mark)]
        mentions, amounts = self._mentions, self._amounts_given
        is_open = all(mention.amount is None for mention in mentions)
        is_alike = len({amount.unit is Unit.PARTS for amount in amounts}) == 1  # «4 parts of 5» are no two numbers
        if len(amounts) >= 2 and is_open and is_alike and flat in ([*amounts, *mentions], [*mentions, *amounts]):
            if len(amounts) != len(mentions) or self._errors_between(amounts):
                raise self._refuse_count(amounts)
            return [replace(mention, amount=amount) for mention, amount in zip(mentions, amounts, strict=True)]
        if is_open and self._is_one_ratio(amounts) and len(amounts) == len(mentions):
            return [replace(mention, amount=amount) for mention, amount in zip(mentions, amounts, strict=True)]
        segments = list(self._segments())
        if Kind.FLECK in self.flags:
            segments = with_late_amounts(segments)
        segments = [self._without_label(segment) for segment in segments]
        if len(amounts) > 1:
            segments = [segment for segment in segments if not self._is_quality(segment)]
        if any(all(isinstance(item, Amount) for item in segment) for segment in segments):
            late = with_late_amounts(segments)
            is_late = not alternates(flat) or is_base(flat[-1])
            segments = late if is_late else [flat]
        return [mention for segment in segments for mention in self._pairs(segment)]

    def _is_one_ratio(self, amounts: Sequence[Amount]) -> bool:
        """Whether the numbers stand together, wherever the colours do: `black 90/10 with grey`."""
        return len(self.chains) == 1 and tuple(amounts) == self.chains[0].amounts

    def _segments(self) -> Iterator[list[Amount | Mention]]:
        segment: list[Amount | Mention] = []
        for item in (*self.items, Mark.SEPARATOR):
            if not isinstance(item, Mark):
                segment.append(item)
            elif segment:
                yield segment
                segment = []

    def _without_label(self, segment: list[Amount | Mention]) -> list[Amount | Mention]:
        """The one of `accent 1 yellow 20%` numbers the colour."""
        label, *named = segment
        if len(named) != _SEVERAL or not (isinstance(label, Amount) and isinstance(named[1], Amount)):
            return segment
        if label.unit is not Unit.PLAIN or named[1].unit is Unit.PLAIN or label.value.denominator != 1:
            return segment
        self.remarks.append(Notice("{count!r} is a count; it changes nothing in the mix", {"count": label.text}))
        return named

    def _is_quality(self, segment: Sequence[Amount | Mention]) -> bool:
        """Whether the whole is said of no colour: `100% recycled, black, 10% green`."""
        amount = segment[0]
        is_whole = isinstance(amount, Amount) and amount.unit is Unit.PERCENT and amount.value == _WHOLE
        if len(segment) == 1 and is_whole:
            self.remarks.append(Notice("{count!r} is a count; it changes nothing in the mix", {"count": amount.text}))
        return len(segment) == 1 and is_whole

    def _pairs(self, segment: list[Amount | Mention]) -> Iterator[Mention]:
        """segment = { amount, colour | colour, amount | colour } ; all in the order that comes first."""
        colour_first = self._is_colour_first(segment)
        at = 0
        while at < len(segment):
            item = segment[at]
            after, beyond = (*segment[at + 1 : at + 3], None, None)[:2]
            at += 2
            if isinstance(item, Amount):
                if not isinstance(after, Mention):
                    raise self._refuse_lone(item)
                yield replace(after, amount=item)
            elif (
                isinstance(after, Amount)
                and item.amount is None
                and (colour_first or not isinstance(beyond, Mention) or beyond.is_base)
            ):
                yield replace(item, amount=after)
            else:
                yield item
                at -= 1

    def _is_colour_first(self, segment: list[Amount | Mention]) -> bool:
        if not (isinstance(segment[0], Mention) and isinstance(segment[-1], Mention) and alternates(segment)):
            return isinstance(segment[0], Mention)
        if len(segment) == 1:
            return False
        amount = segment[1]
        if _INTO.search(self.source.text[segment[1].span[1] : segment[2].span[0]]):
            return True  # also `white fleck 20% in black`
        if self._has_base:
            return False
        if isinstance(amount, Amount) and not amount.is_linked:
            raise self.source.refuse(
                "it is not clear whether {number} belongs to {before!r} or {after!r}; put a comma between the colours",
                amount.span,
                number=amount.text,
                before=segment[0].text,
                after=segment[2].text,
            )
        return True

    def _equal(self, token: Token) -> list[Mention]:
        """equal = "equal parts" | "поровну" | "halves" | "thirds" | "quarters" ; for as many colours."""
        mentions, amounts = self._mentions, self._amounts_given
        if amounts:
            raise self.source.refuse(
                "equal parts and a number contradict each other; leave out {number!r} or the words for equal parts",
                amounts[0].span,
                number=amounts[0].text,
            )
        if token.value not in (0, len(mentions)):
            raise self._refuse_colours(token)
        return mentions

    def _is_whole_ratio(self) -> bool:
        amounts = self._amounts_given
        is_ratio = len(self.chains) == 1 and self.chains[0].amounts == tuple(amounts)
        return is_ratio and len(amounts) == len(self._mentions) and sum(a.value for a in amounts) == _WHOLE

    def _is_speckled(self) -> bool:
        """Whether the word for the fleck only says what a list of colours looks like: `speckled red and white`."""
        mentions = self._mentions
        gaps = (self.source.text[one.span[1] : other.span[0]] for one, other in pairwise(mentions))
        is_list = all(set(_PIECES.findall(gap.casefold())) <= JOINING | {",", ";"} for gap in gaps)
        fleck = self.flags.get(Kind.FLECK)
        return fleck is not None and is_list and fleck.span[0] < mentions[0].span[0]

    def _shares_part(self) -> bool:
        """Whether equal parts are said of a part only: `half blue, the rest white and grey equally`."""
        amounts, equal = self._amounts_given, self.flags[Kind.EQUAL]
        return bool(amounts) and (equal.span[0] > amounts[0].span[0] or self._is_rest_first())

    def _is_rest_first(self) -> bool:
        """Whether what is equal stands before the others: `pink and lilac in equal parts, 10% white`."""
        amounts, mentions = self._amounts_given, self._mentions
        at, first = self.flags[Kind.EQUAL].span[0], amounts[0].span[0] if amounts else 0
        end = first if at < mentions[0].span[0] else min(at, first)  # `equal parts of pink and lilac, 10% white`
        before = [mention for mention in mentions if mention.span[0] < end]
        return len(before) > 1 and len(mentions) - len(before) == len(amounts)

    def _check_shared(self, mentions: Sequence[Mention], n_amounts: int) -> None:
        """Equal parts are of several colours that have no number of their own."""
        numbered = {mention.colour.code for mention in mentions if mention.amount is not None}
        bare = [mention for mention in mentions if mention.amount is None and mention.colour.code not in numbered]
        is_shared_out = len(mentions) - len(bare) > n_amounts and len(bare) < _SEVERAL
        if Kind.EQUAL in self.flags and not is_shared_out and not self._is_rest(bare, mentions):
            self._equal(self.flags[Kind.EQUAL])

    def _is_rest(self, bare: Sequence[Mention], mentions: Sequence[Mention]) -> bool:
        """Whether these stand together behind those with numbers, and all of them are said to be equal."""
        if len(bare) >= _SEVERAL and bare == mentions[: len(bare)] and self._is_rest_first():
            return True
        if len(bare) >= _SEVERAL and _SHARE_REST.search(self.flags[Kind.EQUAL].text):
            return True
        if len(bare) < _SEVERAL or list(mentions[-len(bare) :]) != list(bare):
            return False
        starts = [item.span[0] if isinstance(item, Mention) else -1 for item in self.items]
        before = self.items[starts.index(bare[0].span[0]) - 1]
        at = self.flags[Kind.EQUAL].span[0]
        return before is Mark.SEPARATOR and not bare[0].span[0] < at < bare[-1].span[0]

    def _check_asides(self) -> None:
        """Colours that are said to be absent are, and there are as many colours as were counted."""
        codes = {mention.colour.code for mention in self._mentions}
        for colour, span, text in self.asides.excluded:
            if colour.code in codes:
                raise self.source.refuse(
                    "{name!r} is both in the mix and said to be left out; write one mix, with it or without it",
                    span,
                    name=text,
                )
            self.remarks.append(Notice("{name!r} is left out, as asked", {"name": text}))
        for count in () if self.asides.has_hidden else self.asides.counts:
            n_flecks = len(codes) - 1 if self._has_base or len(self._amounts_given) < len(self._mentions) else 0
            if count.value not in (len(codes), len(self._mentions), n_flecks or len(codes)):
                raise self._refuse_colours(count)

    def _refuse_colours(self, token: Token) -> RecipeError:
        return self.source.refuse(
            "{words!r} asks for {expected} colours, not for {n_colours}; name {expected} or write percent",
            token.span,
            words=self.source.text[slice(*token.span)],
            expected=int(token.value),
            n_colours=len(self._mentions),
        )

    # Refusals

    def _check_some(self) -> None:
        if self._mentions:
            return
        if self._amounts_given:
            raise self._refuse_lone(self._amounts_given[0])
        refused = [*self.asides.vague, *self.asides.most, *self.asides.errors]
        if refused and any(map(str.isalnum, self.source.text)):
            raise min(refused, key=lambda error: error.span)
        raise refuse_nameless(self.source)

    def _refuse_lone(self, amount: Amount) -> RecipeError:
        if self.asides.errors:
            return self.asides.errors[0]  # what is not understood may be its colour
        for _, span, _ in self.asides.excluded:
            words = self.source.text[amount.span[1] : span[0]]
            if amount.span[1] <= span[0] and len(words.split()) == 1:
                return self.source.refuse(
                    "{words!r} says which colour it is not; write which it is",
                    (amount.span[0], span[1]),
                    words=self.source.text[amount.span[0] : span[1]],
                )
        return self.source.refuse(
            "{number} has no colour; write the colour beside it, as in: {number} {name}",
            amount.span,
            number=amount.text,
            name=self.source.example,
        )

    def _errors_between(self, amounts: Sequence[Amount]) -> list[RecipeError]:
        """Why words between numbers would be refused: one may be the colour of the number behind it."""
        return [e for e in self.asides.errors if amounts[0].span[1] <= e.span[0] < amounts[-1].span[0]]

    def _refuse_count(self, amounts: Sequence[Amount]) -> RecipeError:
        if between := self._errors_between(amounts):
            return between[0]
        n_colours = len(self._mentions)
        return self.source.refuse(
            "{n_numbers} numbers do not fit the colours that are named ({n_colours}); "
            "separate the colours with commas and write a number beside each",
            (amounts[0].span[0], amounts[-1].span[1]),
            n_numbers=len(amounts),
            n_colours=n_colours,
        )
