"""Colours in brackets that only describe the one before them: `60% red (tomato, not wine), 40% black`.

```
described = amount, colour, "(", words, ")" | colour, [amount], "(", words, ")" ;
```

A code in brackets says which granules are meant, and so does a finer name of the same hue, `grey (anthracite)`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.naming import is_alike
from plitka.core.language.labels import LETTERED
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.segments import STONES, plain_keys
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_AMOUNTS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.PARTS, Kind.MASS})
_INSIDE = frozenset(
    {Kind.COLOUR, Kind.SEPARATOR, Kind.NOT, Kind.ASIDE, Kind.UNKNOWN, Kind.MODIFIER, Kind.LIKE, Kind.ABOUT}
)
_LIKENED = frozenset({Kind.UNKNOWN, Kind.ASIDE, Kind.BASE, Kind.PLACE})
_SAYS_ONE = frozenset({Kind.COLOUR, Kind.SEPARATOR, Kind.UNKNOWN, Kind.ASIDE, Kind.LOOK})
"""What stands beside the only colour of a text, behind what it is like."""
_COMMAS = frozenset({",", ";", "but", "а", "но", "\n"})
_AFTER = 3
"""Tokens from a name to what stands behind its code."""
_PAIR = 2
_WHOLE = 100
"""Percent."""
_TINT = re.compile(r"оттен|тон(?:ом|ами)?(?![^\W_])|подтон|tint|tone|hue|hint|shade|shimmer")
"""`Grey (with a blue tint)` is no mix of grey and blue."""


def without_likeness_ahead(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with what the tile is like as words for the look: «как мрамор, белая с серым», «как у соседей, синяя».

    What is no stone may be like in more than its colour, so that only one is named behind it.
    """
    end = next((at for at, token in enumerate(tokens) if token.kind is Kind.SEPARATOR), 0)
    if end < _PAIR or tokens[0].kind is not Kind.LIKE:
        return list(tokens)
    said, rest = tokens[1:end], tokens[end:]
    named = {token.colour for token in rest if token.kind is Kind.COLOUR}
    is_stone = len(said) == 1 and said[0].kind is Kind.COLOUR and said[0].text in STONES and bool(named)
    is_only = len(named) == 1 and all(token.kind in _SAYS_ONE for token in rest)
    if not is_stone and not (is_only and all(token.kind in _LIKENED for token in said)):
        return list(tokens)
    return [*map(_as_word, tokens[:end]), *rest]


