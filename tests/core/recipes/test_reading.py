"""Recipes as people write them: the tables of readings, prompts and refusals, and what holds for any text."""

import contextlib
import random
import re
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.core.recipes import (
    meant,
    meant_architect,
    meant_batches,
    meant_beside,
    meant_buyers,
    meant_changes,
    meant_dispatch,
    meant_estimators,
    meant_fields,
    meant_hurried,
    meant_limits,
    meant_maker,
    meant_others,
    meant_remarks,
    meant_schedules,
    meant_shades,
    meant_sheets,
    meant_strangers,
    meant_vessels,
    meant_workshop,
    prompts,
)
from tests.core.recipes.prompts_zones import ZONES
from tests.core.recipes.readings import ENGLISH, NOTICED, REFUSED, RUSSIAN
from tests.core.recipes.tables import check_each

from plitka.core.colour.naming import general_names
from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import phrases
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.look import is_finish
from plitka.core.recipes.reading import parse_colours, parse_recipe, parse_tile
from plitka.core.recipes.recipe import caret, format_prompt
from plitka.errors import RecipeError

ALL_READ = [*ENGLISH, *RUSSIAN]
MEANT = (
    meant,
    meant_maker,
    meant_architect,
    meant_others,
    meant_changes,
    meant_limits,
    meant_fields,
    meant_strangers,
    meant_vessels,
    meant_batches,
    meant_beside,
    meant_hurried,
    meant_schedules,
    meant_shades,
    meant_sheets,
    meant_dispatch,
    meant_estimators,
    meant_remarks,
    meant_buyers,
    meant_workshop,
)

WORDS = """
    red black чёрный красного dark green grey 60 40% 50 2:1 1/3 ½ parts часть % , ; + / - : = and и с with on на по
    each fleck вкраплений rest поровну thirds of #A63D30 #a RAL 3020 RH20 C009 Фиолетовый tile <s0> -5 0 1e9 teel x
"""
words = st.sampled_from([*WORDS.split(), "\n", "\t", " "])
sentences = st.lists(words, max_size=40).map(" ".join) | st.lists(words, max_size=40).map("".join)


def test_recipes_are_read_without_a_notice() -> None:
    """Each text gives exactly these percents, in this order, and nothing had to be guessed."""

    def check(text: str, percents: dict[str, float]) -> None:
        reading = parse_recipe(text)
        assert list(reading.recipe.percents.items()) == list(percents.items())
        assert reading.warnings == ()
        assert parse_recipe(text, strict=True) == reading

    check_each(ALL_READ, check)


def test_what_was_settled_is_told() -> None:
    """Each text gives these percents, and says what had to be settled."""

    def check(text: str, percents: dict[str, float], notices: list[str]) -> None:
        reading = parse_recipe(text)
        assert list(reading.recipe.percents.items()) == list(percents.items())
        assert len(reading.warnings) == len(notices)
        for warning, start in zip(reading.warnings, notices, strict=True):
            assert str(warning).startswith(start)

    check_each(NOTICED, check)


def test_what_cannot_be_read_is_refused() -> None:
    """Each text is refused with the place to blame, the likeliest name, and the reason."""

    def check(text: str, blamed: str, suggestion: str | None, words_in_it: str) -> None:
        with pytest.raises(RecipeError) as caught:
            parse_recipe(text)
        error = caught.value
        assert error.source == text
        assert text[slice(*error.span)] == blamed
        assert next(iter(error.suggestions), None) == suggestion
        assert words_in_it in str(error)

    check_each(REFUSED, check)


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


@example("\x1f\n0")
@example(" \nred")
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
        line = text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]
        assert caret(error).endswith("^") == bool(line.strip())
    else:
        assert sum(part.percent for part in recipe.parts) == 100
        assert parse_recipe(format_prompt(recipe)).recipe == recipe


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


REPEATED = ["2:1 ", "60%", "1. ", "dark ", "\n", "red: ", "- ", "10 kg red to ", "20% fleck, ", "qwrt, ", "red, "]


