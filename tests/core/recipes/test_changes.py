"""Changes to a mix that the same text tells."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.changes import find_untold_change, with_change
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


@pytest.mark.parametrize(
    "text",
    [
        "swap the blue for green: was 80 black 20 blue",
        "замени синий на зелёный, было 80 чёрный 20 синий",
        "замените, пожалуйста, синий на зелёный, было чёрный 80 синий 20",
    ],
)
def test_one_colour_stands_for_another(text: str) -> None:
    """In either order, and a notice tells of it."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"BLACK": 80, "GREEN": 20}
    assert any("of the mix that is told" in str(warning) for warning in reading.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "instead of red use blue: 80 black 20 red", "blue instead of red: 80 black 20 red",
        "вместо красного - синий: чёрный 80, красный 20", "80 black 20 red, but use blue instead of red",
    ],
)  # fmt: skip
def test_a_colour_instead_of_another(text: str) -> None:
    """Before the mix or behind it."""
    assert parse_recipe(text).recipe.percents == {"BLACK": 80, "BLUE": 20}


@pytest.mark.parametrize(
    ("text", "is_untold"),
    [
        ("change the green to blue", True), ("замени зелёный на синий", True),
        ("swap the blue for green: was 80 black 20 blue", False), ("green and blue", False),
    ],
)  # fmt: skip
def test_a_change_without_a_mix_is_found(text: str, is_untold: bool) -> None:
    """So that two colours are not taken for halves."""
    source = Source(text)
    assert (find_untold_change(source, scan(source, default_palette())) is not None) == is_untold


@pytest.mark.parametrize(
    "text", ["swap half the blue for green: was 80 black 20 blue", "swap the blue for green: was 80 black", "red 60"]
)
def test_what_is_not_clear_is_no_change(text: str) -> None:
    """Nor is there one where the mix is not told."""
    source = Source(text)
    assert with_change(source, scan(source, default_palette())) is None