def without_hue_ahead(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a hue of which shades follow as a label: `green like a lawn: dark green 60, light green 40`.

    The shades are a whole, or else what the hue is like is said, and a colour behind them has the rest.
    """
    end = next((at for at, token in enumerate(tokens) if token.kind is Kind.SEPARATOR or token.text == ":"), 0)
    if not end or tokens[end].text not in {*_COMMAS, ":", "."}:
        return list(tokens)
    head, rest = tokens[:end], tokens[end:]
    kinds = {token.kind for token in head}
    hue = head[0] if head[0].kind is Kind.COLOUR and name_key(head[0].text) in plain_keys() else None
    if hue is None or hue.colour is None or not kinds - {Kind.COLOUR} <= _LIKENED | {Kind.LIKE, Kind.LOOK}:
        return list(tokens)
    named = [token.colour for token in rest if token.kind is Kind.COLOUR and token.colour is not None]
    shares = [token.value for token in rest if token.kind is Kind.NUMBER]
    shades = [colour for colour in named if colour.caption_name.split()[-1] == hue.colour.caption_name]
    are_shades = hue.colour not in named and len({*shades}) >= _PAIR
    is_open = Kind.LIKE in kinds and sum(shares) < _WHOLE and len(shares) < len(named)
    is_whole = len(shares) == len(named) and sum(shares) == _WHOLE
    if sum(token.kind is Kind.COLOUR for token in head) > 1 or not are_shades or not (is_open or is_whole):
        return list(tokens)
    span = (head[0].span[0], head[-1].span[1])
    return [Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED), *rest]


def _as_word(token: Token) -> Token:
    return replace(token, kind=Kind.ASIDE, colour=None, own=None, remark=None, error=None, choice="")


def with_descriptions(source: Source, tokens: Sequence[Token]) -> tuple[list[Token], list[Notice]]:
    """The tokens without brackets that only describe the colour before them, and what is told of each.

    Args:
        source: the text.
        tokens: of the whole of it.
    """
    kept, remarks = _with_name_behind(source, tokens), list[Notice]()
    for start in reversed([at for at, token in enumerate(tokens) if token.text in ("(", "[")]):
        end = next((at for at in range(start, len(kept)) if kept[at].text in (")", "]")), None)
        inside = kept[start + 1 : end]
        named = _named(kept, start)
        if named is not None and end is not None and (code := _code(kept, start, inside, named[0])) is not None:
            values = {"name": source.text[slice(*named[0].span)], "code": source.text[slice(*code.span)]}
            remarks.append(Notice("{name!r} is taken as the description of {code!r}", values))
            kept[start : end + 1] = []
            kept[kept.index(named[0])] = replace(code, span=named[0].span)
            continue
        if named is None or end is None or not _says_colours(source, inside):
            continue
        own = _own(inside)
        if own.colour == named[0].colour or any(map(str.isdigit, named[0].text)):
            continue
        if _is_finer(named[0], own) and all(token.kind is not Kind.LIKE for token in inside):
            kept[start + 1 : end] = [own]
        elif named[1] or is_alike(_lab(named[0]), _lab(own)):
            words = source.text[inside[0].span[0] : inside[-1].span[1]]
            values = {"name": words, "code": source.text[slice(*named[0].span)]}
            remarks.append(Notice("{name!r} is taken as the description of {code!r}", values))
            kept[start : end + 1] = []
    return kept, remarks


def with_codes_behind(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with a code for the name that stands a comma before it: `brick red, RAL 3013, 100%`; None if none."""
    kept = list(tokens)
    for at in reversed(range(len(tokens) - _AFTER)):
        name, comma, code, behind = tokens[at : at + _AFTER + 1]
        behind = tokens[at + _AFTER + 1] if behind.text == "," and at + _AFTER + 1 < len(tokens) else behind
        is_pair = name.kind is code.kind is Kind.COLOUR and comma.text == "," and behind.kind in _AMOUNTS
        is_named = not any(map(str.isdigit, name.text)) and any(map(str.isdigit, code.text))
        is_first = at == 0 or tokens[at - 1].kind is Kind.SEPARATOR
        if is_pair and is_named and is_first and is_alike(_lab(name), _lab(code)):
            values = {"name": source.text[slice(*name.span)], "code": source.text[slice(*code.span)]}
            told = Notice("{name!r} is taken as the description of {code!r}", values)
            kept[at : at + _AFTER] = [replace(code, remark=code.remark or told)]
    return None if len(kept) == len(tokens) else kept


def _with_name_behind(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with words for the look of a whole mix at its end: `khaki 60, brown 40 (camouflage)`, «- гранит»."""
    end = len(tokens)
    while end > 0 and tokens[end - 1].kind in (Kind.SEPARATOR, Kind.BRACKET):
        end -= 1
    start = end
    while start > 0 and tokens[start - 1].kind is Kind.COLOUR:
        start -= 1
    mix, names = tokens[: start - 1], tokens[start:end]
    bound = tokens[start - 1] if start else None
    is_apart = bound is not None and (
        bound.text in ("(", "[") or (bound.text == "-" and source.text[: bound.span[0]][-1:].isspace())
    )
    is_plain = any(name_key(token.text) in plain_keys() or any(map(str.isdigit, token.text)) for token in names)
    if not names or bound is None or not is_apart or is_plain or not _is_whole(mix):
        return list(tokens)
    last = next(token for token in reversed(mix) if token.kind is Kind.COLOUR)
    if any(token.text not in STONES and is_alike(_lab(token), _lab(last)) for token in names):
        return list(tokens)  # `red 60, black 40 (anthracite)` says which black
    words = [replace(token, kind=Kind.ASIDE, colour=None, own=None, remark=None) for token in names]
    is_dash = bound.kind is Kind.LINK
    return [*mix, replace(bound, kind=Kind.SEPARATOR, text=",") if is_dash else bound, *words, *tokens[end:]]


def _is_whole(tokens: Sequence[Token]) -> bool:
    """Whether several colours have a number each, and these are 100."""
    shares = [token.value for token in tokens if token.kind is Kind.NUMBER]
    colours = [token.colour for token in tokens if token.kind is Kind.COLOUR]
    return len(shares) == len(colours) == len({*colours}) > 1 and sum(shares) == _WHOLE


def _named(tokens: Sequence[Token], start: int) -> tuple[Token, bool] | None:
    """The colour that stands before a bracket, and whether it has a number."""
    at = start - 1
    while at >= 0 and tokens[at].kind in _AMOUNTS:
        at -= 1
    if at < 0 or tokens[at].kind is not Kind.COLOUR:
        return None
    before = at - 1
    while before >= 0 and tokens[before].kind is Kind.COLOUR:
        before -= 1
    return tokens[at], at < start - 1 or (before >= 0 and tokens[before].kind in _AMOUNTS)


def _code(tokens: Sequence[Token], start: int, inside: Sequence[Token], named: Token) -> Token | None:
    """The code in brackets behind the number of a colour like it, `beige 75% (like RAL 1001)`; None where none is."""
    told = [token for token in inside if token.kind not in (Kind.LIKE, Kind.ABOUT)]
    if len(told) != 1 or told[0].kind is not Kind.COLOUR or tokens[start - 1].kind not in _AMOUNTS:
        return None
    is_code = any(map(str.isdigit, told[0].text)) and not any(map(str.isdigit, named.text))
    return told[0] if is_code and is_alike(_lab(named), _lab(told[0])) else None


def _says_colours(source: Source, inside: Sequence[Token]) -> bool:
    """Whether words in brackets name a colour, and nothing of how much there is."""
    if not inside or not {token.kind for token in inside} <= _INSIDE:
        return False
    text = source.text[inside[0].span[0] : inside[-1].span[1]].casefold()
    joints = {token.text for token in inside if token.kind is Kind.SEPARATOR} - _COMMAS
    colours = [at for at, token in enumerate(inside) if token.kind is Kind.COLOUR]
    is_named = any(at == 0 or inside[at - 1].kind is not Kind.NOT for at in colours)
    has_pattern = any(token.kind is Kind.ASIDE and token.choice for token in inside)  # `green (yellow border)`
    has_code = any(any(map(str.isdigit, inside[at].text)) for at in colours)
    return is_named and not has_code and not has_pattern and (not joints or _TINT.search(text) is not None)


def _own(inside: Sequence[Token]) -> Token:
    return next(
        token
        for at, token in enumerate(inside)
        if token.kind is Kind.COLOUR and (at == 0 or inside[at - 1].kind is not Kind.NOT)
    )


def _is_finer(named: Token, own: Token) -> bool:
    """Whether a plain name has a finer one of its hue in brackets, and no granules of another."""
    assert named.colour is not None  # the scanner gives each such token its colour
    assert own.colour is not None
    family = own.colour.caption_name.split()[-1]
    is_other = name_key(family) in plain_keys() and name_key(family) != name_key(named.colour.caption_name)
    is_finer = name_key(named.text) in plain_keys() and name_key(own.text) not in plain_keys()
    return is_finer and not is_other and is_alike(_lab(named), _lab(own))


def _lab(token: Token) -> tuple[float, float, float]:
    assert token.colour is not None  # as above
    return (token.own or token.colour).lab_d65
