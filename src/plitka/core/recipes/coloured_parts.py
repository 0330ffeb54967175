"""Granules that are said to be coloured, with their number, and then of which colours: `40% coloured, half red, ...`.

```
coloured = amount, "coloured" | "coloured", percent, [":" | "of which"], colours, "equally" | { amount, colour } ;
         | amount, "(", { amount, colour }, ")" ;          `80 black, 20 (10 red, 10 blue)`
```
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.shared_numbers import OF_WHICH
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_BETWEEN = frozenset({Kind.SEPARATOR, Kind.LINK, Kind.BRACKET})
_INSIDE = _NUMBERS | _BETWEEN | {Kind.COLOUR, Kind.PERCENT, Kind.EQUAL}
_GROUND = frozenset({Kind.REST, Kind.BASE})
_MANY = 2
_WHOLE = 100
"""Percent."""


def with_coloured_parts(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the percent of each of those colours; the same where their parts are no whole."""
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.COLOURED), None)
    said = _lone_number(tokens) if at is None else _with_number(tokens, at)
    if said is None:
        return list(tokens)
    start, end = said
    first = end
    while _kind(tokens, first) in _BETWEEN or (first < len(tokens) and tokens[first].text in OF_WHICH):
        first += 1
    last = _end_of_colours(tokens, first)
    number = next((token for token in tokens[start:end] if token.kind is Kind.NUMBER), None)
    if number is None or first == end:
        return list(tokens)
    is_percent = any(token.kind is Kind.PERCENT for token in tokens[start:end])
    for until in (last, *(at for at in reversed(range(first + 1, last)) if tokens[at].kind is Kind.SEPARATOR)):
        counted = _counted(tokens[first:until], number, is_percent=is_percent)
        if counted is not None:
            return [*tokens[:start], *counted, *tokens[until:]]
    return list(tokens)


def _lone_number(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Where the 20 of `80 black, 20 (10 red, 10 blue)` stands, which no colour outside of the brackets has."""
    for at in range(len(tokens) - 1):
        end = at + 1 + (tokens[at + 1].kind is Kind.PERCENT)
        close = next((i for i in range(end, len(tokens)) if tokens[i].text == ")"), None)
        if tokens[at].kind is not Kind.NUMBER or close is None or tokens[end].text != "(":
            continue
        outside = [*tokens[:at], *tokens[close + 1 :]]
        n_colours = sum(token.kind is Kind.COLOUR for token in outside)
        others = [token.value for token in outside if token.kind in _NUMBERS]
        inside = [token.value for token in tokens[end:close] if token.kind is Kind.NUMBER]
        is_left = n_colours == len(others) > 0 and sum(others) + tokens[at].value == _WHOLE
        if is_left and sum(inside) == tokens[at].value:
            return at, end
    return None


def _with_number(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """Where the word and its percent begin and end."""
    if [_kind(tokens, at - 2), _kind(tokens, at - 1)] == [Kind.NUMBER, Kind.PERCENT]:
        end = at + 1
        while _kind(tokens, end) is Kind.FLECK:
            end += 1
        return at - 2, end
    if _kind(tokens, at - 1) is Kind.NUMBER and _kind(tokens, at + 1) in _BETWEEN:
        return at - 1, at + 1  # `80 black, 20 coloured (10 red, 10 blue)`
    end = at + 1
    while _kind(tokens, end) in (Kind.FLECK, Kind.LINK, Kind.SBR):
        end += 1
    is_number = [_kind(tokens, end), _kind(tokens, end + 1)] == [Kind.NUMBER, Kind.PERCENT]
    if _kind(tokens, end) is Kind.NUMBER and _kind(tokens, end + 1) is Kind.BRACKET:
        return at, end + 1
    return at, end + 2 if is_number else at + 1


def _end_of_colours(tokens: Sequence[Token], first: int) -> int:
    """Where the ground is named, or the last token: `black base`, «основа чёрная», `on black`."""
    ground = next((at for at in range(first, len(tokens)) if tokens[at].kind in _GROUND), len(tokens))
    is_named_before = _kind(tokens, ground - 1) is Kind.COLOUR and _kind(tokens, ground + 1) is not Kind.COLOUR
    return ground - 1 if ground < len(tokens) and is_named_before else ground


def _counted(inside: Sequence[Token], number: Token, *, is_percent: bool) -> list[Token] | None:
    """Each colour with its percent of the whole; None where the words between say something else."""
    colours = [token for token in inside if token.kind is Kind.COLOUR]
    amounts = [token for token in inside if token.kind in _NUMBERS]
    kinds = {token.kind for token in inside}
    if len(colours) < _MANY or not kinds <= _INSIDE:
        return None
    if not amounts and Kind.EQUAL in kinds:
        shares = [Fraction(1, len(colours))] * len(colours)
    else:
        shares = [amount.value / (_WHOLE if amount.kind is Kind.NUMBER else 1) for amount in amounts]
    if sum(amount.value for amount in amounts) == number.value:  # `20 coloured (10 red, 10 blue)`
        shares = [amount.value / number.value for amount in amounts]
    if len(shares) != len(colours) or sum(shares) != 1:
        return None
    percent = replace(number, kind=Kind.PERCENT, text="%", value=Fraction(0), remark=None)
    comma = replace(percent, kind=Kind.SEPARATOR, text=",")
    units = [percent] if is_percent else []
    return [
        token
        for colour, share in zip(colours, shares, strict=True)
        for token in (comma, replace(number, value=number.value * share), *units, replace(colour, is_bracketed=False))
    ] + [comma]


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
