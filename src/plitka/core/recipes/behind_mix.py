"""What stands behind a whole mix and is none of it: layers of a thickness, former numbers, words about the order.

```
thickness = ["-"], ["total" | "overall"], "thickness", [length], ["(", layers, ")"] | "overall", length, [...] ;
former    = "(", "was" | "earlier" | "previously" | "in the estimate", numbers, ")" ;
```
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from plitka.core.colour.naming import like_names
from plitka.core.colour.palette import Palette
from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_LENGTH = r"\d+(?:[.,]\d+)?[ ]?(?:mm|cm|мм|см)(?![^\W_])"
_THICKNESS = re.compile(
    rf"(?:[-–—][ ])?(?<![^\W_])(?:(?:(?:total|overall)[ ])?thickness|overall|(?:общая[ ])?толщин[аы]|общей толщиной)"
    rf"[ :=-]*(?:{_LENGTH})(?:[ ,]*\([^()%]*\))?"
)
_FORMER = re.compile(
    r"\((?=[^()]*\d)(?=[^()]*(?<![^\W_])(?:was|were|earlier|previously|formerly|было|была|был|в смете|по смете|раньше"
    r"|ранее)(?![^\W_]))[^()]*\)"
)
_NOW = re.compile(
    r"(?<![^\W_])(?:now|make|should|becomes?|to|теперь|стало|стал|сейчас|надо|нужно|будет|делаем|на)(?![^\W_])"
)
"""A bracket with such a word may tell of the number that is wanted."""
_TILE = re.compile(r"(?<![^\W_])(?:tiles?|mats?|slabs?|плитк\w*|коврик\w*)(?![^\W_])")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_COLOURED = frozenset({Kind.COLOUR, Kind.SBR, Kind.COLOURED})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_OF_MIX = _COLOURED | {
    Kind.PERCENT, Kind.PARTS, Kind.MASS, Kind.REST, Kind.EACH, Kind.EQUAL, Kind.SAME, Kind.NOT, Kind.VAGUE, Kind.RANGE,
    Kind.COMPARED, Kind.FRACTION, Kind.FLECK, Kind.LAYER, Kind.HALF, Kind.BINDER, Kind.BY_MASS, Kind.MIX, Kind.LIGHT,
    Kind.LIKE,
}  # fmt: skip
"""Words that say more of a mix."""
_GROUNDS = frozenset({Kind.REST, Kind.BASE, Kind.FLECK})
_WITH = frozenset({"with", "с", "со"})
_ENDS = frozenset(",;.\n")
_WHOLE = 100
"""Percent."""


def without_told_behind(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with layers of a thickness and former numbers behind a whole mix as labels."""
    kept = list(tokens)
    for pattern in (_THICKNESS, _FORMER):
        wholes = {at for at, is_whole in _ends_of_mixes(source, kept) if is_whole}
        for match in reversed([*pattern.finditer(source.folded)]):
            span = source.span(*match.span())
            inside = [at for at, token in enumerate(kept) if span[0] <= token.span[0] < span[1]]
            is_now = pattern is _FORMER and _NOW.search(match[0])
            if inside and not is_now and "(" in match[0] and inside[0] in wholes:
                kept[inside[0] : inside[-1] + 1] = [_comma(span[0]), _label(source, span)]
    return kept


def without_words_behind(source: Source, tokens: Sequence[Token], palette: Palette) -> list[Token] | None:
    """The tokens with what is said behind a whole mix as labels; None where a word may be one more colour."""
    end = next((at for at, _ in _ends_of_mixes(source, tokens) if tokens[at].text in _ENDS), None)
    if end is None or any(token.kind in _OF_MIX for token in tokens[end:]):
        return None
    kept = list(tokens[: end + 1])
    for segment, bound in _segments(tokens[end + 1 :]):
        if any(_is_counted(source, token) for token in segment) or _is_slip(segment, palette):
            return None
        is_unread = any(token.kind in _NUMBERS | {Kind.UNKNOWN} for token in segment)
        start = kept[-1].span[1]
        until = len(source.text) if bound is None else bound.span[0]
        typed = source.text[start:until]
        span = (start + len(typed) - len(typed.lstrip()), start + len(typed.rstrip()))
        kept += [_label(source, span)] if is_unread else segment
        kept += [] if bound is None else [bound]
    return kept


def _ends_of_mixes(source: Source, tokens: Sequence[Token]) -> Iterator[tuple[int, bool]]:
    """Places before which all is a mix, and whether its numbers are a whole, found in one pass.

    Else one colour has what the others leave, and words say so: `red with 30% black`, `black tile, 20% red`.
    """
    tile = _TILE.search(source.folded)
    tile_at = len(source.text) if tile is None else source.span(*tile.span())[0]
    n_colours = n_numbers = 0
    percent = Fraction(0)
    has_ground = False
    for at, token in enumerate(tokens):
        is_whole = n_colours == n_numbers > 0 and percent == _WHOLE
        is_left = n_colours == n_numbers + 1 > 1 and percent < _WHOLE and (has_ground or tile_at < token.span[0])
        if is_whole or is_left:
            yield at, is_whole
        n_colours += token.kind is Kind.COLOUR
        has_ground |= token.kind in _GROUNDS or token.text in _WITH
        if token.kind in _NUMBERS:
            n_numbers += 1
            percent += token.value * (_WHOLE if token.kind is Kind.FRACTION else 1)


def _is_counted(source: Source, token: Token) -> bool:
    """Whether a token is a number that may be a share; the 4 of `A4` is none."""
    return token.kind in _NUMBERS and not source.text[: token.span[0]][-1:].isalpha()


def _segments(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], Token | None]]:
    segment: list[Token] = []
    for token in tokens:
        if token.kind in _BOUNDS:
            yield segment, token
            segment = []
        else:
            segment.append(token)
    yield segment, None


def _is_slip(segment: Sequence[Token], palette: Palette) -> bool:
    """Whether a word alone is one letter away from a name that begins like it."""
    if [token.kind for token in segment] != [Kind.UNKNOWN]:
        return False
    word = segment[0].text
    return any(name[:1].casefold() == word[:1] and _is_near(word, name) for name in like_names(word, palette))


def _is_near(word: str, name: str) -> bool:
    """Whether two words differ in one letter: another, one more, one less, or two that changed places."""
    longer, shorter = sorted((word.casefold(), name.casefold()), key=len, reverse=True)
    apart = [at for at, (one, other) in enumerate(zip(longer, shorter, strict=False)) if one != other]
    if len(longer) == len(shorter):
        return len(apart) <= 1 or (len(apart) == 2 and sorted(longer) == sorted(shorter))
    return len(longer) - len(shorter) == 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def _label(source: Source, span: tuple[int, int]) -> Token:
    return Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED)


def _comma(at: int) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(at, at), text=",")
