"""What a specification says beside the mix."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe, parse_tile

SAID = [
    ("red 60, black 40, fall height 1.5 m", "fall height 1.5 m"),
    ("red 60, black 40. 45 mm, critical fall height 1.5 m to EN 1177", "critical fall height 1.5 m to EN 1177"),
    ("красный 60, чёрный 40, высота падения 1,8 м", "высота падения 1,8 м"),
    ("высота падения до 1,5 м; красный 60, чёрный 40", "высота падения до 1,5 м"),
    ("красный 60, чёрный 40. ГОСТ Р ЕН 1177", "ГОСТ Р ЕН 1177"),
    ("red 60, black 40, BS EN 1177", "BS EN 1177"),
    ("pour-n-play tile, red 60, black 40", "pour-n-play"),
]


def test_falls_and_standards_are_left_out_whole() -> None:
    """They are no size of the tile, and no prompt has them."""

    def check(text: str, words: str) -> None:
        reading = parse_recipe(text)
        assert reading.recipe.percents == {"RED": 60, "BLACK": 40}
        assert not reading.words
        assert not any("m" in size and "45" not in size for size in reading.sizes)
        assert f"{words!r} is no part of the mix; it is left out" in map(str, reading.warnings)

    check_each(SAID, check)


@pytest.mark.parametrize("text", ["red tile with a white circle, fall height 1.5 m", "red 60, black 40, height 1.5 m"])
def test_a_fall_is_no_size_of_a_part(text: str) -> None:
    """And a height alone is a size."""
    tile = parse_tile(text)
    assert [mask for mask, _ in tile.zones] in ([], ["circle"])
    assert bool(tile.sizes) is (not tile.zones)
