"""Sheets over HTTP."""

import base64
import csv
import io
import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import numpy as np
import openpyxl
import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image
from tests.serve.conftest import RECIPE, Running

from plitka.core.language.figures import figure
from plitka.core.sheet.formats import SheetFormat
from plitka.serve import routes
from plitka.serve.sheets_api import accepted_format

FLOOR: dict[str, Any] = {"recipe": RECIPE, "area_m2": 120}
LINK = "https://plitka.example/mixer?seed=7"


def logo(height_px: int = 40, light: int = 90) -> str:
    """A data URL."""
    file = io.BytesIO()
    pixels = np.full((height_px, 80, 3), 90, np.uint8)
    pixels[:, 40:] = light
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def test_json_is_the_usual_answer(maker: httpx2.Client) -> None:
    """In the reader's language."""
    answer = maker.post(routes.SHEETS, json=FLOOR | {"prices": {"red": 210}}, headers={"Accept-Language": "ru"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["materials"][0]["net_kg"] == pytest.approx(669.6)
    assert found["totals"]["without_price"] == ["BLACK", "SBR", "BINDER"]
    assert "закажите образец" in found["notices"][1]


def test_a_pdf_of_a_job_has_its_picture_and_the_numbers_of_the_json(server: Running, maker: httpx2.Client) -> None:
    """And the maker's logo and a code that leads to the link."""
    job = server.ended(maker, server.order(maker, width_px=64, height_px=64))
    body = FLOOR | {"language": "ru", "maker": "Мягкие площадки", "link": LINK, "currency": "₽", "base_price": 22.5}
    told = maker.post(routes.SHEETS, json=body).json()
    more = {"format": "pdf", "job_id": job["id"], "logo": logo()}
    answer = maker.post(routes.SHEETS, json=body | more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert ".pdf" in answer.headers["content-disposition"]
    assert "ratelimit-remaining" in answer.headers
    with closing(pdfium.PdfDocument(answer.content)) as pdf:
        text = " ".join(pdf[0].get_textpage().get_text_range().split())
        assert sum(isinstance(one, pdfium.PdfImage) for one in pdf[0].get_objects()) == 2
        page = np.ascontiguousarray(pdf[0].render(scale=200 / 72).to_numpy()[..., ::-1])
    for one in told["materials"]:
        assert figure(one["kg"], 1, "ru").replace("\u00a0", " ") in text
    assert figure(told["totals"]["cost"], 2, "ru").replace("\u00a0", " ") in text
    assert zxingcpp.read_barcodes(page)[0].text == LINK


def test_spreadsheets(maker: httpx2.Client) -> None:
    """By what Accept asks for."""
    table = maker.post(routes.SHEETS, json=FLOOR, headers={"Accept": "text/csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert [row[5] for row in rows if row[1:2] == ["RED"]] == ["669.6"]
    book = maker.post(routes.SHEETS, json=FLOOR, headers={"Accept": SheetFormat.XLSX.media_type})
    page = openpyxl.load_workbook(io.BytesIO(book.content), data_only=True).worksheets[0]
    assert pytest.approx(669.6) in [cell.value for row in page.iter_rows() for cell in row if cell.data_type == "n"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", SheetFormat.JSON),
        ("*/*", SheetFormat.JSON),
        ("text/html, application/pdf;q=0.9", SheetFormat.PDF),
        ("text/CSV", SheetFormat.CSV),
        ("image/png", SheetFormat.JSON),
    ],
)
def test_the_first_known_kind_is_taken(accept: str, kind: SheetFormat) -> None:
    """And JSON where there is none."""
    assert accepted_format(accept) is kind


def test_zones_may_be_drawn(maker: httpx2.Client) -> None:
    """As those of a job."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0H1V2H0Z"/></svg>'
    mask = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    found = maker.post(routes.SHEETS, json=FLOOR | {"zones": [{"mask": mask, "recipe": "white"}]}).json()
    assert [zone["area_percent"] for zone in found["zones"]] == [50, 50]
    assert found["materials"][2]["code"] == "WHITE"


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"recipe": "60% rde"}, 400, "rde"),
        ({"area_m2": 0}, 422, "area_m2"),
        ({"wear_mm": 50}, 422, "thicker than the tile"),
        ({"prices": {"green": 1}}, 422, "not in the recipe"),
        ({"maker": "地垫", "format": "pdf", "job_id": None}, 422, "Latin or Cyrillic"),
        ({"logo": "data:image/png;base64,AAAA", "format": "pdf"}, 422, "the logo"),
        ({"link": "javascript:alert(1)"}, 422, "link"),
        ({"job_id": "0" * 32, "format": "pdf"}, 404, "no such job"),
        ({"glitter": True}, 422, "glitter"),
    ],
)
def test_bad_input_is_an_answer(maker: httpx2.Client, more: dict[str, Any], status: int, said: str) -> None:
    """With what was wrong."""
    answer = maker.post(routes.SHEETS, json=FLOOR | more)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


def test_a_picture_of_another_key_is_not_shown(server: Running, maker: httpx2.Client) -> None:
    """There is no such job."""
    job = server.ended(maker, server.order(maker, width_px=64, height_px=64))
    answer = server.client().post(routes.SHEETS, json=FLOOR | {"job_id": job["id"], "format": "pdf"})
    assert answer.status_code == 404


def test_a_viewer_gets_none(server: Running) -> None:
    """Sheets are made."""
    assert server.client("viewer").post(routes.SHEETS, json=FLOOR).status_code == 403


def test_the_contract_is_told() -> None:
    """docs/http-api.md names the path and every kind of answer."""
    text = (Path(__file__).parents[2] / "docs/http-api.md").read_text(encoding="utf-8")
    assert "`POST /v1/sheets`" in text
    assert all(kind.media_type.partition(";")[0] in text for kind in SheetFormat)


def test_the_example_of_the_page_is_answered(server: Running) -> None:
    """As it stands in docs/http-api.md."""
    text = (Path(__file__).parents[2] / "docs/http-api.md").read_text(encoding="utf-8")
    [told] = re.findall(r"/v1/sheets -d '(.*?)'", text, re.DOTALL)
    answer = server.client("maker").post(routes.SHEETS, json=json.loads(told))
    assert answer.content.startswith(b"%PDF"), answer.text


def test_a_floor_of_two_mixes(maker: httpx2.Client) -> None:
    """The second has zones too, also drawn ones; it cannot be larger than the floor."""
    mask = logo(height_px=80, light=255)
    second = {"recipe": "black", "zones": [{"mask": mask, "recipe": "white"}], "area_m2": 20, "name": "<b>Border</b>"}
    answer = maker.post(routes.SHEETS, json=FLOOR | {"second": second})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [(one["name"], one["area_m2"]) for one in found["designs"]] == [(None, 100), ("<b>Border</b>", 20)]
    assert sum(one["kg"] for one in found["designs"]) == pytest.approx(found["totals"]["kg"], abs=0.01)
    too_large = maker.post(routes.SHEETS, json=FLOOR | {"second": second | {"area_m2": 120}})
    assert too_large.status_code == 422
    assert "second mix" in too_large.json()["error"]
    wrong = maker.post(routes.SHEETS, json=FLOOR | {"second": {"recipe": "rde", "area_m2": 2}})
    assert wrong.json()["code"] == "recipe"


def test_a_file_is_called_by_what_is_in_it(maker: httpx2.Client) -> None:
    """In Latin letters for whoever reads no others; nothing of it can end the header or leave a folder."""
    body = FLOOR | {"format": "csv", "language": "ru", "project": '../Двор "7";\\ a'}
    told = maker.post(routes.SHEETS, json=body).headers["content-disposition"]
    [plain, full] = re.fullmatch(
        r"attachment; filename=\"([\w.-]+)\"; filename\*=UTF-8''([\w.%-]+)", told, re.ASCII
    ).groups()  # type: ignore[union-attr]
    assert plain == "material-sheet-7-a-60-red-40-black.csv"
    assert unquote(full) == "ведомость-материалов-двор-7-a-60-красный-40-чёрный.csv"
    long = maker.post(routes.SHEETS, json=FLOOR | {"format": "csv", "project": "x" * 100})
    assert len(long.headers["content-disposition"]) < 400
