"""Changes to a mix that the same text tells."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.changes import with_change
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


@pytest.mark.parametrize(
    "text", ["swap the blue for green: was 80 black 20 blue", "замени синий на зелёный, было 80 чёрный 20 синий"]
)
def test_one_colour_stands_for_another(text: str) -> None:
    """In either order, and a notice tells of it."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"BLACK": 80, "GREEN": 20}
    assert any("of the mix that is told" in str(warning) for warning in reading.warnings)


@pytest.mark.parametrize(
    "text", ["swap half the blue for green: was 80 black 20 blue", "swap the blue for green: was 80 black", "red 60"]
)
def test_what_is_not_clear_is_no_change(text: str) -> None:
    """Nor is there one where the mix is not told."""
    source = Source(text)
    assert with_change(source, scan(source, default_palette())) is None
