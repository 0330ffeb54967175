"""Tokens as a statement: which colours are mentioned, with which numbers in which units."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.amounts import Unit
from plitka.core.recipes.asides import set_aside
from plitka.core.recipes.grammar import Statement, parse
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def read(text: str) -> Statement:
    """The statement of a text, by our own colours."""
    source = Source(text)
    palette = default_palette()
    return parse(source, *set_aside(source, scan(source, palette), palette))


def said(text: str) -> list[tuple[str, str | None, Unit | None]]:
    """(code, number, unit) of each mention."""
    return [
        (mention.colour.code, str(mention.amount.value), mention.amount.unit)
        if mention.amount
        else (mention.colour.code, None, None)
        for mention in read(text).mentions
    ]


def pairs(text: str) -> list[tuple[str, Fraction | None]]:
    """Codes and their numbers."""
    return [(mention.colour.code, mention.amount.value if mention.amount else None) for mention in read(text).mentions]


@pytest.mark.parametrize(
    "text",
    ["60% red, 40% black", "red 60, black 40", "red: 60; black: 40", "60/40 red/black", "red and black 60:40",
     "красный - 60, чёрный - 40", "60 40 red black", "red=60, black=40"],
)  # fmt: skip
def test_each_order_pairs_alike(text: str) -> None:
    """Number first, colour first, or all of one before all of the other."""
    assert pairs(text) == [("RED", Fraction(60)), ("BLACK", Fraction(40))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60% red, 40% black", [("RED", "60", Unit.PERCENT), ("BLACK", "40", Unit.PERCENT)]),
        ("red 60%, black 40%", [("RED", "60", Unit.PERCENT), ("BLACK", "40", Unit.PERCENT)]),
        ("60 red 40 black", [("RED", "60", Unit.PLAIN), ("BLACK", "40", Unit.PLAIN)]),
        ("2 parts red, 1 part black", [("RED", "2", Unit.PARTS), ("BLACK", "1", Unit.PARTS)]),
        ("red:black 2:1", [("RED", "2", Unit.RATIO), ("BLACK", "1", Unit.RATIO)]),
        ("1/3 red, 2/3 black", [("RED", "1/3", Unit.FRACTION), ("BLACK", "2/3", Unit.FRACTION)]),
        ("half red, black", [("RED", "1/2", Unit.FRACTION), ("BLACK", None, None)]),
        ("60% red, the rest black", [("RED", "60", Unit.PERCENT), ("BLACK", None, None)]),
        ("red", [("RED", None, None)]),
    ],
)
def test_numbers_go_to_their_colours(text: str, expected: list[tuple[str, str | None, Unit | None]]) -> None:
    """Before or after them, in the unit they are written in."""
    assert said(text) == expected


def test_each_gives_its_number_to_all() -> None:
    """To every colour that follows it."""
    mentions = read("50% red, 25% each black and white").mentions
    assert [mention.amount.value for mention in mentions if mention.amount] == [50, 25, 25]


def test_what_a_statement_says_beside_numbers() -> None:
    """Equal parts, a base and flecks."""
    assert read("red and black in equal parts").equal
    assert read("60% red, the rest black").has_base
    assert read("black with 15% red fleck").has_fleck
    plain = read("60% red, 40% black")
    assert not any((plain.equal, plain.has_base, plain.has_fleck, plain.remarks))


def test_a_name_beside_a_code_describes_it() -> None:
    """«RAL 3020 красный» is one colour."""
    statement = read("60% RAL 3020 красный, 40% black")
    assert len(statement.mentions) == 2
    assert [remark.values["code"] for remark in statement.remarks] == ["RAL 3020"]


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("60% red, -40% black", "-40"),
        ("60-70% red, black", "60-70"),
        ("60%", "60"),
        ("percent red", "percent"),
    ],
)
def test_what_makes_no_sense_is_shown(text: str, blamed: str) -> None:
    """The error's span is the place of what is to blame."""
    with pytest.raises(RecipeError) as refused:
        read(text)
    assert blamed in text[slice(*refused.value.span)]


@given(st.lists(st.integers(1, 99), min_size=1, max_size=8))
def test_every_number_is_kept(percents: list[int]) -> None:
    """In the order it was written in, whatever the sum."""
    colours = default_palette().catalogue[: len(percents)]
    pairs = list(zip(percents, colours, strict=True))
    before = ", ".join(f"{percent}% {colour.caption_name}" for percent, colour in pairs)
    after = "; ".join(f"{colour.caption_name} - {percent}%" for percent, colour in pairs)
    for text in (before, after):
        mentions = read(text).mentions
        assert [mention.colour for mention in mentions] == list(colours)
        assert [mention.amount.value for mention in mentions if mention.amount] == list(map(Fraction, percents))


@given(st.text(max_size=60))
def test_places_of_a_statement_lie_in_its_text(text: str) -> None:
    """Of whatever can be read at all."""
    try:
        statement = read(text)
    except RecipeError:
        return
    for mention in statement.mentions:
        places = [mention.span] + ([mention.amount.span] if mention.amount else [])
        assert all(0 <= start < end <= len(text) for start, end in places)


@pytest.mark.parametrize("text", ["", "60%", "60% 40% red", "red, black in thirds", "60% red, 40", "10-20% red, black"])
def test_what_does_not_pair_is_refused(text: str) -> None:
    """With a place in the text."""
    with pytest.raises(RecipeError) as refused:
        read(text)
    assert 0 <= refused.value.span[0] <= refused.value.span[1] <= len(text)


@pytest.mark.parametrize(
    "text", ["navy 80%, white 20%, but no white if it's over budget", "синий 80%, белый 20%, без белого, если дорого"]
)
def test_a_condition_is_refused_with_what_to_write(text: str) -> None:
    """One mix, for nobody knows here whether it holds."""
    with pytest.raises(RecipeError, match="write one mix, with it or without it"):
        parse_recipe(text)
