"""What front ends of the web UI write into prompts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.recipes.reading import parse_recipe
from plitka.serve.prompt_syntax import without_syntax


@pytest.mark.parametrize(
    ("prompt", "words", "left_out"),
    [
        ("<lora:tile:0.8> 60% red, 40% black", "60% red, 40% black", ("<lora:tile:0.8>",)),
        ("60% red, <LoRA:a b:1>, 40% black", "60% red, 40% black", ("<LoRA:a b:1>",)),
        ("60% red, 40% black, <hypernet:x:1>", "60% red, 40% black", ("<hypernet:x:1>",)),
        ("60% (red:1.2), (40% black:0.9)", "60% red, 40% black", ("(red:1.2)", "(40% black:0.9)")),
        ("((60% red:1.1), 40% black:2)", "60% red, 40% black", ("(60% red:1.1)", "(60% red, 40% black:2)")),
        ("60% (RAL 3020:1.3), 40% black", "60% RAL 3020, 40% black", ("(RAL 3020:1.3)",)),
    ],
)
def test_words_stay_and_the_rest_is_told(prompt: str, words: str, left_out: tuple[str, ...]) -> None:
    """A weighted word stays without its weight."""
    assert without_syntax(prompt) == (words, left_out)
    assert parse_recipe(words).recipe.percents


@pytest.mark.parametrize(
    "prompt",
    ["(red and black 2:1)", "(red:black 2:1)", "(red:1, black:2)", "grey (RAL 7035) 60, white 40", "red:black 2:1"],
)
def test_what_a_recipe_says_stays(prompt: str) -> None:
    """Brackets and ratios are words of recipes too."""
    assert without_syntax(prompt) == (prompt, ())


@settings(deadline=None)
@given(st.text(alphabet="(): ,<>.12redlora", max_size=60))
def test_nothing_is_left_to_leave_out(prompt: str) -> None:
    """Whatever is typed, reading what came out changes nothing more than commas do."""
    words, _ = without_syntax(prompt)
    assert without_syntax(words)[0] == words
