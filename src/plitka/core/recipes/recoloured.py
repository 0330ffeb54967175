"""A colour that another takes the place of in a mix: `change from red to blue, mix stays 60/40 with black`.

```
recoloured = verb, [words], "from", colour, "to", colour, [","], [words], number, "/", number, "with", colour ;
```
"""

import re
from collections.abc import Sequence

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_CHANGE = re.compile(
    r"(?<![^\W_])(?:change|switch|swap|replace|chang(?:ed|ing)|(?:замен|измен|смен)(?:и|ите|ить)"
    r"|(?:по)?меня(?:й|йте|ть|ем))(?![^\W_])[^.;\n]*?(?<![^\W_])(?:from|с|со)[ ]+$"
)
_TO = re.compile(r"[ ,]*(?:to|на)[ ]+(?:the )?")
_JOINTS = frozenset({Kind.SLASH, Kind.LINK})
_WITH = frozenset({"with", "с", "со", "and", "и"})
_WORDS = frozenset({Kind.SEPARATOR, Kind.UNKNOWN, Kind.ASIDE, Kind.LINK, Kind.MIX, Kind.SAME})
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.EQUAL})
_COLOURS = 3
_PAIR = 2
_WHOLE = 100
"""Percent."""


def find_recoloured(source: Source, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Where a text says `change ... from` one colour `to` another; None where it does not."""
    colours = [token for token in tokens if token.kind is Kind.COLOUR]
    if len(colours) < _COLOURS - 1:
        return None
    old, new = colours[:2]
    said = _CHANGE.search(source.text[: old.span[0]].casefold())
    between = source.text[old.span[1] : new.span[0]].casefold()
    return (said.start(), new.span[1]) if said is not None and _TO.fullmatch(between) else None


def find_bare_recolouring(source: Source, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Where a text says no more than that; None where a number is told behind it, or nothing of the kind is said."""
    span = find_recoloured(source, tokens)
    is_told = span is None or any(token.kind in _NUMBERS for token in tokens if not span[0] <= token.span[0] < span[1])
    return None if is_told else span


def with_recoloured(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens of the mix with its new colour and all before it as a label; None where it is not told as a whole."""
    span = find_recoloured(source, tokens)
    if span is None:
        return None
    new = next(at for at, token in enumerate(tokens) if token.span[1] == span[1])
    behind = [*tokens[new + 1 :]]
    first = next((at for at, token in enumerate(behind) if token.kind is Kind.NUMBER), len(behind))
    ratio = behind[first : first + 3]
    last = behind[first + 3 :]
    is_with = len(last) == _PAIR and last[0].text in _WITH and last[1].kind is Kind.COLOUR
    is_ratio = len(ratio) == _COLOURS and ratio[1].kind in _JOINTS and ratio[2].kind is Kind.NUMBER
    if not (is_with and is_ratio and {token.kind for token in behind[:first]} <= _WORDS):
        return None
    if ratio[0].value + ratio[2].value != _WHOLE or len({t.colour for t in tokens if t.colour is not None}) != _COLOURS:
        return None
    words = source.text[: tokens[new].span[0]].rstrip()
    label = Token(kind=Kind.LABEL, span=(0, len(words)), text=words, choice=LETTERED)
    comma = Token(kind=Kind.SEPARATOR, span=(label.span[1], label.span[1]), text=",")
    return [label, comma, tokens[new], ratio[0], comma, last[1], ratio[2]]
