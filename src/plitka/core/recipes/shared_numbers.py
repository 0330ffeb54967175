"""What is tried where numbers do not fit: one that several colours share, by fractions or a ratio behind it.

```
of_share = percent, [words], fraction, ["of them"], colour, { fraction, ["of them"], colour } ;
           `anthracite base, 10% flecks: half of them white, half of them red`
of_shades = percent, shade, "and", shade, hue ;                        `40% light and dark grey`
of_rest  = (number | "the rest"), colour, "and", colour, ratio ;       «остальные 25 - чёрный с белым 3:2»
```
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.amounts import MAX_DENOMINATOR
from plitka.core.recipes.recipe import Notice, plain
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_BETWEEN = frozenset({Kind.FLECK, Kind.ASIDE, Kind.LINK, Kind.SEPARATOR, Kind.TOTAL, Kind.MIX})
OF_WHICH = frozenset(
    {"them", "that", "those", "these", "which", "it", "которых", "него", "нее", "них", "ней", "этого", "этих"}
)
"""Words that stand for what was said before."""
_JOINTS = frozenset({Kind.LINK, Kind.SLASH})
_SHADE = re.compile(r"dark|light|pale|medium|(?:темн|светл|бледн)[а-я]{1,3}")
"""All that is said of the first of two shades that have one hue."""
_BEHIND = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})
_PAIR = 2
_WHOLE = 100
"""Percent."""


def with_shared_numbers(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with each such number shared out among its colours; None where there is none."""
    counted = with_fractions(tokens)
    return _of_share(counted) or _of_rest(source, counted) or _of_shades(source, counted)


