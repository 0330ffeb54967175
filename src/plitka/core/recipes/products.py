"""What is tried where a name in quotes stops the reading: a product's name beside the tile is no colour of it.

```
product = ("tile" | "series" | ...), quote, name, quote, (":" | "," | ...) ;     «Плитка "Гранит": чёрный 60, серый 40»
```
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NAMED = re.compile(
    r"(?<![^\W_])(?:(?:paving |rubber )?(?:tiles?|mats?|pavers?)|range|series|collection|product|model"
    r"|плит(?:ка|ки|ку|ок|кой)|покрыти[еяю]|сери[яию]|коллекци[яию]|модель|товар|изделие)[ ]*"
    r"(?P<name>[\"«“„][^\"«»“”„\n%]{2,40}[\"»”“])"
)
_WORDS = frozenset(
    {Kind.UNKNOWN, Kind.ASIDE, Kind.LIKENESS, Kind.LIKE, Kind.COUNTED, Kind.MODIFIER, Kind.PLACE, Kind.LABEL, Kind.LINK}
)
_ENDS = frozenset({Kind.SEPARATOR, Kind.BRACKET, Kind.LENGTH})
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})


def without_products(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with quoted names of products as labels; None where there are none, or one may be a colour."""
    kept = list(tokens)
    if not any(token.kind in _NUMBERS for token in tokens):
        return None  # the name may be all that is said of a colour
    for match in reversed(list(_NAMED.finditer(source.folded))):
        start, end = source.span(*match.span("name"))
        places = [at for at, token in enumerate(kept) if start <= token.span[0] < end]
        named = [kept[at] for at in places]
        if not any(token.kind is Kind.UNKNOWN for token in named) or not {token.kind for token in named} <= _WORDS:
            continue
        after = places[-1] + 1
        if after == len(kept) or not _ends(kept[after]):
            continue
        label = Token(kind=Kind.LABEL, span=(start, end), text=source.text[start:end], choice=LETTERED)
        kept[places[0] : after + (kept[after].kind is Kind.LINK)] = [label, _comma(kept[after], end)]
    return None if kept == list(tokens) else kept


def _ends(token: Token) -> bool:
    return token.kind in _ENDS or (token.kind is Kind.LINK and token.text in ":-")


def _comma(token: Token, at: int) -> Token:
    span = token.span if token.kind is Kind.LINK else (at, at)
    return replace(token, kind=Kind.SEPARATOR, span=span, text=",", choice="", value=token.value * 0)
