"""A second ratio beside a whole mix, which may be what is wanted instead: `80 black, 20 green; client wants 70/30`.

It is, where words say who wants it, or that it is to be made; else the text is asked back: `60% red, 40% black or
70/30`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_MIX = frozenset({Kind.NUMBER, Kind.PERCENT, Kind.COLOUR})
_JOINTS = frozenset({Kind.SLASH, Kind.LINK, Kind.BASE})
_WISH = re.compile(
    r"(?<![^\W_])(?:wants?|wanted|prefers?|asks?|instead|or|actually|rather|better|make|change|changed|now|хоч\w+|хот\w+"
    r"|says?|said|requested|сказал\w*|говорит|(?:по)?прос\w+|лучше|или|вместо|давай\w*|сдела\w+|передел\w+|нужно|надо|теперь)(?![^\W_])"
)
_CLEAR = re.compile(
    r"(?<![^\W_])(?P<who>(?:(?:the |our |my )?(?:client|customer|buyer|boss|architect|owner)|they|we|he|she|i)[ ]+"
    r"(?:now |really )?(?:wants?|prefers?|asks? for)"
    r"|let['’]?s (?:do|make it|go (?:for|with)|have)|(?:please )?make it|go (?:for|with)"
    r"|(?:заказчик|клиент|покупатель|архитектор|начальник|шеф|хозяин)[ ]+(?:теперь |уже )?(?:хоч[еу]т|просит|просят)"
    r"|(?:он[аи]?|мы)[ ]+(?:теперь )?(?:хоч[еу]т|хотят|хотим|прос[ия]т)|давай(?:те)?(?: сделаем)?"
    r"|(?:но )?(?:делаем|сделаем|сделай(?:те)?))"
    r"(?:[ ,:]+(?:it|to|more like|rather|a|ratio|mix|соотношение|лучше|теперь|все-таки))*[ ,:]*$"
)
"""Who wants it, or that it is to be made, right before a ratio."""
_INSTEAD = frozenset({"instead", "вместо", "вместо этого", "взамен"})
_END = re.compile(r"[ ]?%?(?:[ ]+(?:instead|please|now|вместо(?: этого)?|взамен|пожалуйста))*[ ]*(?:[.,;!?)\n]|\Z)")
_CHOICE = re.compile(r"(?<![^\W_])(?:or|или|либо|maybe|perhaps|может)(?![^\W_])")
_PAIR = 2
_WHOLE = 100
"""Percent."""


def with_second_ratio(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with the numbers of a second ratio in place of the first where it is clear that they are wanted.

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
        wish = _CLEAR.search(source.text[colours[-1].span[1] : chain[0].span[0]].casefold())
        if [number.value for number in chain] != numbers and (wish or _WISH.search(said)):
            is_last = _END.match(source.text[chain[1].span[1] :].casefold()) is not None  # no `they want 50/50 payment`
            if wish is not None and is_last and not _CHOICE.search(said):
                told = _put(before, chain, wish["who"])
                return [*told, *tokens[end + (tokens[end].text in _INSTEAD if end < len(tokens) else 0) :]]
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
    return list(tokens)


def _put(before: Sequence[Token], chain: Sequence[Token], words: str) -> list[Token]:
    """A mix with the numbers of a ratio, and without the words behind it."""
    last = max(at for at, token in enumerate(before) if token.kind in _MIX)
    told = Notice("what stands behind {words!r} is taken for what it corrects", {"words": words})
    numbers = iter(chain)
    return [
        replace(token, value=next(numbers).value, remark=told) if token.kind is Kind.NUMBER else token
        for token in before[: last + 1]
    ]
