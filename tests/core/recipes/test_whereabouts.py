"""Where a tile lies, told in everyday words alone."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.whereabouts import is_whereabouts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("red 60, black 40, for the stable", "for the stable"),
        ("Terrace tile: 60% red, 40% black", "Terrace tile"),
        ("красный 60, черный 40, для денника", "для денника"),
        ("веранда, красный 60 черный 40", "веранда"),
        ("red 60, black 40, for the kindergarten in Leeds", "for the kindergarten in Leeds"),
        ("красный 60, чёрный 40, на детскую площадку", "на детскую площадку"),
        ("красный 60, чёрный 40, для детского сада в Казани", "для детского сада в Казани"),
        ("red 60, black 40, needed by end of June", "needed by end of June"),
        ("красный 60, чёрный 40, самовывоз", "самовывоз"),
        ("red 60, black 40. Need 120 sqm by Friday", "Friday"),
    ],
)
def test_a_place_is_left_out_and_told(text: str, words: str) -> None:
    """No prompt has it."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"RED": 60, "BLACK": 40}
    assert not reading.words
    assert f"{words!r} is no part of the mix; it is left out" in map(str, reading.warnings)


def test_other_words_are_no_place() -> None:
    """They may be a look."""
    assert is_whereabouts("Для бассейна")
    assert not is_whereabouts("cosy terrace in the evening")
    assert not is_whereabouts("floor")
    assert not is_whereabouts("terrace in terrazzo")
    assert not is_whereabouts("Leeds")
