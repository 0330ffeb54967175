"""The head of the page: language and theme are kept, and undo goes back."""

from playwright.sync_api import expect
from tests.web.conftest import OpenWindow


def test_language_and_theme_are_kept(window_of: OpenWindow) -> None:
    """The browser's are the first choice; the reader's own lasts over a reload."""
    page = window_of(locale="ru-RU", color_scheme="dark").open()
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "ru")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Dark theme").click()
    page.reload()
    page.wait_for_selector(".mixer")
    expect(html).to_have_attribute("lang", "en")
    expect(page).to_have_title("plitka: design a rubber tile")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_the_button_of_the_theme_follows_the_system(window_of: OpenWindow) -> None:
    """Until the reader has chosen one."""
    page = window_of().open()
    dark = page.get_by_role("button", name="Dark theme")
    for scheme, is_pressed in (("dark", "true"), ("light", "false"), ("dark", "true")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(dark).to_have_attribute("aria-pressed", is_pressed)
    dark.click()
    page.emulate_media(color_scheme="light")
    page.emulate_media(color_scheme="dark")
    expect(dark).to_have_attribute("aria-pressed", "false")


def test_undo_and_redo_have_buttons(window_of: OpenWindow) -> None:
    """Which rest while there is nothing to go back to."""
    window = window_of()
    page = window.open()
    undo, redo = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    page.get_by_role("button", name="Equal parts").click()
    assert window.order()["recipe"] == "33.4% red, 33.3% black, 33.3% white"
    undo.click()
    assert window.order()["recipe"] == "60% red, 30% black, 10% white"
    redo.click()
    assert window.order()["recipe"].startswith("33.4%")
    expect(redo).to_be_disabled()
