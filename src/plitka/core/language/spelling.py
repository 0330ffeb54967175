"""How colour names are compared: two spellings of one name have the same key.

Case, spaces, hyphens, ё/е and grey/gray do not count, nor do the endings of Russian adjectives and of
the few nouns that name colours: «тёмно-зелёного», «темно зелёная» and «темнозеленый» share a key.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

MIN_STEM = 3
_LIKER = 0.8
"""How like a name of another first letter must be: people seldom miss the first."""
MAX_QUERY = 60
"""Characters of an unknown name that are compared with ours; no name of ours is longer."""

_ROWS = (("qwertyuiop", "asdfghjkl", "zxcvbnm"), ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"))
_KEYS_BESIDE = frozenset(
    pair
    for rows in _ROWS
    for row, below in zip(rows, (*rows[1:], ""), strict=True)
    for pair in (*map("".join, pairwise(row)), *map("".join, zip(row, below, strict=False)))
)
"""Letters whose keys touch, in twos."""
_LAYOUTS = str.maketrans(
    "`qwertyuiop[]asdfghjkl;'zxcvbnm,." + "ёйцукенгшщзхъфывапролджэячсмитьбю",
    "ёйцукенгшщзхъфывапролджэячсмитьбю" + "`qwertyuiop[]asdfghjkl;'zxcvbnm,.",
)
"""The letters of the English and the Russian keyboard that share a key."""
_DIMINUTIVE = "еньк"
"""«Красненький» is red."""
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_CODE_DIGITS = re.compile(r"-?\d| 0\d\d(?!\d)")
_ADJECTIVE_ENDING = re.compile(
    "(?:ыми|ими|ого|его|ому|ему|ый|ий|ой|ая|яя|ое|ее|ым|им|ом|ем|ую|юю|ою|ею|ей|ые|ие|ыя|ых|их|ього|ьому|ьої|ьою|ої|ій|і|ыи|ии)$"
)
_LATIN_FORMS = (
    ("shch", "щ"), ("sch", "щ"), ("yo", "е"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("yu", "ю"), ("ya", "я"), ("iy", "ий"), ("yy", "ый"), ("yj", "ый"), ("a", "а"), ("b", "б"), ("v", "в"), ("g", "г"),
    ("d", "д"), ("e", "е"), ("z", "з"), ("i", "и"), ("j", "й"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"),
    ("o", "о"), ("p", "п"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("f", "ф"), ("h", "х"), ("c", "ц"),
    ("y", "ы"), ("w", "в"), ("x", "кс"), ("q", "к"),
)  # fmt: skip
"""Letters as they are written in Latin, the longest first."""
ADJECTIVES = ("ый", "ий", "ой")
"""How those of colours end."""
_HARD_ENDINGS = ("ого", "ому", "ым", "ом", "ая", "ой", "ую", "ое", "ые", "ых", "ыми")
_SOFT_ENDINGS = ("его", "ему", "им", "ем", "яя", "ей", "юю", "ее", "ие", "их", "ими")
_MIXED_ENDINGS = ("ого", "ому", "им", "ом", "ая", "ой", "ую", "ое", "ие", "их", "ими")
"""Of «жаркий», whose stem has no «ы» behind it."""
# Nouns that name colours, by the part that stays when they decline.
_NOUN_STEMS = (
    "антрацит", "асфальт", "бирюз", "волн", "графит", "жемчуг", "изумруд", "кост", "лайм", "лосос", "мят", "олив",
    "кирпич", "коралл", "лаванд", "малин", "неб", "охр", "персик", "резед", "сирен", "скорлуп", "слив", "терракот",
    "трав", "фукси", "шоколад", "яблок", "абрикос", "банан", "брусник", "вишн", "каштан", "клубник", "мандарин",
    "рубин", "сапфир", "фисташк",
)  # fmt: skip
_NOUN_ENDINGS = frozenset(("", *"аяоеьыиую", "ой", "ей", "ью", "ом", "ем", "ам", "ям", "ами", "ями", "ах", "ях"))
_IRREGULAR = {
    "песка": "песок",
    "песку": "песок",
    "песком": "песок",
    "песке": "песок",
    **dict.fromkeys(("оливка", "оливки", "оливку", "оливке", "оливкой"), "олив"),
    "яблочк": "яблок",
    "зелени": "зелень",
    "зеленью": "зелень",
    **dict.fromkeys(("розы", "розе", "розу", "розой"), "роза"),
    **dict.fromkeys(("молока", "молоку", "молоке", "молоком"), "молоко"),
    **dict.fromkeys(("золото", "золота", "золоту", "золоте"), "золот"),
}
_SHORT_FORMS = {
    "grey": "gray", "dk": "dark", "lt": "light", "рал": "ral", "blk": "black", "blu": "blue", "wht": "white",
    "gry": "gray", "grn": "green", "ylw": "yellow", "yel": "yellow", "orng": "orange", "org": "orange", "brn": "brown",
    "кр": "красн",
    "зел": "зелен", "роз": "розов", "фиол": "фиолетов", "фиолет": "фиолетов", "чорн": "черн", "чер": "черн",
    "крем": "кремов", "сал": "салатов", "салат": "салатов", "сир": "сирен", "гол": "голуб", "бир": "бирюз",
    "кирп": "кирпич", "оранжа": "оранжев", "brwn": "brown", "beig": "beige", "wite": "white", "whte": "white",
    "drk": "dark", "lite": "light", "turq": "turquoise", "prpl": "purple",
    "pnk": "pink", "std": "standard", "choc": "chocolate",
    "terra": "terracotta",
    "anth": "anthracite", "кор": "коричнев", "корич": "коричнев", "оранж": "оранжев", "жел": "желт",
    "беж": "бежев", "св": "светл", "орандж": "оранжев", "грей": "сер", "блэк": "черн", "блек": "черн", "ред": "красн",
    "грин": "зелен", "уайт": "бел", "вайт": "бел", "блю": "син", "браун": "коричнев", "йеллоу": "желт", "пинк": "розов",
}  # fmt: skip
# «Темно», «тёмный» and «тёмно-» before a colour are one word to a buyer.
_SHADE = re.compile("^(темн|светл|ярк|бледн|средн)[ео]")

_LATIN_LOOK = str.maketrans("авекмнорстух", "abekmhopctyx")
_CYRILLIC_LOOK = str.maketrans("abekmhopctyx", "авекмнорстух")
_CYRILLIC = re.compile("[а-я]")
_LATIN = re.compile("[a-z]")


def fold(text: str) -> str:
    """Text folded: lower case, ё as е, full width and ligatures as plain letters (NFKC)."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")


