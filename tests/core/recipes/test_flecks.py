"""How much fleck there is, said after it."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.flecks import with_amount_of_fleck
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


@pytest.mark.parametrize(
    "text",
    [
        "чёрная с белым и серым вкраплением, вкраплений всего процентов двадцать",
        "black with a white and grey fleck, 20% fleck in total",
        "black w/ white & grey specks (20% total)",
        "black with white and grey flecks (20%)",
        "black - the base, flecks white and grey - 20 percent in total",
        "чёрный, крапинки белые и серые, всего 20%",
    ],
)
def test_its_colours_share_the_amount(text: str) -> None:
    """As where it stands before them."""
    assert parse_recipe(text).recipe.percents == {"BLACK": 80, "WHITE": 10, "GRAY": 10}


@pytest.mark.parametrize(
    "text", ["red with white fleck, black 20%", "red 80%, white 20%", "white fleck, 20% fleck in total"]
)
def test_another_number_is_not_of_the_fleck(text: str) -> None:
    """Nor is one where nothing tells what the fleck lies on."""
    assert with_amount_of_fleck(scan(Source(text), default_palette())) is None


AHEAD = [
    ("black, 20% fleck, blue", {"BLACK": 80, "BLUE": 20}),
    ("base black; fleck 20%; blue", {"BLACK": 80, "BLUE": 20}),
    ("black, 20% fleck rate, blue and red", {"BLACK": 80, "BLUE": 10, "RED": 10}),
    ("чёрная, 15% вкраплений, белые", {"BLACK": 85, "WHITE": 15}),
]


def test_a_number_of_the_fleck_is_not_the_grounds() -> None:
    """It is of the colours in the next clause, and a notice tells so."""

    def check(text: str, percents: dict[str, float]) -> None:
        reading = parse_recipe(text)
        assert reading.recipe.percents == percents
        assert "is taken as said of" in str(reading.warnings[0])

    check_each(AHEAD, check)
    assert parse_recipe("black, blue, 20% fleck").recipe.percents == {"BLACK": 80, "BLUE": 20}
