"""Borders, stripes and letters that a text asks for beside its mix, and what each of them is to be made of.

A recipe is one mix, so a pattern is refused or set aside where recipes are read; who can show zones finds here what
was meant: `red and black with a blue border` is a mix of red and black, and a border of blue.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from plitka.core.colour.palette import Colour, Palette
from plitka.core.language.looks import PATTERNS
from plitka.core.recipes.mixes import Reading, read_mix
from plitka.core.recipes.part_names import as_it_lies, small_letters
from plitka.core.recipes.recipe import COMPUTED_STEP, Part, Recipe, quantise
from plitka.core.recipes.undrawn import is_undrawn
from plitka.core.recipes.zones import find_zones
from plitka.errors import RecipeError

MAX_LETTERS = 40
_MAX_PATTERNS = 8
_BORDER_PERCENT = range(2, 41)
_FORMS = {
    "border": "edge, edges, rim, рамки, рамку, каймы, кайму, окантовка, окантовкой, окантовку, бордюра",
    "stripes": "striping, полоски, полоску, полосками, полосу, полос, линиями",
    "checker": "checker, checkers, шахматкой, шахматы, клеточку, клеточка",
    "circle": "circle, disc, disk, круг, круга, кругом, диск, диском, кружок",
    "text": (
        "letter, word, words, write, writing, written, saying, says, "
        "напиши, напишите, написать, надписать, надписи, слово, словом, слова, "
        "текст, текстом, буква, букв"
    ),
}
"""Further forms of the words of `PATTERNS`, which a recipe alone need not know."""
_SIDES = {
    "left": (
        "left, left half, left side, on the left, "
        "слева, лево, левый, левая, левую, левой, левая половина, левая сторона"
    ),
    "right": (
        "right, right half, right side, on the right, "
        "справа, право, правый, правая, правую, правой, правая половина, правая сторона"
    ),
    "top": "top half, top side, upper half, at the top, top, сверху, вверху, верх, верхняя половина, верхняя",
    "bottom": "bottom half, bottom side, lower half, at the bottom, bottom, снизу, внизу, низ, нижняя половина, нижняя",
}
"""Words for one half of the tile."""
_OPPOSITE = {"half:left": "half:right", "half:right": "half:left", "half:top": "half:bottom", "half:bottom": "half:top"}
_NO_LETTERS = frozenset({"logo", "логотип", "логотипом"})
"""Of `PATTERNS`, what is drawn and cannot be typed."""
_FILLERS = (
    "a, an, the, of, in, on, at, around, along, round, middle, centre, center, edge, it, its, colour, color, coloured, "
    "and, with, in the middle, made, from, please, some, mm, cm, wide, thin, thick, narrow, "
    "в, во, на, по, из, и, с, со, вокруг, вдоль, краю, края, середине, центре, посередине, цвета, цветом, цвет, "
    "на ней, на нём, пожалуйста, см, мм, широкой, узкой, тонкой, белым по"
)


def _words_of(listed: str) -> list[str]:
    return [word.strip() for word in listed.split(",")]


def _any_of(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MASKS = {mask.partition(":")[0]: mask for mask in PATTERNS} | {mask: mask for mask in _OPPOSITE}
_KINDS = {
    word: mask.partition(":")[0]
    for mask, listed in PATTERNS.items()
    for word in _words_of(f"{listed}, {_FORMS[mask.partition(':')[0]]}")
    if word not in _NO_LETTERS
} | {word: f"half:{side}" for side, listed in _SIDES.items() for word in _words_of(listed)}
"""The word of a pattern -> the kind of its mask."""
_WORD = re.compile(rf"(?<!\w)(?:{_any_of(list(_KINDS))})(?!\w)", re.IGNORECASE)
_FILLER = re.compile(rf"(?<!\w)(?:{_any_of(_words_of(_FILLERS))})(?!\w)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;.\n]\s*(?!\d)|\s+(?:with|w/|plus|с|со|плюс)\s+|\s*\+\s*", re.IGNORECASE)
_JOINT = re.compile(r"\s+(?:and|и)\s+", re.IGNORECASE)
_QUOTED = re.compile(r"[«\"“„'‘](?P<letters>[^»\"”“'’]+)[»\"”“'’]")
_CAPITALS = re.compile(r"(?<!\w)[A-ZА-ЯЁ0-9]*[A-ZА-ЯЁ]{2}[A-ZА-ЯЁ0-9!?-]*(?:\s+[A-ZА-ЯЁ0-9!?-]+(?!\w))*")
_SIDE_WORDS = _any_of([word for listed in _SIDES.values() for word in _words_of(listed)])
_NEXT_SIDE = re.compile(rf"\s+(?=(?:{_SIDE_WORDS})(?!\w))", re.IGNORECASE)
"""Before the side that a piece goes on with, where it began with another: `left red right blue`."""
_BEGINS_WITH_SIDE = re.compile(rf"\s*(?:the\s+)?(?:{_SIDE_WORDS})(?!\w)", re.IGNORECASE)
_LAYERS = ("half:top", "half:bottom")
_HALF_WORD = re.compile(r"half|side|половин|сторон", re.IGNORECASE)
_HALF_PERCENT = re.compile(r"\b50\s*%|\b(?:half|половина|половину)\b", re.IGNORECASE)
"""Of the tile, and not of the mix."""
_NEXT_WORD = re.compile(r"[^\W\d_][\w-]*")
_AT_EDGE = re.compile(r"\bedges?\b|\bкра(?:ю|ям|я)\b|\bпериметр", re.IGNORECASE)
"""A line there is a border."""
_PERCENT = re.compile(r"(\d+)\s*%")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?\s*(?:%|mm|cm|мм|см)?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A part of the tile that a text asks for."""

    words: str
    """As they were typed."""
    mask: str
    """A built-in shape, such as `border:8%`."""
    recipe: Recipe | None
    """None: it is not said what it is of."""


