"""Numbers of a part of the mix."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError

BLACK_80 = {"RED": 10, "YELLOW": 10, "BLACK": 80}
PORTIONS = [
    ("20% (red/yellow 1:1), black 80%", BLACK_80),
    ("микс 20% epdm (красный/желтый 1:1), sbr черный 80%", BLACK_80),
    ("SBR 70% + EPDM 30% (blue, white 2:1)", {"BLACK": 70, "BLUE": 20, "WHITE": 10}),
    ("Flecks (25% total): red 2, grey 2, white 1", {"BLACK": 75, "RED": 10, "GRAY": 10, "WHITE": 5}),
    ("flecks 20%: blue 10, white 10, base grey", {"GRAY": 80, "BLUE": 10, "WHITE": 10}),
    ("20% fleck: 2 parts blue 1 part grey 1 part white, on red", {"RED": 80, "BLUE": 10, "GRAY": 5, "WHITE": 5}),
    ("50/50 black/grey with 10% red flecks", {"BLACK": 45, "GRAY": 45, "RED": 10}),
    ("основа 60/40 зелёный/чёрный, сверху 10% жёлтого", {"GREEN": 54, "BLACK": 36, "YELLOW": 10}),
    ("90% black with 10% of red and blue", {"BLACK": 90, "RED": 5, "BLUE": 5}),
    ("grey (60% white, 40% black)", {"WHITE": 60, "BLACK": 40}),
    ("2/3 sand, 1/3 split brown and beige", {"SAND": 66.67, "BROWN": 16.67, "BEIGE": 16.66}),
    ("половина синяя, половина красный и белый", {"BLUE": 50, "RED": 25, "WHITE": 25}),
]
REFUSED = [
    ("20% (red/yellow 1:1:1), black 80%",),
    ("flecks 25%: red 10%, grey 2%",),
    ("black 60%, grey 40%, 10% red flecks",),
    ("flecks blue/white 10/5",),
    ("grey 20 (60% white, 40% black)",),
]


def test_a_part_is_shared_out_by_its_own_numbers() -> None:
    """In whatever order; the colour below has what is left."""

    def check(text: str, percents: dict[str, float]) -> None:
        assert parse_recipe(text).recipe.percents == percents

    check_each(PORTIONS, check)


def test_what_a_ground_gets_is_told() -> None:
    """It has less than it was said to have."""
    notices = [str(notice) for notice in parse_recipe("50/50 black/grey with 10% red flecks").warnings]
    assert notices == ["'50/50 black/grey' is the ground, which has the 90 % that the others leave"]


def test_numbers_that_do_not_fit_are_refused() -> None:
    """A number that belongs to nothing is an error."""

    def check(text: str) -> None:
        with pytest.raises(RecipeError):
            parse_recipe(text)

    check_each(REFUSED, check)
