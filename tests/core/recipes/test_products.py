"""Names of products in quotes."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.products import without_products
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


def test_the_name_of_a_tile_stands_aside() -> None:
    """With a notice."""
    reading = parse_recipe('Плитка "Гранит": чёрный 60, серый 40')
    assert reading.recipe.percents == {"BLACK": 60, "GRAY": 40}
    assert any("Гранит" in str(warning) for warning in reading.warnings)


@pytest.mark.parametrize(
    "text", ['плитка "Гранит" 20%, серый 80%', '80% серый + "радуга" 20%', "плитка «Гранит», серая"]
)
def test_what_may_be_a_colour_stays(text: str) -> None:
    """With a number of its own, not beside a tile, or where no number is."""
    source = Source(text)
    assert without_products(source, scan(source, default_palette())) is None
