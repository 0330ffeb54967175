"""Shades of one hue that are named behind it, without numbers: «из трёх серых поровну: тёмный, средний, светлый».

```
shades = [number], hue, ["in equal parts"], ":", modifier, { ",", modifier } ;
counted = number, hue, (":" | "," | "("), colour, { ",", colour } ;              `two greens: RAL 6018 and RAL 6005`
nearly = hue, "nearly", "black" | "nearly", "black", hue ;      a dark shade of the hue; with white a light one
shade  = short hue, ".", modifier                                «оранж. яркий»
       | hue, number, "(", modifier, ")" ;                                       `grey 60 (light), white 40`
       | hue, ",", { "not", modifier, "," }, [word], modifier ;                  of the only colour: `red, but muted`
```
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.modifiers import MODIFIERS
from plitka.core.colour.naming import is_alike
from plitka.core.colour.palette import Colour, Palette
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.nearest_granules import settle_value
from plitka.core.recipes.recipe import MAX_COLOURS, Notice
from plitka.core.recipes.segments import plain_keys
from plitka.core.recipes.signs import COMPARATIVE
from plitka.core.recipes.token import Token

_NEARLY = ("nearly", "almost", "практически", "почти")
_EXTREMES = {"BLACK": "dark", "WHITE": "light", "JET_BLACK": "dark", "PURE_WHITE": "light"}
"""What is nearly one of these, by code, and has another colour beside it is a shade of that."""
_SAID_SHADE = re.compile(r"dark|deep|light|pale|темн|светл|бледн")
_ALONE = {"темны": "dark", "темна": "dark", "светлы": "light", "светла": "light"}
"""Shades that are read as colours where they stand alone."""
_BEHIND_PLURAL = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})
_BEHIND_SHADE = frozenset({None, Kind.NUMBER, Kind.FRACTION, Kind.SEPARATOR, Kind.LINK})
_SEVERAL = 2
_WHOLE = 100
"""Percent."""
_PLURALS = ("s", "ых", "их", "ые", "ие")
_ENDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})
_OF_SEVERAL = frozenset({Kind.FLECK, Kind.SBR, Kind.EQUAL, Kind.COUNTED})
"""With these, a shade may be of another colour than the one that is named."""
_BESIDE_SHADE = frozenset({Kind.UNKNOWN, Kind.ASIDE, Kind.LIKE, Kind.VAGUE})
"""What one word before a shade may be: `rather muted`."""
_HEADS = frozenset({":", "-", ",", "("})
"""Between a count and the colours that it is of."""


def with_shades(tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with each such shade as a colour of its own, and without the hue; the same where there are none.

    Args:
        tokens: of a whole recipe.
        palette: the colours that can be named.
    """
    tokens = _with_short_names(_with_nearly(_with_plurals(tokens, palette), palette), palette)
    tokens = _with_shade_apart(_with_shades_behind(tokens, palette), palette)
    for at, token in enumerate(tokens):
        hue = _hue(token, palette)
        behind = at + 1 + (_kind(tokens, at + 1) is Kind.COUNTED)  # `shades`
        equal = behind if _kind(tokens, behind) is Kind.EQUAL else None
        colon = behind + (equal is not None)
        if hue is None or _kind(tokens, colon) is not Kind.LINK:
            continue
        end = colon + 1
        while _kind(tokens, end) is Kind.MODIFIER and _kind(tokens, end + 1) is Kind.SEPARATOR:
            end += 2
        end += _kind(tokens, end) is Kind.MODIFIER
        shades = [shade for shade in tokens[colon + 1 : end] if shade.kind is Kind.MODIFIER]
        if len({shade.choice for shade in shades}) < _SEVERAL:
            continue
        start = at - (_kind(tokens, at - 1) is Kind.NUMBER and tokens[at - 1].value == len(shades))
        told = [_shade(part, hue, palette) if part.kind is Kind.MODIFIER else part for part in tokens[colon + 1 : end]]
        colon_mark = replace(tokens[colon], kind=Kind.SEPARATOR, text=",")
        said = [] if equal is None else [replace(tokens[equal], value=tokens[equal].value * 0)]
        return [*tokens[:start], *said, colon_mark, *told, *tokens[end:]]
    return _with_counted_hues(tokens)


