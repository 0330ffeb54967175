"""Words about the look."""

from plitka.core.language.looks import ASIDES, LOOKS, PATTERNS
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import Kind, vocabulary


def test_every_word_has_its_choice() -> None:
    """None of them means something else as well."""
    for choice, words in {**LOOKS, **PATTERNS}.items():
        for word in words.split(", "):
            meaning = vocabulary()[name_key(word)]
            assert (meaning.kind, meaning.text) in ((Kind.LOOK, choice), (Kind.ASIDE, choice)), word
    assert all(vocabulary()[name_key(word)].kind in (Kind.ASIDE, Kind.SEPARATOR) for word in ASIDES.split(", "))


def test_large_granules_are_no_large_red() -> None:
    """A phrase of granules never ends in the short name of a colour."""
    assert name_key("крупный красный") not in vocabulary()
