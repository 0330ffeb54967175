"""What a speaker takes back."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.corrections import corrected, find_marks
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("seventy percent blue thirty percent yellow no wait make it eighty twenty", "80% blue, 20% yellow"),
        ("красный 60, чёрный 40, нет, лучше 70 на 30", "70% red, 30% black"),
        ("60% blue, no wait, green, 40% white", "60% green, 40% white"),
        ("red 60 black 40, sorry, I mean red 50 black 50", "50% red, 50% black"),
        ("красный, ой хотя нет, синий", "100% blue"),
        ("red 60 black 40, oops, 70 30, no wait, 80 20", "80% red, 20% black"),
        ("red 40 black 60 - sorry, red 30 black 70", "30% red, 70% black"),
        ("red 40 black 60, no, red 30 black 70", "30% red, 70% black"),
        ("red 40, black 60, make that red 30, black 70", "30% red, 70% black"),
        ("красный 40 чёрный 60, то есть нет, красный 30 чёрный 70", "30% red, 70% black"),
        ("красный 40, чёрный 60 - извините, красный 30, чёрный 70", "30% red, 70% black"),
        ("Black with 20% red flecks - sorry, make that 15% red", "85% black, 15% red"),
        ("Black with 20% red flecks, no, 15% red", "85% black, 15% red"),
        ("black, 20% red flecks, sorry, 15% red, 30 mm thick", "85% black, 15% red"),
        ("чёрная с 20% красных вкраплений, вернее 15% красных", "85% black, 15% red"),
        ("чёрная с 20% красных вкраплений, то есть нет, 15% красных", "85% black, 15% red"),
        ("черн 70, красн 20, бел 10. Исправление: красн 15, бел 15", "70% black, 15% red, 15% white"),
        ("black 70, red 20, white 10. Correction: red 15, white 15", "70% black, 15% red, 15% white"),
        ("70% black, 20% red, 10% white; corrected: 15% red, 15% white", "70% black, 15% red, 15% white"),
        ("black 70, red 20, white 10 - changed to red 15, white 15", "70% black, 15% red, 15% white"),
        ("black 70, red 20, white 10. Updated: red 15, white 15", "70% black, 15% red, 15% white"),
        ("чёрный 70, красный 20, белый 10. Поправка: красный 15, белый 15", "70% black, 15% red, 15% white"),
        ("чёрный 70, красный 20, белый 10, исправление красный 15, белый 15", "70% black, 15% red, 15% white"),
        ("чёрный 70, красный 20, белый 10 (исправлено: красный 15, белый 15)", "70% black, 15% red, 15% white"),
        ("black 70, red 20, white 10 - updated red 15, white 15", "70% black, 15% red, 15% white"),
        ("red 20, white 10, rest black. Correction: red 15, white 15", "15% red, 15% white, rest black"),
        ("black 70, red 20, so grey 10 - no wait make that red 15 grey 15", "70% black, 15% red, 15% grey"),
        ("50% зеленый (RAL 6017), нет, лучше RAL 6010, 50% чёрный", "50% RAL 6010, 50% black"),
        ("50% зелёный (RAL 6017), нет, лучше RAL 6018, 50% чёрный", "50% RAL 6018, 50% black"),
        ("50% green (RAL 6017), no wait, RAL 3020, 50% black", "50% RAL 3020, 50% black"),
        ("blue 60, no wait, green, white 40", "60% green, 40% white"),
        ("10% white, 20% red, rest black, make that 15% red", "10% white, 15% red, rest black"),
        ("чёрный 80%, синий 20%, нет, лучше красный 20%", "80% black, 20% red"),
        ("80% black, 20% blue, no, make that 20% red", "80% black, 20% red"),
        ("70% black, 20% blue, 10% red - oops, 20% green instead of the blue", "70% black, 10% red, 20% green"),
        ("80% black 20% blue - sorry, make that 15% green instead of the blue, rest black", "15% green, rest black"),
        (
            "Grey 50%, blue 30%, green 20%. Correction: green should read 15% and blue 35%.",
            "50% grey, 35% blue, 15% green",
        ),
        ("Red 50, black 30, white 20. Correction: white becomes 10, black becomes 40", "50% red, 40% black, 10% white"),
        ("60% grey, 40% blue. Correction: blue should read 30%, the rest grey", "30% blue, 70% grey"),
        ("Grey 60%, blue 40%. Correction: grey should read brown", "60% brown, 40% blue"),
        ("Grey 60%, blue 40%. Erratum: blue should read 30% and grey 70%", "30% blue, 70% grey"),
        ("Floor A: red 40%, white 10%, no, better white 20%, rest blue", "40% red, 20% white, 40% blue"),
        ("Hi, blue 40%, white 10%, actually white 20%, and the rest grey", "40% blue, 20% white, 40% grey"),
        ("red 40, black 60, no, black 50 and white 10", "40% red, 50% black, 10% white"),
        ("Прошу: голубой 40%, белый 10%, нет, лучше белый 20%, остальное синий", "40% sky blue, 20% white, 40% blue"),
        ("Заказ: красный 30%, серый 20%, нет, лучше серый 15%, остальное чёрный", "30% red, 15% grey, 55% black"),
        ("Тип 1: красный 30%, серый 20%, поправка: серый 15%, остальное чёрный", "30% red, 15% grey, 55% black"),
        (
            "Серый 50%, синий 30%, зелёный 20%. Поправка: зелёный должен быть 15%, синий 35%.",
            "50% grey, 35% blue, 15% green",
        ),
        (
            "Серый 50%, синий 30%, зелёный 20%. Исправление: зелёного следует читать 15%, а синего 35%.",
            "50% grey, 35% blue, 15% green",
        ),
        ("Серый 60, синий 40. Опечатка: синий 30, серый 70", "30% blue, 70% grey"),
        ("красный 40, чёрный 60, нет, чёрного 50 и белый 10", "40% red, 50% black, 10% white"),
        ("чёрный 80%, синий 20%, нет, лучше зелёный 15% вместо синего, остальное чёрный", "15% green, rest black"),
    ],
)
def test_the_last_word_counts(text: str, plain: str) -> None:
    """Numbers, a colour or the whole mix, and a notice tells of it."""
    reading = parse_recipe(text)
    assert reading.recipe == parse_recipe(plain).recipe
    assert any(str(warning).startswith("what stands behind") for warning in reading.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "red 60, black 40, no wait, 50",
        "60% red, 40% black, scratch that",
        "black 70, red 20, white 10. Correction: red 15, white 25",
        "чёрный 70, красный 20, белый 10. Исправление: красный 15, серый 10",
        "red 60 black 40, no, red 50",
        "red 60, black 40, actually red 50",
        "Grey 50%, blue 30%, green 20%. Correction: yellow should read 15% and blue 35%.",
        "Red 50, black 30, white 20. Correction: white should be 10",
        "красный 60 чёрный 40, нет, красный 50",
    ],
)
def test_what_is_taken_back_has_to_be_clear(text: str) -> None:
    """Other than as many numbers, or nothing, replaces nothing."""
    with pytest.raises(RecipeError, match="takes something back"):
        parse_recipe(text)


def test_what_stands_for_a_colour_of_a_mix_is_not_said_to_have_none() -> None:
    """A mix is told, and it is no whole with the new colour."""
    for text in (
        "80% black 20% blue - sorry, make that 15% green instead of the blue",
        "чёрный 80%, синий 20%, нет, лучше зелёный 15% вместо синего",
        "80% black 20% blue, 15% green instead of the blue",
    ):
        with pytest.raises(RecipeError) as refused:
            parse_recipe(text)
        assert "not told" not in str(refused.value)


def test_soft_words_take_back_only_what_is_said_again() -> None:
    """An excuse beside a mix is none of it, and another colour is no correction."""
    assert parse_recipe("red 60, black 40, sorry, typing on my phone").recipe.percents == {"RED": 60, "BLACK": 40}
    for text in ("Black with 20% red flecks - sorry, make that 15% blue", "red 40 black 60 - sorry, red 30 black 60"):
        with pytest.raises(RecipeError):
            parse_recipe(text)


def test_nothing_is_taken_back_before_anything_is_said() -> None:
    """Nor where no such words stand."""
    for text in ("no wait, red 60 black 40", "red 60, black 40, no white"):
        source = Source(text)
        tokens = scan(source, default_palette())
        assert corrected(source, tokens) == (list(tokens), [])
    assert find_marks(Source("red, no wait, blue"), ()) == [(5, 13)]


@pytest.mark.parametrize(
    "text", ["red 60, black 40; order changed to 25 tiles", "red 60, black 40. Изменено: 12.05.2024"]
)
def test_other_things_are_corrected_without_the_mix(text: str) -> None:
    """No colour stands behind the words."""
    assert parse_recipe(text).recipe.percents == {"RED": 60, "BLACK": 40}


def test_two_numbers_that_are_denied_at_the_end() -> None:
    """The words before them go with them, and nothing is looked for where they stood."""
    assert parse_recipe("rest black, 25 blue instead of 20").recipe.percents == {"BLACK": 75, "BLUE": 25}
