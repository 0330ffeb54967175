"""The ground that a fleck is said to be in."""

import pytest

from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("10% flecks of red in black", {"RED": 10, "BLACK": 90}),
        ("10% flecks of red in a black tile", {"RED": 10, "BLACK": 90}),
        ("10% specks of white in grey", {"WHITE": 10, "GRAY": 90}),
        ("20% flecks of red and white in black", {"RED": 10, "WHITE": 10, "BLACK": 80}),
        ("15% speckle of RAL 5015 in light grey", {"RAL 5015": 15, "LTGRAY": 85}),
        ("10% вкраплений красного в чёрном", {"RED": 10, "BLACK": 90}),
        ("15% крапа белого в синем", {"WHITE": 15, "BLUE": 85}),
        ("5% крапинок жёлтых в зелёной плитке", {"YELLOW": 5, "GREEN": 95}),
        ("20% вкраплений красного и белого в чёрном", {"RED": 10, "WHITE": 10, "BLACK": 80}),
        ("10% вкраплений RAL 5015 в светло-сером", {"RAL 5015": 10, "LTGRAY": 90}),
        ("10% red flecks in black", {"RED": 10, "BLACK": 90}),
        ("black with 10% flecks in red", {"BLACK": 90, "RED": 10}),
    ],
)
def test_the_colour_behind_in_is_the_ground(text: str, percents: dict[str, float]) -> None:
    """It has what the fleck leaves."""
    assert parse_recipe(text).recipe.percents == percents
