"""The operator's page: health, queue, figures, storage and keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.serve.conftest import Running, running
from tests.serve.fast_engine import FastEngine
from tests.web.accessibility import axe_faults, too_wide
from tests.web.conftest import OpenWindow, Window

from plitka.serve import routes
from plitka.serve.keys import make_key

FOCUS_AFTER_CLICK = """async (button, awaited) => {
    button.click();
    await new Promise((there) => {
        const look = () => document.querySelector(awaited) && (observer.disconnect(), there());
        const observer = new MutationObserver(look);
        observer.observe(document.body, { childList: true, subtree: true });
        look();
    });
    return document.activeElement.closest(awaited) ? document.activeElement.textContent.trim() : null;
}"""
"""What has the focus inside something as soon as something is there, before a frame is drawn or a time has passed."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that lets nobody in without a key."""
    with running(tmp_path_factory.mktemp("operated"), lambda: FastEngine(step_s=0.05)) as one:
        yield one


def signed_in(window: Window, server: Running, role: str = "operator") -> Page:
    """The page of somebody with a new key of this role."""
    page = window.page
    page.goto(window.origin)
    answer = page.context.request.post(
        window.origin + routes.SESSION, data={"key": server.key(role)}, headers={"X-Plitka-Page": "1"}
    )
    assert answer.ok
    return window.open()


def opened(page: Page, name: str = "Run the service") -> Page:
    """The page with the room, once it has what it tells."""
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_selector(".marks")
    page.wait_for_selector(".key")
    return page


def test_only_an_operator_has_it(window: Window, server: Running) -> None:
    """A maker does not even see its name."""
    page = signed_in(window, server, "maker")
    expect(page.get_by_role("button", name="My tiles")).to_be_visible()
    expect(page.get_by_role("button", name="Run the service", exact=True)).to_have_count(0)


