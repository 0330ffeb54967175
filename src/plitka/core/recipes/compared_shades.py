"""Shades told by a comparison with a colour: `slightly lighter than RAL 3016`, «как RAL 5012, только чуть темнее».

```
shade = [degree], comparative, "than", colour ;
      | [degree], comparative, code ;                              «темнее RAL 7037», «темнее серого»
      | code, [","], ["but" | "only"], [degree], comparative ;     of the only colour, or of one behind its number
```

A name and such a word, `grey, but darker`, may as well mean other granules, and is asked back.

They are half as far from the colour as what is called `light` or `dark`, and painted as they are, for the granules that
are near may be the colour itself.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.modifiers import MODIFIERS, Modifier
from plitka.core.colour.naming import resolve
from plitka.core.colour.palette import Palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.signs import COMPARATIVE, is_compared
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_THAN = re.compile(r"(?<![^\W_])(?:than|чем)(?![^\W_])")
_BUT = re.compile(r"[\s,(–—-]*(?:(?:but|only|just|но|только|a|an|tad|shade|touch)[\s,]*)*")
_BUT_WORD = re.compile(r"(?<![^\W_])(?:but|only|just|но|только)(?![^\W_])")
_COUNTS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.PARTS, Kind.MASS})
_ENDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})


def with_compared_shades(source: Source, tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with each such shade as a colour of its own; the same where there are none.

    Args:
        source: the text that they are of.
        tokens: of a whole recipe.
        palette: the colours that can be named.
    """
    told = list(tokens)
    for at in reversed([at for at, token in enumerate(tokens) if _is_comparative(token)]):
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
    """The colour of some words, with a notice that tells what it is painted as."""
    assert colour.colour is not None  # the scanner gives each such token its colour
    lab_d65 = _half(MODIFIERS[_modifier(word)]).of((colour.own or colour.colour).lab_d65)
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
