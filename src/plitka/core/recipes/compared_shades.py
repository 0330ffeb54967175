"""Shades told by a comparison with a colour: `slightly lighter than RAL 3016`, «как RAL 5012, только чуть темнее».

```
shade = [degree], comparative, "than", colour ;
      | [degree], comparative, code ;                              «темнее RAL 7037», «темнее серого»
      | code, [","], ["but" | "only"], [degree], comparative ;     of the only colour, or of one behind its number
      | comparative, "than", colour, ["but"], comparative, "than", colour ;      the one way and the other
      | ["something"], "between", colour, "and", colour ;
```

A name and such a word, `grey, but darker`, may as well mean other granules, and is asked back.

They are half as far from the colour as what is called `light` or `dark`, and painted as they are, for the granules that
are near may be the colour itself.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from plitka.core.colour.modifiers import MODIFIERS, Modifier
from plitka.core.colour.naming import resolve
from plitka.core.colour.palette import Palette
from plitka.core.colour.spaces import Lab
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.signs import COMPARATIVE, is_compared
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_THAN = re.compile(r"(?<![^\W_])(?:than|чем)(?![^\W_])")
_BUT = re.compile(r"[\s,(–—-]*(?:(?:but|only|just|но|только|a|an|tad|shade|touch)[\s,]*)*")
_BUT_WORD = re.compile(r"(?<![^\W_])(?:but|only|just|но|только)(?![^\W_])")
_JOINT = re.compile(r"[\s,;]*(?:(?:but|and|yet|no|но|а|и|при этом)[\s,]+)?(?:чуть |slightly |a bit |немного )?")
"""Between the two bounds of one colour."""
_SOMETHING_BETWEEN = re.compile(
    r"(?<![^\W_])(?P<something>(?:(?:something|somewhere|halfway|midway|in|a (?:colour|color|shade|tone)|что-то|нечто"
    r"|где-то|среднее|средний|оттенок|цвет)[ ]+)*)(?:between|между)[ ]+\Z"
)
_AND = re.compile(r"\s*(?:and|и)\s*")
_COUNTS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.PARTS, Kind.MASS})
_ENDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})


def with_compared_shades(source: Source, tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with each such shade as a colour of its own; the same where there are none.

    Args:
        source: the text that they are of.
        tokens: of a whole recipe.
        palette: the colours that can be named.
    """
    told = _with_shade_between(source, tokens, palette)
    for at in reversed([at for at, token in enumerate(told) if _is_comparative(token)]):
        start = at - (_kind(told, at - 1) is Kind.VAGUE)
        named = at + 1 + (_kind(told, at + 1) is Kind.SEPARATOR)  # «светлее, чем RAL 3016»
        if _kind(told, named) is Kind.COLOUR and _is_of(source, told[at], told[named]):
            said = told[start : named + 1]
            told[start : named + 1] = [_shade(source, said, told[at], told[named], palette)]
            continue
        behind = at + 1 + (_kind(told, at + 1) is Kind.SEPARATOR)
        is_counted = start < at and _kind(told, behind) in _COUNTS and _kind(told, behind + 1) is not Kind.COLOUR
        colour = _colour_before(source, told, start, is_counted=is_counted)
        if colour >= 0 and (_kind(told, at + 1) in _ENDS or is_counted):
            first = colour - (_kind(told, colour - 1) is Kind.LIKE)
            said = told[first : at + 1]
            told[first : at + 1] = [_shade(source, said, told[at], told[colour], palette)]
    return told


