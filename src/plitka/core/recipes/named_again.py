"""A part of the tile that a remark about its size names again: `a white stripe in the middle, stripe width 5 cm`.

```
again = separator, ["the"], part, ["'s"], ["width" | "is" | ":"], size ;
      | separator, "width", ["of"], ["the"], part, size ;
```

It is the part that was named before, and no second one. Full stops behind words that are cut short end no clause.
"""

import re

from plitka.core.language import zone_words
from plitka.core.recipes.part_names import SIZE, small_letters
from plitka.core.recipes.zone_sizes import without_tile

_LINES = r"(?:lines?|stripes?|strips?|bands?|лини(?:я|и|й|ю|ей)|полос(?:а|ы|у|ок|ка|ки|ку)?)"
_BORDERS = (
    r"(?:borders?|frames?|edgings?|surrounds?|rims?|edges?|кайм(?:а|ы|у)|каемк(?:а|и|у)|бордюр(?:а)?|рамк(?:а|и|у)|кант(?:а)?"
    r"|окантовк(?:а|и|у)|обводк(?:а|и|у)|края?)"
)
_ROUND = r"(?:circles?|dis[ck]s?|dots?|spots?|круг(?:а)?|круж(?:ок|ка)|диск(?:а)?|точк(?:а|и)|пятн(?:о|а))"
_PARTS = tuple(
    (re.compile(rf"(?<![^\W_])(?:{first})(?![^\W_])"), again)
    for first, again in (
        (rf"{zone_words.LINE}|{zone_words.STRIPES}", _LINES),
        (rf"{zone_words.BORDER}|{zone_words.EDGE}", _BORDERS),
        (zone_words.CIRCLE, _ROUND),
    )
)
_WIDTH = r"(?:width|thickness|size|diameter|dia|radius|wide|thick|ширина|толщина|размер|диаметр|радиус|шир|диам)"
_THE = r"(?:the|its|this|each|every|one|single|all|самой|сама|этой|каждой|каждая|каждого|одной|у)"
_LESS_THAN_SIZE = re.compile(r"thickness|толщина")
"""Words for a width that `SIZE` does not have."""
_SHORT = re.compile(
    r"(?<![^\W_])(?:dia|diam|approx|appr|circa|ca|min|max|nom|thk|wd|wdt|ht|hgt|dim|dims|horiz|vert|ctr|cntr|incl|excl"
    r"|шир|выс|дл|диам|толщ|прибл|прим|ок|разм|верт|горизонт|гор|расст|макс|мин|номин)(?P<stop>\.)(?=[ ]?[^\s.,;])"
)


_ABOUT = re.compile(
    r"(?<![^\W_])(?P<about>(?:approx|approximately|about|circa|around|прибл|прим|ок|около|примерно)[ ]+)"
    rf"(?={SIZE.pattern})"
)
_IN_BRACKETS = re.compile(rf"\([ ]*{SIZE.pattern}[ ]*\)")
"""A size of what is named before it."""


_THICK = re.compile(
    r"[ ]*[,;(][ ]*(?:(?:толщин(?:а|ой)|толщ\.?|thickness|thk\.?)[ ](?:of[ ])?(?:the[ ])?(?:плит(?:ки|ы)"
    r"|мата|покрытия|tile|mat|slab)[ ]*[:=-]?[ ]*\d+[ ]?(?:мм|см|mm|cm)"
    r"|(?:tile|mat|slab)[ ](?:is[ ])?\d+[ ]?(?:mm|cm)[ ]thick)(?![^\W_])\)?"
)
"""How thick the tile is, which is of no part of it."""
_AROUND = re.compile(
    r"(?<![^\W_])around (?:a |an |the )?(?=(?:[^\W\d_]+[ -]){0,3}(?:field|cent(?:re|er)|infill|body)"
    r"(?![^\W_]|[ ]in[ ]))"
)
"""A border around its field."""
_BORDER_OF = re.compile(rf"(?<=border|.frame)(?P<of> of)(?= (?:about )?{SIZE.pattern})")
_BESIDE = re.compile(rf"[ ]*,[ ]*(?:{zone_words.ALL_SIDES})(?=[ ]*(?:[,;.)\n]|\Z))")
"""Where a border lies that was named before."""
_UNIT_FIRST = re.compile(
    r"(?<![^\W_])(?P<unit>сантиметров|сантиметра|миллиметров|см|мм)[ ](?P<n>\d{1,3})(?!\d|[.,]\d|[ ]?(?:см|мм|%))"
)


