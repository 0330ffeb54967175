"""The recipe language: a table of readings and refusals, and what holds for any text."""

import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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

RWB = {"RED": 60, "BLACK": 30, "WHITE": 10}
RB = {"RED": 60, "BLACK": 40}
HALVES = {"RED": 50, "BLACK": 50}
THIRDS = {"RED": 33.4, "BLACK": 33.3, "WHITE": 33.3}
TWO_TO_ONE = {"RED": 66.7, "BLACK": 33.3}
FLECK = {"BLACK": 85, "RED": 15}

# Text and the percents it must give, in order, without a notice.
ENGLISH = [
    ("60% red, 30% black, 10% white", RWB),
    ("60% red; 30% black\n10% white", RWB),
    ("60% red + 30% black & 10% white", RWB),
    ("60% red and 30% black plus 10% white", RWB),
    ("60% red/30% black / 10% white", RWB),
    ("60% red | 30% black. 10% white.", RWB),
    ("- 60% red\n- 30% black\n- 10% white", RWB),
    ("60 red 30 black 10 white", RWB),
    ("60/30/10 red black white", RWB),
    ("60,30,10 red black white", RWB),
    ("red, black, white: 60, 30, 10", RWB),
    ("red;60\nblack;30\nwhite;10", RWB),
    ("60% red, 30% black, the rest white", RWB),
    ("60% red 40% black", RB),
    ("60%red40%black", RB),
    ("red 60%, black 40%", RB),
    ("red - 60%, black - 40%", RB),
    ("red -60%, black -40%", RB),
    ("red: 60%, black: 40%", RB),
    ("red=60&black=40", RB),
    ("red (60%), black (40%)", RB),
    ("red\t60\nblack\t40", RB),
    ("60 percent red, 40 pct black", RB),
    ("60% of red and 40% of black", RB),
    ('60% "red", 40% «black»', RB),
    ("60% red rubber tile with 40% black EPDM granules", RB),
    ("60-40 red black", RB),
    ("70% red on black", {"RED": 70, "BLACK": 30}),
    ("12,5% red, 30% black, 57.5% white", {"RED": 12.5, "BLACK": 30, "WHITE": 57.5}),
    ("60,30% red, 39,7% black", {"RED": 60.3, "BLACK": 39.7}),
    ("33.333% red, 33.333% black, 33.334% white", {"RED": 33.33, "BLACK": 33.33, "WHITE": 33.34}),
    ("99.5% red, .5% black", {"RED": 99.5, "BLACK": 0.5}),
    ("½ red, ½ black", HALVES),
    ("12½% red, 87½% black", {"RED": 12.5, "BLACK": 87.5}),
    ("1/3 red, 2/3 black", {"RED": 33.3, "BLACK": 66.7}),
    ("half red, a quarter black, a quarter white", {"RED": 50, "BLACK": 25, "WHITE": 25}),
    ("2 parts red, 1 part black", TWO_TO_ONE),
    ("two parts red and one part black", TWO_TO_ONE),
    ("2x red, 1x black", TWO_TO_ONE),
    ("red:black 2:1", TWO_TO_ONE),
    ("red to black 2 to 1", TWO_TO_ONE),
    ("2:1 red:black", TWO_TO_ONE),
    ("red and black in a ratio of 2:1", TWO_TO_ONE),
    ("50/50 red black", HALVES),
    ("red/black 50/50", HALVES),
    ("half and half red and black", HALVES),
    ("red and black 50% each", HALVES),
    ("50% red, 25% each black and white", {"RED": 50, "BLACK": 25, "WHITE": 25}),
    ("40-20-40 red black white", {"RED": 40, "BLACK": 20, "WHITE": 40}),
    ("red, black, white in equal parts", THIRDS),
    ("thirds of red black white", THIRDS),
    ("equal parts red and black", HALVES),
    ("red", {"RED": 100}),
    ("100 red", {"RED": 100}),
    ("solid grey tile", {"GRAY": 100}),
    ("black with 15% red fleck", FLECK),
    ("black 15% red fleck", FLECK),
    ("15% red fleck on black", {"RED": 15, "BLACK": 85}),
    ("black with 10% white and 5% red fleck", {"BLACK": 85, "WHITE": 10, "RED": 5}),
    ("red tile with black speckles 10%", {"RED": 90, "BLACK": 10}),
    ("60% DKGREEN, 40% dkgray", {"DKGREEN": 60, "DKGRAY": 40}),
    ("50% dark-green 50% light grey", {"DKGREEN": 50, "LTGRAY": 50}),
    ("darkgreen 60, grey/gray 40", {"DKGREEN": 60, "GRAY": 40}),
    ("60% RH20, 40% us-062", {"RH20": 60, "US-062": 40}),
    ("60% RH20,40% RH10", {"RH20": 60, "RH10": 40}),
    ("60% RH20 Standard Blue, 40% mustard", {"RH20": 60, "RH40": 40}),
    ("60% RAL 3020, 40% RAL9005", {"RAL 3020": 60, "RAL 9005": 40}),
    ("60% #A63D30, 40% #a63", {"#A63D30": 60, "#AA6633": 40}),
    ("60% ohwx_rubber_tile red, SHARP FOCUS, high quality, 40% black", RB),
    ("photorealistic rubber tile, 60% red, 40% black", RB),
    ("ohwx_rubber_tile <s0><s1>, 60% red, 30% black, 10% white, photorealistic rubber tile, high quality", RWB),
    ("ohwx_rubber_tile <s0><s1>, 100% white-green", {"WHTGRN": 100}),
    ("６０％ red，４０％ black", RB),
    ("60\u00a0%\u00a0red – 40\u202f% black", RB),
    ("60% re\u00add,\u200b 40% black\r\n", RB),
    ("٦٠٪ red, 40% black", RB),
]  # fmt: skip
RUSSIAN = [
    ("60% красный, 30% чёрный, 10% белый", RWB),
    ("60 % красного, 30 % черного и 10 % белого", RWB),
    ("60 процентов красного плюс 30 процентов чёрного плюс 10 процентов белого", RWB),
    ("Красный – 60, чёрный – 30, белый – 10", RWB),
    ("красного 60, черного 30 белого 10", RWB),
    ("Плитка: 60% красная; 30% чёрная; 10% белая", RWB),
    ("60/30/10 красный/чёрный/белый", RWB),
    ("60% красных гранул, 40% чёрной крошки", RB),
    ("60%красный40%черный", RB),
    ("красный -60%, чёрный -40%", RB),
    ("60% красного цвета, 40% чёрного цвета", RB),
    ("60% красный, остальное чёрное", RB),
    ("красный (red) 60%, чёрный (black) 40%", RB),
    ("красный и чёрный в соотношении 60:40", RB),
    ("60 на 40 красный и чёрный", RB),
    ("60% красныи\u0306, 40% че\u0308рный", RB),
    ("12,5% красного, 87,5% чёрного", {"RED": 12.5, "BLACK": 87.5}),
    ("2 части красного и 1 часть чёрного", TWO_TO_ONE),
    ("две части красного, одна часть чёрного", TWO_TO_ONE),
    ("2 ч. красного, 1 ч. чёрного", TWO_TO_ONE),
    ("красный:чёрный 2:1", TWO_TO_ONE),
    ("красный и чёрный 2 к 1", TWO_TO_ONE),
    ("две части красного к одной части чёрного", TWO_TO_ONE),
    ("60%красн. 40%черн.", RB),
    ("3 доли красного, 1 доля белого", {"RED": 75, "WHITE": 25}),
    ("50/50 красный и чёрный", HALVES),
    ("пополам красный с чёрным", HALVES),
    ("в равных долях красный и чёрный", HALVES),
    ("красный, чёрный, белый поровну", THIRDS),
    ("красный, чёрный, белый в равных частях", THIRDS),
    ("по 25% красного, синего, зелёного, жёлтого", {"RED": 25, "BLUE": 25, "GREEN": 25, "YELLOW": 25}),
    ("красный, чёрный - по 50%", HALVES),
    ("половина красного, четверть белого, четверть чёрного", {"RED": 50, "WHITE": 25, "BLACK": 25}),
    ("треть красного, остальное чёрное", {"RED": 33.3, "BLACK": 66.7}),
    ("красная плитка", {"RED": 100}),
    ("цвет: тёмно-зелёный", {"DKGREEN": 100}),
    ("чёрная с вкраплениями красного 15%", FLECK),
    ("чёрный с 15% красных вкраплений", FLECK),
    ("чёрная в красную крапинку 15%", FLECK),
    ("на чёрном фоне 15% красного", FLECK),
    ("15% красного на чёрном", {"RED": 15, "BLACK": 85}),
    ("основа чёрная, 15% красного", FLECK),
    ("70/30 красный на чёрном", {"RED": 70, "BLACK": 30}),
    ("тёмно-зелёного 30%, зелёного яблока 70%", {"DKGREEN": 30, "GRNAPL": 70}),
    ("темно зеленая 50 светло серая 50", {"DKGREEN": 50, "LTGRAY": 50}),
    ("хаки, 50; лосося, 50", {"KHAKI": 50, "SALMON": 50}),
    ("терракота 30%, синего 30%, белого 40%", {"TERCOT": 30, "BLUE": 30, "WHITE": 40}),
    ("слоновой кости 30%, морской волны 70%", {"IVORY": 30, "TEAL": 70}),
    ("зелёной травы 40% и бело-зелёной 60%", {"GRSGRN": 40, "WHTGRN": 60}),
    ("80% C009 Фиолетовый + 15% C016 Розовый + 5% C010 Белый", {"C009": 80, "C016": 15, "C010": 5}),
    ("90% С015 Бирюзовый + 10% С010 Белый", {"C015": 90, "C010": 10}),
    ("60% RAL 3020, 40% РАЛ 9005", {"RAL 3020": 60, "RAL 9005": 40}),
    ("EPDM синий 20% + SBR чёрный 80%", {"BLUE": 20, "BLACK": 80}),
    ("смесь: #a63d30 — 60 %, чёрный — 40 %", {"#A63D30": 60, "BLACK": 40}),
]  # fmt: skip

