"""A colour that is taken out of a mix behind it, where a ground has its share: `black, 10% grey, 5% red - remove red`.

```
removed = mix, bound, [words], (verb, colour | colour, verb), [words] ;
```

Without a ground it is not clear who gets the share, and the text is refused.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.open_amounts import CHANGES, INSTEAD, REMOVES
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_AMOUNTS = _NUMBERS | {Kind.PERCENT, Kind.PARTS}
_GROUNDS = frozenset({Kind.REST, Kind.BASE, Kind.FLECK})
_ENDS = frozenset({Kind.SEPARATOR, Kind.BRACKET, Kind.LINK})
_WORDS = frozenset({Kind.UNKNOWN, Kind.ASIDE, Kind.SEPARATOR, Kind.LINK})
_WHOLE = 100
"""Percent."""


def without_removed(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens of a mix on a ground without the colour that is taken out at last; None where that is not clear."""
    verbs = [at for at, token in enumerate(tokens) if token.kind is Kind.VAGUE and token.choice in CHANGES]
    if len(verbs) != 1 or tokens[verbs[0]].choice == INSTEAD or not tokens[verbs[0]].text.startswith(REMOVES):
        return None
    start = verbs[0]
    while start > 0 and tokens[start].kind not in _ENDS:
        start -= 1
    before, said = list(tokens[:start]), tokens[start:]
    named = [token for token in said if token.kind is Kind.COLOUR]
    if len(named) != 1 or not {token.kind for token in said} <= _WORDS | {Kind.COLOUR, Kind.VAGUE}:
        return None
    places = [at for at, token in enumerate(before) if token.kind is Kind.COLOUR and token.colour == named[0].colour]
    if len(places) != 1 or _GROUNDS.isdisjoint({token.kind for token in before}):
        return None
    kept = _without_share(before, places[0])
    if kept is None or not _has_ground(kept):
        return None
    first = next(token for token in said if token.kind not in _ENDS)
    words = source.text[first.span[0] : max(named[0].span[1], tokens[verbs[0]].span[1])]
    ground = next(at for at, token in enumerate(kept) if token.kind is Kind.COLOUR)
    remark = Notice("{words!r} takes a colour out of the mix; the ground has its share", {"words": words})
    kept[ground] = replace(kept[ground], remark=remark)
    return kept


def _without_share(tokens: list[Token], at: int) -> list[Token] | None:
    """The tokens without a colour and the number beside it; None where it has none."""
    behind = [*takewhile(lambda token: token.kind in _AMOUNTS, tokens[at + 1 :])]
    ahead = [*takewhile(lambda token: token.kind in _AMOUNTS, reversed(tokens[:at]))]
    if bool(behind) == bool(ahead) or sum(token.kind in _NUMBERS for token in (*behind, *ahead)) != 1:
        return None
    return [*tokens[: at - len(ahead)], *tokens[at + 1 + len(behind) :]]


def _has_ground(tokens: Sequence[Token]) -> bool:
    """Whether one colour has no number, and the numbers leave it something."""
    numbers = [
        token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in tokens if token.kind in _NUMBERS
    ]
    n_colours = len({token.colour for token in tokens if token.kind is Kind.COLOUR})
    return n_colours == len(numbers) + 1 and sum(numbers) < _WHOLE
