"""Words for the parts of a tile, in English and Russian, as patterns over text in small letters without «ё»."""

_OUTER = r"(?:(?:outer|outside|narrow|wide|thin|thick|внешн\w+|наружн\w+|узк\w+|широк\w+|тонк\w+) )?"
_INNER = r"(?:main|central|inner|middle|centre|center|rest of the|основн\w+|внутренн\w+|центральн\w+|остальн\w+)"

BORDER = (
    rf"{_OUTER}(?:borders?|bordered|frames?|framed|edgings?|edged|outlined|surrounds?|rims?|контур(?:ом)?|кайм\w+|каемк\w+|бордюр(?:а|у|ом|е|чик\w*)?|рамк\w+"
    r"|окантовк\w+|обрамлени\w+|обводк\w+|кант(?:а|ом|ик\w*)?|фриз\w*)"
)
EDGE = (
    r"(?:(?:(?:all )?(?:around|round|along|at|on|по|вдоль|у|на) )?(?:the )?(?:outer |all )?(?:всему )?"
    r"(?:edges?|perimeter|кра(?:й|я|ю|ям|ях|ев)|периметр\w*))"
)
"""Where a border lies; alone it is one."""
FIELD = (
    rf"(?:the )?(?:{_INNER} (?:field|area|part|section|tile|zone|поле|полем|часть|частью|площад\w+|зона|плитк\w+)"
    r"|fields?|body|infill|background|inside|interior|поле|полем|заполнени\w+|заливк\w+|фон(?:ом|е)?|внутри"
    r"|(?:in the |at the |the |в |по )?(?:centre|center|middle|центр\w*|середин\w+)|посередине|inner(?! \w+ circle))"
)
OUTSIDE = r"(?:outside|outer (?:area|part|zone)|(?:all )?around(?: it| this)?|surrounding\w*|снаружи|вокруг(?: него)?)"
CIRCLE = (
    r"(?:(?:inner|inside|central|centre|center|middle|round|inscribed|внутри|внутренн\w+|центральн\w+|больш\w+) )?"
    r"(?:circles?|dis[ck]s?|круг(?:а|у|ом|и|ами)?|кружо?к\w*|диск(?:а|ом)?)"
)
CENTRED = r"(?:(?:in|at) the (?:middle|centre|center)|(?:в|по) (?:центру|центре|середине)|посередине)"
"""What a circle is, said or not."""
HALVES = {
    "left": r"(?:(?:on |to |at )?the )?left(?:[- ]hand)?(?: (?:half|side|part))?"
    r"|лев(?:ая|ой|ую|ое|ый)(?: (?:половин\w+|сторон\w+|част\w+))?|слева",
    "right": r"(?:(?:on |to |at )?the )?right(?:[- ]hand)?(?: (?:half|side|part))?"
    r"|прав(?:ая|ой|ую|ое|ый)(?: (?:половин\w+|сторон\w+|част\w+))?|справа",
    "top": r"(?:(?:in |at )?the )?(?:top|upper)(?: (?:half|part|side))?|верхн(?:яя|ей|юю)(?: (?:половин\w+|част\w+))?",
    "bottom": r"(?:(?:in |at )?the )?(?:bottom|lower)(?: (?:half|part|side))?"
    r"|нижн(?:яя|ей|юю)(?: (?:половин\w+|част\w+))?",
}
HALF = r"\b(?:half|part|side)\b|половин|част|сторон"
"""What the upper or lower half is called, which is no layer."""
CHECKER = (
    r"(?:in an? |as an? |in |в )?(?:che(?:cker|quer)[- ]?board(?:s|ed)?|che(?:cker|quer)(?:s|ed)?|chess[- ]?board"
    r"|chess|шахматк\w*|шахматн\w+(?: порядк\w+| узор\w*| доск\w+)?|клетк\w+|клеточк\w+)(?: pattern| style)?"
)
STRIPES = (
    r"(?:in |в )?(?:stripes|striped|stripey|stripy|bands|banded|полосы|полосами|полосок|полоски|полосками|полоску"
    r"|полоса(?:т\w+))(?: pattern| style)?"
)
LINE = r"(?:lines?|stripe|strip|band|marking|лини(?:я|ей|ю|и)|полос(?:а|ой|у)|полоск(?:а|ой)|разметк\w+)"
"""One of them is no stripes; at an edge it is a border."""
SIZE = (
    r"(?:(?:width|diameter|radius|wide|шириной|ширина|толщиной|диаметром|диаметр|радиусом|радиус)[ :=]*)?"
    r"(?P<size>\d+(?:[.,]\d+)?)[ -]?(?P<unit>mm|cm|мм|см)(?![^\W_])"
    r"(?:[ -]?(?:wide|thick|across|in diameter|diameter|radius|шириной|в ширину|в диаметре))?"
)
"""How wide a part is."""
TILE = r"(?<!\d)(\d{2,4})[ ]?[xх×*][ ]?(\d{2,4})(?:[ ]?[xх×*][ ]?\d+)?[ ]?(mm|cm|мм|см)?(?![^\W_])"
"""The sides of the tile."""
EACH = (
    r"[,;]?\s*(?:(?:each|both|all)(?: of (?:them|which|these))?(?: (?:one|with|has|have|having|containing|contains?))*"
    r"|в кажд(?:ом|ой)|кажд(?:ый|ая|ое)(?: с)?|об[ае](?: с)?|везде)[ ]+(?=\d)"
)
"""Before what each of two mixes has."""
AROUND_A_MIX = (
    r"two[- ]?(?:tone|colou?r(?:ed)?)|двухцветн\w+|"
    r"alternate tiles|alternat(?:e|es|ing|ely)(?: tiles| with)?|made (?:of|from)|tiles?|squares?|diagonal(?:ly)?"
    r"|vertical|horizontal|wide|all round|plain|solid|pure|from|of|in|is|are|a|an|the|по диагонали|наискосок"
    r"|вертикальн\w+|горизонтальн\w+|диагональн\w+|чередующ\w+|через одну|плитк\w+|цвета|цветов|из|это|сплошн\w+"
)
"""Say nothing of the mix that they stand before or behind."""
TURNED = r"diagonal(?:ly)?|horizontal(?:ly)?|диагонал\w+|наискосок|горизонтальн\w+"
"""Stripes that no mask has."""
