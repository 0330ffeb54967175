"""The panel of the sheet: what a floor takes, what it is calculated by, and the files."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from tests.serve.conftest import Running
from tests.web.accessibility import axe_faults
from tests.web.conftest import OpenWindow, Window, stepped_back

from plitka.core.colour.palette import PRICE_RANGE

SHOWN = "/#mix=RED:60,BLACK:40&zone=border:10%25|WHITE:100"


def opened(page: Page, name: str = "Materials and price") -> Page:
    """The page with its sheet calculated."""
    page.get_by_role("button", name=name).click()
    page.wait_for_selector(".facts")
    return page


def total_kg(page: Page) -> float:
    """The mass in all, as it stands there."""
    return float(page.locator(".facts dd").first.inner_text().removesuffix(" kg").replace(",", ""))


def test_a_floor_is_calculated_and_figures_are_ones_own(window: Window, server: Running) -> None:
    """Masses are those of the service; a changed figure changes them, and can be set back."""
    page = opened(window.open(SHOWN))
    recipe = {"recipe": "60% red, 40% black", "zones": [{"mask": "border:10%", "recipe": "white"}]}
    answer = server.client().post("/v1/sheets", json=recipe | {"area_m2": 50}).json()
    assert total_kg(page) == round(answer["totals"]["kg"], 1)
    expect(page.locator(".materials tbody tr")).to_have_count(len(answer["materials"]))
    shown = page.locator(".facts dd").first
    expect(page.get_by_label("Area of the floor")).to_have_accessible_description("taken as an example")
    area, waste = page.get_by_label("Area of the floor"), page.get_by_label("Waste", exact=True)
    usual = page.get_by_role("button", name="Waste: as usual again")
    expect(waste).to_have_accessible_description(re.compile("^assumed: "))
    changes: list[tuple[Callable[[], None], str]] = [
        (lambda: area.fill("100"), "kg"),
        (lambda: waste.fill("0"), "net_kg"),
        (usual.click, "kg"),
    ]
    for change, kind in changes:
        before = shown.inner_text()
        change()
        expect(shown).not_to_have_text(before)
        assert total_kg(page) == pytest.approx(2 * answer["totals"][kind], abs=0.06)
    expect(area).to_have_accessible_description("")
    page.get_by_label("Thickness of the tile").fill("3")
    expect(page.get_by_role("alert")).to_have_text("from 5 to 200; 30 until then")
    page.get_by_label("Thickness of the tile").fill("8")
    page.get_by_label("Wear layer", exact=True).fill("9")
    expect(page.locator(".sheet .refusal")).to_contain_text("The wear layer (9 mm) is thicker than the tile (8 mm)")


def test_prices_make_a_cost_and_stay_in_the_browser(window: Window) -> None:
    """What has no price is told; one price can be every colour's; the floor is the same after a reload."""
    page = opened(window.open(SHOWN))
    expect(page.locator(".sheet")).to_contain_text("Fill in what a kilogram costs:")
    cost = page.locator(".facts > div", has=page.get_by_text("Cost", exact=True))
    expect(cost).to_have_text("Costfill in below what a kilogram costs")
    red = page.get_by_label("Price per kg: Red")
    red.fill("3")
    expect(cost.locator("dd").first).not_to_contain_text("fill in")
    red.fill("about 3")
    expect(cost).to_have_text("Costfill in below what a kilogram costs")  # and not the one of before
    red.blur()
    expect(red).to_have_value("about 3")  # what was not understood stays, and is marked
    expect(page.locator(".materials .wrong")).to_have_text("a number, please")
    red.fill("999999999999")
    expect(page.locator(".materials .wrong")).to_have_text("from 0 to 1,000,000,000")
    assert window.module("sheets.js", "return m.PRICE_RANGE") == list(PRICE_RANGE)
    expect(page.get_by_role("button", name="for every colour")).to_have_count(0)
    expect(page.locator(".sheet .refusal")).to_have_count(0)
    red.fill("2,5")
    page.get_by_role("button", name="2.5 for every colour").click()
    for colour in ("Black", "White"):
        expect(page.get_by_label(f"Price per kg: {colour}", exact=True)).to_have_value("2.5")
    expect(page.get_by_role("button", name="for every colour")).to_have_count(0)
    page.get_by_label("Currency").fill("EUR")
    expect(page.locator(".facts")).to_contain_text("EUR")
    page.get_by_label("Currency").fill("€")
    expect(page.locator(".facts")).to_contain_text(re.compile(r"€\d"))
    page.get_by_label("Currency").fill("EUR")
    without = "without Black crumb of the base (SBR), Binder: no price yet"
    expect(page.locator(".facts .lacking").first).to_have_text(without)
    expect(page.locator(".facts .lacking").last).to_have_text("without these as well")
    expect(page.locator(".materials tfoot")).to_contain_text(without)
    page.set_viewport_size({"width": 360, "height": 800})
    lacking, table = (page.locator(one).bounding_box() for one in (".materials .lacking", ".materials"))
    assert lacking is not None
    assert table is not None
    assert lacking["width"] > 0.9 * table["width"]
    page.reload()
    page.wait_for_selector(".mixer")
    opened(page)
    expect(page.get_by_label("Price per kg: Red")).to_have_value("2.5")
    expect(page.locator(".facts")).to_contain_text("EUR")


