"""Names at a place of a text."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError, UnknownColour


def tokens_of(text: str) -> tuple[Token, ...]:
    """As the scanner gives them."""
    return scan(Source(text), default_palette())


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("серый тёмный 40 серый светлый 40", ["DKGRAY", "LTGRAY"]),
        ("синий тёмный цвет", ["DKBLUE"]),
        ("синий тёмный красный", ["BLUE", "SIGNAL_RED"]),
        ("blue light", ["BLUE"]),
        ("grey dark 40, grey light: 60", ["DKGRAY", "LTGRAY"]),
        ("40% grey dark, 60% grey light", ["DKGRAY", "LTGRAY"]),
        ("кр 25, зел 75", ["RED", "GREEN"]),
        ("св серый", ["LTGRAY"]),
        ("blk", ["BLACK"]),
        ("45 св.серый, 55 т.серый", ["LTGRAY", "DKGRAY"]),
        ("45 т. серого, 55 белого", ["DKGRAY", "WHITE"]),
        ("5 т. красного, 3 т. чёрного", ["RED", "BLACK"]),
        ("40 т. красного, 60 т. чёрного", ["RED", "BLACK"]),
    ],
)
def test_names_are_read_with_their_shades(text: str, codes: list[str]) -> None:
    """Before the colour, in Russian also behind it, and shortened."""
    assert [token.colour.code for token in tokens_of(text) if token.colour is not None] == codes


def test_a_short_word_before_granules_is_their_size() -> None:
    """«Кр. крошка» is large, not red."""
    assert [token.kind for token in tokens_of("кр. крошка")] == [Kind.LOOK]


@pytest.mark.parametrize("word", ["dove", "other", "same", "wavy", "back"])
def test_words_of_every_day_are_no_misspelled_colours(word: str) -> None:
    """No name is proposed for them."""
    (token,) = tokens_of(word)
    assert token.error is not None
    assert token.error.suggestions == ()


def test_a_first_half_that_is_no_shade_is_refused() -> None:
    """«Срытло-серый» says which grey is meant, so it is not plain grey; the likeliest shade is proposed."""
    for text, suggested in (("срытло-серый", "светло-серый"), ("срытло серый 60", "светло серый"), ("хмуро-белый", "")):
        with pytest.raises(UnknownColour) as caught:
            tokens_of(text)
        assert ", ".join(caught.value.suggestions) == suggested


def test_digits_of_ral_beside_a_name_of_such_a_colour_are_its_code() -> None:
    """Before it or behind; beside another colour they may be an amount."""
    for text in ("красно-коричневый 3011", "3011 red", "red (3011)"):
        assert "OXIDE_RED" in [token.colour.code for token in tokens_of(text) if token.colour is not None]
    with pytest.raises(RecipeError, match="or an amount"):
        tokens_of("green 3011")


def test_a_plural_names_the_hue_of_shades() -> None:
    """And counts colours, where it has no number of its own; with one it is a colour."""
    for text in ("greys - light 30, mid 40, dark 30", "greys: light 30, mid 40, dark 30"):
        assert [token.colour.code for token in tokens_of(text) if token.colour is not None] == [
            "LTGRAY",
            "GRAY",
            "DKGRAY",
        ]
    assert [token.kind for token in tokens_of("three greys")] == [Kind.NUMBER, Kind.COUNTED]
    assert parse_recipe("60% greys, 40% black").recipe.percents == {"GRAY": 60, "BLACK": 40}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("тём. сирый 60, белый 40", "DKGRAY"),
        ("св. сирый 60, белый 40", "LTGRAY"),
        ("т. зилёный 60, белый 40", "DKGREEN"),
        ("т.-сений 60, белый 40", "DKBLUE"),
        ("светл. серй 60, белый 40", "LTGRAY"),
        ("dk. gren 60, white 40", "DKGREEN"),
        ("dk gren 60, white 40", "DKGREEN"),
        ("lt. gry 60, white 40", "LTGRAY"),
        ("dk. bleu 60, white 40", "DKBLUE"),
        ("dark gren 60, white 40", "DKGREEN"),
    ],
)
def test_a_short_shade_keeps_a_slip_behind_it(text: str, code: str) -> None:
    """And the slip is told, if it is one."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == {code: 60, "WHITE": 40}
    assert not reading.words


def test_a_slip_in_a_general_name_tells_what_is_taken() -> None:
    """A word made of such a name, which says what a tile is like, is no slip in it."""
    (told,) = parse_recipe("100% лавандавый").warnings
    assert str(told).startswith("'лавандавый' is read as 'лавандовый'; 'лавандавый' is painted as #B19CD0")
    for text in ("something warm and earthy", "grassy 60, black 40"):
        with pytest.raises(UnknownColour):
            parse_recipe(text)
