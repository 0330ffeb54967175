"""A button that copies a text: it says so, and what can be done where the browser forbids it."""

from playwright.sync_api import Page, expect
from tests.web.conftest import Window

AT_ONCE = "() => { window.setTimeout = (what) => (what(), 0); }"
"""Whatever waits for a time does not wait."""
REFUSED = """() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no focus", "NotAllowedError"));
}"""
CLOSED = "() => { document.execCommand = () => false; }"


def copied(page: Page) -> str:
    """What the clipboard has once the button has said so."""
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_it_says_so_until_one_goes_on(window: Window) -> None:
    """However long that is."""
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.open()
    page.evaluate(AT_ONCE)
    page.get_by_role("button", name="Copy link").click()
    assert copied(page) == page.url
    told = page.get_by_text("The link opens on this computer alone")
    expect(told).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(told).to_have_count(0)


def test_where_the_clipboard_is_refused_the_older_way_is_tried(window: Window) -> None:
    """The focus stays on the button."""
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.open("/#mix=RED:55,BLACK:45")
    page.evaluate(REFUSED)
    page.get_by_role("button", name="Copy link").click()
    assert copied(page) == page.url
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    expect(page.locator(".copy-told")).to_contain_text("Prices stay in this browser.")


def test_where_both_are_refused_the_text_is_there_to_copy(window: Window) -> None:
    """Marked, so that one key does it."""
    page = window.open("/#mix=RED:55,BLACK:45")
    page.evaluate(REFUSED)
    page.evaluate(CLOSED)
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_label("The browser does not let this be copied")
    expect(field).to_have_value(page.url)
    assert page.evaluate("getSelection().toString()") == page.url
    page.set_viewport_size({"width": 360, "height": 800})
    assert (
        page.evaluate("document.querySelector('.by-hand').offsetWidth / document.querySelector('.order').offsetWidth")
        == 1
    )
    expect(page.get_by_role("button", name="Copied")).to_have_count(0)
