"""The large picture: what it shows, and how near."""

import io
import json
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, Page, Request, Route, expect
from tests.web.conftest import SIDE_PX, OpenWindow, Window, come_about, dragged

from plitka.core.generation import Defaults
from plitka.serve import routes
from plitka.serve.previews import USUAL_PX

DESIGN = "/#mix=RED:20,BLACK:80&zone=border:8%25|WHITE:100"
MAX_MEAN_ERROR = 1.0
"""Levels of 0..255 by which what a browser paints and what the server renders may differ on the mean."""
ROUND_PX = 12
FINE_PX = 1024
N_TURNED_AWAY = 2
SMALL_PX = 256
"""Of previews whose granules matter and whose size does not."""
SMALL = {"width_px": SMALL_PX, "height_px": SMALL_PX}
FRAME_PX = 800
"""As much of it as a page 1900 px wide shows at once."""

NOTE_HOW_IT_IS_DRAWN = """() => {
    window.drawn = [];
    const canvas = document.querySelector(".picture canvas");
    const note = () => window.drawn.push(canvas.dataset.drawn);
    new MutationObserver(note).observe(canvas, { attributeFilter: ["data-drawn"] });
}"""

FIT_TO_PIXELS = """() => {
    const [frame, canvas] = [document.querySelector(".frame"), document.querySelector(".picture canvas")];
    if (canvas.width > frame.offsetWidth) return false;
    Object.assign(frame.style, { minWidth: 0, width: `${canvas.width}px`, marginLeft: 0 });
    return true;
}"""
"""Where the preview has room in the frame, the frame as wide as that."""

Pixels = npt.NDArray[np.float64]


@pytest.fixture
def preview_px() -> None:
    """As the page asks for them."""


@pytest.mark.parametrize(("width", "zooms"), [(1280, (2, 4)), (390, (1, 2, 4))])
def test_a_picture_is_looked_at_to_its_pixels(window_of: OpenWindow, width: int, zooms: tuple[int, ...]) -> None:
    """Each press is nearer, never farther than the whole, and the last one the whole again; it is scrolled by keys."""
    page = window_of(viewport={"width": width, "height": 860}).open(DESIGN)
    expect(page.locator(".picture canvas")).to_be_visible()
    picture, zoom = page.locator(".picture"), page.locator(".stage-head > button")
    whole = picture.evaluate("image => getComputedStyle(image).width")
    expect(zoom).to_have_text("Zoom in")
    for times in zooms:
        zoom.click()
        expect(picture).to_have_css("width", f"{times * USUAL_PX}px")
        # The next press of the last one goes back, and says so.
        told = "Show all (now {}\u00a0%)" if times == zooms[-1] else "Zoom: {}\u00a0%"
        expect(zoom).to_have_text(told.format(100 * times))
    expect(page.locator(".frame")).to_have_attribute("tabindex", "0")
    zoom.click()
    expect(picture).to_have_css("width", whole)


def test_a_dragged_slider_repaints_without_the_service(window: Window) -> None:
    """What is painted is what the service would render; the next geometry is asked for when the tile is wet."""
    page = opened(window)
    before = shown(page)
    asked = asked_by(page)
    page.evaluate(NOTE_HOW_IT_IS_DRAWN)
    with dragged(page, "Red", 0.25, 0.85):
        during = shown(page)
    assert page.evaluate("window.drawn.includes('draft') && window.drawn.at(-1) === 'full'")
    assert during[..., 0].mean() > before[..., 0].mean() + 20
    assert difference(shown(page), rendered(window)) < MAX_MEAN_ERROR
    page.locator("summary", has_text="Granules and light").click()
    with page.expect_response(f"**{routes.GEOMETRIES}") as answer:
        page.get_by_label("Wet").check()
    assert answer.value.status == 200
    assert asked == [routes.GEOMETRIES]
    expect(page.locator(".picture:not(.stale) canvas")).to_be_visible()
    assert difference(shown(page), rendered(window)) < MAX_MEAN_ERROR


@pytest.mark.parametrize("preview_px", [SMALL_PX])
def test_a_busy_service_is_asked_again(window: Window) -> None:
    """Without a word: the reader had only changed several things in a row."""
    page = window.page
    turned_away: list[str] = []

    def answer(route: Route) -> None:
        if len(turned_away) == N_TURNED_AWAY:
            route.continue_()
            return
        turned_away.append(route.request.url)
        route.fulfill(
            status=429, headers={"Retry-After": "1"}, json={"error": "3 previews are pending", "code": "busy"}
        )

    page.route(f"**{routes.GEOMETRIES}", answer)
    opened(window)
    assert len(turned_away) == N_TURNED_AWAY
    expect(page.locator(".refusal")).to_have_count(0)
    assert difference(shown(page), rendered(window, **SMALL)) < MAX_MEAN_ERROR


