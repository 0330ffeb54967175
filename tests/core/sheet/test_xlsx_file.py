"""A sheet as a workbook, read back by another library than wrote it."""

import io
from functools import cache
from typing import Any

import openpyxl
import pytest
from tests.core.sheet.floors import document_of, sheet_of, two_mixes

from plitka.core.sheet.assumptions import ASSUMED
from plitka.core.sheet.document import Document
from plitka.core.sheet.wording import NO_PRICE
from plitka.core.sheet.xlsx_file import encode_xlsx


@cache
def books(language: str) -> tuple[Any, Any]:
    """With results, and with formulas."""
    content = encode_xlsx(document_of(language))
    return tuple(openpyxl.load_workbook(io.BytesIO(content), data_only=results) for results in (True, False))


def rows_of(book: Any) -> dict[str, list[Any]]:  # noqa: ANN401
    """The rows of materials, by code."""
    return {
        row[1]: list(row)
        for row in book.worksheets[0].iter_rows(min_row=6, values_only=True)
        if isinstance(row[1], str) and row[6]
    }


@pytest.mark.parametrize("language", ["en", "ru"])
def test_its_results_are_those_of_the_sheet(language: str) -> None:
    """For viewers that calculate nothing."""
    rows = rows_of(books(language)[0])
    for one in document_of(language).sheet.materials:
        row = rows[one.code]
        assert row[5:7] == pytest.approx([float(one.net_kg), float(one.kg)])
        assert row[7] == one.n_bags
        assert row[9] == (
            document_of(language).words.say(NO_PRICE) if one.cost is None else pytest.approx(float(one.cost))
        )


def test_its_cells_are_formulas_over_named_figures() -> None:
    """Every assumption has its name and its cell."""
    formulas = books("en")[1]
    assert set(formulas.defined_names) == {*ASSUMED, "area_m2", "wear_m3", "base_m3"}
    rows = rows_of(formulas)
    assert set(rows) == {one.code for one in document_of("en").sheet.materials}
    for row in rows.values():
        assert all(str(cell).startswith("=") for cell in (row[5], row[6], row[9], row[10]))


def test_what_has_no_price_is_told_until_it_has_one() -> None:
    """In its own row and below the sums, by formulas over the cells that prices are put in."""
    sheet = sheet_of("60% red, 40% black", prices={"red": 1})
    content = encode_xlsx(Document(sheet=sheet))
    results, formulas = (openpyxl.load_workbook(io.BytesIO(content), data_only=flag) for flag in (True, False))
    assert rows_of(results)["BLACK"][8:11] == [None, "no price", "no price"]
    assert str(rows_of(formulas)["BLACK"][9]).startswith("=IF(I7=")
    total = next(row for row in results.worksheets[0].iter_rows() if row[0].value == "Total")
    below = results.worksheets[0].cell(total[0].row + 1, 1)
    assert below.value == "The cost leaves out what has no price."
    assert str(formulas.worksheets[0][below.coordinate].value).startswith("=IF(AND(COUNT(")


def test_names_stay_text() -> None:
    """Whatever they begin with."""
    content = encode_xlsx(Document(sheet=sheet_of("red"), maker="=1+1", project="https://x.example"))
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")
    assert page["A1"].hyperlink is None


def test_two_mixes_are_calculated_from_the_area_of_the_second() -> None:
    """Its cell can be changed: shares of the floor and masses of each mix are formulas over it."""
    sheet = two_mixes()
    content = encode_xlsx(Document(sheet=sheet))
    results, formulas = (openpyxl.load_workbook(io.BytesIO(content), data_only=flag) for flag in (True, False))
    assert "second_m2" in formulas.defined_names
    page = results["By mix"]
    kg = [row[6] for row in page.iter_rows(min_row=2, values_only=True)]
    wanted = [float(kg) for design in sheet.designs for kg in (*(one.kg for one in design.materials), design.kg)]
    assert kg == pytest.approx(wanted)
    cells = [row[5] for row in formulas["By mix"].iter_rows(min_row=2, values_only=True)]
    assert all(str(cell).startswith("=") for cell in cells)
    assert sum("second_m2" in str(cell) for cell in cells) == 8  # neither binder nor sums
    shares = {row[1]: row[3] for row in rows_of(formulas).values()}
    assert "second_m2" in shares["WHITE"]
