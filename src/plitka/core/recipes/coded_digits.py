"""Codes of colours: digits alone, «1015 бежевый», which may be an amount, with a name, or as `rgb(180, 40, 30)`."""

import re

from plitka.core.colour.naming import find_general
from plitka.core.colour.palette import Colour, Palette, free_colour
from plitka.core.colour.ral import ral_names, ral_names_ru
from plitka.core.colour.spaces import Lab
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import JOINING, Kind, Meaning
from plitka.core.recipes.names import NameScanner
from plitka.core.recipes.pieces import MAX_BEFORE
from plitka.core.recipes.quantities import digits_of_code
from plitka.core.recipes.signs import (
    HEAD_BEFORE,
    IN_BRACKETS,
    NAME_BEFORE_CODE,
    NAMES_OF_RAL,
    NUMBER_BEHIND,
    RGB,
    SAYS_RAL,
    UNIT_AFTER,
    WORD_AFTER,
    WORD_BEFORE,
)
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_PRODUCT = re.compile(r"[1-9]\d{3}")
_PERCENT_BEFORE = re.compile(r"\d[ ]?(?:%|percent|процент[а-я]*|pct|pc)[ ]+$")
_PERCENT_BEHIND = re.compile(r"[ ]*[-–—:=]?[ ]*\d{1,3}(?:[.,]\d+)?[ ]?(?:%|percent|процент|pct|pc)")
_BEFORE_NAME = frozenset({Kind.MODIFIER, Kind.COLOURED, Kind.FILLER})
_MOST = 255
_YEARS = frozenset(map(str, range(2018, 2040)))
"""Of which none is a RAL colour."""


