"""How much fleck there is, said after it: «серая с белым и чёрным вкраплением, вкраплений всего 20%»."""

from collections.abc import Sequence

from plitka.core.language.vocabulary import WITH, Kind
from plitka.core.recipes.token import Token

_SAID = frozenset({Kind.FLECK, Kind.TOTAL, Kind.LINK, Kind.NUMBER, Kind.PERCENT})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})


def with_amount_of_fleck(tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with the only number, which is said of the fleck, before its colours; None where none is."""
    numbers = [at for at, token in enumerate(tokens) if token.kind in _NUMBERS]
    if len(numbers) != 1:
        return None
    start = end = numbers[0]
    while start > 0 and tokens[start - 1].kind not in _BOUNDS:
        start -= 1
    while end < len(tokens) and tokens[end].kind not in _BOUNDS:
        end += 1
    kinds = [token.kind for token in tokens[start:end]]
    is_said = set(kinds) <= _SAID and kinds.count(Kind.FLECK) == kinds.count(Kind.PERCENT) == 1
    fleck = next((at for at in range(start) if tokens[at].kind is Kind.FLECK), None)
    if not is_said or fleck is None:
        return None
    ground = next((at for at in reversed(range(fleck)) if tokens[at].text in WITH), None)
    if ground is None:
        return None
    amount = [token for token in tokens[start:end] if token.kind in (Kind.NUMBER, Kind.PERCENT)]
    amount.sort(key=lambda token: token.kind is Kind.PERCENT)
    return [*tokens[: ground + 1], *amount, *tokens[ground + 1 : start], *tokens[end:]]
