"""Words for the parts of a tile, in English and Russian, as patterns over text in small letters without «ё»."""

_OUTER = r"(?:(?:outer|outside|narrow|wide|thin|thick|внешн\w+|наружн\w+|узк\w+|широк\w+|тонк\w+) )?"
_INNER = r"(?:main|central|inner|middle|centre|center|rest of the|основн\w+|внутренн\w+|центральн\w+|остальн\w+)"

BORDER = (
    rf"{_OUTER}(?:borders?|bordered|frames?|framed|edgings?|edged|outlined|surrounds?|rims?|контур(?:ом)?|кайм\w+|каемк\w+|бордюр(?:а|у|ом|е|чик\w*)?|рамк\w+"
    r"|окантовк\w+|обрамлени\w+|обводк\w+|кант(?:а|ом|ик\w*)?|фриз\w*|кромк(?:а|у|ой))"
)
ALL_SIDES = r"on (?:every side|all (?:four )?sides)|со всех (?:четырех )?сторон|с каждой стороны"
"""Where every border lies, said or not."""
EDGE = (
    rf"(?:{ALL_SIDES}|(?:(?:all )?(?:around|round|along|at|on|по|вдоль|у|на) )?(?:the )?(?:outer |all )?(?:всему )?"
    r"(?:edges?|perimeter|кра(?:й|я|ю|ям|ях|ев)|периметр\w*))"
)
"""Where a border lies; alone it is one."""
OUTERMOST = r"(?:the )?(?:outer(?:most)?|outside|perimeter|внешн\w+|наружн\w+|крайн\w+)"
RING = r"rings?|кольц\w+"
INSIDE = r"inside|inner|внутри|внутренн\w+|снаружи"
SEVERAL = r"two|three|four|double|triple|twin|[2-4]|две|три|четыре|двойн\w+|тройн\w+"
WITHIN = (
    r"(?:the )?(?:next|second|third|inner(?:most)?|inside (?:it|this|that)|within (?:it|this|that))(?: one)?"
    r"|(?:следующ|втор|треть|внутренн)\w+|внутри (?:нее|него|этого|этой)"
)
"""What lies within a border, and is another."""
REST_OF_TILE = r"(?:the )?(?:rest|remainder)(?: of (?:it|the tile))?|остальн\w+"
FIELD = (
    rf"(?:the )?(?:{_INNER} (?:field|area|part|section|tile|zone|поле|полем|часть|частью|площад\w+|зона|плитк\w+)"
    r"|fields?|body|infill|background|inside|interior|поле|полем|заполнени\w+|заливк\w+|фон(?:ом|е)?|внутри"
    r"|(?:in the |at the |the |в |по )?(?:centre|center|middle|центр\w*|середин\w+)|посередине|inner(?! \w+ circle))"
)
OUTSIDE = r"(?:outside|outer (?:area|part|zone)|(?:all )?around(?: it| this)?|surrounding\w*|снаружи|вокруг(?: него)?)"
CIRCLE = (
    r"(?:(?:inner|inside|central|centre|center|middle|round|inscribed|внутри|внутренн\w+|центральн\w+|больш\w+) )?"
    r"(?:circles?|dis[ck]s?|dot|spot|точк(?:а|ой)|пятно|пятном|круг(?:а|у|ом|и|ами)?|кружо?к\w*|диск(?:а|ом)?)"
)
GROUND = (
    r"(?:back ?grounds?|backdrop|base|ground|field|tiles?|mats?|slabs?|плитк\w+|фон(?:а|е|у|ом)?|основ(?:а|е|ой|у|ы)"
    r"|пол(?:е|я|ю)|подложк\w+|коврик\w*|мат(?:а|е)?)"
)
"""What a part lies on."""
SPLIT = (
    r"(?:(?:(?:straight|clean|even|vertical|horizontal|hard|sharp) )?(?:split|cut|divided|divide|division|parted)"
    r"(?: (?:straight|right|evenly|50[/:-]50|vertically|horizontally|exactly|line))*"
    r"(?: (?:down|in|through|along|across|at|into) (?:the )?(?:middle|cent(?:re|er)|half|halves|two))?"
    r"|(?:straight |right |exactly )?down the (?:middle|cent(?:re|er))|vertically|horizontally|side by side"
    r"|(?:раз|по)дел(?:ен\w*|ить)(?: (?:ровно|посередине|пополам|на две (?:половины|части)|по вертикали"
    r"|по горизонтали|вертикально|горизонтально))*"
    r"|(?:граница|линия раздела|шов|стык|boundary|border ?line|seam|joint|line)"
    r" (?:down the middle|in the middle|посередине|по центру)"
    r"|по вертикали|по горизонтали|вертикально|горизонтально|бок о бок)"
)
"""That a tile is parted in two."""
HALVED = (
    r"(?:(?:tile )?(?:split )?in half|half and half(?: tile)?|(?:(?:tile|split) )?in(?:to)? two(?: halves)?"
    r"|(?:two )?halves"
    r"|(?:плитка )?пополам|(?:плитка )?из двух половин(?:ок)?)"
)
"""The same, where the halves are named beside it."""
EVEN = (
    r"(?:(?:(?:all|each) )?(?:of )?(?:(?:equal|same|the same|equally|even|identical) (?:widths?|wide|sizes?)"
    r"|widths? (?:is |are |all )?(?:the same|equal|identical)|(?:all )?the same size)"
    r"|equal(?:ly)?(?: stripes|(?=[ ]*(?:[:,.;)]|$)))"
    r"|(?:equal|even)(?= (?:horizontal|vertical))|равн(?:ые|ых)(?= (?:горизонтальн|вертикальн|поперечн))"
    r"|одинаков\w+(?: по)? ширин\w+|ширин\w+ (?:у всех )?(?:одинаков\w+|равн\w+)|равной ширины"
    r"|(?:равн|одинаков)(?:ые|ых)(?= полос|[ ]*(?:[:,.;)]|$)))"
)
"""Of stripes, as they are where nothing is said."""
UPRIGHT = (
    r"(?:(?:straight |right |running )?(?:down|through|along|up) the (?:middle|cent(?:re|er)|tile)"
    r"|(?:in|at) the (?:middle|cent(?:re|er))|cent(?:red|ered|rally)|vertical(?:ly)?|upright|вертикальн\w+"
    r"|по вертикали|(?:ровно )?посередине"
    r"|(?:в|по) (?:центру|середине))"
)
"""How stripes stand, and where a single one does."""
LYING = (
    r"horizontal(?:ly)?|(?:(?:running|going|lying|right|straight) )*across(?: (?:the|a))?"
    r" (?:middle|cent(?:re|er)|tile|(?:full |whole |entire )?width|mat)|(?:running|going|lying) across"
    r"|crossways|crosswise|(?:from )?side to side"
    r"|(?:from )?(?:the )?top to (?:the )?bottom(?=[ ]*:)|сверху вниз(?=[ ]*:)"
    r"|(?:по )?горизонтал\w+|поперек(?: (?:всей )?плитки)?|поперечн\w+|лежач\w+"
)
"""That stripes lie across the tile."""
ROWS = r"rows|ряды|рядами"
"""Stripes that lie."""
CENTRED = r"(?:centred|centered|(?:in|at) the (?:middle|centre|center)|(?:в|по) (?:центру|центре|середине)|посередине)"
"""What a circle is, said or not."""
HALVES = {
    "left": r"(?:(?:on |to |at )?the )?left(?:[- ]hand)?(?: (?:half|side|part|1/2|50[ ]?%))?"
    r"|лев(?:ая|ой|ую|ое|ый)(?: (?:половин\w+|сторон\w+|част\w+))?|слева",
    "right": r"(?:(?:on |to |at )?the )?right(?:[- ]hand)?(?: (?:half|side|part|1/2|50[ ]?%))?"
    r"|прав(?:ая|ой|ую|ое|ый)(?: (?:половин\w+|сторон\w+|част\w+))?|справа",
    "top": r"(?:(?:in |at )?the )?(?:top|upper)(?: (?:half|part|side))?"
    r"|верхн(?:яя|ей|юю)(?: (?:половин\w+|част\w+))?|верх|сверху|вверху",
    "bottom": r"(?:(?:in |at )?the )?(?:bottom|lower)(?: (?:half|part|side))?"
    r"|нижн(?:яя|ей|юю)(?: (?:половин\w+|част\w+))?|низ|снизу|внизу",
}
SIDES = {
    side: r"(?:(?:(?:at|on|along|down) (?:each|both|either) (?:side|edge)s?[,:]? )?"
    rf"(?:(?:running |lying )?(?:along|at|on|by|near|to|down|across) )?(?:the )?(?:very )?{english}"
    rf"(?:[- ]hand)?(?: (?:edge|side|end)s?)?|{russian}"
    rf"|(?:(?:по|вдоль|у|на|с|от|возле) )?{stem}\w+(?: (?:кра\w+|сторон\w+|кромк\w+|гран\w+)"
    r"|(?= и (?:лев|прав|верхн|нижн)\w+ (?:кра|сторон|кромк|гран))))"
    for side, english, russian, stem in (
        ("top", "(?:top|upper)", "сверху|вверху", "верхн"),
        ("bottom", "(?:bottom|lower)", "снизу|внизу", "нижн"),
        ("left", "left", "слева", "лев"),
        ("right", "right", "справа", "прав"),
    )
}
"""Where a stripe lies that is not in the middle."""
ONE_SIDE = (
    r"(?:(?:on|along|at|down|by|near|to) )?(?:only )?one (?:long )?(?:side|edge)(?: only)?"
    r"|(?:(?:с|по|вдоль|у|на|от) )?одн\w+ (?:сторон\w*|кра\w+|кромк\w+|гран\w+)"
)
"""Where a stripe lies, if nothing says at which side."""
SIDES_FROM = {
    "top": r"(?:the )?(?:top|upper)(?: edge)?|верха|верхн\w+ (?:края|кромки|грани)",
    "bottom": r"(?:the )?(?:bottom|lower)(?: edge)?|низа|нижн\w+ (?:края|кромки|грани)",
    "left": r"(?:the )?left(?:[- ]hand)?(?: (?:edge|side))?|лев\w+ (?:края|кромки|грани|стороны)",
    "right": r"(?:the )?right(?:[- ]hand)?(?: (?:edge|side))?|прав\w+ (?:края|кромки|грани|стороны)",
}
"""From where it is measured how far from a side a stripe lies."""
SET_AT = r"starting|beginning|placed|set|at|in|на расстоянии|с отступом|отступ|начиная|в|на"
"""Before that length."""
NO_SIDE = (
    r"half|part|third|quarter|corner|circle|1/|\d+[ ]?%|to |down|\w+ (?:half|part)|половин|част|трет|четверт|угл|угол"
    r"|до "
)
"""Behind such a word it is no side."""
THIRDS = {
    "third_left": r"(?:(?:on |in )?the )?left(?:[- ]hand)? (?:third|1/3)|лев(?:ая|ой|ую) треть(?:ю|и)?",
    "third_middle": r"(?:(?:on |in )?the )?(?:middle|central|centre|center) (?:third|1/3)"
    r"|(?:средн|центральн)\w+ треть(?:ю|и)?",
    "third_right": r"(?:(?:on |in )?the )?right(?:[- ]hand)? (?:third|1/3)|прав(?:ая|ой|ую) треть(?:ю|и)?",
}
"""Of the tile, side by side."""
PARTS_ACROSS = {
    "third_top": r"(?:(?:on |in |at )?the )?(?:top|upper) (?:third|1/3)|верхн(?:яя|ей|юю) треть(?:ю|и)?",
    "third_bottom": r"(?:(?:on |in |at )?the )?(?:bottom|lower) (?:third|1/3)|нижн(?:яя|ей|юю) треть(?:ю|и)?",
    "quarter_top": r"(?:(?:on |in |at )?the )?(?:top|upper) (?:quarter|1/4)|верхн(?:яя|ей|юю) четверть(?:ю|и)?",
    "quarter_bottom": r"(?:(?:on |in |at )?the )?(?:bottom|lower) (?:quarter|1/4)|нижн(?:яя|ей|юю) четверть(?:ю|и)?",
}
"""Parts of the tile that lie across it."""
HALF = r"\b(?:half|part|side)\b|половин|част|сторон"
"""What the upper or lower half is called, which is no layer."""
CHECKER = (
    r"(?:in an? |as an? |in |в )?(?:che(?:cker|quer)[- ]?board(?:s|ed)?|che(?:cker|quer)(?:s|ed)?|chess[- ]?board"
    r"|chess|checks|check(?:ed)? pattern|шахматк\w*|шахматн\w+(?: поряд(?:ок|к\w+)| узор\w*| рисун\w+| доск\w+)?"
    r"|клетк\w+|клеточк\w+)(?: pattern| style)?"
)
SQUARES = r"squares?|fields|cells|клет\w+|квадрат\w*|пол(?:я|ей)"
"""What is counted of a chequerboard."""
STRIPES = (
    r"(?:in |в )?(?:(?:alternating|alternate|equal|hazard|warning|чередующиеся|чередование|равные|одинаковые) )?"
    r"(?:rows|ряды|рядами|stripes|striped"
    r"|stripey|stripy|bands|banded|полосы|полосами|полосок|полос|полоски|полосками|полоску"
    r"|полоса(?:т\w+))(?: pattern| style)?"
)
LINE = r"(?:(?:lane )?lines?|stripe|strip|band|marking|лини(?:я|ей|ю|и)|полос(?:а|ой|у)|полоск(?:а|ой)|разметк\w+)"
"""One of them is no stripes; at an edge it is a border."""
ACROSS = r"diameter|(?<![^\W_])diam?(?![^\W_])|диам|across|radius|радиус|[ø⌀]"
"""In words for the size of what is round."""
WIDE = r"(?<![^\W_])(?:width|wide)(?![^\W_])|шириной|ширина|в ширину"
"""In words for how wide a part is."""
SIZE = (
    r"(?:(?:(?:outer|overall|in) )?(?:width|radius|wide|шириной|ширина|шир|толщиной|радиусом|радиус"
    r"|(?P<across>diameter|diam?|диаметром|диаметр|диам|(?<![^\W_])[dфд](?=[ ]?[=ø⌀\d])|[ø⌀]))\.?[ :=]*(?:of )?)?"
    r"(?P<size>\d+(?:[.,]\d+)?)[ -]?"
    r"(?:(?P<unit>mm|cm|m|inch(?:es)?|in(?= (?:wide|across|dia))|мм|см|м|\")(?![^\W_])"
    r"|(?(across)(?<=\d\d)(?![.,]?\d)|(?!)))"
    r"(?:[ -]?(?:wide|thick|across|in diameter|diameter|dia|radius|in width|шириной|в ширину|в диаметре"
    r"|в поперечнике))?"
)
"""How wide a part is."""
EACH = (
    r"[,;]?\s*(?:(?:each|both|all)(?: of (?:them|which|these))?(?: (?:one|with|has|have|having|containing|contains?))*"
    r"|в кажд(?:ом|ой)(?: по)?|кажд(?:ый|ая|ое)(?: с)?|об[ае](?: с)?|(?:в|на) об(?:еих|оих)(?: по)?|везде)[ ]+(?=\d)"
)
"""Before what each of two mixes has."""
AROUND_A_MIX = (
    r"(?:mats?|fields?|поле|полем|коврик\w*)(?![ ]\d+(?![\dхx×*]))|рисунок|рисунком|изображени\w+|drawing|"
    r"motif|picture of|design|(?:two|2)[- ]?(?:tone|colou?r(?:ed)?)|двухцветн\w+|"
    r"alternate tiles|alternat(?:e|es|ing|ely)(?: tiles| with)?|made (?:of|from)|tiles?(?![ ]\d)|squares?"
    r"|diagonal(?:ly)?|vertical|horizontal|wide|big|thin|narrow|thick|тонк\w+|узк\w+|широк\w+|толст\w+"
    r"|all round|plain|solid|pure|from|of|in|is|are|a|an|the"
    r"|по диагонали|наискосок"
    r"|вертикальн\w+|горизонтальн\w+|диагональн\w+|чередующ\w+|через одну|плитк\w+(?![ ]\d)|цвета|цветов|из|это"
    r"|сплошн\w+"
)
"""Say nothing of the mix that they stand before or behind."""
TURNED = rf"diagonal(?:ly)?|диагонал\w+|наискосок|{LYING}"
"""How stripes lie that do not stand upright."""
