"""Words that change a colour."""

from plitka.core.colour.modifiers import MODIFIERS as CHANGES
from plitka.core.language.modifiers import MODIFIERS


def test_each_has_its_change() -> None:
    """Of the colour's own value."""
    assert set(MODIFIERS) <= set(CHANGES)


def test_no_word_is_two() -> None:
    """Nor stands there twice."""
    words = [word for written in MODIFIERS.values() for word in written.split(", ")]
    assert len(set(words)) == len(words)
