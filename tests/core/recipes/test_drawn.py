"""What a text asks to be drawn on the tile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.drawn import check_drawn
from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def check(text: str) -> None:
    """Raises what is wrong with a text."""
    source = Source(text)
    check_drawn(source, scan(source, default_palette()))


@pytest.mark.parametrize(
    ("text", "blamed", "words"),
    [
        ("one white line on red", "one white line", "--zone 'stripes:45-55%=white'"),
        ("серая с двумя белыми полосами", "двумя белыми полосами", "--zone 'stripes:2=белыми'"),
        ("4 squares: red, green, red, green", "4 squares", "--zone 'checker:4=RECIPE'"),
        ("two white spots on black", "two white spots", "write percent"),
        ("hopscotch: white figure 5 on terracotta", "figure 5", "--zone 'text:5=white'"),
        ("5 yellow stars on blue", "5 yellow stars", "no zone draws"),
        ("grey with a red cross", "cross", "no zone draws"),
        ("red corners on grey", "corners", "no zone draws"),
        ("diamond pattern red and grey", "diamond", "no zone draws"),
        ("quarter circle in corner, blue on sand", "quarter circle", "no zone draws"),
        ("yellow square in the middle of a black tile", "square", "no zone draws"),
        ("logo in white on blue tile", "logo", "no zone draws"),
        ("white 7 on blue", "white 7", "--zone 'text:7=white'"),
        ("white 12 on blue", "white 12", "--zone 'text:12=white'"),
        ("половина жёлтая, половина белая, по диагонали", "по диагонали", "circle:60%"),
        ("diagonal stripes of red and white", "diagonal", "--zone 'stripes:4=RECIPE'"),
        ("Yard tile: diagonal stripes, 70% grey / 30% anthracite", "diagonal", "upright or across"),
        ("полосы по диагонали: бирюза с белым 70/30 и тёмно-синий", "по диагонали", "a picture of them"),
        ("red stripes on black, horizontal and vertical", "horizontal and vertical", "upright or across"),
        ("чёрная с белыми волнистыми полосами", "волнистыми", "upright or across"),
        ("curved stripes, red and black", "curved", "upright or across"),
        ("половина красная, половина чёрная, с угла на угол", "с угла на угол", "no zone draws"),
    ],
)
def test_what_is_drawn_is_refused(text: str, blamed: str, words: str) -> None:
    """With the place, and with the zone that shows it where one does."""
    with pytest.raises(RecipeError) as refused:
        check(text)
    assert text[slice(*refused.value.span)] == blamed
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "half red half black, split diagonally",
        "diagonally split, half red half black",
        "left half red, right half black, split diagonally",
        "разделить по диагонали: левая половина красная, правая чёрная",
        "wavy stripes red and black",
        "диагональные полосы, 70% серый, 30% чёрный",
    ],
)
def test_what_no_zone_draws_is_no_other_tile(text: str) -> None:
    """Wherever the word stands; it is not left out to have upright halves or stripes."""
    with pytest.raises(RecipeError, match=r"no zone draws|upright or across"):
        parse_tile(text)


@pytest.mark.parametrize(
    "text",
    [
        "60% red, 40% black, star shaped",
        "red and black, laid on the diagonal",
        "90 black 10 white dots",
        "15% white flecks on black",
        "cross-linked rubber, red",
        "Red Cross school",
        "red 60, black 40, laid in diagonal stripes",
        "upright stripes of red and white",
        "цвета: красный и белый",
        "two stars",
    ],
)
def test_a_mix_is_none(text: str) -> None:
    """Nor is what says how tiles lie, and shapes of no colour."""
    if text == "Red Cross school":
        with pytest.raises(RecipeError):
            check(text)  # without a number it may be a cross
        return
    check(text)


@given(
    n=st.integers(1, 12),
    colour=st.sampled_from(["white", "red", "yellow"]),
    thing=st.sampled_from(["lines", "stripes", "circles", "squares", "stars", "rings", "hearts", "borders"]),
    frame=st.sampled_from(["{} on black", "black with {}", "black, {}", "black tile and {}"]),
)
def test_a_count_of_things_is_no_share(n: int, colour: str, thing: str, frame: str) -> None:
    """It is refused; or zones are told, which say nothing of shares."""
    text = frame.format(f"{n} {colour} {thing}")
    with pytest.raises(RecipeError):
        parse_recipe(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3 stripes foo: blue, white, red", "'stripes:33.33-66.67%=white' --zone 'stripes:66.67-100%=red'"),
        (
            "3 stripes foo: blue, white, red on black",
            "'black' --zone 'stripes:14.29-28.57%=blue' --zone 'stripes:42.86",
        ),
        ("black with 2 stripes foo: blue, white", "'black' --zone 'stripes:20-40%=blue' --zone 'stripes:60-80%=white'"),
        ("3 полосы фу: синяя, белая, красная", "'stripes:33.33-66.67%=белая' --zone 'stripes:66.67-100%=красная'"),
    ],
)
def test_stripes_of_several_colours_are_zones_of_their_own(text: str, told: str) -> None:
    """One mix for all of them would not be what was asked for."""
    with pytest.raises(RecipeError) as refused:
        parse_recipe(text)
    assert told in str(refused.value)
    assert "RECIPE" not in str(refused.value)
