"""What is tried last where a recipe cannot be read: its colours with the numbers right beside them, and nothing else.

It is a mix only where every colour has its number on the same side, and these are exactly a whole; then what else was
typed, with its numbers, says nothing of the mix: «наряд 55 замес 1 чёрный 70 красный 30». A notice tells of all of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.labels import LABELS, NUMBERS, as_label, counts_colours, is_code
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_WHOLE = 100
_OPEN = frozenset(
    {
        Kind.NOT, Kind.RANGE, Kind.VAGUE, Kind.LAYER, Kind.ZONE, Kind.EACH, Kind.EQUAL, Kind.SAME, Kind.COMPARED,
        Kind.PARTS, Kind.MASS, Kind.BY_MASS, Kind.HALF, Kind.BINDER, Kind.SBR, Kind.COLOURED, Kind.LIGHT, Kind.MIX,
    }
)  # fmt: skip
"""Words with which more is said of the mix than numbers."""
_DROPPED = frozenset({Kind.BRACKET, Kind.LINK, Kind.SLASH, Kind.PERCENT, Kind.FLECK, Kind.REST, Kind.BASE})
_COUNTS = LABELS | {Kind.LENGTH}
"""What a number beside it is of, if it is not a colour's."""
_MIN_COLOURS = 2
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET, None})


def skeleton(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens of the mix, with all else beside it; None where they are no whole or something else is said of it."""
    colours = [at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR]
    codes = {token.colour.code for token in tokens if token.colour is not None}
    is_open = any(token.kind in _OPEN or counts_colours(token) or is_code(token) for token in tokens)
    if is_open or not len(codes) == len(colours) >= _MIN_COLOURS:
        return None
    found = [pairs for side in (-1, 1) if (pairs := _pairs(tokens, colours, side)) is not None]
    if len(found) != 1 or not _are_all_settled(tokens, found[0]):
        return None
    return list(_beside(source, tokens, found[0]))


def _pairs(tokens: Sequence[Token], colours: Sequence[int], side: int) -> dict[int, int] | None:
    """The place of each colour's number, by that of the colour; None unless each has one and they are a whole."""
    pairs: dict[int, int] = {}
    for at in colours:
        number = at + side
        while side < 0 and _kind(tokens, number) is Kind.PERCENT:
            number += side
        while side > 0 and _kind(tokens, number) is Kind.LINK and tokens[number].text in ":-=":
            number += side
        if _kind(tokens, number) not in NUMBERS or _kind(tokens, number + 1) in _COUNTS - {Kind.UNKNOWN}:
            return None
        pairs[at] = number
    total = sum(tokens[number].value * _unit(tokens[number]) for number in pairs.values())
    return pairs if total == _WHOLE else None


def _unit(token: Token) -> int:
    return _WHOLE if token.kind is Kind.FRACTION else 1


def _are_all_settled(tokens: Sequence[Token], pairs: dict[int, int]) -> bool:
    """Whether no other number may be a share: none has a percent sign, and each has a word beside it."""
    others = [at for at, token in enumerate(tokens) if token.kind in NUMBERS and at not in pairs.values()]
    return all(_kind(tokens, at + 1) is not Kind.PERCENT and _is_counted(tokens, at) for at in others)


def _is_counted(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number stands with a word, or with other numbers that do, and not with one alone as a colour would."""
    start = end = at
    while _kind(tokens, start - 1) in NUMBERS | _COUNTS | {Kind.LINK, Kind.SLASH}:
        start -= 1
    while _kind(tokens, end + 1) in NUMBERS | _COUNTS | {Kind.LINK, Kind.SLASH}:
        end += 1
    kinds = [token.kind for token in tokens[start : end + 1]]
    is_alone = _kind(tokens, start - 1) in _BOUNDS and _kind(tokens, end + 1) in _BOUNDS
    is_share = is_alone and sorted(kinds) == sorted([Kind.NUMBER, Kind.UNKNOWN])
    return not _COUNTS.isdisjoint(kinds) and not is_share


def _beside(source: Source, tokens: Sequence[Token], pairs: dict[int, int]) -> Iterator[Token]:
    run: list[Token] = []
    for at, token in enumerate(tokens):
        if at in pairs:
            yield from as_label(source, run)
            run = []
            spans = (tokens[pairs[at]].span, token.span)
            yield from (_comma(min(spans)[0]), _percent(tokens[pairs[at]]), token, _comma(max(spans)[1]))
        elif token.kind in NUMBERS | LABELS and at not in pairs.values():
            run.append(token)
        elif token.kind not in NUMBERS | {Kind.LINK, Kind.SLASH} or not run:
            yield from as_label(source, run)
            run = []
            if token.kind not in _DROPPED and at not in pairs.values():
                yield token
    yield from as_label(source, run)


def _comma(at: int) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(at, at), text=",")


def _percent(number: Token) -> Token:
    return replace(number, kind=Kind.NUMBER, value=number.value * _unit(number), is_minus=False)


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
