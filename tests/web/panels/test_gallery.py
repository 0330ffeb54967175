"""The gallery: one's own tiles, found again, and made again."""

import re
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


def order(server: Running, **job: object) -> str:
    """The id of a photograph of this machine's, made."""
    client = server.client_of(None)
    made = server.ended(client, server.order(client, **job))
    assert made["state"] == "succeeded", made
    return str(made["id"])


def opened(page: Page, name: str = "My tiles") -> Page:
    """The page with its gallery, once that was loaded."""
    page.get_by_role("button", name=name).click()
    page.wait_for_selector(".gallery-tile img")
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


def test_a_picture_is_looked_at_again_with_what_was_measured(window: Window, server: Running) -> None:
    """Among four of one mix each has its seed; the one that is opened is on the stage with its files, and only once."""
    for seed in (33, 34):
        order(server, recipe="65% blue, 35% yellow", seed=seed, zones=[{"mask": LOGO, "recipe": "white"}])
    page = opened(window.open("/#mix=GREEN:100"))
    two = page.locator(".gallery-tile", has=page.get_by_alt_text("Tile: 65% blue, 35% yellow"))
    expect(two).to_have_count(2)
    one = two.filter(has_text="Seed 33")
    address = one.locator("img").get_attribute("src") or ""
    file = one.get_by_role("link", name="Download the PNG")
    with page.expect_download() as kept:
        file.click()
    assert kept.value.suggested_filename == "plitka-33.png"
    for _ in range(2):
        one.get_by_role("button", name="Open the design").click()
        picture = page.locator(".picture")
        expect(page.get_by_role("radio", name="Picture", exact=True)).to_be_checked()
        expect(picture).to_have_attribute("src", address.partition("?")[0])
        expect(page.locator(".shares").first).to_contain_text("Blue")
        expect(page.locator(".photograph .downloads a")).to_have_text(["PNG", "JPEG", "WebP"])
        expect(page.locator(".frame-told")).to_have_count(0)
        expect(page.locator(".thumb")).to_have_count(0)
        opened(page)


def test_favourites_outlive_a_reload(window: Window, server: Running) -> None:
    """The service keeps them; those that only this browser knew are handed over."""
    order(server, recipe="green", seed=41)
    yellow = order(server, recipe="yellow", seed=42)
    page = opened(window.open())
    page.get_by_role("button", name="Favourite: 100% green").click()
    expect(page.get_by_role("button", name="Favourite: 100% green")).to_have_attribute("aria-pressed", "true")
    page.evaluate("(id) => localStorage.setItem('plitka.favourites', JSON.stringify([id]))", yellow)
    page.reload()
    page.wait_for_selector(".mixer")
    opened(page)
    page.get_by_label("Favourites only").check()
    expect(page.locator(".gallery-tile")).to_have_count(2)
    expect(page.get_by_role("button", name="Favourite: 100% green")).to_have_attribute("aria-pressed", "true")


def test_a_photograph_is_deleted_for_good_once_that_is_sure(window: Window, server: Running) -> None:
    """By keys alone; its address says so from then on, and the rest is where it was."""
    order(server, recipe="60% violet, 40% white", seed=61)
    page = opened(window.open())
    picture = page.get_by_alt_text("Tile: 60% violet")
    address = picture.get_attribute("src") or ""
    delete = page.get_by_role("button", name="Delete the picture: 60% violet")
    delete.press("Enter")
    expect(page.get_by_role("button", name="Leave it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete for good").press("Enter")
    expect(picture).to_have_count(0)
    expect(page.locator(".gallery-tile")).not_to_have_count(0)
    assert page.evaluate("document.activeElement.closest('.room') !== null")
    gone = page.evaluate(
        "async (url) => { const told = await fetch(url); return [told.status, (await told.json()).error]; }", address
    )
    assert (gone[0], "deleted by its owner" in gone[1]) == (410, True)
    page.reload()
    page.wait_for_selector(".mixer")
    opened(page)
    expect(picture).to_have_count(0)


def test_where_nobody_signs_in_pictures_are_everybodys(window_of: OpenWindow, server: Running) -> None:
    """It is said, those made in this browser are marked, and whoever deletes another's is told; a key's are its own."""
    order(server, recipe="60% violet, 40% black", seed=71)
    window = window_of()
    page = window.open("/#mix=SALMON:100&seed=72")
    page.get_by_role("button", name="Make the picture").click()
    page.wait_for_selector(".shares")
    opened(page)
    expect(page.locator(".room")).to_contain_text("Pictures of this service")
    expect(page.locator(".room")).to_contain_text("everybody who used the service here")
    own = page.locator(".gallery-tile", has=page.get_by_alt_text("Tile: 100% salmon"))
    other = page.locator(".gallery-tile", has=page.get_by_alt_text("Tile: 60% violet, 40% black"))
    expect(own).to_contain_text("made in this browser")
    expect(other).not_to_contain_text("made in this browser")
    other.get_by_role("button", name="Delete the picture").click()
    expect(other).to_contain_text("somebody else may need it")
    own.get_by_role("button", name="Delete the picture").click()
    expect(own).not_to_contain_text("somebody else")


def test_a_design_is_kept_without_a_photograph(window: Window) -> None:
    """With its pattern and its floor; it is there after a reload, opened with a way back, and removed."""
    page = window.open("/#mix=BLUE:70,BLACK:30&zone=border:10%25|WHITE:100&floor=brick,plain,none,sun,0,250,2,30")
    page.get_by_role("button", name="Keep this design").click()
    expect(page.get_by_role("button", name="Design kept")).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".photograph")).to_contain_text("in this browser alone")
    page.goto("about:blank")
    page = window.open("/#mix=GREEN:100")
    page.get_by_role("button", name="My tiles").click()
    kept = page.locator(".kept-design")
    expect(kept.locator(".kept-colours li")).to_have_text(["Blue 70\xa0%", "Black 30\xa0%", "White 100\xa0%"])
    expect(kept).to_contain_text("Border")
    kept.get_by_role("button", name="Open the design").click()
    assert window.order()["zones"] == [{"mask": "border:10%", "recipe": "100% white"}]
    expect(page).to_have_url(re.compile("brick"))
    page.get_by_role("button", name="Back to the one before").click()
    assert window.order() == {"recipe": "100% green", "seed": 7}
    page.get_by_role("button", name="My tiles").click()
    kept.get_by_role("button", name="Remove the design").click()
    expect(kept).to_have_count(0)


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
