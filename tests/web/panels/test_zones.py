"""The panel of the pattern: shapes, letters and an uploaded logo."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from tests.web.conftest import Window, stepped_back

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
    zone = page.locator(".zone").last
    zone.get_by_role("button", name="Yellow: choose another colour").click()
    page.get_by_role("searchbox").fill("emerald")
    page.locator(".swatch").first.click()
    assert window.order()["zones"][1]["recipe"] == "100% emerald"
    page.get_by_role("button", name="Remove: Border").click()
    assert [zone["mask"] for zone in window.order()["zones"]] == ["text:ДВОР 7"]
    stepped_back(page).reload()
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
    for shape in ("Stripes", "Bands across", "Circle", "Squares"):
        page.get_by_role("button", name=shape).click()
    recipes = [zone["recipe"] for zone in window.order()["zones"]]
    assert len(set(recipes)) == len(recipes), recipes


def test_letters_that_cannot_be_laid_are_told(window: Window) -> None:
    """At their field, with what the tile shows until then."""
    page = window.open("/#mix=BLACK:90,GRAY:10")
    page.locator("summary", has_text="Pattern").click()
    page.get_by_role("button", name="Lettering").click()
    letters = page.get_by_label("Letters")
    expect(letters).to_be_focused()
    letters.fill("")
    expect(page.get_by_role("alert")).to_contain_text("until then the tile shows “START”")
    letters.fill("Солнышко 🌞")
    expect(page.get_by_role("alert")).to_contain_text("Emoji cannot be laid in granules")
    assert window.order()["zones"][0]["mask"] == "text:START"
    letters.blur()
    expect(letters).to_have_value("START")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("preview_px", [1024])
def test_letters_of_a_few_granules_are_told(window: Window) -> None:
    """How small is too small is a matter of granules and of how much of the tile is shown."""
    page = window.open("/#mix=BLACK:90,GRAY:10")
    page.locator("summary", has_text="Pattern").click()
    page.get_by_role("button", name="Lettering").click()
    letters, hint = page.get_by_label("Letters"), page.locator(".zone .field .hint")
    letters.fill("ФК МЕТЕОР 2014")
    expect(hint).to_contain_text("only a few granules tall")
    letters.fill("ФК/МЕТЕОР/2014")
    expect(hint).to_have_text("A slash begins a new line.")


def test_letters_stand_out_from_what_they_lie_on(window: Window) -> None:
    """A disc in the middle, and not the ground beside it; a new zone has the keyboard in its first field."""
    page = window.open("/#mix=RED:60,BLACK:30,WHITE:10")
    page.locator("summary", has_text="Pattern").click()
    for shape, field in (
        ("Circle", "Diameter"),
        ("Border", "Width"),
        ("Lettering", "Letters"),
        ("One half", "Left half"),
    ):
        page.get_by_role("button", name=shape, exact=True).click()
        expect(page.get_by_label(field)).to_be_focused()
    disc, _, letters, _ = [zone["recipe"] for zone in window.order()["zones"]]
    assert {disc, letters} in ({"100% white", "100% black"}, {"100% yellow", "100% black"})


def picture(kind: str, size: tuple[int, int], ground: str, drawn: str) -> bytes:
    """A picture whose middle third, from side to side of that, is drawn on its ground."""
    width, height = size
    image = Image.new("RGBA", size, ground)
    ImageDraw.Draw(image).rectangle((width // 3, height // 3, 2 * width // 3, 2 * height // 3), fill=drawn)
    file = io.BytesIO()
    (image if kind == "PNG" else image.convert("RGB")).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "size", "ground", "drawn", "told"),
    [
        ("PNG", (90, 90), "white", "#c03020", "light ground"),
        ("PNG", (90, 90), "#eeeeff", "#ffee00", "light ground"),
        ("JPEG", (90, 90), "white", "#2040a0", "light ground"),
        ("PNG", (90, 90), "black", "white", "dark ground"),
        ("PNG", (90, 90), "#00000000", "black", "transparent parts"),
        ("PNG", (180, 60), "white", "black", "light ground"),
    ],
)
def test_a_logo_is_drawn_where_it_differs_from_its_ground(
    window: Window, kind: str, size: tuple[int, int], ground: str, drawn: str, told: str
) -> None:
    """Of whatever colour and proportions, which is said, and can be had the other way round."""
    page = window.open()
    page.locator("summary", has_text="Pattern").click()
    field = page.locator(".add-zone input[type=file]")
    field.set_input_files(
        {"name": "logo", "mimeType": f"image/{kind.lower()}", "buffer": picture(kind, size, ground, drawn)}
    )
    expect(page.locator(".zone")).to_contain_text(told)
    button = page.get_by_role("button", name="The other way round")
    expect(button).to_be_focused()
    width, height = size
    scale = 1 if width == height else 0.9
    part = scale * width / max(size) * scale * height / max(size) / 9

    def white() -> float:
        return float(np.asarray(Image.open(io.BytesIO(base64.b64decode(mask().partition(",")[2])))).mean())

    def mask() -> str:
        return str(window.order()["zones"][0]["mask"])

    before = mask()
    assert white() == pytest.approx(part, rel=0.1)
    button.click()
    page.wait_for_function("old => document.querySelector('.mask').src !== old", arg=before)
    assert white() == pytest.approx(1 - part, rel=0.05)


def test_a_logo_is_uploaded(window: Window, tmp_path: Path) -> None:
    """It lies in the address itself; a file that is none, or shows none, is refused in words."""
    logo, other, blank = (tmp_path / name for name in ("<u>logo.svg", "other.png", "blank.png"))
    logo.write_text(SVG, "utf-8")
    other.write_bytes(b"hello")
    blank.write_bytes(picture("PNG", (60, 60), "white", "white"))
    page = window.open()
    page.locator("summary", has_text="Pattern").click()
    for file, told in ((other, "Choose a PNG, JPEG or SVG"), (blank, "one colour all over")):
        page.locator(".add-zone input[type=file]").set_input_files(file)
        expect(page.locator(".panel .refusal")).to_contain_text(told)
    page.locator(".add-zone input[type=file]").set_input_files(logo)
    expect(page.locator(".mask")).to_be_visible()
    expect(page.locator(".panel .refusal")).to_have_count(0)
    order = window.order()
    assert order["zones"][0]["mask"].startswith("data:image/png;base64,")
    page.reload()
    page.wait_for_selector(".mixer")
    assert window.order() == order
