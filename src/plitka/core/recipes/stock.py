"""Colours that a text says have run out: `we ran out of red, use brown 60, black 40`. They are no part of the mix."""

import re
from collections.abc import Sequence

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_BEFORE = re.compile(
    r"(?<![^\W_])(?:(?:(?:we|they|i)(?:['’](?:ve|re)| have| are)? )?(?:all )?(?:just )?(?:(?:ran|run|running) )?out of"
    r"(?: stock of)?|no more|(?:за)?кончил(?:ся|ась|ись|ось)|не осталось|нет в наличии|нет на складе)[ ]+(?:the )?$"
)
"""What stands right before such a colour."""
_BEHIND = re.compile(
    r"[ ]+(?:granules? )?(?:(?:is|are|was|has|have|had) )?(?:just |now |all |already )?"
    r"(?:sold out|run out|ran out|out of stock|finished|discontinued|not available|unavailable|left|in stock"
    r"|(?:за)?кончил(?:ся|ась|ись|ось)|не осталось|нет в наличии|нет на складе|больше нет|снят с производства)"
    r"(?![^\W_])"
)
_NO = re.compile(r"(?<![^\W_])(?:no|there is no|we have no|no more)[ ]+$")
"""What stands before it where it is not `left`."""
_LEFT = re.compile(r"[ ]+(?:left|in stock)")


def without_stock(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each such saying as a label; the same where the colour is named again or is the only one."""
    kept = list(tokens)
    for token in [token for token in tokens if token.kind is Kind.COLOUR]:
        span = _saying(source, token)
        if span is None:
            continue
        others = [other for other in kept if other.kind is Kind.COLOUR and other is not token]
        if not others or any(other.colour == token.colour for other in others):
            continue
        inside = [at for at, other in enumerate(kept) if span[0] <= other.span[0] < span[1]]
        if any(kept[at].kind in (Kind.NUMBER, Kind.FRACTION) for at in inside):
            continue
        label = Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED)
        end = inside[-1] + 1
        end += end < len(kept) and kept[end].kind is Kind.LINK
        kept[inside[0] : end] = [_comma(span[0]), label, _comma(span[1])]
    return kept


def _saying(source: Source, colour: Token) -> tuple[int, int] | None:
    """Where it is said that a colour has run out, with its name."""
    text = source.text.casefold()
    if len(text) != len(source.text):
        return None
    start, end = colour.span
    before, behind = _BEFORE.search(text[:start]), _BEHIND.match(text, end)
    if behind is not None and _LEFT.match(behind[0]):
        before = _NO.search(text[:start])
        return None if before is None else (before.start(), behind.end())
    if before is None and behind is None:
        return None
    return start if before is None else before.start(), end if behind is None else behind.end()


def _comma(at: int) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(at, at), text=",")
