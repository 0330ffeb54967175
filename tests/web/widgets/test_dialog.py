"""The window above the page: its title stays in sight, and the browser's Back closes it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.web.conftest import OpenWindow, Window, stepped_back

SIZES = ((1280, 860), (390, 700))
ROOMS = ("Materials and price", "Start from a photo")


def head_is_seen(page: Page) -> bool:
    """Whether the title and the button that closes the dialog lie in the window."""
    seen: bool = page.evaluate(
        """() => [...document.querySelectorAll(".dialog-head > *")].every((one) => {
            const { top, bottom } = one.getBoundingClientRect();
            return top >= 0 && bottom <= innerHeight && bottom > top;
        })"""
    )
    return seen


def opened(page: Page, name: str) -> Locator:
    """A dialog of the page, with what is in it."""
    page.get_by_role("button", name=name).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").first.wait_for(state="attached")
    return dialog


@pytest.mark.parametrize("size", SIZES)
def test_a_file_field_takes_no_title_away(window_of: OpenWindow, size: tuple[int, int]) -> None:
    """A field that only its button shows is where that is: having the keyboard, it scrolls the dialog nowhere."""
    width, height = size
    window = window_of(viewport={"width": width, "height": height})
    page = window.open("/#mix=RED:60,BLACK:40&zone=border:10%25|WHITE:100")
    for name in (*ROOMS, "choose another colour"):
        dialog = opened(page, name) if name in ROOMS else picker(page)
        for field in dialog.locator("input[type=file]").all():
            field.focus()
            assert head_is_seen(page), name
            assert dialog.evaluate("one => one.scrollTop") == 0, name
            own, button = field.bounding_box(), field.locator("..").bounding_box()
            assert own is not None
            assert button is not None
            assert button["y"] <= own["y"] <= button["y"] + button["height"], name
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_have_count(0)


def picker(page: Page) -> Locator:
    """The colours to choose from."""
    page.get_by_role("button", name="Red: choose another colour").click()
    return page.get_by_role("dialog")


def test_back_closes_it(window: Window) -> None:
    """The page stays, and with it what was changed inside; once it is closed otherwise, Back is the page's again."""
    page = window.page
    page.goto(window.origin + "/nowhere")
    window.open("/#mix=RED:60,BLACK:40")
    dialog = opened(page, "Materials and price")
    page.get_by_label("Side of the tile").fill("400")
    expect(page).to_have_url(re.compile("floor="))
    address = page.url
    page.go_back()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Materials and price")).to_be_focused()
    expect(page).to_have_url(address)
    page.go_forward()  # there is nothing ahead
    stepped_back(page)
    picker(page).get_by_role("searchbox").fill("emerald")
    page.locator(".swatch").first.click()
    expect(page.locator(".chip-name").first).to_have_text("Emerald")
    expect(page).to_have_url(re.compile("EMERALD"))
    assert window.order()["recipe"] == "60% emerald, 40% black"
    page.get_by_role("button", name="My tiles").click()
    expect(page.get_by_role("dialog")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    stepped_back(page).go_back()
    page.wait_for_url("**/nowhere")
