"""The texts of a sheet."""

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from tests.core.sheet.floors import sheet_of

from plitka.core.scene import short_mask
from plitka.core.sheet.edges import Edge
from plitka.core.sheet.wording import SCREENS_DIFFER, Words


def texts(language: str) -> str:
    """All of them."""
    words = Words(language)
    sheet = sheet_of(mask=("circle", "blue"), edge=Edge.BEVELLED, prices={"red": 1})
    rows = [*words.facts(sheet), *words.assumptions(sheet), *(words.material_row(m, sheet) for m in sheet.materials)]
    return "\n".join([*(" ".join(row) for row in rows), *words.remarks(sheet), *map(words.recipe, sheet.zones)])


def test_russian_has_no_english_words() -> None:
    """But names of materials."""
    assert set(re.findall("[A-Za-z]+", texts("ru"))) <= {"SBR", "EPDM"}


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", ["Border", "Stripes", "Lower half", "Squares", "Circle", "“ДВОР 7”", "Logo"]),
        ("ru", ["Кайма", "Полосы", "Нижняя половина", "Клетки", "Круг", "«ДВОР 7»", "Логотип"]),
    ],
)
def test_zones_and_colours_are_called_as_on_the_page(language: str, titles: list[str]) -> None:
    """A zone by its title, whether whoever asked for it named its mask or not; a name of one's own stays."""
    masks = ("border:8%", "stripes:4", "half:bottom", "checker:2", "circle", "text:ДВОР 7", "data:image/png;base64,AA")
    words = Words(language)
    part = sheet_of(mask=("circle", "blue")).zones[1]
    for mask, title in zip(masks, titles, strict=True):
        for name in (None, short_mask(mask)):
            assert words.zone(replace(part, zone=replace(part.zone, mask=mask, name=name))) == title
    assert words.zone(replace(part, zone=replace(part.zone, name="logo.png"))) == "logo.png"
    told = words.recipe(sheet_of("60% trade blue, 40% rh20 standard blue").zones[0])
    densities = next(iter(words.assumptions(sheet_of("60% trade blue, 40% rh20 standard blue"))))
    assert "RAL 5005" in densities[0]
    blue = {"en": "60\u00a0% blue RAL 5005, 40\u00a0% standard blue RH20"}
    assert told == blue.get(language, "60\u00a0% синий RAL 5005, 40\u00a0% стандартный синий RH20")


def test_the_picture_of_a_pattern_is_told_to_be_the_whole_tile() -> None:
    """Its granules are drawn larger; that of one mix is a piece of the tile."""
    plain, patterned = sheet_of(), sheet_of(mask=("circle", "blue"))
    assert Words("en").shown(plain, 146) == "The picture shows a piece of 146\u00a0mm."
    assert Words("en").shown(patterned, 146) == "The tile is shown whole, its granules enlarged ×3.4."
    assert Words("ru").shown(patterned, 146) == "Плитка показана целиком, крошка увеличена ×3,4."
    assert "piece of 500" in Words("en").shown(patterned, 500)


def test_a_square_metre_has_a_cost_where_everything_has_a_price() -> None:
    """As the page tells it."""
    whole: dict[str, Any] = {"prices": {"red": 210, "black": 50, "white": 260}, "base_price": 22, "binder_price": 300}
    told = dict(Words("ru").facts(sheet_of(**whole, currency="₽")))
    sheet = sheet_of(**whole)
    assert sheet.cost is not None
    assert told["Стоимость 1 м²"] == Words("ru").money(sheet.cost / 120, "₽")
    assert "A square metre costs" not in dict(Words("en").facts(sheet_of(prices={"red": 210})))


def test_numbers_follow_the_language() -> None:
    """A decimal comma in Russian, a point in English."""
    assert "1,55\u00a0г/см³" in texts("ru")
    assert "1.55\u00a0g/cm³" in texts("en")


def test_the_sign_of_a_currency_stands_where_the_language_has_it() -> None:
    """Before the sum in English; its letters behind it, and both behind it in Russian."""
    english, russian = Words("en"), Words("ru")
    assert english.money(Fraction(5, 2), "€") == "€2.50"
    assert english.money(Fraction(5, 2), "EUR") == "2.50\u00a0EUR"
    assert russian.money(Fraction(5, 2), "€") == "2,50\u00a0€"
    assert english.money(None, "€") == ""
    assert english.money(Fraction(5, 2)) == "2.50"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_assumption_is_told_with_its_source(language: str) -> None:
    """Each figure on which the sheet depends, the densities of the colours too, and the two sides in one line."""
    words, sheet = Words(language), sheet_of(figures={"waste_percent": 3})
    rows = words.assumptions(sheet)
    assert len(rows) == len(sheet.assumptions.shown) - 1 + 2
    assert all(source for _, _, source in rows)
    assert sum(source == words.say(sheet.materials[0].density.source) for *_, source in rows) == 1  # type: ignore[union-attr]


def test_a_tile_that_is_coloured_through_has_no_source_for_its_usual_wear_layer() -> None:
    """It is as thick as the tile, where nobody says how thick."""
    rows = {label: told for label, *told in Words("en").assumptions(sheet_of(figures={"thickness_mm": 8}))}
    assert rows["Wear layer"] == ["8\u00a0mm", "assumed: as thick as the tile, which is coloured through"]
    rows = {label: told for label, *told in Words("en").assumptions(sheet_of(figures={"thickness_mm": 20}))}
    assert rows["Wear layer"] == ["10\u00a0mm", "assumed: 10 mm is the least that is sold as a top layer"]


def test_the_honest_notice_is_always_there() -> None:
    """And what the sum leaves out, where there is one."""
    words = Words("en")
    assert words.remarks(sheet_of())[-1] == str(SCREENS_DIFFER)
    assert words.left_out(sheet_of()) == ""
    told = sheet_of("60% red, 40% black", prices={"red": 1})
    assert words.left_out(told).startswith("The cost leaves out what has no price: black, ")
    rows = {row[0]: row[-2:] for row in (words.material_row(one, told) for one in told.materials)}
    assert rows["Black, wear layer"] == ("", "no price")
