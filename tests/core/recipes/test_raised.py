"""A share that one colour is to have in another."""

import pytest

from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("please up the white in the black tile to 15%", {"WHITE": 15, "BLACK": 85}),
        ("reduce red in grey to 5 percent", {"RED": 5, "GRAY": 95}),
        ("change red to 60%, black 40", {"RED": 60, "BLACK": 40}),
    ],
)
def test_the_number_is_of_the_first(text: str, percents: dict[str, float]) -> None:
    """And the ground has the rest."""
    assert parse_recipe(text).recipe.percents == percents