def test_costs_are_told_as_money(window_of: OpenWindow) -> None:
    """In roubles for who reads Russian, unless another currency is named; also of a square metre, and in whole bags."""
    page = opened(window_of(locale="ru-RU").open(SHOWN), "Материалы и цена")
    page.get_by_label("Площадь покрытия").fill("80")
    page.get_by_label("Цена за кг: Чёрная крошка").fill("40,25")
    of_m2 = page.locator(".facts > div", has=page.get_by_text("Стоимость 1 м²")).locator("dd")
    expect(of_m2).to_have_count(0)  # before all is priced
    for material in ("Красный", "Чёрный", "Белый", "Связующее"):
        page.get_by_label(f"Цена за кг: {material}", exact=True).fill("180,5")
    cost = page.locator(".facts > div", has=page.get_by_text("Стоимость", exact=True)).locator("dd")
    expect(cost).to_have_text(re.compile(r"^\d{3}\s\d{3}\s₽$"))
    assert roubles(of_m2) == pytest.approx(roubles(cost) / 80, abs=0.51)
    bags = page.locator(".facts > div", has=page.get_by_text("Целыми мешками")).locator("dd")
    assert roubles(bags) >= roubles(cost)
    page.get_by_label("Площадь покрытия").fill("0,2")
    expect(cost).to_have_text(re.compile(r"^\d{3},\d\d\s₽$"))
    page.get_by_label("Валюта").fill("")
    expect(cost).to_have_text(re.compile(r"^\d{3},\d\d$"))


def test_floor_and_sheet_have_one_tile_and_one_area(window: Window) -> None:
    """Written in the address once: what is changed in one is so in the other, and in a link."""
    page = window.open(SHOWN)
    page.evaluate("location.hash += '&floor=grid,plain,none,sun,0,250,2,80'")
    opened(page)
    expect(page.get_by_label("Area of the floor")).to_have_value("80")
    expect(page.get_by_label("Side of the tile")).to_have_value("250")
    assert total_tiles(page) > 80 * 16
    page.get_by_label("Side of the tile").fill("400")
    page.get_by_label("Area of the floor").fill("30")
    expect(page.get_by_label("The tile’s other side")).to_have_value("400")
    assert page.evaluate("location.hash").endswith("floor=grid,plain,none,sun,0,400,2,30")
    laid = window.module("laying.js", "return [m.laying.value.tileMm, m.laying.value.areaM2];")
    assert laid == [400, 30]


def total_tiles(page: Page) -> int:
    """How many tiles are told."""
    return int(page.locator(".facts dd").nth(1).inner_text().replace(",", ""))


