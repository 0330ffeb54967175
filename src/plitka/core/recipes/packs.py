"""How granules are packed, which is no share: `red 60% (25 kg bags), black 40%`.

```
pack = "(", words with a mass and without a colour, ")" | ",", words with a container and its mass, "," ;
```
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import CONTAINER, Kind
from plitka.core.recipes.recipe import plain
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_COLOURED = frozenset({Kind.COLOUR, Kind.SBR})
_IN_PACK = _NUMBERS | {Kind.MASS, Kind.UNKNOWN, Kind.ASIDE, Kind.EACH, Kind.LINK, Kind.PARTS, Kind.COUNTED}
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_BAG_KG = range(5, 51)
"""Of one bag."""
_BEHIND_PERCENT = frozenset({2, 3})
"""Places from a percent to the mass in brackets behind it."""
_MAX_OFF = Fraction(1, 10)
"""How far what a colour weighs may be from its percent, of this: it is rounded."""
_BEHIND_COUNT = 2
"""Places from how many bags there are to the colour in them."""
_WHOLE = 100
"""Percent."""


def without_packs(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each pack as a label; the same where a colour has no other number."""
    tokens = _with_weights_behind(tokens)
    packs = [(start, end) for start, end in _clauses(tokens) if _is_pack(tokens, start, end)]
    inside = {at for start, end in packs for at in range(start, end)}
    mix = [token for at, token in enumerate(tokens) if at not in inside]
    n_numbers, n_colours = sum(token.kind in _NUMBERS for token in mix) + _count_single(mix), _count_colours(mix)
    is_counted = n_numbers == n_colours > 0 and not any(_weighs(token) for token in mix)
    is_counted &= len(packs) == 1 or len(packs) == n_colours
    is_told = n_numbers >= n_colours > 0 and all(token.choice != CONTAINER for token in mix)
    if not packs or not (is_told or (is_counted and packs[0][0] > 0)):
        return list(tokens)
    if is_told:
        _check_weights(source, tokens, packs)
    kept = list(tokens) if is_told else _weighed(tokens, packs)
    for start, end in reversed(packs):
        span = (tokens[start].span[0], tokens[end - 1].span[1])
        text = source.text[slice(*span)]
        is_used = not is_told and _weight(tokens[start:end]) is not None  # what weighs the bags is not left out
        mark = Token(kind=Kind.SEPARATOR, span=span, text=",")
        kept[start:end] = [mark if is_used else replace(mark, kind=Kind.LABEL, text=text, choice=LETTERED)]
    return kept


def _check_weights(source: Source, tokens: Sequence[Token], packs: Sequence[tuple[int, int]]) -> None:
    """Refuse what each percent weighs, `red 30% (10 kg), black 70% (17.5 kg)`, where the two say different mixes.

    Raises:
        RecipeError: the weights are not in proportion to the percents.
    """
    inside = {at for start, end in packs for at in range(start, end)}
    shares = [at for at, token in enumerate(tokens) if token.kind is Kind.NUMBER and at not in inside]
    weights = [_weight(tokens[slice(*pack)]) for pack in packs]
    is_each = len(packs) == len(shares) and len({*weights}) > 1  # bags that weigh alike are packs
    is_each = is_each and all(start - at in _BEHIND_PERCENT for at, (start, _) in zip(shares, packs, strict=True))
    total = sum(weight or 0 for weight in weights)
    is_crumb = any(token.kind is Kind.SBR or token.is_sbr for token in tokens)
    if not is_each or is_crumb or None in weights or sum(tokens[at].value for at in shares) != _WHOLE or not total:
        return
    for at, (start, end), weight in zip(shares, packs, weights, strict=True):
        percent, told = tokens[at].value, _WHOLE * (weight or 0) / total
        if abs(told - percent) > _MAX_OFF * percent:
            raise source.refuse(
                "{words!r} and {percent} do not agree, for it is {told} of all that is weighed; write the percents or "
                "the masses alone",
                (tokens[start].span[0], tokens[end - 1].span[1]),
                words=source.text[tokens[start].span[0] : tokens[end - 1].span[1]],
                percent=f"{plain(percent)}%",
                told=f"{plain(round(told, 1))}%",
            )


def _count_single(mix: Sequence[Token]) -> int:
    """How many containers are one each: «мешок красной»."""
    return sum(
        token.choice == CONTAINER and after.kind in _COLOURED and (at == 0 or mix[at - 1].kind not in _NUMBERS)
        for at, (token, after) in enumerate(pairwise(mix))
    )


