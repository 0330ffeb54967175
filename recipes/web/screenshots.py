"""Take pictures of every state of the page: in both languages, light and dark, at three widths; and lay them out.

python recipes/web/screenshots.py FOLDER                 every state; some minutes, with Debian's chromium
python recipes/web/screenshots.py FOLDER mix sheet       those whose names begin like this
python recipes/web/screenshots.py FOLDER --language ru   in one language
python recipes/web/screenshots.py docs/images --docs     those of the documentation alone: page-*.jpg

FOLDER gets STATE-LANGUAGE-THEME-WIDTH.png of each, as long as the page is, and of each state a sheet, STATE.jpg.
"""

import argparse
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, Page, Route, sync_playwright

LANGUAGES = {"en": "en-GB", "ru": "ru-RU"}
THEMES = ("light", "dark")
WIDTHS_PX = (360, 768, 1280)
HEIGHT_PX = 860
BROWSER = ("--no-sandbox", "--enable-unsafe-swiftshader")
PATIENCE_MS = 300_000
"""Four photographs take that long on a machine that has other work."""
SETTLE_MS = 400
"""For what is laid out anew after another width."""
ROW_PX, GAP_PX = 900, 12
PHOTOGRAPH_PX = 1024
MANY_STEPS = {"steps": 60, "strength": 0.7}
DESIGN = "/#mix=RED:60,BLACK:30,WHITE:10"
UNREAD = {"en": "60% red, 30% blakk, 10% white", "ru": "60% красного, 30% чернуй, 10% белого"}
PATTERN = {"en": "red and black with a blue border", "ru": "красный и чёрный с надписью СТАРТ белым"}
ZONES = f"{DESIGN}&zone=border:8%25|BLACK:70,WHITE:30&zone=text:START|WHITE:100"
DOCS_DESIGN = "/#mix=GREEN:50,BEIGE:40,RED:10"
DOCS_FLOOR = "&floor=grid,border,playground,sun,1,500,2,80&second=mix%3DGREEN%3A100"
JPEG_QUALITY = 88
TALL_PX = 2200
FLOOR = f"{DESIGN}&floor=brick,border,playground,sun,0,500,4,25&second=mix%3DGREEN%3A100"
TAKE, FOUR = ".order button >> nth=0", ".order button >> nth=1"
SHEET, GALLERY, PHOTOGRAPH_IN, OPERATION = (f".rooms button >> nth={place}" for place in range(4))
NO_CLIPBOARD = """() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no focus", "NotAllowedError"));
    document.execCommand = () => false;
}"""
INSIDE_PX = """() => {
    const room = document.querySelector("dialog[open] .room, dialog[open] .picker-list");
    return room ? innerHeight + room.scrollHeight - room.clientHeight + 24 : 0;
}"""
"""How high a window shows all that is in a dialog."""
PROGRAM = (sys.executable, "-m", "plitka")


def opened(page: Page, path: str, awaited: str = ".picture:not(.stale) canvas") -> None:
    """The page anew, once it shows something."""
    page.goto("about:blank")
    page.goto(path)
    page.wait_for_selector(awaited)


def room(page: Page, button: str, awaited: str, path: str = DESIGN) -> None:
    """A room above the page, once it shows something."""
    opened(page, path)
    page.click(button)
    page.wait_for_selector(awaited)


def signin(page: Page) -> None:
    """Nobody is signed in; a wrong key was given."""
    kept = page.context.cookies()
    page.context.clear_cookies()
    opened(page, "/", ".sign-in input")
    page.fill(".sign-in input", "plitka_wrong")
    page.press(".sign-in input", "Enter")
    page.wait_for_selector(".sign-in .refusal")
    page.context.add_cookies(kept)  # type: ignore[arg-type]


def nowhere(page: Page) -> None:
    """An address that is none of the service."""
    opened(page, "/nothing", "a")


def unread(page: Page) -> None:
    """A link that says no design."""
    opened(page, "/#mix=RED")


def mix(page: Page) -> None:
    """The page as it is first seen."""
    opened(page, DESIGN)


def mix_words(page: Page) -> None:
    """A recipe that cannot be read."""
    opened(page, DESIGN)
    page.locator(".right .panel input[type=text], .right .panel textarea").first.fill(
        UNREAD[page.evaluate("document.documentElement.lang")]
    )
    page.wait_for_selector(".refusal mark")


