"""A mix in one sentence among others: `Black 88%, yellow 12%. Last load had too much yellow.`"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from plitka.core.colour.palette import Colour
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_END = re.compile(r"[.!?]+[\"»)]*\s+(?=[«\"(]?[A-ZА-ЯЁ])|\n+")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS, Kind.LINK})
_OF_MIX = frozenset(
    {
        Kind.VAGUE, Kind.RANGE, Kind.ZONE, Kind.LAYER, Kind.REST, Kind.BASE, Kind.EQUAL, Kind.SAME, Kind.COMPARED,
        Kind.HALF, Kind.FLECK, Kind.MIX, Kind.EACH,
    }
)  # fmt: skip
"""What a sentence beside the mix does not have if it names a colour."""
_WHOLE = 100
"""Percent."""


def with_sentences_beside(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with all sentences but one beside the mix; None where that one is no whole or another adds to it."""
    sentences = list(_sentences(source, tokens))
    wholes = [sentence for sentence in sentences if _is_whole(sentence)]
    if len(sentences) < 2 or len(wholes) != 1:
        return None
    colours = {token.colour for token in wholes[0]} - {None}
    beside = [sentence for sentence in sentences if sentence is not wholes[0]]
    if not all(_is_beside(sentence, colours) for sentence in beside):
        return None
    kept: list[Token] = []
    for sentence in sentences:
        if sentence is wholes[0]:
            kept += sentence
        elif sentence:
            kept += [_as_bound(sentence[0]), _as_words(source, sentence), _as_bound(sentence[-1])]
    return kept


def _sentences(source: Source, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    ends = [*(match.end() for match in _END.finditer(source.text)), len(source.text)]
    start = 0
    for end in ends:
        yield [token for token in tokens if start <= token.span[0] < end]
        start = end


def _is_whole(sentence: Sequence[Token]) -> bool:
    shares = [
        token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in sentence if token.kind in _NUMBERS
    ]
    return sum(token.kind is Kind.COLOUR for token in sentence) == len(shares) > 1 and sum(shares) == _WHOLE


def _is_beside(sentence: Sequence[Token], colours: Set[Colour | None]) -> bool:
    """Whether a sentence neither names another colour nor says how much of one there is."""
    named = [at for at, token in enumerate(sentence) if token.kind is Kind.COLOUR]
    if not named:
        return True
    is_other = any(sentence[at].colour not in colours for at in named)
    says_mix = any(token.kind in _OF_MIX for token in sentence)
    return not is_other and not says_mix and not any(_is_counted(sentence, at) for at in named)


def _is_counted(sentence: Sequence[Token], at: int) -> bool:
    before = [token.kind for token in sentence[max(0, at - 2) : at]]
    after = [token.kind for token in sentence[at + 1 : at + 3]]
    return any(
        kinds[:1] and (kinds[0] in _NUMBERS or (kinds[0] in _UNITS and kinds[1:] and kinds[1] in _NUMBERS))
        for kinds in (before[::-1], after)
    )


def _as_words(source: Source, sentence: Sequence[Token]) -> Token:
    span = sentence[0].span[0], sentence[-1].span[1]
    return Token(kind=Kind.ASIDE, span=span, text=source.text[slice(*span)].casefold())


def _as_bound(token: Token) -> Token:
    return replace(token, kind=Kind.SEPARATOR, text=".", error=None, remark=None, colour=None, choice="")
