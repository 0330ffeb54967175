"""The text of a tile of several mixes, and what each mix in it has around it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from plitka.core.language import zone_words
from plitka.core.language.flecks import FLECKS
from plitka.core.recipes.mixes import NO_GROUND, OTHER_TOTAL, Reading
from plitka.core.recipes.part_names import find_heads, small_letters
from plitka.core.recipes.quantities import HALF_METRE, METRE
from plitka.core.recipes.recipe import Notice, Recipe, plain
from plitka.core.recipes.zone_sizes import tile_mm, without_places, without_tile

Read = Callable[[str], Reading | None]
"""Reads a text as one mix; None where it is none."""

_AROUND = rf"(?:{zone_words.AROUND_A_MIX})(?![^\W_])"
_JOINT = r"(?:and|with|w|plus|then|on|и|а|с|со|в|на|по|плюс|у|при)(?![^\W_])"
BEFORE_MIX = re.compile(rf"^(?:[\s,;:.=+&/–—-]|(?:{_AROUND}|{_JOINT}))+", re.IGNORECASE)
BEHIND_MIX = re.compile(rf"(?:[\s,;:.=+&/–—-]|(?<![^\W_])(?:{_AROUND}|{_JOINT}))+$", re.IGNORECASE)
"""Signs and little words before a mix, and behind it."""
FLECK = re.compile(rf"(?<![^\W_])(?:{'|'.join(FLECKS.split(', '))})(?![^\W_])")
"""What lies on the ground that is told elsewhere."""
EACH = re.compile(zone_words.EACH)
"""Before what each of two mixes has."""
_SIZE_WORD = re.compile(
    r"[\s,;]+(?:in |tile |плитка )?(?:sized?|format|dimensions?|размер(?:ом|ы)?|формат(?:ом)?)[\s:]*\Z", re.IGNORECASE
)
"""What is left before the size of the tile."""
_LINES_OF = re.compile(r"[^,;:.\n\d]{0,20}(?:line|lines|markings?|стартовая линия|разметка)[ ]?:")
"""What a tile is for: `court marking: green tile, white 5 cm line`."""
_HEADING = re.compile(r"[^,;:.\n\d–—]{1,60}?(?:[:;.,\n–—]|[ ]-(?=[ ]))")
"""What stands before all else: «Плитка с каймой:»."""
_OF_HEADING = re.compile(
    r"(?:[\s,;:.–—-]|(?<![^\W_])(?:(?:rubber |square )?(?:tiles?|mats?|slabs?)|with|and|an?|of|(?:резинов\w+ )?плит\w+"
    r"|коврик\w*|с|со|и|из|для|рисунок|узор|pattern|design)(?![^\W_]))*"
)
"""What else a heading may say."""
_RING = re.compile(rf"(?<![^\W_])(?:{zone_words.RING})(?![^\W_])")
_SPACES = re.compile(r"[ \t]{2,}")
_IN_BRACKETS = re.compile(r"([^()]+)\(([^()]+)\)\s*")


@dataclass(frozen=True, slots=True)
class ZoneInText:
    """A part of the tile with a mix of its own."""

    mask: str
    """A built-in shape, such as `border:8%`."""
    recipe: Recipe
    mix: str
    """As it was typed."""
    place: tuple[int, int]
    """Where the text names the part, with its mix where that is there."""


@dataclass(frozen=True, slots=True)
class Zoned:
    """A text that was taken apart."""

    ground: str
    """What is said of the ground, to be read as one mix."""
    zones: tuple[ZoneInText, ...]
    """Later ones lie on top."""
    remarks: tuple[Notice, ...]
    """What had to be settled."""
    is_told: bool = False
    """No mix of the whole tile has such words, as it may have those of squares and stripes."""
    has_unshown: bool = False
    """A part of it is left out."""


class TileText:
    """A text of several mixes, while it is taken apart.

    Args:
        text: as it was typed.
        small: in small letters.
        read: how one mix is read.
    """

    def __init__(self, text: str, small: str, read: Read) -> None:
        self.text, self.small, self.read = text, small, cache(read)
        self.side_mm, self.sized = tile_mm(small), without_tile(small)
        self.remarks: list[Notice] = []
        self.tail = ""
        """What each of the mixes has, to be read behind it."""

    def tell_size(self, size: str, mask: str, side_mm: Fraction) -> None:
        """Say of how wide a part is what mask that makes."""
        notice = Notice(
            "{size!r} of a tile of {side} mm is {mask}",
            {"size": " ".join(size.split()), "side": plain(side_mm), "mask": mask},
        )
        self.remarks.append(notice)

    def tell_usual(self, place: tuple[int, int], percent: int) -> None:
        """Say of a part without a size what it has."""
        notice = Notice(
            "{words!r} has no size; it has {percent} percent of the shorter side of the tile",
            {"words": self.text[slice(*place)].strip(), "percent": percent},
        )
        self.remarks.append(notice)

    def mix(self, text: str) -> tuple[str, Reading] | None:
        """A text that is one whole mix, without words around it, and how it reads."""
        text = trimmed(text)
        if not text:
            return None
        text += self.tail
        reading = self.read(text)
        if reading is not None and not _is_whole(reading):
            return None
        if reading is None and (twice := _IN_BRACKETS.fullmatch(text)) is not None:
            name, mix = self.read(twice[1].strip()), self.read(twice[2].strip())
            if name and mix and {*name.recipe.colours} <= {*mix.recipe.colours}:
                return twice[2].strip(), mix  # `blue (80/20 blue/white)`
        return None if reading is None else (text, reading)


def _is_whole(reading: Reading) -> bool:
    """Whether a reading left no ground and no rest of its numbers open: «серый 60» alone is no mix."""
    told = [notice.message for notice in reading.warnings]
    is_of_parts = any(message.startswith(OTHER_TOTAL) for message in told)
    has_ground = not any(message.startswith(NO_GROUND) for message in told)
    return has_ground and not (is_of_parts and len(reading.recipe.parts) == 1)


def without_heading(text: str) -> str:
    """A text with blanks for a heading that names parts and no mix, where these are named again behind it.

    Args:
        text: of a tile of several mixes.
    """
    small = small_letters(text)
    if (lines := _LINES_OF.match(small)) is not None:
        return without_places(text, [lines.span()])
    if (heading := _HEADING.match(small)) is None:
        return text
    own = find_heads(small[: heading.end()])
    behind = {head.kind for head in find_heads(small[heading.end() :])}
    rings = [found.span() for found in _RING.finditer(small, 0, heading.end())]  # «кольцо: снаружи ..., внутри ...»
    is_again = {head.kind for head in own} <= behind if own else bool(rings) and len(behind) > 1
    if not is_again:
        return text
    rest = without_places(small[: heading.end()], [*((head.start, head.end) for head in own), *rings])
    is_plain = _OF_HEADING.fullmatch(rest) is not None
    return without_places(text, [heading.span()]) if is_plain else text


def without(pattern: "re.Pattern[str]", text: str) -> str:
    """A text without what a pattern of small letters finds in it."""
    for found in reversed([*pattern.finditer(small_letters(text))]):
        text = f"{text[: found.start()]} {text[found.end() :]}"
    return text


def trimmed(text: str) -> str:
    """A text without signs and little words around it, and without half of a pair of brackets."""
    text = BEHIND_MIX.sub("", BEFORE_MIX.sub("", _SPACES.sub(" ", text)))
    while text and text.count("(") != text.count(")"):
        kept = text.strip("()").strip() if text[0] in "()" or text[-1] in "()" else ""
        text = BEHIND_MIX.sub("", BEFORE_MIX.sub("", kept))
    return text


def shown_mix(text: str) -> str:
    """A mix as it was typed, without the size of the tile and words around it."""
    small = small_letters(text)
    words = [found.span() for pattern in (METRE, HALF_METRE) for found in pattern.finditer(small)]
    return trimmed(_SIZE_WORD.sub("", trimmed(without_tile(without_places(text, words))))) or text
