"""A photograph of a tile: its colours are found, and the mix is made of them."""

import base64
import io

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from tests.core.measure.tile_pictures import tile
from tests.web.accessibility import axe_faults
from tests.web.conftest import OpenWindow, Window

DROP = """(zone, base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "tile.png", { type: "image/png" }));
    zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def photograph() -> bytes:
    """A PNG of a tile of red and black."""
    file = io.BytesIO()
    Image.fromarray(tile("60% red, 40% black")).save(file, "PNG")
    return file.getvalue()


def opened(page: Page, name: str = "Start from a photo") -> Page:
    """The page with the place for a photograph."""
    page.get_by_role("button", name=name).click()
    page.wait_for_selector(".drop")
    return page


def test_a_dropped_photograph_becomes_the_mix(window: Window, photograph: bytes) -> None:
    """Colours and shares are told with what is uncertain; they become the mix, are made, and undo goes back."""
    page = opened(window.open("/#mix=GREEN:100&light=sun"))
    page.locator(".drop").evaluate(DROP, base64.b64encode(photograph).decode())
    rows = page.locator(".found-shares tbody tr")
    expect(rows.first).to_contain_text("Red")
    shares = {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows.all()}
    assert float(shares["Red"].removesuffix("\xa0%")) == pytest.approx(60, abs=3)
    expect(page.locator(".found")).to_contain_text("no share is off by more than")
    page.get_by_role("button", name="Make this").click()
    expect(page.locator("dialog")).to_have_count(0)
    made = window.order()
    assert "red" in made["recipe"]
    assert all(len(part.partition("%")[0].partition(".")[2]) <= 1 for part in made["recipe"].split(", "))
    assert "black" in made["recipe"]
    assert made["light"] == "sun"
    page.get_by_role("button", name="Make the picture").click()
    expect(page.locator(".shares")).to_contain_text("Red")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Preview", exact=True)).to_be_checked()
    assert window.order()["recipe"] == "100% green"


def test_a_pattern_of_before_is_not_left_in_silence(window: Window, photograph: bytes) -> None:
    """It goes, which is said, with a way back."""
    page = opened(window.open("/#mix=GREEN:100&zone=border:8%25|WHITE:100"))
    page.get_by_label("Choose a photograph").set_input_files(
        FilePayload(name="a.png", mimeType="image/png", buffer=photograph)
    )
    page.get_by_role("button", name="Make this").click()
    expect(page.locator(".page-notice")).to_contain_text("The pattern that was on the tile is gone")
    assert "zones" not in window.order()
    page.get_by_role("button", name="Back to the tile before").click()
    assert window.order()["recipe"] == "100% green"
    assert window.order()["zones"] == [{"mask": "border:8%", "recipe": "100% white"}]
    expect(page.locator(".page-notice")).to_have_text("")


def test_a_doubt_is_told_and_can_be_taken(window: Window) -> None:
    """The shares of a colour go to the one that it may be, and back."""
    page = window.open()
    found = {"shares": {"RED": 60, "BLACK": 40}, "uncertainty": 2, "off_palette": 0, "recipe": "60% red, 40% black"}
    page.route(
        "**/v1/measure", lambda route: route.fulfill(json=found | {"doubts": [{"code": "RED", "instead": "BLUE"}]})
    )
    opened(page)
    page.get_by_label("Choose a photograph").set_input_files(
        FilePayload(name="a.png", mimeType="image/png", buffer=b"")
    )
    page.get_by_role("button", name="Take Blue").click()
    expect(page.get_by_role("button", name="Take Red")).to_be_visible()
    page.get_by_role("button", name="Make this").click()
    assert window.order()["recipe"] == "60% blue, 40% black"


def test_it_fits_a_phone_and_what_is_no_tile_is_told(window_of: OpenWindow, photograph: bytes) -> None:
    """In Russian; a file that is no picture is refused in the service's words."""
    window = window_of(locale="ru-RU", color_scheme="dark", viewport={"width": 360, "height": 800})
    page = opened(window.open(), "По фотографии")
    chosen = page.get_by_label("Выбрать фотографию")
    chosen.set_input_files(FilePayload(name="a.png", mimeType="image/png", buffer=b"no picture"))
    expect(page.locator(".room .refusal")).to_be_visible()
    expect(page.locator(".room img")).to_have_count(0)
    chosen.set_input_files(FilePayload(name="a.png", mimeType="image/png", buffer=photograph))
    expect(page.locator(".found")).to_be_visible(timeout=60_000)
    expect(page.locator(".room .refusal")).to_have_count(0)
    assert page.locator(".room").evaluate("room => room.scrollWidth - room.clientWidth") == 0
    assert axe_faults(page) == []
