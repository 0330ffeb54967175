"""Granules that are said to be coloured, with their number, and then of which colours."""

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.coloured_parts import with_coloured_parts
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


def shares_of(text: str) -> list[tuple[float, str]] | None:
    """Numbers with the colours behind them; None where nothing was changed."""
    tokens = list(scan(Source(text), default_palette()))
    found = with_coloured_parts(tokens)
    if found == tokens:
        return None
    return [
        (float(number.value), colour.colour.code)
        for number, colour in zip(found, found[2:], strict=False)
        if colour.colour is not None and number.value
    ]


def test_each_colour_has_its_part_of_the_number() -> None:
    """In halves, percent of it, or equally; the ground is none of them."""
    assert shares_of("40% coloured, half red, half white, black base") == [(20, "RED"), (20, "WHITE")]
    assert shares_of("цветной крошки 40%: 75% красная и 25% белая, фон чёрный") == [(30, "RED"), (10, "WHITE")]
    assert shares_of("30% coloured: red, blue and white equally, on black") == [
        (10, "RED"),
        (10, "BLUE"),
        (10, "WHITE"),
    ]


def test_the_colours_in_brackets_add_up_to_the_number() -> None:
    """Or are parts of it; it may have no percent sign."""
    for text in (
        "80 black, 20 coloured (15 red, 5 blue)",
        "black 80, coloured flecks 20 (15 red, 5 blue)",
        "80% black, 20% coloured (15% red, 5% blue)",
        "80 чёрный, 20 цветной (15 красный, 5 синий)",
        "80 blk 20 col (15 red 5 blue)",
        "80 black, 20 (15 red, 5 blue)",
        "80% black + 20% (15% red + 5% blue)",
        "80 чёрн 20 цв (15 красн 5 син)",
        "чёрный 80%, 20% (15% красный, 5% синий)",
        "чёрный 80, цветной крап 20 (15 красный, 5 синий)",
    ):
        assert parse_recipe(text).recipe.percents == {"BLACK": 80, "RED": 15, "BLUE": 5}
    halves = parse_recipe("black 90, EPDM coloured flecks 10 (half blue, half grey)")
    assert halves.recipe.percents == {"BLACK": 90, "BLUE": 5, "GRAY": 5}


def test_what_is_no_whole_stays_as_it_is() -> None:
    """Also a number that is not the word's, and one colour."""
    for text in (
        "60% red, 40% black",
        "40% coloured, half red, black base",
        "coloured granules, half red, half white",
        "40% coloured granules",
        "40% coloured: red, rest black",
    ):
        assert shares_of(text) is None, text
