"""Numbers that count several colours."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.amounts import Amount, Item, Mark, Mention, Unit
from plitka.core.recipes.groups import share_fleck, with_each


def number(value: int, *, is_each: bool = False) -> Amount:
    """So many percent."""
    return Amount(Fraction(value), Unit.PERCENT, (0, 1), str(value), is_each=is_each)


def colour(name: str, *, is_base: bool = False) -> Mention:
    """Of the palette."""
    found = default_palette().find(name)
    assert found is not None
    return Mention(found, (0, 1), name, is_base=is_base)


def shares(items: list[Item]) -> dict[str, Fraction | None]:
    """The number of each colour."""
    mentions = [item for item in items if isinstance(item, Mention)]
    return {mention.text: mention.amount.value if mention.amount else None for mention in mentions}


RED, BLUE, BLACK = colour("red"), colour("blue"), colour("black", is_base=True)


@pytest.mark.parametrize(
    "items",
    [[number(20), RED, Mark.AND, BLUE, Mark.FLECK], [number(20), Mark.FLECK, RED, Mark.AND, BLUE]],
)
def test_a_fleck_is_shared_by_its_colours(items: list[Item]) -> None:
    """Whether the word stands before or behind them."""
    assert shares(share_fleck(items)) == {"red": 10, "blue": 10}


def test_each_of_a_fleck_has_the_number() -> None:
    """`10% each red and blue fleck`."""
    items: list[Item] = [number(10, is_each=True), RED, Mark.AND, BLUE, Mark.FLECK]
    assert shares(share_fleck(items)) == {"red": 10, "blue": 10}


@pytest.mark.parametrize(
    "items",
    [[number(30, is_each=True), RED, Mark.AND, BLUE, BLACK], [RED, Mark.AND, BLUE, number(30, is_each=True), BLACK]],
)
def test_each_gives_its_number_to_all_but_the_base(items: list[Item]) -> None:
    """Before them or behind them."""
    assert shares(with_each(items)) == {"red": 30, "blue": 30, "black": None}


@given(st.integers(1, 99), st.integers(2, 6))
def test_a_shared_fleck_keeps_its_sum(value: int, n: int) -> None:
    """Whatever it is shared among."""
    names = [shown.caption_name for shown in default_palette().catalogue[:n]]
    items: list[Item] = [number(value)]
    for name in names:
        items += [colour(name), Mark.AND]
    told = shares(share_fleck([*items[:-1], Mark.FLECK]))
    assert sum(share or 0 for share in told.values()) == value
