"""A recipe cut into segments."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.segments import joins, split
from plitka.core.recipes.source import Source


def kinds_of(text: str) -> list[list[Kind]]:
    """Of each segment."""
    source = Source(text)
    return [[token.kind for token in segment] for segment, _ in split(source, scan(source, default_palette()))]


def test_segments_end_at_signs_and_words() -> None:
    """At commas, brackets and `and`."""
    assert kinds_of("red, wet (black) and white") == [
        [Kind.COLOUR], [Kind.LOOK], [Kind.COLOUR], [], [Kind.COLOUR],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("greens: olive 40, moss 60", [Kind.ASIDE]),
        ("granite: grey, black and white", [Kind.ASIDE]),
        ("black: red 10, white 5", [Kind.COLOUR, Kind.LINK, Kind.COLOUR, Kind.NUMBER]),
        ("red:black 2:1", [Kind.COLOUR, Kind.LINK, Kind.COLOUR, Kind.NUMBER, Kind.LINK, Kind.NUMBER]),
    ],
)
def test_a_heading_names_no_colour_of_the_mix(text: str, first: list[Kind]) -> None:
    """A plural or a stone before a colon; other colours there are of the mix."""
    assert kinds_of(text)[0] == first


@pytest.mark.parametrize(("text", "is_joined"), [("red and qwrt", True), ("red, qwrt", False), ("wet and qwrt", False)])
def test_and_joins_to_a_colour(text: str, is_joined: bool) -> None:
    """What it joins may be a colour too."""
    source = Source(text)
    assert joins(list(split(source, scan(source, default_palette()))), 0) == is_joined
