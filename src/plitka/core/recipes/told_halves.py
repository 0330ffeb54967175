"""Halves of a tile that are not called left and right: `half red half blue, split down the middle`, «пол плитки синяя».

```
halves = "half", mix, ["other"], "half", mix, "split down the middle" ;
       | "half the tile", mix, ["other"], "half", mix ;
```
"""

import re

from plitka.core.language import zone_words
from plitka.core.recipes.part_names import small_letters
from plitka.core.recipes.recipe import Notice, Recipe
from plitka.core.recipes.undrawn import is_undrawn
from plitka.core.recipes.zone_sizes import without_places
from plitka.core.recipes.zone_texts import Read, TileText, Zoned, ZoneInText, trimmed

_TILE = r"(?P<tile>(?: of)?(?: the| a| this)? tile| ?плитки)"
_HALF = rf"(?:(?:the |one )?half{_TILE}?|пол{_TILE.replace('<tile>', '<tile_ru>')}|половина(?P<tile_half> плитки)?)"
_OTHER = (
    r"(?:(?:and |и |, )?(?:the )?(?:other |second )?half(?! of the (?:rest|remain))(?: of)?(?: the tile)?"
    r"|(?:и |, )?(?:пол ?плитки|пол|(?:другая |вторая )?половина(?: плитки)?|другая|вторая))"
)
_IS = r"(?: is| in| -|:)? "
_HALVES = re.compile(
    rf"(?<![^\W_]){_HALF}{_IS}(?P<first>[^,;.\n]{{2,50}}?)[ ,;]+{_OTHER}{_IS}"
    r"(?P<second>[^,;.\n]{2,50}?)(?=[ ]*(?:[,;.\n]|$))"
)
_SPLIT = re.compile(rf"(?<![^\W_])(?:a |with a )?{zone_words.SPLIT}(?![^\W_])")
_PARTED = re.compile(r"middle|cent|hal[fv]|two|side|vertical|horizontal|посередине|пополам|вертикал|горизонтал|бок|шов")
"""It is not only the rest that is split."""
_IS_PARTED = re.compile(r"split|divi|parted|дел")
_LINE = re.compile(r"line|seam|joint|шов|стык")
_LAST_WORD = re.compile(r"[^\W\d_]+[ ]$")
_RUSSIAN = re.compile(r"[а-яё]", re.IGNORECASE)
_PAIR = 2
_LYING = re.compile(r"horizontal|across|горизонтал")


def find_split(text: str) -> tuple[int, int, str] | None:
    """Where a text says that the tile is parted in two, and the mask of one half; None where it does not."""
    found = next((found for found in _SPLIT.finditer(small_letters(text)) if _IS_PARTED.search(found[0])), None)
    if found is None or _PARTED.search(found[0]) is None:
        return None
    return *found.span(), "half:bottom" if _LYING.search(found[0]) else "half:right"


def find_halves(text: str, read: Read) -> Zoned | None:
    """The ground and the other half that a text tells of; None where it tells of a mix.

    Args:
        text: as for `parse_recipe`.
        read: how one mix is read.
    """
    small = small_letters(text)
    if is_undrawn(small):
        return None
    split = _SPLIT.search(small)
    if split is not None and (halves := _of_pair(text, small, split, read)) is not None:
        return halves
    found = _HALVES.search(small if split is None else without_places(small, [split.span()]))
    if found is None or (split is None and not (found["tile"] or found["tile_ru"] or found["tile_half"])):
        return None
    tile = TileText(text, small, read)
    around = without_places(text, [found.span(), *([] if split is None else [split.span()])])
    first, second = (text[slice(*found.span(name))] for name in ("first", "second"))
    ground = tile.mix(f"{first}, {trimmed(around)}" if trimmed(around) else first)
    own, half = tile.mix(first), tile.mix(second)
    if ground is None or own is None or half is None or half[1].words or ground[1].recipe != own[1].recipe:
        return None
    mask = "half:bottom" if split is not None and _LYING.search(split[0]) else "half:right"
    return Zoned(ground[0], (ZoneInText(mask, half[1].recipe, half[0], found.span()),), (), is_told=True)


def tell_halves(text: str, recipe: Recipe) -> Notice | None:
    """What is told of `half blue, half orange` that was read as a mix; None where that is not all that a text says."""
    found = _HALVES.search(small_letters(text))
    if found is None or trimmed(without_places(text, [found.span()])) or len(recipe.parts) != _PAIR:
        return None
    first, second = (text[slice(*found.span(name))].strip() for name in ("first", "second"))
    if trimmed(first) != first or trimmed(second) != second:
        return None  # `half and half red and black`
    words = text[slice(*found.span())].strip()
    sides = ("слева", "справа") if _RUSSIAN.search(words) else ("left half", "right half")
    example = ", ".join(f"{side} {mix}" for side, mix in zip(sides, (first, second), strict=True))
    return Notice(
        "{words!r} is taken as a mix; for halves of the tile write: {example}", {"words": words, "example": example}
    )


def _of_pair(text: str, small: str, split: "re.Match[str]", read: Read) -> Zoned | None:
    """`50/50 red and blue, side by side`: the two halves of a mix that is said to be parted."""
    mix = TileText(text, small, read).mix(without_places(text, [split.span()]))
    if (
        _is_coloured_line(small, split, read)
        or _PARTED.search(split[0]) is None
        or mix is None
        or mix[1].words
        or len(mix[1].recipe.parts) != _PAIR
    ):
        return None
    first, second = mix[1].recipe.parts
    if first.percent != second.percent:
        return None
    ground, half = (read(part.colour.code) for part in (first, second))
    if ground is None or half is None:
        return None
    mask = "half:bottom" if _LYING.search(split[0]) else "half:right"
    zone = ZoneInText(mask, half.recipe, second.colour.code, (0, len(text)))
    return Zoned(first.colour.code, (zone,), (), is_told=True)


def _is_coloured_line(small: str, split: "re.Match[str]", read: Read) -> bool:
    """Whether the line in the middle is drawn: `grey tile with a white line in the middle`."""
    word = _LAST_WORD.search(small, 0, split.start())
    if word is None or not _LINE.match(split[0]) or any(map(str.isdigit, small[: split.start()])):
        return False
    return read(word[0].strip()) is not None
