"""Batches by mass: `100 kg batch: 70 kg black, 20 kg grey, remainder white`, `three 25 kg bags of brown`.

```
batch = total, words, ":", amount, { separator, amount }, separator, rest ;     one unit of mass throughout
bags  = count, weight, "bags", colour ;
```
"""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import CONTAINER, Kind
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_HEAD = frozenset({Kind.LABEL, Kind.MIX, Kind.ASIDE, Kind.UNKNOWN, Kind.LINK, Kind.TOTAL, Kind.COUNTED})
_STARTS = frozenset({Kind.SEPARATOR, Kind.BRACKET, Kind.LINK, None})
_MAX_HEAD = 6


def weighed_bags(tokens: list[Token]) -> list[Token]:
    """The mass of some bags of which each is weighed."""
    plain = list(tokens)
    for at in reversed(range(len(plain) - 3)):
        count, number, unit, bag = plain[at : at + 4]
        kinds = [token.kind for token in (count, number, unit, bag)]
        is_bag = kinds == [Kind.NUMBER, Kind.NUMBER, Kind.MASS, Kind.MASS] and bag.choice == CONTAINER
        if is_bag and unit.choice != CONTAINER and _kind(plain, at - 1) in _STARTS and count.value.denominator == 1:
            plain[at : at + 4] = [
                replace(number, value=count.value * number.value, span=(count.span[0], bag.span[0])),
                unit,
            ]
    return plain


def filled_batches(tokens: list[Token]) -> list[Token]:
    """The white of a batch that is told in all, where the others have their mass, has what is left of it."""
    end = next((at for at, token in enumerate(tokens[:_MAX_HEAD]) if token.text == ":"), 0)
    head = [token for token in tokens[:end] if token.kind not in _HEAD]
    rest = next((at for at, token in enumerate(tokens) if token.kind is Kind.REST), 0)
    if [token.kind for token in head] != [Kind.NUMBER, Kind.MASS] or not rest > end:
        return tokens
    total, unit = head
    named = [token for token in tokens[rest + 1 :] if token.kind is not Kind.LINK]
    told = tokens[end + 1 : rest]
    numbers = [at for at, token in enumerate(told) if token.kind in _NUMBERS]
    is_alike = all(_kind(told, at + 1) is Kind.MASS and told[at + 1].value == unit.value for at in numbers)
    left = total.value - sum(told[at].value for at in numbers)
    is_one = [token.kind for token in named[:1]] == [Kind.COLOUR] and not any(t.kind in _NUMBERS for t in named)
    if not numbers or not is_alike or not is_one or left <= 0:
        return tokens
    filled = [replace(total, value=left, span=tokens[rest].span), replace(unit, span=tokens[rest].span)]
    return [*told, *filled, *named]


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
