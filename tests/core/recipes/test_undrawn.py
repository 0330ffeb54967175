"""How stripes lie that no zone draws."""

from plitka.core.recipes.undrawn import find_diagonal, find_undrawn_stripes, is_undrawn


def test_how_stripes_lie() -> None:
    """In either order, and not where nothing is said of stripes."""
    assert find_undrawn_stripes("red stripes, wavy") == (13, 17)
    assert find_undrawn_stripes("наклонные полосы") == (0, 9)
    assert find_undrawn_stripes("horizontal and vertical stripes") == (0, 23)
    assert find_undrawn_stripes("полосы вертикальные и горизонтальные") == (7, 36)
    for text in (
        "upright stripes",
        "a wavy look",
        "split horizontally",
        "stripes, not diagonal",
        "полосы 5 см",
        "horizontal stripes",
    ):
        assert find_undrawn_stripes(text) is None


def test_diagonals() -> None:
    """Of the tile, and not of the floor that it is laid on."""
    assert find_diagonal("split diagonally") == (6, 16)
    assert is_undrawn("с угла на угол")
    assert not is_undrawn("laid on the diagonal")
    assert not is_undrawn("красный 60, черный 40")
