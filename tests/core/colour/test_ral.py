"""Numbers and names of RAL Classic."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.colour.ral import OTHER_SYSTEM, numbers_near, ral_names, ral_values
from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError

NUMBERS = sorted(ral_names())


def test_the_table_is_of_ral_classic() -> None:
    """216 numbers in order, each with a name; values are of those alone that the trade's table does not have."""
    trade = {colour.ral for colour in default_palette().colours if colour.source == "trade"}
    assert list(ral_names()) == NUMBERS
    assert len(NUMBERS) == 216
    assert set(ral_values()) == set(NUMBERS) - trade


def test_every_number_is_read() -> None:
    """With its name before or behind it as well; those that no granules are known by with a note."""
    for code, name in ral_names().items():
        alone = parse_recipe(code)
        assert bool(alone.warnings) == (code in ral_values()), code
        for text in (f"{code} {name}", f"{name} ({code})", f"60% {code} – {name}, 40% #123456"):
            assert parse_recipe(text).recipe.colours[0] == alone.recipe.colours[0], text


@pytest.mark.parametrize("text", ["60% RAL 050 40 30, black", "ral design 210 80 10", "RAL 2108010", "RAL 110-1"])
def test_other_systems_are_refused_by_name(text: str) -> None:
    """Their numbers are no numbers of RAL Classic."""
    assert OTHER_SYSTEM.search(text.casefold())
    with pytest.raises(RecipeError, match="RAL Design"):
        parse_recipe(text)


@pytest.mark.parametrize("text", ["1000, red", "serial 1000, red", "7015, 9005", "1000 red"])
def test_digits_alone_may_be_an_amount(text: str) -> None:
    """Where nothing tells of RAL, digits need a share beside them to be a colour's."""
    with pytest.raises(RecipeError, match=r"RAL 1000|RAL 7015"):
        parse_recipe(text)


def test_the_nearest_numbers_are_suggested() -> None:
    """Of all that there are."""
    assert numbers_near(3021)[:2] == ("RAL 3020", "RAL 3022")
    assert len(numbers_near(3021)) == 216
