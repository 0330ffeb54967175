"""Numbers that are said not to be exact, `about 30%`, `20% or so` and «порядка 40%»: they are taken as they stand.

A notice tells of each, unless the numbers are a whole, so that nothing else depends on it.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.language.vocabulary import CLOSE, Kind
from plitka.core.recipes.amounts import MAX_DENOMINATOR
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_BETWEEN = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS, Kind.RANGE, Kind.BRACKET})
_NAMED = frozenset({Kind.COLOUR, Kind.UNKNOWN})
ROUGH = "rough"
"""The choice of the first number of a range that is not exact, whose middle is told: `~5-7%`."""
_WHOLE = 100
"""Percent."""
_REACH = 2
"""Tokens from such a word to its number."""


def with_rough_numbers(tokens: Sequence[Token], text: str) -> list[Token]:
    """The tokens without such words; the number beside each has a notice of it, where they are no whole.

    Args:
        tokens: of a whole recipe.
        text: as it was typed.
    """
    tokens = _with_rough_codes(tokens, text)
    plain = [token for token in tokens if token.kind is not Kind.ABOUT]
    if sum(share for at in range(len(plain)) if (share := _share(plain, at)) is not None) == _WHOLE:
        return plain
    for word in (token for token in tokens if token.kind is Kind.ABOUT):
        behind = [token for token in plain if token.span[0] >= word.span[1]][:_REACH]
        before = [token for token in plain if token.span[1] <= word.span[0]][-_REACH:]
        is_before_name = bool(behind) and behind[0].kind in _NAMED
        number = _first_number(behind) or (None if is_before_name else _first_number(before[::-1]))
        if number is not None:
            at = plain.index(number)
            last = at
            while _is_joint(plain, last + 1):
                last += 2
            if last > at and plain[last - 1].text == "-":
                plain[at] = replace(number, choice=ROUGH)
                continue
            start, end = min(word.span[0], number.span[0]), max(word.span[1], plain[last].span[1])
            values = {"words": text[start:end].strip(), "number": text[number.span[0] : plain[last].span[1]]}
            remark = Notice("{words!r} is taken as exactly {number}", values)
            plain[at] = replace(number, remark=remark)
    return plain


def is_rough(number: Token) -> bool:
    """Whether a number is said not to be exact."""
    return number.choice == ROUGH or (number.remark is not None and "is taken as exactly" in number.remark.message)


def _with_rough_codes(tokens: Sequence[Token], text: str) -> list[Token]:
    """The tokens without the `close to` of `brown (close to RAL 8004)`; the colour behind has a notice of it."""
    told: list[Token] = []
    for token in tokens:
        before = told[-1] if told else None
        if before is not None and before.choice == CLOSE and token.kind is Kind.COLOUR:
            words, name = text[before.span[0] : token.span[1]], text[slice(*token.span)]
            remark = Notice("{words!r} is taken as exactly {number}", {"words": words, "number": name})
            if token.remark is not None:
                remark = Notice("{told}; {other}", {"told": remark, "other": token.remark})
            told[-1] = replace(token, remark=remark)
        else:
            told.append(token)
    return told


def _share(tokens: Sequence[Token], at: int) -> Fraction | None:
    """In percent, of a number that is not the second one of `2/3`."""
    number, is_over = tokens[at], _is_joint(tokens, at + 1) and tokens[at + 1].kind is Kind.SLASH
    if number.kind not in _NUMBERS:
        return None
    if is_over and number.value < tokens[at + 2].value <= MAX_DENOMINATOR:
        return _WHOLE * number.value / tokens[at + 2].value
    before = tokens[at - 2] if _is_joint(tokens, at - 1) and tokens[at - 1].kind is Kind.SLASH else None
    if before is not None and before.value < number.value <= MAX_DENOMINATOR:
        return None
    return number.value * (_WHOLE if number.kind is Kind.FRACTION else 1)


def _is_joint(tokens: Sequence[Token], at: int) -> bool:
    """Whether a sign between two numbers is at a place, as in 2:1 and 1/3."""
    if not 0 < at < len(tokens) - 1 or tokens[at].kind not in (Kind.SLASH, Kind.LINK):
        return False
    return {tokens[at - 1].kind, tokens[at + 1].kind} <= {Kind.NUMBER}


def _first_number(tokens: Sequence[Token]) -> Token | None:
    """The number at the beginning, or behind a unit or a limit."""
    for token in tokens:
        if token.kind in _NUMBERS:
            return token
        if token.kind not in _BETWEEN:
            return None
    return None
