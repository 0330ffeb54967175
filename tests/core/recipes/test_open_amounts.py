"""Words that leave a number open."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.open_amounts import is_upper_bound, refuse_open
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "message"),
    [("less black", "changes a mix that is not told here"), ("a bit of black", "leaves the number open")],
)
def test_errors_say_what_is_open(text: str, message: str) -> None:
    """A change of another mix, or a number that was not said."""
    source = Source(text)
    error = refuse_open(source, scan(source, default_palette())[0])
    assert message in str(error)
    assert error.span is not None
    assert error.span[0] == 0


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("чёрный с большим количеством белого", "90% белого, 10% чёрный"),
        ("красного побольше, чёрного поменьше", "90% красного, 10% чёрного"),
        ("lots of red, some black", "90% red, 10% black"),
    ],
)
def test_the_example_has_the_colours_of_the_text(text: str, example: str) -> None:
    """It can be copied, and is read."""
    with pytest.raises(RecipeError, match="leaves the number open") as caught:
        parse_recipe(text)
    assert str(caught.value).endswith(example)
    assert caught.value.rewritten == example
    assert parse_recipe(example)


def test_a_number_behind_to_is_a_bound() -> None:
    """But not between two numbers."""
    to, number, *_ = scan(Source("до 20% красного"), default_palette())
    assert is_upper_bound(None, to, number)
    assert not is_upper_bound(number, to, number)
