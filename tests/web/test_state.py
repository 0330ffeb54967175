"""The design that the page shows, and its address."""

from playwright.sync_api import expect
from tests.web.conftest import Window

SLIDE = """
    let writes = 0;
    const plain = history.replaceState;
    history.replaceState = (...given) => {
        writes += 1;
        plain.apply(history, given);
    };
    for (let percent = 0; percent < 100; percent++) {
        m.changeMix(0, [
            { code: "RED", percent, isLocked: false },
            { code: "BLACK", percent: 100 - percent, isLocked: false },
        ], "slide");
    }
    return writes;
"""


def test_the_address_follows_a_drag_in_steps(window: Window) -> None:
    """Each change of it costs a frame, and browsers refuse many of them; it ends at the design that is shown."""
    page = window.open()
    assert window.module("state.js", SLIDE) <= 1
    expect(page).to_have_url(f"{window.origin}/#mix=RED:99,BLACK:1")
