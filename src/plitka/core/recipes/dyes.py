"""Dye, which is no granules: what is dyed looks like its dye, and so much pigment in a binder is no share of the mix.

```
dose    = "pigment", [colour], amount ;         beside granules of that colour, or of a colour that is not said
dyed    = (colour | crumb), [amount], [","], "dyed", ["with pigment"], colour, [amount] ;    looks like its dye
pigment = "pigment", colour, [amount] | [amount], colour, "pigment" ;           refused beside another colour
```

Where every colour has its number and they are a whole, `red pigment 60%, black 40%`, the word is said of the granules.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_DYED = re.compile(
    r"(?<![^\W_])(?:(?:по|пере|вы|за|о)?(?:краш|крас)ен[а-я]*|тонирован[а-я]*|dyed|coated|painted"
    r"|(?:окрас(?:ка|ки|кой|ом)?|покраска)(?=[ ](?:в|пигментом|красителем)[ ])"
    r"|through[ -]?colou?red|(?:dyed|colou?red)[ ](?:right[ ])?through(?:out)?|colou?red(?=[ ](?:with|by)))(?![^\W_])"
    r"(?:[ ]+в[ ]масс[еу])?(?P<with>[ ]+(?:(?:в|во|with|in|by|using)[ ]+)?(?:a[ ]+|the[ ]+)?"
    r"(?P<dye>пигментом|красителем|краской|pigment|dye|paint)|[ ]+(?:в|во|with|in|by|using)(?:[ ]+цвет)?)?[ :]*"
)
_DYE_BEHIND = re.compile(
    r"(?:[ ]+(?P<dye>пигмент[а-я]*|красител[а-я]*|краск[а-я]*|pigments?|dye|paint|цвет))?(?![^\W_])"
)
_PIGMENT = re.compile(r"(?<![^\W_])(?:пигмент(?:а|ом|ы|у)?|красител(?:ь|я|ем)|pigments?|dye|colou?rants?)(?![^\W_])")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_AMOUNTS = _NUMBERS | {Kind.PERCENT, Kind.PARTS, Kind.MASS}
_CRUMB = frozenset({Kind.COLOUR, Kind.SBR})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_SEVERAL = 2
_WHOLE = 100
"""Percent."""


def with_dyes(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the colour of its dye for each that is said to be dyed, without the amount of the dye.

    Args:
        source: the text.
        tokens: of it.
    """
    kept = list(tokens)
    for match in reversed([*_DYED.finditer(source.folded)]):
        start, end = source.span(*match.span())
        dye = next((token for token in kept if token.kind is Kind.COLOUR and token.span[0] == end), None)
        if dye is None:
            continue
        behind = _DYE_BEHIND.match(source.text.casefold(), dye.span[1])
        end = dye.span[1] if behind is None else behind.end()
        inside = [at for at, token in enumerate(kept) if start <= token.span[0] < end]
        before, rest = kept[: inside[0]], kept[inside[-1] + 1 :]
        is_dose = bool(match["dye"] or (behind and behind["dye"]))
        remark = Notice(
            "{name!r} says what is seen of the granules, so they are {colour!r}",
            {"name": source.text[start:end], "colour": source.text[slice(*dye.span)]},
        )
        kept = _dyed(before, replace(dye, remark=remark), rest, is_dose=is_dose) or kept
    return _without_doses(source, kept)


def _without_doses(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the pigment of «красная 8 кг, пигмент красный 0,3 кг» as a label, which changes nothing seen."""
    kept = list(tokens)
    bounds = [-1, *(at for at, token in enumerate(tokens) if token.kind in _BOUNDS), len(tokens)]
    for before, end in reversed([*pairwise(bounds)]):
        clause = tokens[before + 1 : end]
        start = tokens[before].span[1] if before >= 0 else 0
        stop = tokens[end].span[0] if end < len(tokens) else len(source.text)
        told = _PIGMENT.search(source.text[start:stop].casefold())
        seen = {token.colour for token in (*tokens[: before + 1], *tokens[end:]) if token.kind is Kind.COLOUR}
        kinds, colours = {token.kind for token in clause}, {token.colour for token in clause} - {None}
        is_dose = bool(kinds & _NUMBERS) and kinds <= _AMOUNTS | {Kind.COLOUR, Kind.LINK}
        if told is not None and is_dose and seen and colours <= seen:
            span = (min(clause[0].span[0], start + told.start()), max(clause[-1].span[1], start + told.end()))
            text = source.text[slice(*span)]
            kept[before + 1 : end] = [Token(kind=Kind.LABEL, span=span, text=text, choice=LETTERED)]
    return kept


def _dyed(before: list[Token], dye: Token, rest: list[Token], *, is_dose: bool) -> list[Token] | None:
    """The tokens with a dye for the granules right before it or right behind; None where none are there."""
    at = len(before) - 1
    at -= at >= 0 and before[at].kind is Kind.SEPARATOR and before[at].text in (",", "и", "and")
    end = at + 1
    while at >= 0 and before[at].kind in _AMOUNTS:
        at -= 1
    if at < 0 or before[at].kind not in _CRUMB:
        n = sum(1 for _ in takewhile(lambda token: token.kind in _CRUMB, rest))
        is_other = n == 0 or all(token.colour == dye.colour for token in rest[:n])
        return None if is_other else [*before, _seen(dye, rest[:n]), *rest[n:]]
    first = at - (at > 0 and {before[at].kind, before[at - 1].kind} == _CRUMB)
    if all(token.colour in (None, dye.colour) and token.kind is Kind.COLOUR for token in before[first : at + 1]):
        return None
    has_amount = end > at + 1 or (first > 0 and before[first - 1].kind in _AMOUNTS)
    dose = [*takewhile(lambda token: token.kind in _AMOUNTS, rest)] if has_amount or is_dose else []
    return [*before[:first], _seen(dye, before[first : at + 1]), *before[at + 1 : end], *rest[len(dose) :]]


def _seen(dye: Token, crumb: Sequence[Token]) -> Token:
    """Granules as their dye makes them look."""
    span = (crumb[0].span[0], crumb[-1].span[1])
    return replace(dye, span=span, is_sbr=any(token.kind is Kind.SBR for token in crumb))


def check_pigment(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing unless a pigment stands beside granules that it is to colour.

    Raises:
        RecipeError: `black crumb, 5% red pigment`: whoever reads it cannot know what is seen of that.
    """
    crumb = [token for token in tokens if token.kind in _CRUMB]
    numbers = [
        token
        for at, token in enumerate(tokens)
        if token.kind in _NUMBERS and Kind.BINDER not in {_kind(tokens, place) for place in range(at - 2, at + 3)}
    ]
    total = sum(token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in numbers)
    if len(crumb) < _SEVERAL or (len(numbers) == len(crumb) and total == _WHOLE):
        return
    for match in _PIGMENT.finditer(source.folded):
        start, end = source.span(*match.span())
        for token in (token for token in crumb if token.kind is Kind.COLOUR):
            is_before = token.span[1] <= start and not source.text[token.span[1] : start].strip()
            is_behind = end <= token.span[0] and not source.text[end : token.span[0]].strip(" :")
            if is_before or is_behind:
                span = (min(start, token.span[0]), max(end, token.span[1]))
                raise source.refuse(
                    "{words!r} is pigment, which colours the granules or their binder and is no part of the mix; write "
                    "the colours that are seen, as in: black 60%, red 40%",
                    span,
                    words=source.text[slice(*span)],
                )


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