@lru_cache(maxsize=4096)
def name_key(text: str) -> str:
    """What all spellings of a name have in common: stems and digits without anything between.

    Letters that stand right before digits are read as Latin, so that «С009» is C009.
    """
    text = fold(text)
    stems = []
    for match in _PIECE.finditer(text):
        is_code = _CODE_DIGITS.match(text, match.end()) is not None
        stems.append(_code_letters(match[0]) if is_code else _stem(match[0]))
    return _SHADE.sub(r"\1", "".join(stems)).replace("grey", "gray")


def count_pieces(text: str) -> int:
    """How many runs of letters or digits a name has."""
    return len(_PIECE.findall(fold(text)))


def is_cyrillic(text: str) -> bool:
    """Whether a text has more Cyrillic letters than Latin ones."""
    text = fold(text)
    return len(_CYRILLIC.findall(text)) > len(_LATIN.findall(text))


def close_names(text: str, names: Mapping[str, str], n: int, cutoff: float) -> tuple[str, ...]:
    """The names that are spelled most like a text, the likest first, at most `n`.

    Args:
        text: what was typed; only its first 60 characters count.
        names: the name to show by its key.
        cutoff: how like a name must be, 0..1; difflib's ratio. One of another first letter has to be liker.
    """
    query = name_key(text[:MAX_QUERY])
    close = difflib.get_close_matches(query, names, len(names), cutoff)
    kept = [key for key in close if key[:1] == query[:1] or key in difflib.get_close_matches(query, [key], 1, _LIKER)]
    return tuple(names[key] for key in kept[:n])


