"""Signing in: a key is needed, a wrong one is refused, and a session ends."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import expect
from tests.serve.conftest import Running, running
from tests.serve.fast_engine import FastEngine
from tests.web.accessibility import axe_faults, too_wide
from tests.web.conftest import Window

from plitka.serve.keys import make_key

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that lets nobody in without a key."""
    with running(tmp_path_factory.mktemp("closed"), FastEngine) as one:
        yield one


def test_a_key_opens_the_page(window: Window, server: Running) -> None:
    """A wrong one does not; the cookie is none for scripts; after a reload one is still signed in, then signs out.

    What is told of a wrong one fits a phone, and axe finds nothing in it.
    """
    page = window.page
    page.goto(window.origin)
    field = page.get_by_label("Key", exact=True)
    expect(page.locator(".command")).to_have_text(server.service.settings.key_command)
    field.fill("plitka_wrong")
    field.press("Enter")
    expect(page.locator(".refusal")).to_contain_text("not in force")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": 360, "height": 800})
        assert axe_faults(page) == []
        assert too_wide(page) == []
    field.fill(server.key())
    field.press("Enter")
    page.wait_for_selector(".mixer")
    assert page.evaluate("document.cookie") == ""
    page.reload()
    page.wait_for_selector(".mixer")
    with page.expect_navigation():  # the page begins anew by itself
        page.get_by_role("button", name="Sign out").click()
    expect(field).to_be_visible()
    page.reload()
    expect(field).to_be_visible()


def test_a_revoked_key_shuts_the_page(window: Window, server: Running) -> None:
    """At the next thing that is asked of the service."""
    key, row = make_key(server.service.store, "anna")
    page = window.page
    page.goto(window.origin)
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".picture:not(.stale) canvas")  # nothing else is asked for by itself
    server.service.store.revoke_key(row.id)
    page.get_by_role("button", name="Make the picture").click()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()


def test_a_one_time_link_signs_in(window: Window, server: Running) -> None:
    """It leaves the address at once, and opens nothing a second time."""
    word = server.service.invite()
    page = window.open(f"/#link={word}")
    assert word not in page.url
    expect(page.get_by_role("button", name="Make the picture")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)  # it names no design, so none is missed
    window.context.clear_cookies()
    page.goto("about:blank")
    page.goto(f"{window.origin}/#link={word}")
    expect(page.get_by_label("Key", exact=True)).to_be_visible()


def test_a_viewer_may_look(window: Window, server: Running) -> None:
    """Nothing can be ordered, and it is said why."""
    page = window.page
    page.goto(window.origin)
    page.get_by_label("Key", exact=True).fill(server.key("viewer"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Make the picture")).to_be_disabled()
    expect(page.locator(".photograph")).to_contain_text("maker")
