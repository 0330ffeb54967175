"""Headings of a whole mix that look like parts of it."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.headings import name_whole
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Playground, zone A: orange 35, blue 35, cream 30; thickness 45mm", "zone A"),
        ("зона А: красный 60, чёрный 40", "зона А"),
        ("Zone 12 - red 1/2, black 1/2", ""),
        ("Зона 2 (школа, вход): RAL 5010 с 20% крапом RAL 7035", "Зона 2 (школа, вход)"),
        ("Zone 2 (school, entrance): RAL 5010 with 20% RAL 7035 flecks", "Zone 2 (school, entrance)"),
        ("зона Б: чёрный, 10% вкраплений красного", "зона Б"),
        ("zone 3: grey with 5% white and 5% blue flecks", "zone 3"),
        ("Zone 1: 15% red flecks on black", ""),
        ("zone 1: red flecks", ""),
        ("zone 12: red 60, black 40", "zone 12"),
        ("zone A: red, zone B: black", ""),
        ("zone A: red 20, rest black", ""),
        ("zone A: red 60, black 30", ""),
        ("red 60, black 40, zone A: white", ""),
        ("left: red 60, black 40", ""),
        ("red 60, black 40", ""),
    ],
)
def test_a_zone_before_the_only_whole_is_its_label(text: str, label: str) -> None:
    """Else it is a part of the tile, and stays so."""
    source = Source(text)
    tokens = list(scan(source, default_palette()))
    named = name_whole(source, tokens)
    assert [token.text for token in named if token.kind is Kind.LABEL] == ([label] if label else [])
    if not label:
        assert named == tokens
