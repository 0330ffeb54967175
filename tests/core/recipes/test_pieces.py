"""Pieces of a recipe's text."""

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.names import NameScanner
from plitka.core.recipes.pieces import MAX_DIGITS, PieceScanner
from plitka.core.recipes.source import Source


def test_names_have_a_base_of_their_own() -> None:
    """Which begins where the text does."""
    assert issubclass(NameScanner, PieceScanner)
    assert PieceScanner(Source("Dark Green"), default_palette()).text == "dark green"


def test_a_number_has_few_digits() -> None:
    """Enough for a tonne in grams."""
    assert len("1000000") <= MAX_DIGITS
