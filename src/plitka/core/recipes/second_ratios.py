"""A second ratio beside a whole mix, which may be what is wanted instead: `80 black, 20 green; client wants 70/30`."""

import re
from collections.abc import Sequence

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_JOINTS = frozenset({Kind.SLASH, Kind.LINK, Kind.BASE})
_WISH = re.compile(
    r"(?<![^\W_])(?:wants?|wanted|prefers?|asks?|instead|or|actually|rather|better|make|change|changed|now|хоч\w+|хот\w+"
    r"|says?|said|requested|сказал\w*|говорит|(?:по)?прос\w+|лучше|или|вместо|давай\w*|сдела\w+|передел\w+|нужно|надо|теперь)(?![^\W_])"
)
_PAIR = 2
_WHOLE = 100
"""Percent."""


def check_second_ratio(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing unless two colours have a whole, and words behind them ask for two other numbers.

    Raises:
        RecipeError: it is not clear which of the two is meant.
    """
    for at in range(1, len(tokens) - 1):
        chain = [tokens[at], *tokens[at + 1 + (tokens[at + 1].kind in _JOINTS) :][:1]]  # `70/30`, `70 30`
        if [token.kind for token in chain] != [Kind.NUMBER] * _PAIR or sum(token.value for token in chain) != _WHOLE:
            continue
        end = tokens.index(chain[1]) + 1
        before, behind = tokens[:at], [token.kind for token in tokens[end : end + 2]]
        colours = [token for token in before if token.kind is Kind.COLOUR]
        numbers = [token.value for token in before if token.kind is Kind.NUMBER]
        is_whole = len(colours) == len(numbers) == _PAIR and sum(numbers) == _WHOLE
        if not is_whole or before[-1].kind is Kind.COLOUR or Kind.COLOUR in behind:
            continue
        after = tokens[end].span[1] if end < len(tokens) else len(source.text)
        said = source.text[colours[-1].span[1] : after].casefold()
        if [number.value for number in chain] != numbers and _WISH.search(said):
            span = (chain[0].span[0], chain[1].span[1])
            example = ", ".join(
                f"{number.text}% {source.text[slice(*colour.span)]}"
                for number, colour in zip(chain, colours, strict=True)
            )
            raise source.refuse(
                "{number!r} is a second ratio beside a whole mix; write only the one that is meant, as in: {example}",
                span,
                rewritten=example,
                number=source.text[slice(*span)],
                example=example,
            )
