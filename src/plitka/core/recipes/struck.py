"""Words that are struck out, `~~red~~ green`, and colours that are named as none of the mix: `neither red nor black`.

```
struck  = "~~", words, "~~" ;
neither = "neither", colour, "nor", colour, { "nor", colour } ;     «ни красного, ни чёрного»
```

They are set aside where colours are left, and a notice tells of them.
"""

import re
from collections.abc import Sequence

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_STRUCK = re.compile(r"~~[^~\n]+~~")
_NEITHER = re.compile(
    r"(?<![^\W_])(?:neither [^\W\d_]+(?:[ -][^\W\d_]+)??(?:,? nor [^\W\d_]+)+"
    r"|ни [^\W\d_]+(?:,? ни [^\W\d_]+)+)(?![^\W_])"
)


def without_struck(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with all that is struck out, or named as not wanted, as labels.

    Args:
        source: the text.
        tokens: of it.

    Raises:
        RecipeError: no other colour is left.
    """
    kept = list(tokens)
    for found in (*_STRUCK.finditer(source.folded), *_NEITHER.finditer(source.folded)):
        span = source.span(*found.span())
        if not any(token.kind is Kind.COLOUR and _is_in(token, span) for token in kept):
            continue
        kept = with_label(source, kept, span)
        if not any(token.kind in (Kind.COLOUR, Kind.SBR) for token in kept):
            raise _refuse_all(source, span)
    return kept


def with_label(source: Source, tokens: Sequence[Token], span: tuple[int, int]) -> list[Token]:
    """The tokens with those of a place as one that a notice tells to be no part of the mix.

    Args:
        source: the text.
        tokens: of it.
        span: the place in the typed text.
    """
    before = [token for token in tokens if token.span[0] < span[0]]
    behind = [token for token in tokens if token.span[0] >= span[1]]
    label = Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED)
    bounds = [Token(kind=Kind.SEPARATOR, span=(at, at), text=",") for at in span]
    return [*before, *(bounds[:1] if before else []), label, *bounds[1:], *behind]


def _is_in(token: Token, span: tuple[int, int]) -> bool:
    return span[0] <= token.span[0] < span[1]


def _refuse_all(source: Source, span: tuple[int, int]) -> RecipeError:
    return source.refuse(
        "{words!r} says which colours are not wanted, and no other is named; write the colours that the mix has",
        span,
        words=source.text[slice(*span)],
    )
