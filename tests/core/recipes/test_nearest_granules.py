"""What colours that are no granules' own are taken as."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.nearest_granules import settle_value
from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("text", "code", "notices"),
    [
        ("light brown", "#AF8C7E", ["'light brown' is painted as #AF8C7E; SALMON, the nearest"]),
        ("muted red", "#A9695E", ["'muted red' is painted as #A9695E; RED, the nearest"]),
        ("кирпич", "BRICK_RED", []),
        ("charcoal", "ANTHRACITE", ["'charcoal' is taken as ANTHRACITE, the nearest colour, at a distance of 4 (CIE"]),
    ],
)
def test_granules_pass_for_what_they_look_like(text: str, code: str, notices: list[str]) -> None:
    """Not for a much greyer colour; where they are that very colour nothing is told."""
    reading = parse_recipe(text)
    assert list(reading.recipe.percents) == [code]
    assert len(reading.warnings) == len(notices)
    assert all(str(warning).startswith(notice) for warning, notice in zip(reading.warnings, notices, strict=True))


def test_a_number_of_ral_without_granules_is_told_as_such() -> None:
    """With the reason; its name, where other lists mean another colour by it, tells of the number."""
    (of_number,) = parse_recipe("RAL 3017").warnings
    assert str(of_number).endswith("for no granules of that number are known here")
    (of_name,) = parse_recipe("slate grey").warnings
    assert "RAL 7015 has this name too" in str(of_name)
    (of_both,) = parse_recipe("slate grey RAL 7015").warnings
    assert "has this name too" not in str(of_both)


def test_a_value_is_settled_by_the_palette() -> None:
    """Its own granules, without a word."""
    palette = default_palette()
    red = palette.find("RED")
    assert red is not None
    found, told = settle_value("red", red.lab_d65, palette)
    assert (found.colour, told) == (red, None)