def test_each_of_two_mixes_of_a_floor_is_counted(window: Window, server: Running) -> None:
    """With its area, which can be another, and its kilograms; their sum is ordered. The files tell both."""
    page = opened(window.open(SHOWN))
    expect(page.locator(".by-mix")).to_have_count(0)
    page.keyboard.press("Escape")
    stepped_back(page).evaluate("location.hash += '&floor=grid,border,none,sun,0,500,2,50&second=mix%3DBLUE%3A100'")
    opened(page)
    border = page.get_by_label("Area of the border")
    expect(border).to_have_value("13.14")  # of 50 m2: one row of 0.5 m around a square
    border.fill("20")
    sums = page.locator(".by-mix-sum td:nth-child(2)")
    expect(sums).to_have_text(["30", "20"])
    second = {"recipe": "100% blue", "area_m2": 20}
    order = {"recipe": "60% red, 40% black", "zones": [{"mask": "border:10%", "recipe": "white"}], "area_m2": 50}
    told = server.client_of(None).post("/v1/sheets", json=order | {"second": second}).json()
    masses = [float(text.replace(",", "")) for text in page.locator(".by-mix-sum td:nth-child(3)").all_inner_texts()]
    assert masses == [round(design["kg"], 1) for design in told["designs"]]
    assert total_kg(page) == pytest.approx(sum(masses), abs=0.11)
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.locator(".by-mix").evaluate(LEAST_GAP_PX) >= LEGIBLE_GAP_PX
    expect(page.locator(".materials")).to_contain_text("Blue")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="CSV").click()
    assert downloaded.value.suggested_filename == "material-sheet-60-red-40-black.csv"
    assert "Mix of the border" in downloaded.value.path().read_text("utf-8-sig")


LEGIBLE_GAP_PX = 8
LEAST_GAP_PX = """(table) => Math.min(...[...table.rows].flatMap((row) => {
    const texts = [...row.cells].filter((cell) => cell.innerText).map((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect();
    });
    return texts.slice(1).map((text, index) => text.left - texts[index].right);
}))"""
"""Between what stands beside each other in a table: figures that touch are read as one."""


def roubles(shown: Locator) -> int:
    """A sum without kopecks, as it stands there."""
    return int(re.sub(r"\D", "", shown.inner_text()))


def test_the_files_have_the_same_figures(window_of: OpenWindow, tmp_path: Path) -> None:
    """In Russian: a PDF with the link, the maker and a logo, and a CSV."""
    window = window_of(locale="ru-RU")
    page = opened(window.open(SHOWN), "Материалы и цена")
    page.get_by_label("Производитель", exact=True).fill("ООО «Мягкий пол»")
    (tmp_path / "logo.txt").write_text("no picture", "utf-8")
    Image.new("RGB", (900, 300), "green").save(tmp_path / "logo.png")
    page.get_by_label("Логотип (PNG, JPEG)").set_input_files(tmp_path / "logo.txt")
    expect(page.locator(".logo .refusal")).to_be_visible()
    page.get_by_label("Логотип (PNG, JPEG)").set_input_files(tmp_path / "logo.png")
    expect(page.get_by_alt_text("Логотип изготовителя")).to_be_visible()
    kg = page.locator(".materials tbody td:nth-child(3)").all_inner_texts()
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="PDF").click()
    document = pdfium.PdfDocument(downloaded.value.path())
    text = "".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    assert "Мягкий пол" in text
    assert all(mass in text for mass in kg)
    assert "«принято»" in text
    assert text.count("принято:") > 5
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.reader(io.StringIO(downloaded.value.path().read_text("utf-8-sig")), delimiter=";"))
    assert any("Красный" in cell for row in rows for cell in row)


def test_it_fits_and_axe_finds_nothing(window_of: OpenWindow) -> None:
    """In Russian and the dark, which are the harder ones."""
    page = opened(window_of(locale="ru-RU", color_scheme="dark").open(SHOWN), "Материалы и цена")
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".room").evaluate("room => room.scrollWidth - room.clientWidth") == 0
        assert axe_faults(page) == []
