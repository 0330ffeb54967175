"""What a whole batch weighs, which is no share: `for a 25 kg batch: green 10 kg, black 15 kg`.

```
head = ["for" | "на"], ("batch" | "партию" | "замес"), ["size"], mass | mass, "batch" ;
of   = number, ("of" | "из"), mass ;            of one colour, where another has the rest
```

Numbers without a unit that add up to the batch are masses in its unit.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice, plain
from plitka.core.recipes.source import Source
from plitka.core.recipes.struck import with_label
from plitka.core.recipes.token import Token

_UNIT = r"(?:kgs?|kilos?|g|t|tonnes?|кг|г|т|тонн[а-я]*|килограмм[а-я]*)(?![^\W_])"
_MASS = rf"\d+(?:[.,]\d+)?[ ]?{_UNIT}"
_BATCH = r"(?:batch(?:es)?|mixer load|load|lot|charge|парти(?:я|ю|и)|замес(?:а|е)?|загрузк(?:а|у|е|и)|закладк(?:а|у|и))"
_TOTAL = re.compile(
    rf"(?<![^\W_])(?:(?:for|per|на|in)[ ](?:a |an |the |one |один |одну |весь |всю )?)?(?:(?:total|full|общ[а-я]+)[ ])?"
    rf"(?:{_BATCH}(?:[ ](?:size|weight|mass|of|is|в|весом|массой))*(?:[ ]+|[ ]*[:=,-][ ]*(?={_MASS}[ ]*[:,;\n])){_MASS}"
    rf"|{_MASS}[ -]*{_BATCH}(?![^\W_]))[ ]*[:,-]?"
)
_SUM = re.compile(
    rf"(?<![^\W_])(?:in total|total(?: weight| mass)?|all together|altogether|всего|итого|в сумме|общий вес)"
    rf"[ ]*[:=-]?[ ]*{_MASS}"
)
"""What is read elsewhere, and told here where it is not the sum."""
_OF = re.compile(rf"\d+(?:[.,]\d+)? (?:out of|of|из) {_MASS}")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_COLOURED = frozenset({Kind.COLOUR, Kind.SBR})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS, Kind.SLASH})
_OPEN = frozenset({Kind.REST, Kind.EACH, Kind.EQUAL})
_PAIR = 2


def without_batch_total(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the mass of the whole batch as a label, where each colour has its own number.

    Args:
        source: the text.
        tokens: of it.
    """
    batch, told = (pattern.search(source.folded) for pattern in (_TOTAL, _SUM))
    found = batch or told
    if found is None:
        return _of_batch(source, tokens)
    span = source.span(*found.span())
    inside = [token for token in tokens if span[0] <= token.span[0] < span[1]]
    others = [token for token in tokens if token not in inside]
    unit = next((token for token in inside if token.kind is Kind.MASS), None)
    number = next((token for token in inside if token.kind is Kind.NUMBER), None)
    counted = [token for token in others if token.kind in _NUMBERS]
    n_colours = sum(token.kind in _COLOURED for token in others)
    if unit is None or number is None or len(counted) != n_colours or not _OPEN.isdisjoint(_kinds(others)):
        return list(tokens)
    labelled = _told(source, with_label(source, _with_units(others, number, unit), span), number, unit)
    is_told = batch is not None or any(token.remark is not None and token.kind is Kind.LABEL for token in labelled)
    return labelled if is_told else list(tokens)


def _of_batch(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with both masses of `10 of 25 kg green, rest black`."""
    found = _OF.search(source.folded)
    if found is None or Kind.REST not in _kinds(tokens):
        return list(tokens)
    start, end = source.span(*found.span())
    numbers = [token for token in tokens if start <= token.span[0] < end and token.kind is Kind.NUMBER]
    others = [token for token in tokens if token.kind in _NUMBERS and not start <= token.span[0] < end]
    if len(numbers) != _PAIR or others or not 0 < numbers[0].value < numbers[1].value:
        return list(tokens)
    rest = next(at for at, token in enumerate(tokens) if token.kind is Kind.REST)
    unit = next(token for token in tokens if start <= token.span[0] < end and token.kind is Kind.MASS)
    left = replace(numbers[1], value=numbers[1].value - numbers[0].value, span=tokens[rest].span)
    behind = [token for token in tokens[:rest] if token.span[0] >= end]
    named = [token for token in tokens[rest + 1 :] if token.kind is not Kind.LINK]
    head = [token for token in tokens if token.span[1] <= start]
    return [*head, numbers[0], unit, *behind, left, replace(unit, span=left.span), *named]


def _with_units(tokens: Sequence[Token], number: Token, unit: Token) -> list[Token]:
    """The tokens with the batch's unit behind bare numbers that add up to it."""
    counted = [token for token in tokens if token.kind is Kind.NUMBER]
    is_bare = _UNITS.isdisjoint(_kinds(tokens)) and sum(token.value for token in counted) == number.value
    if not is_bare:
        return list(tokens)
    return [
        each
        for token in tokens
        for each in ((token, replace(unit, span=(token.span[1],) * 2)) if token in counted else (token,))
    ]


def _told(source: Source, tokens: list[Token], number: Token, unit: Token) -> list[Token]:
    """The tokens with a notice where the masses add up to something else than the batch."""
    masses = [
        before.value * after.value
        for before, after in pairwise(tokens)
        if before.kind is Kind.NUMBER and after.kind is Kind.MASS
    ]
    total = sum(masses, Fraction(0)) / unit.value if unit.value else Fraction(0)
    if not masses or total == number.value:
        return tokens
    label = next(at for at, token in enumerate(tokens) if token.choice == LETTERED)
    notice = Notice(
        "{words!r} is no part of the mix; the masses add up to {total}, and are taken as they are",
        {"words": tokens[label].text.strip(" :,-"), "total": f"{plain(total)} {source.text[slice(*unit.span)]}"},
    )
    tokens[label] = replace(tokens[label], remark=notice)
    return tokens


def _kinds(tokens: Sequence[Token]) -> set[Kind]:
    return {token.kind for token in tokens}
