"""Numbers that are said not to be exact."""

import pytest

from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("about 30% red, the rest black", "'about 30' is taken as exactly 30"),
        ("red 30% or so, the rest black", "'30% or so' is taken as exactly 30"),
        ("~30% red, the rest black", "'~30' is taken as exactly 30"),
        ("порядка 30% красного, остальное чёрный", "'порядка 30' is taken as exactly 30"),
        ("около трети красного, остальное чёрный", "'около трети' is taken as exactly трети"),
        ("roughly 1/3 red, the rest black", "'roughly 1/3' is taken as exactly 1/3"),
    ],
)
def test_they_are_taken_as_they_stand(text: str, notice: str) -> None:
    """A notice tells of it where another colour has what they leave."""
    assert notice in map(str, parse_recipe(text).warnings)


@pytest.mark.parametrize(
    "text", ["about 60% red, 40% black", "about 60/40 red and black", "около 2/3 красного, 1/3 белого"]
)
def test_numbers_that_are_a_whole_are_exact(text: str) -> None:
    """Nothing has to be told."""
    assert parse_recipe(text).warnings == ()


@pytest.mark.parametrize(
    "text", ["brown close to RAL 8004 60%, black 40%", "коричневый (близко к RAL 8004) 60, чёрный 40"]
)
def test_a_colour_that_is_nearly_another_is_that(text: str) -> None:
    """Exactly, and a notice tells so."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"RAL 8004": 60, "BLACK": 40}
    assert "is taken as exactly RAL 8004" in str(reading.warnings[0])
