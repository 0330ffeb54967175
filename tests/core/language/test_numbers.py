"""Words for numbers."""

from fractions import Fraction

import pytest

from plitka.core.language.numbers import near_number
from plitka.core.language.vocabulary import Kind, vocabulary


@pytest.mark.parametrize(
    ("word", "kind", "value"),
    [
        ("twentyfive", Kind.NUMBER, 25),
        ("двадцатьпять", Kind.NUMBER, 25),
        ("ninetynine", Kind.NUMBER, 99),
        ("полтора", Kind.NUMBER, Fraction(3, 2)),
        ("onefifth", Kind.FRACTION, Fraction(1, 5)),
        ("пятчасть", Kind.FRACTION, Fraction(1, 5)),
        ("nineoutoften", Kind.FRACTION, Fraction(9, 10)),
        ("twiceasmuch", Kind.COMPARED, 2),
    ],
)
def test_words_have_their_number(word: str, kind: Kind, value: Fraction) -> None:
    """By the key of what is written."""
    meaning = vocabulary()[word]
    assert (meaning.kind, meaning.value) == (kind, value)


def test_every_number_to_a_hundred_has_a_word() -> None:
    """In English and in Russian."""
    for alphabet in ("abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщъыьэюя"):
        values = {m.value for key, m in vocabulary().items() if m.kind is Kind.NUMBER and key[0] in alphabet}
        assert {Fraction(number) for number in range(1, 101)} <= values


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("fourty", 40), ("eigthy", 80), ("ninty", 90), ("пядьдесят", 50), ("шестьдесять", 60), ("восемдесят", 80),
        ("шесдесят", 60), ("дивяносто", 90),
    ],
)  # fmt: skip
def test_slips_in_numbers_are_seen(word: str, number: int) -> None:
    """A letter wrong, missing, too many or in the wrong place; two of a long word."""
    near = near_number(word)
    assert near is not None
    assert near[0] == number


@pytest.mark.parametrize("word", ["sixth", "forth", "seventh", "night", "red", "пятый", "шерсть"])
def test_other_words_are_no_numbers(word: str) -> None:
    """Ordinals and words that merely look like one."""
    assert near_number(word) is None
