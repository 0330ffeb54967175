"""The page as a whole: its weight, its width, both languages and themes, and what axe finds in it."""

from typing import Literal

import pytest
from playwright.sync_api import FilePayload, expect
from tests.core.measure.tile_pictures import tile
from tests.serve.conftest import Running
from tests.web.accessibility import axe_faults, too_wide
from tests.web.conftest import OpenWindow, Window, small_maps

from plitka.core.files.picture import encode_png
from plitka.serve import routes

MAX_FIRST_BYTES = 300_000
OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => (one.open = true))"
SHOWN = "/#mix=RED:60,BLACK:30,WHITE:10&zone=text:%D0%A1%D0%A2%D0%90%D0%A0%D0%A2|WHITE:100&light=sun"


@pytest.fixture(scope="module")
def photograph() -> bytes:
    """A PNG of a tile of red and black."""
    return encode_png(tile("60% red, 40% black"))


def test_axe_finds_nothing_serious(window_of: OpenWindow) -> None:
    """In both languages and themes: with every panel open, four variations made, and the colours to choose from."""
    window = window_of(locale="en-GB", color_scheme="light")
    small_maps(window.page)
    page = window.open(SHOWN)
    page.evaluate(OPEN_ALL)
    page.locator(".order button").nth(1).click()
    page.wait_for_selector(".shares")
    expect(page.locator('.variation img[src*="/image"]')).to_have_count(4)
    themes: list[tuple[str, Literal["dark", "light"]]] = [("Русский", "dark"), ("English", "light")]
    for other, theme in themes:
        assert axe_faults(page) == []
        page.get_by_role("button", name=other).click()
        assert axe_faults(page) == []
        page.locator(".mix-actions button").first.click()
        page.wait_for_selector(".swatch")
        assert axe_faults(page) == []
        page.keyboard.press("Escape")
        page.emulate_media(color_scheme=theme)


def test_every_room_and_the_floor_fit_a_phone_and_axe_finds_nothing(
    window_of: OpenWindow, server: Running, photograph: bytes
) -> None:
    """In English and the light; the tests of their panels see to Russian and the dark."""
    maker = server.client_of(None)
    server.ended(maker, server.order(maker))
    window = window_of(viewport={"width": 360, "height": 800})
    small_maps(window.page)
    page = window.open(SHOWN)
    for name, shown in (
        ("Materials and price", ".facts"),
        ("My tiles", ".gallery-tile"),
        ("Start from a photo", ".drop"),
    ):
        page.get_by_role("button", name=name).click()
        page.wait_for_selector(shown)
        if shown == ".drop":
            page.get_by_label("Choose a photograph").set_input_files(
                FilePayload(name="a.png", mimeType="image/png", buffer=photograph)
            )
            page.wait_for_selector(".found-shares")
        assert page.locator(".room").evaluate("room => room.scrollWidth - room.clientWidth") == 0
        assert axe_faults(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator(".below summary").first.click()
    page.wait_for_selector(".floor-canvas[aria-busy=false]")
    assert too_wide(page) == []
    assert axe_faults(page) == []


def test_a_broken_link_is_told(window: Window) -> None:
    """Else the tile that the page begins with would be taken for what was sent; another mix ends it."""
    page = window.open("/#mix=%%%")
    told = page.get_by_role("alert").filter(has_text="The link could not be read")
    expect(told).to_be_visible()
    page.get_by_role("button", name="Equal parts").click()
    expect(told).to_have_count(0)


def test_nothing_is_wider_than_the_window(window_of: OpenWindow) -> None:
    """In Russian, whose words are longer, with everything open."""
    window = window_of(locale="ru-RU")
    small_maps(window.page)
    page = window.open(SHOWN)
    page.evaluate(OPEN_ALL)
    page.locator(".order button").nth(1).click()
    page.wait_for_selector(".shares")
    expect(page.locator('.variation img[src*="/image"]')).to_have_count(4)
    page.wait_for_selector(".floor-canvas[aria-busy=false]")
    for width in (360, 768, 820, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        tops = page.locator(".order button").evaluate_all("all => all.map((one) => one.offsetTop)")
        assert width == 360 or (tops[0], tops[2]) == (tops[1], tops[3]), tops  # the link is in no row of its own
        for view in ("variations", "photograph"):
            page.locator(f".stage-head input[value={view}]").check(force=True)
            assert too_wide(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator(".mix-actions button").first.click()
        page.wait_for_selector(".swatch")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")


def test_the_first_load_is_light(window: Window) -> None:
    """All that comes over the wire until the page can be used, and every file of it packed.

    The picture of the design, which comes after it, is as large as it is.
    """
    page = window.open()
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate(
        """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
            .map((one) => [one.name, one.encodedBodySize, one.decodedBodySize])"""
    )
    pictures = (routes.RENDERS, routes.GEOMETRIES)
    assert 30_000 < sum(packed for name, packed, _ in loaded if not name.endswith(pictures)) < MAX_FIRST_BYTES
    assert all(packed < size for name, packed, size in loaded if "/web/" in name and size > 400), loaded


def test_all_modules_are_named_at_once(window: Window) -> None:
    """The browser need not read one to know of the next; what is opened later is not among them."""
    page = window.open()
    told = page.evaluate("[...document.querySelectorAll('link[rel=modulepreload]')].map((link) => link.href)")
    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert {name for name in loaded if name.endswith(".js") and not name.endswith("theme.js")} == set(told)


def named(name: str) -> str:
    """A text's name; of words beside numbers without the form, of which languages have as many as they have."""
    return name.rpartition(".")[0] if name.startswith("counted.") else name


def test_the_texts_of_both_languages_have_the_same_names(window: Window) -> None:
    """And the same places to fill in; no text is empty."""
    window.open()
    body = """const flat = (texts, path = "") => Object.entries(texts).flatMap(([name, text]) =>
        typeof text === "string" ? [[`${path}${name}`, text]] : flat(text, `${path}${name}.`));
        return flat(m.default);"""
    english, russian = (dict(window.module(f"texts/{language}.js", body)) for language in ("en", "ru"))
    assert {named(name) for name in english} == {named(name) for name in russian}
    for name, text in english.items():
        if named(name) != name:
            continue
        assert text
        assert russian[name]
        places = {part.partition("}")[0] for part in text.split("{")[1:]}
        assert places == {part.partition("}")[0] for part in russian[name].split("{")[1:]}, name
