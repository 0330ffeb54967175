"""Parts that a remark about their size names again."""

import pytest

from plitka.core.recipes.named_again import without_names_again
from plitka.core.recipes.reading import parse_tile


@pytest.mark.parametrize(
    ("text", "ground", "mask", "colour"),
    [
        ("красная дорожка с белой полосой посередине, ширина полосы 5 см", "RED", "stripes:45-55%", "WHITE"),
        ("red tile with a white stripe down the middle, stripe width 5 cm", "RED", "stripes:45-55%", "WHITE"),
        ("blue with white stripe in the middle, line thickness 5 cm, tile 500x500", "BLUE", "stripes:45-55%", "WHITE"),
        ("grey tile, blue line down the centre, the line is 40 mm wide", "GRAY", "stripes:46-54%", "BLUE"),
        ("чёрная с жёлтой полосой посередине, толщина линии 3 см", "BLACK", "stripes:47-53%", "YELLOW"),
        ("синяя, по центру белая линия. Ширина линии 50 мм", "BLUE", "stripes:45-55%", "WHITE"),
        ("red tile with a white stripe down the middle (stripe 5 cm)", "RED", "stripes:45-55%", "WHITE"),
        ("red tile with a white stripe down the middle (5 cm)", "RED", "stripes:45-55%", "WHITE"),
        ("green tile, horizontal white line across the middle, width of line 50 mm", "GREEN", "rows:45-55%", "WHITE"),
        ("серый фон, белая полоса сверху, ширина полосы 10 см", "GRAY", "rows:0-20%", "WHITE"),
        ("black with two yellow stripes, stripe width 5 cm", "BLACK", "stripes:20-30+70-80%", "YELLOW"),
        ("чёрная с двумя жёлтыми полосами, ширина каждой полосы 5 см", "BLACK", "stripes:20-30+70-80%", "YELLOW"),
        ("серая с красной каймой, ширина каймы 5 см", "GRAY", "border:10%", "RED"),
        ("grey tile with red border, border width 50 mm", "GRAY", "border:10%", "RED"),
        ("зелёная с белым кругом в центре, диаметр круга 30 см", "GREEN", "circle:60%", "WHITE"),
        ("green with a white circle in the middle, circle diameter 300 mm", "GREEN", "circle:60%", "WHITE"),
        ("white circle dia. 300 in the middle of a sky blue tile, tile 500 x 500", "SKYBLUE", "circle:60%", "WHITE"),
        ("red circle diam. 25 cm on grey, tile 50x50", "GRAY", "circle:50%", "RED"),
        ("белый круг диам. 30 см по центру синей плитки", "BLUE", "circle:60%", "WHITE"),
        ("серая с красной каймой шир. 5 см", "GRAY", "border:10%", "RED"),
        ("green, border approx. 40 mm, white", "GREEN", "border:8%", "WHITE"),
        ("white line approx. 5 cm wide down the middle of a blue tile", "BLUE", "stripes:45-55%", "WHITE"),
        ("Red running track tile w/ a white line 50 mm wide down the centre", "RED", "stripes:45-55%", "WHITE"),
        ("blue path tile with white stripe 5 cm down the middle", "BLUE", "stripes:45-55%", "WHITE"),
        ("red track, white line 5 cm at the left edge", "RED", "stripes:0-10%", "WHITE"),
        ("буква П белым по синему фону", "BLUE", "text:П", "WHITE"),
        ("белая буква П по синему фону", "BLUE", "text:П", "WHITE"),
        ("цифра 5 жёлтая по чёрному фону", "BLACK", "text:5", "YELLOW"),
        ("жёлтая цифра 3 по серому полю", "GRAY", "text:3", "YELLOW"),
        ("letter P white against a blue background", "BLUE", "text:P", "WHITE"),
        ("на фоне синего белая буква А", "BLUE", "text:А", "WHITE"),
        ("надпись СТАРТ белым по зелёному фону", "GREEN", "text:СТАРТ", "WHITE"),
        ('надпись "СТАРТ" белым по тёмно-серому фону', "DKGRAY", "text:СТАРТ", "WHITE"),
        ("белая линия 5 см по центру терракотовой плитки", "TERCOT", "stripes:45-55%", "WHITE"),
        ("белая линия посередине синей плитки, ширина 5 см", "BLUE", "stripes:45-55%", "WHITE"),
        ("жёлтая полоса 5 см в середине серой плитки", "GRAY", "stripes:45-55%", "YELLOW"),
        ("жёлтая линия 5 см по центру чёрной плитки, толщина плитки 30 мм", "BLACK", "stripes:45-55%", "YELLOW"),
        ("yellow line 5 cm wide in the middle of a black tile, tile 30 mm thick", "BLACK", "stripes:45-55%", "YELLOW"),
        ("полоса белая шириной 8 см посередине красной плитки", "RED", "stripes:42-58%", "WHITE"),
        ("поле зелёное, линия белая, ширина линии 50 мм", "GREEN", "stripes:45-55%", "WHITE"),
        ("field RAL 6005; line RAL 9010, line width 50 mm", "RAL 6005", "stripes:45-55%", "RAL 9010"),
        ("field green, white line 5 cm across the middle", "GREEN", "rows:45-55%", "WHITE"),
        ("red tile, w/ white circle dia. 200 mm centred", "RED", "circle:40%", "WHITE"),
        ("серая с белой полосой по центру, ширина полосы сантиметров 5", "GRAY", "stripes:45-55%", "WHITE"),
        ("серая с белой полосой по центру, ширина полосы примерно 5 см", "GRAY", "stripes:45-55%", "WHITE"),
        ("border of 10 cm in anthracite around a grey field", "GRAY", "border:20%", "ANTHRACITE"),
        ("dark blue tile with grey edge, edge width 4 cm", "DKBLUE", "border:8%", "GRAY"),
        ("10 cm anthracite border around a field of grey", "GRAY", "border:20%", "ANTHRACITE"),
        ("split 50/50 vertically: red left, blue right", "RED", "half:right", "BLUE"),
    ],
)  # fmt: skip
def test_a_part_is_one(text: str, ground: str, mask: str, colour: str) -> None:
    """With the size that is told of it, on its ground."""
    reading = parse_tile(text)
    assert reading.recipe.percents == {ground: 100}
    assert [(zone, mix.recipe.percents) for zone, mix in reading.zones] == [(mask, {colour: 100})]
    assert not reading.words


@pytest.mark.parametrize(
    "text",
    [
        "grey, border 5 cm red, inner border 3 cm blue",
        "red with a white stripe 5 cm",
        "60% red, 40% black, tile (500x500)",
        "полосы 5 см: красная и белая",
    ],
)
def test_other_texts_stay(text: str) -> None:
    """Nothing is named again in them."""
    assert without_names_again(text) == text


def test_places_stay() -> None:
    """A text has as many characters without such words."""
    text = "red, white line approx. 5 cm wide, the line is 5 cm (10 mm)"
    assert len(without_names_again(text)) == len(text)
