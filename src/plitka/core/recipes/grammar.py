"""The recipe language: which number belongs to which colour.

```
recipe    = segment, { separator, segment } | block | colours, equal ;
segment   = { amount, colour } | { colour, ["-" | ":" | "="], amount } ;   (* one colour may lack its amount *)
block     = amounts, colours | colours, amounts ;                         (* as many of one as of the other *)
amounts   = amount, { ("/" | ":" | "-" | separator), amount } ;
colours   = colour, { ("/" | ":" | "-" | separator), colour } ;
amount    = number, ["%" | "percent" | "parts"] | number, "/", number | "half" | "third" | ... ;
equal     = "in equal parts" | "halves" | "thirds" | "quarters" | ... ;
separator = "," | ";" | "+" | "/" | "&" | "|" | newline | "and" | "plus" | "with" | ... ;
```

Every keyword has its Russian forms. Nothing is computed here: `plitka.core.recipes.recipe` makes percent of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from fractions import Fraction
from itertools import pairwise

from plitka.core.colour.palette import Colour
from plitka.core.colour.spaces import ciede2000
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.scanner import Source, Token
from plitka.errors import RecipeError

SAME_COLOUR_DELTA_E = 25.0
"""CIEDE2000 within which a name beside a code describes it, as in «RAL 3020 красный»."""

MAX_DENOMINATOR = 20
"""1/20 is a share of the whole; 30/70 is a ratio."""


class Unit(StrEnum):
    """What a number counts."""

    PERCENT = "percent"
    PARTS = "parts"
    RATIO = "ratio"
    FRACTION = "fraction"
    """Of the whole."""
    PLAIN = "plain"
    """A number alone: percent if the sum is 100."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, what it counts, and where it stands."""

    value: Fraction
    unit: Unit
    span: tuple[int, int]
    text: str
    is_minus: bool = False
    """It has a dash before it that may be a minus."""
    is_linked: bool = False
    """A colon or dash ties it to the colour before it."""
    is_each: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A colour where it is named, with its number if it has one."""

    colour: Colour
    span: tuple[int, int]
    text: str
    amount: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a recipe says, in its own units."""

    mentions: tuple[Mention, ...]
    equal: bool = False
    """It asks for equal parts."""
    has_base: bool = False
    """It says that a colour without a number has the rest."""
    has_fleck: bool = False
    glosses: tuple[tuple[str, str], ...] = ()
    """(name, code) where a name is taken as the description of the code beside it."""


class _Mark(Enum):
    SEPARATOR = 0


@dataclass(frozen=True, slots=True)
class _Chain:
    """Numbers joined to one another: 2:1, 60/30/10, 1/3."""

    amounts: tuple[Amount, ...]
    is_fraction: bool
    """All its joints are slashes."""

    @property
    def may_be_share(self) -> bool:
        """Whether it looks like 1/3 rather than like 30/70 or 50/50."""
        over, under = (amount.value for amount in self.amounts[:2])
        return len(self.amounts) == 2 and self.is_fraction and over < under <= MAX_DENOMINATOR and over + under != 10

    @property
    def span(self) -> tuple[int, int]:
        return self.amounts[0].span[0], self.amounts[-1].span[1]


Item = Amount | Mention | _Mark


def parse(source: Source, tokens: Sequence[Token]) -> Statement:
    """Which colours a recipe names and which number belongs to each.

    Raises:
        RecipeError: a number has no colour, or it is not clear whose it is.
    """
    return _Parser(source, tokens).statement()


