"""A recipe's text as typed and as read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.recipes.source import MAX_CHARACTERS, Source
from plitka.errors import RecipeError


@pytest.mark.parametrize("text", ["red\u202eblack", "red\x00", "red\x1b[0m"])
def test_control_characters_are_refused(text: str) -> None:
    """They could make a text look other than it is."""
    with pytest.raises(RecipeError, match="control character"):
        Source(text)


def test_not_is_one_word() -> None:
    """Its apostrophe, of either kind, is passed over, and no other."""
    assert Source("DON'T, won’t, it's").folded == "dont, wont, it's"


def test_a_text_that_is_too_long_is_refused() -> None:
    """Before any work is done on it; the span is what is too much."""
    assert Source("x" * MAX_CHARACTERS).text
    with pytest.raises(RecipeError) as refused:
        Source("x" * (MAX_CHARACTERS + 5))
    assert refused.value.span == (MAX_CHARACTERS, MAX_CHARACTERS + 5)


@given(st.text(alphabet="ёйабвé½ﬁ６％redклй\u0301\u00ad ", max_size=30))
def test_places_of_the_folded_text_are_places_of_the_typed_one(text: str) -> None:
    """Each folded character comes from somewhere, in order."""
    source = Source(text)
    spans = [source.span(at, at + 1) for at in range(len(source.folded))]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
