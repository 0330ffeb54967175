"""The ground that a fleck is said to be in: `10% flecks of red in black`, «10% вкраплений красного в чёрном».

The fleck's colours may be named behind its ground: `20% fleck in black, colour: orange`, «15% крапинки на чёрном
(красная)».
"""

import re
from collections.abc import Sequence

from plitka.core.language.vocabulary import JOINING, Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_IN = re.compile(r"\s+(?:in|into|в|во)\s+(?:(?:a|an|the|plain)\s+)?")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_AMOUNTS = _NUMBERS | {Kind.PERCENT}
_HEADS = frozenset({Kind.SEPARATOR, Kind.BRACKET, Kind.LINK, Kind.MIX, Kind.FLECK, Kind.COUNTED, Kind.UNKNOWN})
"""Between the ground and the name of the fleck's colour."""
_LISTS = frozenset({":", "("})
"""Before a list of such names."""
_ENDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})


def with_fleck_grounds(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with an `on` before such a ground; the same where a fleck has no number, or no ground behind it.

    Args:
        source: the text that they are of.
        tokens: of a whole recipe.
    """
    for at, token in enumerate(tokens):
        if token.kind is Kind.FLECK and (named := _named_behind(source, tokens, at)) is not None:
            return named
        if token.kind is not Kind.FLECK or _kind(tokens, at - 1) not in _AMOUNTS:
            continue
        last = at + 1
        while _is_joint(tokens, last + 1) and _kind(tokens, last + 2) is Kind.COLOUR:
            last += 2
        if _kind(tokens, last) is not Kind.COLOUR or _kind(tokens, last + 1) is not Kind.COLOUR:
            continue
        start, end = tokens[last].span[1], tokens[last + 1].span[0]
        if _IN.fullmatch(source.text[start:end].casefold()):
            ground = Token(kind=Kind.BASE, span=(start, end), text="on")
            return [*tokens[: last + 1], ground, *tokens[last + 1 :]]
    return list(tokens)


def _named_behind(source: Source, tokens: Sequence[Token], fleck: int) -> list[Token] | None:
    """The tokens with the colours of a fleck before its ground, where they stand behind it; None where they do not."""
    start, ground = fleck, fleck + 1
    while _kind(tokens, start - 1) in _AMOUNTS:
        start -= 1
    while _kind(tokens, ground) in _AMOUNTS:
        ground += 1
    amount = [token for token in tokens[start:ground] if token.kind in _AMOUNTS]
    is_on = _kind(tokens, ground) is Kind.BASE
    ground += is_on
    if sum(token.kind in _NUMBERS for token in amount) != 1 or _kind(tokens, ground) is not Kind.COLOUR:
        return None
    gap = source.text[tokens[ground - 1].span[1] : tokens[ground].span[0]].casefold()
    behind = ground + 1 + (_kind(tokens, ground + 1) is Kind.REST)  # `a black base`
    first = behind
    while _kind(tokens, first) in _HEADS and not _is_joint(tokens, first):
        first += 1
    is_listed = any(token.text in _LISTS for token in tokens[behind:first])
    last = first
    while _kind(tokens, last + 2) is Kind.COLOUR and (
        _is_joint(tokens, last + 1) or (is_listed and _kind(tokens, last + 1) is Kind.SEPARATOR)
    ):
        last += 2
    is_named = _kind(tokens, last) is Kind.COLOUR and _kind(tokens, last + 1) in _ENDS and first > behind
    is_alone = sum(token.kind in _NUMBERS or token.kind is Kind.EQUAL for token in tokens) == 1
    if not (is_on or _IN.fullmatch(gap)) or not is_named or not is_alone:
        return None
    on = Token(kind=Kind.BASE, span=(tokens[ground - 1].span[1], tokens[ground].span[0]), text="on")
    joint = Token(kind=Kind.SEPARATOR, span=tokens[first].span, text="&")
    colours = [part for at in range(first, last + 1, 2) for part in (joint, tokens[at])][1:]
    return [*tokens[:start], *amount, *colours, tokens[fleck], on, *tokens[ground:behind], *tokens[last + 1 :]]


def _is_joint(tokens: Sequence[Token], at: int) -> bool:
    return _kind(tokens, at) in (Kind.SEPARATOR, Kind.SLASH) and tokens[at].text in {*JOINING, "/", "+", "&"}


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
