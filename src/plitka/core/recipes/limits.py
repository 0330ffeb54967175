"""What is tried where a limit stops the reading, `max 20%` or «не менее 80%»: the number at the limit.

It is allowed, so that a maker can be given it; but only where the numbers, with a ground or a rest that is named, leave
one mix. `At most 20% yellow` alone does not, nor does `at least 40% red, at least 40% black`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from plitka.core.language.limits import AT_LEAST, AT_MOST
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.amounts import MAX_DENOMINATOR
from plitka.core.recipes.open_amounts import CHANGES, is_upper_bound
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_ALLOWED = frozenset({AT_LEAST, AT_MOST})
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_COLOURED = frozenset({Kind.COLOUR, Kind.SBR})
_REST = frozenset({Kind.REST, Kind.BASE, Kind.FLECK})
_BESIDE_NAME = frozenset({Kind.LINK, Kind.FLECK, Kind.UNKNOWN, Kind.ASIDE, Kind.VAGUE})
_BUT = frozenset({"but", "но"})
_BETWEEN = frozenset({Kind.LINK, Kind.BRACKET})
_BEFORE_NUMBER = _BETWEEN | {Kind.COLOUR}
"""«Минимальное содержание чёрного 60%»."""
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.SLASH})
_OPEN = frozenset(
    {
        Kind.NOT, Kind.ZONE, Kind.LAYER, Kind.EACH, Kind.SAME, Kind.COMPARED, Kind.HALF,
        Kind.MASS, Kind.PARTS, Kind.MIX,
    }
)  # fmt: skip
"""Words with which more is said of a mix than its numbers."""
_ONE = "one"
_INTO = re.compile(r"(?<![^\W_])(?:in|into|on|to|в|на)(?![^\W_])")
"""Before the colour that the others lie in."""
_WHOLE = 100
"""Percent."""


def with_limits(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with each limit as its number; None where there are none, or more than one mix is within them."""
    tokens = [
        replace(token, kind=Kind.RANGE, choice=AT_MOST) if _is_till(tokens, at) else token
        for at, token in enumerate(tokens)
        if not _is_pronoun(tokens, at)
    ]
    tokens = [token for token, after in pairwise([*tokens, None]) if token is not None and not _is_but(token, after)]
    tokens = _with_shares(tokens)
    limits = {at: _number(tokens, at) for at, token in enumerate(tokens) if token.kind is Kind.RANGE}
    numbers = set(limits.values())
    is_shared = any(token.kind is Kind.EQUAL for token in tokens)
    has_rest = any(token.kind is Kind.REST for token in tokens)
    is_open = (is_shared and not has_rest) or any(
        token.kind in _OPEN or (token.kind is Kind.VAGUE and token.choice in CHANGES) for token in tokens
    )
    if not limits or None in numbers or len(numbers) < len(limits) or is_open:
        return None
    if any(tokens[at].choice not in _ALLOWED for at in limits) or not _is_one_mix(source, tokens, limits):
        return None
    plain = list(tokens)
    for at, number in limits.items():
        if number is not None:
            words, typed = (source.text[slice(*tokens[place].span)] for place in (at, number))
            remark = Notice("{words!r} is a limit; the colour gets exactly {number}", {"words": words, "number": typed})
            plain[number] = replace(plain[number], remark=remark)
    return [token for token in plain if token.kind is not Kind.RANGE]


def _with_shares(tokens: Sequence[Token]) -> list[Token]:
    """The 4/5 of `no less than 4/5 black` as one number."""
    plain = list(tokens)
    for at in reversed([at for at, token in enumerate(tokens) if token.kind is Kind.RANGE]):
        over, slash, under = (*plain[at + 1 : at + 4], None, None, None)[:3]
        if over is None or slash is None or under is None or slash.kind is not Kind.SLASH:
            continue
        is_share = over.kind is under.kind is Kind.NUMBER and 0 < over.value < under.value <= MAX_DENOMINATOR
        if is_share:
            span = (over.span[0], under.span[1])
            plain[at + 1 : at + 4] = [replace(over, kind=Kind.FRACTION, value=over.value / under.value, span=span)]
    return plain


