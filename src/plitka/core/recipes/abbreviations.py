"""Names that are cut short: «терр.», `40% terrac`, «слон. кость»."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from plitka.core.colour.naming import general_names, names_beginning
from plitka.core.colour.palette import Colour, Palette
from plitka.core.colour.spaces import Lab, hex_to_lab_d65
from plitka.core.language.spelling import MIN_STEM, fold, name_key
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.nearest_granules import settle_value
from plitka.core.recipes.pieces import PieceScanner
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.signs import PIECE, TWO_SHORT
from plitka.core.recipes.token import Token

_MIN_SHORT = 4
"""Letters of the beginning of a name that has no full stop."""


class AbbreviationScanner(PieceScanner):
    """Reads beginnings of names at a place of a text."""

    def _general(self, start: int, lab_d65: Lab) -> Token:
        """A colour that is not the palette's own, by the nearest that is."""
        found, remark = settle_value(self._typed(start, self.at), lab_d65, self.palette)
        return replace(self._token(Kind.COLOUR, start, colour=found.colour, remark=remark), own=found.own)

    def _abbreviated_words(self, start: int) -> Token | None:
        """«Слон. кость»: one name of two words, the first or both as beginnings with a full stop."""
        typed = TWO_SHORT.match(self.text, start)
        if typed is None:
            return None
        words = [(typed["first"], True), (typed["second"], typed["stop"] is not None)]
        found = _names_of_words(words, self.palette)
        if len({value if isinstance(value, tuple) else value.code for value in found.values()}) != 1:
            return None
        name, known = next(iter(found.items()))
        self.at = typed.end()
        remark = Notice("{typed!r} is read as {name!r}", {"typed": self._typed(start, self.at), "name": name})
        if isinstance(known, Colour):
            return self._token(Kind.COLOUR, start, colour=known, remark=remark)
        return self._general(start, known)

    def _abbreviated(self, start: int) -> Token | None:
        """«Терр.» and `40% terrac`: the beginning of one name of a granule, with a full stop or beside a number."""
        piece = PIECE.match(self.text, start)
        end = start if piece is None else piece.end()
        has_stop = self.text[end : end + 1] == "."
        n_least = MIN_STEM if has_stop else _MIN_SHORT
        if end - start < n_least or not (has_stop or self._has_number(start, end)):
            return None
        found = names_beginning(self.text[start:end], self.palette)
        if len(set(found.values())) != 1:
            return None
        name, colour = next(iter(found.items()))
        self.at = end + has_stop
        remark = Notice("{typed!r} is read as {name!r}", {"typed": self._typed(start, self.at), "name": name})
        return self._token(Kind.COLOUR, start, colour=colour, remark=remark)


def _names_of_words(words: Sequence[tuple[str, bool]], palette: Palette) -> dict[str, Colour | Lab]:
    """The names of several words of which some are written as beginnings: «слон. кость».

    Args:
        words: as they were typed, folded, and whether a full stop says that it is a beginning.
        palette: the colours that can be named.
    """
    first = words[0][0]
    return {
        name: value
        for own, name, value in _names_in_words(palette).get(first[0], ())
        if len(own) == len(words)
        and all(
            part.startswith(word) if is_short else name_key(part) == name_key(word)
            for part, (word, is_short) in zip(own, words, strict=True)
        )
    }


@lru_cache(maxsize=8)
def _names_in_words(palette: Palette) -> dict[str, list[tuple[list[str], str, Colour | Lab]]]:
    """The names of several words, with these, by their first letter."""
    named: list[tuple[str, Colour | Lab]] = [
        (name, colour)
        for colour in palette.colours
        if colour.source in ("catalogue", "custom", "trade")
        for name in (colour.caption_name, colour.name_ru)
    ]
    if all(colour.source != "custom" for colour in palette.colours):
        named += [(name, hex_to_lab_d65(value)) for name, value in general_names()]
    told: dict[str, list[tuple[list[str], str, Colour | Lab]]] = {}
    for name, value in named:
        own = fold(name).replace("-", " ").split()
        if len(own) > 1:
            told.setdefault(own[0][0], []).append((own, name, value))
    return told
