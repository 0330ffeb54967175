"""Lists without commas that end in a rest."""

import random

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError

ENGLISH = {
    "orange": "ORANGE", "teal": "TEAL", "black": "BLACK", "red": "RED", "white": "WHITE", "blue": "BLUE",
    "grey": "GRAY", "yellow": "YELLOW", "brown": "BROWN", "pink": "PINK",
}  # fmt: skip
RUSSIAN = {
    "красный": "RED", "черный": "BLACK", "белый": "WHITE", "синий": "BLUE", "серый": "GRAY", "желтый": "YELLOW",
    "коричневый": "BROWN", "розовый": "PINK",
}  # fmt: skip
RESTS = (
    (ENGLISH, ("rest", "the rest", "remaining", "the remainder", "balance", "rest of it", "reest", "remaning")),
    (RUSSIAN, ("остальное", "всё остальное", "остаток", "остальной", "осталное")),
)


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("orange 25% teal 25% black rest", {"ORANGE": 25, "TEAL": 25, "BLACK": 50}),
        ("oragne 25%  teal 25%  blk rest, wet look pls", {"ORANGE": 25, "TEAL": 25, "BLACK": 50}),
        ("оранжевый 20% синий 25% черный остальное", {"ORANGE": 20, "BLUE": 25, "BLACK": 55}),
        ("красный: 20 белый: 25 черный: всё остальное", {"RED": 20, "WHITE": 25, "BLACK": 55}),
        ("10 brown 10 red pink the rest", {"BROWN": 10, "RED": 10, "PINK": 80}),
        ("charcoal field, 16% chips: half red half blue", {"ANTHRACITE": 84, "RED": 8, "BLUE": 8}),
        ("60% red base, 40% black", {"RED": 60, "BLACK": 40}),
    ],
)
def test_each_number_is_of_the_colour_beside_it(text: str, percents: dict[str, float]) -> None:
    """And what is named with the rest has it."""
    assert parse_recipe(text).recipe.percents == percents


def test_no_number_slides_to_another_colour() -> None:
    """Whatever marks the rest, wherever it stands, with commas and without."""
    rng = random.Random(31)  # noqa: S311 - no secret
    wrong: list[str] = []
    n_read = 0
    for _ in range(400):
        text, meant = _list(rng)
        try:
            read = parse_recipe(text).recipe.percents
        except RecipeError:
            continue
        n_read += 1
        wrong += [f"{text!r}: {read}"] if read != meant else []
    assert not wrong
    assert n_read > 340


def _list(rng: random.Random) -> tuple[str, dict[str, float]]:
    """A list of colours with their numbers, and what is meant by it."""
    names, rests = rng.choice(RESTS)
    first, *others = rng.sample(sorted(names), rng.randint(2, 4))
    numbers = [rng.choice((5, 10, 15, 20, 25)) for _ in others]
    unit = rng.choice(("%", " %", "", " percent" if names is ENGLISH else " процентов"))
    link = rng.choice((" ", " - ", ": "))
    is_behind = rng.random() < 0.6
    items = [
        f"{name}{link}{number}{unit}" if is_behind else f"{number}{unit} {name}"
        for name, number in zip(others, numbers, strict=True)
    ]
    marker = rng.choice(rests)
    rest = rng.choice((f"{first} {marker}", f"{first}{link}{marker}", f"{marker} {first}"))
    between = rng.choice((" ", "  ", ", ", "\n", " and " if names is ENGLISH else " и "))
    meant = {names[name]: float(number) for name, number in zip(others, numbers, strict=True)}
    meant[names[first]] = 100.0 - sum(numbers)
    return between.join(rng.choice(([*items, rest], [rest, *items]))), meant
