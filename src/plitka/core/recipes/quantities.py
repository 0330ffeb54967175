"""Numbers of a recipe that are no shares: sizes, numbers of a list, and codes that are digits alone."""

import re
from collections.abc import Iterator
from fractions import Fraction

from plitka.core.recipes.recipe import Notice

_NUMBER = r"\d+(?:[.,]\d+)?"
_UNIT = r"(?:mm|cm|m2|sqm|m|inch(?:es)?|ft|мм|см|кв\.? ?м|м2|м|дюйм[а-я]*|\"|')"
_ALWAYS_UNIT = (
    r"(?:mm|cm|m2|sqm|sq\.? ?m|m|ft|inch(?:es)?|in(?= ?(?:$|[.,;)]|thick))|мм|см|кв(?:\.? ?м)?|м2|м|дюйм[а-я]*"
    r"|\"(?!\w))"
)
_SHORT_UNIT = r"(?:mm|cm|мм|см)"
"""Of lengths that a dash with spaces may join; «50 - 40 м²» is a share and an area."""
_SIDE_UNIT = r"(?:mm|cm|m|inch(?:es)?|in(?= ?(?:$|[.,;)]|thick|[xх×*] ?\d))|ft|feet|мм|см|м|дюйм[а-я]*|\"|')"
_MASS = r"(?:kg|g|lbs?|кг|гр?)\b"
_MASS_OF_ALL = re.compile(rf"\d ?(?:{_MASS}|т\b|tonn)")
_INCHES = r"in(?= ?(?:$|[.,;)]|thick|[xх×*] ?\d))"
"""`20in x 20in x 1in`; the `in` of `60 in red` is a word."""
_SIZE = re.compile(
    rf"{_NUMBER}(?: ?(?:{_UNIT}|{_INCHES}))?(?: ?[xх×*] ?{_NUMBER}(?: ?(?:{_UNIT}|{_INCHES}))?){{1,2}}"
    rf"(?![.,]\d)(?! ?(?:{_MASS}|pcs|pc\b|pieces|шт))(?![^\W_])"
    rf"|{_NUMBER}(?: ?\+ ?{_NUMBER}){{1,2}} ?{_SHORT_UNIT}(?![^\W_])"
    rf"|{_NUMBER} ?{_SHORT_UNIT} ?\({_NUMBER}(?: ?\+ ?{_NUMBER}){{1,2}}(?: ?{_SHORT_UNIT})?\)"
    rf"|\d{{3,4}} (?:by|на) \d{{3,4}}(?: (?:by|на) \d{{1,4}})?(?: ?{_UNIT})?(?! ?{_MASS})(?![^\W_])"
    rf"|{_NUMBER}(?: ?{_SIDE_UNIT})? (?:by|на) {_NUMBER}(?: (?:by|на) {_NUMBER})? ?{_SIDE_UNIT}(?![^\W_])"
    rf"|{_NUMBER}(?: ?- ?{_NUMBER} ?-?{_SHORT_UNIT}|(?:-{_NUMBER})? ?-?{_ALWAYS_UNIT})(?![^\W_])"
    r"|(?:\d+[ -])?[1-9]\d?/(?:2|4|8|16|32)[ -]?(?:inch(?:es)?|in(?= ?(?:$|[.,;)]|thick|\d))|\"|дюйм[а-я]*)(?![^\W_])"
)
_SQUARE = re.compile(r"(?P<side>\d{2,3}) (?:by|на) (?P<other>\d{2,3})(?! ?%)(?![^\W_]|[.,]\d)")
_TILE_BEFORE = re.compile(
    r"(?<![^\W_])(?:tiles?|mats?|slabs?|pavers?|sized?|format|плит[а-я]+|размер[а-я]*|формат[а-я]*|мат)[ :-]*$"
)
_TILE_BEHIND = re.compile(r" (?:tiles?|mats?|slabs?|плит[а-я]+)(?![^\W_])")
"""Beside such a word «50 на 50» is a size, though it has no unit."""
_WORDS_FOR_BY = frozenset({" by ", " на "})
_LEAST_BARE = 10
"""A smaller number without a unit is no side of a tile."""
_WHOLE = 100
_MM = (
    ("mm", "1"), ("мм", "1"), ("cm", "10"), ("см", "10"), ("m", "1000"), ("м", "1000"), ("in", "25.4"), ('"', "25.4"),
    ("дюйм", "25.4"), ("f", "304.8"), ("'", "304.8"),
)  # fmt: skip
"""Of each unit, by how it begins."""
_SIDES = re.compile(
    rf"(?<![\d.,])(?<![^\W_])(?P<width>{_NUMBER}) ?(?P<first>{_SIDE_UNIT})?"
    rf"(?P<joint> ?[xх×*] ?| (?:by|на) )(?P<height>{_NUMBER})"
    rf"(?: ?[xх×*] ?{_NUMBER}| (?:by|на) {_NUMBER})?(?: ?(?P<last>{_SIDE_UNIT}))?"
    rf"(?! ?(?:{_MASS}|pcs|шт|%))(?![^\W_]|[.,]\d)"
)
"""The sides of a tile, and how thick it is."""
HALF_METRE = re.compile(
    r"(?<![^\W_])(?:пол[ -]?метра(?: на пол[ -]?метра)?"
    r"|half a met(?:re|er)(?: square| by half a met(?:re|er))?)(?![^\W_])"
)
"""Words for the sides of a tile of 500 mm."""
METRE = re.compile(r"(?<![^\W_])(?:метр на метр|(?:a |one )?met(?:re|er) by (?:a |one )?met(?:re|er))(?![^\W_])")
"""Words for the sides of a tile without a number."""
_ONE_SIDE = re.compile(
    rf"(?<![\d.,])(?<![^\W_])(?P<side>{_NUMBER}) ?-?(?P<unit>mm|cm|m|мм|см|м)[ -](?:square )?(?:tile|mat|slab)s?"
    r"(?![^\W_])"
    rf"|(?<![^\W_])(?:tile|mat|slab|плитк[аеиу]) (?:of )?(?P<other>{_NUMBER}) ?(?P<unit_behind>mm|cm|m|мм|см|м)"
    r"(?! ?thick)(?![^\W_])(?! ?(?:[xх×*]|by|на) ?\d)"
)
"""Of a square tile: `1 m tile`, «плитка 40 см»."""
_LEAST_SIDE_MM = 200
_FRACTION = re.compile(rf"{_NUMBER} ?- ?{_NUMBER}(?! ?%)(?![^\W_])")
_GRANULES_BEFORE = re.compile(
    r"(?:granules?|fractions?|grain(?: size)?|гранул[аыу]?|фракц[а-я]*|фр\.?|крошк[аиу])\.?[ :]*$", re.MULTILINE
)
"""After such a word `1-3` is a size, with or without its unit."""
_MATERIAL_BEFORE = re.compile(r"(?<![^\W_])(?:epdm|эпдм|sbr|сбр)[ :]*$")
_FRACTION_ALONE = re.compile(rf"{_NUMBER} ?- ?{_NUMBER}(?= *(?:$|[,;.)\n]| [^%\n]*\d ?%))")
"""Behind a material with nothing else beside it, or percents behind; `EPDM 60-40 red black` is a blend."""
_MAX_BEFORE = 20
_LIST_NUMBER = re.compile(r"(?:^|(?<=[\s,;]))(\d{1,2})(?:[.)](?=[ \t])|\t)[ \t]*")
_LETTERS = ("abcd", "абвг")
_LABELS = (
    re.compile(r"(?<![^\W_])(?:no\.?|№|#|colou?r|цвет|(?:colou?r|цвет) ?№) ?(\d)(?![\da-f%])(?! ?%)[ \t]*[:.)-]?"),
    re.compile(r"(?<![^\W_])([a-dа-г])[.):](?=[ \t])"),
    re.compile(r"(?:^|(?<=\n))[ \t|]*(\d{1,2})[ \t]*[;|,][ \t]*(?=[^\W\d_][^\n]*[;|,\t][ \t]*\d)"),
    re.compile(r"(?:^|(?<=[,;:\n])|(?<=[,;:] ))(\d) ?[-=] ?(?=[^\W\d_]+[ .:-]*\d)"),
)
"""«№1», `colour 1:` and `a)` before what they number, and the rows of a table, `1;red;60`."""
_BEGINS = re.compile(r"(?:^|[:\n])[ \t]*$")
_RAL_DIGITS = re.compile(r"[1-9]0\d\d")
_MAKERS_DIGITS = re.compile(r"0\d\d")
_IN_GRANULES_MM = 20.0
_ONE_GRANULE_MM = 8.0
"""A single larger size beside granules is the thickness of what is made of them."""
_ONE_GRANULE_BEFORE = re.compile(
    r"(?:granul\w*|fractions?|grain(?: size)?|гранул\w*|фракци\w*|крошк\w*)[ :]*(?:of|up to|about|до|около)? *$",
    re.IGNORECASE,
)
_GRANULES_BEHIND = re.compile(
    r" ?(?:epdm |rubber |эпдм )?(?:granul|grain|chips|crumb|гранул|крошк|зерн|фракци)", re.IGNORECASE
)


