"""Lists without commas that end in a rest: `orange 25% teal 25% black rest`, «красный 20 белый 30 остальное чёрный»."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from plitka.core.colour.palette import Palette
from plitka.core.language.spelling import shorter_by_one
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_BESIDE = _UNITS | {Kind.LINK, Kind.LOOK, Kind.ASIDE, Kind.UNKNOWN, Kind.ABOUT}
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_RESTS = ("rest", "remaining", "remainder", "balance", "остальное", "остальной", "остальная", "остаток")
_BEFORE = _NUMBERS | _UNITS | {Kind.FLECK}
_PAIR = 2
_WHOLE = 100
"""Percent."""


def with_rest_behind(tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with a comma between each colour with its number and the next, where one without has the rest.

    Each number belongs to the colour before it, or each to the colour behind it.

    Args:
        tokens: of a whole recipe.
        palette: the colours that can be named.
    """
    tokens = [_as_field(tokens, at) for at in range(len(tokens))]
    parted: list[Token] = []
    total = sum(token.value for token in tokens if token.kind is Kind.NUMBER)
    for start, end in _runs(tokens):
        run = tokens[start:end]
        if total < _WHOLE:
            run = [part for at in range(len(run)) for part in _two_colours(run, at, palette)]
        parted += _parted(run) if any(token.kind is Kind.REST for token in run) else run
    return parted


def _runs(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Places between two commas or brackets; these themselves are runs of one."""
    start = 0
    for at, token in enumerate(tokens):
        if token.kind in _BOUNDS:
            yield start, at
            yield at, at + 1
            start = at + 1
    yield start, len(tokens)


def _as_field(tokens: Sequence[Token], at: int) -> Token:
    """The ground of `charcoal field, 16% chips`, or what `_as_rest` makes of a token."""
    token = tokens[at]
    is_behind = (
        at > 0 and tokens[at - 1].kind is Kind.COLOUR and (at + 1 == len(tokens) or tokens[at + 1].kind in _BOUNDS)
    )
    is_counted = any(other.kind in _NUMBERS for other in tokens)
    if token.kind is Kind.UNKNOWN and token.text == "field" and is_behind and is_counted:
        return replace(token, kind=Kind.REST, error=None)
    return _as_rest(token)


def _as_rest(token: Token) -> Token:
    """An unknown word with a letter too much, one missing or two that changed places, as the rest that it means."""
    if token.kind is not Kind.UNKNOWN:
        return token
    meant = next((word for word in _RESTS if _is_slip(token.text, word)), None)
    if meant is None:
        return token
    remark = Notice("{typed!r} is read as {name!r}", {"typed": token.text, "name": meant})
    return replace(token, kind=Kind.REST, text=meant, remark=remark, error=None)


def _is_slip(typed: str, meant: str) -> bool:
    if len(typed) == len(meant):
        return (
            sorted(typed) == sorted(meant)
            and sum(one != other for one, other in zip(typed, meant, strict=True)) == _PAIR
        )
    return typed in shorter_by_one(meant) or meant in shorter_by_one(typed)


def _two_colours(run: Sequence[Token], at: int, palette: Palette) -> list[Token]:
    """The two of `20% red pink rest`, where one has the number and the other the rest; else the token itself."""
    token = run[at]
    before, behind = (
        next((one.kind for one in side if one.kind is not Kind.LINK), None) for side in (run[:at][::-1], run[at + 1 :])
    )
    is_between = (before in _BEFORE and behind is Kind.REST) or (before is Kind.REST and behind in _NUMBERS)
    words = token.text.split()
    if token.kind is not Kind.COLOUR or not is_between or len(words) != _PAIR:
        return [token]
    first, second = (palette.find(word) for word in words)
    if first is None or second is None:
        return [token]
    start, end = token.span
    one = replace(token, text=words[0], span=(start, start + len(words[0])), colour=first, own=None, remark=None)
    other = replace(token, text=words[1], span=(end - len(words[1]), end), colour=second, own=None, remark=None)
    return [one, Token(kind=Kind.SEPARATOR, span=(one.span[1], one.span[1]), text=","), other]


def _parted(run: Sequence[Token]) -> list[Token]:
    named = [at for at, token in enumerate(run) if token.kind in _NUMBERS | {Kind.COLOUR, Kind.REST}]
    if any(token.kind not in _BESIDE for at, token in enumerate(run) if at not in named):
        return list(run)
    pairs = [named[at : at + _PAIR] for at in range(0, len(named), _PAIR)]
    kinds = [frozenset(run[at].kind for at in pair) for pair in pairs]
    rest = frozenset({Kind.COLOUR, Kind.REST})
    counted = {
        tuple(run[at].kind is Kind.COLOUR for at in pair) for pair in pairs if {run[at].kind for at in pair} != rest
    }
    is_list = len(pairs) > 1 and kinds.count(rest) == 1 and rest in (kinds[0], kinds[-1]) and len(counted) == 1
    if not is_list or not all(Kind.COLOUR in kind and len(kind) == _PAIR for kind in kinds):
        return list(run)
    told = list(run)
    for first, _ in reversed(pairs[1:]):
        place = run[first].span[0]
        told.insert(first, Token(kind=Kind.SEPARATOR, span=(place, place), text=","))
    return told
