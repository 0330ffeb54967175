"""Digits alone that may be a colour's code or an amount."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.coded_digits import CodeScanner
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError

CODES = [
    ("colours 7024 and 9005, 60/40", ["ANTHRACITE", "RAL 9005"]),
    ("Цвета 7024 и 9005, 60 на 40", ["ANTHRACITE", "RAL 9005"]),
    ("1015 бежевый", ["RAL 1015"]),
]


def test_digits_are_codes_where_they_are_said_to_be_colours() -> None:
    """Or stand beside a colour's name; else they may be an amount."""

    def check(text: str, codes: list[str]) -> None:
        assert list(parse_recipe(text).recipe.percents) == codes

    check_each(CODES, check)
    with pytest.raises(RecipeError, match="or an amount"):
        parse_recipe("7024 and 9005, 60/40")


def test_a_text_says_whether_its_numbers_are_of_ral() -> None:
    """By the word, or by a list of colours of four digits."""
    told = [
        CodeScanner(Source(text), default_palette())._says_ral for text in ("RAL: 7024", "colours 7024, 9005", "7024")
    ]
    assert told == [True, True, False]
