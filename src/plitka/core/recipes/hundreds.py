"""Shares that are counted out of a hundred granules: `30 of every 100 granules red`, «из ста гранул тридцать красных».

```
of_hundred = number, ("of" | "out of" | "in" | "из" | "на"), ["every"], "100", ["granules"] ;
in_hundred = ("of" | "из"), ["every"], "100", "granules", number ;
```

Each such number is a percent.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_HUNDRED = r"(?:100|(?:a |one )?hundred|ста|сотни|сто|каждых ста|каждой сотни|каждые сто|каждые 100|каждых 100)"
_GRAINS = r"(?:granules?|grains?|chips?|crumbs?|pieces?|parts?|гранул[а-я]*|крупин[а-я]*|зерен|частей|штук)"
_OF = r"(?:out of|of|in|per|из|на)"
_BEHIND = re.compile(rf"(?<![^\W_]){_OF} (?:(?:every|each|the|an?) )?{_HUNDRED}(?: {_GRAINS})?(?![^\W_]|[ ]?%|[.,]\d)")
_AHEAD = re.compile(rf"(?<![^\W_]){_OF} (?:(?:every|each|the|an?) )?{_HUNDRED} {_GRAINS}[ ,:-]*")
_WHOLE = 100
"""Percent."""


def with_hundreds(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a percent sign in place of the hundred that a number is out of.

    Args:
        source: the text.
        tokens: of it.
    """
    told = list(tokens)
    for found in reversed([*_BEHIND.finditer(source.folded)]):
        span = source.span(*found.span())
        inside = [at for at, token in enumerate(told) if token.span[0] < span[1] and span[0] < token.span[1]]
        first = next((at for at, token in enumerate(told) if token.span[1] > span[0]), len(told))
        is_behind = first > 0 and told[first - 1].kind is Kind.NUMBER
        if is_behind and not source.text[told[first - 1].span[1] : span[0]].strip():
            told[first : first + len(inside)] = [Token(kind=Kind.PERCENT, span=span, text="%")]
    return _with_heads(source, told)


def _with_heads(source: Source, tokens: list[Token]) -> list[Token]:
    """The tokens without a hundred that stands before all numbers, each of which is a percent."""
    head = _AHEAD.match(source.folded)
    if head is None:
        return tokens
    end = source.span(*head.span())[1]
    told: list[Token] = []
    for at, token in enumerate(tokens):
        if token.span[1] <= end:
            continue
        is_number = token.kind is Kind.NUMBER
        if is_number and token.span[0] < end:  # «из ста гранул тридцать»: one number of two
            told.append(replace(token, value=token.value - _WHOLE, span=(end, token.span[1])))
        else:
            told.append(token)
        has_unit = at + 1 < len(tokens) and tokens[at + 1].kind is Kind.PERCENT
        if is_number and not has_unit:
            told.append(Token(kind=Kind.PERCENT, span=(token.span[1],) * 2, text="%"))
    return told