def mix_pattern(page: Page) -> None:
    """Words that ask for a pattern."""
    opened(page, DESIGN)
    page.locator(".right .panel textarea").first.fill(PATTERN[page.evaluate("document.documentElement.lang")])
    page.wait_for_selector("#recipe-told .note")


def mix_colours(page: Page) -> None:
    """The colours to choose from."""
    opened(page, DESIGN)
    page.locator(".chip").first.click()
    page.wait_for_selector(".swatch")


def mix_copy(page: Page) -> None:
    """A browser that lets nothing be copied."""
    opened(page, DESIGN)
    page.evaluate(NO_CLIPBOARD)
    page.locator(".order button").last.click()
    page.wait_for_selector(".by-hand")


def zones(page: Page) -> None:
    """A border and letters; granules and light are open too."""
    opened(page, ZONES)
    page.evaluate("document.querySelectorAll('.right details').forEach((one) => (one.open = true))")
    page.wait_for_load_state("networkidle")


def gallery_empty(page: Page) -> None:
    """Nothing was photographed yet."""
    room(page, GALLERY, ".filters")
    page.wait_for_load_state("networkidle")


def photograph_running(page: Page) -> None:
    """A photograph in work, with what is seen of it, and others behind it."""

    def send_on(route: Route) -> None:
        body = route.request.post_data_json if route.request.method == "POST" else None
        route.continue_(post_data=json.dumps(body | MANY_STEPS) if body else None)

    opened(page, DESIGN)
    page.route("**/v1/jobs", send_on)
    page.click(FOUR)
    page.wait_for_selector("progress[value]")


def photograph_ready(page: Page) -> None:
    """One that is ready, with what was measured on it."""
    for job in _jobs(page):
        page.context.request.post(f"/v1/jobs/{job['id']}/cancel", headers={"X-Plitka-Page": "1"})
    opened(page, ZONES)
    page.click(TAKE)
    page.wait_for_selector('.picture[src*="/image"]')


def photograph_variations(page: Page) -> None:
    """Four of one mix, side by side."""
    opened(page, DESIGN)
    page.click(FOUR)
    page.locator(".variation-shares .face").nth(11).wait_for()


def photograph_earlier(page: Page) -> None:
    """Of a design that is another by now; the window is the one before."""
    page.locator(".slider").first.press("ArrowRight")
    page.locator(".stage-head input[value=photograph]").check(force=True)
    page.wait_for_selector(".frame-told span")


def photograph_compare(page: Page) -> None:
    """Over the preview; the window is the one before."""
    page.locator(".stage-head input[value=compare]").check(force=True)
    page.wait_for_selector(".compare canvas")


def photograph_refused(page: Page) -> None:
    """What cannot be made."""
    opened(page, f"{DESIGN}&granules=0.2-0.3", ".refusal")
    page.click(TAKE)
    page.wait_for_selector(".photograph .refusal")


def gallery_full(page: Page) -> None:
    """With photographs."""
    room(page, GALLERY, ".gallery-tile img")
    page.wait_for_load_state("networkidle")


def gallery_question(page: Page) -> None:
    """A kept design, and a photograph that is asked about."""
    opened(page, ZONES)
    page.locator(".order button").nth(2).click()
    page.click(GALLERY)
    page.wait_for_selector(".gallery-tile img")
    page.locator(".delete").first.click()
    page.wait_for_load_state("networkidle")


def photograph_in(page: Page) -> None:
    """Before a photograph is chosen."""
    room(page, PHOTOGRAPH_IN, ".drop")


def photograph_in_found(page: Page) -> None:
    """Its colours were found; the window is the one before."""
    made = next(job for job in _jobs(page) if job["state"] == "succeeded")
    picture = page.context.request.get(made["image_url"]).body()
    page.set_input_files(".drop input", {"name": "tile.png", "mimeType": "image/png", "buffer": picture})
    page.wait_for_selector(".photograph-in table")


def notice(page: Page) -> None:
    """A photograph's mix was taken, and a pattern went away."""
    room(page, PHOTOGRAPH_IN, ".drop", ZONES)
    made = next(job for job in _jobs(page) if job["state"] == "succeeded")
    picture = page.context.request.get(made["image_url"]).body()
    page.set_input_files(".drop input", {"name": "tile.png", "mimeType": "image/png", "buffer": picture})
    page.locator(".found .primary").click()
    page.wait_for_selector(".page-notice .note")


