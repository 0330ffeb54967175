"""What is tried where numbers do not fit: those of a part of the mix, whose share of the whole is said apart.

```
portion = percent, [words], "(", amounts and colours, ")" ;            `20% EPDM (red/yellow 1:1), black 80%`
        | fleck, percent, [":" | ","], amounts and colours ;           `flecks (25% total): red 2, grey 2, white 1`
ground  = amounts and colours, over, percent, colour ;                 `50/50 black/grey with 10% red flecks`
        | colour, "half and half with", colour, over, percent, colour ; `red half and half with black, 5% white fleck`
named   = "EPDM", percent, ..., "EPDM", ":", amounts and colours ;      `EPDM 20% / SBR 80%, EPDM: half blue, half teal`
```

What is inside is shared out in proportion to its numbers. The numbers of a ground are of what the others leave.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.language.vocabulary import JOINING, Kind
from plitka.core.recipes.amounts import MAX_DENOMINATOR
from plitka.core.recipes.recipe import Notice, plain
from plitka.core.recipes.shared_numbers import OF_WHICH
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS})
_JOINTS = frozenset({Kind.SLASH, Kind.LINK})
_INSIDE = _NUMBERS | _UNITS | _JOINTS | {Kind.COLOUR, Kind.SEPARATOR}
_BESIDE_NUMBER = frozenset({Kind.FLECK, Kind.MIX, Kind.ASIDE, Kind.UNKNOWN, Kind.LOOK})
_IN_HEAD = _NUMBERS | {Kind.FLECK, Kind.PERCENT, Kind.TOTAL, Kind.BRACKET}
_GROUNDS = frozenset({Kind.BASE, Kind.REST})
_TOP = frozenset({"top", "сверху", "поверх"})
_NAMED = _NUMBERS | {Kind.COLOUR}
_OF_GROUND = _INSIDE | {Kind.REST, Kind.BASE, Kind.MIX}
_BOUNDS = frozenset({Kind.SLASH, Kind.SEPARATOR})
_EPDM = re.compile(r"(?<![^\W_])(?:epdm|эпдм|епдм)[ ]*$")
_PAIR = 2
_MAX_IN_HEAD = 6
"""Words between a sum and its colon."""
_WHOLE = 100
"""Percent."""


def with_portions(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with each number in percent of the whole; None where no part has numbers of its own."""
    for read in (_bracketed, _headed, _summed, _of_whole):
        if (found := read(list(tokens))) is not None:
            return found
    return _over_ground(source, tokens) or _last_of_whole(tokens) or _halves_behind(tokens) or _of_named(source, tokens)


def _halves_behind(tokens: Sequence[Token]) -> list[Token] | None:
    """The word for halves behind both of its colours, where others have numbers."""
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.EQUAL), 0)
    around = [_kind(tokens, place) for place in (at - 1, at + 1, at + 2, at + 3)]
    if at != 1 or around != [Kind.COLOUR, Kind.SEPARATOR, Kind.COLOUR, Kind.SEPARATOR]:
        return None
    end = tokens[3].span[1]
    return [tokens[0], _comma(tokens[2]), tokens[3], replace(tokens[1], span=(end, end)), *tokens[4:]]