def size_notice(size: str) -> Notice:
    """What is told of a size or a mass beside a recipe, by whoever has no use for it."""
    if _MASS_OF_ALL.search(size.casefold()):
        return Notice("{words!r} is no part of the mix; it is left out", {"words": size})
    return Notice("{size!r} is taken as a size; it changes nothing in the mix", {"size": size})


def end_of_size(text: str, at: int) -> int | None:
    """Where a length or an area that begins at a place ends, such as `500x500x20 mm` or «20 мм»; None if none does."""
    match = _SIZE.match(text, at) or _square(text, at)
    if match is None and _GRANULES_BEFORE.search(text, max(0, at - _MAX_BEFORE), at):
        match = _FRACTION.match(text, at)
    if match is None and _MATERIAL_BEFORE.search(text, max(0, at - _MAX_BEFORE), at):
        match = _FRACTION_ALONE.match(text, at)
        match = None if match is None or granules_mm(match[0]) is None else match
    return None if match is None else match.end()


def _square(text: str, at: int) -> "re.Match[str] | None":
    """The 50 на 50 of «плитка 50 на 50»; numbers that are a whole and not alike may be a blend."""
    match = _SQUARE.match(text, at)
    if match is None or (match["side"] != match["other"] and int(match["side"]) + int(match["other"]) == _WHOLE):
        return None
    is_named = _TILE_BEFORE.search(text, max(0, at - _MAX_BEFORE), at) or _TILE_BEHIND.match(text, match.end())
    return match if is_named else None


