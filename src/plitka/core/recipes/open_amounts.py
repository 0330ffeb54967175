"""Words that leave a number open: `less`, `instead of`, `a bit of`, «до 20%»."""

import re
from collections.abc import Sequence
from itertools import accumulate

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.amounts import Mention
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

INSTEAD = "instead"
"""The choice of words that say what another colour or number stands for."""
CHANGES = frozenset({"change", INSTEAD})
"""Choices of words that say how a mix differs from another."""
REMOVES = (
    "убер", "убир", "убра", "remov", "drop", "take out", "leave out", "get rid of", "scrap", "ditch", "delet", "omit",
    "lose", "cut out", "выкин", "выброс", "удал", "вычерк",
)  # fmt: skip
"""How words begin that take a colour out."""
_MUCH = re.compile(
    r"most|mainly|predominantly|lots|plenty|a lot|large|(?<!не)(?:больш|много)|в основном|преимущественно"
)
_LITTLE_PERCENT = 10
_INTEGER = re.compile(r"(?<![\d.,])\d{1,3}(?![\d]|[.,]\d)")
_PERCENT = re.compile(r"\d ?%")
_WHOLE = 100
"""Percent."""
_MAX_IN_EXAMPLE = 4
"""Colours of an example."""
OPEN = "{words!r} leaves the number open"
"""How what is told of words that do not say how much begins."""
SAME_AS = re.compile(
    r"(?<![^\W_])(?:(?:the )?same (?:(?:mix|blend|recipe|colours?) )?as|то же,? что|как (?:в|на|у)"
    r"|так(?:ая|ой|ое) же,? как)(?= [^,;.\n]*(?:mix|order|batch|job|lot|смес|заказ|замес|парти|рецепт))"
)
"""Before the name of a mix that is not told: `same mix as order 2231 but less yellow`."""
UP_TO = frozenset({"till", "до"})
_AMOUNTS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.PARTS, Kind.MASS})


def refuse_open(source: Source, token: Token) -> RecipeError:
    """The error about words that do not say how much: `less`, `instead of`, `a bit of`."""
    words = source.text[slice(*token.span)]
    if token.choice in CHANGES:
        return refuse_change(source, token.span)
    if token.kind is Kind.RANGE and token.choice:
        return source.refuse(
            "{words!r} is a limit, and the numbers leave more than one mix within it; write one number a colour, as "
            "in: anthracite 90%, terracotta 10%",
            token.span,
            words=words,
        )
    return source.refuse(
        "{words!r} leaves the number open; write one number a colour, as in: anthracite 90%, terracotta 10%",
        token.span,
        words=words,
    )


def refuse_change(source: Source, span: tuple[int, int]) -> RecipeError:
    """The error about a change to a mix that is not told, or to one before the words that is no whole with it."""
    if (same := SAME_AS.search(source.folded[: span[1]])) is not None:
        span = (source.span(*same.span())[0], span[1])
    elif _has_whole(source.folded[: span[0]]):
        return source.refuse(
            "{words!r} changes the mix before it, and it is not clear what the whole comes to; write the mix once, as "
            "in: anthracite 90%, terracotta 10%",
            span,
            words=source.text[slice(*span)],
        )
    return source.refuse(
        "{words!r} changes a mix that is not told here; write the whole mix, with one number a colour, as in: "
        "anthracite 90%, terracotta 10%",
        span,
        words=source.text[slice(*span)],
    )


def _has_whole(text: str) -> bool:
    """Whether the first numbers of a text, two or more, are a whole, or one is a percent."""
    totals = list(accumulate(int(number) for number in _INTEGER.findall(text)))
    return _WHOLE in totals[1:] or _PERCENT.search(text) is not None


def with_own_colours(source: Source, error: RecipeError, mentions: Sequence[Mention]) -> RecipeError:
    """The error about such words with an example of the text's own colours, where it has two to four.

    The example has the most of the colour that is said to be most or lies under the others, else of the first that is
    not said to be little.
    """
    names = list({mention.colour.code: mention for mention in mentions}.values())
    if not 1 < len(names) <= _MAX_IN_EXAMPLE:
        return error
    words = source.text[slice(*error.span)]
    nearest = min(names, key=lambda mention: _distance(source, error.span, mention.span))
    if _MUCH.search(words.casefold()):
        base = nearest
    else:
        base = next((m for m in names if m.is_base), None) or next(m for m in names if m is not nearest)
    others = [mention for mention in names if mention is not base]
    shares = {base.text: 100 - _LITTLE_PERCENT * len(others)} | {mention.text: _LITTLE_PERCENT for mention in others}
    example = ", ".join(f"{percent}% {name}" for name, percent in shares.items())
    return source.refuse(
        "{words!r} leaves the number open; write one number a colour, as in: {example}",
        error.span,
        rewritten=example,
        words=words,
        example=example,
    )


def _distance(source: Source, words: tuple[int, int], name: tuple[int, int]) -> tuple[bool, bool, int]:
    """How far a name is from words, to be compared: behind a comma, before them, in characters."""
    is_before = name[0] < words[0]
    gap = source.text[name[1] : words[0]] if is_before else source.text[words[1] : name[0]]
    return not {*",;"}.isdisjoint(gap), is_before, len(gap)


def is_upper_bound(before: Token | None, token: Token, after: Token | None) -> bool:
    """Whether a token is the `to` of «до 20%», with only a number behind it."""
    is_number = after is not None and after.kind is Kind.NUMBER
    return token.text in UP_TO and is_number and (before is None or before.kind not in _AMOUNTS)
