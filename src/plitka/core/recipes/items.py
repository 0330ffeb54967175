"""Tokens as numbers with their units, colours, and what stands between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

from plitka.core.colour.naming import is_alike, is_lightness_denied
from plitka.core.colour.palette import Colour
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import CONTAINER, JOINING, PLAIN_COLOURS, WITH, Kind
from plitka.core.recipes.amounts import MAX_DENOMINATOR, Amount, Chain, Item, Mark, Mention, Unit
from plitka.core.recipes.ranges import leaves_rest, middle_of, refuse_negative, refuse_range, tell_middle
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.signs import TIMES, TO
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_PAIR = 2
_EACH_PACK = TIMES | {"по"}
"""Between how many packs there are and what one weighs."""
_TONNE_G = 1_000_000
"""Like a bag, it is one where no number says otherwise."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_STARTS = frozenset({None, Kind.SEPARATOR})
_MARKS = {Kind.FLECK: Mark.FLECK, Kind.MIX: Mark.MIX}


@dataclass(slots=True)
class Items:
    """What a recipe's tokens are, in their order."""

    items: list[Item] = field(default_factory=list)
    flags: dict[Kind, Token] = field(default_factory=dict)
    """Words about the whole, such as `equal parts` and `rest`."""
    chains: list[Chain] = field(default_factory=list)
    remarks: list[Notice] = field(default_factory=list)
    """What had to be settled to read them."""
    ranges: list[Chain] = field(default_factory=list)
    """Those that were taken as their middle."""


def read_items(source: Source, tokens: Sequence[Token]) -> Items:
    """The numbers and colours of a recipe.

    Raises:
        RecipeError: a number is below zero or a range, or a unit has no number.
    """
    reader = _Reader(source, tokens)
    while reader.at < len(tokens):
        reader.item()
    reader.settle_name_and_code()
    return reader.read


