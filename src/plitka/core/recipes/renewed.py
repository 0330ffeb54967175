"""Shares that take the place of others: `change 20% yellow to 20% orange. Base remains 80% blue`.

```
renewed = [mix], verb, share, ("to" | "for" | "with" | "на"), share, [mix] ;
        | verb, [words], colour, ("with" | "for" | "by"), mix ;              `replace the faded red with 100% RAL 3013`
```
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import takewhile

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.changes import OPEN, TO, VERB, is_whole, with_change, with_other
from plitka.core.recipes.former import without_former
from plitka.core.recipes.recoloured import with_recoloured
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_CHANGE = re.compile(rf"{VERB}(?P<what>(?:[^,.;:\n\d%]|(?:ral|рал)[ ]?\d{{4}}|\d{{1,3}}(?!\d)[ ]?%?)*?)[ ]+{TO}")
_OLD = re.compile(
    r"(?<![^\W_])(?:existing|old|current|present|faded|worn|damaged|tiles?|floor|mats?|surface)(?![^\W_])"
)
"""Of what a whole mix comes for; that of `swap blue for 60% green, 40% white` may come for the blue of another."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_SHARE = _NUMBERS | {Kind.PERCENT, Kind.COLOUR}
_PAIR = 2


def with_renewed(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens of the mix after such a change; None where it is not told as a whole, or there is no change."""
    found = list(_CHANGE.finditer(source.folded))
    if len(found) != 1 or (found[0]["verb"].startswith("substitut") and found[0]["to"].startswith("for")):
        return None
    start, end = source.span(*found[0].span())
    # A rest, `base remains 80% blue`, has its number.
    before = [token for token in tokens if token.span[0] < start and token.kind is not Kind.REST]
    said = [token for token in tokens if start <= token.span[0] < end]
    behind = [token for token in tokens if token.span[0] >= end and token.kind is not Kind.REST]
    old = [token for token in said if token.kind in _NUMBERS]
    named = [token for token in said if token.kind is Kind.COLOUR]
    is_share = len(old) == len(named) == 1
    if is_share and is_whole(before):
        return _exchanged(source, before, old[0], named[0], behind)
    is_apart = all(token.kind not in OPEN | {Kind.COLOUR} for token in before)
    is_new = is_apart and is_whole(behind, n_least=1) and len(old) <= len(named)
    is_one = sum(token.kind is Kind.COLOUR for token in behind) == 1
    is_new &= bool(old) or is_one or _OLD.search(found[0]["what"]) is not None
    is_rest = is_share and is_whole([*before, *behind])
    is_rest &= is_share and named[0].colour not in {token.colour for token in before}
    if not (is_new or is_rest):
        return None
    words = source.text[start:end].rstrip()
    span = (start, start + len(words))
    label = Token(kind=Kind.LABEL, span=span, text=words, choice=LETTERED)
    before = before[:-1] if before and before[-1].kind is Kind.LINK else before
    return [*before, _comma(start), label, _comma(span[1]), *behind]


def find_untold_shares(source: Source, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Where one share is to come for another, and no whole mix is told; None if nowhere."""
    for found in _CHANGE.finditer(source.folded):
        start, end = source.span(*found.span())
        said = {token.kind for token in tokens if start <= token.span[0] < end}
        new = [*takewhile(lambda token: token.kind in _SHARE, [t for t in tokens if t.span[0] >= end])]
        if said >= {Kind.NUMBER, Kind.COLOUR} and new and new[0].kind is Kind.NUMBER:
            read = (with_renewed, with_change, without_former, with_recoloured)
            if all(one(source, tokens) is None for one in read):
                return start, new[-1].span[1]
    return None


def _exchanged(
    source: Source, mix: Sequence[Token], old: Token, name: Token, behind: Sequence[Token]
) -> list[Token] | None:
    """A whole mix with another colour for one, with all of its number: not 10% of 70% red."""
    numbers = [token.value for token in behind if token.kind in _NUMBERS]
    colours = [token for token in behind if token.kind is Kind.COLOUR]
    is_all = _share_of(mix, name) == old.value and numbers == [old.value]
    return with_other(source, list(mix), name, colours[0]) if is_all and len(colours) == 1 else None


def _share_of(mix: Sequence[Token], name: Token) -> Fraction | None:
    """The number of a colour in a whole mix in which each stands on the same side of its own."""
    told = [token for token in mix if token.kind in _NUMBERS | {Kind.COLOUR}]
    pairs = [{token.kind: token for token in told[at : at + _PAIR]} for at in range(0, len(told), _PAIR)]
    found = [pair for pair in pairs if Kind.COLOUR in pair and pair[Kind.COLOUR].colour == name.colour]
    return found[0][Kind.NUMBER].value if len(found) == 1 and Kind.NUMBER in found[0] else None


def _comma(at: int) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(at, at), text=",")
