"""Numbers that are said in several words: «сто двадцать», `twelve point five`, `3 quarters`, `1 in 10`."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_IN = frozenset({"in", "out of", "in every", "из"})
_POINTS = frozenset({"point", "целых", "целая"})
_TENTHS = 10
_WHOLE = 100


def one_in_ten(tokens: Sequence[Token], text: str) -> list[Token]:
    """`1 in 10` and «один из десяти» are a tenth."""
    plain = list(tokens)
    for at in reversed(range(len(plain) - 1)):
        one, ten = plain[at : at + 2]
        gap = text[one.span[1] : ten.span[0]].strip().casefold()
        is_share = one.kind is ten.kind is Kind.NUMBER and gap in _IN and 0 < one.value < ten.value <= _WHOLE
        if is_share and _kind(plain, at + 2) not in _UNITS:
            plain[at : at + 2] = [replace(joined(one, ten, one.value / ten.value), kind=Kind.FRACTION)]
    return _parts_of(plain, text)


def _parts_of(plain: list[Token], text: str) -> list[Token]:
    """`One part in ten` and «одна часть из десяти» are a tenth too."""
    for at in reversed(range(len(plain) - 2)):
        if [token.kind for token in plain[at : at + 3]] != [Kind.NUMBER, Kind.PARTS, Kind.NUMBER]:
            continue
        one, part, ten = plain[at : at + 3]
        gap = text[part.span[1] : ten.span[0]].strip().casefold()
        if gap in _IN and 0 < one.value < ten.value <= _WHOLE and _kind(plain, at + 3) not in _UNITS:
            plain[at : at + 3] = [replace(joined(one, ten, one.value / ten.value), kind=Kind.FRACTION)]
    return plain


def hundreds(tokens: list[Token]) -> list[Token]:
    """«Сто двадцать» is one number."""
    plain: list[Token] = []
    for token in tokens:
        before = plain[-1] if plain else None
        is_spoken = token.kind is Kind.NUMBER and token.text[:1].isalpha() and token.value < _WHOLE
        if before is not None and is_spoken and before.text.isalpha() and before.value == _WHOLE:
            plain[-1] = joined(before, token, before.value + token.value)
        else:
            plain.append(token)
    return plain


def decimals(tokens: list[Token]) -> list[Token]:
    """`Twelve point five` and «двенадцать целых пять десятых»."""
    plain = list(tokens)
    for at in reversed(range(len(plain) - 2)):
        if at + 3 > len(plain):
            continue
        whole, point, tenths = plain[at : at + 3]
        is_spoken = point.text in _POINTS and [whole.kind, tenths.kind] == [Kind.NUMBER, Kind.NUMBER]
        # «Пять десятых» is spelled like fifty.
        ones = tenths.value / _TENTHS if tenths.text.endswith(" десятых") else tenths.value
        if is_spoken and ones < _TENTHS:
            end = at + 3 + (at + 3 < len(plain) and plain[at + 3].text == "десятых")
            plain[at:end] = [joined(whole, tenths, whole.value + ones / _TENTHS)]
    return plain


def counted_shares(tokens: list[Token]) -> list[Token]:
    """`3 quarters` and «2 трети» are shares of the whole."""
    plain: list[Token] = []
    for token in tokens:
        under = token.value if token.kind is Kind.EQUAL else 1 / token.value if token.kind is Kind.FRACTION else 0
        before = plain[-1] if plain else None
        if before is not None and before.kind is Kind.NUMBER and 0 < before.value < under and under.denominator == 1:
            plain[-1] = replace(joined(before, token, before.value / under), kind=Kind.FRACTION)
        else:
            plain.append(token)
    return plain


def joined(first: Token, last: Token, value: Fraction) -> Token:
    """Two tokens as one with a value."""
    span = (first.span[0], last.span[1])
    return replace(first, value=value, span=span, text=f"{first.text} {last.text}")


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
