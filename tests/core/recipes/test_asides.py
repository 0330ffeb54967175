"""What a recipe says beside its colours and numbers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.asides import set_aside
from plitka.core.recipes.beside import Asides, Beside
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

MIX = "60% red, 40% black"


def aside(text: str, beside: Beside = Beside.SCENE) -> tuple[list[Token], Asides]:
    """What of a text is mixed, and what is not."""
    source, palette = Source(text), default_palette()
    return set_aside(source, scan(source, palette), palette, beside)


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("wet", {"wet": True}),
        ("large granules, in the sun", {"granules": "2-4", "light": "sun"}),
        ("granules 1-3 mm", {"granule_mm": [1.0, 3.0]}),
        ("smooth surface", {"surface": "cut"}),
        ("random pattern, top view", {}),
    ],
)
def test_looks_become_choices_of_a_scene(text: str, look: dict[str, Any]) -> None:
    """With a remark for each; what every tile is needs none."""
    _, said = aside(f"{MIX}, {text}")
    assert said.look == look
    assert len(said.remarks) == len(look)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dramatic look", ["dramatic look"]),
        ("in the style of a catalogue", ["in the style of a catalogue"]),
        ("stone texture", ["stone texture"]),
        ("not wet", ["not wet"]),
        ("bokeh, wet, 8k", ["bokeh", "8k"]),
    ],
)
def test_other_words_are_kept_as_typed(text: str, words: list[str]) -> None:
    """Each segment's with its place."""
    typed = f"{MIX}, {text}"
    _, said = aside(typed)
    assert [word for word, _ in said.words] == words
    assert [typed[slice(*span)] for _, span in said.words] == words


@pytest.mark.parametrize(
    "text", ["60% red qwrt", "60% red, grngrn", "60% red, 3 qwrt", "wet, dry, red", "at least 60% red"]
)
def test_what_cannot_stand_aside_is_refused(text: str) -> None:
    """Unknown words beside a colour or a number, near-colours, contradictions, and numbers left open."""
    with pytest.raises(RecipeError):
        aside(text)


def test_sizes_counts_and_absent_colours() -> None:
    """They leave the mix."""
    kept, said = aside("2 colours, 500x500 mm, red and black, no white")
    assert [token.colour.code for token in kept if token.colour] == ["RED", "BLACK"]
    assert said.sizes == ["500x500 mm"]
    assert [count.value for count in said.counts] == [2]
    assert [colour.code for colour, _, _ in said.excluded] == ["WHITE"]


def test_without_a_scene_looks_are_words() -> None:
    """As in text mode."""
    _, said = aside(f"{MIX}, wet", Beside.PROMPT)
    assert not said.look
    assert [word for word, _ in said.words] == ["wet"]


def test_sizes_of_single_colours_are_of_several_tiles() -> None:
    """Areas and thicknesses, where nothing has a share; those of a mix, and of granules, are sizes."""
    for text in (
        "Плитка чёрная - 40 м2, красная - 20 м2",
        "40 m2 black, 20 m2 red",
        "чёрный SBR 10 мм + красный 15 мм",
    ):
        with pytest.raises(RecipeError, match="more than one tile"):
            parse_recipe(text)
    assert parse_recipe("black 60%, red 40%, 40 m2").sizes == ("40 m2",)
    assert parse_recipe("чёрный 1-3 мм, красный 2-4 мм").recipe.percents == {"BLACK": 50, "RED": 50}


def test_words_keep_their_preposition() -> None:
    """Without it a Russian word in that case says little."""
    assert parse_recipe("красный 60, чёрный 40 с фаской, со втулками").words == ("с фаской", "со втулками")


@given(st.lists(st.sampled_from(["wet", "8k", "bokeh", "20 mm", "sunny", "large granules", "матовая"]), unique=True))
def test_what_stands_aside_does_not_touch_the_mix(pieces: list[str]) -> None:
    """The tokens of the mix are the same with and without it, but for their places."""
    kept, _ = aside(", ".join([MIX, *pieces]))
    alone, _ = aside(MIX)
    mixed = [(token.kind, token.text) for token in kept if token.kind is not Kind.SEPARATOR]
    assert mixed == [(token.kind, token.text) for token in alone if token.kind is not Kind.SEPARATOR]