def find_sides(small: str) -> Iterator["re.Match[str]"]:
    """Where a text in small letters tells of the sides of a tile, with groups for them and their units."""
    for found in _ONE_SIDE.finditer(small):
        if _side_mm(found) >= _LEAST_SIDE_MM:
            yield found
    for found in _SIDES.finditer(small):
        unit = found["last"] or found["first"]
        is_said = found["joint"] not in _WORDS_FOR_BY or unit or end_of_size(small, found.start()) is not None
        is_side = unit or min(Fraction(found[name].replace(",", ".")) for name in ("width", "height")) >= _LEAST_BARE
        if is_said and is_side:
            yield found


def sides_mm(small: str) -> tuple[Fraction, Fraction] | None:
    """The first two sides of a tile that a text tells of; None where it tells of none.

    Args:
        small: the text in small letters. Numbers without a unit are centimetres up to 100, and millimetres above.
    """
    found = next(find_sides(small), None)
    if found is None:
        half = (Fraction(500), Fraction(500)) if HALF_METRE.search(small) else None
        return (Fraction(1000), Fraction(1000)) if METRE.search(small) else half
    if found.re is _ONE_SIDE:
        return _side_mm(found), _side_mm(found)
    width, height = (Fraction(found[name].replace(",", ".")) for name in ("width", "height"))
    unit = found["last"] or found["first"]
    mm = _mm_of(unit) if unit else Fraction(10 if min(width, height) <= _WHOLE else 1)
    return width * (_mm_of(found["first"]) if found["first"] else mm), height * mm


