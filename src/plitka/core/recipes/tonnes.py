"""Whether the «т» before a colour is a tonne of it, or makes it dark: «5 т красного», «чёрный 30 т серый 70»."""

import re
from fractions import Fraction

from plitka.core.recipes.signs import DECIMAL, GENITIVE, NUMBER_BEHIND, PIECE

_WEIGHED = re.compile(r"\d[ ]?(?:кг|kg|килограмм|тонн|мешк|меш)")
_IN_TONNES = re.compile(r"\d[ ]?т(?![^\W_])")
_PAIRED = re.compile(r"[ \t]*[:=-]?[ \t]*\d+(?:[.,]\d+)?[ \t]*%?[ \t]*")
"""A number between a colour and what stands behind it."""
_WHOLE = 100
"""Percent."""


def counts_tonnes(text: str, shade: "re.Match[str]", end_of_named: int | None) -> bool:
    """Whether a short shade is a unit: «5 т. красного», but not «45 т.серый, 55 белый».

    Args:
        text: folded.
        shade: where a shade may stand, as `signs.SHORT_SHADE` finds it.
        end_of_named: of the last colour before it.
    """
    if not text[: shade.start()].rstrip()[-1:].isdigit() or not shade[0].startswith(("т.", "т ")):
        return False
    if is_paired(text, shade, end_of_named):
        return False
    if shade["bare"] is not None or _WEIGHED.search(text) is not None:
        return True
    numbers = [Fraction(number.replace(",", ".")) for number in DECIMAL.findall(text)]
    is_whole = sum(numbers) == _WHOLE
    named = PIECE.match(text, shade.end())
    if named is not None and named[2].endswith(GENITIVE):
        return not is_whole or len(_IN_TONNES.findall(text)) == len(numbers)
    return not is_whole and shade[0].endswith(" ")


def is_paired(text: str, shade: "re.Match[str]", end_of_named: int | None) -> bool:
    """Whether the colour before a shade has the number before it, and another stands behind the shade's colour."""
    named = PIECE.match(text, shade.end())
    is_of_named = end_of_named is not None and _PAIRED.fullmatch(text, end_of_named, shade.start()) is not None
    is_counted = named is not None and NUMBER_BEHIND.match(text, named.end()) is not None
    return is_of_named and is_counted and len(_IN_TONNES.findall(text)) < len(DECIMAL.findall(text))
