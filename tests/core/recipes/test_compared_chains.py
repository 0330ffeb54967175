"""Amounts of several colours that are compared with one another."""

from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.compared_chains import compared_chain
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


def test_chains_are_shares() -> None:
    """In both orders of the words, with and without what they are compared with."""

    def check(text: str, percents: dict[str, float]) -> None:
        assert parse_recipe(text).recipe.percents == percents

    check_each(
        [
            ("as much red as blue, and half as much white", {"BLUE": 40, "RED": 40, "WHITE": 20}),
            (
                "красного вдвое меньше, чем синего, белого столько же сколько красного",
                {"BLUE": 50, "RED": 25, "WHITE": 25},
            ),
            ("red twice as much as blue, white as much as red", {"BLUE": 20, "RED": 40, "WHITE": 40}),
        ],
        check,
    )


def test_an_open_chain_stays() -> None:
    """It is not said with which of two amounts a third is compared, or only two colours are."""

    def check(text: str) -> None:
        tokens = [*scan(Source(text), default_palette())]
        assert compared_chain(tokens) == tokens

    check_each([("red and blue",), ("60% red, 40% black",), ("red",)], check)
