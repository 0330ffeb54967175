"""Colours that have run out."""

from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe

BROWN = {"BROWN": 60, "BLACK": 40}
SAYINGS = [
    ("we ran out of red, use brown 60 black 40", "we ran out of red"),
    ("out of red - do brown 60 black 40", "out of red"),
    ("no red left, brown 60 black 40", "no red left"),
    ("brown 60 black 40, red is sold out", "red is sold out"),
    ("красный закончился, коричневый 60 чёрный 40", "красный закончился"),
    ("закончилась красная, коричневый 60 чёрный 40", "закончилась красная"),
]


def test_a_colour_that_ran_out_is_no_part_of_the_mix() -> None:
    """A notice tells of it."""

    def check(text: str, words: str) -> None:
        reading = parse_recipe(text)
        assert reading.recipe.percents == BROWN
        assert str(reading.warnings[0]) == f"{words!r} is no part of the mix; it is left out"

    check_each(SAYINGS, check)


def test_the_only_colour_stays() -> None:
    """There is none in its place."""
    assert parse_recipe("red is finished").recipe.percents == {"RED": 100}
