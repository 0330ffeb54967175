"""The signs of a recipe's text, as patterns over its folded form."""

import re
import unicodedata

from plitka.core.language.vocabulary import PLAIN_COLOURS

SYMBOL = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<tail>(?<=[a-z])['’](?:d|m|s|t|re|ve|ll)(?![^\W_]))"
    r"|(?P<ending>(?<=\d)-(?:ти|х|и|ми|ью|ю)(?![^\W_]))"
    r"|(?P<tolerance>(?:±|\+/?-)[ \t]*\d+(?:[.,]\d+)?[ \t]*%?)"
    r"|(?P<label>(?:(?<=\s)|\A)\#\d{1,2}(?=[ ]?[:)])|№[ \t]*\d[^\W_]*(?:[-/]\d+)*"
    r"|(?:(?<=[^\W\d_])|(?<=[^\W\d_] ))\#\d{1,2}(?![^\W_]))"
    r"|(?P<quoted>(?:(?<=\n)|\A(?=>+[ \t]*[^\W\d_]|[^\n]*\n>))>+[ \t]?)"
    r"|(?P<limit>(?:[<>]=?|[≤≥])(?=[ \t]*\d))"
    r"|(?P<price>(?:@[ \t]*)?[$€£₽₴][ \t]*\d+(?:[.,]\d+)?|\d+(?: \d{3})*(?:[.,]\d+)?[ \t]*(?:[$€£₽₴](?!\d)"
    r"|(?:руб(?:ль|ля|лей|\.)?|eur|euros?|usd|gbp|грн)(?![^\W_])|р(?=[./]))(?:\.?[ \t]*/[ \t]*[^\W\d_]+\d?)?)"
    r"|(?P<pounds>(?:(?<=\d)|(?<=\d[ ]))\#(?![^\W_]))"
    r"|(?P<hex>\#[0-9a-z]*)"
    r"|(?P<embedding><s\d{1,3}>)"
    r"|(?P<fraction>\d+⁄\d+)"
    r"|(?P<grouped>\d{1,3}(?: \d{3})+(?=[ \t]*(?:g|gr|grams?|г|гр|грамм[а-я]*)(?![^\W_])))"
    r"|(?P<phone>(?<!\d)[78]\d{10}(?!\d)|(?:\+\d{1,3}|(?<![\d.,])8(?=[ (-]+\d{3})|(?<!\d)0\d{2,4}(?=[ -]\d))"
    r"[\d() -]{6,16}\d(?![\d%.,]))"
    r"|(?P<mail>[\w.+-]+@[\w.-]*|https?://\S+)"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th|-?(?:ый|ой|ая|ую|ое|го|му|й|я|е|ю))(?![^\W_]|[ ]?%|[ ]проц))"
    r"|(?P<time>(?<![\d:])[012]?\d:[0-5]\d(?=:[ ])|0\d:[0-5]\d(?!:?\d)"
    r"|(?<!\d)(?:[12]?\d|3[01])[ ](?:jan|feb|march|apr|june?|july?|aug|sept?|oct|nov|dec"
    r"|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)(?![^\W_]))"
    r"|(?P<date>20\d\d-\d\d-\d\d(?!\d)|\d{1,2}/\d{1,2}/20\d\d(?!\d)|(?<!\d)(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:20)?\d\d(?![\d%.]))"
    r"|(?P<chapter>\d+(?:\.\d+){2,3}(?=\.?[:)]|\.?[ \t]+(?:-[ \t]+)?[^\W\d_]))"
    r"|(?P<list>\d+(?:,\d+){2,})"
    r"|(?P<dotted>\d+(?:[.,]\d+){2,})"
    r"|(?P<number>\d+(?:[.,]\d+)?|(?<![\w.])\.\d+)"
    r"|(?P<percent>%)"
    r"|(?P<separator>[\n,;+&.•▪◦‣|!]|(?<=\S)\?+(?=[\s)!.,;\"»]|$))"
    r"|(?P<question>\?+(?=\s|$))"
    r"|(?P<option>(?<!\S)--[a-z][a-z-]*)"
    r"|(?P<link>[:=-]|@(?=[ \t]*\d))"
    r"|(?P<slash>/)"
    r"|(?P<bracket>[()\[\]{}])"
    r"|(?P<times>(?:(?<=\w)|(?<=\w[ ]))[*×](?=[ \t]?\d))"
    r"|(?P<about>[~≈](?=[ \t]*\d))"
    r"|(?P<quote>[\"'«»“”„‘’*~≈_№]+)"
)
PIECE = re.compile(r"([ \t]*|[-_])([^\W\d_]+|\d+)")
RESOLUTION = re.compile(r"(?:[248]k|\d{3,4}p|3[dд])(?![^\W_])")
"""`4k`, `1080p`: how sharp a picture is to be; `3D`."""
UNIT_AFTER = re.compile(
    r"[ \t]*(?:%|:|/(?![ \t]*[1-9]0\d\d(?!\d))|(?:parts?|част|дол|g|kg|г|кг|lb|p?c[ts]|проц|percent)\b|част|проц)"
)
RGB = re.compile(
    r"rgba?[ ]?[(\[:=]?[ ]?(?P<red>\d{1,3})(?:[ ]?[,;/][ ]?|[ ])(?P<green>\d{1,3})(?:[ ]?[,;/][ ]?|[ ])"
    r"(?P<blue>\d{1,3})(?:[ ]?,[ ]?[01](?:\.\d+)?(?=[ ]?\)))?(?:[ ]?[)\]]|(?![\d%)\]]|[ ]?%))"
)
OTHER_CODE = re.compile(
    r"(?:ncs[ ]?(?:s[ ]?)?\d{4}-[a-z](?:\d{2}[a-z])?|(?:pantone|pms)[ ]?\d{3,4}(?:[ ]?[cu])?"
    r"|(?:bs|british standard)[ ]?(?:(?:381c?|4800|5252)(?:[ ]?(?:[\d-]+(?:[ ]?[a-z][ ]?\d+)?))?"
    r"|\d{2}[ -]?[a-e][ -]?\d{2})|as[ ]?2700[ ]?[a-z]?\d{2}|(?:fs|federal standard)[ ]?(?:595[a-c]?[ ]?)?\d{5}"
    r"|hks[ ]?\d{1,2}[ ]?[knze]?|munsell[ ]\d+(?:\.\d+)?[ ]?[a-z]{1,2}[ ]\d/\d+)(?![^\W_])"
)
"""A number of another system of colours, which is not known: `NCS S 7020-R90B`, `BS 4800 14 C 39`."""
RATE = re.compile(
    r"[ \t]*(?:/|per|на)[ \t]*(?:1[ \t]*)?"
    r"(?:[mм][23]|pcs?|pieces?|tiles?|шт|плитк[ау]|sq\.?[ ]?m|кв\.?[ ]?м)(?![^\W_])\.?"
)
"""Behind a unit of mass: `8 kg/m2`."""
PER_SQUARE = re.compile(
    r"(?<![^\W_])(?:per|на|за)[ ](?:(?:a|one|один|каждый)[ ])?"
    r"(?:[mм]2|sq\.?[ ]?m|sqm|square met(?:re|er)|кв\.?[ ]?м|квадратный метр|метр квадратный|кв\.?[ ]?метр)"
    r"(?![^\W_])\.?"
)
"""What amounts are for: «7 кг серого, 2 кг красного на м2»."""
SIGN_OFF = re.compile(
    r"(?:sent from my[ ]\w+(?:[ ]\w+)?|(?P<thanks>(?:many )?thanks|thank you|thx|cheers|(?:kind |best )?regards|best"
    r"|спасибо|с уважением|заранее спасибо)[,.!]*\s+(?!ral|рал)[^\W\d_]{2,}(?:[ ][^\W\d_]+)?)[.!\s]*$"
)
"""Who signs a letter."""
LINE = re.compile(r"(?<![^\W_])lines?[ ]?(?:no\.?|#)?[ ]?\d+(?=[ ]*(?:[-:,;)/]|$))(?!/\d)")
"""`PO 44718 / line 2`."""
NUMBERED = re.compile(
    r"(?<![^\W_])(?:(?:на|per|for)[ ](?:1|один|one)[ ](?:замес|batch|mix|load)"
    r"|(?:section|sect?\.|spec\.?|clause|раздел)[ ]?\d{1,2}(?:[ ]\d{2}){2}(?:\.\d+)?"
    r"|(?:all|все)[ ]\d+[ -]?(?:lbs?|kg|кг)[ ]?(?:bags?|sacks?|мешк[а-я]*)"
    r"|\d+[ ]of[ ](?:the|those|these|your)[ ](?:\w+[ ]){0,2}(?:ones|tiles|mats)|(?:ось|оси|осях)[ ]\d+(?:-\d+)?"
    r"|(?:замес[а-я]?|tile|sample|плитк[аиу]|образ(?:ец|ца))[ ]?№?[ ]?\d{1,2}(?=[ ]*[:=)])"
    r"|[^\W\d_]{1,3}-0\d{1,2}(?![^\W_]|[ ]?%)"
    r"|(?<!\d)\d{1,4}nos?(?:\.|(?=[ ]*(?:[,;)\n]|$)|[ ](?:tiles?|mats?|slabs?|pavers?)))"
    r"|no(?:\.[ ]?(?:#|[^\W\d_]{1,2}-?)?\d[\w-]*|[ ]\d+(?=[ ]*(?:[-:,;)]|$)))|[ps]/n\.?[ :]*[\w-]+"
    r"|(?:прим\.|примечание|note)[ ]?\d{1,2}(?=[ ]*[:)]|\.[ ]|[ ]-[ ])"
    r"|п\.[ ]?\d+\.\d+\.?(?=\s*[^\W\d_]|:)|(?:tiles?|mats?|плит[а-я]+)[ ][xх×*][ ]?\d+(?![^\W_]))"
)
"""`Mix no. 14`, `6no. tiles`."""
FORMER = re.compile(
    r"\d+(?:[.,]\d+)?[ ]?%?[ ]?(?:[-=]>|→|⇒|»>)(?=[ ]?\d)"
    r"|\((?:(?:исправлен|измен[её]н|поправ|обновл|испр|corrected|changed|amended|revised|updated|fixed)[а-яё]*"
    r"[ ,.:;-]+)?"
    r"(?:было|раньше|ранее|was|before|previously|formerly|from)[ ]:?[ ]?\d+[ ]?%?\)"
    r"|(?<![^\W_])(?:было|раньше|was)[ ]\d+[ ]?%?(?=,?[ ](?:а[ ])?(?:стало|теперь|now)[ ]\d)"
    r"|(?<![^\W_])(?:было|раньше|was|used to be)[ ]\d+[ ]?%?(?:[ ](?P<hue>[^\W\d_]+))?,?[ ]"
    r"(?=(?:but |а |но )?(?:стало|теперь|now)[ ]\d+[ ]?%?[ ](?P=hue))"
    r"|(?<![^\W_])(?:было|раньше|was|used to be)[ ]\d+(?:[ ]?(?:[/:-]|на|to)[ ]?\d+)+(?=[ ]*(?:[,.;)]|$))"
)
"""`Was 60/40`: no part of the mix, where that has its own numbers."""
LIST_OF_CODES = re.compile(r"(?<![^\W_])(?:ral|рал)(?![^\W_])[ \t]*:")
"""What says that codes follow: `colours to RAL: 6018, 9005`."""
WITH = re.compile(r"(?<![^\W_])w/(?!w(?![^\W_]))(o(?![^\W_]))?")
"""`w/` and `w/o`."""
LEFT = re.compile(
    r"(?<![^\W_])(?P<shared>(?:shar(?:e|es|ing)|split(?:s|ting)?|divid(?:e|es|ing))[ ])?what"
    r"(?:ever)?(?:['’]?s|[ ]is)[ ]left(?:[ ]over)?(?![^\W_])"
)
"""The rest, which several colours may share."""
OF_WHAT = re.compile(r"(?<![^\W_])([wv])/\1(?![^\W_])")
"""`w/w` is by mass, `v/v` by volume."""
_FLECKS = (
    r"chips?|granules?|crumbs?|grains|flecks?|speckles?|specks?|spots|speckling|sprinkles|additives?|крошк[аиу]|крошек"
    r"|гранул(?:ы)?|зерен|вкраплени[еяйю]|крап(?:а|инки|инок)?|точек|пятен|включени[йя]|добавок|добавки|примес(?:и|ей)"
)
ABSENT = re.compile(
    r"(?<![^\W_])(?:(?:without|w/o|no|zero|free of|free from|без|нет)[ ]"
    r"(?:(?:(?:any|added|other|extra|visible|coloured|colored|всякой|всяких|каких-либо|какой-либо|любой|любых|цветной"
    r"|цветных|других|другой|лишней|лишних|посторонних|разноцветной|добавления)[ ])*"
    rf"(?:{_FLECKS})(?: (?:at all|whatsoever|вообще|совсем))?"
    r"|(?:any )?(?:other|additional|extra|second|других|иных|прочих|лишних|дополнительных|второго)[ ]"
    r"(?:colou?rs?|tones?|shades?|цветов|цвета|оттенков))"
    rf"|(?:{_FLECKS})(?:[ ]?[:–-][ ]?|[ ])(?:none|nil|free|not (?:needed|wanted|required)|нет|не надо|не нужн[аоы]"
    r"|отсутству[а-я]+))(?![^\W_])"
)
"""That there is no fleck: «чёрная без крошки»."""
COMPARATIVE = re.compile(r"darker|lighter|brighter|(?:по)?(?:темнее|светлее|ярче)")
"""Of a shade."""
THAN_BEHIND = re.compile(r",?[ ](?:чем|than)(?![^\W_])")
NOMINATIVE = re.compile(r"(?:ый|ий|ая|яя|ое|ее|ые|ие)\Z")
"""Of a colour that is not compared with: «темнее серый», but «темнее серого»."""
WISH = re.compile(
    r"(?<![^\W_])(?:g['’]day(?: mate| all)?(?![^\W_])"
    r"|(?:i|we)(?:['’]d| would) (?:really )?(?:like|love)(?: to have)?(?![^\W_])"
    r"|[1-4](?:-?(?:х|ух|ех))?[ -]?слойн[а-я]+|[1-4][ -](?:layer(?:ed)?|ply)(?![^\W_]))"
)
"""In which `like` compares nothing; and how many layers a tile has, which are not seen."""
ZONE_HEAD = re.compile(r"[ ]?(?:№ ?)?(?:[^\W_]?[ ]?[:)=–—-]|[^\W_]\.|(?<=[\dA-ZА-Г])(?![^\W_]))")
"""Behind `zone`: `A:`, ` 1`."""
ABBREVIATED = re.compile(
    r"(?<![^\W_])(?:approx|dia|diam|nom|incl|excl|ht|шир|выс|дл|диам|прибл|разм|appr|ca|ок|min|max|мин|макс|ref|art|pos|mr|mrs|dr|st|ул|тел|поз|руб|п|qty|thk|col|thick|прим|толщ|шт|кв|арт|цв|ед|изм|доп|wt|наим|фр|фракц|стр|прил|кол|тов|уч|no|вер)\."
)
CODE_BEHIND = re.compile(
    r"[ \t]*:?[ \t]*([#№]\d[\w/-]*"
    r"|(?!ral|рал|[xх]\d)(?:[^\W\d_]{1,5}[-/])*[^\W\d_]{1,5}[-/]?\d[\w/-]*|\d+-[^\W\d_][\w-]*"
    r"|\d{7,}|(?P<chain>\d+(?:[/-]\d+)+))(?![^\W_])"
)
"""`KG-55` behind `mix code`, `#5521` behind `order`."""
CODE_OF_LABEL = re.compile(
    r"\.?[ \t]*(?:[:=-][ \t]*)?(?:(?:no\.?|номер|n)[ \t]*)?[№#]?[ \t]*(?:[^\W\d_][ -]?|[^\W\d_]{2}-)?\d"
)
"""The number of `room 12a`, `order no. 7`, «школа №5»."""
LETTER_OF_LABEL = re.compile(r"[ \t]+[A-FА-Е](?:[ ]?/[ ]?[A-FА-Е])*(?![^\W_])")
"""The letters of `hopper A/B` and «корпус Б», as they were typed."""
LIKE_BEHIND = re.compile(
    r"([^\W\d_]+)-(?:like|style|themed|inspired|looking|effect|look|type)(?![^\W_])"
    r"|под (?:песчаник|гранит|мрамор|камень)"
)
"""What is like a thing is none of its colours: `sandstone-like`."""
IS_HEAD = re.compile(
    r"(?:,?[ ](?:in[ ])?(?:[^\W_]+[ ])?(?:shades?|tones?|tints?|оттенк[а-я]*|тон[а-я]*))?(?:[ \t]*[:(]|[ \t]+-[ \t]+)"
)
"""Behind the blue of `shades of blue: dark 40, light 60`."""
CITY = re.compile(r"(?<![^\W_])г\.(?=[ ]?[^\W\d_])")
"""«Г. Тула» are no grams."""
TIMES = frozenset({"x", "х", "*", "×"})
"""Parts, also when they stand before a number: `red x3`."""
TO = frozenset({"to", "till", "к", "ко"})
"""Between numbers or colours of a ratio; before a colour alone, what others are added to."""
JOINT = re.compile(r"-?[ \t]*(?:and(?![^\W_])|и(?![^\W_])|[&/+])[ \t]*")
IN_BRACKETS = re.compile(r"[ \t]*\([ ]*([^\W\d_]+(?:[ ][^\W\d_]+)?)[ ]*\)")
"""A word or two behind another."""
GAP = re.compile(r"[ \t]*-?[ \t]*(?=[^\W\d_])")
IN_THOUSANDS = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
GRAMS = re.compile(r"[ \t]*(?:g|gr|grams?|г|гр|грамм[а-я]*)(?![^\W_])")
SHORT_SHADE = re.compile(
    r"(т(?:ем?н?)?|св|светл?|ярк|бледн?|dk|lt|med)\.[ ]?-?[ ]?(?=[^\W\d_])|(?P<bare>т)[ -](?=[^\W\d_])"
)
ADDRESS = re.compile(
    r"(?<![^\W_])(?:\d{1,3}[a-z]?[ ](?:[^\W\d_]+[ ]){1,2}"
    r"(?:lane|road|rd|street|st|avenue|ave|drive|close|court|way|crescent|gardens|place|terrace)"
    r"|(?:ул\.?|улиц[аеуы]|пер\.|переулок|пр-т|просп\.|проспект|бульвар|б-р|шоссе|наб\.)[ ]+"
    r"[^\W\d_]+(?:,?[ ](?:(?:д\.?|дом)[ ]?)?\d{1,3}[а-я]?)?)(?![^\W_%]|[ ]?%)"
)
"""Where something is delivered: `12 Oak Lane`, «ул. Зелёная, д. 5»."""
PERSON = re.compile(
    r"(?<![^\W_])(?:(?:my name is|name:|меня зовут|mrs?\.?|ms\.?|miss|dr\.|г-н|г-жа)[ ]+"
    r"(?P<name>[^\W\d_]+(?:[ ][^\W\d_]+)?)(?=[ ]*(?:[,.!?;\n)]|$))"
    r"|(?P<caller>[^\W\d_]+[ ][^\W\d_]+)(?=,?[ ]*(?:тел|tel|phone|mobile|mob|моб)(?![^\W_])))"
)
"""Who writes or is told of, who may be called Green."""
TITLED = re.compile(r"(?<![^\W_])(?:mrs?\.?|ms\.?|miss|г-н|г-жа)[ ]+(?P<name>[^\W\d_]+)(?![^\W_]|[ ]*[:-]?[ ]*\d)")
"""The `Mr White` of `Mr White wants 40% brown`."""
MAIL = re.compile(r"(?<![\w.])(?:[\w.+-]+@[\w-]+\.[\w.-]+|[\w.+-]+@(?!\S)|@[^\W\d_]\w*|https?://\S+|www\.\S+)")
"""Addresses, and who is spoken to in a chat."""
BEYOND = re.compile(
    r"(?<![^\W_])(?:(?:over|above|below|under|exceeding|from|от)"
    r"(?=[ ]+\d+(?:[.,]\d+)?[ ]*(?:%|per ?cent|процент))"
    r"|(?:over|under|above|below)(?=[ ](?:a[ ]|one[ ])?(?:half|third|quarter)(?![^\W_])))"
)
"""`Over 60%` and «от 60%» are limits, if no colour is right before them."""
ABOUT = re.compile(r"(?<![^\W_])c\.[ ]?(?=\d)")
"""The `circa` of `c. 40% beige`."""
GREETED = re.compile(
    r"(?<![^\W_])(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|morning|добрый (?:день|вечер)|доброе утро"
    r"|здравствуйте|здравствуй|привет|приветствую|уважаем(?:ый|ая))[ ,]+"
    r"(?:(?:mr|mrs|ms|dr|г-н|г-жа)\.?[ ])?(?P<name>[^\W\d_]{2,}(?:[ ][^\W\d_]+)?)(?=[ ]*[,.!\n])"
)
"""Who is written to."""
GENITIVE = ("ого", "его", "ой", "ей")
"""Endings of a colour of which there is so much."""
DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
THICKNESS = re.compile(r"(?<![^\W_])[tт][ ]?=[ ]?\d+(?:[.,]\d+)?(?:[ ]?(?:mm|cm|мм|см))?(?![^\W_]|[.,]\d)")
"""`t=30 mm` is no mass."""
TINT = re.compile(r"([а-я]{3,})[ое]ват(?:о|ый|ая|ое|ого|ой|ую|ым|ые|ых)")
"""«Голубовато-»."""
OTHER_LAYOUT = re.compile(r"[a-z\[\];',.`-]+|[а-яё-]+")
"""A word as the keys of the other layout write it, where «б» is a comma."""
PUNCTUATION_OF_LAYOUT = ",.;'`[]-"
GRAIN = re.compile(
    r"(?P<large>крупн)[а-я]* кр\.?(?![а-я])|(?P<medium>средн)[а-я]* кр\.?(?![а-я])|мелк[а-я]* кр\.?(?![а-я])"
)
"""«Мелкая кр» ends in short crumb, and «мелкая красная» in red."""
GREENS = re.compile(r"зел(?:ен[а-я]*)?\.[ ]?(?P<of>ябл|трав)[а-я]*\.?")
"""«Зел. ябл.»: of the greens that have two names."""
LARGE = re.compile(r"(?P<large>кр\.)(?=[ ]?(?:крошк|фракц|гранул|зерн))")
"""«Кр. крошка» is large; «кр.» beside a number is red."""
WORD_BEFORE = re.compile(r"([^\W\d_]+)[ \t]+$")
HEAD_BEFORE = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)?)[ \t]*[:=#№-]?[ \t]*$")
"""The `qty` of `qty: 3000` and «кол-во 3000»."""
SAYS_RAL = re.compile(
    r"(?<![^\W_])(?:(?:ral|рал)(?![^\W\d_])"
    r"|(?:colou?rs|цвета)[ :-]*[1-9]0\d\d(?:[ ]*(?:[,/;&+]|and|и)[ ]*[1-9]0\d\d)+(?!\d|[ ]?%))"
)
"""Also where several numbers of four digits are said to be colours."""
_TO_NAME = r"[ \t]*[-,:(/]*[ \t]*"
NAMES_OF_RAL = tuple(
    re.compile(pattern)
    for name in (rf"(?P<name>[a-zа-я]+(?:[ -][a-zа-я]+){{{more}}}(?: [1-4])?)" for more in (3, 2, 1, 0))
    for pattern in (
        rf"{name}{_TO_NAME}(?:ral|рал)[ -]?(?P<code>\d{{4}})(?![^\W_])",
        rf"(?:ral|рал)[ -]?(?P<code>\d{{4}}){_TO_NAME}{name}(?![^\W_])",
    )
)
"""A number of RAL Classic, with words before or behind it."""
NAME_BEFORE_CODE = re.compile(
    rf"(?P<name>[^\W\d_]+(?:[ -][^\W\d_]+){{0,2}})(?![^\W_]){_TO_NAME}(?P<code>[^\W\d_]{{1,4}}-?\d{{2,4}})(?![^\W_])"
)
"""A code of a maker, with words before it."""
WORD_AFTER = re.compile(r"[ \t]+([^\W\d_]+)")
NUMBER_BEFORE = re.compile(r"\d[ \t]*%?[ \t]*(?:of[ \t]+)?$")
NUMBER_BEHIND = re.compile(r"[ \t]*[:=-]?[ \t]*\d")
REST_BEFORE = re.compile(r"(?<![^\W_])(?:rest|remainder|remaining|остальное|остаток)(?: is)?[ ]*[:-]?[ ]+$")
ALONE = re.compile(r"(?: (?:tiles?|плитк[аиу]))?[ .!]*\Z")
"""Behind a name that is all of a text."""
WITH_NUMBER = re.compile(r"[ ]+(?:(?:tiles?|плитк[аиу])[ ]+)?(?:with|w/|с|со)[ ]?\d")
SHORT_BEFORE_CODE = re.compile(r"\.(?=[ ]?(?:ral|рал|фр(?:акц)?\.|fr\.|#|[(,;)/+]|[1-9]0\d\d(?!\d)))")
"""The full stop of «зел. RAL 6005» and «черн. фр. 2-4 мм»."""
TWO_SHORT = re.compile(r"(?P<first>[^\W\d_]{2,})\.[ ]?-?[ ]?(?P<second>[^\W\d_]{3,})(?P<stop>\.)?")
"""Words of one name that are cut short: «слон. кость»."""
TWO_NUMBERS = re.compile(r"[ \t,:-]*(?![1-9]/(?:[2-9]|1[0-9])(?!\d))\d+[ \t]*%?[ \t]*(?:/|:|-|на|к)[ \t]*\d+")
UNOFFERED = re.compile(r"(?:ral|рал)[ -]?\d{4}")
"""A code that is no name of the palette, where it stands beside the mix."""
MAY_BE_CODE = re.compile(r"(?:ral|рал)[ -]?\d{4}|[^\W\d_] 0\d\d(?!\d)|[^\W\d_]{1,2}[-_]?\d+")
IS_CODE = re.compile(r"[^\W\d_](?:0\d| 0\d\d(?!\d))")  # «с010» is a code, not «с» and a number
MINUS_BEFORE_NUMBER = re.compile(r"-\.?\d")


_DISC = re.compile(r"(?:(?:large|medium) )?(\w+) (?:circle|square|heart)|(\w+) large square")


def is_compared(name: str) -> bool:
    """Whether a colour behind `darker` is one that another is compared with: a code, or Russian in the genitive."""
    is_russian = re.search("[а-я]", name) is not None
    return any(map(str.isdigit, name)) or (is_russian and NOMINATIVE.search(name) is None)


def is_picture(character: str) -> bool:
    """Whether a sign is an emoji or alike."""
    return unicodedata.category(character) in ("So", "Sk")


def may_be_colour(character: str) -> bool:
    """Whether the name of an emoji has a colour in it, which it need not show: ❤ is a heavy black heart."""
    return not {*unicodedata.name(character, "").casefold().split()}.isdisjoint(PLAIN_COLOURS)


def colour_of_picture(character: str) -> str | None:
    """The colour that a disc or a square shows, as 🔴 does; None for other signs."""
    disc = _DISC.fullmatch(unicodedata.name(character, "").casefold())
    name = "" if disc is None else disc[1] or disc[2]
    return name if name in PLAIN_COLOURS else None
