"""The ground that a fleck is said to be in: `10% flecks of red in black`, «10% вкраплений красного в чёрном»."""

import re
from collections.abc import Sequence

from plitka.core.language.vocabulary import JOINING, Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_IN = re.compile(r"\s+(?:in|into|в|во)\s+(?:(?:a|an|the|plain)\s+)?")
_AMOUNTS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT})


def with_fleck_grounds(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with an `on` before such a ground; the same where a fleck has no number, or no ground behind it.

    Args:
        source: the text that they are of.
        tokens: of a whole recipe.
    """
    for at, token in enumerate(tokens):
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


def _is_joint(tokens: Sequence[Token], at: int) -> bool:
    return _kind(tokens, at) in (Kind.SEPARATOR, Kind.SLASH) and tokens[at].text in {*JOINING, "/", "+", "&"}


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
