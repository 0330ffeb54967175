"""Recipe text as tokens, each with its place in the text as typed."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text, by our own colours."""
    return scan(Source(text), default_palette())


def kinds(text: str) -> list[Kind]:
    """What they do."""
    return [token.kind for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60% red", [Kind.NUMBER, Kind.PERCENT, Kind.COLOUR]),
        ("red: 60", [Kind.COLOUR, Kind.LINK, Kind.NUMBER]),
        ("red 2:1 black", [Kind.COLOUR, Kind.NUMBER, Kind.LINK, Kind.NUMBER, Kind.COLOUR]),
        ("60/40", [Kind.NUMBER, Kind.SLASH, Kind.NUMBER]),
        ("½ red", [Kind.FRACTION, Kind.COLOUR]),
        ("a quarter red", [Kind.FRACTION, Kind.COLOUR]),
        ("#A63D30; #fff", [Kind.COLOUR, Kind.SEPARATOR, Kind.COLOUR]),
        ("60,30,10", [Kind.NUMBER, Kind.NUMBER, Kind.NUMBER]),
        ("60.30.10", [Kind.NUMBER, Kind.NUMBER, Kind.NUMBER]),
        ("12.06.26", [Kind.LABEL]),
        ("red NCS S 1080-R 60%", [Kind.COLOUR, Kind.LABEL, Kind.NUMBER, Kind.PERCENT]),
        ("15# red", [Kind.NUMBER, Kind.MASS, Kind.COLOUR]),
        ("colours 7024 and 9005", [Kind.COUNTED, Kind.COLOUR, Kind.SEPARATOR, Kind.COLOUR]),
        ("«red» (black)", [Kind.COLOUR, Kind.BRACKET, Kind.COLOUR, Kind.BRACKET]),
        ("красный и чёрный поровну", [Kind.COLOUR, Kind.SEPARATOR, Kind.COLOUR, Kind.EQUAL]),
        ("high quality, red rubber tile", [Kind.SEPARATOR, Kind.SEPARATOR, Kind.COLOUR]),
        ("", []),
        (" \n ", [Kind.SEPARATOR]),
    ],
)
def test_texts_are_cut_into_tokens(text: str, expected: list[Kind]) -> None:
    """Words that say nothing about the mix give none."""
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dark green", "DKGREEN"),
        ("dark-green", "DKGREEN"),
        ("darkgreen", "DKGREEN"),
        ("green apple", "GRNAPL"),
        ("RAL 3020", "RAL 3020"),
        ("RH20", "RH20"),
        ("тёмно-зелёного", "DKGREEN"),
    ],
)
def test_the_longest_name_is_one_colour(text: str, code: str) -> None:
    """Though its first word may be a colour too."""
    (token,) = tokens(text)
    assert token.colour is not None
    assert token.colour.code == code


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.5", "12.5"), ("12,5", "12.5"), (".5", "0.5"), ("６０", "60"), ("½", "1/2"), ("ten", "10"), ("треть", "1/3")],
)
def test_a_number_has_its_value(text: str, value: str) -> None:
    """However it is written."""
    [token] = tokens(text)
    assert token.value == Fraction(value)


def test_a_dash_before_a_number_may_be_a_minus() -> None:
    """After a space; not as a link between a colour and its number, nor between two numbers."""
    assert [token.is_minus for token in tokens("red -60") if token.kind is Kind.NUMBER] == [True]
    assert [token.is_minus for token in tokens("red - 60") if token.kind is Kind.NUMBER] == [False]
    assert [token.is_minus for token in tokens("60-40") if token.kind is Kind.NUMBER] == [False, False]


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("#12", "#12"),
        ("1.2.3 red", "1.2.3"),
        ("5⁄0 red", "5⁄0"),
        ("red @ black", "@"),
        ("60% red --seed 7", "--seed"),
        ("1234567890 red", "1234567890"),
    ],
)
def test_what_cannot_be_read_is_shown(text: str, blamed: str) -> None:
    """The error's span is the place of what is to blame."""
    with pytest.raises(RecipeError) as refused:
        tokens(text)
    assert text[slice(*refused.value.span)] == blamed


