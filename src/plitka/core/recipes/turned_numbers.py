"""Numbers behind their unit, as they are said in Russian: «синего и жёлтого процентов по 5»."""

from collections.abc import Sequence

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.token import Token


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