class CodeScanner(NameScanner):
    """Tells codes from amounts at a place of a text."""

    def __init__(self, source: Source, palette: Palette) -> None:
        super().__init__(source, palette)
        self._says_ral = SAYS_RAL.search(self.text) is not None

    def _is_colour(self, name: str) -> bool:
        key = name_key(name)
        return self.palette.find_key(key) is not None or find_general(key) is not None

    def _code_of(self, digits: str) -> Colour | Lab | None:
        """The colour of «1015 бежевый» and of `044 Lilac`, where no unit makes an amount of the digits."""
        code = digits_of_code(digits)
        if code is None or UNIT_AFTER.match(self.text, self.at) or self._is_counted_off(digits):
            return None
        colour = self.palette.find(code)
        if colour is not None or code == digits or self._counts_word() or self._is_year(digits):
            return colour
        lab_d65 = find_general(name_key(code))
        if lab_d65 is None or not (self._is_said_as_code(digits) or self._is_code_of_named(digits, lab_d65)):
            raise self.source.refuse(
                "{number} may be {code}, which is not offered, or an amount; write its unit, as in {number} parts"
                if lab_d65 is None
                else "{number} may be {code} or an amount; write the code as {code}, or the unit, as in {number} parts",
                self.source.span(self.at - len(digits), self.at),
                () if lab_d65 else self.palette.suggest(code),
                number=digits,
                code=code,
            )
        return lab_d65

    def _is_number_of_product(self, digits: str) -> bool:
        """Whether four digits stand between a colour's name and the percent that it has: `50% 3140 green`."""
        start = self.at - len(digits)
        code = digits_of_code(digits) or digits
        is_known = self.palette.find(code) is not None or find_general(name_key(code)) is not None
        if is_known or not _PRODUCT.fullmatch(digits) or self._says_ral:
            return False
        before = self.text[max(0, start - MAX_BEFORE) : start]
        after = WORD_AFTER.match(self.text, self.at)
        known = None if after is None else self._longest(after.start(1))
        is_name = known is not None and (not isinstance(known[1], Meaning) or known[1].kind in _BEFORE_NAME)
        is_ahead = is_name and _PERCENT_BEFORE.search(before) is not None
        is_behind = self.named is not None and not self.text[self.end_of_named : start].strip()
        has_own = _PERCENT_BEHIND.match(self.text, self.at) is not None
        return is_ahead or (is_behind and has_own and not _PERCENT_BEFORE.search(self._before_named()))

    def _before_named(self) -> str:
        end = 0 if self.named is None else self.end_of_named - len(self.named.text)
        return self.text[max(0, end - MAX_BEFORE) : end]

    def _is_said_as_code(self, digits: str) -> bool:
        """Whether the text tells of RAL, or the digits have a number beside them, or behind a colour's name."""
        start = self.at - len(digits)
        after = WORD_AFTER.match(self.text, self.at)
        is_named = after is not None and self._is_colour(after[1])
        bracket = IN_BRACKETS.match(self.text, self.at)
        if bracket is not None and self._is_colour(bracket[1]) and NUMBER_BEHIND.match(self.text, bracket.end()):
            return True  # «6025 (зелёный) 65 кг»
        return self._says_ral or self._has_number(start, after.end() if after is not None and is_named else self.at)

    def _is_counted_off(self, digits: str) -> bool:
        """Whether digits count what is ordered or number the order: `3000 tiles`, `qty 3000`."""
        before = HEAD_BEFORE.search(self.text, max(0, self.at - MAX_BEFORE), self.at - len(digits))
        after = WORD_AFTER.match(self.text, self.at)
        meanings = [self._words.get(name_key(found[1])) for found in (before, after) if found is not None]
        kinds = [None if meaning is None else (meaning.kind, meaning.text) for meaning in meanings]
        is_label = before is not None and kinds[0] == (Kind.LABEL, "order")
        return is_label or (after is not None and kinds[-1] == (Kind.COUNTED, "pieces"))

    def _is_year(self, digits: str) -> bool:
        """Whether digits behind a word are a year rather than a colour's number: `price list 2026`."""
        word = WORD_BEFORE.search(self.text, max(0, self.at - MAX_BEFORE), self.at - len(digits))
        return word is not None and digits in _YEARS

    def _counts_word(self) -> bool:
        """Whether a word that is no colour stands behind a number: `2000 euro`."""
        word = WORD_AFTER.match(self.text, self.at)
        known = None if word is None else self._longest(word.start(1))
        is_unit = word is not None and len(word[1]) > 1 and word[1] not in JOINING
        return is_unit and (known is None or isinstance(known[1], Meaning))

    def _coded_name(self) -> Token | None:
        """A number with its own name before it, of RAL Classic also behind it: `Green beige (RAL 1000)`."""
        start = self.at
        if rgb := self._rgb():
            return rgb
        if not self.text[start].isalpha() or self.text[:start][-1:].isalpha():
            return None
        if (made := self._made(start)) is not None or not self._says_ral:
            return made
        matches = (pattern.match(self.text, start) for pattern in NAMES_OF_RAL)
        found = next((match for match in matches if match is not None and _is_name_of_ral(match)), None)
        if found is None:
            return None
        self.at = found.end() + ("(" in found[0] and self.text[found.end() :][:1] == ")")
        code = f"RAL {found['code']}"
        colour, lab_d65 = self.palette.find(code), find_general(name_key(code))
        if colour is None and lab_d65 is not None:
            return self._general(start, lab_d65)
        return self._token(Kind.COLOUR, start, colour=colour)

    def _made(self, start: int) -> Token | None:
        """A maker's code with its own name before it: `standard green RH10`."""
        found = NAME_BEFORE_CODE.match(self.text, start)
        colour = None if found is None else self.palette.find(found["code"])
        if found is None or colour is None or colour.source not in ("maker", "custom"):
            return None
        names = (colour.name_ru, colour.caption_name, *colour.other_names)
        if name_key(found["name"]) not in map(name_key, names):
            return None
        self.at = found.end() + ("(" in found[0] and self.text[found.end() :][:1] == ")")
        return self._token(Kind.COLOUR, start, colour=colour)

    def _rgb(self) -> Token | None:
        """A colour by its parts of red, green and blue, each to 255: `rgb(180, 40, 30)`.

        Raises:
            RecipeError: one of them is larger.
        """
        start, found = self.at, RGB.match(self.text, self.at)
        if found is None or self.text[:start][-1:].isalnum():
            return None
        parts = [int(found[name]) for name in ("red", "green", "blue")]
        colour = free_colour("#" + "".join(f"{part:02X}" for part in parts)) if max(parts) <= _MOST else None
        if colour is None:
            span = self.source.span(*found.span())
            raise self.source.refuse(
                "{rgb!r} is no colour; its three numbers are from 0 to 255, as in rgb(166, 61, 48)",
                span,
                rgb=self.source.text[slice(*span)],
            )
        self.at = found.end()
        return self._token(Kind.COLOUR, start, colour=colour)


def _is_name_of_ral(found: "re.Match[str]") -> bool:
    """Whether words beside a number of RAL Classic are its own name."""
    code = f"RAL {found['code']}"
    names = (ral_names().get(code, ""), *ral_names_ru().get(code, ()))
    return name_key(found["name"]) in map(name_key, names)
