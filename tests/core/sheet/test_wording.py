"""The texts of a sheet."""

import re
from fractions import Fraction

import pytest
from tests.core.sheet.floors import sheet_of

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
