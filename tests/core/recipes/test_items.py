"""Tokens as numbers and colours."""

from fractions import Fraction

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.amounts import Amount, Item, Mark, Mention, Unit
from plitka.core.recipes.asides import set_aside
from plitka.core.recipes.items import Items, read_items
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def read(text: str) -> Items:
    """The items of a text."""
    source, palette = Source(text), default_palette()
    return read_items(source, set_aside(source, scan(source, palette), palette)[0])


def short(item: Item) -> str:
    """An item in a word."""
    match item:
        case Amount():
            return f"{item.value}{'!' if item.is_each else ''}"
        case Mention():
            return item.colour.code
        case Mark():
            return {Mark.AND: "&", Mark.SEPARATOR: ",", Mark.FLECK: "fleck"}[item]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("60% red, 40% black", "60 RED , 40 BLACK"),
        ("33 1/3% red", "100/3 RED"),
        ("12½% red", "25/2 RED"),
        ("red and black", "RED & BLACK"),
        ("grey/gray 60", "GRAY 60"),
        ("30% each red and blue", "30! RED & BLUE"),
        ("красный по 20%", "RED 20!"),
        ("20% red fleck", "20 RED fleck"),
        ("anthracite grey 60%", "ANTHRACITE 60"),
        ("grey (RAL 7035) 60%", "RAL 7035 60"),
        ("red x3", "RED 3"),
    ],
)
def test_items(text: str, items: str) -> None:
    """In the order in which they stand."""
    assert " ".join(map(short, read(text).items)) == items


@pytest.mark.parametrize(
    ("text", "grams"),
    [("6 kg red", 6000), ("2 bags red", 50_000), ("2 x 25 kg red", 50_000), ("2 мешка по 20 кг красного", 40_000),
     ("20 kg bag of red", 20_000), ("1 lb red", Fraction("453.59237"))],
)  # fmt: skip
def test_masses_are_in_grams(text: str, grams: Fraction) -> None:
    """However they are packed."""
    amount = read(text).items[0]
    assert isinstance(amount, Amount)
    assert (amount.value, amount.unit) == (grams, Unit.MASS)


def test_chains_are_kept() -> None:
    """With what joins their numbers."""
    [chain] = read("60-40 red black").chains
    assert (chain.joints, [amount.value for amount in chain.amounts]) == (
        frozenset({"-"}),
        [Fraction(60), Fraction(40)],
    )


@pytest.mark.parametrize("text", ["45-50% red", "40 to 50% red", "-5% red, black", "percent red", "6-8 kg red"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """Ranges, numbers below zero, units without a number."""
    with pytest.raises(RecipeError):
        read(text)


@pytest.mark.parametrize(
    "text", ["red, 20%; black, the rest", "black, the rest, red 20%", "красный, 20%, чёрный, остальное"]
)
def test_the_rest_alone_is_of_the_colour_before_it(text: str) -> None:
    """And its number is the other's."""
    assert parse_recipe(text).recipe.percents == {"RED": 20, "BLACK": 80}
