"""The words of a recipe that are not colours, in English and Russian, and what they do.

Words that mean nothing for the mix are listed too: a word that is neither a colour nor here is refused,
because it may be the one that mattered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache

from plitka.core.language.spelling import count_pieces, name_key

TRIGGER = "ohwx_rubber_tile"
TOKENS = ("<s0>", "<s1>")
DESCRIPTORS = (
    "photorealistic rubber tile",
    "high quality",
    "detailed texture",
    "professional photography",
    "sharp focus",
)


class Kind(StrEnum):
    """What a token does in a recipe."""

    COLOUR = "colour"
    NUMBER = "number"
    FRACTION = "fraction"
    """A share of the whole: half, «треть», ½."""
    PERCENT = "percent"
    PARTS = "parts"
    SEPARATOR = "separator"
    LINK = "link"
    """A colon, dash or equals sign between a colour and its number, or in a ratio; there also «2 to 1»."""
    SLASH = "slash"
    EQUAL = "equal"
    """All colours alike; its value is how many there must be, 0 for any number."""
    EACH = "each"
    FLECK = "fleck"
    REST = "rest"
    BASE = "base"
    """The next colour is the ground for the others."""
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word or phrase stands for."""

    kind: Kind
    value: Fraction = Fraction(0)


_PHRASES = {
    Kind.PERCENT: "percent, per cent, pct, процент, процента, проценту, процентов, процентами, проц",
    Kind.PARTS: "part, parts, portion, portions, часть, части, частей, частями, доля, доли, долей, долями, ч, x, х",
    Kind.SEPARATOR: "and, plus, with, и, плюс, с, со, а также",
    Kind.LINK: "to, к, ко",
    Kind.EACH: "each, apiece, по",
    Kind.FLECK: (
        "fleck, flecks, flecked, flecking, speckle, speckles, speckled, вкрапление, вкрапления, вкраплений, "
        "вкраплением, вкраплениями, вкраплениям, крапинка, крапинки, крапинку, крапинкой, крапинками, "
        "в крапинку, крап, крапом"
    ),
    Kind.REST: (
        "rest, remainder, balance, base, background, остаток, остальное, основа, основы, основе, основу, "
        "основой, фон, фона, фоне, фоном"
    ),
    Kind.BASE: "on, на",
    Kind.FILLER: (
        "a, an, the, of, in, is, tile, tiles, rubber, granule, granules, granulate, crumb, crumbs, chip, chips, "
        "mix, mixed, mixture, blend, colour, colours, color, colors, coloured, colored, recipe, epdm, sbr, tpv, "
        "ratio, proportion, respectively, solid, plain, only, "
        "плитка, плитки, плитку, плиткой, плитке, крошка, крошки, крошку, крошкой, крошке, гранулы, гранул, "
        "гранула, гранулами, смесь, смеси, смесью, микс, цвет, цвета, цвету, цветом, цветов, цветами, цветной, "
        "резина, резины, резиновый, эпдм, епдм, рецепт, состав, из, в, соотношение, соотношении, пропорция, "
        "пропорции, соответственно, только, однотонный"
    ),
}  # fmt: skip

# Words of the prompt that v45 was trained and used with: they say how the picture looks, not the mix.
_ASIDE = (
    TRIGGER, *DESCRIPTORS, "photorealistic", "photo", "photograph", "realistic", "rubber tile texture",
    "seamless texture", "texture", "top view", "фото", "фотография", "фотореалистичный", "вид сверху",
    "высокое качество", "текстура",
)  # fmt: skip

_EQUAL = {
    0: (
        "equal parts, in equal parts, equal shares, in equal shares, equal amounts, in equal amounts, equally, "
        "in equal proportions, evenly, поровну, равные доли, в равных долях, равными долями, равных долей, "
        "равные части, в равных частях, равными частями, равных частей, в равных пропорциях, в равной пропорции, "
        "в равном соотношении"
    ),
    2: "halves, half and half, half half, fifty fifty, пополам, напополам",
    3: "thirds, in thirds, equal thirds",
    4: "quarters, in quarters, equal quarters",
}

_FRACTIONS = {
    Fraction(1, 2): "half, a half, one half, половина, половину, половиной, половины",
    Fraction(1, 3): "third, a third, one third, треть, трети, третью, одна треть",
    Fraction(2, 3): "two thirds, две трети",
    Fraction(1, 4): "quarter, a quarter, one quarter, четверть, четверти, четвертью, одна четверть",
    Fraction(3, 4): "three quarters, три четверти",
}

_NUMBERS = {
    1: "one, одна, один, одно, одной, одну, одного",
    2: "two, две, два, двух, двум",
    3: "three, три, трёх, трём",
    4: "four, четыре, четырёх",
    5: "five, пять, пяти",
    6: "six, шесть",
    7: "seven, семь",
    8: "eight, восемь",
    9: "nine, девять",
    10: "ten, десять",
}


@cache
def vocabulary() -> dict[str, Meaning]:
    """The meaning of each known word or phrase by its `name_key`."""
    return {name_key(phrase): meaning for phrase, meaning in _entries()}


@cache
def longest_phrase() -> int:
    """How many words the longest known phrase has."""
    return max(count_pieces(phrase) for phrase, _ in _entries())


def _entries() -> Iterator[tuple[str, Meaning]]:
    for kind, phrases in _PHRASES.items():
        yield from ((phrase, Meaning(kind)) for phrase in phrases.split(", "))
    yield from ((phrase, Meaning(Kind.SEPARATOR)) for phrase in _ASIDE)
    for count, phrases in _EQUAL.items():
        yield from ((phrase, Meaning(Kind.EQUAL, Fraction(count))) for phrase in phrases.split(", "))
    for share, phrases in _FRACTIONS.items():
        yield from ((phrase, Meaning(Kind.FRACTION, share)) for phrase in phrases.split(", "))
    for number, phrases in _NUMBERS.items():
        yield from ((phrase, Meaning(Kind.NUMBER, Fraction(number))) for phrase in phrases.split(", "))