def test_work_grows_as_the_text_does() -> None:
    """Twice the text is at most three times the calls, so that no long text holds up a service."""

    def check(piece: str) -> None:
        assert n_calls((piece * 500)[:500]) <= 3 * n_calls((piece * 250)[:250])

    n_calls("60% navy, 40% blakc")  # the tables are read
    check_each(((piece,) for piece in REPEATED), check)


def n_calls(text: str) -> int:
    """How often functions are entered and left while a text is read."""
    count = 0

    def called(*_: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        with contextlib.suppress(RecipeError):
            parse_recipe(text)
    finally:
        sys.setprofile(before)
    return count


def test_the_examples_of_the_documentation_are_true() -> None:
    """Every line `text -> percents` or `text -> refused` in docs/recipe-language.md is so."""
    page = (Path(__file__).parents[3] / "docs" / "recipe-language.md").read_text("utf-8")
    blocks = re.findall(r"```recipes\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert len(lines) > 50
    for line in lines:
        text, _, expected = (part.strip() for part in line.partition(" -> "))
        assert _answer(text) == expected, line


def _answer(text: str) -> str:
    try:
        reading = parse_recipe(text)
    except RecipeError as error:
        return f"refused at {text[slice(*error.span)]}"
    percents = ", ".join(f"{code} {percent:g}" for code, percent in reading.recipe.percents.items())
    return f"{percents} (noticed)" if reading.warnings else percents


def test_prompts_are_read() -> None:
    """Each gives these percents, shows this much, passes these words on, and tells what was settled, in this order."""

    def check(text: str, percents: str, look: dict[str, Any], words: list[str], notices: list[str]) -> None:
        reading = parse_recipe(text)
        assert ", ".join(f"{code} {percent:g}" for code, percent in reading.recipe.percents.items()) == percents
        assert dict(reading.look) == look
        assert list(reading.words) == words
        assert len(reading.warnings) == len(notices)
        assert all(str(warning).startswith(start) for warning, start in zip(reading.warnings, notices, strict=True))

    check_each(prompts.READ, check)


def test_prompts_are_refused() -> None:
    """Each is refused with the part to blame and the reason."""

    def check(text: str, blamed: str, words_in_it: str) -> None:
        with pytest.raises(RecipeError) as caught:
            parse_recipe(text)
        assert text[slice(*caught.value.span)] == blamed
        assert words_in_it in str(caught.value)

    check_each(prompts.REFUSED, check)


def test_recipes_are_read_as_they_are_meant() -> None:
    """To a percent, for a third may be a rounded one."""
    plainly = cache(lambda plain: parse_recipe(plain).recipe.percents)  # many are meant alike

    def check(text: str, plain: str) -> None:
        assert parse_recipe(text).recipe.percents == pytest.approx(plainly(plain), abs=0.6)

    check_each((row for part in MEANT for row in part.MEANT), check)


def test_a_tile_of_several_mixes_is_read_in_zones() -> None:
    """And a note says of each part how it was read; where one mix is read, the zones are named."""

    def check(text: str, ground: str, zones: list[tuple[str, str]]) -> None:
        reading = parse_tile(text)
        assert reading.recipe == parse_recipe(ground).recipe
        assert [(mask, zone.recipe) for mask, zone in reading.zones] == [
            (mask, parse_recipe(mix).recipe) for mask, mix in zones
        ]
        assert sum("is read as the zone" in str(notice) for notice in reading.warnings) == len(zones)
        try:
            alone = parse_recipe(text)
        except RecipeError as error:
            assert all(f"--zone '{mask}=" in str(error) for mask, _ in zones)
        else:
            assert "needs zones" in str(alone.warnings)

    check_each(ZONES, check)


def test_a_tile_of_one_mix_is_read_as_a_recipe() -> None:
    """With the same words, notes and refusals."""
    for text in (
        "60% red, 40% black, wet, matt",
        "60% red, 40% black, with stripes",
        "красный 60, чёрный 40, край ровный",
    ):
        assert parse_tile(text) == parse_recipe(text)
    with pytest.raises(RecipeError, match="add up to 120"):
        parse_tile("60% red, 60% black")


def test_a_strict_reading_leaves_no_part_out() -> None:
    """Such as a line that no mask shows."""
    text = "grey tile with a 10cm red border and a white line in the middle"
    assert len(parse_tile(text).zones) == 1
    with pytest.raises(RecipeError, match="ask for it as a zone"):
        parse_tile(text, strict=True)


def test_numbers_of_parts_are_told_to_be_of_parts() -> None:
    """A mix scaled to 100 would be of no part."""
    for text, blamed in [
        ("frame 100% white 50% red, inside 100% black", "frame"),
        ("circles: red 100%, blue 100%, green 100%", "circles"),
        ("полосы: красный 100%, синий 100%, зелёный 100%", "полосы"),
    ]:
        with pytest.raises(RecipeError, match="is a part of the tile") as caught:
            parse_recipe(text)
        assert text[slice(*caught.value.span)] == blamed
    with pytest.raises(RecipeError, match="unknown colour 'blqqk'"):
        parse_recipe("60% red, 40% blqqk with a border")


def test_the_colours_of_all_parts_are_the_tiles() -> None:
    """Each once."""
    colours, _ = parse_colours("Основное поле: 80% серый + 20% чёрный\nКайма по краю 5 см: красный 100%")
    assert [colour.code for colour in colours] == ["GRAY", "BLACK", "RED"]


def test_what_is_not_said_is_not_guessed() -> None:
    """It is refused with its place."""

    def check(text: str) -> None:
        with pytest.raises(RecipeError) as caught:
            parse_recipe(text)
        start, end = caught.value.span
        assert text[start:end].strip()

    check_each(((text,) for part in MEANT for text in part.REFUSED), check)


def test_there_are_prompts_enough() -> None:
    """At least 400, a third of them of several kinds, in both languages."""
    texts = [prompt[0] for prompt in (*prompts.READ, *prompts.REFUSED)]
    assert len(set(texts)) == len(texts) >= 400
    assert prompts.SEVERAL_KINDS * 3 >= 400
    assert sum(re.search("[а-яё]", text.casefold()) is not None for text in texts) * 3 >= len(texts)


def test_words_can_be_refused_or_left_out() -> None:
    """A strict reading refuses what is not understood; where nothing reads words, none are passed on."""

    def check(text: str) -> None:
        with pytest.raises(RecipeError):
            parse_recipe(text, strict=True)
        assert parse_recipe(text, beside=Beside.NOTHING).words == ()

    unknown = (prompt[0] for prompt in prompts.READ if not all(map(is_finish, prompt[3])))
    check_each(((text,) for text in unknown), check)


def test_a_strict_reading_takes_a_finish() -> None:
    """It is understood, and goes to the prompt; two of them contradict each other."""
    assert parse_recipe("60% red, 40% black, matte", strict=True).words == ("matte",)
    assert parse_recipe("60% red, 40% black, matte", beside=Beside.NOTHING).words == ()
    with pytest.raises(RecipeError, match="'glossy' contradicts 'matte'"):
        parse_recipe("60% red, 40% black, matte, glossy")


def test_a_prompt_alone_takes_all_words() -> None:
    """Where no scene is made, what a scene would show goes to the prompt with the rest."""
    reading = parse_recipe("60% red, 40% black, wet, dramatic look", beside=Beside.PROMPT)
    assert (dict(reading.look), reading.words) == ({}, ("wet", "dramatic look"))


plain_mixes = st.sampled_from(["60% red, 40% black", "красный 60%, чёрный 40%", "red and black 60:40"])
numbers = st.integers(1, 999).map(str) | st.decimals(1, 999, places=1).map(str)
FRAMES = """
{mix}, {number} mm|{number}x{number} cm, {mix}|толщина {number}, {mix}|{mix}, {number}|{number}: {mix}|{mix} ({number})
total {number}, {mix}|{number} tiles, {mix}|{number} qwrt, {mix}|{mix}; size {number}|№{number}, {mix}
"""
frames = st.sampled_from(FRAMES.strip().replace("\n", "|").split("|"))


@given(plain_mixes, numbers, frames)
@settings(deadline=None)
def test_a_number_that_is_not_tied_to_a_colour_is_no_share(mix: str, number: str, frame: str) -> None:
    """Sizes, counts, totals and whatever else stands beside a mix leave its shares alone, or are refused."""
    try:
        percents = parse_recipe(frame.format(mix=mix, number=number)).recipe.percents
    except RecipeError:
        return
    assert percents == {"RED": 60, "BLACK": 40}


@given(st.integers(1, 50), st.integers(1, 50))
def test_masses_become_areas_by_density(red_kg: int, sbr_kg: int) -> None:
    """Crumb of tyres is lighter than EPDM, so it shows more area than its mass; and back it is its mass again."""
    reading = parse_recipe(f"{red_kg} kg red, {sbr_kg} kg SBR")
    by_mass = 100 * red_kg / (red_kg + sbr_kg)
    assert reading.recipe.percents["RED"] < by_mass
    assert reading.percents_by_mass["RED"] == pytest.approx(by_mass, abs=0.2)
    assert list(map(float, reading.densities_g_cm3.values())) == [1.15, 1.55]
    alike = parse_recipe(f"{red_kg} red, {sbr_kg} SBR", by_mass=True)
    assert alike.recipe == reading.recipe


SIGNS = "60% 40% 2:1 1/3 ½ 12,5 60,40 500x250 1015 044 RAL 3020 #A63D30 -5 0 1e9 teel qwerty <s0>"


def strings(seed: int, n: int) -> Iterator[str]:
    """Of the vocabulary, names of colours, numbers and what parts them, in any order."""
    rng = random.Random(seed)  # noqa: S311  (no secrets)
    colours = default_palette().colours
    pieces = [phrase for phrase, _ in phrases()] + [name for name, _ in general_names()]
    pieces += [name for colour in colours for name in (colour.caption_name, colour.name_ru)]
    pieces += SIGNS.split()
    between = [" ", " ", ", ", "; ", "\n", "\t", "/", "-", ": ", " (", ") ", "", "+", "."]
    for _ in range(n):
        text = "".join(rng.choice(pieces) + rng.choice(between) for _ in range(rng.randint(1, 14)))[:900]
        yield f"{rng.randint(1, 100)}% {text}" if rng.random() < 0.6 else text


def check_string(text: str) -> None:
    """It is refused with a reason, or written out and read again as the same recipe."""
    try:
        recipe = parse_recipe(text).recipe
    except RecipeError as error:
        assert str(error)
        return
    again = parse_recipe(format_prompt(recipe), strict=True)
    assert again.recipe == recipe
    assert not again.warnings


def test_strings_of_known_words_are_read_or_refused() -> None:
    """Whatever stands beside whatever."""
    for text in strings(seed=1, n=500):
        check_string(text)


@pytest.mark.slow
def test_many_strings_of_known_words_are_read_or_refused_at_once() -> None:
    """20,000 of them, each within 20 ms of the processor: a service reads them while others wait."""
    check_string("60% navy, 40% blakc")
    for slip in ("teracota", "красынй"):  # so that the tables are read, those of slips as well
        check_string(slip)
    for text in strings(seed=2, n=20_000):
        assert any(seconds_of(text) < 0.02 for _ in range(3)), text
        check_string(text)


def seconds_of(text: str) -> float:
    """Of the processor, for one reading; a pause of the collector falls into one of several."""
    start = time.process_time()
    with contextlib.suppress(RecipeError):
        parse_recipe(text)
    return time.process_time() - start
