"""Recipes: their law, and written as words."""

import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plitka.core.colour.palette import Colour, default_palette, load_palette
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import (
    V45,
    Part,
    PromptStyle,
    Recipe,
    caret,
    format_colours,
    format_prompt,
    quantise,
    to_hundredths,
)
from plitka.errors import InputError, RecipeError

free_colours = st.integers(0, 0xFFFFFF).map(lambda number: _colour(f"#{number:06X}"))
palette_colours = st.sampled_from(default_palette().colours)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Any recipe over the palette and free colours, with percents of up to two decimals."""
    colours: list[Colour] = draw(
        st.lists(palette_colours | free_colours, min_size=1, max_size=8, unique_by=lambda colour: colour.code)
    )
    steps = st.integers(1, 9_999)
    cuts = draw(st.sets(steps, min_size=len(colours) - 1, max_size=len(colours) - 1))
    bounds = [0, *sorted(cuts), 10_000]
    widths = [Decimal(b - a) / 100 for a, b in pairwise(bounds)]
    return Recipe(tuple(Part(colour, width) for colour, width in zip(colours, widths, strict=True)))


@given(recipes())
@settings(max_examples=300, deadline=None)
def test_what_is_written_reads_back(recipe: Recipe) -> None:
    """A recipe written as a prompt, or as colours alone, is read as the same recipe without a notice."""
    for text in (format_prompt(recipe), format_colours(recipe)):
        reading = parse_recipe(text, strict=True)
        assert reading.recipe == recipe
        assert reading.warnings == ()


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8), st.sampled_from([Decimal("0.1"), Decimal("0.01")]))
def test_quantised_percents_sum_to_100(weights: list[int], step: Decimal) -> None:
    """Rounding by largest remainders keeps the sum, and moves no percent by a whole step."""
    exact = [Fraction(100 * weight, sum(weights)) for weight in weights]
    rounded = quantise(exact, step)
    assert sum(rounded) == 100
    assert all(abs(Fraction(a) - b) < Fraction(step) for a, b in zip(rounded, exact, strict=True))


@example(weights=[1.0, 1.0, 1.0])
@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=8))
def test_hundredths_sum_to_100(weights: list[float]) -> None:
    """What a machine reads of a measurement sums to 100, though each figure alone would be rounded elsewhere."""
    percents = {str(index): 100 * weight / sum(weights) for index, weight in enumerate(weights)}
    rounded = to_hundredths(percents)
    assert sum(map(Fraction, map(str, rounded.values()))) == 100
    assert all(abs(rounded[code] - percent) <= 0.01 + 1e-9 for code, percent in percents.items())


def test_a_recipe_in_russian_has_decimal_commas() -> None:
    """And reads back to the same."""
    recipe = parse_recipe("57.1% red, 42.9% black").recipe
    assert (text := format_colours(recipe, "ru")) == "57,1% красный, 42,9% чёрный"
    assert parse_recipe(text).recipe == recipe


def test_the_v45_prompt_is_exact() -> None:
    """The prompt has the trigger, both tokens and the five descriptors, as v45 was used."""
    recipe = parse_recipe("60% red, 30% black, 10% white").recipe
    assert format_prompt(recipe) == (
        "ohwx_rubber_tile <s0><s1>, 60% red, 30% black, 10% white, photorealistic rubber tile, high quality, "
        "detailed texture, professional photography, sharp focus"
    )
    assert format_prompt(recipe, PromptStyle(trigger="", tokens=(), descriptors=())) == format_colours(recipe)
    assert V45.tokens == ("<s0>", "<s1>")


def test_words_stand_behind_the_colours() -> None:
    """As they were typed, before the descriptors; the prompt reads back to the same recipe and words."""
    reading = parse_recipe("60% red, Dramatic Look, 40% black, 8k")
    prompt = format_prompt(reading.recipe, words=reading.words)
    assert "40% black, Dramatic Look, 8k, photorealistic rubber tile" in prompt
    again = parse_recipe(prompt)
    assert (again.recipe, again.words) == (reading.recipe, reading.words)


def test_a_recipe_gives_its_colours_and_shares() -> None:
    """Codes, percents and shares come in the order of first mention."""
    recipe = parse_recipe("25% dark green, 75% RAL 3020").recipe
    assert [colour.code for colour in recipe.colours] == ["DKGREEN", "RAL 3020"]
    assert recipe.percents == {"DKGREEN": 25.0, "RAL 3020": 75.0}
    assert recipe.shares == (0.25, 0.75)


@pytest.mark.parametrize(
    ("percents", "words_in_it"),
    [
        ([], "1 to 8"),
        ([("red", "50"), ("red", "50")], "different"),
        ([("red", "99")], "sum to 100, not 99"),
        ([("red", "100"), ("black", "0")], "above zero"),
        ([("red", "99.999"), ("black", "0.001")], "two decimals"),
        ([("red", "NaN")], "above zero"),
    ],
)
def test_a_recipe_that_is_none_cannot_be_made(percents: list[tuple[str, str]], words_in_it: str) -> None:
    """A recipe made by hand is held to the same rules as one that was read."""
    parts = tuple(Part(_colour(name), Decimal(percent)) for name, percent in percents)
    with pytest.raises(InputError, match=words_in_it):
        Recipe(parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60% teel, 40% black", "60% teel, 40% black\n    ~~~^"),
        ("60% red\n\t40% teel\n", "    40% teel\n        ~~~^"),
        ("６０％ teel", "６０％ teel\n       ~~~^"),
        ("", ""),
        (" \t", ""),
        ("60% red @", "60% red @\n        ^"),
        ("60% red ?", "60% red ?\n        ^"),
    ],
)
def test_the_caret_stands_under_the_place(text: str, expected: str) -> None:
    """The right line of many, tabs widened, wide characters counted twice; under nothing there is none."""
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text)
    assert caret(caught.value) == expected


def test_a_makers_palette_is_read_and_written(tmp_path: Path) -> None:
    """Colours of a maker's own come first, and what is written with them reads back."""
    path = tmp_path / "maker.csv"
    path.write_text("code,name,hex\nMR-1,Red,#FF0000\nMR-2,Café,#6F4E37\nКР-3,Вишня,#722F37\n", "utf-8")
    palette = load_palette(path)
    reading = parse_recipe("50% red, 30% mr2, 20% вишня", palette)
    assert reading.recipe.percents == {"MR-1": 50.0, "MR-2": 30.0, "КР-3": 20.0}
    assert parse_recipe(format_prompt(reading.recipe), palette).recipe == reading.recipe


def test_the_prompt_in_the_documentation_is_true() -> None:
    """The prompt that the page shows is the prompt of its recipe."""
    page = (Path(__file__).parents[3] / "docs" / "recipe-language.md").read_text("utf-8")
    prompts = re.findall(r"```prompt\n(.*?)\n```", page, re.DOTALL)
    assert prompts == [format_prompt(parse_recipe("60% red, 30% black, 10% white").recipe)]


def _colour(name: str) -> Colour:
    colour = default_palette().find(name)
    assert colour is not None
    return colour
