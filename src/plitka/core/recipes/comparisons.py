"""Colours told by a comparison with another of the mix: `grey 60, darker grey 30, even darker grey 10`."""

import re
from collections.abc import Sequence

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_MORE_STILL = re.compile(
    r"(?<![^\W_])(?:even|still|yet|еще) "
    r"(?:darker|lighter|brighter|paler|deeper|(?:по)?(?:темнее|светлее|ярче|бледнее))(?![^\W_])"
)
_COMPARED = re.compile(r"(?:darker|lighter|brighter|paler|deeper|(?:по)?(?:темнее|светлее|ярче|бледнее))(?![^\W_])")


def check_comparisons(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing unless a colour is told by how it differs from one that is told so itself, or two such are the same.

    Raises:
        RecipeError: it is not known which colour is meant.
    """
    colours = [token for token in tokens if token.kind is Kind.COLOUR and token.colour is not None]
    still = _MORE_STILL.search(source.folded)
    compared = [token for token in colours if _COMPARED.match(token.text)]
    codes = [token.colour.code for token in colours if token.colour is not None]
    same = next((token for token in compared if token.colour is not None and codes.count(token.colour.code) > 1), None)
    if len(colours) > 1 and (still is not None or same is not None):
        span = source.span(*still.span()) if still is not None else same.span if same is not None else (0, 0)
        raise source.refuse(
            "{words!r} does not say which colour it is; name it as the catalogue does, or give a hex such as #A63D30",
            span,
            words=source.text[slice(*span)],
        )
