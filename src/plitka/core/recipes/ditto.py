"""Marks for what stands in the row above: `"`, `-"-`, `ditto`, «то же».

```
row = mark, amount | colour, mark ;     the colour of the row above, or its number
```
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_MARK = re.compile(
    r"(?:(?<=\n)|(?<=[ \t|;,]))(?:-?[ ]?(?:\"|''|``|''|//|〃|»|,,)[ ]?-?|ditto|-do-|do\.|то же(?: самое)?|тоже)"
    r"(?=[ \t|;,:]|\n|$)"
)
_COLOURED = frozenset({Kind.COLOUR, Kind.SBR})
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_AMOUNTS = _NUMBERS | {Kind.PERCENT, Kind.PARTS, Kind.MASS}


def with_ditto(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the colour or the number of the row above in place of each such mark.

    Args:
        source: the text.
        tokens: of it.
    """
    told = list(tokens)
    for found in _MARK.finditer(source.folded):
        mark = source.span(*found.span())
        start = source.text.rfind("\n", 0, mark[0])
        if start < 0:
            continue
        above = _row(told, source.text.rfind("\n", 0, start) + 1, start)
        end = source.text.find("\n", mark[1])
        own = _row(told, start + 1, len(source.text) if end < 0 else end)
        own = [token for token in own if not mark[0] <= token.span[0] < mark[1]]
        told = _with_mark(source, told, mark, _meant(above, own))
    return told


def _row(tokens: Sequence[Token], start: int, end: int) -> list[Token]:
    return [token for token in tokens if start <= token.span[0] < end]


def _meant(above: Sequence[Token], own: Sequence[Token]) -> list[Token]:
    """What the row has not of its own, and the one above has once."""
    colours, numbers = ([token for token in above if token.kind in kinds] for kinds in (_COLOURED, _NUMBERS))
    has_colour, has_number = (any(token.kind in kinds for token in own) for kinds in (_COLOURED, _NUMBERS))
    if has_number and not has_colour and len(colours) == 1:
        return colours
    if has_colour and not has_number and len(numbers) == 1:
        return [token for token in above if token.kind in _AMOUNTS]
    return []


def _with_mark(source: Source, tokens: list[Token], mark: tuple[int, int], meant: Sequence[Token]) -> list[Token]:
    if not meant:
        return tokens
    text = source.text[meant[0].span[0] : meant[-1].span[1]]
    notice = Notice(
        "{words!r} is read as {meant!r} of the row above", {"words": source.text[slice(*mark)].strip(), "meant": text}
    )
    first, *units = (replace(token, span=mark) for token in meant)
    before = [token for token in tokens if token.span[0] < mark[0]]
    behind = [token for token in tokens if token.span[0] >= mark[1]]
    return [*before, replace(first, remark=first.remark or notice), *units, *behind]
