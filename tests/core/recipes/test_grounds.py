"""Where a text tells of the ground under a part."""

import pytest

from plitka.core.recipes.grounds import told_grounds


@pytest.mark.parametrize(
    ("text", "likeliest"),
    [
        ("на зеленой плитке желтый круг 30 см", "зеленой"),
        ("circle in the centre, sky blue, on 70% beige 30% brown ground", "70% beige 30% brown"),
        ("circle on 70% beige, 30% brown", "70% beige, 30% brown"),
        ("на черной основе с 10% белого красный круг", "черной основе с 10% белого"),
        ("yellow circle in the middle of a blue tile", "blue"),
        ("желтый круг в центре синей плитки", "синей"),
        ("white letters on plain red", "red"),
        ("red border around the grey tile", "grey"),
        ("white edging round the perimeter of a beige tile", "beige"),
    ],
)
def test_the_likeliest_ground_comes_first(text: str, likeliest: str) -> None:
    """With its noun and what is said to be in it, or up to the end of the text."""
    around, mix = next(told_grounds(text))
    assert text[slice(*mix)].strip() == likeliest
    assert around[0] <= mix[0] < mix[1] <= around[1]


def test_a_clause_and_single_words_are_tried_too() -> None:
    """A part may follow the ground without a comma."""
    text = "на сером красная кайма, 50x50"
    assert [text[slice(*mix)] for _, mix in told_grounds(text)][-1] == "сером"


@pytest.mark.parametrize(
    ("text", "mix"),
    [
        ("красная линия по краю синей плитки", "синей"),
        ("красная линия по краю плитки RAL 5015", "RAL 5015"),
        ("рамка вокруг синего поля красная", "синего"),
    ],
)
def test_the_tile_that_has_an_edge_is_a_ground(text: str, mix: str) -> None:
    """The colour stands before the tile, or behind it."""
    assert mix in [text[slice(*ground)].strip() for _, ground in told_grounds(text)]


@pytest.mark.parametrize("text", ["60% red, 40% black", "круг по центру красный, остальное черное"])
def test_some_texts_tell_of_none(text: str) -> None:
    """Nothing is said to lie on something."""
    assert list(told_grounds(text)) == []
