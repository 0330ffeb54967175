"""Debian's Chromium, without a window, against a real server on loopback over a quick engine."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.serve.conftest import PLENTY, Running, running
from tests.serve.fast_engine import FastEngine

from plitka.core.generation import Defaults

SOFTWARE_GL = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""WebGL 2 without a graphics card."""
NO_GL = ("--no-sandbox", "--disable-gpu", "--disable-3d-apis")
STEP_S = 0.05
SIDE_PX = 128
"""Of pictures: as few as show granules in every look."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; missing it fails in CI and is a reason to skip elsewhere.

    While its driver runs, the thread has a running event loop: other modules could not start any.
    """
    path = shutil.which("chromium")
    if path is None:
        assert not os.environ.get("CI"), "chromium must be installed in CI"
        pytest.skip("chromium is not installed here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SOFTWARE_GL)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that all tests of a module share; a picture takes a fraction of a second."""
    engine = FastEngine(step_s=STEP_S, defaults=Defaults(steps=4, width_px=SIDE_PX, height_px=SIDE_PX))
    folder = tmp_path_factory.mktemp("page")
    with running(folder, lambda: engine, open_loopback=True, per_minute=PLENTY, previews_per_minute=PLENTY) as one:
        yield one


@dataclass(slots=True)
class Window:
    """A page in a fresh profile, and what went on in it."""

    context: BrowserContext
    page: Page
    origin: str
    foreign: list[str] = field(default_factory=list)
    """Requests to other origins."""
    faults: list[str] = field(default_factory=list)
    """What broke, and what the page's policy forbade."""

    def open(self, path: str = "/") -> Page:
        """The page, with its panels."""
        self.page.goto(self.origin + path)
        self.page.wait_for_selector(".mixer")
        return self.page

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
"""Context options, such as `locale` -> a window in a fresh profile."""


@pytest.fixture
def window_of(chromium: Browser, server: Running) -> Iterator[OpenWindow]:
    """Windows; at the end nothing in any of them may have broken, and no request gone elsewhere."""
    made: list[Window] = []
    with ExitStack() as held:

        def make(browser: Browser = chromium, **choices: Any) -> Window:  # noqa: ANN401
            usual: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 860}}
            context = browser.new_context(**usual | choices)
            held.callback(context.close)
            context.set_default_timeout(10_000)
            window = Window(context, context.new_page(), server.url)
            _listen(window)
            made.append(window)
            return window

        yield make
    for window in made:
        assert window.foreign == []
        assert window.faults == []


def _listen(window: Window) -> None:
    def see(url: str) -> None:
        if not url.startswith((window.origin, "blob:", "data:")):
            window.foreign.append(url)

    window.context.on("request", lambda request: see(request.url))
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
