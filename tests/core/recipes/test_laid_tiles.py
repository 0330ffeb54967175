"""Words by which a pattern may be of whole tiles."""

from plitka.core.recipes.reading import parse_tile


def _told(text: str) -> str:
    return " ".join(map(str, parse_tile(text).warnings))


def test_it_is_told_that_each_tile_has_the_pattern() -> None:
    """Beside tiles of single colours, and a border of a place."""
    assert "'жёлтые плитки': each tile shows the squares" in _told("в шахматном порядке чёрные и жёлтые плитки")
    assert "'path': each tile has the border" in _told("grey path with a red border 10 cm")


def test_one_tile_needs_no_such_note() -> None:
    """It is said of one tile."""
    assert "each tile" not in _told("red and grey chequerboard")
    assert "each tile" not in _told("grey tile with a red border 10 cm")
