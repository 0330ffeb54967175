"""Numbers in words with a slip in them: `fourty percent`, «шестьдесять процентов», `fourty-five`."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.language.numbers import TEN, near_number
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_COUNTABLE = frozenset({Kind.PERCENT, Kind.PARTS, Kind.COLOUR})
"""What stands behind a number."""
_SEVERAL = 2


def with_misspelled_numbers(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the forty of `fourty percent`, and before a colour where all numbers are in words."""
    tokens = _with_near_ones(tokens)
    near = {at: found for at in range(len(tokens)) if (found := _near_number(tokens, at)) is not None}
    if not near or not all(_has_unit(tokens, at) for at in near):
        has_digits = any(token.kind is Kind.NUMBER and token.text[:1].isdigit() for token in tokens)
        n_numbers = len(near) + sum(token.kind in _NUMBERS for token in tokens)
        if has_digits or n_numbers < _SEVERAL:
            return list(tokens)
    plain = list(tokens)
    for at, (value, name) in reversed(near.items()):
        remark = Notice("{typed!r} is read as {name!r}", {"typed": tokens[at].text, "name": name})
        number = replace(tokens[at], kind=Kind.NUMBER, value=Fraction(value), remark=remark, error=None)
        end = _end_of_spelled(tokens, at)
        plain[at:end] = [_with_ones(number, tokens[end - 1]) if end > at + 1 else number]
    return plain


def _with_near_ones(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the five of `twenty-fve`."""
    plain = list(tokens)
    for at in reversed(range(1, len(tokens))):
        start = at - 1 - (plain[at - 1].kind is Kind.LINK)
        tens = _at(plain, start)
        is_tens = tens is not None and tens.kind is Kind.NUMBER and tens.text.isalpha() and tens.value % TEN == 0
        is_ones = is_tens and plain[at].kind is Kind.UNKNOWN and _kind(plain, at + 1) in _COUNTABLE
        near = near_number(plain[at].text, 1, TEN - 1) if is_ones else None
        if near is not None and tens is not None:
            remark = Notice("{typed!r} is read as {name!r}", {"typed": plain[at].text, "name": near[1]})
            ones = replace(plain[at], value=Fraction(near[0]), error=None)
            plain[start : at + 1] = [replace(_with_ones(tens, ones), remark=remark)]
    return plain


def _is_beside_one(tokens: Sequence[Token], at: int) -> bool:
    """Whether the next word or the one before is a number in words, or nearly one: `fivty fivty white and black`."""
    for step in (-1, 1):
        other = _at(tokens, at + step * (1 + (_kind(tokens, at + step) in (Kind.LINK, Kind.SLASH, Kind.BASE))))
        is_word = other is not None and other.kind in (Kind.NUMBER, Kind.UNKNOWN) and other.text.isalpha()
        if is_word and other is not None and (other.kind is Kind.NUMBER or near_number(other.text) is not None):
            return True
    return False


def _has_unit(tokens: Sequence[Token], at: int) -> bool:
    """Whether a unit stands behind a number, or before it, «процентов на восемдесят»."""
    before = at - 1 - (at > 0 and tokens[at - 1].kind is Kind.BASE)
    is_behind_unit = _kind(tokens, before) is Kind.PERCENT and _kind(tokens, before - 1) not in _NUMBERS
    return is_behind_unit or _kind(tokens, _end_of_spelled(tokens, at)) is Kind.PERCENT


def _near_number(tokens: Sequence[Token], at: int) -> tuple[int, str] | None:
    """What an unknown word with a unit or a colour behind it may be."""
    after = _kind(tokens, _end_of_spelled(tokens, at))
    if tokens[at].kind is not Kind.UNKNOWN or not (
        after in _COUNTABLE or _has_unit(tokens, at) or _is_beside_one(tokens, at)
    ):
        return None
    near = near_number(tokens[at].text)
    return near_number(tokens[at].text, 1) if near is None and after is Kind.PERCENT else near


def _end_of_spelled(tokens: Sequence[Token], at: int) -> int:
    """Where a number in words ends whose tens are at a place: `fourty-five`."""
    ones = _at(tokens, at + 1 + (_kind(tokens, at + 1) is Kind.LINK and tokens[at + 1].text == "-"))
    is_ones = ones is not None and ones.kind is Kind.NUMBER and ones.text.isalpha() and ones.value < TEN
    return tokens.index(ones, at) + 1 if is_ones and ones is not None else at + 1


def _with_ones(tens: Token, ones: Token) -> Token:
    text = f"{tens.text} {ones.text}"
    return replace(tens, value=tens.value + ones.value, span=(tens.span[0], ones.span[1]), text=text)


def _at(tokens: Sequence[Token], at: int) -> Token | None:
    return tokens[at] if 0 <= at < len(tokens) else None


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    token = _at(tokens, at)
    return None if token is None else token.kind
