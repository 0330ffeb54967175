"""Numbers of a segment that are no shares of the mix."""

import pytest

from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ("запас на подрезку 7%", "'запас на подрезку 7%' is no part of the mix"),
        ("уклон 1,5%", "'уклон 1,5%' is no part of the mix"),
        ("5% wastage", "'5% wastage' is no part of the mix"),
        ("slip rating >= 36 PTV wet", "'36 PTV wet' is no part of the mix"),
        ("24x24 in", "'24x24 in' is taken as a size"),
        ("PO 44718 / line 2", "'line 2' is no part of the mix"),
    ],
)
def test_numbers_of_other_things_are_no_shares(beside: str, told: str) -> None:
    """Though some have a percent sign; a notice tells of each."""
    reading = parse_recipe(f"60% red, 40% black, {beside}")
    assert reading.recipe.percents == {"RED": 60, "BLACK": 40}
    assert any(str(warning).startswith(told) for warning in reading.warnings)
    assert not {"wet"} & reading.look.keys()


def test_binder_is_left_out_with_its_number() -> None:
    """Before the word or behind it."""
    for binder in ("12 kg glue", "PU clear 8%", "клей прозрачный 8%", "binder aromatic 18%"):
        reading = parse_recipe(f"60 red, 40 black, {binder}")
        assert reading.recipe.percents == {"RED": 60, "BLACK": 40}
        assert [notice.values["words"] for notice in reading.warnings] == [binder]
    assert parse_recipe("red 60 black 40 PU").recipe.percents == {"RED": 60, "BLACK": 40}