def _side_mm(found: "re.Match[str]") -> Fraction:
    side, unit = found["side"] or found["other"], found["unit"] or found["unit_behind"]
    return Fraction(side.replace(",", ".")) * _mm_of(unit)


def _mm_of(unit: str) -> Fraction:
    for beginning, mm in _MM:
        if unit.startswith(beginning):
            return Fraction(mm)
    raise AssertionError(unit)  # `_SIDES` has no other


def granules_mm(size: str) -> tuple[float, float] | None:
    """The smallest and the largest granule of `1-4 mm`; None for other sizes."""
    match = re.fullmatch(rf"({_NUMBER}) ?- ?({_NUMBER})(?: ?-?(?:mm|мм))?", size)
    if match is None:
        return None
    low, high = (float(number.replace(",", ".")) for number in match.groups())
    return (low, high) if 0 < low < high <= _IN_GRANULES_MM else None


def granule_around(size: str, before: str, behind: str) -> tuple[float, float] | None:
    """The granules about the one size of `4 mm granules` or «фракция 3 мм»; None where none stand beside it.

    Args:
        size: a length.
        before: the text before it.
        behind: the text behind it.
    """
    match = re.fullmatch(rf"({_NUMBER}) ?-?(?:mm|мм)", size.casefold())
    if match is None or not (_GRANULES_BEHIND.match(behind) or _ONE_GRANULE_BEFORE.search(before[-_MAX_BEFORE:])):
        return None
    middle = float(match[1].replace(",", "."))
    return (0.75 * middle, 1.25 * middle) if 0 < middle <= _ONE_GRANULE_MM else None


def list_numbers(text: str) -> dict[int, int]:
    """Where the numbers of a list begin and end, as in `1. red 2. black`; none if they do not count from 1.

    A spreadsheet's column of numbers counts as such only where other numbers stand beside it.
    """
    for label in _LABELS:
        labels = list(label.finditer(text))
        if len(labels) > 1 and [_place(match[1]) for match in labels] == list(range(1, len(labels) + 1)):
            return {match.start(): match.end() for match in labels}
    found = list(_LIST_NUMBER.finditer(text))
    counts = [int(match[1]) for match in found] == list(range(1, len(found) + 1))
    if not found or not counts or not _BEGINS.search(text[: found[0].start()]):
        return {}
    rest = "".join(text[a.end() : b] for a, b in zip(found, [*(m.start() for m in found[1:]), len(text)], strict=True))
    if "\t" in found[0][0] and not any(map(str.isdigit, rest)):
        return {}
    return {match.start(): match.end() for match in found}


def _place(label: str) -> int:
    """From 1."""
    return int(label) if label.isdigit() else 1 + max(letters.find(label) for letters in _LETTERS)


def digits_of_code(text: str) -> str | None:
    """The code that digits alone may stand for: `RAL 1015` for 1015, and `044` for itself."""
    if _RAL_DIGITS.fullmatch(text):
        return f"RAL {text}"
    return text if _MAKERS_DIGITS.fullmatch(text) else None


def sum_of_list(text: str) -> tuple[Fraction, Fraction] | None:
    """The two numbers of «60,40», which a single decimal number cannot be told from, if they are a whole."""
    over, comma, under = text.partition(",")
    if not comma or not under.isdigit() or len(under) < 2 or int(over) + int(under) != 100:
        return None
    return Fraction(over), Fraction(under)