def sheet_unpriced(page: Page) -> None:
    """With a price of one colour alone."""
    room(page, SHEET, ".materials", ZONES)
    page.locator(".materials tbody input").first.fill("180,5")
    page.wait_for_selector(".lacking")


def sheet(page: Page) -> None:
    """Of one mix, with prices and a currency."""
    room(page, SHEET, ".materials", ZONES)
    for number, price in zip(
        page.locator(".materials tbody input").all(), ("180,5", "95", "210", "60", "320"), strict=False
    ):
        number.fill(price)
    page.wait_for_load_state("networkidle")


def sheet_two(page: Page) -> None:
    """Of two mixes, each with its materials."""
    room(page, SHEET, ".by-mix", FLOOR)


def floor(page: Page) -> None:
    """In three dimensions, with a border of another mix."""
    opened(page, FLOOR)
    page.wait_for_selector('.floor-canvas:not(.blank)[aria-busy="false"]')


def operation(page: Page) -> None:
    """With a key that was made, and one that is asked about."""
    room(page, OPERATION, ".key")
    page.click(".new-key > summary")
    page.locator(".new-key input").first.fill("Анна")
    page.click(".new-key .primary")
    page.wait_for_selector(".key-made")
    page.locator(".key > button").last.click()
    page.wait_for_selector(".key-question")


STATES: tuple[Callable[[Page], None], ...] = (
    signin, nowhere, unread, mix, mix_words, mix_pattern, mix_colours, mix_copy, zones, gallery_empty,
    photograph_running, photograph_ready, photograph_earlier, photograph_compare, photograph_variations,
    photograph_refused, gallery_full, gallery_question, photograph_in, photograph_in_found, notice,
    sheet_unpriced, sheet, sheet_two, floor, operation,
)  # fmt: skip
"""In this order: later ones have what earlier ones made."""


def _jobs(page: Page) -> list[dict[str, str]]:
    jobs: list[dict[str, str]] = page.context.request.get("/v1/jobs").json()["jobs"]
    return jobs