def shorter_by_one(key: str) -> tuple[str, ...]:
    """What is left of a key without one of its letters: two keys that differ in one letter share one of these."""
    return tuple(key[:at] + key[at + 1 :] for at in range(len(key)))


def is_next_key(typed: str, meant: str) -> bool:
    """Whether one letter of a word was mistaken for one whose key is beside it: «сервй»."""
    if len(typed) != len(meant):
        return False
    wrong = [{one, other} for one, other in zip(typed, meant, strict=True) if one != other]
    return len(wrong) == 1 and any(wrong[0] <= {*beside} for beside in _KEYS_BESIDE)


def slips(word: str, other: str) -> int:
    """How many letters are too many, missing, wrong, or have changed places with the next."""
    before, row = list[int](), list(range(len(other) + 1))
    for at, letter in enumerate(word, 1):
        older, before, row = before, row, [at]
        for place, meant in enumerate(other, 1):
            least = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != meant))
            if at > 1 < place and letter == other[place - 2] and word[at - 2] == meant:
                least = min(least, older[place - 2] + 1)
            row.append(least)
    return row[-1]


@lru_cache(maxsize=1024)
def forms_of(name: str) -> frozenset[str]:
    """A folded name in all genders, cases and numbers: «красный», «красного», «красная»; an English one as it is."""
    if name.endswith(ADJECTIVES):
        endings = _HARD_ENDINGS
        if name.endswith("ий"):
            endings = _SOFT_ENDINGS if name.endswith("ний") else _MIXED_ENDINGS
        return frozenset({name, *(name[:-2] + ending for ending in endings)})
    first, _, last = name.rpartition(" ")
    stem = name_key(last)
    if stem in _NOUN_STEMS:
        return frozenset({name, *(f"{first} {stem}{ending}".lstrip() for ending in _NOUN_ENDINGS)})
    return frozenset({name, name.replace("gray", "grey")})


def is_one_edit(first: str, second: str) -> bool:
    """Whether a letter was left out, put in, mistaken, or two neighbours changed places."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    one, other = first[start:], second[start:]
    return (
        one[1:] == other[1:]
        or one[1:] == other
        or one == other[1:]
        or (one[:2] == other[1::-1] and one[2:] == other[2:] and len(one) > 1)
    )


def transliterated(word: str) -> list[str]:
    """What a Latin word is in Russian letters: «chorny» is «чорный»."""
    if is_cyrillic(word):
        return []
    text = word.casefold()
    if text.endswith("y") and not text.endswith(("yy", "iy")):
        text += "y"
    for latin, russian in _LATIN_FORMS:
        text = text.replace(latin, russian)
    return [text]


def other_layout(text: str) -> str:
    """What the same keys write in the other keyboard layout, in lower case: «черный» for `xthysq`."""
    return text.casefold().translate(_LAYOUTS)


def _stem(word: str) -> str:
    if not _CYRILLIC.search(word):
        return _SHORT_FORMS.get(word, word)
    if _LATIN.search(word):  # a Latin «c» typed in «cиний»
        word = word.translate(_CYRILLIC_LOOK)
    if word in _SHORT_FORMS or word in _IRREGULAR:
        return _SHORT_FORMS.get(word) or _IRREGULAR[word]
    for stem in _NOUN_STEMS:
        if word.startswith(stem) and word[len(stem) :] in _NOUN_ENDINGS:
            return stem
    stem = _ADJECTIVE_ENDING.sub("", word).removesuffix(_DIMINUTIVE)
    return stem if len(stem) >= MIN_STEM else word


def _code_letters(word: str) -> str:
    latin = word.translate(_LATIN_LOOK)
    return _stem(word) if _CYRILLIC.search(latin) else latin