# The same with the start of each notice that is expected.
NOTICED = [
    ("60% red, 30% black", TWO_TO_ONE, ["the percents add up to 90, not to 100; they were scaled to 100"]),
    ("60% red 60% black", HALVES, ["the percents add up to 120, not to 100; they were scaled to 100"]),
    ("33.3% red, 33.3% black, 33.3% white", THIRDS, ["the percents add up to 99.9"]),
    ("50% red", {"RED": 100}, ["the percents add up to 50"]),
    ("3 red, 1 black", {"RED": 75, "BLACK": 25}, ["the numbers add up to 4, not to 100, so they are read as parts"]),
    ("60% red, 30% black, white", RWB, ["'white' has no number; it got the remaining 10 %"]),
    ("60% red black", RB, ["'black' has no number; it got the remaining 40 %"]),
    ("red, black, white", THIRDS, ["no numbers are given, so the 3 colours have equal parts"]),
    ("black-white", {"BLACK": 50, "WHITE": 50}, ["no numbers are given, so the 2 colours"]),
    ("red, RED and black", HALVES, ["no numbers are given, so the 2 colours"]),
    ("60% red, 20% Red, 20% black", {"RED": 80, "BLACK": 20}, ["'Red' is named more than once"]),
    ("15% red fleck", FLECK, ["the colour under the fleck is not named; black got the remaining 85 %"]),
    ("RAL 3020 red 60%, black 40%", {"RAL 3020": 60, "BLACK": 40}, ["'red' is taken as the description of 'RAL 3020'"]),
    ("80% C010 + 10% C034", {"C010": 88.9, "C034": 11.1}, ["the percents add up to 90"]),
    ("60% красный, 30% чёрный", TWO_TO_ONE, ["the percents add up to 90"]),
    ("6 красного, 3 чёрного, 1 белого", RWB, ["the numbers add up to 10"]),
    ("60% красного, 30% чёрного, белый", RWB, ["'белый' has no number; it got the remaining 10 %"]),
    ("чёрная с 15% красной крошки", FLECK, ["'чёрная' has no number; it got the remaining 85 %"]),
    ("чёрный с красным", {"BLACK": 50, "RED": 50}, ["no numbers are given"]),
    ("40% красный, 20% красного, 40% чёрный", RB, ["'красного' is named more than once"]),
    ("красный (RAL 3020) 60%, чёрный 40%", {"RAL 3020": 60, "BLACK": 40}, ["'красный' is taken as"]),
    ("вкрапления красного 15%", FLECK, ["the colour under the fleck"]),
]  # fmt: skip