@dataclass(frozen=True, slots=True)
class Patterned:
    """A text that was taken apart."""

    ground: Recipe | None
    """None: only patterns were asked for."""
    patterns: tuple[Pattern, ...]
    beside: Reading | None = None
    """How the text without the patterns was read, with what it says of the look; None where nothing of it is left."""


def find_patterns(text: str, palette: Palette | None = None) -> Patterned | None:
    """The patterns that a text asks for, and the mix of its ground; None where there are none, or the rest is no mix.

    Args:
        text: as for `parse_recipe`.
        palette: the colours that can be named; ours by default.
    """
    zoned = find_zones(text, lambda one: _read(one, palette))
    if zoned is not None and (whole := _read(zoned.ground, palette)) is not None:
        zones = [Pattern(text[slice(*zone.place)], zone.mask, zone.recipe) for zone in zoned.zones]
        return Patterned(whole.recipe, tuple(zones), replace(whole, warnings=(*zoned.remarks, *whole.warnings)))
    if is_undrawn(small_letters(text)):
        return None
    plain, found = _taken_apart(text, palette)
    if not 1 <= len(found) <= _MAX_PATTERNS:
        return None
    beside = _read(", ".join(plain), palette)
    ground = None if beside is None else beside.recipe
    if _are_both_halves(found):
        return None if plain else _of_halves(found)
    if any(one.mask in _LAYERS and not _HALF_WORD.search(one.words) for one in found):
        return None  # `black on top` may as well be a layer
    if ground is None and any(_bare(segment) for segment in plain):
        return None
    if ground is None:
        return _apart(found[0], tuple(found[1:]))
    return Patterned(ground, tuple(found), beside)


def words_beside(text: str, palette: Palette | None = None) -> str:
    """What a text says beside its patterns, for whoever is told why it is no mix; empty where it has no patterns."""
    plain, found = _taken_apart(text, palette)
    return ", ".join(plain) if found else ""


def _taken_apart(text: str, palette: Palette | None) -> tuple[list[str], list[Pattern]]:
    """The pieces of a text that are no patterns, and those that are."""
    plain: list[str] = []
    found: list[Pattern] = []
    for segment in _segments(text):
        pattern = _pattern_of(segment, palette)
        if pattern is None:
            plain.append(segment)
        else:
            found.append(pattern)
    return plain, found


def _segments(text: str) -> Iterator[str]:
    """Pieces of a text, each with one pattern at most."""
    for piece in _pieces(text):
        halves = _JOINT.split(piece)
        if sum(bool(_WORD.search(half)) for half in halves) > 1:
            yield from halves
        elif _BEGINS_WITH_SIDE.match(piece):
            yield from filter(None, (side.strip() for side in _NEXT_SIDE.split(piece)))
        elif piece.strip():
            yield piece.strip()


