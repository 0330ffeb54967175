"""How soon the page can be used, and how often a second it is repainted while a slider is dragged.

    python benchmarks/page_speed.py [--openings 7] [--drag-s 6] [--graphics-card]

Needs chromium and the packages of `plitka[dev]`. A `plitka serve` of its own answers on loopback. The page can be used
once its sliders and its buttons are there and a frame begins with them; each opening is of a fresh profile, which has
nothing cached. While the mouse drags a slider, the frames that WebGL draws in are counted: the preview is 512 px wide.
Without `--graphics-card` the browser is as it is on a machine that has none: the processor paints the page, and WebGL
runs in software (SwiftShader) beside it.
"""

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from playwright.sync_api import Browser, Page, sync_playwright

SOFTWARE_GL = ("--enable-unsafe-swiftshader",)
"""Lets pages have WebGL without a graphics card; `--use-angle=swiftshader` would paint the whole page through it."""
DESIGN = "/#mix=RED:60,BLACK:30,WHITE:10"
VIEWPORT_PX = {"width": 1280, "height": 860}
PATIENCE_MS = 180_000
WATCH = """(() => {
  const told = (window.told = { usable: 0, picture: 0, frames: [] });
  const see = () => {
    const now = performance.now();
    const isUsable = document.querySelector(".mixer .slider") && document.querySelector(".order button:enabled");
    if (isUsable) told.usable ||= now;
    if (!told.picture && document.querySelector(".picture canvas")) told.picture = now;
    if (!told.picture) requestAnimationFrame(see);
  };
  requestAnimationFrame(see);
  const plain = WebGL2RenderingContext.prototype.drawArrays;
  WebGL2RenderingContext.prototype.drawArrays = function (...given) {
    const now = document.timeline.currentTime;
    if (told.frames.at(-1) !== now) told.frames.push(now);
    return plain.apply(this, given);
  };
})()"""
"""Notes when the page could be used and had its picture, and the time of every frame that WebGL drew in."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Milliseconds since the browser began to go there."""

    usable_ms: float
    picture_ms: float


@contextmanager
def service() -> Iterator[str]:
    """Where a service answers that lets this machine in."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = str(one.getsockname()[1])
        options = ["--port", port, "--data", folder, "--open-loopback", "--warm-up-px", "64", "--quiet"]
        running = subprocess.Popen([sys.executable, "-m", "plitka", "serve", *options], stderr=subprocess.DEVNULL)
        try:
            while not _is_ready(f"http://127.0.0.1:{port}/readyz"):
                if running.poll() is not None:
                    raise SystemExit("the service ended; start `plitka serve` by hand to see why")
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url):  # noqa: S310  (our own)
            return True
    except urllib.error.URLError:
        return False


@contextmanager
def opened(browser: Browser, origin: str) -> Iterator[Page]:
    """The page in a fresh profile, once it has its picture."""
    context = browser.new_context(viewport=VIEWPORT_PX, locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(origin + DESIGN)
    page.wait_for_selector(".picture:not(.stale) canvas")
    yield page
    context.close()


def opening(page: Page) -> Opening:
    """What was noted while the page came."""
    told = page.evaluate("told")
    return Opening(told["usable"], told["picture"])


def dragged(page: Page, seconds: float) -> list[float]:
    """Milliseconds between the frames that were drawn while the mouse dragged the first slider to and fro."""
    box = page.locator(".mixer .slider").first.bounding_box()
    if box is None:
        raise SystemExit("the page shows no slider")
    y, n = box["y"] + box["height"] / 2, 0
    page.mouse.move(box["x"] + 0.6 * box["width"], y)
    page.mouse.down()
    page.evaluate("told.frames.length = 0")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        n += 1
        page.mouse.move(box["x"] + (0.2 + 0.6 * abs(n / 60 % 2 - 1)) * box["width"], y)
    page.mouse.up()
    frames: list[float] = page.evaluate("told.frames")
    return [later - earlier for earlier, later in pairwise(frames)]


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--openings", type=int, default=7)
    parser.add_argument("--drag-s", type=float, default=6)
    parser.add_argument("--graphics-card", action="store_true")
    asked = parser.parse_args()
    options = ["--no-sandbox", "--ignore-gpu-blocklist"] if asked.graphics_card else ["--no-sandbox", *SOFTWARE_GL]
    with service() as origin, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        found = []
        for _ in range(asked.openings):
            with opened(browser, origin) as page:
                found.append(opening(page))
        with opened(browser, origin) as page:
            width_px = page.locator(".picture canvas").get_attribute("width")
            gaps_ms = sorted(dragged(page, asked.drag_s))
        browser.close()
    usable = sorted(one.usable_ms for one in found)
    sys.stdout.write(
        "| what | figure |\n|---|---:|\n"
        f"| can be used, nothing cached: median of {len(usable)} | {statistics.median(usable):.0f} ms |\n"
        f"| the fastest and the slowest | {usable[0]:.0f} and {usable[-1]:.0f} ms |\n"
        f"| has its picture, median | {statistics.median(one.picture_ms for one in found):.0f} ms |\n"
        f"| frames a second while a slider is dragged, {width_px} px | {1000 * len(gaps_ms) / sum(gaps_ms):.0f} |\n"
        f"| a frame, median | {statistics.median(gaps_ms):.1f} ms |\n"
        f"| 19 frames of 20 are within | {gaps_ms[len(gaps_ms) * 19 // 20]:.1f} ms |\n"
    )


if __name__ == "__main__":
    main()
