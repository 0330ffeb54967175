"""Numbers that would slide past a word that is not understood to a colour that is not theirs.

`60% red, black and flurb 40` may be a mix of three; where the 40 would become the black's, `flurb` is refused.
"""

from collections.abc import Sequence

from plitka.core.language.vocabulary import JOINING, Kind
from plitka.core.recipes.amounts import Amount, Mention, Unit
from plitka.core.recipes.shared_numbers import OF_WHICH
from plitka.core.recipes.token import Token

_APART = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_DOZEN = 12
"""More things are seldom drawn on a tile."""
_WHOLE = 100
"""Percent."""


def check_slid(tokens: Sequence[Token], mentions: Sequence[Mention]) -> None:
    """Nothing where each number stands with its colour.

    Args:
        tokens: of the text, with the words that are not understood.
        mentions: the colours, with the numbers that were given to them.

    Raises:
        UnknownColour: such a word may be the colour of a number.
    """
    unknown = [at for at, token in enumerate(tokens) if token.error is not None and token.text not in OF_WHICH]
    if not unknown:
        return
    counted = [(mention, mention.amount) for mention in mentions if mention.amount is not None]
    is_open = 0 < len(counted) < len(mentions)
    for at in unknown:
        is_left = is_open and (_is_left(tokens, at, counted) or _is_counted(tokens, at, counted))
        is_left |= _is_listed(tokens, at, [amount.span for _, amount in counted])
        is_left |= any(_is_taken(tokens, at, *pair) for pair in counted)
        error = tokens[at].error
        if error is not None and (is_left or any(_is_passed(tokens, at, *pair) for pair in counted)):
            raise error


def _is_passed(tokens: Sequence[Token], at: int, mention: Mention, amount: Amount) -> bool:
    """Whether a number has passed a word to its colour, which has another beside it or is joined to the word."""
    start, end = mention.span[1], amount.span[0]
    if amount.span[1] <= tokens[at].span[0] < mention.span[0]:
        before = at - 1 - (_kind(tokens, at - 1) in _UNITS)
        between = [token for token in tokens[at + 1 :] if token.span[0] < mention.span[0]]
        return _kind(tokens, before) in _NUMBERS and any(token.kind in _NUMBERS for token in between)
    if not start <= tokens[at].span[0] < end:
        return False
    named = next((place for place, token in enumerate(tokens) if token.span[0] >= mention.span[0]), at)
    before = named - 1 - (_kind(tokens, named - 1) in _UNITS)
    has_other = _kind(tokens, before) in _NUMBERS
    is_joined = _kind(tokens, at - 1) is Kind.SEPARATOR and tokens[at - 1].text in JOINING
    is_share = _kind(tokens, at + 1) in _NUMBERS
    is_apart = any(token.kind in _APART for token in tokens[named + 1 : at])
    return is_apart and (has_other or (is_joined and is_share and _kind(tokens, at - 2) is Kind.COLOUR))


def _is_listed(tokens: Sequence[Token], at: int, used: Sequence[tuple[int, int]]) -> bool:
    """Whether a word has its number as the colour before it has, with no comma between: `45 slate 35 fawnish`."""
    kinds = [_kind(tokens, place) for place in range(at - 3, at)]
    if kinds != [Kind.NUMBER, Kind.COLOUR, Kind.NUMBER]:
        return False
    number = tokens[at - 1].span[0]
    return not any(start <= number < end for start, end in used)


def _is_taken(tokens: Sequence[Token], at: int, mention: Mention, amount: Amount) -> bool:
    """Whether the number right before a word became that of a colour before a comma: `5 of black, one of grumble`."""
    is_own = _kind(tokens, at - 1) is Kind.NUMBER and amount.span == tokens[at - 1].span
    return is_own and mention.span[1] <= amount.span[0] and _kind(tokens, at - 2) is Kind.SEPARATOR


def _is_left(tokens: Sequence[Token], at: int, counted: Sequence[tuple[Mention, Amount]]) -> bool:
    """Whether the number beside a word is just what a colour without one gets: the 60 of `60 flurb 40 red black`."""
    left = _WHOLE - sum(amount.percent for _, amount in counted)
    before = at - 1 - (_kind(tokens, at - 1) in _UNITS)
    beside = [tokens[place] for place in (before, at + 1) if _kind(tokens, place) is Kind.NUMBER]
    used = [amount.span for _, amount in counted]
    return any(
        number.value == left and not any(start <= number.span[0] < end for start, end in used) for number in beside
    )


def _is_counted(tokens: Sequence[Token], at: int, counted: Sequence[tuple[Mention, Amount]]) -> bool:
    """Whether a word behind a colour may be what its number counts: `5 yellow ducks on blue`."""
    numbers = [amount for _, amount in counted]
    if any(one.unit is not Unit.PLAIN for one in numbers) or sum(one.value for one in numbers) >= _WHOLE:
        return False
    if any(
        amount.span == tokens[at - 1].span and tokens[at].span[1] <= mention.span[0] and amount.value <= _DOZEN
        for mention, amount in counted
        if at
    ):
        return True  # `5 balls of red on white`
    return any(
        mention.span[1] <= tokens[at].span[0]
        and _kind(tokens, at - 1) is Kind.COLOUR
        and mention.span == tokens[at - 1].span
        and amount.span[1] <= mention.span[0]
        for mention, amount in counted
    )


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