def thickness_apart(text: str) -> tuple[str, str]:
    """The text with blanks for how thick the tile is, and what stood there."""
    found = _THICK.search(small_letters(text))
    if found is None:
        return text, ""
    return _blank(text, *found.span()), text[slice(*found.span())].strip(" ,;()")


def without_names_again(text: str) -> str:
    """The text with blanks for such a name and such full stops, and every other character where it was."""
    text = _plainly_sized(text)
    for around in _AROUND.finditer(small_letters(text)):
        text = f"{text[: around.start()]},{' ' * (len(around[0]) - 1)}{text[around.end() :]}"
    for of in _BORDER_OF.finditer(small_letters(text)):
        text = _blank(text, *of.span("of"))
    small = small_letters(text)
    sized = without_tile(small)
    for first, again in _PARTS:
        named = first.search(small)
        if named is None:
            continue
        for beside in _BESIDE.finditer(small, named.end()):
            text = _blank(text, *beside.span())
        for found in _again(again).finditer(sized, named.end()):
            text = _without(text, found)
    return text


def _plainly_sized(text: str) -> str:
    """The text without full stops of short words, brackets and `about` around sizes."""
    for stop in _SHORT.finditer(small_letters(text)):
        text = f"{text[: stop.start('stop')]} {text[stop.end('stop') :]}"
    for about in _ABOUT.finditer(small_letters(text)):
        text = _blank(text, about.start("about"), about.end("about"))
    for pair in _IN_BRACKETS.finditer(without_tile(small_letters(text))):
        text = f"{text[: pair.start()]} {text[pair.start() + 1 : pair.end() - 1]} {text[pair.end() :]}"
    for turned in _UNIT_FIRST.finditer(small_letters(text)):
        size = f"{turned['n']} {'мм' if turned['unit'][0] == 'м' else 'см'}"
        text = f"{text[: turned.start()]}{size:<{len(turned[0])}}{text[turned.end() :]}"
    return text


def _again(part: str) -> "re.Pattern[str]":
    name = rf"(?:{_THE}[ ])*{part}(?:['’]s)?(?:[ ](?:is|are|to be|being|has|-|–|—))*[ ]?[:=]?"
    return re.compile(
        rf"(?<=[,;.(\n–—-])[ ]*(?:(?P<before>{name})[ ]*(?:(?P<width>{_WIDTH})(?![^\W_]))?"
        rf"|(?P<head>{_WIDTH})(?P<of>[ ](?:of[ ])?{name}))[ :=–—-]*(?:(?:is|of|about|approx|около|прим)[ ])*"
        rf"{SIZE.pattern}[ ]*(?=[,;.)\n]|\Z)"
    )


def _without(text: str, found: "re.Match[str]") -> str:
    """The text without the name, with a word for its width that is known, and behind a comma."""
    start, end = found.start() - 1, found.end()
    if text[start] == "(" and text[end : end + 1] == ")":
        text = f"{text[:start]},{text[start + 1 : end]} {text[end + 1 :]}"
    for group in ("before", "of"):
        if found[group] is not None:
            text = _blank(text, *found.span(group))
    for group in ("width", "head"):
        if found[group] is not None and _LESS_THAN_SIZE.fullmatch(found[group]):
            start, end = found.span(group)
            known = "width" if found[group].isascii() else "ширина"
            text = f"{text[:start]}{known:<{end - start}}{text[end:]}"
    return text


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"