def test_a_key_is_made_shown_once_and_revoked(window: Window, server: Running) -> None:
    """What would end with it is told before; the focus goes back to where one was."""
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(signed_in(window, server))
    expect(page.locator(".key", has_text="your own").get_by_role("button")).to_have_count(0)
    page.locator("summary", has_text="Make a key").click()
    page.get_by_label("Whose it is").fill("<b>Anna</b>")
    page.get_by_label("Look", exact=True).check(force=True)
    page.get_by_label("Pictures a day").fill("25")
    page.get_by_role("button", name="Make a key").click()
    key = page.get_by_role("textbox", name="The key of <b>Anna</b>").input_value()
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    browser = server.client_of(None)
    assert browser.post(routes.SESSION, json={"key": key}, headers={"X-Plitka-Page": "1"}).json()["role"] == "viewer"
    page.reload()
    page.wait_for_selector(".mixer")
    opened(page)
    assert key not in page.content()
    row = page.locator(".key", has_text="<b>Anna</b>")
    expect(row).to_contain_text("Look · 10 a minute · 25 a day")
    revoke = row.get_by_role("button", name="Revoke the key of <b>Anna</b>")
    revoke.press("Enter")
    expect(row).to_contain_text("Browsers that are signed out: 1; jobs that are cancelled: 0.")
    expect(row.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(revoke).to_be_focused()
    revoke.press("Enter")
    row.get_by_role("button", name="Revoke it").press("Enter")
    expect(page.get_by_text("No longer in force: 1")).to_be_visible()
    expect(page.get_by_role("heading", name="Keys")).to_be_focused()
    assert browser.get(routes.COLOURS).status_code == server.client_of(key).get(routes.COLOURS).status_code == 401


def test_a_key_is_changed_and_given_a_new_secret(window: Window, server: Running) -> None:
    """Its limits hold from the next request on; the old secret still opens; the focus goes back to its button."""
    old = make_key(server.service.store, "Boris", per_minute=1500, daily=25)[0]
    page = opened(signed_in(window, server))
    row = page.locator(".key", has_text="Boris")
    change = row.get_by_role("button", name="Change the key of Boris")
    change.press("Enter")
    expect(row.get_by_label("Whose it is")).to_be_focused()
    row.get_by_label("Whose it is").fill("Vera")
    expect(row.get_by_label("Pictures a minute")).to_have_value("1500")  # a comma would be that of a fraction
    row.get_by_label("Pictures a day").fill("")
    row.get_by_label("Pictures at once").fill("3")
    row.get_by_role("button", name="Change it").press("Enter")
    row = page.locator(".key", has_text="Vera")
    expect(row).to_contain_text("1,500 a minute · 3 at once")
    expect(row).not_to_contain_text("25 a day")
    expect(row.get_by_role("button", name="Change the key of Vera")).to_be_focused()
    secret = row.get_by_role("button", name="Give the key of Vera a new secret")
    secret.press("Enter")
    expect(row).to_contain_text("The old one opens as well for 24 hours")
    expect(row.get_by_role("button", name="Leave it")).to_be_focused()
    row.get_by_role("button", name="Make a new secret").press("Enter")
    new = row.get_by_role("textbox", name="The key of Vera").input_value()
    assert new != old
    assert [server.client_of(key).get(routes.COLOURS).status_code for key in (old, new)] == [200, 200]
    row.get_by_role("button", name="Done").press("Enter")
    expect(secret).to_be_focused()
    assert new not in page.content()


def test_the_intake_is_paused_and_resumed(window: Window, server: Running) -> None:
    """It is told while it is; and what was done is among what operators did."""
    page = opened(signed_in(window, server))
    page.get_by_role("button", name="Take no new orders").click()
    told = page.locator(".intake").get_by_role("status")
    expect(told).to_contain_text("New orders are refused")
    assert server.client().post(routes.JOBS, json={"recipe": "red"}).status_code == 503
    page.get_by_role("button", name="Take orders again").click()
    expect(told).to_have_text("")
    maker = server.client()
    server.ended(maker, server.order(maker))  # else it is among the jobs that the next test sees
    page.locator("summary", has_text="What operators did").click()
    first, second = (page.locator(".deeds tbody tr").nth(place) for place in range(2))
    expect(first).to_contain_text("intake resumed")
    expect(second).to_contain_text("intake paused")
    expect(second).to_contain_text("the service")
    expect(second.locator("td").last).to_have_text("test")


def test_a_question_has_the_focus_before_another_key_is_heard(window: Window, server: Running) -> None:
    """A quick hand would else press what the focus is taken from; a dialog likewise has it at once."""
    server.key("viewer")
    page = signed_in(window, server)
    room = page.get_by_role("button", name="Run the service", exact=True)
    assert room.evaluate(FOCUS_AFTER_CLICK, ".dialog") == ""  # the cross that closes it
    page.wait_for_selector(".key")
    revoke = page.get_by_role("button", name="Revoke the key").first
    assert revoke.evaluate(FOCUS_AFTER_CLICK, ".key-question") == "Keep it"


def test_anybodys_job_is_seen_and_cancelled(window: Window, server: Running) -> None:
    """With its key's name and its step, and not what it asks for; what was cancelled is counted."""
    maker = server.client()
    with server.fast.lingering():
        job = server.order(maker, recipe="100% emerald", steps=10)
        page = opened(signed_in(window, server))
        row = page.locator(".list tbody tr")
        expect(row).to_contain_text("of 10")
        assert "emerald" not in page.locator(".operator").inner_text()
        row.get_by_role("button", name="Cancel the job of test").click()
        expect(row).to_have_count(0)
        assert server.ended(maker, job)["state"] == "cancelled"
    expect(page.locator(".facts > div", has_text="Cancelled").locator("dd")).to_have_text("1")


def test_it_fits_and_axe_finds_nothing(window_of: OpenWindow, server: Running) -> None:
    """With a key that was made and one that is asked about, in both themes and languages, on a phone and a desk."""
    maker = server.client()
    server.ended(maker, server.order(maker))
    for locale, theme, name, make in (
        ("ru-RU", "dark", "Управление сервисом", "Создать ключ"),
        ("en-GB", "light", "Run the service", "Make a key"),
    ):
        page = opened(signed_in(window_of(locale=locale, color_scheme=theme), server), name)
        page.locator("summary", has_text=make).click()
        page.locator(".new-key input").first.fill("Анна")
        page.get_by_role("button", name=make).click()
        page.wait_for_selector(".key-made")
        page.locator(".deeds summary").click()
        page.wait_for_selector(".deeds .list")
        buttons = page.locator(".key > .key-actions").last.get_by_role("button")
        for button in buttons.all():  # the last stays open
            button.click()
            page.wait_for_selector(".key-question")
            assert axe_faults(page) == []
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.locator(".room").evaluate("room => room.scrollWidth - room.clientWidth") == 0
            assert too_wide(page) == []
            assert axe_faults(page) == []
