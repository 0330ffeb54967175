"""Numbers behind their unit, «синего и жёлтого процентов по 5», and words for equal parts before their colours."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token

_EVENLY = frozenset({"evenly", "equally"})
_COMMAS = frozenset({"", ",", ";", ".", "\n"})


def with_turned_words(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without a word that only says how flecks lie, and with equal parts behind the colours that have them.

    `Red 2 parts, black 1 part, evenly speckled`, `two shades of green half and half: RAL 6018 and RAL 6005`.
    """
    told = list(tokens)
    has_number = any(token.kind in (Kind.NUMBER, Kind.FRACTION) for token in tokens)
    for at in reversed([at for at, token in enumerate(told) if token.kind is Kind.EQUAL]):
        beside = {token.kind for token in (*told[max(0, at - 1) : at], *told[at + 1 : at + 2])}
        if has_number and told[at].text in _EVENLY and Kind.FLECK in beside:
            del told[at]
        around = [told[place].text if 0 <= place < len(told) else "" for place in (at - 1, at + 2)]
        if not has_number and told[at].text in _EVENLY and {*around} <= _COMMAS and told[at + 1 :]:
            del told[at + 1 : at + 1 + (told[at + 1].kind is Kind.FLECK)]  # `red and black, evenly speckled`
    at = next((at for at, token in enumerate(told) if token.kind is Kind.EQUAL), len(told))
    named = [token for token in told[:at] if token.kind is Kind.COLOUR]
    is_head = [token.text for token in told[at + 1 : at + 2]] == [":"] and named == told[at - 1 : at]
    kinds = {token.kind for token in told[at + 2 :]}
    if is_head and kinds <= {Kind.COLOUR, Kind.SEPARATOR, Kind.SLASH} and Kind.COLOUR in kinds:
        end = told[-1].span[1]
        return [*told[at + 2 :], replace(told[at], span=(end, end))]
    return told


def with_turned_numbers(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each such number before its unit: «по 5 процентов»."""
    turned = list(tokens)
    for at in range(len(turned) - 2):
        kinds = [token.kind for token in turned[at : at + 3]]
        is_bare = at == 0 or turned[at - 1].kind is not Kind.NUMBER
        if is_bare and kinds == [Kind.PERCENT, Kind.EACH, Kind.NUMBER] and turned[at + 1].text == "по":
            percent, each, number = turned[at : at + 3]
            turned[at : at + 3] = [each, number, percent]
    return turned
