"""How much fleck there is, said apart from its colours, and flecks under another name.

«Серая с белым и чёрным вкраплением, вкраплений всего 20%», `black, 20% fleck, blue`; `white with grey veins`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import JOINING, WITH, Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token

_SAID = frozenset({Kind.FLECK, Kind.TOTAL, Kind.LINK, Kind.NUMBER, Kind.PERCENT})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_PAIR = 2
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_NOUN = re.compile(r"[а-яё]{2,}[аяь]ми|[a-z]{3,}(?<!s)s")
"""A plural that may be what lies in a ground, as veins do."""
_OPEN = _NUMBERS | {Kind.FLECK, Kind.EQUAL, Kind.VAGUE, Kind.REST, Kind.BASE, Kind.MASS, Kind.PARTS}
"""With these, it is said how much there is, or of what."""


def with_nouns_of_flecks(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a fleck behind the noun of «белая с серыми прожилками», where nothing says how much there is.

    The noun stays a word, for nobody knows how such things lie.
    """
    named = [at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR and not _is_likened(tokens, at)]
    joint = named[0] + 1 if named else 0
    if len(named) != _PAIR or _text(tokens, joint) not in WITH or any(token.kind in _OPEN for token in tokens):
        return list(tokens)
    noun = next((at for at in (joint + 1, joint + _PAIR) if _is_noun(tokens, at)), None)
    if noun is None or {noun, named[1]} != {joint + 1, joint + _PAIR}:
        return list(tokens)
    fleck = replace(tokens[noun], kind=Kind.FLECK, error=None)
    return [*tokens[:noun], replace(tokens[noun], kind=Kind.ASIDE, error=None), fleck, *tokens[noun + 1 :]]


def _is_likened(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colour is what the mix is like: «как мрамор»."""
    return at > 0 and tokens[at - 1].kind is Kind.LIKE


def _is_noun(tokens: Sequence[Token], at: int) -> bool:
    return _kind(tokens, at) is Kind.UNKNOWN and _NOUN.fullmatch(tokens[at].text) is not None


def with_fleck_ahead(tokens: Sequence[Token], text: str) -> list[Token]:
    """The tokens with the only number, where it is said of the fleck alone, before the colours in the next clause.

    Its ground may have a number as well: `black 80, 20% fleck, colour orange`.

    Args:
        tokens: of a whole recipe.
        text: as it was typed.
    """
    numbers = [at for at, token in enumerate(tokens) if token.kind in _NUMBERS]
    if len(numbers) == _PAIR and {_kind(tokens, at) for at in (0, 1)} == {Kind.COLOUR, tokens[numbers[0]].kind}:
        numbers = numbers[1:]
    if len(numbers) != 1:
        return list(tokens)
    start, end = _clause(tokens, numbers[0])
    said = tokens[start:end]
    kinds = [token.kind for token in said]
    is_said = set(kinds) <= _SAID and kinds.count(Kind.FLECK) == kinds.count(Kind.PERCENT) == 1
    is_comma = end < len(tokens) and tokens[end].kind is Kind.SEPARATOR and tokens[end].text not in WITH | JOINING
    last = end + 1
    while _kind(tokens, last) is Kind.COLOUR and _kind(tokens, last + 1) is Kind.SEPARATOR:
        if tokens[last + 1].text not in JOINING:
            break
        last += 2
    is_named = _kind(tokens, last) is Kind.COLOUR and _kind(tokens, last + 1) in {None, *_BOUNDS}
    if not (is_said and is_comma and is_named) or not _has_ground(tokens, start, last):
        return list(tokens)
    span = (said[0].span[0], said[-1].span[1])
    name = text[tokens[end + 1].span[0] : tokens[last].span[1]]
    remark = Notice("{words!r} is taken as said of {name!r}", {"words": text[slice(*span)], "name": name})
    number, unit, fleck = (_first(said, kind) for kind in (tokens[numbers[0]].kind, Kind.PERCENT, Kind.FLECK))
    colours = tokens[end + 1 : last + 1]
    return [*tokens[:start], replace(number, remark=remark), unit, *colours, fleck, *tokens[last + 1 :]]


def _has_ground(tokens: Sequence[Token], start: int, last: int) -> bool:
    """Whether one other colour is named, before the number, or behind the fleck as its ground."""
    before, behind = (sum(t.kind is Kind.COLOUR for t in part) for part in (tokens[:start], tokens[last + 1 :]))
    is_told = any(token.kind in (Kind.REST, Kind.BASE) for token in tokens[last + 1 :])
    return before + behind == 1 and (before == 1 or is_told)


def _first(tokens: Sequence[Token], kind: Kind) -> Token:
    return next(token for token in tokens if token.kind is kind)


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if at < len(tokens) else None


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def _clause(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """Where what lies between two commas or brackets around a place begins and ends."""
    start = end = at
    while start > 0 and tokens[start - 1].kind not in _BOUNDS:
        start -= 1
    while end < len(tokens) and tokens[end].kind not in _BOUNDS:
        end += 1
    return start, end


def with_amount_of_fleck(tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with the only number, which is said of the fleck, before its colours; None where none is."""
    numbers = [at for at, token in enumerate(tokens) if token.kind in _NUMBERS]
    if len(numbers) != 1:
        return None
    start, end = _clause(tokens, numbers[0])
    start = max([start, *(at + 1 for at in range(start, numbers[0]) if tokens[at].kind is Kind.COLOUR)])
    kinds = [token.kind for token in tokens[start:end]]
    is_behind = start > 1 and tokens[start - 2].kind is Kind.FLECK  # `black and white specks (10% total)`
    is_of_fleck = Kind.FLECK in kinds or Kind.TOTAL in kinds or is_behind
    is_said = set(kinds) <= _SAID and kinds.count(Kind.FLECK) <= kinds.count(Kind.PERCENT) == 1 and is_of_fleck
    fleck = next((at for at in range(start) if tokens[at].kind is Kind.FLECK), None)
    if not is_said or fleck is None:
        return None
    ground = next((at for at in reversed(range(fleck)) if tokens[at].text in WITH), None)
    if any(token.kind is Kind.ASIDE and token.choice for token in tokens[ground or 0 : fleck]):
        return None  # «с красным кантом, внутри крапинка чёрная 10%»
    if ground is None:
        return _listed(tokens, fleck, start, end)
    amount = [token for token in tokens[start:end] if token.kind in (Kind.NUMBER, Kind.PERCENT)]
    amount.sort(key=lambda token: token.kind is Kind.PERCENT)
    return [*tokens[: ground + 1], *amount, *tokens[ground + 1 : start], *tokens[end:]]


def _listed(tokens: Sequence[Token], fleck: int, start: int, end: int) -> list[Token] | None:
    """The fleck of «зелёный, крапинки красные, жёлтые и синие - всего 15%», whose colours stand behind its word."""
    named = [at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR]
    places = [at for at in named if fleck < at < start]
    if len(places) < _PAIR or len(places) != len(named) - 1 or named[0] > fleck:
        return None
    said = [token for token in tokens[start:end] if token.kind in (Kind.NUMBER, Kind.PERCENT)]
    joint = Token(kind=Kind.SEPARATOR, span=tokens[fleck].span, text="&")
    colours = [part for at in places for part in (joint, tokens[at])][1:]
    return [
        *tokens[:fleck],
        *sorted(said, key=lambda token: token.kind is Kind.PERCENT),
        *colours,
        tokens[fleck],
        *tokens[end:],
    ]
