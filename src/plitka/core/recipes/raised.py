"""A share that one colour is to have in another: `up the white in the black tile to 15%`, «белого в чёрном до 15%»."""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.signs import TO
from plitka.core.recipes.token import Token

_IN = re.compile(r"[ ]+(?:in|within|в|во)(?: (?:the|this|our|my))?[ ]+", re.IGNORECASE)


def with_raised_share(tokens: Sequence[Token], text: str) -> list[Token]:
    """The tokens with the number before the colour that it is of, and the other as its ground.

    Args:
        tokens: of a whole recipe.
        text: as it was typed.
    """
    for at in range(len(tokens) - 3):
        kinds = [token.kind for token in tokens[at : at + 4]]
        if kinds != [Kind.COLOUR, Kind.COLOUR, Kind.LINK, Kind.NUMBER] or tokens[at + 2].text not in TO:
            continue
        one, ground, link, number = tokens[at : at + 4]
        if not _IN.fullmatch(text[one.span[1] : ground.span[0]]):
            continue
        unit = [token for token in tokens[at + 4 : at + 5] if token.kind is Kind.PERCENT]
        base = replace(link, kind=Kind.BASE, text="on")
        return [*tokens[:at], number, *unit, one, base, ground, *tokens[at + 4 + len(unit) :]]
    return list(tokens)
