"""Numbers joined to one another."""

from fractions import Fraction

import pytest

from plitka.core.recipes.amounts import Amount, Chain, Unit


def chain(joints: str, *values: int, unit: Unit = Unit.RATIO) -> Chain:
    """Of these numbers, each a character long."""
    amounts = tuple(Amount(Fraction(value), unit, (at, at + 1), str(value)) for at, value in enumerate(values))
    return Chain(amounts, frozenset(joints.split()))


@pytest.mark.parametrize(
    ("joined", "is_share"), [(chain("/", 1, 3), True), (chain("/", 30, 70), False), (chain(":", 1, 3), False),
                             (chain("/", 1, 2, 3), False), (chain("/", 3, 7), False)]
)  # fmt: skip
def test_what_may_be_a_share(joined: Chain, is_share: bool) -> None:
    """1/3 of the whole; 30/70, 3/7 and 1:3 are ratios."""
    assert joined.may_be_share is is_share


def test_what_may_be_a_range() -> None:
    """Numbers with a dash or `to` between them."""
    assert chain("-", 40, 60).may_be_range
    assert chain("to", 40, 60).may_be_range
    assert not chain("/ :", 1, 2, 3).may_be_range


def test_a_ratio_has_no_units() -> None:
    """None of its numbers has."""
    assert chain(":", 2, 1).is_ratio
    assert not chain("-", 40, 60, unit=Unit.PERCENT).is_ratio
    assert chain(":", 2, 1).span == (0, 2)