def test_a_large_screen_has_a_finer_preview(window_of: OpenWindow) -> None:
    """Of the same length of tile; it too is repainted while a slider is dragged, without the service."""
    window = window_of(viewport={"width": 1900, "height": 1300})
    page = window.open(DESIGN)
    page.get_by_label("Fine", exact=True).check()  # by itself only with a graphics card
    expect(page.locator(f".picture:not(.stale) canvas[width='{FINE_PX}']")).to_be_visible()
    fit_to_pixels(page)
    before = shown(page)
    assert before.shape == (FINE_PX, FINE_PX, 3)
    asked = asked_by(page)
    with dragged(page, "Red", 0.25, 0.85):
        assert shown(page)[..., 0].mean() > before[..., 0].mean() + 20
    assert asked == []
    inside = np.s_[:FRAME_PX, :FRAME_PX]  # the rest would have to be scrolled to
    assert (
        difference(shown(page)[inside], rendered(window, width_px=FINE_PX, height_px=FINE_PX)[inside]) < MAX_MEAN_ERROR
    )
    page.set_viewport_size({"width": 1280, "height": 860})  # which has no room for it
    expect(page.locator(f".picture canvas[width='{USUAL_PX}']")).to_be_visible()


@pytest.mark.parametrize("preview_px", [SMALL_PX])
def test_another_colour_needs_no_other_geometry(window: Window) -> None:
    """The service is told what is there already, and has nothing to add."""
    page = opened(window)
    with page.expect_response(f"**{routes.GEOMETRIES}") as answer:
        page.get_by_role("button", name="Red: choose another colour").click()
        page.get_by_role("searchbox").fill("emerald")
        page.locator(".swatch").first.click()
    assert answer.value.status == 204
    assert json.loads(answer.value.request.post_data or "")["known"]
    assert difference(shown(page), rendered(window, **SMALL)) < MAX_MEAN_ERROR


@pytest.mark.parametrize("preview_px", [SMALL_PX])
def test_coarse_granules_are_laid_for_their_share(window: Window) -> None:
    """Their geometry depends on how much of them there is."""
    page = opened(window, f"{DESIGN}&coarse=RED")
    with page.expect_response(f"**{routes.GEOMETRIES}") as answer:
        page.get_by_role("slider", name="Red").press("ArrowRight")
    assert answer.value.status == 200
    expect(page.locator(".picture:not(.stale) canvas")).to_be_visible()
    assert difference(shown(page), rendered(window, **SMALL)) < MAX_MEAN_ERROR


def test_the_photograph_lies_over_the_preview(window: Window) -> None:
    """As far as a slider says; what is below is still painted while the mix changes."""
    page = opened(window)
    preview = shown(page)
    page.get_by_role("button", name="Make the picture").click()
    page.wait_for_selector('.picture[src*="/image"]')
    page.get_by_label("Compare").check(force=True)
    over = page.get_by_role("slider", name="How much of the picture")
    over.fill("0")
    assert difference(shown(page), preview) < MAX_MEAN_ERROR
    asked = asked_by(page)
    with dragged(page, "Red", 0.25, 0.85):
        assert shown(page)[..., 0].mean() > preview[..., 0].mean() + 20
    assert asked == []
    page.get_by_label("Preview", exact=True).check(force=True)
    assert difference(shown(page), rendered(window)) < MAX_MEAN_ERROR


