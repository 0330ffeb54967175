"""Words for flecks."""

from plitka.core.language.flecks import FLECKS
from plitka.core.language.vocabulary import Kind, phrases


def test_each_word_is_one_of_the_vocabulary() -> None:
    """Once, and as a fleck."""
    words = FLECKS.split(", ")
    assert len({*words}) == len(words)
    assert {*words} == {phrase for phrase, meaning in phrases() if meaning.kind is Kind.FLECK}
