"""Colours of which only the beginning is written: «оранж 45 ж 25 чёрн 30», `grn 50 blk 30 whi 20`."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.naming import names_beginning
from plitka.core.colour.palette import Palette
from plitka.core.language.ordinary import ORDINARY
from plitka.core.language.spelling import MIN_STEM, fold
from plitka.core.language.vocabulary import PLAIN_COLOURS, Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.LINK})


def with_initials(tokens: Sequence[Token], palette: Palette) -> list[Token] | None:
    """The tokens with a colour for each beginning of one; None where one may be of several, or there is none.

    It stands beside a number, and others are written out; with one letter only plain colours are written.
    """
    unknown = [at for at, token in enumerate(tokens) if token.kind is Kind.UNKNOWN]
    named = {at: name for at in unknown if (name := _name(tokens, at, palette)) is not None}
    if not unknown or len(named) < len(unknown) or all(token.kind is not Kind.COLOUR for token in tokens):
        return None
    return [_as_colour(token, named[at], palette) if at in named else token for at, token in enumerate(tokens)]


def _name(tokens: Sequence[Token], at: int, palette: Palette) -> str | None:
    beside = {token.kind for token in (*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 2])}
    word = tokens[at].text
    if len(word) == 1:
        names = [name for name in PLAIN_COLOURS if fold(name)[0] == word]
    else:
        names = list(names_beginning(word, palette)) if len(word) >= MIN_STEM and word not in ORDINARY else []
    return names[0] if len(names) == 1 and beside & _NUMBERS else None


def _as_colour(token: Token, name: str, palette: Palette) -> Token:
    remark = Notice("{typed!r} is read as {name!r}", {"typed": token.text, "name": name})
    return replace(token, kind=Kind.COLOUR, colour=palette.find(name), remark=remark, error=None)
