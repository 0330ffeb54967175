"""The recipe language: the table of readings and refusals, and what holds for any text."""

import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.core.recipes.readings import ENGLISH, NOTICED, REFUSED, RUSSIAN

from plitka.core.colour.palette import Colour, default_palette, load_palette
from plitka.core.recipes.recipe import (
    V45,
    Part,
    PromptStyle,
    Recipe,
    caret,
    format_colours,
    format_prompt,
    parse_recipe,
    quantise,
    to_hundredths,
)
from plitka.errors import InputError, RecipeError

ALL_READ = [*ENGLISH, *RUSSIAN]

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


WORDS = """
    red black чёрный красного dark green grey 60 40% 50 2:1 1/3 ½ parts часть % , ; + / - : = and и с with on на по
    each fleck вкраплений rest поровну thirds of #A63D30 #a RAL 3020 RH20 C009 Фиолетовый tile <s0> -5 0 1e9 teel x
"""
words = st.sampled_from([*WORDS.split(), "\n", "\t", " "])
sentences = st.lists(words, max_size=40).map(" ".join) | st.lists(words, max_size=40).map("".join)


@pytest.mark.parametrize(("text", "percents"), ALL_READ)
def test_recipes_are_read_without_a_notice(text: str, percents: dict[str, float]) -> None:
    """Each text gives exactly these percents, in this order, and nothing had to be guessed."""
    reading = parse_recipe(text)
    assert list(reading.recipe.percents.items()) == list(percents.items())
    assert reading.warnings == ()
    assert parse_recipe(text, strict=True) == reading


@pytest.mark.parametrize(("text", "percents", "notices"), NOTICED)
def test_what_was_settled_is_told(text: str, percents: dict[str, float], notices: list[str]) -> None:
    """Each text gives these percents, and says what had to be settled."""
    reading = parse_recipe(text)
    assert list(reading.recipe.percents.items()) == list(percents.items())
    assert len(reading.warnings) == len(notices)
    for warning, start in zip(reading.warnings, notices, strict=True):
        assert str(warning).startswith(start)


@pytest.mark.parametrize(("text", "blamed", "suggestion", "words_in_it"), REFUSED)
def test_what_cannot_be_read_is_refused(text: str, blamed: str, suggestion: str | None, words_in_it: str) -> None:
    """Each text is refused with the place to blame, the likeliest name, and the reason."""
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text)
    error = caught.value
    assert error.source == text
    assert text[slice(*error.span)] == blamed
    assert next(iter(error.suggestions), None) == suggestion
    assert words_in_it in str(error)


def test_the_table_is_large_enough() -> None:
    """At least 120 texts, about half of those that are read in Russian, at least 35 refusals."""
    assert len(ALL_READ) + len(NOTICED) >= 120
    assert len(RUSSIAN) >= 45
    assert len(REFUSED) >= 35


@pytest.mark.parametrize("text", ["60% red, 30% black", "60% red, 60% black", "3 red, 1 black", "50% красный"])
def test_strict_refuses_sums_other_than_100(text: str) -> None:
    """Nothing is scaled where it was asked not to."""
    with pytest.raises(RecipeError, match="they must add up to 100"):
        parse_recipe(text, strict=True)


@given(recipes())
@settings(max_examples=300, deadline=None)
def test_what_is_written_reads_back(recipe: Recipe) -> None:
    """A recipe written as a prompt, or as colours alone, is read as the same recipe without a notice."""
    for text in (format_prompt(recipe), format_colours(recipe)):
        reading = parse_recipe(text, strict=True)
        assert reading.recipe == recipe
        assert reading.warnings == ()


@given(st.text(max_size=200) | sentences)
@settings(max_examples=700, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text gives a recipe of exactly 100 percent, or an InputError whose place lies inside the text."""
    try:
        recipe = parse_recipe(text).recipe
    except RecipeError as error:
        start, end = error.span
        assert 0 <= start <= end <= len(text)
        assert str(error)
        assert caret(error).endswith("^")
    else:
        assert sum(part.percent for part in recipe.parts) == 100
        assert parse_recipe(format_prompt(recipe)).recipe == recipe


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


@pytest.mark.parametrize(
    "piece", ["a", "- ", "1/", "red ", "1,", "(", "a-", "дд ", "a1", "#", "<s0>", "50% red ", "по "]
)
def test_long_texts_are_answered_fast(piece: str) -> None:
    """A thousand characters of anything take few steps; the tokens are bounded by the text."""
    text = (piece * 1000)[:1000]
    try:
        parse_recipe(text)
    except RecipeError as error:
        assert error.source == text


def test_the_v45_prompt_is_exact() -> None:
    """The prompt has the trigger, both tokens and the five descriptors, as v45 was used."""
    recipe = parse_recipe("60% red, 30% black, 10% white").recipe
    assert format_prompt(recipe) == (
        "ohwx_rubber_tile <s0><s1>, 60% red, 30% black, 10% white, photorealistic rubber tile, high quality, "
        "detailed texture, professional photography, sharp focus"
    )
    assert format_prompt(recipe, PromptStyle(trigger="", tokens=(), descriptors=())) == format_colours(recipe)
    assert V45.tokens == ("<s0>", "<s1>")


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
        ("60% red\n\t40% blak\n", "    40% blak\n        ~~~^"),
        ("６０％ teel", "６０％ teel\n       ~~~^"),
        ("", "\n^"),
        ("60% red ?", "60% red ?\n        ^"),
    ],
)
def test_the_caret_stands_under_the_place(text: str, expected: str) -> None:
    """The right line of many, tabs widened, wide characters counted twice."""
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


def test_the_examples_of_the_documentation_are_true() -> None:
    """Every line `text -> percents` or `text -> refused` in docs/recipe-language.md is so."""
    page = (Path(__file__).parents[3] / "docs" / "recipe-language.md").read_text("utf-8")
    blocks = re.findall(r"```recipes\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert len(lines) > 50
    for line in lines:
        text, _, expected = (part.strip() for part in line.partition(" -> "))
        assert _answer(text) == expected, line


def test_the_prompt_in_the_documentation_is_true() -> None:
    """The prompt that the page shows is the prompt of its recipe."""
    page = (Path(__file__).parents[3] / "docs" / "recipe-language.md").read_text("utf-8")
    prompts = re.findall(r"```prompt\n(.*?)\n```", page, re.DOTALL)
    assert prompts == [format_prompt(parse_recipe("60% red, 30% black, 10% white").recipe)]


def _answer(text: str) -> str:
    try:
        reading = parse_recipe(text)
    except RecipeError as error:
        return f"refused at {text[slice(*error.span)]}"
    percents = ", ".join(f"{code} {percent:g}" for code, percent in reading.recipe.percents.items())
    return f"{percents} (noticed)" if reading.warnings else percents


def _colour(name: str) -> Colour:
    colour = default_palette().find(name)
    assert colour is not None
    return colour
