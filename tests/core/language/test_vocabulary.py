"""The words of a recipe that are not colours."""

from fractions import Fraction

import pytest

from plitka.core.colour.modifiers import MODIFIERS
from plitka.core.colour.naming import find_general
from plitka.core.colour.palette import default_palette
from plitka.core.language.spelling import count_pieces, name_key
from plitka.core.language.vocabulary import DESCRIPTORS, TRIGGER, Kind, Meaning, longest_phrase, phrases, vocabulary


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("percent", Meaning(Kind.PERCENT)),
        ("процентов", Meaning(Kind.PERCENT)),
        ("частей", Meaning(Kind.PARTS)),
        ("а также", Meaning(Kind.SEPARATOR)),
        ("на", Meaning(Kind.BASE)),
        ("two thirds", Meaning(Kind.FRACTION, Fraction(2, 3))),
        ("четверть", Meaning(Kind.FRACTION, Fraction(1, 4))),
        ("in equal parts", Meaning(Kind.EQUAL)),
        ("пополам", Meaning(Kind.EQUAL, Fraction(2))),
        ("десять", Meaning(Kind.NUMBER, Fraction(10))),
        ("плитка", Meaning(Kind.FILLER)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_phrase_means_one_thing(phrase: str, meaning: Meaning) -> None:
    """In both languages."""
    assert vocabulary()[name_key(phrase)] == meaning


def test_no_two_phrases_have_one_key() -> None:
    """Else one of their meanings would be lost."""
    meant: dict[str, set[Meaning]] = {}
    for phrase, meaning in phrases():
        meant.setdefault(name_key(phrase), set()).add(meaning)
    assert not {key for key, meanings in meant.items() if len(meanings) > 1}


def test_every_modifier_does_something() -> None:
    """To a colour."""
    assert {meaning.text for _, meaning in phrases() if meaning.kind is Kind.MODIFIER} == set(MODIFIERS)


def test_no_word_is_a_colour_as_well() -> None:
    """Else one of the two could never be meant."""
    palette = default_palette()
    assert not [key for key in vocabulary() if palette.find_key(key) or find_general(key)]


def test_the_words_of_the_prompt_separate() -> None:
    """So a prompt reads back as its recipe."""
    assert {vocabulary()[name_key(phrase)].kind for phrase in (TRIGGER, *DESCRIPTORS)} == {Kind.SEPARATOR}


def test_the_longest_phrase_is_the_longest() -> None:
    """The scanner looks no further."""
    assert longest_phrase() >= max(count_pieces(phrase) for phrase in (*DESCRIPTORS, "в равном соотношении"))


def test_fractions_are_of_the_whole() -> None:
    """Between 0 and 1."""
    shares = [meaning.value for meaning in vocabulary().values() if meaning.kind is Kind.FRACTION]
    assert shares
    assert all(0 < share < 1 for share in shares)
