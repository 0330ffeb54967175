"""Pieces of a recipe's text: the longest name that is known at a place, or why there is none."""

import re
from collections.abc import Iterator
from fractions import Fraction

from plitka.core.colour.naming import find_general, like_names, longest_general
from plitka.core.colour.palette import Colour, Palette
from plitka.core.colour.spaces import Lab
from plitka.core.language.spelling import MAX_QUERY, MIN_STEM, name_key, other_layout
from plitka.core.language.vocabulary import Kind, Meaning, longest_phrase, vocabulary
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.signs import (
    COMPARATIVE,
    GAP,
    MAY_BE_CODE,
    NUMBER_BEFORE,
    NUMBER_BEHIND,
    OTHER_LAYOUT,
    PIECE,
    PUNCTUATION_OF_LAYOUT,
    WORD_AFTER,
    is_compared,
)
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError, UnknownColour

MAX_DIGITS = 9
MAX_SUGGESTED = 8
"""Unknown words of a text for which names are looked up that are spelled like them; more are no slips."""
MAX_BEFORE = 20

TINTED_BY = 0.3
"""How much of the way a colour is drawn to the one that tints it, in CIE Lab."""
_TINGE = "ish"
"""Ends the name of what tints another."""
_OWNED = re.compile(r"['’]s[ ][^\W\d_]+")
"""The rest of a name such as `Elephant's Breath`."""


