"""Slips in words for a fleck."""

import pytest

from plitka.core.recipes.misspelled_flecks import near_fleck
from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("text", "typed", "name"),
    [
        ("black, 10% red fleks", "fleks", "flecks"),
        ("black with 10% red spekles", "spekles", "speckles"),
        ("black with red speckels 10%", "speckels", "speckles"),
        ("black, flekcs red 10%", "flekcs", "flecks"),
        ("black with freckels in red 10%", "freckels", "freckles"),
        ("чёрная с вкраплянием красного 10%", "вкраплянием", "вкраплением"),
        ("чёрная с крапинкоми красными 10%", "крапинкоми", "крапинками"),
        ("чёрная, крапенка красная 10%", "крапенка", "крапинка"),
        ("чёрный с вкраплнеиями красного 10%", "вкраплнеиями", "вкраплениями"),
    ],
)
def test_a_slip_is_read_and_told(text: str, typed: str, name: str) -> None:
    """As the nearest word for a fleck, beside a colour or a number."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"BLACK": 90, "RED": 10}
    assert reading.words == ()
    assert f"{typed!r} is read as {name!r}" in map(str, reading.warnings)


@pytest.mark.parametrize("word", ["specs", "sports", "bots", "дочки", "почки", "краник", "карта", "flex", "исключение"])
def test_other_words_are_no_flecks(word: str) -> None:
    """Though some differ in one letter from words for spots."""
    assert near_fleck(word) is None
