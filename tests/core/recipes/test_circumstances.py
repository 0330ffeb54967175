"""What is said around a mix."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.circumstances import is_list, take_circumstances
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.segments import spans_of, split
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token


def around(text: str) -> list[Token]:
    """The tokens, with what stands beside as words."""
    source = Source(text)
    tokens, _ = take_circumstances(source, scan(source, default_palette()), default_palette())
    return tokens


@pytest.mark.parametrize(
    "text",
    [
        "red tiles under a swing",
        "60% red, 40% black for dogs",
        "60% чёрного и 40% красного на улицу",
        "красный 60 как рубин, белый 40",
        "60% red, 40% black would look nice",
        "deliver tomorrow 60% red, 40% black",
        "40% red, 60% black in the garden",
        "half blue, half white, my son likes the sea",
    ],
)
def test_words_beside_the_mix_are_set_beside(text: str) -> None:
    """No unknown word is left that would be refused, and no colour is taken of them."""
    kinds = [token.kind for token in around(text)]
    assert Kind.UNKNOWN not in kinds
    assert Kind.ASIDE in kinds
    assert kinds.count(Kind.COLOUR) <= 2


@pytest.mark.parametrize("text", ["60% qwrt, 40% black", "60% red qwrt, 40% black", "qwrt red", "red and qwrt"])
def test_words_in_the_place_of_a_colour_stay_unknown(text: str) -> None:
    """Beside a number or a colour they may have mattered."""
    assert Kind.UNKNOWN in [token.kind for token in around(text)]


def test_a_colour_that_is_compared_is_the_mixs_where_it_is_the_only_one() -> None:
    """`Something like terracotta` is terracotta, and red like blood is red; a code always counts."""
    colours = [[t.text for t in around(x) if t.kind is Kind.COLOUR] for x in ("like rust 60%", "red like rust")]
    assert colours == [["rust"], ["red"]]
    assert [t.text for t in around("красный как RAL 3020") if t.kind is Kind.COLOUR] == ["красный", "ral 3020"]


@pytest.mark.parametrize(
    ("text", "n_colours"),
    [
        ("black tile, blue light", 1),
        ("чёрная, синяя подсветка", 1),
        ("40% red light, 60% black", 2),
        ("lights, red", 1),
        ("чёрный с белым светом 20%", 2),
    ],
)
def test_the_colour_of_light_is_not_of_the_mix(text: str, n_colours: int) -> None:
    """Without a number of its own."""
    assert [token.kind for token in around(text)].count(Kind.COLOUR) == n_colours


@pytest.mark.parametrize(
    ("text", "expected"),
    [("мята, чертополох", True), ("red, black", True), ("red", False), ("red tile, qwrt", False), ("red, 5", False)],
)
def test_a_list_of_names_has_nothing_else(text: str, expected: bool) -> None:
    """One more word, or a number, makes it something else."""
    source = Source(text)
    segments = list(split(source, scan(source, default_palette())))
    pairs = zip(segments, spans_of(source, segments), strict=True)
    assert is_list(source, [(segment, span) for (segment, _), span in pairs]) is expected