class PieceScanner:
    """Reads the longest known name at a place of a text."""

    def __init__(self, source: Source, palette: Palette) -> None:
        self.source = source
        self.text = source.folded
        self.palette = palette
        self.at = 0
        self._n_unknown = 0
        self._words = vocabulary()
        self._most_pieces = max(longest_phrase(), palette.longest_name, longest_general())

    def _names(self, start: int) -> Iterator[tuple[int, Meaning | Colour | Lab | None]]:
        at = start
        for _ in range(self._most_pieces):
            piece = PIECE.match(self.text, at)
            if piece is None or (at > start and piece[2].isdigit() and len(piece[2]) > MAX_DIGITS):
                return
            at = piece.end()
            key = name_key(self.text[start:at])
            yield at, self._words.get(key) or self.palette.find_key(key) or find_general(key)

    def _longest(self, start: int) -> tuple[int, Meaning | Colour | Lab] | None:
        return max(((end, known) for end, known in self._names(start) if known is not None), default=None, key=_end)

    def _names_colour(self, end: int) -> bool:
        """Whether a colour stands right behind a place: «без крошки белого цвета»."""
        after = WORD_AFTER.match(self.text, end)
        known = None if after is None else self._longest(after.start(1))
        if after is not None and after[1] in ("of", "in", "из", "цвета"):
            return True
        return known is not None and (
            not isinstance(known[1], Meaning) or known[1].kind in (Kind.MODIFIER, Kind.SBR, Kind.COLOURED)
        )

    def _before_pair(self, start: int, end: int) -> tuple[int, Meaning] | None:
        """The shade of `dark blue-green`, whose longest name, `dark blue`, has one half, and the «темнее» of others."""
        piece = PIECE.match(self.text, start)
        meaning = None if piece is None else self._words.get(name_key(piece[0]))
        gap = None if piece is None else GAP.match(self.text, piece.end())
        if piece is None or meaning is None or gap is None or gap.end() >= end:
            return None
        if COMPARATIVE.fullmatch(piece[2]) and is_compared(self.text[gap.end() : end]):
            return piece.end(), meaning
        if self.text[end : end + 1] != "-":
            return None
        known = self._longest(gap.end())
        is_longer = known is not None and not isinstance(known[1], Meaning) and known[0] > end
        return (piece.end(), meaning) if is_longer and meaning.kind in (Kind.MODIFIER, Kind.ASIDE) else None

    def _with_other_half(self, start: int, end: int, known: "Meaning | Colour | Lab") -> tuple[int, Lab] | None:
        """The colour between `navy blue` and `blue-grey` of `navy blue-grey`, and the beige of `pinkish beige`."""
        gap = GAP.match(self.text, end)
        half = None if gap is None or isinstance(known, Meaning) else self._longest(gap.end())
        if half is None or gap is None or isinstance(half[1], Meaning) or isinstance(known, Meaning):
            return None
        if self.text[start:end].endswith(_TINGE):
            return half[0], towards(half[1], known, TINTED_BY)
        last = max((at for at in range(start, end) if not self.text[at].isalpha()), default=start - 1) + 1
        pair = self._longest(last) if last > start and gap[0] == "-" else None
        if pair is None or isinstance(pair[1], Meaning) or pair[0] != half[0]:
            return None
        return half[0], towards(known, pair[1], 0.5)

    def _typed(self, start: int, end: int) -> str:
        return self.source.text[slice(*self.source.span(start, end))]

    def _has_number(self, start: int, end: int) -> bool:
        """Whether a number stands right before a place, or right behind another."""
        return NUMBER_BEFORE.search(self.text, max(0, start - MAX_BEFORE), start) is not None or bool(
            NUMBER_BEHIND.match(self.text, end)
        )

    def _end_of_unknown_word(self, start: int) -> int:
        if code := MAY_BE_CODE.match(self.text, start):
            return code.end()
        piece = PIECE.match(self.text, start)
        assert piece is not None  # a letter stands there
        return piece.end()

    def _token(
        self,
        kind: Kind,
        start: int,
        *,
        value: Fraction = Fraction(0),
        colour: Colour | None = None,
        is_minus: bool = False,
        choice: str = "",
        remark: Notice | None = None,
        error: RecipeError | None = None,
    ) -> Token:
        return Token(
            kind=kind, span=self.source.span(start, self.at), text=self.text[start : self.at], value=value,
            colour=colour, is_minus=is_minus, choice=choice, remark=remark, error=error,
        )  # fmt: skip

    def _in_other_layout(self, start: int) -> Token | None:
        """`xthysq`, and `,tksq`, whose first letter has been read as a comma: «чёрный» and «белый»."""
        for first in (start - 1, start):
            typed = OTHER_LAYOUT.match(self.text, max(first, 0))
            if typed is None or (first < start and self.text[max(first, 0)] not in PUNCTUATION_OF_LAYOUT):
                continue
            n_stops = len(typed[0]) - len(typed[0].rstrip(PUNCTUATION_OF_LAYOUT))
            for end in range(typed.end(), typed.end() - n_stops - 1, -1):
                meant = other_layout(self.text[max(first, 0) : end])
                key = name_key(meant)
                colour = self.palette.find_key(key) if len(meant) >= MIN_STEM else None
                if colour is not None and end > start and meant.replace("-", "").isalpha():
                    self.at = end
                    values = {"typed": self._typed(max(first, 0), end), "name": meant}
                    remark = Notice("{typed!r} is read as {name!r}", values)
                    return self._token(Kind.COLOUR, start, colour=colour, remark=remark)
        return None

    def _unknown(self) -> RecipeError:
        """Why the words that begin here are refused."""
        self._n_unknown += 1
        if self._n_unknown > MAX_SUGGESTED:
            return self._refuse_unknown(self.at, self._end_of_unknown_word(self.at))
        start, end, phrase_end = self.at, *self._ends_of_unknown()
        end = max(end, self._end_of_unknown_word(start))  # `school` is known, but only with its number
        # A known word may be the rest of a misspelled name: «skyy blue», but not «blak white».
        suggestions = self.palette.suggest(self.text[start:phrase_end], cutoff=0.8)
        if phrase_end > end and suggestions and re.search("[ -]", suggestions[0]):
            end = phrase_end
        else:
            first_end = self._end_of_unknown_word(start)
            suggestions = self.palette.suggest(self.text[start:end])
            if not suggestions and first_end < end:
                suggestions = like_names(self.text[start:first_end], self.palette)
                end = first_end if suggestions else end
        return self._refuse_unknown(start, end, suggestions or like_names(self.text[start:end], self.palette))

    def _refuse_unknown(self, start: int, end: int, suggestions: tuple[str, ...] = ()) -> RecipeError:
        owned = None if suggestions else _OWNED.match(self.text, end)
        span = self.source.span(start, end if owned is None else owned.end())
        typed = self.source.text[slice(*span)][:MAX_QUERY]
        if not suggestions:
            return UnknownColour(
                "unknown colour {name!r}; name a colour of the list, or give a hex such as #A63D30",
                source=self.source.text,
                span=span,
                name=typed,
            )
        return UnknownColour(
            "unknown colour {name!r}; did you mean {nearest}?",
            source=self.source.text,
            span=span,
            suggestions=suggestions,
            name=typed,
            nearest=", ".join(suggestions),
        )

    def _ends_of_unknown(self) -> tuple[int, int]:
        """Where the unknown words end, and where the words that stand with them do."""
        if code := MAY_BE_CODE.match(self.text, self.at):
            return code.end(), code.end()
        at, ends = self.at, [self.at]
        while (piece := PIECE.match(self.text, at)) and not piece[2].isdigit() and len(ends) <= self._most_pieces:
            if ends[0] == at and not any(known for _, known in self._names(piece.start(2))):
                ends[0] = piece.end()
            at = piece.end()
            ends.append(at)
        return ends[0], ends[-1]


def towards(first: Colour | Lab, second: Colour | Lab, share: float) -> Lab:
    """The colour so much of the way from one to another, in CIE Lab."""
    one, other = (colour.lab_d65 if isinstance(colour, Colour) else colour for colour in (first, second))
    lightness, a, b = (start + share * (end - start) for start, end in zip(one, other, strict=True))
    return lightness, a, b


def _end(found: tuple[int, object]) -> int:
    return found[0]
