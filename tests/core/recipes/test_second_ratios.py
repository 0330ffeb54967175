"""A second ratio beside a whole mix."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


def test_a_second_ratio_is_refused_with_its_mix() -> None:
    """Words ask for it, so that it is no number of something else."""
    with pytest.raises(RecipeError) as caught:
        parse_recipe("80 black 20 green?\nYes but client wants 70/30 instead")
    error = caught.value
    assert error.source[slice(*error.span)] == "70/30"
    assert str(error).endswith("as in: 70% black, 30% green")


def test_other_ratios_are_no_second_one() -> None:
    """The same again, that of a mix that is no more, one that is taken for the first, and one that nobody asks for."""
    for text, percents in [
        ("red 60, black 40, so 60/40", {"RED": 60, "BLACK": 40}),
        ("red 70, black 30 (was 60/40)", {"RED": 70, "BLACK": 30}),
        ("red 60, black 40, no wait, make it 70/30", {"RED": 70, "BLACK": 30}),
        ("60% red, 40% black, payment 50/50", {"RED": 60, "BLACK": 40}),
    ]:
        assert parse_recipe(text).recipe.percents == percents, text
