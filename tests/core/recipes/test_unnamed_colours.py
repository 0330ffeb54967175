"""Colours that are said to be there and are not named."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.core.recipes.unnamed_colours import remark_names, without_unnamed
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("black, 20% coloured granules!", "20% coloured granules"),
        ("чёрный 80%; цветных вкраплений 20%", "цветных вкраплений 20%"),
        ("20 % of multi-coloured chips on black", "20 % of multi-coloured chips"),
        ("black with 20% rainbow flecks", "20% rainbow flecks"),
        ("rainbow mix", "rainbow mix"),
    ],
)
def test_an_amount_of_coloured_granules_is_refused(text: str, blamed: str) -> None:
    """The number, the word and what it is said of are to blame."""
    source = Source(text)
    with pytest.raises(RecipeError) as caught:
        without_unnamed(source, scan(source, default_palette()))
    assert text[slice(*caught.value.span)] == blamed


@pytest.mark.parametrize(
    "text",
    [
        "coloured tile, red 60, black 40",
        "20% coloured granules: red and blue",
        "2 coloured tiles, red 60, black 40",
        "rainbow: red, yellow, blue",
    ],
)
def test_the_word_alone_says_nothing(text: str) -> None:
    """Where colours are named, or it is said of the tile, it is left out."""
    source = Source(text)
    kept = without_unnamed(source, scan(source, default_palette()))
    assert Kind.COLOURED not in {token.kind for token in kept}
    assert Kind.COLOUR in {token.kind for token in kept}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Rainbow Blue 60%, black 40%", ["Rainbow"]),
        ("радужный синий 60, чёрный 40", ["радужный"]),
        ("rainbow: red, yellow, blue", []),
        ("coloured blue 60, black 40", []),
    ],
)
def test_a_word_of_a_name_is_told_where_it_is_left_out(text: str, told: list[str]) -> None:
    """`Rainbow Blue` may be a granule of a maker; the blue that is taken is told to be another."""
    source = Source(text)
    notices = remark_names(source, scan(source, default_palette()))
    assert [notice.values["words"] for notice in notices] == told
