"""Captions and their recipes."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.dataset.caption import correct_caption, read_caption, write_caption
from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError

PALETTE = default_palette()
RECIPE = parse_recipe("70% blue, 30% dark green").recipe


@pytest.mark.parametrize(
    "caption",
    [
        "ohwx_rubber_tile <s0><s1>, 60% red, 40% black",
        "TOK, 60% red, 40% black, photorealistic rubber tile, high quality",
        "60% red and 40% black",
        "60% красный, 40% чёрный",
    ],
)
def test_recipes_are_read(caption: str) -> None:
    """Whatever trigger stands before them."""
    assert read_caption(caption, PALETTE).percents == {"RED": 60, "BLACK": 40}


@pytest.mark.parametrize("caption", ["TOK, red", "sks tile, красный"])
def test_a_trigger_before_a_colour_alone_is_passed_over(caption: str) -> None:
    """Though it looks like the name of another one."""
    assert read_caption(caption, PALETTE).percents == {"RED": 100}


@pytest.mark.parametrize("caption", ["a photo of a tile", "TOK", "TOK, qwrtzx", "60% red, 40% qwrtzx"])
def test_a_caption_without_colours_is_refused(caption: str) -> None:
    """There is nothing to be held against the picture."""
    with pytest.raises(RecipeError):
        read_caption(caption, PALETTE)


@pytest.mark.parametrize(
    ("trigger", "caption"),
    [("TOK", "TOK, 70% blue, 30% dark green"), ("", "70% blue, 30% dark green")],
)
def test_captions_are_written(trigger: str, caption: str) -> None:
    """With any trigger, or none."""
    assert write_caption(RECIPE, trigger) == caption


@pytest.mark.parametrize(
    ("caption", "corrected"),
    [
        (
            "ohwx_rubber_tile <s0><s1>, 60% red, 40% black",
            "ohwx_rubber_tile <s0><s1>, 70% blue, 30% dark green",
        ),
        (
            "TOK, 60% red, 20% black, 20% white, photorealistic rubber tile, high quality",
            "TOK, 70% blue, 30% dark green, photorealistic rubber tile, high quality",
        ),
        ("red 60%, black 40%, sharp focus", "70% blue, 30% dark green, sharp focus"),
        ("a tile of red and black, half each", "a tile of 70% blue, 30% dark green"),
        ("red", "70% blue, 30% dark green"),
    ],
)
def test_another_recipe_takes_the_place_of_the_first(caption: str, corrected: str) -> None:
    """Every other word stays; what comes out is read as the recipe."""
    assert correct_caption(caption, RECIPE, PALETTE) == corrected
    assert read_caption(corrected, PALETTE).percents == RECIPE.percents


@pytest.mark.parametrize("caption", ["TOK, without red, 100% black and no white", "5 mm red", "белый не нужен"])
def test_what_cannot_be_replaced_is_written_anew(caption: str) -> None:
    """So that it is read as the recipe in any case."""
    assert read_caption(correct_caption(caption, RECIPE, PALETTE), PALETTE).percents == RECIPE.percents
