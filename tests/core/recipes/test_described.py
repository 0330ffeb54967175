"""Colours in brackets that describe the one before them."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.described import with_descriptions
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


def described(text: str) -> tuple[list[str], list[str]]:
    """The tokens that are left, and what is told."""
    source = Source(text)
    tokens, remarks = with_descriptions(source, scan(source, default_palette()))
    return [token.text for token in tokens], [str(remark) for remark in remarks]


def test_words_in_brackets_describe_a_colour() -> None:
    """Of another hue or family of granules, with all that stands beside them."""
    tokens, told = described("60% red (tomato, not wine), 40% black")
    assert "tomato" not in tokens
    assert "wine" not in tokens
    assert told == ["'tomato, not wine' is taken as the description of 'red'"]


@pytest.mark.parametrize(
    "text",
    [
        "60% grey (RAL 7035), 40% black",
        "red (60%), black (40%)",
        "black with 10% flecks (red and white)",
        "красный (red) 60%, чёрный (black) 40%",
        "RAL 7016 (anthracite) 70%, RAL 9010 (white) 30%",
        "100% green (yellow border)",
        "white (black), red",
    ],
)
def test_other_brackets_stay(text: str) -> None:
    """With a code, a number, several colours of a fleck, the same colour again, or a part of the tile."""
    source = Source(text)
    tokens = list(scan(source, default_palette()))
    assert with_descriptions(source, tokens) == (tokens, [])


def test_a_finer_name_stays_alone() -> None:
    """Of the same hue, as it says which granules are meant."""
    tokens, told = described("60% green (grass, not lime), 40% black")
    assert tokens[2:6] == ["green", "(", "grass", ")"]
    assert told == []