def _with_plurals(tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with the one hue of `60% greys` and `15% mixed greys`, which has a number of its own."""
    told = list(tokens)
    for at, token in enumerate(told):
        is_plural = token.kind in (Kind.UNKNOWN, Kind.COUNTED) and token.text.endswith("s")
        hue = palette.find(token.text[:-1]) if is_plural and _kind(told, at - 1) is Kind.PERCENT else None
        if hue is None or name_key(token.text[:-1]) not in plain_keys() or _kind(told, at + 1) not in _BEHIND_PLURAL:
            continue
        said = Notice("{words!r} are taken as one colour, {name!r}", {"words": token.text, "name": token.text[:-1]})
        told[at] = replace(token, kind=Kind.COLOUR, colour=hue, choice="", error=None, remark=said)
    return told


def _with_nearly(tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with one colour for `very dark blue nearly black` and for `almost black grey`."""
    told = list(tokens)
    for at in reversed(range(len(told))):
        start, is_nearly = (at, True) if told[at].text.startswith(_NEARLY) else (at - 1, _text(told, at - 1) in _NEARLY)
        extreme = told[at].colour if is_nearly and told[at].kind is Kind.COLOUR else None
        is_before = _kind(told, start - 1) is Kind.COLOUR
        place = start - 1 if is_before else at + 1
        if extreme is None or extreme.code not in _EXTREMES or _kind(told, place) is not Kind.COLOUR:
            continue
        first, last = min(start, place), max(at, place)
        words = f"{told[start].text} {told[at].text}" if start < at else told[at].text
        span = (told[first].span[0], told[last].span[1])
        hue = _nearly(told[place], _EXTREMES[extreme.code], words, palette)
        told[first : last + 1] = [replace(hue, span=span)]
    return told


def _nearly(hue: Token, modifier: str, words: str, palette: Palette) -> Token:
    """A hue as dark or light as words such as `nearly black` say, with a notice; the same where it is said to be so."""
    said = Notice("{words!r} is taken as said of {name!r}", {"words": words, "name": hue.text})
    meant = hue.own or hue.colour
    if meant is None or _SAID_SHADE.search(hue.text):
        return replace(hue, remark=said)
    shade = _shade_of(replace(hue, choice=modifier), hue.text, meant, palette)
    return replace(hue, colour=shade.colour, own=shade.own, remark=said)


def _with_short_names(tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with the shade of «оранж. яркий», which stands behind a name that is cut short."""
    told = list(tokens)
    for at in reversed(range(len(told) - 2)):
        if at + 3 > len(told):
            continue  # what stood behind is shorter now
        hue, stop, shade = told[at : at + 3]
        meant = hue.own or hue.colour
        lightness = next((choice for stem, choice in _ALONE.items() if shade.text.startswith(stem)), "")
        if shade.kind is Kind.COLOUR and lightness:
            shade = replace(shade, kind=Kind.MODIFIER, choice=lightness, remark=None)
        is_short = [hue.kind, stop.text, shade.kind] == [Kind.COLOUR, ".", Kind.MODIFIER]
        if is_short and meant is not None and _kind(told, at + 3) in _BEHIND_SHADE:
            told[at : at + 3] = [replace(_shade_of(shade, hue.text, meant, palette), span=hue.span, text=hue.text)]
    return told


def _with_counted_hues(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the hue of «три серых: RAL 7035, RAL 7040, RAL 7016» as what the number counts."""
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR), 0)
    count, bound, rest = tokens[max(0, at - 1) : at], tokens[at + 1 : at + 2], tokens[at + 2 :]
    is_count = [token.kind for token in count] == [Kind.NUMBER] and count[0].value in range(_SEVERAL, MAX_COLOURS + 1)
    if not is_count or not bound or bound[0].text not in _HEADS or not tokens[at].text.endswith(_PLURALS):
        return list(tokens)
    numbers = [token for token in tokens if token.kind in (Kind.NUMBER, Kind.FRACTION) and token != count[0]]
    shares = sum(token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in numbers)
    named = [token for token in rest if token.kind is Kind.COLOUR]
    is_list = len(named) >= _SEVERAL and shares in (0, _WHOLE) and all(_is_of_hue(tokens[at], token) for token in named)
    if not is_list:
        return list(tokens)
    counted = replace(tokens[at], kind=Kind.COUNTED, colour=None, own=None, remark=None, choice="colours")
    comma = bound[0] if bound[0].kind is Kind.BRACKET else replace(bound[0], kind=Kind.SEPARATOR, text=",")
    return [*tokens[:at], counted, comma, *rest]


