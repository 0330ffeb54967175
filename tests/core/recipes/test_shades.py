"""Shades of one hue that are named behind it."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.shades import with_shades
from plitka.core.recipes.source import Source


def colours(text: str) -> list[str]:
    """The codes of the colours that are then in the text."""
    tokens = with_shades(scan(Source(text), default_palette()), default_palette())
    return [token.colour.code for token in tokens if token.kind is Kind.COLOUR and token.colour is not None]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("три серых поровну: тёмный, средний и светлый", ["DKGRAY", "GRAY", "LTGRAY"]),
        ("two blues in equal parts: dark and light", ["DKBLUE", "LIGHT_BLUE"]),
        ("grey: dark", ["GRAY"]),
        ("grey: red, dark", ["GRAY", "RED"]),
        ("red and black", ["RED", "BLACK"]),
    ],
)
def test_each_shade_is_a_colour(text: str, codes: list[str]) -> None:
    """Of the hue, where there are several behind its colon."""
    assert colours(text) == codes