class _Parser:
    def __init__(self, source: Source, tokens: Sequence[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.items: list[Item] = []
        self.glosses: list[tuple[str, str]] = []
        self.flags: dict[Kind, Token] = {}
        self.chains: list[_Chain] = []

    def statement(self) -> Statement:
        """statement = { amounts | colour | separator | flag } ; then numbers are given to colours."""
        while self.at < len(self.tokens):
            self._item()
        self._check_some()
        if Kind.EQUAL in self.flags:
            mentions = self._equal(self.flags[Kind.EQUAL])
        else:
            self._settle_chains()
            mentions = self._each(self._paired())
        return Statement(
            mentions=tuple(mentions),
            equal=Kind.EQUAL in self.flags,
            has_base=self._has_base,
            has_fleck=Kind.FLECK in self.flags,
            glosses=tuple(self.glosses),
        )

    # Tokens into items

    def _item(self) -> None:
        token = self.tokens[self.at]
        match token.kind:
            case Kind.NUMBER | Kind.FRACTION:
                self._amounts()
                return
            case Kind.COLOUR:
                self._mention(token)
            case Kind.PERCENT | Kind.PARTS:
                raise self._refuse_unit(token)
            case Kind.SEPARATOR:
                self.items.append(_Mark.SEPARATOR)
            case Kind.SLASH | Kind.LINK:
                self._joint(token)
            case kind:
                self.flags[kind] = token
                if kind is Kind.EACH and token.text != "по":
                    self._mark_each()
        self.at += 1

    def _amounts(self) -> None:
        """amounts = amount, { ("/" | ":" | "-"), amount } ;"""
        before = self.tokens[self.at - 1] if self.at else None
        chain = [self._amount()]
        joints = set()
        while self._kind(0) in (Kind.SLASH, Kind.LINK) and self._kind(1) in (Kind.NUMBER, Kind.FRACTION):
            joints.add(self.tokens[self.at].text)
            self.at += 1
            chain.append(self._amount())
        if "-" in joints or (joints - {"/", ":"} and any(amount.unit is Unit.PERCENT for amount in chain)):
            self._check_no_range(chain)
        if before is not None and before.kind is Kind.LINK:
            chain[0] = replace(chain[0], is_linked=True)
        if before is not None and before.kind is Kind.EACH and before.text == "по":
            chain[-1] = replace(chain[-1], is_each=True)
        if len(chain) > 1 and all(amount.unit is Unit.PLAIN for amount in chain):
            chain = [replace(amount, unit=Unit.RATIO) for amount in chain]
            self.chains.append(_Chain(tuple(chain), joints == {"/"}))
        self.items += chain

    def _check_no_range(self, chain: list[Amount]) -> None:
        # 60-40, 40-20-40 and 66-33 are how the trade names its blends.
        if not 99 <= sum(amount.value for amount in chain) <= 101:
            span = (chain[0].span[0], chain[-1].span[1])
            raise self.source.refuse(
                "{number!r} may be a range or a ratio; write one number a colour, or a ratio with a colon, as in 2:1",
                span,
                number=self.source.text[slice(*span)],
            )

    def _amount(self) -> Amount:
        """amount = (number, [fraction] | fraction), ["%" | "parts"] ;"""
        token = self.tokens[self.at]
        value, span = token.value, token.span
        if token.is_minus and self._kind(-1) is not Kind.COLOUR:
            raise refuse_negative(self.source, span)
        unit = Unit.FRACTION if token.kind is Kind.FRACTION else Unit.PLAIN
        self.at += 1
        if token.kind is Kind.NUMBER and self._kind(0) is Kind.FRACTION and "⁄" in self.tokens[self.at].text:
            value, span = value + self.tokens[self.at].value, (span[0], self.tokens[self.at].span[1])
            self.at += 1
        if self._kind(0) in (Kind.PERCENT, Kind.PARTS):
            unit = Unit.PERCENT if self._kind(0) is Kind.PERCENT else Unit.PARTS
            span = (span[0], self.tokens[self.at].span[1])
            self.at += 1
        return Amount(value, unit, span, self.source.text[slice(*span)], is_minus=token.is_minus)

    def _mention(self, token: Token) -> None:
        """colour = name, ["/", name] | code, [name] | name, "(", code, ")" ; of one colour."""
        assert token.colour is not None  # the scanner gives each such token its colour
        mention = Mention(token.colour, token.span, self.source.text[slice(*token.span)])
        before = self.items[-1] if self.items else None
        colour = _same_colour(before, mention) if isinstance(before, Mention) and self._touches() else None
        if colour is None or not isinstance(before, Mention):
            self.items.append(mention)
        else:
            if before.colour.code != mention.colour.code:
                code, name = (before, mention) if before.colour is colour else (mention, before)
                self.glosses.append((name.text, code.text))
            span = (before.span[0], mention.span[1])
            self.items[-1] = Mention(colour, span, self.source.text[slice(*span)])
        if self._kind(-1) is Kind.BASE:
            self.items.append(_Mark.SEPARATOR)

    def _touches(self) -> bool:
        return self._kind(-1) is Kind.COLOUR or (self._kind(-1) is Kind.SLASH and self._kind(-2) is Kind.COLOUR)

    def _joint(self, token: Token) -> None:
        between_colours = self._kind(-1) is Kind.COLOUR and self._kind(1) is Kind.COLOUR
        if token.kind is Kind.SLASH and between_colours:
            before, after = self.tokens[self.at - 1], self.tokens[self.at + 1]
            if before.colour == after.colour and before.text != after.text:
                return  # grey/gray
        if between_colours or token.kind is Kind.SLASH:
            self.items.append(_Mark.SEPARATOR)

    def _mark_each(self) -> None:
        for index in range(len(self.items) - 1, -1, -1):
            item = self.items[index]
            if isinstance(item, Amount):
                self.items[index] = replace(item, is_each=True)
                return

    def _kind(self, offset: int) -> Kind | None:
        index = self.at + offset
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else None

    # Items into pairs

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
        if not self.chains:
            return
        first = self.chains[0]
        size = len(first.amounts)
        is_alone = len(self.chains) == 1 and size == len(self._amounts_given)
        if is_alone and size == len(self._mentions) and not (self._has_base and first.may_be_share):
            self._check_not_share(first)
            return
        for chain in reversed(self.chains):
            start = self.items.index(chain.amounts[0])
            self.items[start : start + len(chain.amounts)] = [self._share(chain)]

    def _check_not_share(self, chain: _Chain) -> None:
        if chain.may_be_share:
            over, under = (amount.value for amount in chain.amounts)
            raise self.source.refuse(
                "{number!r} may be a ratio or a share of the whole; write a ratio with a colon, {ratio}, or percent",
                chain.span,
                number=self.source.text[slice(*chain.span)],
                ratio=f"{over}:{under}",
            )

    def _share(self, chain: _Chain) -> Amount:
        over, under = chain.amounts[0].value, chain.amounts[1].value
        if not (len(chain.amounts) == 2 and chain.is_fraction and 0 < over < under <= MAX_DENOMINATOR):
            raise self._refuse_count(chain.amounts)
        text = self.source.text[slice(*chain.span)]
        return replace(chain.amounts[0], value=over / under, unit=Unit.FRACTION, span=chain.span, text=text)

    def _paired(self) -> list[Mention]:
        """block = amounts, colours | colours, amounts ; else a pair in each segment."""
        flat = [item for item in self.items if not isinstance(item, _Mark)]
        mentions, amounts = self._mentions, self._amounts_given
        if len(amounts) >= 2 and flat in ([*amounts, *mentions], [*mentions, *amounts]):
            if len(amounts) != len(mentions):
                raise self._refuse_count(amounts)
            return [replace(mention, amount=amount) for mention, amount in zip(mentions, amounts, strict=True)]
        segments = list(self._segments())
        if any(all(isinstance(item, Amount) for item in segment) for segment in segments):
            segments = [flat] if _alternates(flat) else segments
        return [mention for segment in segments for mention in self._pairs(segment)]

    def _segments(self) -> Iterator[list[Amount | Mention]]:
        segment: list[Amount | Mention] = []
        for item in (*self.items, _Mark.SEPARATOR):
            if not isinstance(item, _Mark):
                segment.append(item)
            elif segment:
                yield segment
                segment = []

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
            elif isinstance(after, Amount) and (colour_first or not isinstance(beyond, Mention)):
                yield replace(item, amount=after)
            else:
                yield item
                at -= 1

    def _is_colour_first(self, segment: list[Amount | Mention]) -> bool:
        if not (isinstance(segment[0], Mention) and isinstance(segment[-1], Mention) and _alternates(segment)):
            return isinstance(segment[0], Mention)
        if len(segment) == 1 or self._has_base:
            return False
        amount = segment[1]
        if isinstance(amount, Amount) and not amount.is_linked:
            raise self.source.refuse(
                "it is not clear whether {number} belongs to {before!r} or {after!r}; put a comma between the colours",
                amount.span,
                number=amount.text,
                before=segment[0].text,
                after=segment[2].text,
            )
        return True

    def _each(self, mentions: list[Mention]) -> list[Mention]:
        """each = ["по"], amount, colours | colours, amount, "each" ;"""
        amounts = [amount for amount in self._amounts_given if amount.is_each]
        if not amounts:
            return mentions
        return [mention if mention.amount else replace(mention, amount=amounts[0]) for mention in mentions]

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
            raise self.source.refuse(
                "{words!r} asks for {expected} colours, not for {n_colours}; name {expected} or write percent",
                token.span,
                words=self.source.text[slice(*token.span)],
                expected=int(token.value),
                n_colours=len(mentions),
            )
        return mentions

    # Refusals

    def _check_some(self) -> None:
        if self._mentions:
            return
        if self._amounts_given:
            raise self._refuse_lone(self._amounts_given[0])
        text = self.source.text
        start = len(text) - len(text.lstrip())
        raise self.source.refuse(
            "no colour is named; write for example: red 60%, black 30%, white 10%",
            (start, max(start, len(text.rstrip()))),
        )

    def _refuse_lone(self, amount: Amount) -> RecipeError:
        return self.source.refuse(
            "{number} has no colour; write the colour beside it, as in: {number} red", amount.span, number=amount.text
        )

    def _refuse_count(self, amounts: Sequence[Amount]) -> RecipeError:
        n_colours = len(self._mentions)
        return self.source.refuse(
            "{n_numbers} numbers do not fit the colours that are named ({n_colours}); "
            "separate the colours with commas and write a number beside each",
            (amounts[0].span[0], amounts[-1].span[1]),
            n_numbers=len(amounts),
            n_colours=n_colours,
        )

    def _refuse_unit(self, token: Token) -> RecipeError:
        text = self.source.text[slice(*token.span)]
        return self.source.refuse(
            "there is no number before {unit!r}; write for example: 60 {unit} red", token.span, unit=text
        )


def refuse_negative(source: Source, amount_span: tuple[int, int]) -> RecipeError:
    """The error about a number below zero."""
    return source.refuse(
        "{number} is below zero; a colour has between 0 and 100 percent",
        amount_span,
        number=source.text[slice(*amount_span)],
    )


def _alternates(items: Sequence[Amount | Mention]) -> bool:
    return all(isinstance(a, Amount) != isinstance(b, Amount) for a, b in pairwise(items))


def _same_colour(before: Mention, after: Mention) -> Colour | None:
    """The one colour that two names side by side mean, a code before a plain name."""
    if before.colour.code == after.colour.code:
        return before.colour
    codes = [mention for mention in (before, after) if _is_code(mention)]
    if len(codes) != 1 or ciede2000(before.colour.lab_d65, after.colour.lab_d65) > SAME_COLOUR_DELTA_E:
        return None
    return codes[0].colour


def _is_code(mention: Mention) -> bool:
    return any(character.isdigit() for character in mention.text) or mention.colour.source == "free"
