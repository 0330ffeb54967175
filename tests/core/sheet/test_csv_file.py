"""A sheet as CSV."""

import csv
import io

import pytest
from tests.core.sheet.floors import document_of, sheet_of, two_mixes

from plitka.core.sheet.csv_file import encode_csv, harmless
from plitka.core.sheet.document import Document


@pytest.mark.parametrize(("language", "separator", "point"), [("en", ",", "."), ("ru", ";", ",")])
def test_a_spreadsheet_of_that_language_reads_it(language: str, separator: str, point: str) -> None:
    """A byte order mark, and numbers that are numbers there: without spaces between thousands."""
    document = document_of(language)
    text = encode_csv(document).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    masses = {row[1]: row[6] for row in rows if len(row) == 11}
    for one in document.sheet.materials:
        assert float(masses[one.code].replace(point, ".")) == pytest.approx(float(one.kg), abs=0.051)
    assert encode_csv(document).startswith(b"\xef\xbb\xbf")
    assert "\r\n" in text


def test_a_given_figure_has_no_source_but_its_giver() -> None:
    """That of the usual one is none of its."""
    text = encode_csv(Document(sheet=sheet_of("red", figures={"thickness_mm": 40}))).decode("utf-8-sig")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(text, newline="")) if len(row) == 5}
    assert rows["Thickness"] == ["40", "mm", "given", ""]
    assert rows["Wear layer"][2:] == ["assumed", "10 mm is the least that is sold as a top layer"]


def test_no_cell_becomes_a_formula() -> None:
    """A name that begins like one is marked as text; negative numbers stay."""
    evil = Document(sheet=sheet_of("red"), maker='=HYPERLINK("http://x")', project="@SUM(1)")
    text = encode_csv(evil).decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert "'@SUM" in text
    assert harmless("-1.5") == "-1.5"
    assert harmless("+7 999") == "'+7 999"


def test_each_of_two_mixes_has_its_rows() -> None:
    """Their masses are those of all materials."""
    sheet = two_mixes()
    rows = list(csv.reader(io.StringIO(encode_csv(Document(sheet=sheet)).decode("utf-8-sig"), newline="")))
    totals = {row[0]: row[1:] for row in rows if len(row) == 7 and row[2] == "Total"}
    assert set(totals) == {"the tile itself", "Border"}
    assert [totals["Border"][0], totals["the tile itself"][0]] == ["20", "100"]
    kg = sum(float(row[-1]) for row in totals.values())
    assert kg == pytest.approx(float(sheet.kg), abs=0.11)
    assert any(row[:2] == ["Mix", "Border: Stripes"] for row in rows)
