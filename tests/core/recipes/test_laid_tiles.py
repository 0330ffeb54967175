"""Words by which a pattern may be of whole tiles."""

import pytest

from plitka.core.recipes.reading import parse_tile
from plitka.errors import RecipeError


def _told(text: str) -> str:
    return " ".join(map(str, parse_tile(text).warnings))


def test_it_is_told_that_each_tile_has_the_pattern() -> None:
    """Beside tiles of single colours, and a border of a place."""
    assert "'жёлтые плитки': each tile shows the squares" in _told("в шахматном порядке чёрные и жёлтые плитки")
    assert "each tile shows the squares" in _told("Шахматка: красная плитка и зелёная плитка через одну")
    assert "each tile shows the squares" in _told("в шахматном порядке плитки красные и зелёные")
    assert "each tile shows the squares" in _told("шахматка: красная и зелёная плитка")
    assert "each tile shows the squares" in _told("шахматка из красной и зелёной плитки")
    assert "each tile has the border" in _told("grey border 200 mm wide round a 100% green field")
    assert "each tile has the border" in _told("серый бордюр 50 мм вокруг зелёного поля")
    assert "'path': each tile has the border" in _told("grey path with a red border 10 cm")


def test_one_tile_needs_no_such_note() -> None:
    """It is said of one tile."""
    assert "each tile" not in _told("red and grey chequerboard")
    assert "each tile" not in _told("grey tile with a red border 10 cm")


def test_squares_as_large_as_a_tile_are_tiles_of_several_kinds() -> None:
    """One tile shows none of them."""
    with pytest.raises(RecipeError, match="more than one tile"):
        parse_tile("chessboard of light grey and dark grey tiles, 500mm each")
    assert parse_tile("chessboard of red and grey, squares 500 mm, tile 1000x1000").zones[0][0] == "checker:2"