def _of_named(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """`EPDM 20% / SBR 80%, EPDM: half blue, half turquoise`."""
    head = next((at for at in range(2, len(tokens)) if tokens[at].text == ":" and _is_of_epdm(source, tokens[at])), 0)
    own = [at for at in range(head - 1) if tokens[at].kind is Kind.NUMBER and _is_of_epdm(source, tokens[at])]
    if len(own) != 1 or _kind(tokens, own[0] + 1) is not Kind.PERCENT or _kind(tokens, own[0] + 2) not in _BOUNDS:
        return None
    portion = _portion(tokens[head + 1 :], tokens[own[0]].value)
    return None if portion is None else [*tokens[: own[0]], *portion, *tokens[own[0] + 3 : head]]


def _is_of_epdm(source: Source, token: Token) -> bool:
    return _EPDM.search(source.text[: token.span[0]].casefold()) is not None


def _bracketed(tokens: list[Token]) -> list[Token] | None:
    """`20% EPDM (red/yellow 1:1)`."""
    shared = list(tokens)
    for start in reversed([at for at, token in enumerate(tokens) if token.text in ("(", "[")]):
        end = next((at for at in range(start, len(tokens)) if tokens[at].text in (")", "]")), None)
        head = start - 1
        while _kind(tokens, head) in _BESIDE_NUMBER:
            head -= 1
        if end is None or _kind(tokens, head) is not Kind.PERCENT or _kind(tokens, head - 1) is not Kind.NUMBER:
            continue
        portion = _portion(tokens[start + 1 : end], tokens[head - 1].value)
        if portion is not None:
            is_fleck = any(token.kind is Kind.FLECK for token in tokens[head:start])
            shared[head - 1 : end + 1] = [*portion, *_fleck(tokens[start], is_fleck=is_fleck), _comma(tokens[end])]
    return None if shared == tokens else shared


def _summed(tokens: list[Token]) -> list[Token] | None:
    """`25% coverage of EPDM: blue 10%, green 10%, yellow 5%`: what numbers behind a colon add up to, said before."""
    for at in range(len(tokens) - 2):
        if [token.kind for token in tokens[at : at + 2]] != [Kind.NUMBER, Kind.PERCENT]:
            continue
        colon = at + 2
        while _kind(tokens, colon) in _BESIDE_NUMBER | {Kind.TOTAL, Kind.COUNTED} and colon - at <= _MAX_IN_HEAD:
            colon += 1
        inside = tokens[colon + 1 :]
        n_colours = sum(token.kind is Kind.COLOUR for token in inside)
        n_numbers = sum(token.kind in _NUMBERS for token in inside)
        is_list = colon > at + 2 and tokens[colon : colon + 1] and tokens[colon].text == ":" and n_colours == n_numbers
        if is_list and n_colours >= _PAIR and _sum(inside) == tokens[at].value and _is_counted(inside):
            return [*tokens[:at], _comma(tokens[at]), *inside]
    return None


def _headed(tokens: list[Token]) -> list[Token] | None:
    """`Flecks (25% total): red 2, grey 2, white 1`."""
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.FLECK), None)
    if at is None:
        return None
    start = at
    while _kind(tokens, start - 1) in {Kind.NUMBER, Kind.PERCENT}:
        start -= 1
    end = at + 1
    while _kind(tokens, end) in _IN_HEAD and _kind(tokens, end + 1) is not None:
        if _kind(tokens, end) in _NUMBERS and Kind.PERCENT in {token.kind for token in tokens[start:end]}:
            break  # `fleck 15%, 2 parts white to 1 part grey`
        end += 1
    head = tokens[start:end]
    numbers = [token for token in head if token.kind is Kind.NUMBER]
    first = end + (_kind(tokens, end) in {Kind.SEPARATOR, Kind.LINK, Kind.MIX})
    first += first < len(tokens) and tokens[first].text in OF_WHICH  # «крапинка 15%, из них 2 части белого»
    is_head = _kind(tokens, first) in {Kind.COLOUR, Kind.NUMBER} and len(numbers) == 1
    if not is_head or all(token.kind is not Kind.PERCENT for token in head):
        return None
    base = next((place for place in range(first, len(tokens)) if tokens[place].kind in _GROUNDS), len(tokens))
    base -= _kind(tokens, base) is Kind.REST and _kind(tokens, base - 1) is Kind.SEPARATOR
    if _is_counted(tokens[first:base]):
        base_portion = _portion(tokens[first:base], numbers[0].value)  # `15% fleck green/white 2:1 on black`
        return None if base_portion is None else [*tokens[:start], *base_portion, tokens[at], *tokens[base:]]
    last = first
    for clause in _clauses(tokens, first):
        if not _is_counted(tokens[slice(*clause)]):
            break
        last = clause[1]
    portion = _portion(tokens[first:last], numbers[0].value)
    if portion is None:
        return None
    return [*tokens[:start], _comma(tokens[start]), *portion, tokens[at], *tokens[last:]]


