"""Numbers that are no shares."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.recipes.quantities import digits_of_code, end_of_size, granules_mm, list_numbers, sum_of_list
from plitka.core.recipes.reading import parse_recipe


@pytest.mark.parametrize(
    ("text", "size"),
    [("epdm 1-4", "1-4"), ("epdm 1-3.5, red", "1-3.5"), ("эпдм 1-4", "1-4"), ("epdm 1-4 red black", None),
     ("epdm 60-40", None), ("sbr 1-4", "1-4"), ("сбр 1-4, красный", "1-4")],
)  # fmt: skip
def test_a_range_behind_a_material_is_of_granules(text: str, size: str | None) -> None:
    """Where nothing else stands beside it and it may be granules."""
    at = text.index(" ") + 1
    end = end_of_size(text, at)
    assert (None if end is None else text[at:end]) == size


@pytest.mark.parametrize(
    "size",
    [
        "500x250",
        "500 x 500 x 20 mm",
        "20 мм",
        "50х50 см",
        "20 inch",
        "100 m2",
        "2.5 cm",
        '20"',
        "1-4 mm",
        "100 кв.м",
        "3 м",
        '20" x 20" x 1"',
        "20 дюймов х 20 дюймов х 1 дюйм",
    ],
)
def test_a_size_is_taken_whole(size: str) -> None:
    """With its unit, and nothing of what follows."""
    assert end_of_size(f"{size} red", 0) == len(size)


@pytest.mark.parametrize("size", ["20in x 20in x 1in", "20 in x 20 in x 1 in", "20 x 20 x 1in", "20in x 20in"])
def test_inches_before_a_comma_are_of_a_size(size: str) -> None:
    """Of each side, or of all behind the last; before a word `in` may be one."""
    assert end_of_size(f"{size}, red", 0) == len(size)
    notes = [str(notice) for notice in parse_recipe(f"RAL 3009 oxide red, {size}").warnings]
    assert any(repr(size) in note for note in notes)


@pytest.mark.parametrize("text", ["60% red", "60 red", "2 x 25 kg", "60 mixed", "2:1", "60 матовый", "3 parts"])
def test_other_numbers_are_no_sizes(text: str) -> None:
    """Shares, parts and masses."""
    assert end_of_size(text, 0) is None


@given(st.integers(1, 999), st.integers(1, 999), st.sampled_from("xх×*"))
def test_two_lengths_are_a_size(first: int, second: int, sign: str) -> None:
    """Whatever stands between them for `by`."""
    size = f"{first}{sign}{second}"
    assert end_of_size(size, 0) == len(size)


@pytest.mark.parametrize(("text", "at"), [("granules 1-3, red", 9), ("фракция 2-4", 8)])
def test_a_range_behind_granules_is_their_size(text: str, at: int) -> None:
    """With or without its unit."""
    end = end_of_size(text, at)
    assert end is not None
    assert granules_mm(text[at:end]) is not None


@pytest.mark.parametrize(
    ("size", "expected"), [("1-4 mm", (1.0, 4.0)), ("0.5-1.5mm", (0.5, 1.5)), ("4-1 mm", None), ("20-500 mm", None)]
)
def test_sizes_of_granules(size: str, expected: tuple[float, float] | None) -> None:
    """The smallest first, and none as large as a tile."""
    assert granules_mm(size) == expected


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("1. red 2. black", 2),
        ("1) red\n2) black\n3) white", 3),
        ("1\tred\t60\n2\tblack\t40", 2),
        ("no 1 red, no 2 black", 2),
        ("a) red b) black", 2),
        ("colour 1: red, colour 2: black", 2),
        ("1 - red 60, 2 - black 40", 2),
        ("1 - red, 2 - black", 0),
        ("60 red, 40 black", 0),
        ("2. red 3. black", 0),
        ("1\tred\n2\tblack", 0),
    ],
)
def test_a_list_counts_from_one(text: str, n: int) -> None:
    """Other numbers are amounts."""
    assert len(list_numbers(text)) == n


@given(st.integers(1, 99))
def test_two_numbers_with_a_comma_are_a_whole(first: int) -> None:
    """60,40 may be two numbers; 60,30 is a decimal."""
    text = f"{first},{100 - first:02d}"
    assert sum_of_list(text) == (Fraction(first), Fraction(100 - first))
    assert sum_of_list(f"{first},{(101 - first) % 100:02d}") is None


@pytest.mark.parametrize(("text", "code"), [("1015", "RAL 1015"), ("044", "044"), ("60", None), ("1234", None)])
def test_digits_that_may_be_codes(text: str, code: str | None) -> None:
    """Four of RAL, or three with a nought before them."""
    assert digits_of_code(text) == code
