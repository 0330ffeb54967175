import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.errors import ManifestError
from plitka.model.manifest import Table

PATH = Path("bundle.toml")


def table(**values: object) -> Table:
    """A table at `lora` in a manifest."""
    return Table(PATH, "lora", values)


def test_what_is_there_is_read() -> None:
    """Each kind of value as it stands, a whole number also where a fraction may stand."""
    with table(file="a", tokens=["x", "y"], steps=3, strength=1, inner={"a": "b"}) as values:
        assert values.text("file") == "a"
        assert values.texts("tokens") == ("x", "y")
        assert values.integer("steps", low=1) == 3
        assert values.number("strength", low=0, high=2) == 1.0
        assert isinstance(values.number("strength", low=0, high=2), float)
        with values.table("inner") as inner:
            assert inner.names() == ["a"]
            assert inner.text("a") == "b"


def test_what_is_left_out_has_its_default() -> None:
    """Without a default it is missing, with its place in the message."""
    empty = table()
    assert empty.text("file", "usual") == "usual"
    assert empty.texts("tokens", ("x",)) == ("x",)
    assert empty.integer("steps", 3, low=1) == 3
    assert empty.number("strength", 0.5, low=0, high=1) == 0.5
    assert empty.optional_table("inner") is None
    with pytest.raises(ManifestError, match=r"lora\.file is missing"):
        empty.text("file")


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (lambda values: values.text("key"), 1, "expected a string, found 1"),
        (lambda values: values.text("key", pattern="[a-z]+"), "aB", r"expected a string like \[a-z\]\+, found 'aB'"),
        (lambda values: values.text("key", pattern="[a-z]+"), "ab\n", "expected a string like"),
        (lambda values: values.texts("key"), "ab", "expected a list of strings"),
        (lambda values: values.texts("key"), ["a", 1], "expected a list of strings"),
        (lambda values: values.integer("key", low=1, high=9), 10, "a whole number from 1 to 9, found 10"),
        (lambda values: values.integer("key", low=1), 0, "a whole number from 1, found 0"),
        (lambda values: values.integer("key", low=0), True, "a whole number from 0, found True"),
        (lambda values: values.integer("key", low=0), 1.0, "a whole number from 0, found 1.0"),
        (lambda values: values.integer("key", low=0, multiple=8), 12, "a multiple of 8, found 12"),
        (lambda values: values.number("key", low=0, high=1), 1.5, "a number from 0 to 1, found 1.5"),
        (lambda values: values.number("key", low=0, high=1), float("nan"), "a number from 0 to 1, found nan"),
        (lambda values: values.number("key", low=0, high=1), "1", "a number from 0 to 1, found '1'"),
        (lambda values: values.number("key", low=0, high=1), False, "a number from 0 to 1, found False"),
        (lambda values: values.table("key"), [], r"a table, found \[\]"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(read: Callable[[Table], Any], value: object, message: str) -> None:
    """File, key, what was expected and what is there."""
    with pytest.raises(ManifestError, match=rf"bundle\.toml: lora\.key: .*{message}") as caught:
        read(table(key=value))
    assert caught.value.path == PATH


@given(st.integers(), st.integers(0, 50), st.integers(50, 100), st.integers(1, 16))
def test_exactly_the_numbers_in_range_are_read(value: int, low: int, high: int, multiple: int) -> None:
    """Both ends count."""
    values = table(steps=value)
    if low <= value <= high and value % multiple == 0:
        assert values.integer("steps", low=low, high=high, multiple=multiple) == value
    else:
        with pytest.raises(ManifestError):
            values.integer("steps", low=low, high=high, multiple=multiple)


def test_a_key_that_nobody_asked_for_is_refused_with_the_nearest() -> None:
    """A misspelt key would otherwise leave the default in silence."""
    with pytest.raises(ManifestError, match=r"unknown key 'lora\.strenght'; the nearest known one is 'lora\.strength'"):
        _read_strength(table(strenght=1))


def _read_strength(values: Table) -> None:
    with values:
        values.number("strength", 1.0, low=0, high=2)
        values.has("file")


def test_asking_whether_a_key_is_there_makes_it_known() -> None:
    """A choice between two keys looks at both."""
    with table(file="a") as values:
        assert values.has("file")
        assert not values.has("path")


def test_keys_that_are_data_are_all_known() -> None:
    """The table of files has paths as keys."""
    with table(**{"a/b.json": 1, "c.json": 2}) as values:
        assert values.names() == ["a/b.json", "c.json"]


def test_an_error_inside_is_not_hidden_by_unknown_keys() -> None:
    """The first mistake is the one that is told."""
    with pytest.raises(ManifestError, match=re.escape("lora.strength: expected a number")):
        _read_strength(table(strength="much", unknown=1))


def test_a_complaint_about_a_whole_table_names_it() -> None:
    """Where two keys contradict each other."""
    assert "[lora]: expected one of two" in str(table().error("expected one of two"))