def _of_whole(tokens: list[Token]) -> list[Token] | None:
    """The first grey of `granite-look grey (60% mid grey, 25% dark grey, 15% white)` names what the mix looks like."""
    for start in [at for at, token in enumerate(tokens) if token.text in ("(", "[")]:
        end = next((at for at in range(start, len(tokens)) if tokens[at].text in (")", "]")), None)
        is_named = _kind(tokens, start - 1) is Kind.COLOUR and end is not None
        others = [token for token in (*tokens[: start - 1], *tokens[end or start :]) if token.kind in _NAMED]
        if is_named and not others and _portion(tokens[start + 1 : end], Fraction(_WHOLE)) is not None:
            word = replace(tokens[start - 1], kind=Kind.ASIDE, colour=None, remark=None)
            return [*tokens[: start - 1], word, _comma(tokens[start]), *tokens[start + 1 :]]
    return None


def _over_ground(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """`50/50 black/grey with 10% red flecks` has 45 percent of black."""
    clauses = [tokens[start:end] for start, end in _clauses(tokens, 0)]
    is_over = [any(_says_over(token) for token in clause) for clause in clauses]
    is_ratio = not any(is_over) and _is_ratio(clauses[0])
    if is_ratio:  # `1:1:1 red blue yellow + 10% white`
        is_over = [Kind.PERCENT in {token.kind for token in clause} for clause in clauses]
    if not any(is_over) or is_over[0]:
        return None
    first = is_over.index(True)
    ground = [token for clause in clauses[:first] for token in clause]
    over = [token for clause in clauses[first:] for token in clause if token.kind in _NAMED | {Kind.PERCENT}]
    n_over = sum(token.kind is Kind.COLOUR for token in over)
    percent = sum((token.value for token in over if token.kind is Kind.NUMBER), Fraction(0))
    kinds = [token.kind for token in ground]
    is_one = kinds.count(Kind.COLOUR) == 1  # `100% blue with 10% white flecks`
    is_told = is_one or not {Kind.REST, Kind.BASE}.isdisjoint(kinds) or Kind.PERCENT not in kinds
    counts = [sum(token.kind is kind for token in over) for kind in (Kind.NUMBER, Kind.PERCENT)]
    if not is_told or counts != [n_over] * 2 or not 0 < percent < _WHOLE:
        return None
    if not {token.kind for token in ground} <= _OF_GROUND or not (is_ratio or _sum(ground) == _WHOLE):
        return None
    inside = [token for token in ground if token.kind in _INSIDE]
    below = _portion(inside, Fraction(_WHOLE - percent), 1 if is_one else _PAIR)
    if below is None:
        return None
    values = {
        "words": source.text[ground[0].span[0] : ground[-1].span[1]],
        "percent": plain(_WHOLE - percent),
    }
    remark = Notice("{words!r} is the ground, which has the {percent} % that the others leave", values)
    return [replace(below[0], remark=remark), *below[1:], _comma(over[0]), *_counted(over)]


def _is_ratio(clause: Sequence[Token]) -> bool:
    """Whether parts that are no percent are joined, and each has its colour."""
    numbers = [at for at, token in enumerate(clause) if token.kind is Kind.NUMBER]
    is_joined = all(_kind(clause, at + 1) in _JOINTS for at in numbers[:-1])
    n_colours = sum(token.kind is Kind.COLOUR for token in clause)
    is_apart = Kind.PERCENT not in {token.kind for token in clause} and _sum(clause) < _WHOLE
    return len(numbers) > 1 and is_joined and n_colours == len(numbers) and is_apart


def _last_of_whole(tokens: Sequence[Token]) -> list[Token] | None:
    """The red and blue of `90% black with 10% of red and blue` share what they can only have together."""
    tokens = _with_percents(tokens)
    n_numbers = sum(token.kind in _NUMBERS for token in tokens)
    numbers = [at for at, token in enumerate(tokens) if _is_percent(tokens, at)]
    if len(numbers) != n_numbers or sum(tokens[at].value for at in numbers) != _WHOLE:
        return None
    pairs = [at for at in numbers if _names_two(tokens, at)]
    if len(pairs) != 1 or sum(token.kind is Kind.COLOUR for token in tokens) != n_numbers + 1:
        return None
    number, unit, first, joint, second = tokens[pairs[0] : pairs[0] + 5]
    half = [replace(number, value=number.value / _PAIR), unit]
    return [*tokens[: pairs[0]], *half, first, replace(joint, text=","), *half, second, *tokens[pairs[0] + 5 :]]


def _with_percents(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with shares of the whole, 2/3 or «треть», in percent."""
    told = list(tokens)
    for at in reversed(range(len(told))):
        over, under = told[at], told[at + 2] if at + 2 < len(told) else told[at]
        is_broken = [_kind(told, place) for place in range(at, at + 3)] == [Kind.NUMBER, Kind.SLASH, Kind.NUMBER]
        is_joined = _kind(told, at - 1) in _JOINTS or _kind(told, at + 3) in _JOINTS | _UNITS
        if is_broken and not is_joined and 0 < over.value < under.value <= MAX_DENOMINATOR:
            told[at : at + 3] = _in_percent(replace(over, value=over.value / under.value))
        elif over.kind is Kind.FRACTION and _kind(told, at + 1) not in _UNITS:
            told[at : at + 1] = _in_percent(over)
    return told


def _in_percent(share: Token) -> list[Token]:
    number = replace(share, kind=Kind.NUMBER, value=share.value * _WHOLE)
    return [number, replace(share, kind=Kind.PERCENT, text="%", value=Fraction(0), remark=None)]


def _is_percent(tokens: Sequence[Token], at: int) -> bool:
    return _kind(tokens, at) is Kind.NUMBER and _kind(tokens, at + 1) is Kind.PERCENT


def _names_two(tokens: Sequence[Token], at: int) -> bool:
    """Whether `and` joins two colours behind a percent, and the second has no number."""
    kinds = [token.kind for token in tokens[at + 2 : at + 5]]
    is_pair = kinds == [Kind.COLOUR, Kind.SEPARATOR, Kind.COLOUR] and tokens[at + 3].text in JOINING
    return is_pair and _kind(tokens, at + 5) not in _NUMBERS


def _says_over(token: Token) -> bool:
    return token.kind is Kind.FLECK or token.text in _TOP


def _portion(inside: Sequence[Token], percent: Fraction, n_least: int = _PAIR) -> list[Token] | None:
    """Several colours, at least so many, with their parts of a percent; None unless each has a number."""
    colours = [token for token in inside if token.kind is Kind.COLOUR]
    numbers = [token for token in inside if token.kind in _NUMBERS]
    total = sum((token.value for token in numbers), Fraction(0))
    has_percent = any(token.kind is Kind.PERCENT for token in inside)
    if not {token.kind for token in inside} <= _INSIDE or len({token.colour for token in colours}) < n_least:
        return None
    if len(colours) != len(numbers) or total <= 0 or (has_percent and total not in (percent, _WHOLE)):
        return None
    pairs = zip(colours, numbers, strict=True)
    return [
        token
        for colour, number in pairs
        for token in (
            replace(number, kind=Kind.NUMBER, value=number.value * percent / total, is_minus=False),
            replace(number, kind=Kind.PERCENT, text="%", value=Fraction(0), remark=None),
            colour,
            _comma(number),
        )
    ]


def _counted(over: Sequence[Token]) -> Iterator[Token]:
    """Colours with their percents, as in `10% red`."""
    colours = [token for token in over if token.kind is Kind.COLOUR]
    numbers = [token for token in over if token.kind is Kind.NUMBER]
    for colour, number in zip(colours, numbers, strict=True):
        yield from (number, replace(number, kind=Kind.PERCENT, text="%", value=Fraction(0), remark=None), colour)
        yield _comma(number)


def _sum(tokens: Sequence[Token]) -> Fraction:
    return sum(
        (token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in tokens if token.kind in _NUMBERS),
        Fraction(0),
    )


def _clauses(tokens: Sequence[Token], start: int) -> Iterator[tuple[int, int]]:
    """Where what lies between two separators begins and ends, from a place on."""
    for at in range(start, len(tokens) + 1):
        if at == len(tokens) or tokens[at].kind is Kind.SEPARATOR:
            yield start, at
            start = at + 1


def _is_counted(clause: Sequence[Token]) -> bool:
    """Whether a clause is colours with as many numbers."""
    kinds = [token.kind for token in clause]
    n_numbers = sum(kind in _NUMBERS for kind in kinds)
    return set(kinds) <= _INSIDE and 0 < n_numbers == kinds.count(Kind.COLOUR)


def _fleck(token: Token, *, is_fleck: bool) -> list[Token]:
    return [replace(token, kind=Kind.FLECK, text="fleck")] if is_fleck else []


def _comma(token: Token) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(token.span[1], token.span[1]), text=",")


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
