"""Letters on a tile that a text tells with their words."""

import pytest

from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "ground", "mask", "colour"),
    [
        ("black tile with white text 'EXIT'", {"BLACK": 100}, "text:EXIT", "WHITE"),
        ("черная с белой надписью СТАРТ", {"BLACK": 100}, "text:СТАРТ", "WHITE"),
        ("white letters EXIT on black", {"BLACK": 100}, "text:EXIT", "WHITE"),
        ("с надписью СТАРТ белым, черная", {"BLACK": 100}, "text:СТАРТ", "WHITE"),
        ("white number 5 on blue", {"BLUE": 100}, "text:5", "WHITE"),
        ("hopscotch number 7 in white on brick red, tile 50 x 50", {"BRICK_RED": 100}, "text:7", "WHITE"),
        ("на сером фоне буква А красная", {"GRAY": 100}, "text:А", "RED"),
        ("EXIT in white letters on black", {"BLACK": 100}, "text:EXIT", "WHITE"),
        ("СТАРТ белыми буквами на чёрном", {"BLACK": 100}, "text:СТАРТ", "WHITE"),
        (
            '90% black 10% red with lettering "NO ENTRY" in light grey',
            {"BLACK": 90, "RED": 10},
            "text:NO ENTRY",
            "LTGRAY",
        ),
        ("white text NO ENTRY on black", {"BLACK": 100}, "text:NO ENTRY", "WHITE"),
        ('white lettering "NO PARKING ZONE" on red', {"RED": 100}, "text:NO PARKING ZONE", "WHITE"),
        ("WHITE TEXT EXIT ON BLACK", {"BLACK": 100}, "text:EXIT", "WHITE"),
        ("BLACK TILE WITH WHITE TEXT EXIT", {"BLACK": 100}, "text:EXIT", "WHITE"),
        ("hopscotch tile, red with a white 7 on it", {"RED": 100}, "text:7", "WHITE"),
        ("blue tile, white A in the middle", {"BLUE": 100}, "text:A", "WHITE"),
        ("синяя плитка и белая А на ней", {"BLUE": 100}, "text:А", "WHITE"),
        ("буква А белая на синем, 50х50", {"BLUE": 100}, "text:А", "WHITE"),
        ('white "STOP" on red tile 40x40cm', {"RED": 100}, "text:STOP", "WHITE"),
        ('"WELCOME" mat: black, letters white', {"BLACK": 100}, "text:WELCOME", "WHITE"),
        ("на синем надпись ВХОД белым", {"BLUE": 100}, "text:ВХОД", "WHITE"),
        ("зелёная плитка, надпись белая «МОСКВА»", {"GREEN": 100}, "text:МОСКВА", "WHITE"),
        ("white H on a red/black 50/50 tile", {"RED": 50, "BLACK": 50}, "text:H", "WHITE"),
        ("tile with digit 2 white, ground 80 red 20 black", {"RED": 80, "BLACK": 20}, "text:2", "WHITE"),
        ("«ФИНИШ» чёрным на жёлтом", {"YELLOW": 100}, "text:ФИНИШ", "BLACK"),
        ("надпись СТАРТ белым по синему", {"BLUE": 100}, "text:СТАРТ", "WHITE"),
        ("на серо-чёрной 60/40 плитке белая цифра 8", {"GRAY": 60, "BLACK": 40}, "text:8", "WHITE"),
    ],
)
def test_letters_are_a_zone(text: str, ground: dict[str, float], mask: str, colour: str) -> None:
    """With their own colour, on what is left of the text; one mix refuses them with the option that writes them."""
    reading = parse_tile(text)
    assert reading.recipe.percents == ground
    assert [(zone, mix.recipe.percents) for zone, mix in reading.zones] == [(mask, {colour: 100})]
    with pytest.raises(RecipeError) as refusal:
        parse_recipe(text)
    assert f"--zone '{mask}=" in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("text EXIT on black", "text:EXIT=RECIPE"),
        ("60% red 40% black with logo ACME", "text:ACME=RECIPE"),
        ("white 7 on brick red", "text:7=white"),
        ("blue with a white 7", "text:7=white"),
        ("белая 7 на синем", "text:7=белая"),
    ],
)
def test_what_is_not_told_is_asked_back(text: str, option: str) -> None:
    """With the option that writes it."""
    with pytest.raises(RecipeError, match=option):
        parse_tile(text)


@pytest.mark.parametrize(
    "text", ["order number 5: red 60 black 40", "letter A: red 60 black 40", "red 60, black 40, drawing number 12"]
)
def test_numbers_of_orders_are_no_letters(text: str) -> None:
    """No colour stands beside them."""
    assert parse_tile(text).recipe.percents == {"RED": 60, "BLACK": 40}


@pytest.mark.parametrize("text", ["white 10% on blue", "white 10 on blue", "blue with 10 white"])
def test_shares_are_no_figures(text: str) -> None:
    """With two digits, or a percent sign."""
    assert parse_recipe(text).recipe.percents == {"WHITE": 10, "BLUE": 90}


@pytest.mark.parametrize(
    ("text", "ground", "zones"),
    [
        ("red tile / white circle 40cm / black letter P", "RED", [("circle:80%", "WHITE"), ("text:P", "BLACK")]),
        (
            "беж. фон, корич. кант 3см, в центре цифра 5 зел.",
            "BEIGE",
            [("border:6%", "BROWN"), ("text:5", "GREEN")],
        ),
        (
            'navy tile 60x60, gold border 30mm, white "GYM"',
            "NAVY",
            [("border:5%", "TRADE_YELLOW"), ("text:GYM", "WHITE")],
        ),
        ("grey tile, red border 5 cm, white text EXIT", "GRAY", [("border:10%", "RED"), ("text:EXIT", "WHITE")]),
        ("left half red, right half blue, white letter A", "RED", [("half:right", "BLUE"), ("text:A", "WHITE")]),
    ],
)
def test_letters_lie_on_other_parts(text: str, ground: str, zones: list[tuple[str, str]]) -> None:
    """They are the last zone."""
    reading = parse_tile(text)
    assert reading.recipe.percents == {ground: 100}
    assert [(mask, mix.recipe.parts[0].colour.code) for mask, mix in reading.zones] == zones
