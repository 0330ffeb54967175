"""Crumb of recycled tyres."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.crumb import settle_sbr
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


@pytest.mark.parametrize(
    ("text", "is_sbr"), [("SBR black", True), ("black SBR", True), ("SBR", True), ("black", False)]
)
def test_crumb_of_tyres_is_black(text: str, is_sbr: bool) -> None:
    """By itself or beside the colour that it has."""
    source, palette = Source(f"40% {text}"), default_palette()
    settled = settle_sbr(source, scan(source, palette), palette)
    assert [(token.colour.code, token.is_sbr) for token in settled if token.colour] == [("BLACK", is_sbr)]
