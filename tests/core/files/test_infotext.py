"""The text that the web UI has in its pictures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.files.infotext import parse_infotext, write_infotext

WORDS = st.text(alphabet='abc ,:\n"\\19', max_size=20)
NAMES = st.text(alphabet="abcXYZ ", min_size=1, max_size=10).map(str.strip).filter(bool)


def test_what_the_web_ui_writes_is_read() -> None:
    """Prompts of several lines, values in quotes, and a size as its sides."""
    text = (
        "a tile,\nred\nNegative prompt: blurry,\nmatt\n"
        "Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 5, "
        'Size: 512x768, Lora hashes: "a: 1, b: 2"'
    )
    assert parse_infotext(text) == {
        "Prompt": "a tile,\nred",
        "Negative prompt": "blurry,\nmatt",
        "Steps": "20",
        "Sampler": "Euler a",
        "Schedule type": "Karras",
        "CFG scale": "7",
        "Seed": "5",
        "Size-1": "512",
        "Size-2": "768",
        "Lora hashes": "a: 1, b: 2",
    }


@pytest.mark.parametrize("text", ["a tile", "ratio 1:2, 3:4", "a\nb: c"])
def test_words_without_settings_are_a_prompt(text: str) -> None:
    """Though there are colons in them."""
    assert parse_infotext(text) == {"Prompt": text, "Negative prompt": ""}


def test_no_text_has_nothing() -> None:
    """Not even an empty prompt."""
    assert parse_infotext(" \n") == {}


@settings(deadline=None)
@given(values=st.dictionaries(NAMES, WORDS.map(str.strip).filter(bool), min_size=3, max_size=5))
def test_settings_come_back_as_they_were_written(values: dict[str, str]) -> None:
    """Whatever marks are in them."""
    read = parse_infotext(write_infotext("a tile", "blurry", values))
    assert {name: read[name] for name in values} == values
    assert (read["Prompt"], read["Negative prompt"]) == ("a tile", "blurry")


@settings(deadline=None)
@given(st.text(alphabet='ab:,"\\ \n{}[]', max_size=80))
def test_any_text_is_read(text: str) -> None:
    """Every value is a text."""
    assert all(isinstance(value, str) for value in parse_infotext(text).values())