@pytest.mark.parametrize("width", [1280, 390])
def test_the_names_of_what_is_compared_stay_in_sight(window_of: OpenWindow, width: int) -> None:
    """Wherever one has scrolled in a near comparison, as long as something of that side is seen, and no longer."""
    page = window_of(viewport={"width": width, "height": 860}).open(DESIGN)
    expect(page.locator(".picture canvas")).to_be_visible()  # what comes later would be scrolled anew
    page.get_by_role("button", name="Make the picture").click()
    page.wait_for_selector('.picture[src*="/image"]')
    page.get_by_label("Compare").check(force=True)
    zoom = page.locator(".stage-head > button")
    while "Show all" not in zoom.inner_text():
        zoom.click()
    left, right = page.locator(".compare-name").all()
    middle = "frame => frame.scrollTo((frame.scrollWidth - frame.clientWidth) / 2, %d)"
    for top in (0, 100, 9999):
        page.locator(".frame").evaluate(middle % top)
        assert (in_sight(left), in_sight(right)) == (True, True), top
    page.locator(".frame").evaluate("frame => frame.scrollTo(0, 50)")
    assert (in_sight(left), in_sight(right)) == (True, False)
    page.locator(".frame").evaluate("frame => frame.scrollTo(9999, 50)")
    assert (in_sight(left), in_sight(right)) == (False, True)


def in_sight(name: Locator) -> bool:
    """Whether a name lies whole in the frame."""
    return bool(
        name.evaluate("""name => {
            const [one, frame] = [name, name.closest(".frame")].map((element) => element.getBoundingClientRect());
            const isBeside = one.left >= frame.left && one.right <= frame.right;
            return isBeside && one.top >= frame.top && one.bottom <= frame.bottom;
        }""")
    )


@pytest.mark.parametrize("preview_px", [SMALL_PX])
def test_a_change_is_seen_at_once(window: Window) -> None:
    """A picture of the mix before makes way for the preview; going back to its mix leaves it there."""
    page = opened(window)
    page.get_by_role("button", name="Make the picture").click()
    page.wait_for_selector('.picture[src*="/image"]')
    page.get_by_text("Ready mixes of the trade").click()
    page.locator(".blend").first.click()
    expect(page.get_by_label("Preview", exact=True)).to_be_checked()
    assert difference(shown(page), rendered(window, **SMALL)) < MAX_MEAN_ERROR
    page.get_by_role("radio", name="Picture").check(force=True)
    expect(page.locator(".frame-told")).to_have_text("This picture shows an earlier design.")
    page.get_by_role("button", name="Go back to it").click()
    expect(page.locator(".frame-told")).to_have_count(0)
    expect(page.get_by_role("radio", name="Picture")).to_be_checked()


def test_what_is_being_drawn_is_told(window: Window) -> None:
    """Over the tile that was there before; what is said of that one stays until another is there."""
    page = opened(window, "/#mix=RED:20,BLACK:80")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**{routes.GEOMETRIES}", hold)
    page.locator("summary", has_text="Pattern").click()
    page.get_by_role("button", name="Border").click()
    expect(page.locator(".frame-told")).to_have_text("Drawing…")
    expect(page.locator(".honest")).to_contain_text("Shown: 146 × 146 mm of it.")
    come_about(page, lambda: held)
    (route,) = held
    route.continue_()
    expect(page.locator(".honest")).to_contain_text("shown whole")
    expect(page.locator(".frame-told")).to_have_count(0)


def test_granules_are_as_large_in_preview_and_photograph(window: Window) -> None:
    """Both tell how much of the tile they show; where one shows more than the other, that is told beside the two."""
    page = opened(window)
    told = page.locator(".honest")
    expect(told).to_contain_text(
        "Tile: 500 × 500 mm, shown whole. Its granules are drawn 3.4 times as large as they are"
    )
    page.get_by_role("button", name="Make the picture").click()
    page.wait_for_selector('.picture[src*="/image"]')
    expect(told).to_contain_text(f"drawn {500 / (SIDE_PX / Defaults().px_per_mm):.1f} times")  # these tests' are small
    page.get_by_label("Compare").check(force=True)
    expect(told).to_contain_text("The preview shows 146 × 146 mm of the tile, the picture 18 × 18 mm.")


def test_without_webgl_the_service_draws(window_of: OpenWindow, plain_chromium: Browser) -> None:
    """The same tile, drawn anew for each mix."""
    window = window_of(plain_chromium)
    page = opened(window)
    assert difference(shown(page), rendered(window)) == 0
    with page.expect_response(f"**{routes.RENDERS}"):
        page.get_by_role("slider", name="Red").press("End")
    expect(page.locator(".picture:not(.stale) canvas")).to_be_visible()
    assert difference(shown(page), rendered(window)) == 0