def _with_shade_between(source: Source, tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with the one colour that lies between two, which are told as its bounds."""
    colours = [at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR]
    for first, second in pairwise(colours):
        start = _start_of_bounds(source, tokens, first, second)
        if start is None:
            start = _start_of_between(source, tokens, first, second)
        if start is None:
            continue
        if _kind(tokens, start - 1) is Kind.COLOUR and not _between(source, tokens[start - 1], tokens[start]).strip():
            start -= 1  # `a grey between RAL 7035 and RAL 7040`
        bounds = [_lab(tokens[first]), _lab(tokens[second])]
        lightness, a, b = (sum(values) / 2 for values in zip(*bounds, strict=True))
        painted = _painted(source, tokens[start : second + 1], tokens[second], (lightness, a, b), palette)
        return [*tokens[:start], painted, *tokens[second + 1 :]]
    return list(tokens)


def _start_of_bounds(source: Source, tokens: Sequence[Token], first: int, second: int) -> int | None:
    """The place of the first word of `lighter than A but darker than B`; None where a colour has no such bounds."""
    words = [
        next((at for at in (end - 1, end - 2) if at >= 0 and _is_comparative(tokens[at])), None)
        for end in (first, second)
    ]
    lighter, darker = words
    if lighter is None or darker is None or not first < darker:
        return None
    is_of = all(_is_of(source, tokens[at], tokens[end]) for at, end in ((lighter, first), (darker, second)))
    is_joined = _JOINT.fullmatch(_between(source, tokens[first], tokens[darker])) is not None
    ways = {_modifier(tokens[lighter]), _modifier(tokens[darker])}
    return lighter if is_of and is_joined and ways == {"light", "dark"} else None


def _start_of_between(source: Source, tokens: Sequence[Token], first: int, second: int) -> int | None:
    """The place of the first word of `something between A and B`; None where that is no colour of its own."""
    found = _SOMETHING_BETWEEN.search(source.text[: tokens[first].span[0]].casefold())
    if found is None or _AND.fullmatch(_between(source, tokens[first], tokens[second])) is None:
        return None
    start = next(at for at in range(first + 1) if tokens[at].span[0] >= found.start())
    before = _kind(tokens, start - 1) if start else None
    is_alone = before in _ENDS or (
        before is Kind.COLOUR and not source.text[tokens[start - 1].span[1] : found.start()].strip()
    )
    return start if found["something"] or is_alone else None


def _is_of(source: Source, word: Token, colour: Token) -> bool:
    """Whether a shade is compared with the colour behind it: `darker than RAL 7037`, «темнее RAL 7037»."""
    gap = _between(source, word, colour)
    return _THAN.search(gap) is not None or (not gap.strip() and is_compared(colour.text))


def _is_comparative(token: Token) -> bool:
    return token.kind in (Kind.MODIFIER, Kind.VAGUE) and COMPARATIVE.fullmatch(token.text) is not None


def _colour_before(source: Source, tokens: Sequence[Token], at: int, *, is_counted: bool) -> int:
    """The place of the colour that words at a place are said of; -1 where that may be another."""
    colour = at - 1
    while colour >= 0 and tokens[colour].kind is not Kind.COLOUR and at - colour <= 2:
        colour -= 1
    if colour < 0 or tokens[colour].kind is not Kind.COLOUR or at >= len(tokens):
        return -1
    gap = source.text[tokens[colour].span[1] : tokens[at].span[0]].casefold()
    has_number = _kind(tokens, colour - 1) in _COUNTS
    is_counted = (has_number and gap.strip() != ",") or (is_counted and not has_number) or bool(_BUT_WORD.search(gap))
    is_only = sum(token.kind is Kind.COLOUR for token in tokens) == 1
    is_code = any(map(str.isdigit, tokens[colour].text))
    return colour if is_code and _BUT.fullmatch(gap) and (is_only or is_counted) else -1


def _between(source: Source, first: Token, second: Token) -> str:
    return source.text[first.span[1] : second.span[0]].casefold()


def _shade(source: Source, said: Sequence[Token], word: Token, colour: Token, palette: Palette) -> Token:
    """The colour of some words with a comparative."""
    lab_d65 = _half(MODIFIERS[_modifier(word)]).of(_lab(colour))
    return _painted(source, said, colour, lab_d65, palette)


def _painted(source: Source, said: Sequence[Token], colour: Token, lab_d65: Lab, palette: Palette) -> Token:
    """A colour of its own for some words, with a notice that tells what it is painted as."""
    found = resolve(lab_d65, palette)
    span = (said[0].span[0], said[-1].span[1])
    values = {
        "name": source.text[slice(*span)],
        "code": found.own.code,
        "nearest": found.nearest.code,
        "delta_e": f"{found.delta_e:.0f}",
    }
    remark = Notice(
        "{name!r} is painted as {code}; {nearest}, the nearest granules, are {delta_e} (CIEDE2000) away", values
    )
    return replace(colour, span=span, text=values["name"], colour=found.own, own=found.own, remark=remark)


def _lab(token: Token) -> Lab:
    assert token.colour is not None  # the scanner gives each such token its colour
    return (token.own or token.colour).lab_d65


def _modifier(word: Token) -> str:
    if word.choice in MODIFIERS:
        return word.choice
    return (
        "dark" if re.search(r"dark|темн", word.text) else "bright" if re.search(r"bright|ярч", word.text) else "light"
    )


def _half(modifier: Modifier) -> Modifier:
    return Modifier(modifier.to_lightness, modifier.by / 2, (1 + modifier.chroma) / 2)


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
