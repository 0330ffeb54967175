"""Changes to a mix that the same text tells."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.changes import find_untold_change, with_change
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    "text",
    [
        "swap the blue for green: was 80 black 20 blue",
        "замени синий на зелёный, было 80 чёрный 20 синий",
        "замените, пожалуйста, синий на зелёный, было чёрный 80 синий 20",
    ],
)
def test_one_colour_stands_for_another(text: str) -> None:
    """In either order, and a notice tells of it."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {"BLACK": 80, "GREEN": 20}
    assert any("of the mix that is told" in str(warning) for warning in reading.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "instead of red use blue: 80 black 20 red", "blue instead of red: 80 black 20 red",
        "вместо красного - синий: чёрный 80, красный 20", "80 black 20 red, but use blue instead of red",
    ],
)  # fmt: skip
def test_a_colour_instead_of_another(text: str) -> None:
    """Before the mix or behind it."""
    assert parse_recipe(text).recipe.percents == {"BLACK": 80, "BLUE": 20}


@pytest.mark.parametrize(
    "text",
    [
        "outer band black, inside: 80% beige 20% brown", "outer 40 mm hexagon black, inside: 80% beige 20% brown",
        "red star, around it: 70% grey 30% black", "yellow line, elsewhere: 70% grey 30% black",
        "красная звезда, вокруг: 70% серый 30% чёрный", "жёлтая полоса, рядом: серый 70%, чёрный 30%",
    ],
)  # fmt: skip
def test_a_part_of_another_colour_is_no_name_of_the_mix(text: str) -> None:
    """It is drawn or refused, and not left out."""
    with pytest.raises(RecipeError):
        parse_recipe(text)


TOLD = [
    ("can we swap the red for burgundy? 40% burgundy 60% black", {"BURGUNDY": 40, "BLACK": 60}),
    ("they want more brown - call it 50% brown, 50% cream", {"BROWN": 50, "CREAM": 50}),
    ("убрать красный. Итого: чёрный 60, серый 40", {"BLACK": 60, "GRAY": 40}),
    ("вместо красного 60% делаем 50%, остальное чёрный", {"RED": 50, "BLACK": 50}),
    ("they don't want red anymore. 50% green, 50% cream", {"GREEN": 50, "CREAM": 50}),
    ("per addendum 2, delete the purple; mix is now 70% green 30% black", {"GREEN": 70, "BLACK": 30}),
    ("чёрный 70 красный 30, было 60 на 40", {"BLACK": 70, "RED": 30}),
    ("we can't use red, so blue 60, black 40", {"BLUE": 60, "BLACK": 40}),
    ("don't use the old red. Blue 60, black 40.", {"BLUE": 60, "BLACK": 40}),
    ("same but 15% fleck instead of 10: grey fleck on green", {"GRAY": 15, "GREEN": 85}),
    ("sand and stone: beige 60, grey 40", {"BEIGE": 60, "GRAY": 40}),
    ("they want the green swapped out for teal, so it's teal 60, grey 40", {"TEAL": 60, "GRAY": 40}),
    ("brown/cream: 50% brown, 50% cream", {"BROWN": 50, "CREAM": 50}),
]
UNTOLD = [
    ("more red, red 60, black 40",),
    ("remove the red: red 40, black 60",),
    ("more brown - 50% red, 50% cream",),
    ("red 60, black 40, but the other way round",),
    ("yellow becomes white: black 88, yellow 12",),
]


def test_a_change_is_made_where_the_new_mix_is_told() -> None:
    """As it is told; a notice tells what of the text is left out. Where it may be to be made still, it is refused."""

    def check(text: str, percents: dict[str, float]) -> None:
        reading = parse_recipe(text)
        assert reading.recipe.percents == percents
        assert any("left out" in str(warning) for warning in reading.warnings)

    def check_refused(text: str) -> None:
        with pytest.raises(RecipeError):
            parse_recipe(text)

    check_each(TOLD, check)
    check_each(UNTOLD, check_refused)


@pytest.mark.parametrize(
    ("text", "is_untold"),
    [
        ("change the green to blue", True), ("замени зелёный на синий", True),
        ("swap the blue for green: was 80 black 20 blue", False), ("green and blue", False),
    ],
)  # fmt: skip
def test_a_change_without_a_mix_is_found(text: str, is_untold: bool) -> None:
    """So that two colours are not taken for halves."""
    source = Source(text)
    assert (find_untold_change(source, scan(source, default_palette())) is not None) == is_untold


@pytest.mark.parametrize(
    "text", ["swap half the blue for green: was 80 black 20 blue", "swap the blue for green: was 80 black", "red 60"]
)
def test_what_is_not_clear_is_no_change(text: str) -> None:
    """Nor is there one where the mix is not told."""
    source = Source(text)
    assert with_change(source, scan(source, default_palette())) is None


@pytest.mark.parametrize(
    "text",
    [
        "Terrace: warm grey mix, 60% RAL 7037 and 40% RAL 1015",
        "warm grey blend, 60% RAL 7037, 40% RAL 1015",
        "grey mixture, 60 RAL 7037 + 40 RAL 1015",
        "warm grey mix, RAL 7037 60%, RAL 1015 40%",
        "beige mix, three fifths RAL 7037, two fifths RAL 1015, large granules",
        "тёплая серая смесь, 60% RAL 7037 и 40% RAL 1015",
        "серая смесь, 60% RAL 7037, 40% RAL 1015",
        "терраса: серый микс, 60 RAL 7037, 40 RAL 1015",
        "бежевая смесь, RAL 7037 60%, RAL 1015 40%",
        "серая смесь, 60 процентов RAL 7037 и 40 процентов RAL 1015",
    ],
)
def test_the_name_of_a_mix_is_none_of_its_colours(text: str) -> None:
    """With a comma behind it, as with a colon."""
    assert parse_recipe(text).recipe == parse_recipe("60% RAL 7037, 40% RAL 1015").recipe
