"""A second ratio beside a whole mix, which may be what is wanted instead: `80 black, 20 green; client wants 70/30`."""

import re
from collections.abc import Sequence

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_JOINTS = frozenset({Kind.SLASH, Kind.LINK, Kind.BASE})
_WISH = re.compile(
    r"(?<![^\W_])(?:wants?|wanted|prefers?|asks?|instead|or|actually|rather|better|make|change|changed|now|хоч\w+|хот\w+"
    r"|прос\w+|лучше|или|вместо|давай\w*|сдела\w+|передел\w+|нужно|надо|теперь)(?![^\W_])"
)
_PAIR = 2
_WHOLE = 100
"""Percent."""


def check_second_ratio(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing unless two colours have a whole, and words behind them ask for two other numbers.

    Raises:
        RecipeError: it is not clear which of the two is meant.
    """
    for at in range(1, len(tokens) - 2):
        chain = tokens[at : at + 3]
        is_chain = [token.kind is Kind.NUMBER for token in chain] == [True, False, True] and chain[1].kind in _JOINTS
        if not is_chain or chain[0].value + chain[2].value != _WHOLE:
            continue
        before, behind = tokens[:at], [token.kind for token in tokens[at + 3 : at + 5]]
        colours = [token for token in before if token.kind is Kind.COLOUR]
        numbers = [token.value for token in before if token.kind is Kind.NUMBER]
        is_whole = len(colours) == len(numbers) == _PAIR and sum(numbers) == _WHOLE
        if not is_whole or before[-1].kind is Kind.COLOUR or Kind.COLOUR in behind:
            continue
        after = tokens[at + 3].span[1] if at + 3 < len(tokens) else len(source.text)
        said = source.text[colours[-1].span[1] : after].casefold()
        if [chain[0].value, chain[2].value] != numbers and _WISH.search(said):
            span = (chain[0].span[0], chain[2].span[1])
            example = ", ".join(
                f"{number.text}% {source.text[slice(*colour.span)]}"
                for number, colour in zip((chain[0], chain[2]), colours, strict=True)
            )
            raise source.refuse(
                "{number!r} is a second ratio beside a whole mix; write only the one that is meant, as in: {example}",
                span,
                rewritten=example,
                number=source.text[slice(*span)],
                example=example,
            )
