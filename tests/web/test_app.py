"""The whole page by keys alone: from signing in to the floor."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.serve.conftest import PLENTY, Running, running
from tests.serve.fast_engine import FastEngine
from tests.web.conftest import SIDE_PX, STEP_S, OpenWindow, small_maps

from plitka.core.generation import Defaults

MOST_TABS = 90
"""Between two places of the page."""
FOCUSED = """() => {
    const one = document.activeElement;
    const name = one.getAttribute("aria-label") ?? [...one.labels ?? []].map((label) => label.innerText).join(" ") ;
    return { name: (name || one.innerText || "").trim(), isSeen: one.matches(":focus-visible"), tag: one.localName };
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that lets nobody in without a key."""
    engine = FastEngine(step_s=STEP_S, defaults=Defaults(steps=4, width_px=SIDE_PX, height_px=SIDE_PX))
    folder = tmp_path_factory.mktemp("keys")
    with running(folder, lambda: engine, per_minute=PLENTY, previews_per_minute=PLENTY) as one:
        yield one


def focused(page: Page) -> dict[str, Any]:
    """What has the focus: its name, and whether that is seen."""
    found: dict[str, Any] = page.evaluate(FOCUSED)
    return found


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Go on from where the focus is to what has this name; each step on the way is seen."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        found = focused(page)
        assert found["isSeen"] or found["tag"] == "body", found
        if found["name"].partition("\n")[0] == name:
            return
        passed.append(found["name"])
    pytest.fail(f"{name} was not reached; there were {passed}")


def press_and_close(page: Page, name: str) -> None:
    """Open what a button opens, and close it with Escape: the focus is inside, and then on the button again."""
    tab_to(page, name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_function("document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()


def sign_in(page: Page, key: str) -> None:
    """The field for the key has the focus at once."""
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    page.wait_for_selector(".picture canvas")


def order_and_compare(page: Page) -> None:
    """The focus stays on what was pressed; the views are reached by arrows."""
    tab_to(page, "Make the picture")
    page.keyboard.press("Enter")
    page.wait_for_selector(".shares")
    expect(page.get_by_role("button", name="Make the picture", exact=True)).to_be_focused()
    tab_to(page, "Picture", "Shift+Tab")
    page.keyboard.press("ArrowRight")
    tab_to(page, "How much of the picture lies over the preview")
    page.keyboard.press("Home")
    expect(page.locator(".compare-slider")).to_have_value("0")


def cancel(page: Page) -> None:
    """What goes with the photograph takes the focus not with it."""
    tab_to(page, "Make the picture")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Painting")
    tab_to(page, "Cancel")
    page.keyboard.press("Enter")
    expect(page.locator("progress")).to_have_count(0)
    expect(page.get_by_role("button", name="Make the picture", exact=True)).to_be_focused()


def change_the_mix(page: Page) -> None:
    """Words, a lock, a slider, another colour, and one that is taken out."""
    tab_to(page, "In words")
    page.keyboard.press("Control+a")
    page.keyboard.type("60% red, 25% black, 15% white")
    for colour, percent in (("Red", "60"), ("Black", "25"), ("White", "15")):  # a part of the words is a mix too
        expect(page.get_by_label(f"{colour}, percent")).to_have_value(percent)
    tab_to(page, "Keep the share of Red")
    page.keyboard.press("Space")
    tab_to(page, "Black")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("In words")).to_have_value("60% red, 24% black, 16% white")
    press_and_close(page, "White: choose another colour")
    page.keyboard.press("Enter")
    page.keyboard.type("emerald")
    tab_to(page, "Emerald")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Emerald: choose another colour", exact=True)).to_be_focused()
    tab_to(page, "Remove Emerald")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove Black", exact=True)).to_be_focused()


def change_pattern_and_look(page: Page) -> None:
    """A zone comes and goes, and the tile is wet."""
    tab_to(page, "Pattern")
    page.keyboard.press("Enter")
    tab_to(page, "Border")
    page.keyboard.press("Enter")
    tab_to(page, "Remove: Border", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Border", exact=True)).to_be_focused()
    tab_to(page, "Granules and light")
    page.keyboard.press("Enter")
    tab_to(page, "Wet")
    page.keyboard.press("Space")


def test_everything_is_done_by_keys(window_of: OpenWindow, server: Running) -> None:
    """Sign in, type, slide, lock, choose a colour, order, compare, every room, the floor; no pointer is touched."""
    window = window_of(viewport={"width": 400, "height": 700})
    page = window.page
    small_maps(page)
    page.goto(window.origin)
    sign_in(page, server.key("operator"))
    for room in ("Materials and price", "My tiles", "Start from a photo", "Run the service"):
        press_and_close(page, room)
    order_and_compare(page)
    with server.fast.lingering():
        cancel(page)
    change_the_mix(page)
    change_pattern_and_look(page)
    assert window.order() == {"recipe": "60% red, 40% black", "seed": 7, "wet": True}
    tab_to(page, "On the floor")
    page.keyboard.press("Enter")
    page.wait_for_selector(".floor-canvas[aria-busy=false]")
    tab_to(page, "Turn left")
    page.keyboard.press("Enter")
