"""Texts that tell of more than one tile, which are refused: a recipe is of one."""

import re
from collections.abc import Sequence
from itertools import pairwise

from plitka.core.language import zone_words
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError

_SEVERAL = 2
_ITEM = re.compile(r"(?:^|(?<=[\s:;,]))[1-9][).](?=\s)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
_WHOLE = 100
_NUMBERED = re.compile(
    r"(?<![^\W_])(?:tile|mix|option|variant|version|recipe|плитка|микс|смесь|вариант|рецепт|состав)"
    r"[ ]?(?:№|no\.?|#)?[ ]?(\d|[a-dа-г])(?=[ ]?[:)=]| - )"
)
"""`Option 1: ... option 2: ...`, «плитка А: ... плитка Б: ...»."""
_ONE = re.compile(r"(?<![^\W_])(?:one|an?|1|одн[ау])[ ](?:[^\W\d_]+[ -]){1,2}(?:tile|плитк[ау])(?![^\W_])")
_TWO = re.compile(
    r"(?<![^\W_])(?:two|2|две)[ ](?:tiles|плитки)(?![^\W_]).*?(?<![^\W_])(?:other|second|друг(?:ая|ую)|втор(?:ая|ую))"
    r"(?![^\W_]| half| пол)",
    re.DOTALL,
)
"""«Две плитки: одна красная, другая чёрная»."""
_APART = re.compile(
    r"(?<![^\W_])(?:tile|mat|slab|плитк[аиу])(?![^\W_])[^.;\n]*(?<![^\W_])(?:separately|отдельно)(?![^\W_])[^.;\n]*"
    r"(?<![^\W_])(?:tile|mat|slab|плитк[аиу])(?![^\W_])"
)
"""`A green tile and, separately, a red tile`."""
_PLACED = re.compile(
    r"(?<![^\W_])(edge|border|perimeter|outer|corner|field|cent(?:re|er|ral)|middle|inner|infill|main|other|remaining|rest)"
    r"(?: of the)?[ ](?:tiles|mats|pavers|slabs)(?![^\W_])"
    r"|(?<![^\W_])(крайн|краев|бордюрн|внешн|наружн|углов|центральн|средн|внутренн|основн|остальн|проч)(?:ие|ые|их|ых)"
    r"[ ](?:плитк|плит|мат)[а-я]*(?![^\W_])"
)
"""Tiles by where they lie on the floor: `edge tiles black, field tiles green`."""
_OF_ONE = r"(?:(?!stripe|square|band|row|line|ring|check|полос|клет|ряд|линии|кольц)[^,;.\n:])*?"
"""Between two words of one clause, none for a part of a tile."""
_BY_TURNS = re.compile(
    rf"(?<![^\W_])(?:alternat(?:e|ing) {_OF_ONE}(?:tiles|mats|slabs)|(?:tiles|mats|slabs) {_OF_ONE}alternat(?:e|ing)"
    rf"|every (?:other|second) (?:tile|mat|slab)|чередующ[а-я]+ся {_OF_ONE}плитк[а-я]+|плитк[а-я]+ {_OF_ONE}через одну"
    rf"|через одну {_OF_ONE}плитк[а-я]+|кажд[а-я]+ втор[а-я]+ плитк[а-я]+)(?![^\W_])"
)
"""Whole tiles of several colours that are laid one after another: «красная и зелёная плитка через одну»."""
_CHECKER = re.compile(rf"(?<![^\W_])(?:{zone_words.CHECKER})(?![^\W_])")
"""Each tile may show them."""


def check_one_kind(source: Source) -> None:
    """Nothing where a text does not tell of tiles in several places of a floor, or that are laid by turns.

    They are no parts of one tile.

    Raises:
        RecipeError: it does.
    """
    turns = None if _CHECKER.search(source.folded) else _BY_TURNS.search(source.folded)
    if turns is not None:
        raise refuse_several(source, 2 * [source.span(*turns.span())])
    found = {match[1] or match[2]: source.span(*match.span()) for match in reversed([*_PLACED.finditer(source.folded)])}
    if len(found) >= _SEVERAL:
        raise refuse_several(source, sorted(found.values()))


def check_one_tile(source: Source) -> None:
    """Nothing where a text tells of one tile.

    Raises:
        RecipeError: it tells of several, each with a number, letter or colour of its own.
    """
    first = {match[1]: match.span() for match in reversed(list(_NUMBERED.finditer(source.folded)))}
    each = [match.span() for match in _ONE.finditer(source.folded)]
    both = [match.span() for match in _TWO.finditer(source.folded)]
    both += [match.span() for match in _APART.finditer(source.folded)]
    for found in (sorted(first.values()), each, 2 * both, _wholes_of_list(source)):
        if len(found) >= _SEVERAL:
            raise refuse_several(source, [source.span(*place) for place in found])


def _wholes_of_list(source: Source) -> list[tuple[int, int]]:
    """Where the items of a list are that are each a whole: `1) 50% blue 50% white; 2) 70% blue 30% white`."""
    starts = [match.start() for match in _ITEM.finditer(source.folded)]
    items = list(pairwise([*starts, len(source.folded)]))
    whole = [sum(map(float, _PERCENT.findall(source.folded[start:end]))) == _WHOLE for start, end in items]
    return [(start, end) for (start, end), is_whole in zip(items, whole, strict=True) if is_whole]


def refuse_several(source: Source, places: Sequence[tuple[int, int]]) -> RecipeError:
    """The error about what is said of different tiles.

    Args:
        places: of two or more such sayings, as they were typed.
    """
    span = (places[0][0], places[1][1])
    return source.refuse(
        "{words!r} tells of more than one tile, and a recipe is of one; write a recipe for each",
        span,
        words=source.text[slice(*span)],
    )
