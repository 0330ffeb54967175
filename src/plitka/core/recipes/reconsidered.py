"""A mix that was thought of first, and the one that is wanted: `at first 50/50 red and black, but now 70/30`.

```
reconsidered = "at first", ["we thought"], mix, "but", [words], (mix | numbers) ;
```

Numbers alone take the place of the first in the order of the colours.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.corrections import find_marks
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_HEAD = (
    r"(?:{})(?: (?:mix|blend|recipe|version|colou?rs?|смесь|состав[а-я]*|рецепт[а-я]*|вариант[а-я]*|цвета?))?(?=[ ]?:)"
)
"""Before a colon: `Old mix: ... New mix: ...`."""
_FIRST = re.compile(
    r"(?<![^\W_])(?:(?:сначала|вначале|поначалу|изначально|первоначально|сперва|раньше|прежде|ранее|было|были|at first"
    r"|initially|originally|previously|formerly|was|were|used to be|first)"
    r"(?:[ ,]+(?:we|i|they|he|she|it|мы|я|они|он|она|(?:the )?(?:client|customer|architect)|заказчик"
    r"|клиент|архитектор))?(?:[ ]+(?:thought(?: of)?|wanted|said|had|asked for|planned|was|считал\w*|думал\w*|хотел\w*"
    r"|планировал\w*|был\w*|просил\w*|решил\w*|говорил\w*|заказал\w*|заказывал\w*))?"
    rf"|{_HEAD.format('before|old|previous|existing|current|original|initial|до|исходн[а-я]+|стар[а-я]+|прежн[а-я]+|прошл[а-я]+')}"
    r"|(?:we|i|they|he|she|(?:the )?(?:client|customer)) (?:first|originally|initially) (?:thought of|wanted"
    r"|asked for))"
    r"(?![^\W_])[ :,-]*"
)
_THEN = re.compile(
    r"(?<![^\W_])(?:(?:но|а|однако|but|then|потом|затем|стало)(?:[ ,]+(?:теперь|сейчас|потом|now|then|later))?|теперь"
    rf"|сейчас|now|{_HEAD.format('after|new|updated|revised|proposed|suggested|после|предлага[а-я]+|нов[а-я]+')})"
    r"(?![^\W_])"
)
_MORE, _LESS = (
    re.compile(r"(?<![^\W_])(?:more|(?:по)?больше)(?![^\W_])"),
    re.compile(r"(?<![^\W_])(?:less|fewer|(?:по)?меньше)(?![^\W_])"),
)
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_PAIR = 2
_WHOLE = 100
"""Percent."""


def reconsidered(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens of the mix that is wanted at last; the same where no other was thought of first.

    Args:
        source: the text that they are of.
        tokens: of a whole recipe.
    """
    first = _FIRST.search(source.folded)
    if first is not None and any(mark[0] > first.end() for mark in find_marks(source, tokens)):
        start, end = source.span(*first.span())
        return [token for token in tokens if token.span[1] <= start or token.span[0] >= end]
    then = None if first is None else _THEN.search(source.folded, first.end())
    while first is not None and then is not None:
        spans = [source.span(*found.span()) for found in (first, then)]
        ahead = [token for token in tokens if token.span[1] <= spans[0][0]]
        before = [token for token in tokens if spans[0][1] <= token.span[0] and token.span[1] <= spans[1][0]]
        behind = [token for token in tokens if spans[1][1] <= token.span[0]]
        if (meant := _meant(source, before, behind)) is not None:
            at = next(at for at, token in enumerate(meant) if token.kind in _NUMBERS)
            told = Notice(
                "what stands behind {words!r} is taken for what it corrects",
                {"words": source.text[slice(*spans[1])].strip(" ,")},
            )
            meant[at] = replace(meant[at], remark=told)
            return [*ahead, *meant]
        then = _THEN.search(source.folded, then.end())
    return list(tokens)


def _meant(source: Source, before: Sequence[Token], behind: Sequence[Token]) -> list[Token] | None:
    """The second mix, or the first with the second's numbers; None where either is no whole."""
    old, new = ([token for token in side if token.kind in _NUMBERS] for side in (before, behind))
    colours, again = ([token for token in side if token.kind is Kind.COLOUR] for side in (before, behind))
    codes = [token.colour for token in colours]
    is_each = len(old) == len({*codes}) == len(codes) and len(new) == len({token.colour for token in again}) > 0
    if is_each and len(again) == len(new) and _total(old) == _total(new) == _WHOLE:
        return list(behind)
    if not len(old) == len(new) == len(codes) == len({*codes}) >= _PAIR or _total(new) != _WHOLE:
        return None
    if len(again) == len(new):
        return list(behind)
    if not {token.colour for token in again} <= {*codes} or not _is_met(source, colours, old, new, again):
        return None
    numbers = iter(new)
    return [replace(token, value=next(numbers).value) if token.kind in _NUMBERS else token for token in before]


def _is_met(
    source: Source,
    colours: Sequence[Token],
    old: Sequence[Token],
    new: Sequence[Token],
    again: Sequence[Token],
) -> bool:
    """Whether a colour that there is to be more or less of has a number that is so: «красного побольше: 70 на 30»."""
    for named in again:
        at = next(at for at, token in enumerate(colours) if token.colour == named.colour)
        around = source.folded[max(0, named.span[0] - 12) : named.span[1] + 12]
        grows = new[at].value - old[at].value
        if (_MORE.search(around) and grows <= 0) or (_LESS.search(around) and grows >= 0):
            return False
    return True


def _total(numbers: Sequence[Token]) -> float:
    return float(sum(token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in numbers))
