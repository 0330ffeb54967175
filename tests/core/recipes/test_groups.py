"""Numbers that count several colours."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.amounts import Amount, Item, Mark, Mention, Unit
from plitka.core.recipes.groups import share_fleck, share_mix, with_each


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


@pytest.mark.parametrize(("inside", "each"), [(50, 10), (10, 10)])
def test_brackets_divide_the_number_before_them(inside: int, each: int) -> None:
    """`20% (half red, half blue)`, `20% (10% red, 10% blue)`."""
    first, second = (replace(number(inside), span=(at, at + 1), text=str(inside), is_bracketed=True) for at in (2, 4))
    red, blue = (replace(mention, is_bracketed=True) for mention in (RED, BLUE))
    items = share_mix([number(20), first, red, Mark.SEPARATOR, second, blue])
    amounts = [item.value for item in items if isinstance(item, Amount)]
    assert amounts == [each, each]


@given(st.integers(1, 99), st.integers(2, 6))
def test_a_shared_fleck_keeps_its_sum(value: int, n: int) -> None:
    """Whatever it is shared among."""
    names = [shown.caption_name for shown in default_palette().catalogue[:n]]
    items: list[Item] = [number(value)]
    for name in names:
        items += [colour(name), Mark.AND]
    told = shares(share_fleck([*items[:-1], Mark.FLECK]))
    assert sum(share or 0 for share in told.values()) == value
