"""A text as one mix."""

import pytest

from plitka.core.recipes.mixes import read_colours, read_mix
from plitka.errors import RecipeError


def test_one_mix_is_read_without_a_look_at_zones() -> None:
    """Whoever reads the parts of a tile reads each of them so."""
    assert read_mix("60% red, 40% black").recipe.percents == {"RED": 60, "BLACK": 40}
    assert read_mix("60% red, 40% black").zones == ()
    with pytest.raises(RecipeError, match="add up to 200"):
        read_mix("Border: 100% black. Field: 80% red, 20% black.")


def test_colours_are_named_once() -> None:
    """Whatever the amounts are."""
    colours, notices = read_colours("60% red, 60% black, red")
    assert [colour.code for colour in colours] == ["RED", "BLACK"]
    assert notices == ()
