"""What a specification says beside the mix: from how high somebody may fall, and standards by their numbers.

```
said = ["critical"], "fall height", length, [standard] | standard | "pour", "and", "play" ;
```
"""

import re
from collections.abc import Sequence

from plitka.core.language import specifications
from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_SAID = re.compile(
    rf"(?<![^\W_])(?:{specifications.FALL_HEIGHT}|{specifications.STANDARD}|{specifications.PRODUCT})(?![^\W_%]|[ ]?%)"
)
STANDARD = re.compile(rf"{specifications.STANDARD}(?![^\W_%]|[ ]?%)")
"""A standard by its number."""


def without_specifications(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with all that is said of falls and standards as labels.

    Args:
        source: the text.
        tokens: of it.
    """
    kept = list(tokens)
    for match in reversed([*_SAID.finditer(source.folded)]):
        span = source.span(*match.span())
        inside = [at for at, token in enumerate(kept) if span[0] <= token.span[0] < span[1]]
        if not inside or any(kept[at].kind is Kind.COLOUR for at in inside):
            continue
        label = Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED)
        kept[inside[0] : inside[-1] + 1] = [label]
    return kept
