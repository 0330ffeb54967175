"""Recipe text cut into tokens, each with its place in the text as it was typed.

Names are matched longest first over words that stand together, so that «dark green» is one colour and
«equal parts» one phrase. The work is bounded by the text's length times the longest name.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from plitka.core.colour.palette import Colour, Palette, free_colour
from plitka.core.colour.ral import OTHER_SYSTEM
from plitka.core.language.labels import LETTERED
from plitka.core.language.limits import AT_LEAST, AT_MOST
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import PER_AREA, Kind, Meaning
from plitka.core.recipes import chats
from plitka.core.recipes.coded_digits import CodeScanner
from plitka.core.recipes.numerals import make_plain
from plitka.core.recipes.pieces import MAX_BEFORE, MAX_DIGITS
from plitka.core.recipes.quantities import HALF_METRE, end_of_size, list_numbers
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.signs import (
    ABBREVIATED,
    ABOUT,
    ABSENT,
    ADDRESS,
    BEYOND,
    CITY,
    CODE_BEHIND,
    FORMER,
    GRAMS,
    GREETED,
    IN_THOUSANDS,
    LEFT,
    LIKE_BEHIND,
    LINE,
    LIST_OF_CODES,
    MAIL,
    MINUS_BEFORE_NUMBER,
    NUMBER_BEFORE,
    NUMBERED,
    OF_WHAT,
    OTHER_CODE,
    PER_SQUARE,
    PERSON,
    RATE,
    RESOLUTION,
    SHORT_BEFORE_CODE,
    SIGN_OFF,
    SYMBOL,
    THICKNESS,
    TITLED,
    UNIT_AFTER,
    WISH,
    WITH,
    WORD_AFTER,
    colour_of_picture,
    is_picture,
    may_be_colour,
)
from plitka.core.recipes.source import Source
from plitka.core.recipes.specifications import STANDARD
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_WHOLE = 100
_LIMITS = {"<=": AT_MOST, "≤": AT_MOST, ">=": AT_LEAST, "≥": AT_LEAST}
_SIGNED = re.compile(r"[.!\n][\s]*[A-ZА-ЯЁ]\w+ [A-ZА-ЯЁ]\w+[.!\s]*$")
"""Two names behind the end of a sentence: `Thank you. Rose White`."""
_NUMBERED_ZERO = re.compile(r"(?<!\d)0\d")
"""In the place of an order's item, 03.02.010."""
_FROM = frozenset({"from", "от"})


def scan(source: Source, palette: Palette) -> tuple[Token, ...]:
    """The tokens of a recipe, without words that say nothing about the mix.

    Raises:
        RecipeError: a sign is foreign, a number cannot be read, or a colour is of RAL Design.
    """
    if other := OTHER_SYSTEM.search(source.folded):
        span = source.span(*other.span())
        raise source.refuse(
            "{code!r} is of RAL Design or RAL Effect, which are not known here; write a number of RAL Classic, of four "
            "digits, a name, or a hex such as #A63D30",
            span,
            code=source.text[slice(*span)],
        )
    scanner = _Scanner(source, palette)
    return tuple(make_plain(scanner.without_heads(list(scanner.tokens())), source.text))


