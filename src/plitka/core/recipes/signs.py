"""The signs of a recipe's text, as patterns over its folded form."""

import re

SYMBOL = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<hex>\#[0-9a-z]*)"
    r"|(?P<embedding><s\d{1,3}>)"
    r"|(?P<fraction>\d+⁄\d+)"
    r"|(?P<grouped>\d{1,3}(?: \d{3})+(?=[ \t]*(?:g|gr|grams?|г|гр|грамм[а-я]*)(?![^\W_])))"
    r"|(?P<list>\d+(?:,\d+){2,})"
    r"|(?P<dotted>\d+(?:[.,]\d+){2,})"
    r"|(?P<number>\d+(?:[.,]\d+)?|(?<![\w.])\.\d+)"
    r"|(?P<percent>%)"
    r"|(?P<separator>[\n,;+&.•|!])"
    r"|(?P<link>[:=-])"
    r"|(?P<slash>/)"
    r"|(?P<bracket>[()\[\]{}])"
    r"|(?P<quote>[\"'«»“”„‘’*~≈_]+)"
)
PIECE = re.compile(r"([ \t]*|[-_])([^\W\d_]+|\d+)")
RESOLUTION = re.compile(r"(?:[248]k|\d{3,4}p)(?![^\W_])")
"""`4k`, `1080p`: how sharp a picture is to be."""
UNIT_AFTER = re.compile(
    r"[ \t]*(?:%|:|/(?![ \t]*[1-9]0\d\d(?!\d))|(?:parts?|част|дол|g|kg|г|кг|lb|p?c[ts]|проц|percent)\b|част|проц)"
)
WITH = re.compile(r"(?<![^\W_])w/(o(?![^\W_]))?")
"""`w/` and `w/o`."""
JOINT = re.compile(r"-?[ \t]*(?:and(?![^\W_])|и(?![^\W_])|[&/+])[ \t]*")
GAP = re.compile(r"[ \t]*-?[ \t]*(?=[^\W\d_])")
IN_THOUSANDS = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
GRAMS = re.compile(r"[ \t]*(?:g|gr|grams?|г|гр|грамм[а-я]*)(?![^\W_])")
SHORT_SHADE = re.compile(r"(т(?:ем?н?)?|св|светл?|ярк|бледн?|dk|lt|med)\.[ ]?-?[ ]?(?=[^\W\d_])")
LARGE = re.compile(r"кр\.(?=[ ]?(?:крошк|фракц|гранул|зерн))")
"""«Кр. крошка» is large; «кр.» beside a number is red."""
NUMBER_BEFORE = re.compile(r"\d[ \t]*%?[ \t]*(?:of[ \t]+)?$")
NUMBER_BEHIND = re.compile(r"[ \t]*[:=-]?[ \t]*\d")
MAY_BE_CODE = re.compile(r"(?:ral|рал)[ -]?\d{4}|[^\W\d_] 0\d\d(?!\d)|[^\W\d_]{1,2}[-_]?\d+")
IS_CODE = re.compile(r"[^\W\d_](?:0\d| 0\d\d(?!\d))")  # «с010» is a code, not «с» and a number
MINUS_BEFORE_NUMBER = re.compile(r"-\.?\d")
