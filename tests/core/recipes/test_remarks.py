"""`without_remarks`: what something was or becomes."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.remarks import without_remarks
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("red 60, blue 40 (blue was grey in rev A)", "blue was grey in rev A"),
        ("red 60, blue 40 - cheaper ones will yellow", "cheaper ones will yellow"),
        ("плитка была красная, надо синюю", "плитка была красная"),
    ],
)
def test_a_remark_is_a_label(text: str, remark: str) -> None:
    """With all of its words."""
    source = Source(text)
    told = without_remarks(source, scan(source, default_palette()))
    assert [token.text for token in told if token.kind is Kind.LABEL] == [remark]


@pytest.mark.parametrize("text", ["the tile was red", "red 60, black was 40", "was grey, now red", "tile will be red"])
def test_what_may_be_of_the_mix_stays(text: str) -> None:
    """The only colour, what has a number, and a wish."""
    source = Source(text)
    tokens = scan(source, default_palette())
    colours = [token.colour for token in without_remarks(source, tokens) if token.kind is Kind.COLOUR]
    assert colours[-1] == [token.colour for token in tokens if token.kind is Kind.COLOUR][-1]
