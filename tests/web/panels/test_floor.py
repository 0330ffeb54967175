"""The floor: laid in perspective, as a picture and as files."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.serve.conftest import Running
from tests.web.accessibility import axe_faults, too_wide
from tests.web.conftest import MAPS_PX, OpenWindow, Window, Windows, lent, small_maps, stepped_back

from plitka.serve import routes

BLUE = "/#mix=BLUE:100&granules=2-4"
READY = ".floor-canvas[aria-busy=false]"
SMALL: ViewportSize = {"width": 400, "height": 700}
NAMES = "performance.getEntriesByType('resource').map((one) => one.name.split('/').at(-1))"
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(slots=True)
class Floor:
    """A floor that is drawn already, for one test after another: each first one on a page is seconds of shaders."""

    window: Window
    asked: list[Any]
    """The bodies of what was asked for; not again what the page has kept."""
    loaded: tuple[set[str], set[str]]
    """Names of the files that were there before it was opened, and after."""

    @property
    def page(self) -> Page:
        return self.window.page

    def show(self, path: str = BLUE) -> Page:
        """The page with another design, and all else as usual."""
        stepped_back(self.page).evaluate("(hash) => { location.hash = hash; }", path.removeprefix("/"))
        for switch in self.page.get_by_role("button", name="English").all():
            switch.click()
        for box in self.page.get_by_label("Laid with the picture").all():
            box.uncheck()
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(SMALL)
        self.page.evaluate(PAINTED)
        self.page.wait_for_selector(READY)
        return self.page


@pytest.fixture(scope="module")
def opened(chromium: Browser, server: Running, windows: Windows) -> Iterator[Floor]:
    """One that the tests of this file share."""
    with lent(windows, chromium, server.url) as window_of:
        window = window_of(viewport=SMALL)
        asked = small_maps(window.page)
        page = window.open(BLUE)
        page.wait_for_load_state("networkidle")
        assert not asked
        before = set(page.evaluate(NAMES))
        page.locator(".below summary").first.click()
        page.wait_for_selector(READY)
        yield Floor(window, asked, (before, set(page.evaluate(NAMES))))


@pytest.fixture
def floor(opened: Floor) -> Iterator[Floor]:
    """The same as at first, and nothing in it may have broken."""
    opened.show()
    yield opened
    assert (opened.window.foreign, opened.window.faults) == ([], [])


def choose(page: Page, name: str) -> None:
    """One of the choices of the panel."""
    page.locator(".floor-controls").get_by_role("radio", name=name, exact=True).check(force=True)


def downloaded(page: Page, name: str) -> tuple[str, bytes]:
    """The file that a button gives."""
    with page.expect_download() as awaited:
        page.get_by_role("button", name=name).click()
    return awaited.value.suggested_filename, Path(awaited.value.path()).read_bytes()


def seen(page: Page) -> Any:  # noqa: ANN401  (an array of pixels)
    """The middle of the floor as it is on the page."""
    page.wait_for_selector(READY)
    page.evaluate(PAINTED)
    pixels = np.asarray(Image.open(io.BytesIO(page.locator(".floor-canvas").screenshot())).convert("RGB")).astype(int)
    height, width = pixels.shape[:2]
    return pixels[height // 2 : height * 4 // 5, width // 3 : width * 2 // 3]


def shares(pixels: Any) -> tuple[float, float]:  # noqa: ANN401
    """Parts of a picture that are clearly red, and clearly blue."""
    red, _, blue = np.moveaxis(pixels, -1, 0)
    return (red > 1.4 * blue).mean(), (blue > 1.4 * red).mean()


def test_nothing_of_it_is_loaded_before_it_is_opened(opened: Floor) -> None:
    """Neither the library nor the panel, and no maps are asked for."""
    before, after = opened.loaded
    assert {"three.js", "three.core.js", "floor.js", "materials"}.isdisjoint(before)
    assert {"three.js", "three.core.js", "floor.js", "materials"} <= after


def test_the_colours_of_both_mixes_are_on_the_floor(floor: Floor) -> None:
    """One mix first, then two as a checker, then wet and from elsewhere; by the pixels."""
    page = floor.page
    choose(page, "Nothing")
    page.get_by_label("Person, 1.75 m").uncheck()
    plain = seen(page)
    assert shares(plain) == pytest.approx((0, 1), abs=0.1)
    page.locator(".floor-controls").get_by_label("Wet").check()
    wet = seen(page)
    assert floor.asked[-1]["wet"]
    assert wet.mean() < 0.97 * plain.mean()
    choose(page, "Checker")
    page.get_by_role("button", name="Use the tile’s mix").click()
    floor.window.module("state.js", "m.changeMix(0, [{ code: 'RED', percent: 100, isLocked: false }]);")
    checker = seen(page)
    assert shares(checker) == pytest.approx((0.5, 0.5), abs=0.15)
    page.get_by_role("button", name="Turn left").click()
    assert np.abs(seen(page) - checker).mean() > 1


def test_a_border_has_a_colour_of_its_own(floor: Floor) -> None:
    """At once, and another when it is chosen; the tile stays what it is, until the two are swapped."""
    page = floor.show(f"{BLUE}&seed=8")  # whose maps no other test has asked for
    choose(page, "Border")
    page.wait_for_selector(READY)
    assert floor.asked[-1]["recipe"] == "100% black"
    border = page.get_by_role("region", name="Mix of the border")
    border.get_by_role("button", name="Black: choose another colour").click()
    page.get_by_role("searchbox").fill("emerald")
    page.locator(".swatch").first.click()
    expect(border.get_by_role("button", name="Emerald: choose another colour")).to_be_visible()
    page.wait_for_selector(READY)
    assert floor.asked[-1]["recipe"] == "100% emerald"
    assert floor.window.order()["recipe"] == "100% blue"
    border.get_by_role("button", name="Swap the two").click()
    assert floor.window.order()["recipe"] == "100% emerald"


def test_a_link_shows_the_floor_as_well(floor: Floor, window_of: OpenWindow) -> None:
    """Opened at once, laid as it was, with the second design; one that is as usual is not in the address."""
    page = floor.page
    assert "floor=" not in page.url
    page.get_by_role("slider", name="Joint").fill("4")
    for name in ("Brick (1/2)", "Border", "Gym"):
        choose(page, name)
    link = page.evaluate("location.href")
    floor.show()  # it is laid where the link leads
    other = window_of(viewport=SMALL)
    asked = small_maps(other.page)
    page = other.open(link.removeprefix(other.origin))
    page.wait_for_selector(READY)
    for name in ("Brick (1/2)", "Border", "Gym"):
        expect(page.locator(".floor-controls").get_by_role("radio", name=name, exact=True)).to_be_checked()
    expect(page.get_by_role("slider", name="Joint")).to_have_value("4")
    assert {body["recipe"] for body in asked} == {"100% blue", "100% black"}
    page.locator(".below summary").first.click()
    expect(page.locator(".floor")).to_have_count(0)


def test_what_cannot_be_read_of_a_floor_is_as_usual(window: Window) -> None:
    """Whatever an address has in its place."""
    window.open(BLUE)
    body = "return given.map((text) => m.write(m.read(text)));"
    given = [
        "",
        "floor=",
        "floor=x,y,z,moon,1,7,99,-1",
        "second=mix%3D",
        "floor=grid,plain,none,sun,0,250,0,8",
        "floor=grid,plain,none,sun,0,250,0,8,1",
    ]
    assert window.module("laying.js", body, given) == ["", "", "", "", *given[-2:]]


def test_the_photograph_is_laid_in_place_of_the_maps(floor: Floor) -> None:
    """Once there is one; a floor of it is another picture."""
    page = floor.page
    choose(page, "Nothing")
    page.get_by_label("Person, 1.75 m").uncheck()
    calculated = seen(page)
    page.locator(".order .primary").click()
    page.get_by_label("Laid with the picture").check()
    dry = seen(page)
    assert np.abs(dry - calculated).mean() > 1
    page.get_by_label("Wet floor").check()
    assert seen(page).mean() < 0.95 * dry.mean()  # water makes it deeper, and does not whiten it


def test_the_floor_is_wet_by_a_choice_of_its_own(floor: Floor) -> None:
    """The tile stays dry, and the link holds it; until it is chosen the floor is as the tile is."""
    page, window = floor.page, floor.window
    page.get_by_label("Wet floor").check()
    page.wait_for_function("() => decodeURIComponent(location.hash).endsWith(',50,1')")
    assert "wet" not in window.order()
    page.get_by_label("Wet floor").uncheck()
    window.module("state.js", "m.change({ wet: true });")
    expect(page.get_by_label("Wet floor")).not_to_be_checked()
    page = floor.show(f"{BLUE}&wet=1")
    expect(page.get_by_label("Wet floor")).to_be_checked()


def test_the_floor_and_its_maps_are_given_as_files(floor: Floor) -> None:
    """A picture of its own size, with the mix on it; the maps, larger than the page shows them."""
    page, asked = floor.page, floor.asked
    name, content = downloaded(page, "Picture (PNG)")
    assert name == "plitka-7-floor.png"
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    assert pixels.shape == (1200, 1920, 3)
    assert shares(pixels[750:1000, 800:1200])[1] > 0.9
    name, content = downloaded(page, "Maps (ZIP)")
    assert name == "plitka-7.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert Image.open(archive.open("base_colour.png")).size == (MAPS_PX, MAPS_PX)
    assert (asked[-1]["format"], asked[-1]["size_px"], asked[-1]["recipe"]) == ("zip", 1024, "100% blue")
    name, content = downloaded(page, "glTF (GLB)")
    assert name == "plitka-7.glb"
    assert content.startswith(b"glTF")


def test_a_refusal_is_told(window: Window) -> None:
    """What the service says of a design that it cannot lay."""
    window.page.route(f"**{routes.MATERIALS}", lambda route: route.continue_(post_data='{"recipe": "60% rde"}'))
    page = window.open(BLUE)
    page.locator(".below summary").first.click()
    expect(page.locator(".floor [role=alert]").first).to_contain_text("'rde'")


def test_axe_finds_nothing_serious(floor: Floor) -> None:
    """With everything in it, in Russian and the dark, on a phone, where nothing is wider than that."""
    page = floor.page
    page.get_by_role("button", name="Русский").click()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 700})
    choose(page, "Шахматы")
    page.wait_for_selector(READY)
    assert too_wide(page) == []
    assert axe_faults(page) == []


def test_without_webgl_it_says_so(plain_chromium: Browser, window_of: OpenWindow) -> None:
    """And the maps can be had all the same."""
    page = window_of(plain_chromium).open(BLUE)
    page.locator(".below summary").first.click()
    expect(page.locator(".below")).to_contain_text("does not have or has switched off")
    expect(page.get_by_role("button", name="Maps (ZIP)")).to_be_enabled()
    expect(page.get_by_role("button", name="Picture (PNG)")).to_have_count(0)


LAID = """const side = given.side;
    const pieces = m.lay({ layout: given.layout, pattern: given.pattern, side });
    return pieces.map(({ x, z, width, left, turns, isSecond }) => ({ x, z, width, left, turns, isSecond }));"""


def test_a_layout_covers_the_floor_once(window: Window) -> None:
    """Without a hole: rows of whole tiles, and of cut ones that fit together."""
    window.open(BLUE)
    for layout in ("grid", "brick", "third", "turned"):
        pieces = window.module("floor/layouts.js", LAID, {"layout": layout, "pattern": "plain", "side": 6})
        for row in range(6):
            ends = sorted((one["x"], one["x"] + one["width"]) for one in pieces if one["z"] == row)
            assert ends[0][0] == pytest.approx(0)
            assert ends[-1][1] == pytest.approx(6)
            assert [end for _, end in ends[:-1]] == pytest.approx([start for start, _ in ends[1:]])
        assert all(one["left"] >= 0 and one["left"] + one["width"] <= 1.0001 for one in pieces)
        assert ({one["turns"] for one in pieces} == {0, 1, 2, 3}) == (layout == "turned")


def test_a_pattern_has_so_many_of_the_second(window: Window) -> None:
    """Of 6 by 6 tiles."""
    window.open(BLUE)
    for pattern, n_second in (("plain", 0), ("checker", 18), ("stripes", 18), ("border", 20)):
        pieces = window.module("floor/layouts.js", LAID, {"layout": "grid", "pattern": pattern, "side": 6})
        assert sum(one["isSecond"] for one in pieces) == n_second, pattern