class _Reader:
    def __init__(self, source: Source, tokens: Sequence[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.read = Items()
        self.next_is_base = False
        self.is_block = _is_block(tokens)
        self.has_rest = leaves_rest(tokens)
        self.last_fleck = max((at for at, token in enumerate(tokens) if token.kind is Kind.FLECK), default=-1)

    @property
    def items(self) -> list[Item]:
        """So far."""
        return self.read.items

    def settle_name_and_code(self) -> None:
        """`All grey, RAL 7040` is one colour, if nothing else is said."""
        match self.read.items:
            case [Mention() as first, Mark.SEPARATOR, Mention() as last] if _is_code(first) != _is_code(last):
                if is_alike(first.colour.lab_d65, last.colour.lab_d65):
                    code, name = (first, last) if _is_code(first) else (last, first)
                    values = {"name": name.text, "code": code.text}
                    self.read.remarks.append(Notice("{name!r} is taken as the description of {code!r}", values))
                    self.read.items = [code]

    def item(self) -> None:
        token = self.tokens[self.at]
        match token.kind:
            case Kind.PARTS | Kind.MASS if self._skips_pack(token):
                return
            case Kind.NUMBER | Kind.FRACTION:
                self._amounts()
                return
            case Kind.COLOUR:
                self._mention(token)
            case Kind.PARTS if token.text in TIMES and self._kind(1) is Kind.NUMBER:
                self.at += 1
                self._amounts(Unit.PARTS)
                return
            case Kind.MASS if self._kind(1) is Kind.COLOUR and (token.choice or token.value >= _TONNE_G):
                self.items.append(Amount(*self._in_unit(Fraction(1)), token.span, self.source.text[slice(*token.span)]))
            case Kind.MASS if token.choice and self._kind(-1) is Kind.COLOUR and self._kind(1) in _STARTS:
                self.items.append(Amount(*self._in_unit(Fraction(1)), token.span, self.source.text[slice(*token.span)]))
            case Kind.PERCENT | Kind.PARTS | Kind.MASS:
                raise self._refuse_unit(token)
            case Kind.SEPARATOR:
                self._mark_ground(token)
                self.items.append(Mark.AND if token.text in JOINING else Mark.SEPARATOR)
            case Kind.SLASH | Kind.LINK:
                self._joint(token)
            case kind:
                self._flag(kind, token)
        self.at += 1

    def _counts_packs(self, token: Token) -> bool:
        """Whether the `x2` of `12.5 kg bag blue x2` counts what the mass before the colour is of."""
        is_mass = [type(item) for item in self.items[-_PAIR:]] == [Amount, Mention]
        is_mass = is_mass and getattr(self.items[-_PAIR], "unit", None) is Unit.MASS
        is_count = token.text in TIMES and self._kind(1) is Kind.NUMBER and self._kind(2) not in _UNITS
        return is_mass and is_count

    def _skips_pack(self, token: Token) -> bool:
        """Whether a token is the container of «мешок 25 кг красной», or counts such; it is passed over then."""
        if token.kind is Kind.MASS:
            is_container = token.choice == CONTAINER and self._is_weighed_behind()
            self.at += is_container
            return is_container
        if not self._counts_packs(token):
            return False
        amount, count = self.items[-_PAIR], self.tokens[self.at + 1].value
        assert isinstance(amount, Amount)  # as `_counts_packs` found
        self.items[-_PAIR] = replace(amount, value=amount.value * count)
        self.at += 2
        return True

    def _is_weighed_behind(self) -> bool:
        is_alone = self._kind(-1) in _STARTS | {Kind.COLOUR, Kind.LINK}
        return is_alone and self._kind(1) is Kind.NUMBER and self._kind(2) is Kind.MASS

    def _flag(self, kind: Kind, token: Token) -> None:
        if kind is Kind.BASE and self._kind(1) in (None, Kind.SEPARATOR):
            return  # `green all over, with 10% yellow`
        if kind is Kind.BASE and (self._is_given() or (self._kind(-1) in _STARTS and self._kind(1) in _NUMBERS)):
            return  # «на четверть красная»
        self.read.flags[kind] = token
        self.read.remarks += [] if token.remark is None else [token.remark]
        if kind is Kind.EACH and token.text != "по":
            self._mark_each()
        elif kind in _MARKS:
            self.items.append(_MARKS[kind])
        elif kind is Kind.BASE and self._is_amount_next() and self._kind(-1) is not Kind.NUMBER:
            self._check_colour_behind()
            self.items.append(Mark.SEPARATOR)  # «2 доли красного на 1 долю чёрного»
        elif kind is Kind.BASE:
            self.next_is_base = True
        elif kind is Kind.REST and self._kind(1) is Kind.NUMBER:
            self.items.append(Mark.SEPARATOR)  # `red 40% the remaining 60% is black`
        elif kind is Kind.REST:
            self._mark_rest()

    def _check_colour_behind(self) -> None:
        """«В чёрную 5 кг красной на каждые 20 кг» does not say of which colour the 20 are."""
        start = next((at for at in reversed(range(self.at)) if self.tokens[at].kind is Kind.SEPARATOR), -1)
        end = next((at for at in range(self.at, len(self.tokens)) if self.tokens[at].kind is Kind.SEPARATOR), None)
        before, behind = self.tokens[start + 1 : self.at], self.tokens[self.at : end]
        kinds = [one.kind for one in before if one.kind in _NUMBERS | {Kind.COLOUR}]
        if kinds[-3:] == [Kind.COLOUR, Kind.NUMBER, Kind.COLOUR] and all(one.kind is not Kind.COLOUR for one in behind):
            number = next(one for one in behind if one.kind is not Kind.BASE)
            raise self.source.refuse(
                "{number} has no colour; write the colour beside it, as in: {number} {name}",
                number.span,
                number=self.source.text[slice(*number.span)],
                name=self.source.example,
            )

    def _is_amount_next(self) -> bool:
        is_fraction = self._kind(1) is Kind.FRACTION and self._kind(2) in (Kind.MASS, Kind.PARTS)  # «на полмешка»
        return is_fraction or self._kind(1) in (Kind.NUMBER, Kind.MASS)

    def _is_given(self) -> bool:
        """Whether the «на» of «10 процентов на белый» gives a number to the only colour between two commas."""
        start = next((at for at in reversed(range(self.at)) if self.tokens[at].kind is Kind.SEPARATOR), -1)
        end = next((at for at in range(self.at, len(self.tokens)) if self.tokens[at].kind is Kind.SEPARATOR), None)
        kinds = [token.kind for token in self.tokens[start + 1 : end]]
        is_between = self._kind(-1) in (Kind.NUMBER, Kind.PERCENT) and self._kind(1) is Kind.COLOUR
        is_alone = kinds.count(Kind.COLOUR) == kinds.count(Kind.NUMBER) == 1
        return is_between and is_alone and Kind.FLECK not in kinds

    def _mark_ground(self, token: Token) -> None:
        """The black of `black with red and green flecks, 5% each` is no fleck."""
        before = self.items[-1] if self.items else None
        has_number = isinstance(self.items[-2] if self.items[1:] else None, Amount)
        has_fleck = self.last_fleck > self.at
        if token.text in WITH and isinstance(before, Mention) and has_fleck and not has_number:
            self.items[-1] = replace(before, is_base=True)

    def _mark_rest(self) -> None:
        """«основа чёрная» and `the rest black` name the base afterwards, `black base` before."""
        is_alone = self.items[1:] and self.items[-1] is Mark.SEPARATOR and self._kind(1) in _STARTS
        at = -2 if is_alone else -1  # `red, 20%; black, the rest`
        before = self.items[at] if self.items else None
        has_number = isinstance(self.items[at - 1] if self.items[-at:] else None, Amount)
        if isinstance(before, Mention) and not has_number:
            self.items[at] = replace(before, is_base=True)
        else:
            self.next_is_base = True

    def _amounts(self, unit: Unit = Unit.PLAIN) -> None:
        """amounts = amount, { ("/" | ":" | "-"), amount } ;"""
        before = self.tokens[self.at - 1] if self.at else None
        chain = [self._amount()]
        if chain[0].unit is Unit.PLAIN:
            chain = [replace(chain[0], unit=unit)]
        joints = set()
        while self._kind(0) in (Kind.SLASH, Kind.LINK) and self._kind(1) in (Kind.NUMBER, Kind.FRACTION):
            joints.add(self.tokens[self.at].text)
            self.at += 1
            chain.append(self._amount())
        if before is not None and before.kind is Kind.LINK and self._is_right_behind(before, chain[0]):
            chain[0] = replace(chain[0], is_linked=True)
        if before is not None and before.kind is Kind.EACH and before.text == "по":
            chain[-1] = replace(chain[-1], is_each=True)
        if len(chain) > 1:
            if chain[-1].unit is Unit.PARTS and all(amount.unit is Unit.PLAIN for amount in chain[:-1]):
                chain[-1] = replace(chain[-1], unit=Unit.PLAIN)  # `5/3/2 parts`
            if all(amount.unit is Unit.PLAIN for amount in chain):
                chain = [replace(amount, unit=Unit.RATIO) for amount in chain]
            chain = self._add_chain(Chain(tuple(chain), frozenset(joints)))
        self.items.extend(chain)

    def _is_right_behind(self, link: Token, amount: Amount) -> bool:
        """Whether no word that was set aside stands between: the «to» of `grey to have 12% red` is no colon."""
        gap = self.source.text[link.span[1] : amount.span[0]]
        return link.text not in TO or not any(map(str.isalpha, gap))

    def _add_chain(self, chain: Chain) -> list[Amount]:
        """The numbers of a chain, of a range where something has the rest its middle."""
        middle = middle_of(self.source, chain) if self.has_rest else None
        if middle is not None:
            self.read.remarks.append(tell_middle(middle))
            self.read.ranges.append(chain)
            return [middle]
        has_unit = any(amount.unit is Unit.PERCENT for amount in chain.amounts)
        # 60-40, 40-20-40 and 66-33 are how the trade names its blends.
        is_blend = 99 <= sum(amount.value for amount in chain.amounts) <= 101
        is_blend |= self.is_block and len(chain.amounts) > _PAIR  # «6-3-1 коричневый бежевый белый»
        if ("-" in chain.joints or (chain.may_be_range and has_unit)) and not is_blend:
            raise refuse_range(self.source, chain)
        self.read.chains.append(chain)
        return list(chain.amounts)

    def _amount(self) -> Amount:
        """amount = (number, [fraction | number, "/", number] | fraction), ["%" | "parts" | "kg"] ;"""
        token = self.tokens[self.at]
        value, span = token.value, token.span
        if token.is_minus and self._kind(-1) is not Kind.COLOUR:
            raise refuse_negative(self.source, span)
        unit = Unit.FRACTION if token.kind is Kind.FRACTION else Unit.PLAIN
        self.read.remarks += [] if token.remark is None else [token.remark]
        self.at += 1
        if token.kind is Kind.NUMBER and self._kind(0) is Kind.FRACTION and "⁄" in self.tokens[self.at].text:
            value, span = value + self.tokens[self.at].value, (span[0], self.tokens[self.at].span[1])
            self.at += 1
        elif token.kind is Kind.NUMBER and (part := self._part_of_one()) is not None:
            value, span = value + part, (span[0], self.tokens[self.at + 2].span[1])
            self.at += 3
        if self._kind(0) in _UNITS:
            value, unit = self._in_unit(value)
            self.at += 1
            value, unit = self._in_packs(value, unit)
            span = (span[0], self.tokens[self.at - 1].span[1])
        text = self.source.text[slice(*span)]
        return Amount(value, unit, span, text, is_minus=token.is_minus, is_bracketed=token.is_bracketed)

    def _in_packs(self, value: Fraction, unit: Unit) -> tuple[Fraction, Unit]:
        """The mass of `2 bags 25 kg`, `2 x 25 kg`, `25 kg x 2` and `25 kg bag`."""
        unit_token, token = self.tokens[self.at - 1], self._token(0)
        if unit is Unit.MASS and token is not None and token.choice == CONTAINER:
            self.at += 1
            token = self._token(0)
        is_times = token is not None and token.text in TIMES and self._kind(1) is Kind.NUMBER
        if unit is Unit.MASS and is_times and self._kind(2) is not Kind.MASS:
            self.at += 2
            return value * self.tokens[self.at - 1].value, unit
        n_packs = self.tokens[self.at - 2].value
        start = self.at + (token is not None and token.text in _EACH_PACK)
        number, mass = (self._token(start + offset - self.at) for offset in range(2))
        if number is None or mass is None or number.kind is not Kind.NUMBER or mass.kind is not Kind.MASS:
            return value, unit
        if not mass.value or not (unit_token.choice == CONTAINER or unit_token.text in TIMES):
            return value, unit
        self.at = start + 2 + ((of := self._token(start + 2 - self.at)) is not None and of.choice == CONTAINER)
        told = number.value * mass.value
        is_all = number.is_bracketed and not unit_token.is_bracketed and told == n_packs * unit_token.value
        return told if is_all else n_packs * told, Unit.MASS  # `3 bags (75 kg)`, `3 bags (20 kg)`

    def _part_of_one(self) -> Fraction | None:
        """The 1/3 of «33 1/3»."""
        if [self._kind(offset) for offset in range(3)] != [Kind.NUMBER, Kind.SLASH, Kind.NUMBER]:
            return None
        over, under = self.tokens[self.at].value, self.tokens[self.at + 2].value
        before = self.tokens[self.at - 1]
        is_beside = before.value.denominator == 1 and before.value > over and over < under <= MAX_DENOMINATOR
        return over / under if is_beside and over + under != 10 else None

    def _in_unit(self, value: Fraction) -> tuple[Fraction, Unit]:
        token = self.tokens[self.at]
        if token.remark is not None:
            self.read.remarks.append(token.remark)
        if token.kind is Kind.PERCENT:
            return value, Unit.PERCENT
        if token.kind is Kind.PARTS or not token.value:
            return value, Unit.PARTS
        following = [self._kind(offset) for offset in (1, 2, 3)]
        is_weighed = Kind.MASS in following and Kind.COLOUR not in following[: following.index(Kind.MASS)]
        if token.choice == CONTAINER and not is_weighed:
            self.read.remarks.append(Notice("a bag is taken as {kg} kg", {"kg": int(token.value / 1000)}))
        return value * token.value, Unit.MASS

    def _mention(self, token: Token) -> None:
        """colour = name, ["/", name] | code, [name] | name, "(", code, ")" ; of one colour."""
        assert token.colour is not None  # the scanner gives each such token its colour
        mention = Mention(
            token.colour, token.span, self.source.text[slice(*token.span)], is_base=self.next_is_base,
            is_bracketed=token.is_bracketed, is_sbr=token.is_sbr, own=token.own,
        )  # fmt: skip
        if token.remark is not None:
            self.read.remarks.append(token.remark)
        if self.next_is_base:
            self.next_is_base = False
            self.items.append(Mark.SEPARATOR)
        before = self.items[-1] if self.items else None
        colour = self._same_colour(before, mention) if isinstance(before, Mention) and self._touches() else None
        if colour is None or not isinstance(before, Mention):
            self.items.append(mention)
            return
        kept, other = (before, mention) if before.colour is colour else (mention, before)
        if before.colour.code != mention.colour.code:
            values = {"name": other.text, "code": kept.text}
            self.read.remarks.append(Notice("{name!r} is taken as the description of {code!r}", values))
        span = (before.span[0], mention.span[1])
        is_sbr = before.is_sbr or mention.is_sbr
        self.items[-1] = replace(
            before, colour=colour, span=span, text=self.source.text[slice(*span)], is_sbr=is_sbr, own=kept.own
        )

    def _same_colour(self, before: Mention, after: Mention) -> Colour | None:
        """The one colour that two names side by side mean: the code's, or that of the finer name.

        Raises:
            RecipeError: a code and a name beside it are of clearly different hues.
        """
        if before.colour.code == after.colour.code:
            return before.colour
        last = self.tokens[self.at - 1 - (self._kind(-1) is Kind.SLASH)]
        is_two = before.span != last.span and not (_is_code(after) and before.span[1] == last.span[1])
        if self.is_block or is_two:
            return None
        both, values = (before, after), (before.colour.lab_d65, after.colour.lab_d65)
        finer = [mention for mention in both if _is_code(mention)]
        has_code = bool(finer)
        if not finer:
            finer = [mention for mention in both if name_key(mention.text) not in _plain_keys()]
        if len(finer) != 1 and not self._describes(after):
            return None
        other = after if has_code and finer[0] is before else before
        is_denied = has_code and is_lightness_denied(other.text, other.colour.lab_d65, finer[0].colour.lab_d65)
        if is_alike(*values) and not is_denied:
            return finer[0].colour
        if has_code and self._kind(-1) is Kind.COLOUR:
            raise self.source.refuse(
                "{code!r} is not {name!r}: write one of the two, or put a comma between them if they are two colours",
                (before.span[0], after.span[1]),
                code=finer[0].text,
                name=other.text,
            )
        return None

    def _describes(self, after: Mention) -> bool:
        """Whether a colour alone in brackets, before a number, says another again: «тёмно-серый (антрацит) 90»."""
        following = self._token(1)
        is_alone = after.is_bracketed and following is not None and not following.is_bracketed
        return is_alone and following is not None and following.kind in (Kind.NUMBER, Kind.LINK)

    def _touches(self) -> bool:
        return self._kind(-1) is Kind.COLOUR or (self._kind(-1) is Kind.SLASH and self._kind(-2) is Kind.COLOUR)

    def _joint(self, token: Token) -> None:
        between_colours = self._kind(-1) is Kind.COLOUR and self._kind(1) is Kind.COLOUR
        if token.kind is Kind.SLASH and between_colours:
            before, after = self.tokens[self.at - 1], self.tokens[self.at + 1]
            if before.colour == after.colour and before.text != after.text:
                return  # grey/gray
        if between_colours or token.kind is Kind.SLASH:
            self.items.append(Mark.SEPARATOR)
        elif token.text in TO and self._kind(1) is Kind.COLOUR and self._kind(-1) in (None, Kind.SEPARATOR):
            self._flag(Kind.BASE, token)  # «к чёрному 15% синего»

    def _mark_each(self) -> None:
        for index in range(len(self.items) - 1, -1, -1):
            item = self.items[index]
            if isinstance(item, Amount):
                self.items[index] = replace(item, is_each=True)
                chain = self.read.chains[-1] if self.read.chains else None
                if chain is not None and chain.amounts[-1] is item:
                    amounts = (*chain.amounts[:-1], replace(item, is_each=True))
                    self.read.chains[-1] = replace(chain, amounts=amounts)
                return

    def _kind(self, offset: int) -> Kind | None:
        token = self._token(offset)
        return None if token is None else token.kind

    def _token(self, offset: int) -> Token | None:
        index = self.at + offset
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def _refuse_unit(self, token: Token) -> RecipeError:
        if len(token.text) == 1 and Kind.SLASH in (self._kind(-1), self._kind(1)):
            return self.source.refuse(
                "{letter!r} is one letter, which may be of several colours; write the names of the colours",
                token.span,
                letter=self.source.text[slice(*token.span)],
            )
        text = self.source.text[slice(*token.span)]
        return self.source.refuse(
            "there is no number before {unit!r}; write for example: 60 {unit} {name}",
            token.span,
            unit=text,
            name=self.source.example,
        )


def _is_block(tokens: Sequence[Token]) -> bool:
    """Whether there are as many numbers as colours, and all of them stand before all colours or behind."""
    kinds = [token.kind for token in tokens if token.kind in (Kind.NUMBER, Kind.COLOUR)]
    half = len(kinds) // 2
    return half > 1 and kinds in (
        [Kind.NUMBER] * half + [Kind.COLOUR] * half,
        [Kind.COLOUR] * half + [Kind.NUMBER] * half,
    )


@cache
def _plain_keys() -> frozenset[str]:
    return frozenset(map(name_key, PLAIN_COLOURS))


def _is_code(mention: Mention) -> bool:
    return any(character.isdigit() for character in mention.text) or mention.text.startswith("#")