def _is_of_hue(hue: Token, token: Token) -> bool:
    """Whether a colour is a code, or may be called by the name of a hue."""
    if any(map(str.isdigit, token.text)) or hue.colour is None or token.colour is None:
        return True
    return is_alike((hue.own or hue.colour).lab_d65, (token.own or token.colour).lab_d65)


def _with_shades_behind(tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with the shade of each colour that stands in brackets behind its number."""
    told = list(tokens)
    for at in reversed(range(len(told))):
        end = at + 2 + (_kind(told, at + 2) is Kind.PERCENT)
        inside = [_kind(told, place) for place in range(end, end + 3)]
        is_counted = _kind(told, at) is Kind.COLOUR and _kind(told, at + 1) in (Kind.NUMBER, Kind.FRACTION)
        hue = told[at].own or told[at].colour
        if is_counted and hue is not None and inside == [Kind.BRACKET, Kind.MODIFIER, Kind.BRACKET]:
            shade = _shade(told[end + 1], hue, palette)
            told[at : end + 3] = [replace(shade, span=told[at].span, text=told[at].text), *told[at + 1 : end]]
    return told


def _with_shade_apart(tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with the shade of the only colour that is told in a clause behind it: «красная, а приглушённая»."""
    named = [at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR]
    if len({tokens[at].text for at in named}) != 1 or any(token.kind in _OF_SEVERAL for token in tokens):
        return list(tokens)
    start, apart = named[-1] + 1, list[tuple[int, int]]()
    for at in range(start, len(tokens) + 1):
        if _kind(tokens, at) in _ENDS:
            clause = tokens[start:at]
            is_shade = bool(clause) and _is_shade(clause[-1]) and len(clause) <= _SEVERAL
            if is_shade and all(token.kind in _BESIDE_SHADE for token in clause[:-1]):
                apart.append((start, at))
            start = at + 1
    hue = tokens[named[0]]
    meant = hue.own or hue.colour
    is_code = any(map(str.isdigit, hue.text))
    if len(apart) != 1 or apart[0][0] == named[-1] + 1 or meant is None or is_code:
        return list(tokens)
    shade = _shade_of(tokens[apart[0][1] - 1], hue.text, meant, palette)
    values = {"words": tokens[apart[0][1] - 1].text, "name": hue.text}
    said = Notice("{words!r} is taken as said of {name!r}", values)
    told = [
        replace(shade, span=token.span, text=token.text, remark=shade.remark or said) if at in named else token
        for at, token in enumerate(tokens)
    ]
    return [*told[: apart[0][0]], *told[apart[0][1] :]]


def _is_shade(token: Token) -> bool:
    """Whether a word is a shade by itself; one that compares, `grey, but darker`, may mean other granules."""
    return token.kind is Kind.MODIFIER and COMPARATIVE.fullmatch(token.text) is None


def _hue(token: Token, palette: Palette) -> Colour | None:
    """The colour that a name or its plural, `greys`, is of."""
    if token.kind is Kind.COUNTED and token.text.endswith("s"):
        return palette.find(token.text[:-1])
    return token.colour if token.kind is Kind.COLOUR else None


def _shade(token: Token, hue: Colour, palette: Palette) -> Token:
    plain = palette.find(hue.caption_name.split()[-1]) or hue
    return _shade_of(token, plain.caption_name, plain, palette)


def _shade_of(token: Token, name: str, plain: Colour, palette: Palette) -> Token:
    named = palette.find(f"{token.choice} {plain.caption_name}")
    if named is not None:
        return replace(token, kind=Kind.COLOUR, colour=named, choice="")
    lab_d65 = MODIFIERS[token.choice].of(plain.lab_d65)
    found, remark = settle_value(f"{token.text} {name}", lab_d65, palette)
    return replace(token, kind=Kind.COLOUR, colour=found.colour, own=found.own, remark=remark, choice="")


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
