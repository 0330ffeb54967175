"""Digits alone that may be a colour's code, «1015 бежевый», or an amount, `044 kg`."""

from plitka.core.colour.naming import find_general
from plitka.core.colour.palette import Colour, Palette
from plitka.core.colour.spaces import Lab
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import JOINING, Kind, Meaning
from plitka.core.recipes.names import NameScanner
from plitka.core.recipes.pieces import MAX_BEFORE
from plitka.core.recipes.quantities import digits_of_code
from plitka.core.recipes.signs import HEAD_BEFORE, SAYS_RAL, UNIT_AFTER, WORD_AFTER, WORD_BEFORE
from plitka.core.recipes.source import Source

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

    def _is_said_as_code(self, digits: str) -> bool:
        """Whether the text tells of RAL, or the digits have a number beside them, or behind a colour's name."""
        start = self.at - len(digits)
        after = WORD_AFTER.match(self.text, self.at)
        is_named = after is not None and self._is_colour(after[1])
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
