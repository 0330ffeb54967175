"""Words for a fleck with a slip in them, where such a word stands: `10% red fleks`, «с белыми вкраплянями 5%»."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from plitka.core.language.spelling import slips
from plitka.core.language.vocabulary import Kind, phrases
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token

_STEMS = (
    "fleck",
    "speckl",
    "sprinkle",
    "freckle",
    "confetti",
    "вкрапл",
    "крап",
    "пятныш",
    "точеч",
    "конфетти",
    "включен",
)
"""Of words that hardly any other is spelled like, as `bits` and `spots` are."""
_MIN_MISSPELLED = 5
_MIN_TWO_SLIPS = 9
"""Letters of a word in which one or two are wrong."""
_OTHER = 9
"""Slips that another first letter counts for: people seldom miss it."""
_BESIDE = frozenset({Kind.COLOUR, Kind.SBR, Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.EACH})
_NEAR = 2
"""Tokens to a colour or a number: `red fleks`, `fleks of red`, `fleks - 10%`."""


def with_misspelled_flecks(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each such word, if a colour or a number is beside it, as one for a fleck.

    Args:
        tokens: of a whole recipe.
    """
    plain = list(tokens)
    for at, token in enumerate(tokens):
        beside = [*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 1 + _NEAR]]
        if token.kind is not Kind.UNKNOWN or _BESIDE.isdisjoint(other.kind for other in beside):
            continue
        if (name := near_fleck(token.text)) is not None:
            remark = Notice("{typed!r} is read as {name!r}", {"typed": token.text, "name": name})
            plain[at] = replace(token, kind=Kind.FLECK, error=None, remark=remark)
    return plain


@cache
def near_fleck(word: str) -> str | None:
    """The word for a fleck that a misspelled one is, in its right spelling; None if it is none.

    Args:
        word: folded.
    """
    if len(word) < _MIN_MISSPELLED:
        return None
    most = 1 + (len(word) >= _MIN_TWO_SLIPS)
    n_slips, name = min((slips(word, name) + _OTHER * (word[0] != name[0]), name) for name in _flecks())
    return name if n_slips <= most else None


@cache
def _flecks() -> tuple[str, ...]:
    words = (phrase for phrase, meaning in phrases() if meaning.kind is Kind.FLECK and " " not in phrase)
    return tuple(word for word in words if word.startswith(_STEMS) and len(word) >= _MIN_MISSPELLED)
