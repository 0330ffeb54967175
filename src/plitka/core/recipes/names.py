"""Names of a recipe: the longest that is known at a place, its shade, a slip in it, or why it is none."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from plitka.core.colour.modifiers import MODIFIERS
from plitka.core.colour.naming import (
    find_double,
    find_general,
    find_modifier,
    find_typo,
    is_alike,
    like_modifiers,
)
from plitka.core.colour.palette import Colour, Palette
from plitka.core.colour.spaces import Lab
from plitka.core.language.labels import COUNTED, LETTERED, NUMBERED, PERIOD
from plitka.core.language.spelling import is_cyrillic, name_key
from plitka.core.language.vocabulary import Kind, Meaning
from plitka.core.recipes.joined_names import JoinedScanner
from plitka.core.recipes.nearest_granules import tell_other_ral
from plitka.core.recipes.pieces import MAX_BEFORE
from plitka.core.recipes.quantities import end_of_size
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.segments import plain_keys
from plitka.core.recipes.signs import (
    ALONE,
    CODE_OF_LABEL,
    COMPARATIVE,
    GAP,
    GRAIN,
    GREENS,
    IN_BRACKETS,
    IS_CODE,
    IS_HEAD,
    JOINT,
    LARGE,
    LETTER_OF_LABEL,
    NUMBER_BEFORE,
    NUMBER_BEHIND,
    PIECE,
    REST_BEFORE,
    SHORT_SHADE,
    THAN_BEHIND,
    TWO_NUMBERS,
    WITH_NUMBER,
    WORD_AFTER,
    WORD_BEFORE,
    is_compared,
)
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.core.recipes.tonnes import counts_tonnes, is_paired

MAX_TYPO_WORDS = 3
_FIRST_HALF = re.compile(r"[а-яё]{2,}[ое]")
"""Of a colour in two words, «тёмно-серый»."""
_WHOLE = 100
_GREENS = {"ябл": "зелёное яблоко", "трав": "зелёная трава"}
_GRAINS = {"large": "granules=2-4", "medium": "granules=1-4", "": "granules=0.5-1.5"}

_SHADES = {"т": "dark", "с": "light", "я": "bright", "б": "pale", "d": "dark", "l": "light", "m": "medium"}
_DESCRIBED = frozenset({Kind.MODIFIER, Kind.LOOK, Kind.ASIDE, Kind.LIKENESS})
_UNCERTAIN = frozenset({NUMBERED, COUNTED, PERIOD})
"""Choices of words that mean something only beside a number."""
_MAX_MODIFIERS = 4
"""Before one colour."""
_LIGHTNESS = frozenset({"dark", "light", "pale", "medium"})
"""Modifiers of which a colour has one: `dark and light grey` are two."""


class NameScanner(JoinedScanner):
    """Reads names at a place of a text."""

    def __init__(self, source: Source, palette: Palette) -> None:
        super().__init__(source, palette)
        self.named: Token | None = None
        """The last colour so far."""
        self.end_of_named = 0
        self._shades: set[tuple[int, int]] = set()
        """Places of shades alone, behind which another is of the same hue."""
        self._heads: set[tuple[int, int]] = set()
        """Places of colours that name only the hue of shades behind them."""

    def _word(self) -> Token:
        """name = letters, { [spaces | "-" | "_"], (letters | digits) } ; the longest that is known."""
        start = self.at
        if (short := self._shortened(start)) is not None:
            return short
        best: tuple[int, Meaning | Colour | Lab] | None = None
        for end, known in self._names(start):
            if known is not None and not (best is not None and self._is_two_of_a_list(start, best[0], end)):
                best = end, known
        if best is None or (isinstance(best[1], Meaning) and IS_CODE.match(self.text, start)):
            return self._misspelled(start)
        best = self._before_pair(start, best[0]) or self._with_other_half(start, *best) or best
        if TWO_NUMBERS.match(self.text, best[0]) and (first := self._in_one_word(start)) is not None:
            return first
        self.at, known = best
        match known:
            case Colour():
                if (pair := self._hyphened(start, known)) is not None:
                    return pair
                remark = tell_other_ral(self._typed(start, self.at), known)
                return self._token(Kind.COLOUR, start, colour=known, remark=remark)
            case Meaning(kind=Kind.MODIFIER):
                end = self.at
                return (
                    self._modified(start)
                    or self._sharing_colour(start, end)
                    or self._with_slip(start)
                    or self._slip_behind(start, end, self._words[name_key(self.text[start:end])].text)
                    or self._modifier_alone(start, end)
                )
            case Meaning():
                return self._meaning(start, known)
            case lab_d65:
                return self._general(start, lab_d65)

    def _meaning(self, start: int, known: Meaning) -> Token:
        if known.text in _UNCERTAIN:
            return self._label(start, known)
        if known.kind is Kind.BY_MASS and self.text[self.at : self.at + 1] == ".":  # «60 вес.%»
            self.at += 1
        return self._token(known.kind, start, value=known.value, choice=known.text)

    def _label(self, start: int, known: Meaning) -> Token:
        """A word that may be a label, if it has its number or letter: `room 12`, «2 подъезд», `3 weeks`."""
        is_before = NUMBER_BEFORE.search(self.text, max(0, start - MAX_BEFORE), start) is not None
        is_behind = CODE_OF_LABEL.match(self.text, self.at) is not None
        if (is_before and known.text != NUMBERED) or (is_behind and known.text != PERIOD):
            return self._token(known.kind, start, choice=known.text)
        letter = LETTER_OF_LABEL.match(self.source.text, self.source.span(start, self.at)[1])
        if letter is not None and known.text != PERIOD:
            self.at += len(letter[0])
            return self._token(known.kind, start, choice=LETTERED)
        self.at = start
        return self._misspelled(start)

    def _is_two_of_a_list(self, start: int, middle: int, end: int) -> bool:
        """Whether the «blue green» of `red yellow blue green` is two plain colours among others without a comma."""
        words = (self.text[start:middle], self.text[middle:end])
        if not words[1].startswith(" ") or not all(name_key(word) in plain_keys() for word in words):
            return False
        before, after = (
            WORD_BEFORE.search(self.text, max(0, start - MAX_BEFORE), start),
            WORD_AFTER.match(self.text, end),
        )
        return any(found is not None and name_key(found[1]) in plain_keys() for found in (before, after))

    def _shortened(self, start: int) -> Token | None:
        """«Кр. крошка», and a colour with a short shade before it: «т. синий»."""
        if grain := LARGE.match(self.text, start) or GRAIN.match(self.text, start):
            self.at = grain.end()
            return self._token(Kind.LOOK, start, choice=_GRAINS[grain.lastgroup or ""])
        if (green := GREENS.match(self.text, start)) and (colour := self.palette.find(_GREENS[green["of"]])):
            self.at = green.end()
            return self._token(Kind.COLOUR, start, colour=colour)
        shade = SHORT_SHADE.match(self.text, start)
        end_of_named = None if self.named is None else self.end_of_named
        if shade is None or counts_tonnes(self.text, shade, end_of_named):
            return None
        is_apart = self.text[:start].rstrip()[-1:] in ("", *",;\n/+(") or is_paired(self.text, shade, end_of_named)
        if not shade[0].rstrip(" -").endswith(".") and not is_apart:
            return None
        return self._modified(start, shade) or self._slip_behind(start, shade.end(), _SHADES[shade[0][0]])

    def _modified(self, start: int, shade: "re.Match[str] | None" = None) -> Token | None:
        """modified = modifier, { modifier }, colour ; None where no colour follows, and nothing is read."""
        end_of_first = self.at
        modifiers = []
        if shade is not None:
            self.at = shade.end()
            modifiers.append(_SHADES[shade[0][0]])
        else:
            modifiers.append(self._words[name_key(self.text[start : self.at])].text)
        while (gap := GAP.match(self.text, self.at)) and len(modifiers) < _MAX_MODIFIERS:
            known = self._longest(gap.end())
            known = known and (
                self._before_pair(gap.end(), known[0]) or self._with_other_half(gap.end(), *known) or known
            )
            if known is None or (isinstance(known[1], Meaning) and known[1].kind is not Kind.MODIFIER):
                break
            self.at = known[0]
            if not isinstance(known[1], Meaning):
                if COMPARATIVE.fullmatch(self.text, start, end_of_first) and is_compared(
                    self.text[gap.end() : known[0]]
                ):
                    self.at = end_of_first
                    return self._token(Kind.MODIFIER, start, choice=modifiers[0])
                return self._shaded(start, modifiers, known[1])
            modifiers.append(known[1].text)
        self.at = start if shade is not None else end_of_first
        return None

    def _misspelled(self, start: int) -> Token:
        """A name in one word or with a slip; else what is unknown."""
        token = (
            self._turned_round(start)
            or self._plural(start)
            or self._in_one_word(start)
            or self._in_other_layout(start)
            or self._slip_in_shade(start)
            or self._abbreviated_words(start)
            or self._abbreviated(start)
            or self._with_slip(start)
        )
        if token is not None:
            return token
        self._check_joined(start)
        error = self._unknown()
        self.at = self._end_of_unknown_word(start)
        return self._token(Kind.UNKNOWN, start, error=error)

    def _plural(self, start: int) -> Token | None:
        """The `greys` of `three greys: light 30, mid 40, dark 30`, which count colours and say of what hue."""
        piece = PIECE.match(self.text, start)
        word = "" if piece is None else piece[2]
        if piece is None or not word.endswith("s") or name_key(word[:-1]) not in plain_keys():
            return None
        is_head = IS_HEAD.match(self.text, piece.end()) is not None
        if not is_head and self._has_number(start, piece.end()):
            return None  # `60% greys`
        self.at = self.end_of_named = piece.end()
        self.named = self._token(Kind.COLOUR, start, colour=self.palette.find(word[:-1]))
        if self.text[self.at : self.at + 1] != ":":
            return replace(self.named, kind=Kind.COUNTED, colour=None, choice="colours")
        self.at = start
        return None

    def _sharing_colour(self, start: int, end: int) -> Token | None:
        """The «dark» of `dark and light grey`, which has its colour from the next."""
        joint = JOINT.match(self.text, end)
        other = None if joint is None else PIECE.match(self.text, joint.end())
        meaning = None if other is None else self._words.get(name_key(other[0]))
        gap = None if other is None else GAP.match(self.text, other.end())
        modifier = self._words[name_key(self.text[start:end])].text
        is_other = meaning is not None and meaning.text in _LIGHTNESS - {modifier}
        if not is_other or modifier not in _LIGHTNESS or gap is None:
            return None
        known = self._longest(gap.end())
        if known is None or isinstance(known[1], Meaning):
            return None
        self.at = end
        return self._shaded(start, [modifier], known[1])

    def _shaded(self, start: int, modifiers: list[str], known: Colour | Lab) -> Token:
        if len(modifiers) == 1 and isinstance(known, Colour):
            named = self.palette.find(f"{modifiers[0]} {known.caption_name}")
            if named is not None:
                return self._token(Kind.COLOUR, start, colour=named)
        lab_d65 = known.lab_d65 if isinstance(known, Colour) else known
        for modifier in reversed(modifiers):
            lab_d65 = MODIFIERS[modifier].of(lab_d65)
        return self._general(start, lab_d65)

    def _modifier_alone(self, start: int, end: int) -> Token:
        """A shade of the colour before it, if it has a number: `blue: dark 40, light 60`."""
        self.at = end
        modifier = self._words[name_key(self.text[start:end])].text
        number = NUMBER_BEHIND.match(self.text, end)
        is_counted = number is not None and end_of_size(self.text, number.end() - 1) is None
        is_head = IS_HEAD.match(self.text, self.end_of_named) is not None
        is_of_code = (
            COMPARATIVE.fullmatch(self.text, start, end) and self.named and any(map(str.isdigit, self.named.text))
        )
        if self.named is None or self.named.colour is None or modifier not in _LIGHTNESS or is_of_code:
            return self._token(Kind.MODIFIER, start, choice=modifier)
        if not is_counted and not (is_head and self._has_number(start, end)):
            return self._token(Kind.MODIFIER, start, choice=modifier)
        if is_head:
            self._heads.add(self.named.span)
        hue = self.palette.find(self.named.colour.caption_name.split()[-1])
        shade = self._shaded(start, [modifier], hue or self.named.colour)
        self._shades.add(shade.span)
        return shade

    def without_heads(self, tokens: Sequence[Token]) -> list[Token]:
        """Tokens in which the blue of `two shades of blue: dark 40, light 60` is no colour of the mix."""
        kept: list[Token] = []
        for before, token in pairwise([None, *tokens]):
            if token is None or token.span in self._heads:
                continue
            is_behind = before is not None and before.span in self._heads
            kept.append(replace(token, kind=Kind.SEPARATOR) if is_behind and token.kind is Kind.LINK else token)
        return kept

    def _shaded_behind(self, token: Token, start: int) -> Token | None:
        """The one colour of «серый тёмный» or `grey dark 40`; None where no shade stands behind a colour."""
        before = self.at
        gap = GAP.match(self.text, before)
        if gap is None:
            return self._shaded_in_brackets(token, start)
        known = self._longest(gap.end())
        if known is None or token.colour is None:
            return None
        if COMPARATIVE.fullmatch(self.text, gap.end(), known[0]) and THAN_BEHIND.match(self.text, known[0]):
            return None  # «красный ярче, чем RAL 3001»
        is_russian = is_cyrillic(self.text[gap.end() : known[0]])
        if not is_russian and not self._has_number(start, known[0]):  # `red tile, blue light`
            return None
        if isinstance(known[1], Meaning) and known[1].kind is Kind.MODIFIER and not self._shades_next(known[0]):
            self.at = known[0]
            return self._shaded(start, [known[1].text], token.own or token.colour)
        return None

    def _shaded_in_brackets(self, token: Token, start: int) -> Token | None:
        """The one colour of «серый (светлый) 40%»."""
        found = IN_BRACKETS.match(self.text, self.at)
        meaning = None if found is None else self._words.get(name_key(found[1]))
        if found is None or meaning is None or meaning.kind is not Kind.MODIFIER or token.colour is None:
            return None
        self.at = found.end()
        return self._shaded(start, [meaning.text], token.own or token.colour)

    def _shades_next(self, end: int) -> bool:
        """Whether a shade that ends at a place belongs to the words behind it."""
        gap = GAP.match(self.text, end)
        known = None if gap is None else self._longest(gap.end())
        if gap is None or known is None:
            return gap is not None
        return not isinstance(known[1], Meaning) or known[1].kind in _DESCRIBED

    def _with_slip(self, start: int) -> Token | None:
        """A name with a slip that only one name is near to."""
        ends = [end for end, _ in self._names(start)]
        for end in reversed(ends[:MAX_TYPO_WORDS]):
            is_counted = self._is_counted(start, end)
            name = find_typo(self.text[start:end], self.palette, has_number=is_counted)
            if name is None and not is_counted and self._is_listed(start, end):
                name = find_double(self.text[start:end], self.palette)
            if name is not None:
                self.at = end
                key = name_key(name)
                told = Notice("{typed!r} is read as {name!r}", {"typed": self._typed(start, end), "name": name})
                colour = self.palette.find_key(key)
                if colour is not None:
                    return self._token(Kind.COLOUR, start, colour=colour, remark=told)
                return _told_first(told, self._general(start, find_general(key) or (0, 0, 0)))
        return None

    def _is_listed(self, start: int, end: int) -> bool:
        """Whether a word stands alone between two commas, as in `redd, black, white`."""
        before, after = self.text[:start].rstrip()[-1:], self.text[end:].lstrip()[:1]
        is_alone = before in ("", *",;") and after in ("", *",;") and before + after != ""
        return is_alone and not any(map(str.isdigit, self.text))

    def _slip_behind(self, start: int, end: int, modifier: str) -> Token | None:
        """«Тём. сирый»: a shade, and behind it a name with a slip; None where that is none, and nothing is read."""
        gap = GAP.match(self.text, end)
        if gap is None or self._longest(gap.end()) is not None:
            return None
        slip = self._with_slip(gap.end())
        if slip is None or slip.colour is None:
            return None
        shaded = self._shaded(start, [modifier], slip.own or slip.colour)
        return _told_first(slip.remark, shaded)

    def _is_code_of_named(self, digits: str, lab_d65: Lab) -> bool:
        """Whether digits stand beside a name of such a colour: «красно-коричневый 3011»."""
        if self.named is not None and self.named.colour is not None:
            gap = self.text[self.end_of_named : self.at - len(digits)]
            return not gap.strip(" \t,(") and is_alike(self.named.colour.lab_d65, lab_d65)
        after = WORD_AFTER.match(self.text, self.at)
        known = None if after is None else self._longest(after.start(1))
        if known is None or isinstance(known[1], Meaning):
            return False
        return is_alike(known[1].lab_d65 if isinstance(known[1], Colour) else known[1], lab_d65)

    def _slip_in_shade(self, start: int) -> Token | None:
        """`drak green`: two letters changed places in a shade, or one is missing, right before a colour."""
        piece = PIECE.match(self.text, start)
        gap = None if piece is None else GAP.match(self.text, piece.end())
        known = None if gap is None else self._longest(gap.end())
        if piece is None or known is None or isinstance(known[1], Meaning):
            return None
        modifier = find_modifier(piece[2], is_joined=gap is not None and gap[0] == "-")
        if modifier is None:
            return None
        self.at = known[0]
        token = self._shaded(start, [modifier], known[1])
        values = {"typed": self._typed(start, piece.end()), "name": modifier}
        return replace(token, remark=Notice("{typed!r} is read as {name!r}", values))

    def _check_joined(self, start: int) -> None:
        """Nothing unless an unknown word is the first half of a colour: the «срытло» of «срытло-серый».

        Raises:
            UnknownColour: it is, or it is nearly a shade, for such a word says which grey is meant.
        """
        piece = PIECE.match(self.text, start)
        gap = None if piece is None else GAP.match(self.text, piece.end())
        known = None if gap is None else self._longest(gap.end())
        if piece is None or gap is None or known is None or isinstance(known[1], Meaning):
            return
        shades = like_modifiers(piece[2])
        if shades or (gap[0] == "-" and _FIRST_HALF.fullmatch(piece[2])):
            behind = self._typed(piece.end(), known[0])
            raise self._refuse_unknown(start, known[0], tuple(f"{shade}{behind}" for shade in shades))

    def _is_counted(self, start: int, end: int) -> bool:
        """Whether a name has a number beside it, or the rest, or lies under what has one, `rest blak`, or is alone."""
        is_alone = not self.text[:start].strip() and ALONE.match(self.text, end) is not None
        return (
            is_alone
            or self._has_number(start, end)
            or bool(
                REST_BEFORE.search(self.text, max(0, start - MAX_BEFORE), start) or WITH_NUMBER.match(self.text, end)
            )
        )


def _told_first(told: Notice | None, token: Token) -> Token:
    """A token of which something is told before its own remark."""
    if token.remark is None:
        return replace(token, remark=told)
    return replace(token, remark=Notice("{told}; {other}", {"told": told, "other": token.remark}))
