"""Errors as sentences with named places."""

import inspect
import pickle
import string
from pathlib import Path

import pytest

from plitka import errors
from plitka.errors import HashMismatch, InputError, PaletteError, PromptTooLong, RecipeError, TooMany

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.PlitkaError)]


def test_an_error_is_its_sentence() -> None:
    """English, its places filled in."""
    error = InputError("{name} is {value}", name="steps", value=0)
    assert str(error) == "steps is 0"
    assert (error.message, error.values) == ("{name} is {value}", {"name": "steps", "value": 0})


def test_every_kind_stands_in_the_tree() -> None:
    """The module's docstring draws all of them."""
    assert errors.__doc__ is not None
    words = {word.strip(string.punctuation) for word in errors.__doc__.split()}
    assert {kind.__name__ for kind in KINDS} <= words


@pytest.mark.parametrize(
    ("error", "attributes"),
    [
        (RecipeError("no", source="red", span=(0, 3), suggestions=("rot",)), ("source", "span", "suggestions")),
        (PromptTooLong("no", n_tokens=80, limit=77, lost="red"), ("n_tokens", "limit", "lost")),
        (PaletteError("no", path=Path("own.csv"), line=3), ("path", "line")),
        (HashMismatch("no", path="a", expected="b", actual="c"), ("path", "expected", "actual")),
        (TooMany("no", retry_after_s=3.0), ("retry_after_s",)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_knows_its_details(error: errors.PlitkaError, attributes: tuple[str, ...]) -> None:
    """As attributes, for whoever handles it."""
    assert all(getattr(error, name) is not None for name in attributes)


def test_an_error_crosses_processes() -> None:
    """Workers send what went wrong, with all its details."""
    error = RecipeError("{name} is no colour", source="teel", span=(0, 4), suggestions=("teal",), name="teel")
    there = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(there) is RecipeError
    assert str(there) == "teel is no colour"
    assert vars(there) == vars(error)
