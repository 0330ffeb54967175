"""Numbers that several colours share."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.shared_numbers import with_shared_numbers
from plitka.core.recipes.source import Source


def shared(text: str) -> list[float] | None:
    """The numbers that are then in the text."""
    source = Source(text)
    tokens = with_shared_numbers(source, scan(source, default_palette()))
    return None if tokens is None else [float(token.value) for token in tokens if token.kind is Kind.NUMBER]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("black, 10% flecks: half of them white, half of them red", [5, 5]),
        ("grey with 12% flecks, a third red and two thirds white", [4, 8]),
        ("2 to 1 red and black with 10% white", [60, 30, 10]),
        ("тёмно-серый и светло-серый 1:1, 5% красного", [47.5, 47.5, 5]),
        ("кирпичный 75, остальные 25 - чёрный с белым 3:2", [75, 15, 10]),
    ],
)
def test_a_number_is_shared_out(text: str, numbers: list[float]) -> None:
    """By fractions, and by a ratio behind two colours."""
    assert shared(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "10% flecks: half white, half red",
        "SBR 80%, EPDM: half blue, half white",
        "red 60, black and white 2:1",
        "black, 10% flecks, half of them white",
        "red 60, black 40",
    ],
)
def test_others_stay(text: str) -> None:
    """Without a ground, of one colour, and where the number is another colour's or less than what is left."""
    assert shared(text) is None


def test_two_shades_with_one_hue_share_their_number() -> None:
    """A notice says so."""
    reading = parse_recipe("40% light and dark grey, rest black")
    assert reading.recipe.percents == {"LTGRAY": 20, "DKGRAY": 20, "BLACK": 60}
    assert "'40% light and dark grey' is taken as 20% of each shade" in map(str, reading.warnings)
