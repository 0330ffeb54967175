"""What is tried where a text tells a mix twice: the second, where words say that the first is no more.

```
former = "from", mix, "to", mix ;       `from 80/20 green/black to 70/30 green/black`
```
"""

import re
from collections.abc import Sequence

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.areas import whole_mixes
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_FROM = re.compile(r"(?<![^\W_])(?:from|с|со|instead of|вместо|was|were|было|была|был)(?: the)?[ :,]*$")
_TO = re.compile(
    r"^(?:%|[ ,;.:\n]|процент\w*|percent)*(?<![^\W_])(?:to|на|now|make it|becomes|should be"
    r"|(?:we )?(?:need|want)|стало|теперь|будет|надо|нужно|хотим|хочу)(?![^\W_])"
)
_OPEN = frozenset({Kind.REST, Kind.EACH, Kind.MASS, Kind.LAYER, Kind.ZONE, Kind.EQUAL, Kind.FLECK})
_PAIR = 2


def without_former(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens of the second mix, with all before it as a label; None where nothing says that the first is former."""
    mixes = list(whole_mixes(tokens))
    if len(mixes) != _PAIR or not all(mixes) or any(token.kind in _OPEN for token in tokens):
        return None
    first, second = mixes
    before = source.text[: first[0].span[0]].casefold()
    between = source.text[first[-1].span[1] : second[0].span[0]].casefold()
    said = _FROM.search(before)
    if said is None or not _TO.search(between):
        return None
    start, end = min(tokens[0].span[0], said.start()), next(at for at, token in enumerate(tokens) if token is second[0])
    label = _label(source, start, source.text[: second[0].span[0]].rstrip())
    return [label, _comma(label.span[1]), *tokens[end:]]


def _label(source: Source, start: int, until: str) -> Token:
    return Token(kind=Kind.LABEL, span=(start, len(until)), text=source.text[start : len(until)], choice=LETTERED)


def _comma(at: int) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(at, at), text=",")
