"""Recipes with unknown words, looked at again with these beside the mix."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.second_look import with_words_beside
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def looks_at(text: str) -> list[list[str]]:
    """The words that each look sets beside the mix."""
    palette = default_palette()
    looks = with_words_beside(scan(Source(text), palette), palette)
    return [[token.text for token in tokens if token.kind is Kind.ASIDE] for tokens in looks]


def test_words_stand_aside_and_then_their_numbers() -> None:
    """A number is a word's if it has no unit and stands beside it."""
    assert looks_at("лента 2 чёрный 75, синий 25") == [["лента"], ["лента", "2"]]
    assert looks_at("ferrari red 20%, rest black") == [["ferrari"]]


@pytest.mark.parametrize(
    "text",
    [
        "60% red qwrt, 40% black",
        "60% red, 40% black, RH99 blue",
        "60% mint and thistledown, 40% black",
        "40% standard red, 60% black",
        "mint, thistle",
        "A - red, B - blue",
    ],
)
def test_what_may_be_a_colour_stays(text: str) -> None:
    """Codes, parts of names, what is joined to a colour or is one of a list, and what nobody can speak."""
    assert looks_at(text) == []


@pytest.mark.parametrize(
    "text", ["засыпали 4 чёрной, 1 красной (лопаты)", "решили: за чёрный 4 человека, за красный 1"]
)
def test_the_only_number_of_a_colour_is_no_words(text: str) -> None:
    """Though an unknown word stands beside it."""
    assert parse_recipe(text).recipe.percents == {"BLACK": 80, "RED": 20}


def test_a_word_behind_several_numbers_is_their_unit() -> None:
    """Shovels are parts."""
    palette = default_palette()
    tokens = next(with_words_beside(scan(Source("green 5 shovels, black 15 shovels"), palette), palette))
    assert [token.kind for token in tokens].count(Kind.PARTS) == 2


@pytest.mark.parametrize(
    "text",
    ["60% red, 30% black, bathtub white", "red ferrari 60", "чёрный 75, кетчуп 25", "3 parts red, 1 part ketchup"],
)
def test_words_do_not_stand_aside_where_something_is_missing(text: str) -> None:
    """Numbers that are no whole may lack the share of what was not understood."""
    try:
        reading = parse_recipe(text)
    except RecipeError:
        return
    assert sum(reading.recipe.percents.values()) == 100
    assert not any("scaled" in str(warning) for warning in reading.warnings)


@pytest.mark.parametrize("text", ["ferrari red 20%, rest black", "лента 2 чёрный 75, синий 25"])
def test_a_strict_reading_has_one_look(text: str) -> None:
    """Words that are not understood are refused."""
    with pytest.raises(RecipeError):
        parse_recipe(text, strict=True)