def _count_colours(mix: Sequence[Token]) -> int:
    """How many colours there are; one with its number and a name, `RAL 5015 blue`, or of crumb counts once."""
    names = [before for before, token in pairwise(mix) if before.kind is Kind.COLOUR and token.kind in _COLOURED]
    return sum(token.kind in _COLOURED for token in mix) - len(names)


def _with_weights_behind(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the mass of `1 bag terracotta 25kg` and `4 bags black SBR 25kg` in brackets."""
    told = list(tokens)
    for at in reversed(range(1, len(told) - 2)):
        weight = at + 1 + (told[at + 1].kind is Kind.SBR)
        kinds = [token.kind for token in (*told[at - 1 : at + 1], *told[weight : weight + 2])]
        is_behind = kinds == [Kind.MASS, Kind.COLOUR, Kind.NUMBER, Kind.MASS]
        is_counted = at >= _BEHIND_COUNT and told[at - 2].kind is Kind.NUMBER
        if is_behind and is_counted and told[at - 1].choice == CONTAINER and _weighs(told[weight + 1]):
            marks = [Token(kind=Kind.BRACKET, span=told[weight].span, text=text) for text in "()"]
            told[weight : weight + 2] = [marks[0], *told[weight : weight + 2], marks[1]]
    return told


def _weighed(tokens: Sequence[Token], packs: Sequence[tuple[int, int]]) -> list[Token]:
    """The tokens with what each container weighs: as the only pack says, or the one behind its colour."""
    weighed = list(tokens)
    inside = {at for start, end in packs for at in range(start, end)}
    containers = [at for at, token in enumerate(tokens) if token.choice == CONTAINER and at not in inside]
    for start, end in packs:
        weight = _weight(tokens[start:end])
        if weight is None:
            continue
        own = containers if len(packs) == 1 else [at for at in containers if at < start][-1:]
        for at in own:
            n_packs = tokens[at - 1].value if at and tokens[at - 1].kind in _NUMBERS else Fraction(1)
            is_all = len(own) == 1 and weight == n_packs * tokens[at].value  # `3 bags black (75 kg)`
            weighed[at] = tokens[at] if is_all else replace(tokens[at], value=weight)
    return weighed


def _weight(pack: Sequence[Token]) -> Fraction | None:
    """Grams of one pack, if one number says it."""
    pack = _in_kilograms(pack)
    numbers = [token.value for token in pack if token.kind is Kind.NUMBER]
    units = [token.value for token in pack if _weighs(token)]
    return numbers[0] * units[0] if len(numbers) == len(units) == 1 else None


def _in_kilograms(pack: Sequence[Token]) -> Sequence[Token]:
    """The pack with the unit of «мешки по 25», which are as heavy as a bag can be."""
    kinds = [token.kind for token in pack]
    is_open = kinds == [Kind.MASS, Kind.EACH, Kind.NUMBER] and pack[0].choice == CONTAINER
    if not is_open or pack[-1].value not in _BAG_KG:
        return pack
    return [*pack, replace(pack[0], value=Fraction(1000), choice="")]


def _weighs(token: Token) -> bool:
    """Whether a token is a unit of mass, and no container."""
    return token.kind is Kind.MASS and token.choice != CONTAINER


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where what lies between two commas or brackets begins and ends."""
    start = 0
    for at, token in enumerate(tokens):
        if token.kind in _BOUNDS:
            yield start, at
            start = at + 1
    yield start, len(tokens)


def _is_pack(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a clause is a mass alone in brackets, or a container anywhere, with words of no other meaning."""
    clause = tokens[start:end]
    has_mass = any(token.kind is Kind.MASS for token in clause)
    if not has_mass or not {token.kind for token in clause} <= _IN_PACK:
        return False
    is_bracketed = start > 0 and tokens[start - 1].text in ("(", "[") and end < len(tokens)
    has_container = any(token.choice == CONTAINER for token in clause)
    return is_bracketed or (start > 0 and has_container and (_is_whole(tokens, end) or _is_in_packs(tokens[:start])))


def _is_in_packs(tokens: Sequence[Token]) -> bool:
    """Whether containers are counted: `3 bags red, 2 bags black, usual 20 kg bags` weigh alike."""
    return any(token.choice == CONTAINER for token in tokens) and not any(map(_weighs, tokens))


def _is_whole(tokens: Sequence[Token], end: int) -> bool:
    """Whether the numbers before a place are a whole without it."""
    shares = [token.value for token in tokens[:end] if token.kind is Kind.NUMBER]
    return any(sum(shares[:n]) == _WHOLE for n in range(1, len(shares) + 1))