# Text, the part of it that is to blame, the first suggestion, words of the message.
REFUSED = [
    ("", "", None, "no colour is named"),
    (" \n ", "", None, "no colour is named"),
    ("rubber tile", "rubber tile", None, "no colour is named"),
    ("<s0><s1>, sharp focus", "<s0><s1>, sharp focus", None, "no colour is named"),
    ("60%", "60%", None, "has no colour"),
    ("60% red, 40", "40", None, "has no colour"),
    ("60% red 30% 10% white", "30%", None, "has no colour"),
    ("60% teel, 40% black", "teel", "teal", "did you mean teal"),
    ("red 60%\n\tblak 40%", "blak", "black", "did you mean black"),
    ("60% skyy blue, 40% white", "skyy blue", "sky blue", "did you mean sky blue"),
    ("40% standard red 60% black", "standard red", "rh01 standard red", "us-062 standard red"),
    ("60% red, 40% black xyz", "xyz", None, "unknown colour 'xyz'"),
    ("RAL 3021", "RAL 3021", "RAL 3020", "RAL 3016"),
    ("50% RH99, 50% red", "RH99", "RH90", "unknown colour"),
    ("NaN% red", "NaN", None, "unknown colour"),
    ("1e9% red", "e9", None, "unknown colour"),
    ("-10% red, 110% black", "-10", None, "below zero"),
    ("red -10%, black 60%", "-10%", None, "below zero"),
    ("−10% red", "−10", None, "below zero"),
    ("110% red", "110%", None, "at most 100 %"),
    ("0% red, 100% black", "0%", None, "leave the colour out"),
    ("0 parts red, 1 part black", "0 parts", None, "leave the colour out"),
    ("0.001% red, 99.999% black", "red", None, "less than 0.01 percent"),
    ("9999 parts red, 1 part white", "white", None, "less than 0.1 percent"),
    ("1000000000000 parts red", "1000000000000", None, "at most 9 digits"),
    ("1.2.3% red", "1.2.3", None, "cannot be read as a number"),
    ("2 parts red, 40% black", "2 parts red, 40%", None, "either percent or parts"),
    ("red, 2 parts black", "red", None, "write its parts too"),
    ("60% red, black, white", "white", None, "only one colour may be without a number"),
    ("100% red, black", "black", None, "nothing is left"),
    ("red 60% black", "60%", None, "put a comma"),
    ("50/50 red brown", "50/50", None, "separate the colours"),
    ("1/3 red, black", "1/3", None, "1:3"),
    ("10-20% red, black", "10-20%", None, "range"),
    ("10 to 20% red, black", "10 to 20%", None, "range"),
    ("thirds of red and black", "thirds", None, "3 colours"),
    ("equal parts red 60% and black", "60%", None, "contradict"),
    ("15% black fleck", "15% black", None, "under the fleck"),
    ("black with red fleck", "red", None, "how much fleck"),
    ("percent red", "percent", None, "no number before"),
    ("60%% red", "%", None, "no number before"),
    ("red, orange, yellow, green, blue, violet, white, black, gray", "gray", None, "at most 8"),
    ("60% red ??", "?", None, "means nothing"),
    ("60% #12345", "#12345", None, "#A63D30"),
    ("1⁄0 red", "1⁄0", None, "not a share"),
    ("60% red\x00", "\x00", None, "U+0000"),
    ("60% \u202ered", "\u202e", None, "U+202E"),
    ("60% red, \ud800", "\ud800", None, "U+D800"),
    ("red " * 251, "red ", None, "1004 characters"),
    ("60% чорный, 40% белый", "чорный", "чёрный", "did you mean чёрный"),
    ("красный 50, зеленное яблоко 50", "зеленное яблоко", "зеленое яблоко", "did you mean зеленое яблоко"),
    ("чёрно-белая плитка", "чёрно", "чёрный", "unknown colour"),
    ("С099 синий", "С099", "C009", "unknown colour"),
    ("60% красный, белый, чёрный", "чёрный", None, "only one colour may be without a number"),
    ("красный 60% чёрный", "60%", None, "put a comma"),
    ("2 части красного, 40% чёрного", "2 части красного, 40%", None, "either percent or parts"),
    ("чёрная плитка в красную крапинку", "красную", None, "how much fleck"),
    ("поровну красный 50% и чёрный", "50%", None, "contradict"),
    ("-10% красного, 110% чёрного", "-10", None, "below zero"),
    ("120% красного", "120%", None, "at most 100 %"),
    ("60 кг красного, 40 кг чёрного", "кг", None, "unknown colour"),
    ("красный без белого", "без", "белый", "unknown colour"),
    ("смесь", "смесь", None, "no colour is named"),
]  # fmt: skip
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