@pytest.mark.parametrize(("text", "unknown"), [("60% teel", "teel"), ("60% red, 40% reed", "reed"), ("qwrt", "qwrt")])
def test_an_unknown_word_is_kept_with_its_refusal(text: str, unknown: str) -> None:
    """It may stand aside; where it cannot, the error says which part of the text it is."""
    [token] = [token for token in tokens(text) if token.kind is Kind.UNKNOWN]
    assert token.error is not None
    assert text[slice(*token.error.span)] == unknown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dk. green", "DKGREEN"),
        ("т.-серый", "DKGRAY"),
        ("тём. синий", "DKBLUE"),
        ("darkblue", "DKBLUE"),
        ("чорный", "BLACK"),
        ("yelow", "YELLOW"),
        ("dark geen", "DKGREEN"),
    ],
)
def test_short_and_misspelled_names_are_read(text: str, code: str) -> None:
    """Shades in short, names in one word, and names with one slip."""
    [token] = tokens(text)
    assert token.colour is not None
    assert token.colour.code == code


def test_a_shade_without_its_colour_has_that_of_the_next() -> None:
    """`dark and light grey` are two colours."""
    assert [token.colour.code for token in tokens("dark and light grey") if token.colour] == ["DKGRAY", "LTGRAY"]


@pytest.mark.parametrize(
    ("text", "value"), [("1,000 g", "1000"), ("1 500 г", "1500"), ("12.5 g", "12.5"), ("1.500 kg", "1.5")]
)
def test_thousands_of_grams_are_no_decimals(text: str, value: str) -> None:
    """Nobody weighs granules to a thousandth of a gram."""
    assert tokens(text)[0].value == Fraction(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mix code KG-55 red", ["code KG-55", "red"]),
        ("code RAL 3020", ["code", "RAL 3020"]),
        ("1190 р/шт", ["1190 р/шт"]),
        ("рубиновый 60", ["рубиновый", "60"]),
        ("8 kg/m2", ["8 kg/m2"]),
        ("г. Тула", ["Тула"]),
        ("mix no. 14 red", ["no. 14", "red"]),
        ("07:30, 3 мая", ["07:30", ",", "3 мая"]),
        ("25 kg*2", ["25", "kg", "*", "2"]),
        ("**60** red", ["60", "red"]),
        ("red? black", ["red", "?", "black"]),
        ("red --blue", ["red", "-", "-", "blue"]),
        ("🖤 ❤ 🌲", ["🖤", "❤"]),
    ],
)
def test_words_are_taken_with_what_belongs_to_them(text: str, expected: list[str]) -> None:
    """Codes with what they are of, prices with their unit; a picture without a colour says nothing."""
    assert [text[slice(*token.span)] for token in tokens(text)] == expected


def test_shades_have_the_hue_that_is_named_before() -> None:
    """The name itself is no colour of the mix where it heads them."""
    headed = [token.colour.code for token in tokens("two shades of blue: dark 40 and light 60") if token.colour]
    assert headed == ["DKBLUE", "LIGHT_BLUE"]
    added = [token.colour.code for token in tokens("dark gray 40 and light 60") if token.colour]
    assert added == ["DKGRAY", "LTGRAY"]
    assert [token.colour.code for token in tokens("red 60, medium 20 mm") if token.colour] == ["RED"]


@given(st.text(max_size=60))
@example("T0")
@example("⑴")
def test_spans_lie_in_the_text_and_in_order(text: str) -> None:
    """Of whatever is typed, folded characters of more than one letter and marks that combine included."""
    try:
        found = tokens(text)
    except RecipeError as error:
        assert 0 <= error.span[0] <= error.span[1] <= len(text)
        return
    # The number and the unit of «T0», and what one sign such as ⑴ folds to, are of one place.
    edges = [edge for span in dict.fromkeys(token.span for token in found) for edge in span]
    assert edges == sorted(edges)
    assert not edges or (edges[0] >= 0 and edges[-1] <= len(text))


@pytest.mark.parametrize(
    "text",
    [
        "Hello Anna, 60% red, 40% black", "My name is Ruby Brown, 60% red, 40% black",
        "Hello, Mr White wants 60% red, 40% black", "60% red, 40% black, ask ann@red.org", "@Jo 60% red, 40% black",
        "client: Mrs Green. Colours: 60% red, 40% black", "Сергей Серый, тел 89031112233, 60 красный 40 чёрный",
        "12 Oak Lane, 60% red, 40% black", "ул. Зелёная, д. 5, 60 красный 40 чёрный",
    ],
)  # fmt: skip
def test_names_of_people_and_streets_are_no_colours(text: str) -> None:
    """If they have a capital letter and stand where a name does."""
    assert parse_recipe(text).recipe.percents == {"RED": 60, "BLACK": 40}


@pytest.mark.parametrize("text", ["hi taupee, 60% red, 40% black", "40 green lane"])
def test_small_letters_name_nobody(text: str) -> None:
    """So that a colour is not lost."""
    assert not {"taupee", "lane"}.isdisjoint(token.text for token in tokens(text))
