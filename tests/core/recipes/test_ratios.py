"""Ratios of a recipe in plain numbers."""

from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.ratios import compared, ratios, rest_ratios, said_twice
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source

RATIOS = [
    ("75:25 blend, 75 is dark green, 25 is light green", {"DKGREEN": 75, "LTGREEN": 25}),
    ("20% жёлтой, остальное - зелёная и серая 1:1", {"YELLOW": 20, "GREEN": 40, "GRAY": 40}),
    ("white 40%, the rest split 2:1 between blue and black", {"WHITE": 40, "BLUE": 40, "BLACK": 20}),
    ("twice as much red as black", {"RED": 66.7, "BLACK": 33.3}),
    ("15# blue to 35# black", {"BLUE": 30, "BLACK": 70}),
]


def test_they_are_numbers_of_the_colours() -> None:
    """Before these or behind; one that says them again is none."""

    def check(text: str, percents: dict[str, float]) -> None:
        assert parse_recipe(text).recipe.percents == percents

    check_each(RATIOS, check)


def test_other_numbers_stay_as_they_are() -> None:
    """Of single colours, and of a rest that is one."""
    for text in ("60 red 40 black", "60/40 red black", "white 40, the rest blue"):
        tokens = list(scan(Source(text), default_palette()))
        assert said_twice(tokens) == compared(tokens) == ratios(tokens) == rest_ratios(tokens) == tokens