class _Scanner(CodeScanner):
    def __init__(self, source: Source, palette: Palette) -> None:
        super().__init__(source, palette)
        self._list_numbers = list_numbers(self.text)

    def tokens(self) -> Iterator[Token]:
        while self.at < len(self.text):
            if self.at in self._list_numbers:
                start, self.at = self.at, self._list_numbers[self.at]
                yield self._token(Kind.SEPARATOR, start)
            elif (silent := self._silent()) is not None:
                self.at = silent.end()
            elif of_what := OF_WHAT.match(self.text, self.at):
                start, self.at = self.at, of_what.end()
                if of_what[1] == "w":
                    yield self._token(Kind.BY_MASS, start)
            elif with_ := WITH.match(self.text, self.at):
                start, self.at = self.at, with_.end()
                yield self._token(Kind.NOT if with_[1] else Kind.SEPARATOR, start)
            elif (beside := self._aside() or self._coded_name()) is not None:
                yield beside
            elif self.text[self.at].isalpha():
                yield from self._name()
            elif (end := end_of_size(self.text, self.at)) is not None:
                start, self.at = self.at, end
                yield self._token(Kind.LENGTH, start)
            else:
                yield from self._symbol()

    def _silent(self) -> "re.Match[str] | None":
        """Words that say nothing: a wish, `RAL` before a list, and who signs the text, if that is no colour."""
        if said := WISH.match(self.text, self.at) or LIST_OF_CODES.match(self.text, self.at):
            return said
        if self.text[: self.at][-1:].isalnum():
            return None
        if (absent := ABSENT.match(self.text, self.at)) is not None:
            return None if self._names_colour(absent.end()) else absent
        if (greeted := GREETED.match(self.text, self.at)) is not None:
            names = greeted["name"].split()
            is_name = self._typed(*greeted.span("name")).istitle() and not any(map(self._is_known, names))
            return greeted if is_name else None
        if (person := PERSON.match(self.text, self.at)) is not None:
            group = "name" if person["caller"] is None else "caller"
            return person if self._typed(*person.span(group)).istitle() else None
        if (titled := TITLED.match(self.text, self.at)) is not None:
            return titled if self._typed(*titled.span("name")).istitle() else None
        found = SIGN_OFF.match(self.text, self.at)
        name = None if found is None else found[0].rstrip(" .!\n").split()[-1]
        if found is None or name is None:
            return None
        typed = self._typed(*found.span())
        is_signed = _SIGNED.search(typed) is not None
        return None if self._is_colour(name) and not is_signed else found

    def _aside(self) -> Token | None:
        """What is no part of the mix, or says nothing of a colour."""
        return self._standard() or self._address() or self._former() or self._other_code() or self._beside()

    def _standard(self) -> Token | None:
        """A standard by its number, which is no colour's: «ТУ 2534-001-2014»."""
        start, found = self.at, STANDARD.match(self.text, self.at)
        if found is None or self.text[:start][-1:].isalnum():
            return None
        self.at = found.end()
        return self._token(Kind.LABEL, start, choice=LETTERED)

    def _address(self) -> Token | None:
        """Where to write, or where something is delivered."""
        start = self.at
        if (head := chats.HEAD.match(self.text, start)) and self._typed(*chats.name_in(head))[:1].isupper():
            self.at = head.end()
            return self._token(Kind.LABEL, start, choice=LETTERED)
        if mail := MAIL.match(self.text, start):
            self.at = mail.end()
            return self._token(Kind.LABEL, start, choice=LETTERED)
        if (address := ADDRESS.match(self.text, start)) and _is_named(self._typed(*address.span())):
            self.at = address.end()
            return self._token(Kind.LABEL, start, choice=LETTERED)
        return None

    def _former(self) -> Token | None:
        """The numbers of a mix that is no more, beside those of the one that is."""
        start, former = self.at, FORMER.match(self.text, self.at)
        if former is None or not any(map(str.isdigit, self.text[:start] + self.text[former.end() :])):
            return None
        self.at = former.end()
        return self._token(Kind.LABEL, start, choice=LETTERED)

    def _beside(self) -> Token | None:
        """What is left, what is like a thing, how sharp a picture is to be, and the number of an order."""
        start = self.at
        if left := LEFT.match(self.text, start):
            self.at = left.end()
            return self._token(Kind.EQUAL if left["shared"] else Kind.REST, start)
        if per_square := PER_SQUARE.match(self.text, start):
            self.at = per_square.end()
            return self._token(Kind.LABEL, start, choice=LETTERED)
        if thickness := THICKNESS.match(self.text, start) or HALF_METRE.match(self.text, start):
            self.at = thickness.end()
            return self._token(Kind.LENGTH, start, choice="whole")
        if about := ABOUT.match(self.text, start):
            self.at = about.end()
            return self._token(Kind.ABOUT, start)
        beyond = BEYOND.match(self.text, start)
        if beyond is not None and (self.named is None or self.text[self.end_of_named : start].strip()):
            self.at = beyond.end()
            return self._token(Kind.RANGE, start, choice=AT_LEAST if beyond[0] in _FROM else "")
        found = RESOLUTION.match(self.text, start) or NUMBERED.match(self.text, start) or LINE.match(self.text, start)
        if found is not None and self._is_colour(found[0]):
            found = None  # US-056
        if found is None and not self.text[:start][-1:].isalnum():
            found = LIKE_BEHIND.match(self.text, start)
            if found is not None and found[1] and not self._is_colour(found[1]):
                found = None
        if found is None:
            return None
        self.at = found.end()
        return self._token(Kind.LABEL if found.re in (NUMBERED, LINE) else Kind.ASIDE, start)

    def _other_code(self) -> Token | None:
        """A number of a system of colours that is not known here, which says again what a name beside it says.

        Raises:
            RecipeError: no name is beside it.
        """
        start, code = self.at, OTHER_CODE.match(self.text, self.at)
        if code is None:
            return None
        if not self._is_beside_name(code.end()):
            span = self.source.span(*code.span())
            raise self.source.refuse(
                "{code!r} is of a system of colours that is not known here; write a number of RAL Classic, a name, or "
                "a hex such as #A63D30",
                span,
                code=self.source.text[slice(*span)],
            )
        self.at = code.end()
        told = Notice(
            "{code!r} is of a system of colours that is not known here; the name beside it says which colour it is",
            {"code": self._typed(start, self.at)},
        )
        return self._token(Kind.LABEL, start, choice=LETTERED, remark=told)

    def _is_beside_name(self, end: int) -> bool:
        """Whether a colour's name is right before a place or behind it, so that a code there only says it again."""
        gap = None if self.named is None else self.text[self.end_of_named : self.at]
        after = WORD_AFTER.match(self.text, end)
        return (gap is not None and not gap.strip(" \t,(")) or (after is not None and self._names_shade(after[1]))

    def _names_shade(self, name: str) -> bool:
        meaning = self._words.get(name_key(name))
        return self._is_colour(name) or (meaning is not None and meaning.kind is Kind.MODIFIER)

    def _is_known(self, name: str) -> bool:
        return self._is_colour(name) or name_key(name) in self._words

    def _name(self) -> Iterator[Token]:
        """A word that says something; with its shade, where that stands behind it: «серый тёмный»."""
        start = self.at
        token = self._word()
        if CITY.match(self.text, start) and not NUMBER_BEFORE.search(self.text, max(0, start - MAX_BEFORE), start):
            self.at = start + 2
            return
        is_label = token.kind is Kind.LABEL and self.text[self.at + 1 : self.at + 3].strip()[:1].isdigit()
        if self.text[self.at : self.at + 1] == "." and (
            is_label or ABBREVIATED.fullmatch(self.text, start, self.at + 1)
        ):
            self.at += 1
        if token.kind is Kind.COLOUR and SHORT_BEFORE_CODE.match(self.text, self.at):
            self.at += 1
        token = self._with_code(self._with_area(token, start), start)
        while token.kind is Kind.COLOUR and (shaded := self._shaded_behind(token, start)) is not None:
            token = shaded
        if token.kind is Kind.COLOUR and token.span not in self._shades:
            self.named, self.end_of_named = token, self.at
        if token.kind is not Kind.FILLER:
            yield token

    def _with_area(self, token: Token, start: int) -> Token:
        """A unit of mass with what it lies on: `kg/m2`."""
        rate = RATE.match(self.text, self.at) if token.kind is Kind.MASS else None
        if rate is None:
            return token
        self.at = rate.end()
        return self._token(Kind.MASS, start, value=token.value, choice=PER_AREA)

    def _with_code(self, token: Token, start: int) -> Token:
        """A label with the code behind it, which is no colour's: `mix code KG-55`."""
        code = CODE_BEHIND.match(self.text, self.at) if token.kind is Kind.LABEL else None
        if code is None or self.palette.find(code[1]) is not None or _is_blend(code["chain"] or ""):
            return token
        self.at = code.end()
        return self._token(Kind.LABEL, start)

    def _symbol(self) -> Iterator[Token]:
        start, match = self.at, SYMBOL.match(self.text, self.at)
        if match is None:
            yield from self._picture()
            return
        self.at = match.end()
        match match.lastgroup:
            case "space" | "quote" | "quoted" | "tail" | "ending":
                return
            case "tolerance" | "label" | "price" | "date" | "time" | "phone" | "mail" | "ordinal":
                yield self._token(Kind.LABEL, start)
            case "limit":
                yield self._token(Kind.RANGE, start, choice=_LIMITS.get(match[0], ""))
            case "times":
                yield self._token(Kind.PARTS, start)
            case "question":
                yield self._token(Kind.SEPARATOR, start, error=self._refuse_sign(start))
            case "option":
                self._check_option(start)
                self.at = start + 1
                yield self._token(Kind.LINK, start)
            case "list" | "dotted" | "chapter" if "," in match[0] or _is_blend(match[0]):
                yield from self._list(start)  # `40.40.20 red black white`
            case "chapter" | "dotted" if (
                _NUMBERED_ZERO.search(match[0]) or self.text[:start].rstrip(" \t.")[-1:].isalpha()
            ):
                yield self._token(Kind.LABEL, start)  # `item 3.2.1: black`
            case name:
                yield self._sign(str(name), start)

    def _sign(self, name: str, start: int) -> Token:
        """A number, a colour's hex, or what stands between them."""
        match name:
            case "pounds":
                return self._token(Kind.MASS, start, value=self._words["lb"].value)
            case "hex":
                return self._hex(start)
            case "fraction":
                return self._fraction(start)
            case "number" | "dotted" | "grouped" | "chapter":
                return self._number(start)
            case "link" if self._is_minus(start):
                return self._minus(start)
            case "embedding":
                return self._token(Kind.SEPARATOR, start)
        return self._token(Kind(name), start)

    def _picture(self) -> Iterator[Token]:
        """A disc of a colour names it; another that may be one stands beside the mix, and the rest say nothing."""
        start = self.at
        self.at += 1
        name = colour_of_picture(self.text[start])
        if name is not None and (colour := self.palette.find(name)) is not None:
            yield self._token(Kind.COLOUR, start, colour=colour)
            return
        if not is_picture(self.text[start]):
            raise self._refuse_sign(start)
        if may_be_colour(self.text[start]):
            yield self._token(Kind.ASIDE, start)

    def _refuse_sign(self, start: int) -> RecipeError:
        if self.text[start] == "?" and (unit := UNIT_AFTER.match(self.text, start + 1)) is not None:
            span = self.source.span(start, unit.end())
            return self.source.refuse(
                "{words!r} leaves the number open; write one number a colour, as in: anthracite 90%, terracotta 10%",
                span,
                words=self.source.text[slice(*span)],
            )
        return self.source.refuse_garbled() or self.source.refuse(
            "{character!r} means nothing in a recipe; leave it out",
            self.source.span(start, start + 1),
            character=self.text[start],
        )

    def _check_option(self, start: int) -> None:
        """`--seed 7` was typed inside the quotes; `--red` has two dashes."""
        known = self._longest(start + 2)
        if known is None or isinstance(known[1], Meaning):
            option = self.text[start : self.at]
            raise self.source.refuse(
                "{option} is no part of a recipe; options of the command line stand behind the recipe, outside its "
                'quotes, as in: plitka generate "red 60%, black 40%" --seed 7',
                self.source.span(start, self.at),
                option=option,
            )

    def _is_minus(self, start: int) -> bool:
        before = self.text[:start].rstrip(" \t")
        is_apart = len(before) < start or before[-1:] in ("", *"\n,;:=/+(")
        return is_apart and MINUS_BEFORE_NUMBER.match(self.text, start) is not None

    def _minus(self, start: int) -> Token:
        match = SYMBOL.match(self.text, start + 1)
        assert match is not None  # a digit follows
        self.at = match.end()
        return self._number(start, is_minus=True)

    def _number(self, start: int, *, is_minus: bool = False) -> Token:
        """number = [minus], (digits, [("." | ","), digits] | ".", digits)."""
        text = self._in_thousands(start) or self.text[start : self.at].lstrip("-").replace(",", ".")
        if text.count(".") > 1 or "⁄" in text or len(text.replace(".", "")) > MAX_DIGITS:
            raise self.source.refuse(
                "{number!r} cannot be read as a number; write it as 60 or 12.5, with at most {limit} digits",
                self.source.span(start, self.at),
                number=self.text[start : self.at],
                limit=MAX_DIGITS,
            )
        if not is_minus and self._is_number_of_product(text):
            return self._token(Kind.LABEL, start, choice=LETTERED)
        code = None if is_minus else self._code_of(text)
        if isinstance(code, Colour):
            return self._token(Kind.COLOUR, start, colour=code)
        if code is not None:
            return self._general(start, code)
        return self._token(Kind.NUMBER, start, value=Fraction(text), is_minus=is_minus)

    def _in_thousands(self, start: int) -> str | None:
        """The 1000 of `1,000 g`: nobody weighs granules to a thousandth of a gram."""
        text = self.text[start : self.at]
        if not IN_THOUSANDS.fullmatch(text) or not GRAMS.match(self.text, self.at):
            return None
        return re.sub("[., ]", "", text)

    def _list(self, start: int) -> Iterator[Token]:
        """list = digits, ",", digits, ",", digits, { ",", digits } ; not decimals, since there are several."""
        end = self.at
        for match in re.compile(r"\d+").finditer(self.text, start, end):
            self.at = match.end()
            yield self._number(match.start())
        self.at = end

    def _fraction(self, start: int) -> Token:
        """fraction = digits, "⁄", digits ; ½ is one."""
        over, _, under = self.text[start : self.at].partition("⁄")
        if int(under[:MAX_DIGITS]) == 0 or len(over + under) > MAX_DIGITS:
            raise self.source.refuse(
                "{number!r} is not a share of the whole; write one such as 1/3",
                self.source.span(start, self.at),
                number=self.text[start : self.at],
            )
        return self._token(Kind.FRACTION, start, value=Fraction(int(over), int(under)))

    def _hex(self, start: int) -> Token:
        """hex = "#", 3 or 6 hexadecimal digits."""
        text = self.text[start : self.at]
        colour = free_colour(text)
        if colour is None:
            raise self.source.refuse(
                "{hex!r} is no colour; after # write three or six of the characters 0-9 and A-F, as in #A63D30",
                self.source.span(start, self.at),
                hex=text,
            )
        return self._token(Kind.COLOUR, start, colour=colour)


def _is_blend(chain: str) -> bool:
    """Whether numbers are a whole: `type 60-40 red, black`."""
    return sum(map(int, re.findall(r"\d+", chain))) == _WHOLE


def _is_named(address: str) -> bool:
    """Whether a street has a name of its own, with a capital letter: `12 Oak Lane`, but not `40 green lane`."""
    return any(word[:1].isupper() for word in address.split()[1:])
