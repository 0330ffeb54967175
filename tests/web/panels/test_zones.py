"""The panel of the pattern: shapes, letters and an uploaded logo."""

from pathlib import Path

from playwright.sync_api import expect
from tests.web.conftest import Window

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0H4V8H0Z"/></svg>'


def test_shapes_and_letters_become_zones(window: Window) -> None:
    """With their own mix, in order, on the ground."""
    page = window.open("/#mix=BLACK:90,GRAY:10")
    page.locator("summary", has_text="Pattern").click()
    page.get_by_role("button", name="Border").click()
    page.get_by_role("slider", name="Width").press("ArrowRight")
    page.get_by_role("button", name="Lettering").click()
    page.get_by_label("Letters").fill("ДВОР 7")
    assert window.order()["zones"] == [
        {"mask": "border:9%", "recipe": "100% white"},
        {"mask": "text:ДВОР 7", "recipe": "100% yellow"},  # else it would run into the border
    ]
    hint = page.locator(".zone").last.locator(".field .hint")
    expect(hint).to_have_text("A slash begins a new line.")
    page.get_by_label("Letters").fill("ФК МЕТЕОР 2014")
    expect(hint).to_contain_text("A line of 14 characters: letters so small are hard to read")
    page.get_by_label("Letters").fill("ДВОР 7")
    zone = page.locator(".zone").last
    zone.get_by_role("button", name="Yellow: choose another colour").click()
    page.get_by_role("searchbox").fill("emerald")
    page.locator(".swatch").first.click()
    assert window.order()["zones"][1]["recipe"] == "100% emerald"
    page.get_by_role("button", name="Remove: Border").click()
    assert [zone["mask"] for zone in window.order()["zones"]] == ["text:ДВОР 7"]
    page.reload()
    page.wait_for_selector(".mixer")
    assert [zone["mask"] for zone in window.order()["zones"]] == ["text:ДВОР 7"]


def test_a_new_zone_stands_out_from_the_tile(window: Window) -> None:
    """Dark on a light tile, light on a dark one, and none that the tile has much of."""
    for mix, wanted in (
        ("WHITE:60,GRAY:40", "100% black"),
        ("BLACK:90,WHITE:10", "100% white"),
        ("#FFFBF0:100", "100% black"),
    ):
        page = window.open("/")
        page.evaluate("mix => (location.hash = `mix=${mix}`)", mix.replace("#", "%23"))
        page.locator("summary", has_text="Pattern").click()
        page.get_by_role("button", name="Border").click()
        assert window.order()["zones"] == [{"mask": "border:8%", "recipe": wanted}]
    for shape in ("Stripes", "Circle", "Squares"):
        page.get_by_role("button", name=shape).click()
    recipes = [zone["recipe"] for zone in window.order()["zones"]]
    assert len(set(recipes)) == len(recipes), recipes


def test_a_logo_is_uploaded(window: Window, tmp_path: Path) -> None:
    """It lies in the address itself; a file that is none is refused in words."""
    logo, other = tmp_path / "<u>logo.svg", tmp_path / "other.png"
    logo.write_text(SVG, "utf-8")
    other.write_bytes(b"hello")
    page = window.open()
    page.locator("summary", has_text="Pattern").click()
    page.locator(".add-zone input[type=file]").set_input_files(other)
    expect(page.locator(".panel .refusal")).to_contain_text("PNG")
    page.locator(".add-zone input[type=file]").set_input_files(logo)
    expect(page.locator(".mask")).to_be_visible()
    order = window.order()
    assert order["zones"][0]["mask"].startswith("data:image/png;base64,")
    page.reload()
    page.wait_for_selector(".mixer")
    assert window.order() == order