def test_without_a_geometry_the_service_draws(window: Window) -> None:
    """A service that has none is not asked for another."""
    page = window.page
    page.route(f"**{routes.GEOMETRIES}", lambda route: route.fulfill(status=404, json={}))
    opened(window)
    asked = asked_by(page)
    with page.expect_response(f"**{routes.RENDERS}"):
        page.get_by_role("slider", name="Red").press("End")
    expect(page.locator(".picture:not(.stale) canvas")).to_be_visible()
    assert difference(shown(page), rendered(window)) == 0
    assert asked == [routes.RENDERS]


def opened(window: Window, path: str = DESIGN) -> Page:
    """The page once it shows the preview, a pixel of it on a pixel of the screen."""
    page = window.open(path)
    expect(page.locator(".picture canvas")).to_be_visible()
    fit_to_pixels(page)
    return page


def fit_to_pixels(page: Page) -> None:
    """A pixel of the preview on a pixel of the screen."""
    if not page.evaluate(FIT_TO_PIXELS):
        page.locator(".stage-head > button").click()


def shown(page: Page) -> Pixels:
    """(side, side, 3) what the reader sees of the picture, or of the lower of two, without what is written on it.

    Drafts, which follow a slider where WebGL is software, are over by then.
    """
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_selector(".picture canvas:not([data-drawn=draft])")
    page.evaluate("document.querySelectorAll('.compare > span').forEach((one) => (one.style.visibility = 'hidden'))")
    box = page.locator(".picture:has(canvas)").bounding_box()
    assert box is not None
    clip: FloatRect = {"x": round(box["x"]), "y": round(box["y"]), "width": box["width"], "height": box["height"]}
    return pixels_of(page.screenshot(clip=clip))


def rendered(window: Window, **size: int) -> Pixels:
    """(side, side, 3) what the service renders of the design that is shown."""
    headers = {"X-Plitka-Page": "1"}
    answer = window.context.request.post(window.origin + routes.RENDERS, data=window.order() | size, headers=headers)
    assert answer.ok, answer.text()
    return pixels_of(answer.body())


def pixels_of(png: bytes) -> Pixels:
    """(height, width, 3) of a picture, 0..255."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), np.float64)


def difference(one: Pixels, other: Pixels) -> float:
    """On the mean, in levels of 0..255, but for the edge, where the frame's corners are round."""
    inner = np.s_[ROUND_PX:-ROUND_PX, ROUND_PX:-ROUND_PX]
    return float(np.abs(one[inner] - other[inner]).mean())


def asked_by(page: Page) -> list[str]:
    """Paths of the service that the page asks from now on, as it does; not the icon, which follows the address."""
    asked: list[str] = []

    def hear(request: Request) -> None:
        path = urlsplit(request.url).path
        if path.startswith("/v1/"):
            asked.append(path)

    page.on("request", hear)
    return asked


def test_what_has_the_keyboard_is_not_below_the_tile(window_of: OpenWindow) -> None:
    """On a phone the tile stays in sight while one goes back from below it, step by step."""
    page = window_of(viewport={"width": 390, "height": 800}).open("/#mix=RED:60,BLACK:40&zone=border:10%25|WHITE:100")
    page.wait_for_selector(".picture canvas")
    page.locator(".below summary").focus()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        covered, name = page.evaluate(
            """() => {
                const one = document.activeElement;
                const { top } = one.getBoundingClientRect();
                const above = document.querySelector(".frame").getBoundingClientRect().bottom;
                const name = one.innerText || one.getAttribute("aria-label") || one.localName;
                return [!one.closest(".stage") && top < above - 1, name];
            }"""
        )
        assert not covered, name
        if name == "Make the picture":
            return
    pytest.fail("the button was not reached")


@pytest.mark.parametrize(("locale", "width"), [("en-GB", 390), ("ru-RU", 390), ("ru-RU", 360)])
def test_the_button_for_a_nearer_look_stays_beside_four_views(window_of: OpenWindow, locale: str, width: int) -> None:
    """In one row, on a phone."""
    page = window_of(locale=locale, viewport={"width": width, "height": 800}).open("/#mix=RED:60,BLACK:40&seed=14014")
    page.locator(".order-pair button").nth(1).click()
    expect(page.locator('.variation img[src*="/image"]')).to_have_count(4)
    page.locator(".variation").first.click()
    tabs, zoom = page.locator(".stage-head .choice").bounding_box(), page.locator(".stage-head > button").bounding_box()
    assert tabs is not None
    assert zoom is not None
    assert abs(tabs["y"] + tabs["height"] / 2 - zoom["y"] - zoom["height"] / 2) < 5
    assert zoom["x"] + zoom["width"] <= width