def _is_till(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is the «до» of «до 20% белого»."""
    before, after = (tokens[place] if 0 <= place < len(tokens) else None for place in (at - 1, at + 1))
    return is_upper_bound(before, tokens[at], after)


def _is_but(token: Token, after: Token | None) -> bool:
    """Whether a token is the «но» of «красный, но не больше 30%»."""
    return token.text in _BUT and after is not None and after.kind is Kind.RANGE


def _number(tokens: Sequence[Token], at: int) -> int | None:
    """The place of the number that a limit is of: behind it, else right before."""
    behind = at + 1
    while behind < len(tokens) and tokens[behind].kind in _BEFORE_NUMBER:
        behind += 1
    if behind < len(tokens) and tokens[behind].kind in _NUMBERS:
        return behind
    before = at - 1 - (at > 0 and tokens[at - 1].kind in _BETWEEN)
    before -= before > 0 and tokens[before].kind is Kind.PERCENT
    return before if before >= 0 and tokens[before].kind in _NUMBERS else None


def _is_one_mix(source: Source, tokens: Sequence[Token], limits: dict[int, int | None]) -> bool:
    """Whether each limit is of one colour, and the shares are the whole, or one colour has what they leave."""
    clauses = list(_clauses(tokens))
    shares: list[int] = []
    bare: list[int] = []
    for at, clause in enumerate(clauses):
        numbers = [place for place in clause if tokens[place].kind in _NUMBERS and not _is_of_label(tokens, place)]
        named = [place for place in clause if tokens[place].kind in _COLOURED]
        is_limit = any(number in limits.values() for number in numbers)
        is_behind_name = at > 0 and _is_name(tokens, clauses[at - 1]) and not named
        is_fleck = any(tokens[place].kind is Kind.FLECK for place in clause)
        if is_limit and (len(numbers) > 1 or not (named or is_behind_name or is_fleck)):
            return False
        if is_limit and is_behind_name:
            bare = bare[:-1]
        shares += numbers if named or is_limit else []
        bare += (
            named[: len(named) - len(numbers)] if not numbers or _INTO.search(_typed(source, tokens, clause)) else []
        )
    if not shares:
        return False
    total = sum(tokens[at].value * (_WHOLE if tokens[at].kind is Kind.FRACTION else 1) for at in shares)
    has_rest = any(token.kind in _REST for token in tokens)
    has_into = len(clauses) == 1 and len(bare) == 1 and len(shares) == 1
    is_ground = (
        len(bare) == 1 and (bare[0] < min(shares) or has_into) and all(tokens[at].choice == AT_MOST for at in limits)
    )
    return total == _WHOLE or (total < _WHOLE and (has_rest or is_ground))


def _is_of_label(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is that of `item 4.2`."""
    return at > 0 and tokens[at - 1].kind is Kind.LABEL


def _is_pronoun(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is the one of `a green one with at most 10% yellow`."""
    before, after = (tokens[place].kind if 0 <= place < len(tokens) else None for place in (at - 1, at + 1))
    return tokens[at].text == _ONE and before is Kind.COLOUR and after is Kind.SEPARATOR


def _typed(source: Source, tokens: Sequence[Token], clause: Sequence[int]) -> str:
    return source.text[tokens[clause[0]].span[0] : tokens[clause[-1]].span[1]].casefold()


def _is_name(tokens: Sequence[Token], clause: Sequence[int]) -> bool:
    return [tokens[at].kind for at in clause if tokens[at].kind not in _BESIDE_NAME] == [Kind.COLOUR]


def _clauses(tokens: Sequence[Token]) -> Iterator[list[int]]:
    """Places of the tokens between two separators."""
    clause: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind in _BOUNDS:
            yield clause
            clause = []
        else:
            clause.append(at)
    yield clause
