"""Colours in brackets that describe the one before them."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.described import with_descriptions
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def described(text: str) -> tuple[list[str], list[str]]:
    """The tokens that are left, and what is told."""
    source = Source(text)
    tokens, remarks = with_descriptions(source, scan(source, default_palette()))
    return [token.text for token in tokens], [str(remark) for remark in remarks]


def test_words_in_brackets_describe_a_colour() -> None:
    """Of another hue or family of granules, with all that stands beside them."""
    tokens, told = described("60% red (tomato, not wine), 40% black")
    assert "tomato" not in tokens
    assert "wine" not in tokens
    assert told == ["'tomato, not wine' is taken as the description of 'red'"]


@pytest.mark.parametrize(
    "text",
    [
        "60% grey (RAL 7035), 40% black",
        "red (60%), black (40%)",
        "black with 10% flecks (red and white)",
        "красный (red) 60%, чёрный (black) 40%",
        "RAL 7016 (anthracite) 70%, RAL 9010 (white) 30%",
        "100% green (yellow border)",
        "white (black), red",
    ],
)
def test_other_brackets_stay(text: str) -> None:
    """With a code, a number, several colours of a fleck, the same colour again, or a part of the tile."""
    source = Source(text)
    tokens = list(scan(source, default_palette()))
    assert with_descriptions(source, tokens) == (tokens, [])


def test_a_finer_name_stays_alone() -> None:
    """Of the same hue, as it says which granules are meant."""
    tokens, told = described("60% green (grass, not lime), 40% black")
    assert tokens[2:6] == ["green", "(", "grass", ")"]
    assert told == []


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("beige 75% (RAL 7032), rest brown", "RAL 7032 75%, rest brown"),
        ("beige 75% (like RAL 7032), brown 25%", "RAL 7032 75, brown 25"),
        ("Grey-beige 75% (like RAL 7032), rest brown", "RAL 7032 75%, rest brown"),
        ("grey 60% (similar to RAL 7037), black 40%", "RAL 7037 60, black 40"),
        ("green 60% (close to RAL 6002), black 40%", "RAL 6002 60, black 40"),
        ("бежевый 75% (как RAL 7032), остальное коричневый", "RAL 7032 75%, остальное коричневый"),
        ("серый 60% (RAL 7037), чёрный 40%", "RAL 7037 60, black 40"),
        ("серо-бежевый 75% (как RAL 7032), коричневый 25%", "RAL 7032 75, brown 25"),
        ("зелёный 60 (RAL 6002), чёрный 40", "RAL 6002 60, black 40"),
        ("синий 60% (примерно RAL 5005), белый 40%", "RAL 5005 60, white 40"),
    ],
)
def test_a_code_behind_the_number_says_which_granules_are_meant(text: str, same: str) -> None:
    """The name before it is its description."""
    reading = parse_recipe(text)
    assert reading.recipe == parse_recipe(same).recipe
    assert any("is taken as the description of 'RAL" in str(notice) for notice in reading.warnings)


def test_a_code_of_another_hue_is_no_description() -> None:
    """It is asked back."""
    with pytest.raises(RecipeError):
        parse_recipe("red 75% (RAL 5015), black 25%")