@contextmanager
def service() -> Iterator[tuple[str, str]]:
    """Where a service of its own answers, with the shipped model, and the key of an operator."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = str(one.getsockname()[1])
        one.close()
        make = [
            *PROGRAM,
            "keys",
            "create",
            "Operator",
            "--role",
            "operator",
            "--data",
            folder,
            "--per-minute",
            "1000",
            "--json",
        ]
        key = json.loads(subprocess.run(make, check=True, capture_output=True, text=True).stdout)["key"]  # noqa: S603
        running = subprocess.Popen([*PROGRAM, "serve", "--port", port, "--data", folder, "--quiet"])  # noqa: S603
        try:
            _await(f"http://127.0.0.1:{port}/readyz", running)
            yield f"http://127.0.0.1:{port}", key
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait()


def _await(url: str, running: "subprocess.Popen[bytes]") -> None:
    """Wait until the service says that it is ready."""
    while running.poll() is None:
        try:
            with urllib.request.urlopen(url):  # noqa: S310  (our own)
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the service ended; what it said stands above")


def take(browser: Browser, origin: str, key: str, language: str, wished: tuple[str, ...], folder: Path) -> None:
    """Every state that is wished for, in one language."""
    page = _signed_in(browser, origin, key, language)
    for state in STATES:
        if not state.__name__.startswith(wished):
            continue
        sys.stderr.write(f"{language} {state.__name__}\n")
        page.set_viewport_size({"width": 1280, "height": HEIGHT_PX})
        state(page)
        for theme, width_px in product(THEMES, WIDTHS_PX):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width_px, "height": HEIGHT_PX})
            page.set_viewport_size({"width": width_px, "height": max(HEIGHT_PX, page.evaluate(INSIDE_PX))})
            page.evaluate("scrollTo(0, 0)")  # else the tile, which stays in sight, lies over what is below it
            page.wait_for_timeout(SETTLE_MS)
            is_whole = page.locator("dialog[open]").count() == 0
            page.screenshot(path=folder / f"{state.__name__}-{language}-{theme}-{width_px}.png", full_page=is_whole)
        page.unroute_all()
    page.context.close()


def lay_out(name: str, folder: Path) -> None:
    """One sheet of a state: a row for each language and theme."""
    rows = []
    for language, theme in product(LANGUAGES, THEMES):
        paths = [folder / f"{name}-{language}-{theme}-{width_px}.png" for width_px in WIDTHS_PX]
        if all(path.exists() for path in paths):
            rows.append([_scaled(path) for path in paths])
    width_px = max(sum(one.width + GAP_PX for one in row) for row in rows)
    sheet_ = Image.new("RGB", (width_px, len(rows) * (ROW_PX + GAP_PX)), "magenta")
    for number, row in enumerate(rows):
        left = 0
        for one in row:
            sheet_.paste(one, (left, number * (ROW_PX + GAP_PX)))
            left += one.width + GAP_PX
    sheet_.save(folder / f"{name}.jpg", quality=85)


def _signed_in(browser: Browser, origin: str, key: str, language: str) -> Page:
    """A window in a fresh profile."""
    context = browser.new_context(
        base_url=origin, locale=LANGUAGES[language], viewport={"width": 1280, "height": HEIGHT_PX}
    )
    context.set_default_timeout(PATIENCE_MS)
    answer = context.request.post("/v1/session", data={"key": key}, headers={"X-Plitka-Page": "1"})
    if not answer.ok:
        raise SystemExit(f"the key was refused: {answer.text()}")
    return context.new_page()


def illustrate(page: Page, folder: Path) -> None:
    """What the documentation shows: a picture that was made, a playground, and what its floor costs."""
    opened(page, DOCS_DESIGN)
    page.click(TAKE)
    page.wait_for_selector('.picture[src*="/image"]')
    page.wait_for_selector(".downloads")
    _save(page, folder / "page-photograph.jpg", page.locator(".photograph > .downloads").first, from_top=True)
    page.set_viewport_size({"width": 1280, "height": TALL_PX})  # nothing is scrolled
    opened(page, DOCS_DESIGN + DOCS_FLOOR)
    page.wait_for_selector('.floor-canvas:not(.blank)[aria-busy="false"]')
    _save(page, folder / "page-floor.jpg", page.locator(".below > details"))
    page.set_viewport_size({"width": 1280, "height": HEIGHT_PX})
    page.click(SHEET)
    page.wait_for_selector(".materials")
    prices = {"Green": "1.9", "Beige": "1.8", "Red": "1.8", "Black crumb": "0.4", "Binder": "3.5"}
    for name, price in prices.items():
        page.get_by_label(re.compile(f"^Price per kg: {name}")).fill(price)
    page.locator(".sheet .short input").fill("€")
    page.locator(".facts", has_text="€").wait_for()
    page.wait_for_load_state("networkidle")
    _save(page, folder / "page-price.jpg", page.locator("dialog[open]"))


def _save(page: Page, path: Path, what: Locator, *, from_top: bool = False) -> None:
    """A JPEG of an element, or of the whole page down to its lower edge."""
    page.mouse.move(0, 0)  # so that nothing is shown as pointed at
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(SETTLE_MS)
    if from_top:
        box = what.bounding_box()
        assert box is not None
        clip: FloatRect = {"x": 0, "y": 0, "width": 1280, "height": box["y"] + box["height"] + 16}
        page.screenshot(path=path, type="jpeg", quality=JPEG_QUALITY, full_page=True, clip=clip)
    else:
        what.screenshot(path=path, type="jpeg", quality=JPEG_QUALITY)


def _scaled(path: Path) -> Image.Image:
    """A picture as high as a row, and at most as wide as it is."""
    with Image.open(path) as image:
        scale = min(1.0, ROW_PX / image.height)
        return image.convert("RGB").resize((round(image.width * scale), round(image.height * scale)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("states", nargs="*", help="beginnings of names")
    options.add_argument("--language", choices=LANGUAGES, help="the only one")
    options.add_argument("--docs", action="store_true", help="the pictures of the documentation, in English")
    given = options.parse_args()
    wished = tuple(given.states) or ("",)
    given.folder.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium")
    with service() as (origin, key), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=BROWSER)
        if given.docs:
            illustrate(_signed_in(browser, origin, key, "en"), given.folder)
            return
        for language in [given.language] if given.language else LANGUAGES:
            take(browser, origin, key, language, wished, given.folder)
        browser.close()
    for state in STATES:
        if state.__name__.startswith(wished):
            lay_out(state.__name__, given.folder)


if __name__ == "__main__":
    main()
