"""Words for numbers, in English and Russian: counts to 100, shares of a whole, and how many times as much."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache

from plitka.core.language.spelling import slips

FRACTIONS: Mapping[Fraction, str] = {
    Fraction(1, 2): "half, a half, one half, наполовину, половина, половину, половиной, половины",
    Fraction(1, 3): "third, a third, one third, треть, трети, третью, одна треть",
    Fraction(2, 3): "two thirds, две трети",
    Fraction(1, 4): "quarter, a quarter, one quarter, четверть, четверти, четвертью, одна четверть",
    Fraction(3, 4): "three quarters, три четверти",
    Fraction(1, 5): "every fifth, каждая пятая, каждый пятый",
    Fraction(1, 10): "every tenth, one in ten, каждая десятая, каждый десятый",
    Fraction(1, 20): "every twentieth, one in twenty, каждая двадцатая, каждый двадцатый",
}

_TENTHS = {5: ("fifth", "пят"), 6: ("sixth", "шест"), 8: ("eighth", "восьм"), 10: ("tenth", "десят")}
"""Shares of the whole by their ordinal, in Russian by its stem."""

COMPARED: Mapping[Fraction, str] = {
    Fraction(1, 10): "a tenth as much, ten times less, в десять раз меньше, в 10 раз меньше",
    Fraction(1, 9): "nine times less, в девять раз меньше, в 9 раз меньше",
    Fraction(1, 5): "five times less, впятеро меньше, в пять раз меньше, в 5 раз меньше",
    Fraction(1, 4): "a quarter as much, four times less, вчетверо меньше, в четыре раза меньше, в 4 раза меньше",
    Fraction(1, 3): "a third as much, three times less, втрое меньше, в три раза меньше, в 3 раза меньше",
    Fraction(1, 2): (
        "half as much, half as many, twice less, two times less, half the amount of, вдвое "
        "меньше, вполовину меньше, наполовину меньше, в два "
        "раза меньше, "
        "в 2 раза меньше"
    ),
    Fraction(2, 3): "в полтора раза меньше, в 1,5 раза меньше",
    Fraction(1): (
        "столько же сколько, столько же сколько и, столько же как и, столько сколько, столько же чем, ровно столько "
        "сколько, ровно столько же сколько"
    ),
    Fraction(3, 2): "one and a half times as much, в полтора раза больше, в 1,5 раза больше",
    Fraction(2): (
        "twice as much, twice as many, two times as much, two times more, twice more, twice the amount of, double the "
        "amount of, вдвое больше, в два раза больше, в 2 раза больше"
    ),
    Fraction(3): (
        "three times as much, three times as many, three times more, three times the amount of, втрое больше, в три "
        "раза больше, в 3 раза больше"
    ),
    Fraction(4): (
        "four times as much, four times as many, four times more, four times the amount of, вчетверо больше, в четыре "
        "раза больше, в 4 раза больше"
    ),
    Fraction(5): "five times as much, five times more, впятеро больше, в пять раз больше, в 5 раз больше",
    Fraction(9): "nine times as much, nine times more, в девять раз больше, в 9 раз больше",
    Fraction(10): "ten times as much, ten times more, в десять раз больше, в 10 раз больше",
}

NUMBERS: Mapping[int | Fraction, str] = {
    1: "one, одна, один, одно, одной, одну, одного",
    Fraction(3, 2): "полтора, полторы, полутора",
    2: "two, две, два, двух, двум, двумя",
    3: "three, три, трёх, трём, тремя",
    4: "four, четыре, четырёх, четырьмя",
    5: "five, пять, пяти",
    6: "six, half a dozen, шесть, шести, полдюжины",
    7: "seven, семь, семи",
    8: "eight, восемь, восьми",
    9: "nine, девять, девяти",
    10: "ten, десять, десяти",
    11: "eleven, одиннадцать",
    12: "twelve, dozen, a dozen, двенадцать, двенадцати, дюжина, дюжину, дюжины",
    13: "thirteen, тринадцать",
    14: "fourteen, четырнадцать",
    15: "fifteen, пятнадцать, пятнадцати",
    16: "sixteen, шестнадцать",
    17: "seventeen, семнадцать",
    18: "eighteen, восемнадцать",
    19: "nineteen, девятнадцать",
    20: "twenty, двадцать, двадцати",
    30: "thirty, тридцать, тридцати",
    40: "forty, сорок, сорока",
    50: "fifty, пятьдесят, пятидесяти, полста, полсотни, полтинник, писят",
    60: "sixty, шестьдесят, шестидесяти, шисят",
    70: "seventy, семьдесят, семидесяти",
    80: "eighty, восемьдесят, восьмидесяти",
    90: "ninety, девяносто",
    100: "hundred, one hundred, a hundred, сто, ста, сотня, сотню",
}

TEN = 10
_MIN_MISSPELLED = 4
"""Letters of a word that may be a number with slips in it."""
_MIN_TWO_SLIPS = 7
_NO_SLIPS = ("th", "ый", "ая", "ое", "ой")
"""Endings of `seventh` and «пятидесятый», which count something else."""


@cache
def near_number(word: str, least: int = 15, most: int = 100) -> tuple[int, str] | None:
    """The number from `least` to `most` that a misspelled word is, with its right spelling: 40 of `fourty`.

    None if it is none of them. A slip is a letter too many, missing or wrong, or two that changed places; a long word
    may have two.

    Args:
        word: folded.
        least: the smallest number that is meant; only behind tens and before a unit one below 15.
        most: the largest.
    """
    if len(word) < _MIN_MISSPELLED - (most < TEN) or word.endswith(_NO_SLIPS):
        return None
    found: dict[int, tuple[int, str]] = {}
    for number, written in NUMBERS.items():
        for name in written.split(", "):
            if least <= number <= most and number == int(number) and " " not in name and name[0] == word[0]:
                found[int(number)] = min(found.get(int(number), (len(word), "")), (slips(word, name), name))
    ordered = sorted((count, number, name) for number, (count, name) in found.items())
    if not ordered or ordered[0][0] > 1 + (len(word) >= _MIN_TWO_SLIPS):
        return None
    is_one = len(ordered) == 1 or ordered[1][0] > ordered[0][0]
    return (ordered[0][1], ordered[0][2]) if is_one else None


def shares() -> Iterator[tuple[Fraction, str]]:
    """`one fifth`, `two fifths`, «пятая часть», «две пятых»."""
    english, russian = (("two", "three", "four"), ("две", "три", "четыре"))
    for under, (ordinal, stem) in _TENTHS.items():
        forms = [f"{stem}{ending} {noun}" for ending, noun in (("ая", "часть"), ("ой", "части"), ("ую", "часть"))]
        yield Fraction(1, under), f"a {ordinal}, one {ordinal}, одна {stem}ая, одну {stem}ую, " + ", ".join(forms)
        for over, (number, number_ru) in enumerate(zip(english, russian, strict=True), 2):
            yield Fraction(over, under), f"{number} {ordinal}s, {number_ru} {stem}ых"
    for count in range(2, 11):
        word = NUMBERS[count].split(", ")[0]
        yield Fraction(1, count), f"one in {word}, one out of {word}"
        if count < 10:
            yield Fraction(count, 10), f"{word} out of ten"
    yield from ((Fraction(count, 10), f"{NUMBERS[count].split(', ')[0]} tenths") for count in (6, 7, 8, 9))
    yield Fraction(9, 10), "девять десятых"


def compounds() -> Iterator[tuple[int, str]]:
    """`twenty five` and «двадцать пять» to 99."""
    yield 25, "четвертак"
    for tens in range(20, 100, 10):
        for ones in range(1, 10):
            pairs = zip(NUMBERS[tens].split(", ")[:2], NUMBERS[ones].split(", ")[:2], strict=True)
            yield tens + ones, ", ".join(map(" ".join, pairs))
