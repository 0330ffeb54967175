"""Spellings of one name have one key, and misspelled names are recognised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.language.spelling import (
    MAX_QUERY,
    close_names,
    count_pieces,
    fold,
    is_cyrillic,
    name_key,
    other_layout,
)

SAME = (
    ("dark gray", "Dark Grey", "dark-grey", "DARKGRAY", "dk_gray", "  dark   gray "),
    ("тёмно-зелёный", "темно зелёная", "темнозелёного", "Тёмный зелёный", "ТЁМНО-ЗЕЛЁНЫЕ"),
    ("c009", "C-009", "С009", "с 009"),
    ("ral 3020", "RAL3020", "рал 3020"),
    ("терракота", "терракотой", "терракот"),
    ("песок", "песка", "песком"),
    ("синий", "cиний", "синяя", "синими"),
)


@pytest.mark.parametrize("spellings", SAME)
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    """Case, spaces, hyphens, ё, look-alike letters and endings do not count."""
    assert len({name_key(spelling) for spelling in spellings}) == 1


def test_different_names_have_different_keys() -> None:
    """Nothing that tells two names of one list apart is lost."""
    assert len({name_key(spellings[0]) for spellings in SAME}) == len(SAME)
    assert name_key("light gray") != name_key("dark gray")
    assert name_key("rh20") != name_key("rh02")


@given(st.text(max_size=40))
def test_a_key_is_not_case_sensitive(text: str) -> None:
    """And has neither spaces nor signs in it."""
    key = name_key(text)
    assert key == name_key(fold(text))
    assert all(character.isalnum() for character in key)


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюяabcdefgh 0123456789-", max_size=40))
def test_folding_again_changes_nothing(text: str) -> None:
    """What is folded is in its simplest form."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(("text", "n"), [("", 0), ("red", 1), ("dark-gray", 2), ("RAL3020", 2), ("«синий, 2»", 2)])
def test_pieces_are_runs_of_letters_or_digits(text: str, n: int) -> None:
    """Whatever stands between them."""
    assert count_pieces(text) == n


@pytest.mark.parametrize(
    ("text", "expected"), [("красный", True), ("red", False), ("кр red", False), ("", False), ("1", False)]
)
def test_the_script_is_that_of_most_letters(text: str, expected: bool) -> None:
    """Of as many of each it is Latin."""
    assert is_cyrillic(text) is expected


def test_close_names_come_with_the_likest_first() -> None:
    """At most so many, and none that is too unlike."""
    names = {name_key(name): name for name in ("red", "reddish", "green", "grey")}
    assert close_names("redd", names, 3, 0.6) == ("red", "reddish")
    assert close_names("redd", names, 1, 0.6) == ("red",)
    assert close_names("blue", names, 3, 0.9) == ()


def test_only_the_start_of_a_long_text_is_compared() -> None:
    """So that a text of any length costs little."""
    assert close_names("red" + " " * MAX_QUERY + "green", {name_key("red"): "red"}, 1, 0.9) == ("red",)


def test_the_same_keys_write_in_the_other_layout() -> None:
    """Both ways, also where a letter shares its key with a sign."""
    assert other_layout(",tksq") == "белый"
    assert other_layout("идфсл") == "black"
