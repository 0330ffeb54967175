"""The values of requests, and what the OpenAPI document says of them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from plitka.core.generation import MAX_SEED
from plitka.core.scene import FRACTIONS_MM, SIZE_PX_RANGE, SIZE_STEP_PX, Lighting, Surface
from plitka.errors import TooLarge
from plitka.serve import fields
from plitka.serve.settings import MAX_PROMPT_CH


def schema_of(kind: Any) -> dict[str, Any]:  # noqa: ANN401
    """A value's part of the document."""
    return TypeAdapter(kind).json_schema()


def choices_of(kind: Any, name: str) -> list[str]:  # noqa: ANN401
    """The words of an enumeration, as the document has it."""
    choices: list[str] = TypeAdapter(kind).json_schema()["$defs"][name]["enum"]
    return choices


def test_ranges_and_choices_are_their_owners() -> None:
    """Nothing is typed again."""
    assert schema_of(fields.FractionName)["enum"] == list(FRACTIONS_MM)
    assert choices_of(fields.SurfaceName, "Surface") == list(Surface)
    assert choices_of(fields.LightName, "Lighting") == list(Lighting)
    assert Surface.describe() in schema_of(fields.SurfaceName)["description"]
    assert Lighting.describe() in schema_of(fields.LightName)["description"]
    size = schema_of(fields.SizePx)
    assert (size["minimum"], size["maximum"], size["multipleOf"]) == (*SIZE_PX_RANGE, SIZE_STEP_PX)
    assert schema_of(fields.Seed)["maximum"] == MAX_SEED


@settings(deadline=None)
@given(number=st.integers(1, 150))
def test_json_has_one_kind_of_number(number: int) -> None:
    """7.0 is as good an integer as 7; 7.5 is none."""
    steps = TypeAdapter(fields.Steps)
    assert steps.validate_python(float(number), strict=True) == number
    with pytest.raises(ValidationError):
        steps.validate_python(number + 0.5, strict=True)


@settings(deadline=None)
@given(text=st.text(st.characters(categories=["Cc"], exclude_characters="\t\n\r"), min_size=1))
def test_control_characters_are_refused(text: str) -> None:
    """They hide what a person would read."""
    with pytest.raises(ValidationError):
        TypeAdapter(fields.RecipeText).validate_python("red" + text)


def test_what_is_not_in_a_list_is_refused_with_the_list() -> None:
    """And no regular expression is shown to people."""
    for kind, value, says in (
        (fields.FractionName, "1-9", "must be one of 0.5-1.5, 1-3, 1-4, 2-4"),
        (fields.Mask, "text:\x00", "must have no control characters"),
        (fields.RecipeText, "red\u202e", "nor any that turn the reading"),
    ):
        with pytest.raises(ValidationError, match=says) as caught:
            TypeAdapter(kind).validate_python(value)
        assert "pattern" not in str(caught.value)


def test_a_recipe_is_as_long_as_it_may_be() -> None:
    """One character more is too large a request."""
    assert fields.checked_length("x" * MAX_PROMPT_CH)
    with pytest.raises(TooLarge):
        fields.checked_length("x" * (MAX_PROMPT_CH + 1))
