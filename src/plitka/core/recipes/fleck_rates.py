"""How much fleck there is, said before the word that names its colour: `grey, speckled 10% with mustard`.

```
rate = fleck, amount, "with", colour | amount, fleck, "with", colour | amount, "with", fleck, colour
     | amount, "with", colours, fleck | colour, fleck, amount, colour, "base" ;
```

The number belongs to the colour behind `with`, and the ground has the rest.
"""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import JOINING, WITH, Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_ENDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET, Kind.BASE})
_GROUND = [Kind.NUMBER, Kind.COLOUR, Kind.REST]
_JOINTS = JOINING | {"/", "+", "&"}
_HALF = 50
_WHOLE = 100
"""Percent."""
_WITH = "with"


def with_fleck_rates(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with such numbers right before their colours."""
    told = _shared_behind(tokens)
    if all(token.kind is not Kind.FLECK for token in tokens):
        return told
    at = 0
    has_rate = False
    while at < len(told):
        said = _said(told, at, has_rate=has_rate)
        if said is not None:
            end, amount, fleck = said
            if at > 0 and told[at - 1].kind is Kind.COLOUR and told[at] is amount[0]:
                values = {"number": amount[0].text, "name": told[end - 1].text}
                remark = Notice("{number!r} is taken as how much there is of the fleck of {name!r}", values)
                amount = [replace(amount[0], remark=remark), *amount[1:]]
            has_rate = True
            joint = _joint(told, at)
            told[at:end] = [*joint, *amount, told[end - 1], *fleck]
            at += len(joint) + len(amount)
        at += 1
    return _parted(told)


def _shared_behind(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the number of `red and white flecks 20%` and `flecks red and white 20` before its colours."""
    told = list(tokens)
    for at, token in enumerate(told):
        if token.kind is not Kind.FLECK:
            continue
        is_ahead = _kind(told, at + 1) is Kind.COLOUR  # `flecks red and white`
        start = at + 1 if is_ahead else at - 1
        end = start
        while is_ahead and _is_joint(told, end + 1) and _kind(told, end + 2) is Kind.COLOUR:
            end += 2
        while not is_ahead and start > 2 and _is_joint(told, start - 1) and told[start - 2].kind is Kind.COLOUR:
            start -= 2
        number = end + 1 if is_ahead else at + 1
        before = min(start, at) - 1
        is_ground = (
            before > 0 and told[before].text in (",", *WITH) and any(t.kind is Kind.COLOUR for t in told[:before])
        )
        if start == end or told[start].kind is not Kind.COLOUR or _kind(told, number) not in _NUMBERS or not is_ground:
            continue
        last = number + 1 + (_kind(told, number + 1) is Kind.PERCENT)
        if _kind(told, last) not in _ENDS:
            continue
        first = min(start, at)
        return [*told[:first], *told[number:last], *told[start : end + 1], token, *told[last:]]
    return told


def _is_joint(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind in (Kind.SEPARATOR, Kind.SLASH) and tokens[at].text in _JOINTS


def _parted(tokens: list[Token]) -> list[Token]:
    """The tokens with a comma behind the number of `blue fleck 10% grey base`."""
    named = [token for token in tokens if token.kind is not Kind.PERCENT]
    kinds = [token.kind for token in named]
    for at in range(len(named) - 4):
        if {*kinds[at : at + 2]} == {Kind.COLOUR, Kind.FLECK} and kinds[at + 2 : at + 5] == _GROUND:
            place = tokens.index(named[at + 3])
            start = named[at + 3].span[0]
            return [*tokens[:place], Token(kind=Kind.SEPARATOR, span=(start, start), text=","), *tokens[place:]]
    return tokens


def _joint(tokens: Sequence[Token], at: int) -> list[Token]:
    """A `with` before the number, where no comma parts it from the ground."""
    if at == 0 or tokens[at - 1].kind in (Kind.SEPARATOR, Kind.BRACKET):
        return []
    place = tokens[at].span[0]
    return [Token(kind=Kind.SEPARATOR, span=(place, place), text=_WITH)]


def _said(tokens: Sequence[Token], at: int, *, has_rate: bool) -> tuple[int, list[Token], list[Token]] | None:
    """Where the colour of a number at a place ends, the number with its unit, and the word for the fleck."""
    amount: list[Token] = []
    fleck: list[Token] = []
    end, has_with = at, False
    while end < len(tokens) and tokens[end].kind is not Kind.COLOUR:
        token = tokens[end]
        is_unit = token.kind is Kind.PERCENT and len(amount) == 1 and tokens[end - 1] is amount[0]
        if is_unit or (token.kind in _NUMBERS and not amount and not has_with):
            amount.append(token)
        elif token.kind is Kind.FLECK and not fleck:
            fleck.append(token)
        elif token.kind is Kind.SEPARATOR and token.text in WITH and amount and not has_with:
            has_with = True
        elif not (token.kind is Kind.BASE and end == at):
            return None
        end += 1
    is_behind = bool(amount) and has_with and not fleck and _has_fleck_behind(tokens, end)
    is_named = end < len(tokens) and (is_behind or _kind(tokens, end + 1) in _ENDS)
    if not is_named or not amount or not has_with or not (fleck or has_rate or is_behind):
        return None
    return None if _is_of_ground(tokens, at, amount[0]) else (end + 1, amount, fleck)


def _has_fleck_behind(tokens: Sequence[Token], at: int) -> bool:
    """Whether colours that are joined stand at a place, and the word for the fleck behind them."""
    while _kind(tokens, at) is Kind.COLOUR and _kind(tokens, at + 1) is Kind.SEPARATOR:
        if tokens[at + 1].text not in JOINING:
            return False
        at += 2
    return _kind(tokens, at) is Kind.COLOUR and _kind(tokens, at + 1) is Kind.FLECK


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if at < len(tokens) else None


def _is_of_ground(tokens: Sequence[Token], at: int, number: Token) -> bool:
    """Whether a number before the fleck is of what lies under it: `grey 90% speckled with blue`."""
    share = number.value * (_WHOLE if number.kind is Kind.FRACTION else 1)
    return tokens[at].kind is not Kind.FLECK and share >= _HALF
