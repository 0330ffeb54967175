"""The large picture: what it shows, and how near."""

from playwright.sync_api import expect
from tests.web.conftest import SIDE_PX, Window


def test_a_picture_is_looked_at_to_its_pixels(window: Window) -> None:
    """Each press is nearer, and the last one the whole again; enlarged it can be scrolled by keys."""
    page = window.open()
    page.get_by_role("button", name="Take a photograph").click()
    page.wait_for_selector('.picture[src*="/image"]')
    whole = page.locator(".picture").evaluate("image => image.getBoundingClientRect().width")
    zoom = page.locator(".stage-head > button")
    widths = []
    for _ in range(3):
        zoom.click()
        widths.append(page.locator(".picture").evaluate("image => image.getBoundingClientRect().width"))
    assert widths == [SIDE_PX, 2 * SIDE_PX, 4 * SIDE_PX]
    expect(page.locator(".frame")).to_have_attribute("tabindex", "0")
    zoom.click()
    assert page.locator(".picture").evaluate("image => image.getBoundingClientRect().width") == whole
