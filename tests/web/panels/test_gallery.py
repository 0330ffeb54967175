"""The gallery: one's own tiles, found again, and made again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.serve.conftest import Running
from tests.web.accessibility import axe_faults
from tests.web.conftest import OpenWindow, Window, Windows, page_service

from plitka.serve import routes

LOGO = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E"
    "%3Crect x='2' y='2' width='4' height='4'/%3E%3C/svg%3E"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One of these tests' own: what others made is in no gallery."""
    with page_service(tmp_path_factory.mktemp("gallery")) as one:
        yield one


def order(server: Running, **job: object) -> None:
    """A photograph of this machine's, made."""
    client = server.client_of(None)
    made = server.ended(client, server.order(client, **job))
    assert made["state"] == "succeeded", made


def opened(page: Page, name: str = "My tiles") -> Page:
    """The page with its gallery, once that was loaded."""
    page.get_by_role("button", name=name).click()
    page.wait_for_selector(".gallery-tile")
    return page


def test_a_tile_is_found_by_colour_and_made_again(window: Window, server: Running) -> None:
    """With its pattern, whose picture a list does not carry, its look, and its seed."""
    zones = [{"mask": LOGO, "recipe": "white"}]
    look = {"light": "sun", "wet": True, "granules": "2-4", "coarse": ["red"], "words": ["matte finish"]}
    order(server, recipe="70% red, 30% black", seed=31, zones=zones, **look)
    order(server, recipe="70% blue, 30% grey", seed=32)
    page = opened(window.open())
    page.get_by_label("With the colour").select_option(label="Red")
    expect(page.locator(".gallery-tile")).to_have_count(1)
    page.get_by_role("button", name="Open the design: 70% red").click()
    expect(page.locator("dialog")).to_have_count(0)
    made = window.order()
    assert made["zones"][0].pop("mask").startswith("data:image/png;base64,")
    assert made == look | {"recipe": "70% red, 30% black", "seed": 31, "zones": [{"recipe": "100% white"}]}


def test_favourites_and_what_is_hidden_outlive_a_reload(window: Window, server: Running) -> None:
    """They are marks of this browser; the tile itself stays."""
    order(server, recipe="green", seed=41)
    order(server, recipe="yellow", seed=42)
    page = opened(window.open())
    page.get_by_role("button", name="Favourite: 100% green").click()
    page.get_by_role("button", name="Put out of sight: 100% yellow").click()
    page.reload()
    page.wait_for_selector(".mixer")
    opened(page)
    expect(page.get_by_alt_text("Tile: 100% yellow")).to_have_count(0)
    page.get_by_label("Favourites only").check()
    expect(page.locator(".gallery-tile")).to_have_count(1)
    expect(page.get_by_role("button", name="Favourite: 100% green")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Favourites only").uncheck()
    page.get_by_label("Those out of sight").check()
    page.get_by_role("button", name="Bring back: 100% yellow").click()
    expect(page.get_by_alt_text("Tile: 100% yellow")).to_have_count(1)


def test_tiles_outlive_a_restart_of_the_service(chromium: Browser, windows: Windows, tmp_path: Path) -> None:
    """What was photographed is there again, with its picture, when the service is."""
    with page_service(tmp_path) as before:
        order(before, recipe="red", seed=51)
    with page_service(tmp_path) as after:
        window = windows.take(chromium, after.url, {"locale": "en-GB"})
        window.page.route(f"**{routes.GEOMETRIES}", lambda route: route.abort())  # no need of a preview here
        picture = opened(window.open()).get_by_alt_text("Tile: 100% red")
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        window.context.close()


def test_it_fits_a_phone_and_axe_finds_nothing(window_of: OpenWindow, server: Running) -> None:
    """In Russian."""
    order(server, seed=51)
    window = window_of(locale="ru-RU", color_scheme="dark", viewport={"width": 360, "height": 800})
    page = opened(window.open(), "Мои плитки")
    assert page.locator(".room").evaluate("room => room.scrollWidth - room.clientWidth") == 0
    assert axe_faults(page) == []
