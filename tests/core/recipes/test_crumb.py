"""Crumb of recycled tyres."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.crumb import settle_sbr
from plitka.core.recipes.reading import parse_recipe
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


def test_the_word_before_the_share_of_its_colour() -> None:
    """`SBR 80% black` is black crumb, where every other colour has its number."""

    def check(text: str, plain: str) -> None:
        assert parse_recipe(text).percents_by_mass == parse_recipe(plain).percents_by_mass

    check_each(
        [
            ("SBR 80% black, 20% RAL 1012", "80% black SBR, 20% RAL 1012"),
            ("SBR 80% black, rest red", "80% black SBR, rest red"),
            ("СБР 80% чёрный, 20% красный", "80% black SBR, 20% red"),
        ],
        check,
    )
    assert parse_recipe("SBR 80% red 10% blue 10%").recipe.percents == {"BLACK": 80, "RED": 10, "BLUE": 10}
