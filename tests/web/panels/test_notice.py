"""What is told of the design above it, with a way back."""

from playwright.sync_api import expect
from tests.web.conftest import OpenWindow, Window


def test_the_last_design_is_offered_to_who_comes_back(window: Window) -> None:
    """Without a link; with one, the link is what counts, and nothing is offered."""
    page = window.open()
    expect(page.locator(".page-notice")).to_have_text("")
    page.get_by_label("White, percent").fill("20")
    page.get_by_label("White, percent").press("Enter")
    made = window.order()
    page.goto("about:blank")
    window.open("/#mix=GREEN:100")
    expect(page.locator(".page-notice")).to_have_text("")
    page.goto("about:blank")
    window.open()
    page.get_by_role("button", name="Open your last design").click()
    assert window.order() == made
    expect(page.locator(".page-notice")).to_have_text("")


def test_a_notice_is_put_away_by_keys_alone(window_of: OpenWindow) -> None:
    """In Russian; the design stays as it is, and the keyboard is not at the top of the page."""
    window = window_of(locale="ru-RU", viewport={"width": 360, "height": 800})
    page = window.open()
    window.module("notices.js", "m.changeWithWayBack('cleared', { wet: true });")
    expect(page.locator(".page-notice")).to_contain_text("Рисунок, который был на плитке, убран")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator(".page-notice").get_by_role("button", name="Закрыть").press("Enter")
    expect(page.locator(".page-notice")).to_have_text("")
    assert page.evaluate("document.activeElement.closest('.rooms') !== null")
    assert window.order()["wet"] is True