def _of_shades(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The 40 of `40% light and dark grey`: the first has its hue from the second, and both have half of it."""
    for at in range(len(tokens) - 4):
        number, percent, first = tokens[at : at + 3]
        behind = at + 3 + (tokens[at + 3].text == "-")  # «светло- и тёмно-серый»
        kinds = [number.kind, percent.kind, first.kind, _kind(tokens, behind), _kind(tokens, behind + 1)]
        is_pair = kinds == [Kind.NUMBER, Kind.PERCENT, Kind.COLOUR, Kind.SEPARATOR, Kind.COLOUR]
        if not is_pair or not _SHADE.fullmatch(first.text) or _kind(tokens, behind + 2) not in _BEHIND:
            continue
        half, second = replace(number, value=number.value / _PAIR), tokens[behind + 1]
        words = source.text[number.span[0] : second.span[1]]
        said = Notice("{words!r} is taken as {half} of each shade", {"words": words, "half": f"{plain(half.value)}%"})
        told = [replace(half, remark=said), percent, first, tokens[behind], half, percent, second]
        return [*tokens[:at], *told, *tokens[behind + 2 :]]
    return None


def _of_share(tokens: Sequence[Token]) -> list[Token] | None:
    """The 10 of `10% flecks: half of them white, half of them red`."""
    for at, said in enumerate(tokens):
        is_own = _kind(tokens, at - 1) in (Kind.COLOUR, Kind.SBR)  # `SBR 80%, EPDM: half blue, half white`
        has_unit = _kind(tokens, at + 1) is Kind.PERCENT
        is_head = has_unit or (at + 1 < len(tokens) and tokens[at + 1].text == ":")  # `EPDM 30: 2/3 green, 1/3 blue`
        is_fraction = said.kind is Kind.FRACTION and _kind(tokens, at + 1) in (Kind.FRACTION, Kind.LINK)
        if is_fraction and not is_own:  # `half black, half: two thirds red, one third white`
            token = replace(said, kind=Kind.NUMBER, value=said.value * _WHOLE)
        elif said.kind is Kind.NUMBER and is_head and not is_own:
            token = said
        else:
            continue
        start = at + 1 + has_unit
        while _kind(tokens, start) in _BETWEEN or _says_of_which(tokens, start):
            start += 1
        shares, end = _fractions(tokens, start)
        if len(shares) < _PAIR or sum(share.value for share, _ in shares) != 1:
            continue
        has_other = any(other.kind in (Kind.COLOUR, Kind.SBR) for other in (*tokens[:at], *tokens[end:]))
        if not has_other:
            continue
        flecks = [other for other in tokens[at:end] if other.kind is Kind.FLECK][:1]
        counted = [
            part
            for share, colour in shares
            for part in (_comma(token), replace(token, value=token.value * share.value), _percent(token), colour)
        ]
        return [*_in_percent(tokens[:at]), *counted, *flecks, _comma(token), *_in_percent(tokens[end:])]
    return None


def with_fractions(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with one for each share that is written with a slash before a colour: `2/3 green`."""
    told = list(tokens)
    for at in reversed(range(len(told) - 3)):
        if at + 4 > len(told):
            continue  # what stood behind is shorter now
        over, slash, under, colour = told[at : at + 4]
        is_share = [over.kind, slash.kind, under.kind, colour.kind] == [
            Kind.NUMBER,
            Kind.SLASH,
            Kind.NUMBER,
            Kind.COLOUR,
        ]
        if is_share and 0 < over.value < under.value <= MAX_DENOMINATOR:
            share = replace(
                over, kind=Kind.FRACTION, value=over.value / under.value, span=(over.span[0], under.span[1])
            )
            told[at : at + 3] = [share]
    return told


def _fractions(tokens: Sequence[Token], start: int) -> tuple[list[tuple[Token, Token]], int]:
    """The fractions that follow from a place, each with its colour, and where they end."""
    shares: list[tuple[Token, Token]] = []
    at = end = start
    while _kind(tokens, at) is Kind.FRACTION:
        share = tokens[at]
        at += 1
        while _says_of_which(tokens, at):
            at += 1
        if _kind(tokens, at) is not Kind.COLOUR:
            break
        shares.append((share, tokens[at]))
        at += 1
        end = at
        while _kind(tokens, at) in (Kind.SEPARATOR, Kind.FLECK):
            at += 1
    return shares, end


def _says_of_which(tokens: Sequence[Token], at: int) -> bool:
    return _kind(tokens, at) in (Kind.UNKNOWN, Kind.ASIDE) and tokens[at].text in OF_WHICH


def _of_rest(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The 25 of «кирпичный 75, остальные 25 - чёрный с белым 3:2», and what is left where no number is said."""
    for at in range(len(tokens) - 5):
        pair = _pair(tokens[at : at + 6])
        if pair is None or _kind(tokens, at + 6) in _NUMBERS | _JOINTS | {Kind.PERCENT}:
            continue
        before = at - 1 - (_kind(tokens, at - 1) is Kind.LINK)
        before -= _kind(tokens, before) is Kind.PERCENT
        counted = [place for place in range(len(tokens)) if _is_counted(tokens, place, before, at)]
        left = _WHOLE - sum((_percent_of(tokens[place]) for place in counted), Fraction(0))
        said = _percent_of(tokens[before]) if before >= 0 else 0
        is_said = before >= 0 and _kind(tokens, before) in _NUMBERS and said == left
        is_left = before >= 0 and _kind(tokens, before) is Kind.REST
        is_ground = (
            not is_said
            and not is_left
            and _kind(tokens, at - 1) in (None, Kind.SEPARATOR)
            and not _is_of_fleck(tokens, at - 2)
            and all(_kind(tokens, place + 1) is Kind.PERCENT for place in counted)
        )
        if not counted or left <= 0 or not (is_said or is_left or is_ground):
            continue
        start = at if is_ground else before - (is_said and _kind(tokens, before - 1) is Kind.REST)
        first, one, second, other = pair
        unit = replace(one, kind=Kind.PERCENT, text="%", value=Fraction(0))
        if is_ground and one.remark is None:
            words = source.text[tokens[at].span[0] : tokens[at + 5].span[1]]
            values = {"words": words, "percent": plain(left)}
            told = Notice("{words!r} is the ground, which has the {percent} % that the others leave", values)
            one = replace(one, remark=told)
        part = left / (one.value + other.value)
        shared = [
            replace(one, value=one.value * part), unit, first, _comma(one),
            replace(other, value=other.value * part), unit, second, _comma(other),
        ]  # fmt: skip
        return [*_in_percent(tokens[:start]), _comma(one), *shared, *_in_percent(tokens[at + 6 :])]
    return None


def _is_of_fleck(tokens: Sequence[Token], at: int) -> bool:
    """Whether a fleck ends at a place that has a number and no colour: `black with 15% fleck, white and grey 2:1`."""
    if _kind(tokens, at) is Kind.FLECK:
        return _kind(tokens, at - 1) is not Kind.COLOUR
    while _kind(tokens, at) in _NUMBERS | {Kind.PERCENT, Kind.LINK}:  # «крапинка 15%, белая и серая 2:1»
        at -= 1
    return _kind(tokens, at) is Kind.FLECK


def _percent_of(token: Token) -> Fraction:
    return token.value * (_WHOLE if token.kind is Kind.FRACTION else 1)


def _pair(tokens: Sequence[Token]) -> tuple[Token, Token, Token, Token] | None:
    """Two colours, each with its number of the ratio before them or behind: `white and blue 3:2`."""
    kinds = [token.kind for token in tokens]
    for colours, numbers in ((0, 3), (3, 0)):
        joint = kinds[colours + 1] if len(kinds) > colours + 1 else None
        is_pair = [kinds[colours], kinds[colours + 2]] == [Kind.COLOUR] * _PAIR
        is_ratio = [kinds[numbers], kinds[numbers + 2]] == [Kind.NUMBER] * _PAIR and kinds[numbers + 1] in _JOINTS
        if is_pair and is_ratio and joint in (Kind.SEPARATOR, Kind.SLASH):
            return tokens[colours], tokens[numbers], tokens[colours + 2], tokens[numbers + 2]
    return None


def _is_counted(tokens: Sequence[Token], place: int, before: int, at: int) -> bool:
    """Whether a number is a colour's, and neither what is shared nor of the ratio."""
    return tokens[place].kind in _NUMBERS and place != before and not at <= place < at + 6


def _in_percent(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a percent sign behind each plain number."""
    told: list[Token] = []
    for at, token in enumerate(tokens):
        told.append(token)
        if token.kind is Kind.NUMBER and _kind(tokens, at + 1) is not Kind.PERCENT:
            told.append(replace(token, kind=Kind.PERCENT, text="%", value=Fraction(0), remark=None))
    return told


def _percent(token: Token) -> Token:
    return Token(kind=Kind.PERCENT, span=(token.span[1], token.span[1]), text="%")


def _comma(token: Token) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(token.span[0], token.span[0]), text=",")


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
