"""The panel of granules and light."""

from playwright.sync_api import expect
from tests.web.conftest import Window


def test_every_choice_reaches_the_order(window: Window) -> None:
    """And the summary tells it while the panel is shut."""
    page = window.open()
    summary = page.locator("summary", has_text="Granules and light")
    summary.press("Enter")
    page.get_by_role("radio", name="2–4").check(force=True)
    page.get_by_role("radio", name="Cut").check(force=True)
    page.get_by_role("radio", name="Warm lamp").check(force=True)
    page.get_by_label("Wet").check()
    page.get_by_label("Granules of White").select_option("Coarser")
    page.get_by_label("Granules of Black").select_option("Finer")
    expect(summary).to_contain_text("2–4 mm · cut · warm lamp · wet")
    assert window.order() == {
        "recipe": "60% red, 30% black, 10% white",
        "seed": 7,
        "granules": "2-4",
        "surface": "cut",
        "light": "warm",
        "wet": True,
        "coarse": ["white"],
        "fine": ["black"],
    }
