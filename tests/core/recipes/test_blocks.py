"""`with_block_alone`: joined colours with as many joined numbers."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.blocks import with_block_alone
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


def test_what_stands_beside_is_told() -> None:
    """As no part of the mix."""
    reading = parse_recipe("SBR 100mm foam base? No - 30mm SBR + 15mm EPDM, beige/brown/green 5:3:2")
    assert reading.recipe.percents == {"BEIGE": 50, "BROWN": 30, "GREEN": 20}
    assert "is no part of the mix; it is left out" in str(reading.warnings[0])


@pytest.mark.parametrize(
    "text",
    [
        "red/black 60%, white 40%",
        "site 4, red/black 60:40:20",
        "big red/black 60:40",
        "90% foam, red/black 60:40",
        "red",
    ],
)
def test_other_texts_stay(text: str) -> None:
    """Where numbers do not fit, words stand right before the colours, or something else has a share."""
    source = Source(text)
    assert with_block_alone(source, scan(source, default_palette())) is None
