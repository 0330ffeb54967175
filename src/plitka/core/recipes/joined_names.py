"""Colours of two words that are one name: `darkred`, «голубовато-серый», `grey-beige 75%`, «асфальт мокрый»."""

import re

from plitka.core.colour.modifiers import MODIFIERS
from plitka.core.colour.naming import find_general, hue_between
from plitka.core.colour.palette import Colour
from plitka.core.colour.spaces import Lab
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import Kind, Meaning
from plitka.core.recipes.abbreviations import AbbreviationScanner
from plitka.core.recipes.pieces import TINTED_BY, towards
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.signs import PIECE, TINT, TWO_NUMBERS
from plitka.core.recipes.token import Token

_MIN_MODIFIER = 4
_HALF = "пол"
_SPACE = re.compile(r"[ \t]+(?=[^\W\d_])")
_PLAIN_GREY = "gray"
_BLACK_AND_WHITE = frozenset({"black", "white"})
"""A colour with these, `black-grey`, is as likely two."""


class JoinedScanner(AbbreviationScanner):
    """Reads names of two words at a place of a text."""

    def _turned_round(self, start: int) -> Token | None:
        """«Асфальт мокрый»: a name of two words told in the other order, of which the first alone is no colour."""
        first = PIECE.match(self.text, start)
        gap = None if first is None else _SPACE.match(self.text, first.end())
        second = None if gap is None else PIECE.match(self.text, gap.end())
        if first is None or second is None:
            return None
        name = f"{second[0]} {first[0]}"
        key = name_key(name)
        known = self.palette.find_key(key) or find_general(key)
        if known is None:
            return None
        self.at = second.end()
        if not isinstance(known, Colour):
            return self._general(start, known)
        remark = Notice("{typed!r} is read as {name!r}", {"typed": self._typed(start, self.at), "name": name})
        return self._token(Kind.COLOUR, start, colour=known, remark=remark)

    def _hyphened(self, start: int, colour: Colour) -> Token | None:
        """The one colour of `grey-beige 75%`, which has one number; None where the two are not near."""
        known = self._longest(self.at + 1) if self.text[self.at : self.at + 1] == "-" else None
        if known is None or not isinstance(known[1], Colour) or TWO_NUMBERS.match(self.text, known[0]):
            return None
        names = {colour.caption_name, known[1].caption_name}
        is_near = _PLAIN_GREY in names or hue_between(colour.lab_d65, known[1].lab_d65) is not None
        if not self._has_number(start, known[0]) or not is_near or not names.isdisjoint(_BLACK_AND_WHITE):
            return None
        self.at = known[0]
        return self._general(start, towards(colour, known[1], 0.5))

    def _in_one_word(self, start: int) -> Token | None:
        """`darkred`: a modifier and a colour; or the «чёрно-» of «чёрно-белый»."""
        piece = PIECE.match(self.text, start)
        key = "" if piece is None else name_key(self.text[start : piece.end()])
        if piece is not None and key[-1:] in ("о", "е") and self.text[piece.end() :][:1] == "-":
            colour = self.palette.find_key(key[:-1])
            if colour is None and (general := find_general(key[:-1])) is not None:
                return self._between_general(start, piece.end(), general)
            if colour is not None:
                self.at = piece.end()
                return (
                    self._between(start, colour)
                    or self._hyphened(start, colour)
                    or self._token(Kind.COLOUR, start, colour=colour)
                )
        if piece is not None and (tinted := self._tinted(start, piece)) is not None:
            return tinted
        if piece is not None and piece[2].startswith(_HALF):
            meaning = self._words.get(name_key(piece[2].removeprefix(_HALF)))
            if meaning is not None and meaning.kind in (Kind.MASS, Kind.PARTS):
                self.at = start + len(_HALF)
                return self._token(Kind.HALF, start)
        for end in range(_MIN_MODIFIER, len(key) - 1):
            meaning, rest = self._words.get(key[:end]), key[end:]
            if meaning is not None and meaning.kind is Kind.MODIFIER:
                colour = self.palette.find_key(rest)
                lab_d65 = colour.lab_d65 if colour is not None else find_general(rest)
                if lab_d65 is not None and piece is not None:
                    self.at = piece.end()
                    return self._general(start, MODIFIERS[meaning.text].of(lab_d65))
        return None

    def _tinted(self, start: int, piece: "re.Match[str]") -> Token | None:
        """«Голубовато-серый» is grey with something of light blue."""
        found = TINT.fullmatch(piece[2])
        if found is None or self.text[piece.end() :][:1] != ("-" if piece[2].endswith("вато") else " "):
            return None
        keys = [name_key(found[1] + ending) for ending in ("ый", "евый", "овый")]
        tint = next((colour for key in keys if (colour := self.palette.find_key(key)) is not None), None)
        known = self._longest(piece.end() + 1)
        if tint is None or known is None or isinstance(known[1], Meaning):
            return None
        self.at = known[0]
        hue = known[1].lab_d65 if isinstance(known[1], Colour) else known[1]
        mixed = [base + TINTED_BY * (other - base) for base, other in zip(hue, tint.lab_d65, strict=True)]
        return self._general(start, (mixed[0], mixed[1], mixed[2]))

    def _between_general(self, start: int, end: int, first: Lab) -> Token | None:
        """«Рыже-коричневый» is the one hue between two of which the first is no granules' own."""
        known = self._longest(end + 1)
        if known is None or not isinstance(known[1], Colour) or TWO_NUMBERS.match(self.text, known[0]):
            return None
        if (lab_d65 := hue_between(first, known[1].lab_d65)) is None:
            return None
        self.at = known[0]
        return self._general(start, lab_d65)

    def _between(self, start: int, colour: Colour) -> Token | None:
        """«Песочно-бежевый» is the one hue between two that are near; «чёрно-белый» are two."""
        known = self._longest(self.at + 1)
        if known is not None and TWO_NUMBERS.match(self.text, known[0]):
            return None  # «жёлто-зелёная 30/70»
        lab_d65 = (
            hue_between(colour.lab_d65, known[1].lab_d65)
            if known is not None and isinstance(known[1], Colour)
            else None
        )
        if known is None or lab_d65 is None:
            return None
        self.at = known[0]
        return self._general(start, lab_d65)
