"""Heads of messages of a chat."""

import pytest

from plitka.core.recipes.chats import HEAD, name_in


@pytest.mark.parametrize(
    ("text", "head", "name"),
    [
        ("[12.05, 14:32] серега цех: 65 черн", "[12.05, 14:32] серега цех:", "серега цех"),
        ("[12:30 pm, 5/12/2024] anna green: 50 blue", "[12:30 pm, 5/12/2024] anna green:", "anna green"),
        ("12/05/2024, 14:32 - john smith: 60% red", "12/05/2024, 14:32 - john smith:", "john smith"),
        ("anna, [12.05.2024 14:32]\n60 red", "anna, [12.05.2024 14:32]", "anna"),
    ],
)
def test_a_head_has_a_time_and_a_name(text: str, head: str, name: str) -> None:
    """As the usual programs write it, in small letters as a source has them."""
    found = HEAD.match(text)
    assert found is not None
    assert found[0] == head
    assert text[slice(*name_in(found))] == name


@pytest.mark.parametrize("text", ["[60% red] black: 40", "anna: 60 red", "[14:32] 60 red", "red, [60]"])
def test_brackets_and_names_alone_are_no_head(text: str) -> None:
    """Without a time, or without a name."""
    assert HEAD.match(text) is None
