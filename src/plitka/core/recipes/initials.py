"""Colours of which only some letters are written: «оранж 45 ж 25 чёрн 30», `blk 60 rd 40`, `brn 40 bge 60`."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.naming import names_beginning
from plitka.core.colour.palette import Palette
from plitka.core.language.ordinary import ORDINARY
from plitka.core.language.spelling import MIN_STEM, fold
from plitka.core.language.vocabulary import PLAIN_COLOURS, Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token
from plitka.core.recipes.unsaid import CHOICE

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT})

MAX_SHORT = 5
"""Letters of such a form."""
_SEVERAL = 2


def with_initials(tokens: Sequence[Token], palette: Palette) -> list[Token] | None:
    """The tokens with a colour for each beginning or short form of one; None where one may be of several, or none is.

    It stands beside a number, and others are written out; with one letter only plain colours are written.
    """
    unknown = [at for at, token in enumerate(tokens) if token.kind is Kind.UNKNOWN]
    named = {at: name for at in unknown if (name := _name(tokens, at, palette)) is not None}
    is_all = all(token.kind is not Kind.COLOUR for token in tokens)
    has_short = any(len(tokens[at].text) < MIN_STEM - 1 for at in named)
    is_open = any(at not in named and _has_number(tokens, at) for at in unknown)
    if not named or is_open or (is_all and (has_short or len(named) < _SEVERAL)):
        return None
    return [_as_colour(token, named[at], palette) if at in named else token for at, token in enumerate(tokens)]


def _name(tokens: Sequence[Token], at: int, palette: Palette) -> str | None:
    word = tokens[at].text
    if word in CHOICE:
        return None  # `20% red or 25%`
    if len(word) == 1:
        names = [name for name in PLAIN_COLOURS if fold(name)[0] == word]
    else:
        names = list(names_beginning(word, palette)) if len(word) >= MIN_STEM and word not in ORDINARY else []
        names = names or [name for name in PLAIN_COLOURS if _is_short(word, fold(name))]
    return names[0] if len(names) == 1 and (_has_number(tokens, at) or _is_in_chain(tokens, at)) else None


def _is_in_chain(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word is joined to a colour, and the numbers stand elsewhere: `50/50 blk/rd`."""
    sides = [_kind(tokens, at + 2 * side) for side in (-1, 1) if _kind(tokens, at + side) is Kind.SLASH]
    return Kind.COLOUR in sides and sum(token.kind in _NUMBERS for token in tokens) > 1


def _has_number(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number or its unit is beside a word."""
    before, behind = at - 1, at + 1
    before -= _kind(tokens, before) is Kind.LINK
    behind += _kind(tokens, behind) is Kind.LINK
    return _kind(tokens, before) in _NUMBERS or _kind(tokens, behind) in _NUMBERS


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None


def _is_short(word: str, name: str) -> bool:
    """Whether a word is a name with letters left out, of which few are vowels: `rd`, `bge`, «чрн»."""
    if len(word) > MAX_SHORT or word[0] != name[0] or word in ORDINARY:
        return False
    letters = iter(name)
    return all(letter in letters for letter in word)


def _as_colour(token: Token, name: str, palette: Palette) -> Token:
    remark = Notice("{typed!r} is read as {name!r}", {"typed": token.text, "name": name})
    return replace(token, kind=Kind.COLOUR, colour=palette.find(name), remark=remark, error=None)
