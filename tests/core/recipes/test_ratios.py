"""Ratios of a recipe in plain numbers."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.ratios import compared, ratios, rest_ratios, rest_shares, said_twice
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError

RATIOS = [
    ("75:25 blend, 75 is dark green, 25 is light green", {"DKGREEN": 75, "LTGREEN": 25}),
    ("20% жёлтой, остальное - зелёная и серая 1:1", {"YELLOW": 20, "GREEN": 40, "GRAY": 40}),
    ("white 40%, the rest split 2:1 between blue and black", {"WHITE": 40, "BLUE": 40, "BLACK": 20}),
    ("half sand, the rest half brown half black", {"SAND": 50, "BROWN": 25, "BLACK": 25}),
    ("twice as much red as black", {"RED": 66.7, "BLACK": 33.3}),
    ("twice as much sand as brown, with 10% black", {"SAND": 60, "BROWN": 30, "BLACK": 10}),
    ("10% black, the rest twice as much sand as brown", {"BLACK": 10, "SAND": 60, "BROWN": 30}),
    ("three times as much grey as black, 20% white", {"GRAY": 60, "BLACK": 20, "WHITE": 20}),
    (
        "20% white, 10% blue, and three times as much grey as black",
        {"WHITE": 20, "BLUE": 10, "GRAY": 52.5, "BLACK": 17.5},
    ),
    ("вдвое больше песочного, чем коричневого, и 10% чёрного", {"SAND": 60, "BROWN": 30, "BLACK": 10}),
    ("белого 20%, остальное - серого втрое больше, чем чёрного", {"WHITE": 20, "GRAY": 60, "BLACK": 20}),
    ("15# blue to 35# black", {"BLUE": 30, "BLACK": 70}),
]


def test_they_are_numbers_of_the_colours() -> None:
    """Before these or behind; one that says them again is none."""

    def check(text: str, percents: dict[str, float]) -> None:
        assert parse_recipe(text).recipe.percents == percents

    check_each(RATIOS, check)


def test_a_ratio_beside_other_than_percents_is_open() -> None:
    """Of a colour that has its own number, or beside two colours without one."""
    for text in ("twice as much sand, brown 10%, black", "grey, twice as much as black, 10% white"):
        with pytest.raises(RecipeError, match="leaves the number open"):
            parse_recipe(text)


def test_other_numbers_stay_as_they_are() -> None:
    """Of single colours, and of a rest that is one."""
    for text in ("60 red 40 black", "60/40 red black", "white 40, the rest blue"):
        tokens = list(scan(Source(text), default_palette()))
        for settled in (said_twice, compared, ratios, rest_ratios, rest_shares):
            assert settled(tokens) == tokens
