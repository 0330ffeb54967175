"""Sizes of granules of single colours: `blue fine 0.5-1.5`, `beige 45, black 20 (coarse black, fine beige)`."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.beside import Asides
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token

_LARGEST_MM = 8
"""No granules of the trade are larger, so a larger number is no size of them."""
_GRANULES = "granules="
_SIZED = {Kind.LOOK, Kind.COLOUR}


def with_bare_sizes(tokens: Sequence[Token]) -> list[Token]:
    """The numbers of `fine 0.5-1.5` say again what the word says, in mm; a length in brackets is as one without."""
    plain = list(tokens)
    for at in reversed(range(len(plain) - 3)):
        if at + 4 > len(plain):
            continue  # what stood behind is shorter now
        word, low, dash, high = plain[at : at + 4]
        is_word = word.kind is Kind.LOOK and word.choice.startswith(_GRANULES)
        is_size = [low.kind, dash.kind, high.kind] == [Kind.NUMBER, Kind.LINK, Kind.NUMBER]
        is_last = at + 4 == len(plain) or plain[at + 4].kind in (Kind.SEPARATOR, Kind.BRACKET)
        if is_word and is_size and is_last and 0 < low.value < high.value <= _LARGEST_MM:
            plain[at : at + 4] = [replace(word, span=(word.span[0], high.span[1]))]
        elif is_word and [low.text, dash.kind, high.text] == ["(", Kind.LENGTH, ")"]:
            plain[at + 1 : at + 4] = [replace(dash, is_bracketed=False)]  # `fine granules (1-3 mm)`
    return plain


def is_said_again(segment: Sequence[Token], segments: Sequence[tuple[Sequence[Token], Token | None]]) -> bool:
    """Whether brackets only say of which size colours are that stand outside of them: `(coarse black)`."""
    outside = {t.colour for other, _ in segments for t in other if t.kind is Kind.COLOUR and not t.is_bracketed}
    inside = [token.colour for token in segment if token.kind is Kind.COLOUR]
    is_sized = {token.kind for token in segment} == _SIZED and all(token.is_bracketed for token in segment)
    return is_sized and outside.issuperset(inside)


def of_both_sizes(asides: Asides, code: str, name: str, coarseness: str) -> bool:
    """Whether a colour was said to be of the other size before; then it is of none, which is told."""
    other = "fine" if coarseness == "coarse" else "coarse"
    names = asides.look.get(other)
    if not isinstance(names, list) or code not in names:
        return False
    names.remove(code)
    if not names:
        del asides.look[other]
    asides.remarks = [remark for remark in asides.remarks if remark.values.get("colour") != name]
    asides.remarks.append(
        Notice(
            "{name!r} is said to be both fine and coarse; a colour has one size of granules, the usual one here",
            {"name": name},
        )
    )
    return True
