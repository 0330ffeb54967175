"""Several areas in one text, each with a whole mix of its own: `path: 70 beige 30 brown; yard: 100 green`."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.look import option_of_zone
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_SHARES = _NUMBERS | {Kind.COLOUR, Kind.SBR}
_OTHERWISE = frozenset({Kind.MASS, Kind.ZONE, Kind.LAYER, Kind.REST, Kind.RANGE, Kind.EACH})
"""Words with which numbers are no shares of an area."""
_CORRECTS = re.compile(
    r"(?<![^\W_])(?:not|no|now|was|wait|actually|rather|instead|from|to|make|over|не|нет|теперь|было|стало|лучше"
    r"|точнее|вернее|вместо|на|по)(?![^\W_])"
)
"""Words between two mixes, of which one stands for the other or lies in it."""
_JOINS = re.compile(r"(?<![^\W_])(?:and|with|plus|и|с|со|а|percent|процент\w*)(?![^\W_])")
_APART = re.compile(r"[.;\n]|(?<![^\W_])(?:or|или|либо)(?![^\W_])")
_NAME_BEHIND = re.compile(r"[\s-]*[^\W\d_]+\s*:")
"""«1 этаж:»."""
_LETTERS = re.compile(r"[^\W\d_]")
_WHOLE = 100
"""Percent."""


def refuse_areas(source: Source, tokens: Sequence[Token]) -> RecipeError | None:
    """The error about mixes of several areas, each of which comes to 100; None where there is one mix."""
    if any(token.kind in _OTHERWISE for token in tokens):
        return None
    mixes = list(whole_mixes([token for at, token in enumerate(tokens) if not _is_number_of_name(source, tokens, at)]))
    if len(mixes) < 2 or not all(mixes) or max(map(len, mixes)) <= 2:
        return None
    if not all(_are_apart(source, before[-1], after[0]) for before, after in pairwise(mixes)):
        return None
    second = mixes[1]
    return source.refuse(
        "{number} mixes are told here, and each comes to 100; ask for one at a time, or for one tile with zones{hint}",
        (second[0].span[0], second[-1].span[1]),
        number=len(mixes),
        hint=option_of_zone("half:right", "RECIPE"),
    )


def whole_mixes(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Numbers and colours up to each 100, with as many of one as of the other; an empty list for what is none."""
    mix: list[Token] = []
    for token in tokens:
        if token.kind not in _SHARES:
            continue
        mix.append(token)
        shares = [each.value * (_WHOLE if each.kind is Kind.FRACTION else 1) for each in mix if each.kind in _NUMBERS]
        if sum(shares) == _WHOLE and len(mix) == 2 * len(shares):
            yield mix
            mix = []
        elif sum(shares) > _WHOLE:
            break
    if mix:
        yield []


def _is_number_of_name(source: Source, tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is the 1 of `zone 1:` or «1 этаж:»."""
    if tokens[at].kind is not Kind.NUMBER:
        return False
    after = source.text[tokens[at].span[1] :]
    is_before = tokens[at + 1].kind not in _SHARES if at + 1 < len(tokens) else False
    if is_before and _NAME_BEHIND.match(after):
        return True
    is_behind = at > 0 and tokens[at - 1].kind not in _SHARES | {Kind.PERCENT, Kind.SEPARATOR, Kind.LINK, Kind.SLASH}
    return is_behind and after.lstrip().startswith(":")


def _are_apart(source: Source, last: Token, first: Token) -> bool:
    """Whether a name, the end of a sentence or an `or` stands between two mixes, and no word that joins them."""
    between = source.text[last.span[1] : first.span[0]].casefold()
    is_apart = _APART.search(between) is not None or _LETTERS.search(_JOINS.sub("", between)) is not None
    return is_apart and not _CORRECTS.search(between)
