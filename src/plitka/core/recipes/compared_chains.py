"""Amounts of three colours and more that are only compared with one another.

```
chain   = said, { [","], said } ;             «красного столько же, сколько синего, а белого вдвое меньше»
said    = colour, times, [colour] | times, colour, [colour] ;        what is compared, and with which
equal   = colours, "in equal parts" | "in equal parts", colours ;     ahead of a chain: «поровну, чёрного вдвое меньше»
```

Where it is not said with which, all that are told so far must have as much.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.colour.palette import Colour
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_TIMES = frozenset({Kind.COMPARED, Kind.SAME})
_LEAST = 3
"""Colours; two are a ratio."""
_PAIR = 2


def compared_chain(tokens: list[Token]) -> list[Token]:
    """The tokens with so many parts of each colour; the same where something else is said of them."""
    plain = [token for token in tokens if token.kind is not Kind.SEPARATOR]
    equal, plain = _equal_ahead(plain)
    said = [token for at, token in enumerate(plain) if not (at and _says_as(plain[at - 1], token))]
    least = _LEAST if len(said) == len(plain) and not equal else _LEAST - 1
    if {token.kind for token in said} - _TIMES != {Kind.COLOUR} or sum(t.kind in _TIMES for t in said) < least - 1:
        return tokens
    parts: dict[Colour | None, Fraction] = dict.fromkeys((token.colour for token in equal), Fraction(1))
    named: dict[Colour | None, Token] = {token.colour: token for token in equal}
    at = 0
    while at < len(said):
        clause = said[at : at + 3]
        if len(clause) < _LEAST - 1 or (clause[0].kind in _TIMES) == (clause[1].kind in _TIMES):
            return tokens
        at += 2
        times, subject = sorted(clause[:2], key=lambda token: token.kind is Kind.COLOUR)
        is_times_first = clause[0].kind in _TIMES
        begins = not is_times_first and at + 1 < len(said) and said[at + 1].kind in _TIMES
        other = clause[2] if len(clause) == _LEAST and clause[2].kind is Kind.COLOUR and not begins else None
        at += other is not None
        if not _tell(parts, subject.colour, times, other):
            return tokens
        named |= {token.colour: token for token in (subject, other) if token is not None}
    if len(parts) < least:
        return tokens
    return [token for colour, value in parts.items() for token in _counted(named[colour], value)]


def _equal_ahead(plain: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """The colours that are said to have as much of each before the others are compared, and what is said behind."""
    at = next((at for at, token in enumerate(plain) if token.kind is Kind.EQUAL), None)
    if at is None:
        return [], list(plain)
    start = 1 if at == 0 else 0
    end = at or next((place for place in range(1, len(plain)) if plain[place].kind is not Kind.COLOUR), len(plain))
    is_last_compared = at == 0 and end < len(plain) and plain[end].kind in _TIMES and end + 1 == len(plain)
    end -= is_last_compared  # «поровну красный и синий, белого вдвое меньше»
    head = list(plain[start:end])
    if len({token.colour for token in head if token.kind is Kind.COLOUR}) != len(head) or len(head) < _PAIR:
        return [], list(plain)
    return head, [token for token in plain[end + (at > 0) :] if token.kind is not Kind.EACH]


def _says_as(before: Token, token: Token) -> bool:
    """Whether it is the «сколько» of «столько же, сколько»."""
    return before.kind is Kind.SAME and token.text == "сколько"


def _tell(parts: dict[Colour | None, Fraction], subject: Colour | None, times: Token, other: Token | None) -> bool:
    """Add how much there is of a colour; False where that is not clear."""
    value = times.value if times.kind is Kind.COMPARED else Fraction(1)
    base = None if other is None else other.colour
    if not parts and base is not None:
        parts[base] = Fraction(1)
    if base is None and len({*parts.values()}) != 1:
        return False
    known = next(iter(parts.values())) if base is None else parts.get(base)
    if subject in parts and base is not None and known is None:
        parts[base] = parts[subject] / value
        return True
    if known is None or subject in parts:
        return False
    parts[subject] = known * value
    return True


def _counted(colour: Token, value: Fraction) -> list[Token]:
    comma = replace(colour, kind=Kind.SEPARATOR, text=",", colour=None, own=None, remark=None)
    number = replace(comma, kind=Kind.NUMBER, value=value, text="")
    return [comma, number, replace(comma, kind=Kind.PARTS, text="parts"), colour]