def _pieces(text: str) -> list[str]:
    """A text cut at its signs and links; further numbers of a side stay with it: `left 60% red, 40% black`."""
    pieces: list[str] = []
    for piece in _BETWEEN.split(text):
        if pieces and piece.strip()[:1].isdigit() and _BEGINS_WITH_SIDE.match(pieces[-1]) and not _WORD.search(piece):
            pieces[-1] += f", {piece.strip()}"
        else:
            pieces.append(piece)
    return pieces


def _pattern_of(segment: str, palette: Palette | None) -> Pattern | None:
    found = _WORD.search(segment)
    if found is None:
        return None
    kind = _KINDS[found[0].casefold()]
    if kind == "stripes" and _AT_EDGE.search(segment):
        kind = "border"
    before, behind = segment[: found.start()], segment[found.end() :]
    mask = _MASKS[kind]
    if kind == "text":
        letters = _letters(segment, found.end(), palette)
        if letters is None:
            return None
        mask = f"text:{segment[slice(*letters)].strip()[:MAX_LETTERS]}"
        before, behind = _without(segment, letters, found.span())
    elif kind in _OPPOSITE:
        before, behind = (_HALF_PERCENT.sub(" ", side) for side in (before, behind))
    elif kind == "border" and (width := _PERCENT.search(before + behind)) and int(width[1]) in _BORDER_PERCENT:
        mask = f"border:{width[1]}%"
        before, behind = (_NUMBER.sub(" ", side) for side in (before, behind))
    return Pattern(segment, as_it_lies(mask, segment), _mix_of(_bare(f"{before} {behind}"), palette))


def _letters(segment: str, end: int, palette: Palette | None) -> tuple[int, int] | None:
    """Where the letters of a lettering stand: in quotes, in capitals, or the words behind it that are no mix."""
    quoted = _QUOTED.search(segment)
    if quoted is not None:
        return quoted.span("letters")
    behind = _CAPITALS.search(segment, end) or _NEXT_WORD.search(segment, end)
    if behind is None:
        return None
    rest = _bare(segment[behind.end() :])
    is_name = bool(rest) and _read(rest, palette) is None
    return behind.start(), len(segment) if is_name else behind.end()


def _without(segment: str, *spans: tuple[int, int]) -> tuple[str, str]:
    """What is left of a segment in two parts: before the first of some spans, and behind it without the others."""
    left = list(segment)
    for start, end in spans:
        left[start:end] = " " * (end - start)
    at = min(start for start, _ in spans)
    return "".join(left[:at]), re.sub(r"[«»\"“”„'‘’]", " ", "".join(left[at:]))


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", _FILLER.sub(" ", text)).strip(" ,:-")


def _mix_of(text: str, palette: Palette | None) -> Recipe | None:
    """The mix that a text names, without a word beside it."""
    reading = _read(text, palette)
    return None if reading is None else reading.recipe


def _read(text: str, palette: Palette | None) -> Reading | None:
    """A text as a recipe; None where it is none, or has words that no scene shows."""
    with suppress(RecipeError):
        reading = read_mix(text, palette)
        if not reading.words:
            return reading
    return None


def _apart(first: Pattern, others: tuple[Pattern, ...]) -> Patterned:
    """Of `stripes of red and white` the ground is the first colour, and the pattern has the others."""
    if first.recipe is None or len(first.recipe.parts) == 1:
        return Patterned(None, (first, *others))
    ground, *rest = first.recipe.colours
    return Patterned(_equal([ground]), (replace(first, recipe=_equal(rest)), *others))


def _are_both_halves(found: Sequence[Pattern]) -> bool:
    masks = {one.mask for one in found}
    return any(_OPPOSITE.get(mask) in masks for mask in masks)


def _of_halves(found: Sequence[Pattern]) -> Patterned | None:
    """Of two halves the ground is the first, and the other lies on it; None where it has no mix, or there are more."""
    halves = [one for one in found if one.mask in _OPPOSITE]
    if len(halves) != 2 or halves[0].recipe is None:
        return None
    return Patterned(halves[0].recipe, tuple(one for one in found if one is not halves[0]))


def _equal(colours: Sequence[Colour]) -> Recipe:
    percents = quantise([Fraction(100, len(colours))] * len(colours), COMPUTED_STEP)
    return Recipe(tuple(map(Part, colours, percents)))
