"""A service that is away for a while, and parts of the page that do not come."""

import re

from playwright.sync_api import expect
from tests.web.conftest import Window


def test_what_waits_for_the_service_goes_on_when_it_is_back(window: Window) -> None:
    """What was typed is read, what was ordered is made once, and meanwhile the page says why nothing goes on."""
    page = window.open("/#mix=RED:60,BLACK:40&seed=71")
    window.context.set_offline(True)
    try:
        page.get_by_label("In words").fill("50% red, 50% blue")
        expect(page.locator(".away")).to_contain_text("the page goes on when it is back")
        page.get_by_role("button", name="Make the picture").click()
        expect(page.locator(".progress")).to_contain_text("Sending the order")
    finally:
        window.context.set_offline(False)
    expect(page).to_have_url(re.compile("#mix=RED:50,BLUE:50&seed=71$"))
    expect(page.locator(".away")).to_have_count(0)
    expect(page.locator(".photograph .shares")).to_have_count(1)
    expect(page.locator(".shares")).to_contain_text("Black")  # it was ordered before the words were read


def test_a_part_of_the_page_that_does_not_come_is_told(window: Window) -> None:
    """With the way to have it: the page anew, with the design of its address."""
    page = window.open("/#mix=GREEN:60,BLACK:40")
    page.route("**/panels/sheet.js", lambda route: route.abort())
    page.get_by_role("button", name="Materials and price").click()
    anew = page.get_by_role("button", name="Load the page again")
    anew.wait_for()
    page.unroute("**/panels/sheet.js")
    anew.click()
    page.get_by_role("button", name="Materials and price").click()
    expect(page.locator(".sheet")).to_contain_text("Green")
