"""Texts that tell of more than one tile."""

import pytest

from plitka.core.recipes.source import Source
from plitka.core.recipes.tiles import check_one_kind, check_one_tile, refuse_several
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("Option 1: red 60, black 40. Option 2: blue", "Option 1: red 60, black 40. Option 2"),
        ("Плитка А: красный; плитка Б: синий", "Плитка А: красный; плитка Б"),
        ("one red tile and one black tile", "one red tile and one black tile"),
        ("две плитки: одна красная, другая чёрная", "две плитки: одна красная, другая"),
        ("3 variants: 1) 50% red 50% blue; 2) 70% red 30% blue", "1) 50% red 50% blue; 2) 70% red 30% blue"),
    ],
)
def test_two_tiles_are_refused(text: str, blamed: str) -> None:
    """With what tells of both."""
    with pytest.raises(RecipeError, match="more than one tile") as refused:
        check_one_tile(Source(text))
    assert text[slice(*refused.value.span)] == blamed


@pytest.mark.parametrize(
    "text",
    [
        "mix 1: red 60, black 40",
        "colour 1: red, colour 2: black",
        "1) red 60% 2) black 40%",
        "one red tile with black flecks 10%",
        "2 tiles, half red, the other half black",
        "смесь 1-4 мм, красный",
    ],
)
def test_one_tile_is_none_of_several(text: str) -> None:
    """Numbers of colours and sizes are not those of tiles."""
    check_one_tile(Source(text))


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("Edge tiles all black, field tiles 60 green 40 beige", "Edge tiles all black, field tiles"),
        ("крайние плитки чёрные, остальные плитки зелёные", "крайние плитки чёрные, остальные плитки"),
    ],
)
def test_tiles_in_several_places_are_refused(text: str, blamed: str) -> None:
    """They are no parts of one; those of one place are."""
    with pytest.raises(RecipeError, match="more than one tile") as refused:
        check_one_kind(Source(text))
    assert text[slice(*refused.value.span)] == blamed
    check_one_kind(Source("edge tiles black, the edge tiles only"))


def test_the_first_two_are_told() -> None:
    """From the beginning of one to the end of the other."""
    error = refuse_several(Source("red 5 pcs, blue 5 pcs, black 5 pcs"), [(4, 9), (16, 21), (29, 34)])
    assert error.span == (4, 21)
