"""Debian's Chromium, without a window, against a real server on loopback over a quick engine."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect, sync_playwright
from tests.serve.conftest import PLENTY, Running, running
from tests.serve.fast_engine import FastEngine

from plitka.core.generation import Defaults
from plitka.serve import routes

SOFTWARE_GL = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
)
"""WebGL 2 without a graphics card; the page around it is painted without, which costs far less."""
NO_GL = ("--no-sandbox", "--disable-gpu", "--disable-3d-apis")
STEP_S = 0.05
SIDE_PX = 128
"""Of pictures: as few as show granules in every look."""
PATIENCE_MS = 60_000
"""However busy the machine is: none of these tests asserts how long something takes."""
NOTE_LAYERS = "window.layersAtLoad = history.state?.layers ?? 0;"
"""Of a page that was loaded anew with a dialog open, whose entry of the history it still has."""
HAS_STEPPED_BACK = """() => {
    const layers = (history.state?.layers ?? 0) - document.querySelectorAll("dialog[open]").length;
    return layers <= (window.layersAtLoad ?? 0);
}"""
MAPS_PX = 128
"""Of what a floor is laid with."""
SMALLER_PREVIEWS = """(() => {
    const send = window.fetch;
    const small = (body) => JSON.stringify({ width_px: %(px)d, height_px: %(px)d, ...JSON.parse(body) });
    window.fetch = (path, how) => send(path, path === "%(path)s" ? { ...how, body: small(how.body) } : how);
})()"""
"""Not by a route of the browser, which would do without what the browser has cached."""


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives browsers.

    While it runs, the thread has a running event loop: other folders' tests could not start any.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        yield driver


def launched(playwright: Playwright, *options: str) -> Browser:
    """A browser; missing it fails in CI and is a reason to skip elsewhere."""
    path = shutil.which("chromium")
    if path is None:
        assert not os.environ.get("CI"), "chromium must be installed in CI"
        pytest.skip("chromium is not installed here")
    return playwright.chromium.launch(executable_path=path, args=options)


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser that all tests of the page share."""
    with closing(launched(playwright, *SOFTWARE_GL)) as browser:
        yield browser


@pytest.fixture(scope="package")
def plain_chromium(playwright: Playwright) -> Iterator[Browser]:
    """One without WebGL."""
    with closing(launched(playwright, *NO_GL)) as browser:
        yield browser


@contextmanager
def page_service(folder: Path) -> Iterator[Running]:
    """A service that lets this machine in; a picture takes a fraction of a second."""
    engine = FastEngine(step_s=STEP_S, defaults=Defaults(steps=4, width_px=SIDE_PX, height_px=SIDE_PX))
    with running(folder, lambda: engine, open_loopback=True, per_minute=PLENTY, previews_per_minute=PLENTY) as one:
        yield one


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service that all tests of the page share."""
    with page_service(tmp_path_factory.mktemp("page")) as one:
        yield one


@dataclass(slots=True)
class Window:
    """A page in a fresh profile, and what went on in it."""

    context: BrowserContext
    page: Page
    origin: str
    kind: str
    """Of its options; windows of the same kind may stand for each other."""
    choices: dict[str, Any]
    foreign: list[str] = field(default_factory=list)
    """Requests to other origins."""
    faults: list[str] = field(default_factory=list)
    """What broke, and what the page's policy forbade."""

    def open(self, path: str = "/") -> Page:
        """The page, with its panels."""
        self.go(path)
        self.page.wait_for_selector(".mixer")
        return self.page

    def go(self, path: str) -> None:
        """Have the browser open this address."""
        stepped_back(self.page)
        self.page.goto(self.origin + path)

    def order(self) -> Any:  # noqa: ANN401  (JSON)
        """The body of an order of the design that is shown."""
        return self.page.evaluate(
            """async () => {
                const base = new URL(".", document.querySelector("script[type=module]").src).href;
                const { design } = await import(base + "state.js");
                const { orderOf } = await import(base + "orders.js");
                return orderOf(design.value);
            }"""
        )

    def module(self, name: str, body: str, given: object = None) -> Any:  # noqa: ANN401  (JSON)
        """What a piece of JavaScript gives, with a module of the page as `m` and `given`."""
        return self.page.evaluate(
            f"""async (given) => {{
                const m = await import(new URL({name!r}, document.querySelector("script[type=module]").src).href);
                {body}
            }}""",
            given,
        )


OpenWindow = Callable[..., Window]
"""Context options, such as `locale` -> a window without a trace of others."""


class Windows:
    """Windows that are used anew, one test after another: what a browser has compiled and cached is then there."""

    def __init__(self) -> None:
        self._free: dict[str, list[Window]] = {}

    def take(self, browser: Browser, origin: str, choices: dict[str, Any], preview_px: int | None = None) -> Window:
        """One with these options that nobody uses; previews have a given side, or the one that the page asks for."""
        kind = f"{id(browser)} {origin} {sorted(choices.items())} {preview_px}"
        if free := self._free.setdefault(kind, []):
            return free.pop()
        context = browser.new_context(**choices)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(NOTE_LAYERS)
        if preview_px is not None:
            context.add_init_script(SMALLER_PREVIEWS % {"px": preview_px, "path": routes.GEOMETRIES})
        window = Window(context, context.new_page(), origin, kind, choices)
        _listen(window)
        return window

    def give_back(self, window: Window) -> None:
        """Have it for others, once all that its page began has ended and what it kept is forgotten."""
        page = window.page
        page.unroute_all()
        window.go(routes.LIVE)
        page.context.new_cdp_session(page).send(
            "Storage.clearDataForOrigin", {"origin": window.origin, "storageTypes": "cookies,local_storage"}
        )
        page.emulate_media(color_scheme=window.choices["color_scheme"])
        page.set_viewport_size(window.choices["viewport"])
        window.context.clear_permissions()
        window.foreign.clear()
        window.faults.clear()
        self._free[window.kind].append(window)


@pytest.fixture(scope="package")
def windows() -> Windows:
    """Those of all tests of the page; they end with their browser."""
    return Windows()


@contextmanager
def lent(windows: Windows, chromium: Browser, origin: str, preview_px: int | None = SIDE_PX) -> Iterator[OpenWindow]:
    """Windows; at the end nothing in any of them may have broken, and no request gone elsewhere."""
    made: list[Window] = []

    def make(browser: Browser = chromium, **choices: Any) -> Window:  # noqa: ANN401
        usual: dict[str, Any] = {"locale": "en-GB", "color_scheme": "light", "viewport": {"width": 1280, "height": 860}}
        made.append(windows.take(browser, origin, usual | choices, preview_px))
        return made[-1]

    yield make
    broken = [(window.foreign.copy(), window.faults.copy()) for window in made]
    for window in made:
        windows.give_back(window)
    assert all(one == ([], []) for one in broken), broken


@pytest.fixture
def preview_px() -> int | None:
    """The side of previews; None, of those who look at them: as the page asks for them, which costs a second each."""
    return SIDE_PX


@pytest.fixture
def window_of(chromium: Browser, server: Running, windows: Windows, preview_px: int | None) -> Iterator[OpenWindow]:
    """Windows for one test."""
    with lent(windows, chromium, server.url, preview_px) as make:
        yield make


def _listen(window: Window) -> None:
    def see(url: str) -> None:
        if not url.startswith((window.origin, "blob:", "data:")):
            window.foreign.append(url)

    window.page.on("request", lambda request: see(request.url))
    window.page.on("pageerror", lambda error: window.faults.append(str(error)))
    window.page.on(
        "console",
        lambda message: window.faults.append(message.text) if "Content Security Policy" in message.text else None,
    )


@pytest.fixture
def window(window_of: OpenWindow) -> Window:
    """One in English."""
    return window_of()


@pytest.fixture
def page(window: Window) -> Page:
    """The page, opened."""
    return window.open()


def stepped_back(page: Page) -> Page:
    """The page once it has left the entries of the history that closed dialogs had.

    A step back that is still on its way would end what is loaded next, or take an address that is set now for its own.
    """
    page.wait_for_function(HAS_STEPPED_BACK)
    return page


def come_about(page: Page, is_so: Callable[[], object]) -> None:
    """Wait for something that handlers of the page's events bring about: they are called while it is waited for."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not is_so():
        assert time.monotonic() < end, "it did not come about"
        page.wait_for_timeout(10)


def small_maps(page: Page) -> list[Any]:
    """Have maps of a small piece of the tile, which are as good here; the bodies of what is asked for."""
    asked: list[Any] = []

    def send_on(route: Route) -> None:
        body: dict[str, Any] = route.request.post_data_json or {}
        asked.append(body)
        route.continue_(post_data=json.dumps(body | {"size_px": MAPS_PX, "field_mm": 50}))

    page.route(f"**{routes.MATERIALS}", send_on)
    return asked


@contextmanager
def dragged(page: Page, name: str, start: float, end: float) -> Iterator[None]:
    """A slider, held by the mouse at its end; places are parts of its width."""
    box = page.get_by_role("slider", name=name, exact=True).bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=4)
    yield
    page.mouse.up()
