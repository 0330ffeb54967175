"""A real server, and a page of its origin in Chromium that loads the modules of the preview as they are."""

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Route
from tests.serve.conftest import Running

import plitka
from plitka.core.generation import CompleteRequest
from plitka.core.scene import Scene
from plitka.serve import routes
from plitka.serve.orders import JobOrder

MODULES = Path(plitka.__file__).parent / "web" / "preview"
SIDE_PX = 192
PAGE = """<!doctype html><meta charset="utf-8"><title>preview</title><canvas id="tile"></canvas>
<script type="module">
import { createPreview } from "/modules/preview.js";
import { showRender } from "/modules/fallback.js";
import { decodeGeometry } from "/modules/geometry.js";
import { Hand } from "/modules/dealing.js";
import { Stream } from "/modules/random.js";
const ask = (path, order) => fetch(path, {
  method: "POST",
  headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
  body: JSON.stringify(order),
});
const geometryOf = async (order) => {
  const answer = await ask("/v1/geometries", order);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.arrayBuffer();
};
const canvas = document.querySelector("#tile");
const toText = (bytes) => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
};
const pixels = () => {  // of what was drawn in this very task, the lowest row first
  const gl = canvas.getContext("webgl2");
  const found = new Uint8Array(4 * canvas.width * canvas.height);
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, found);
  return toText(found);
};
Object.assign(window, { createPreview, showRender, decodeGeometry, Hand, Stream });
Object.assign(window, { ask, geometryOf, canvas, toText, pixels });
window.isReady = true;
</script>"""

Pixels = npt.NDArray[np.uint8]
Order = dict[str, Any]
Colours = list[dict[str, Any]]


@dataclass(slots=True)
class Tab:
    """A page that has loaded the modules."""

    page: Page
    server: Running
    key: str
    asked: list[Request] = field(default_factory=list)
    """Requests that the page sent to the service."""

    def run(self, script: str, *given: Any) -> Any:  # noqa: ANN401  (JSON)
        """What the body of an asynchronous function of `given` answers."""
        return self.page.evaluate(f"async (given) => {{ {script} }}", list(given))

    def paint(self, order: Order, zones: Sequence[Colours]) -> Pixels:
        """(side, side, 3) what the preview draws of a scene.

        Args:
            order: as `POST /v1/geometries` takes it.
            zones: for each the colours, as `paint` takes them.
        """
        drawn = self.run(
            """const [order, zones] = given;
            window.preview ??= createPreview(canvas);
            preview.setGeometry(await geometryOf(order));
            preview.paint(zones.map((colours) => ({ colours })));
            return pixels();""",
            order,
            list(zones),
        )
        return read_pixels(drawn)

    def render(self, order: Order) -> Pixels:
        """What the server renders of it."""
        answer = self.server.client_of(self.key).post(routes.RENDERS, json=order)
        assert answer.status_code == 200, answer.text
        with Image.open(io.BytesIO(answer.content)) as image:
            return np.asarray(image.convert("RGB"))

    def request(self, order: Order) -> CompleteRequest:
        """What the server's renderer is asked."""
        previews = self.server.service.previews
        return previews.framed(JobOrder.model_validate(order).request(previews.defaults)).request


def read_pixels(drawn: str) -> Pixels:
    """(side, side, 3) the uppermost row first, of what `pixels` of the page gives."""
    content = base64.b64decode(drawn)
    side = round((len(content) / 4) ** 0.5)
    return np.frombuffer(content, np.uint8).reshape(side, side, 4)[::-1, :, :3]


def colours_of(scene: Scene) -> list[Colours]:
    """What the preview paints of each zone of a scene."""
    return [
        [
            {
                "litHex": part.colour.lit_hex or part.colour.srgb_hex,
                "share": float(part.percent) / 100,
                "coarseness": scene.granules.coarseness(part.colour.code).value,
            }
            for part in zone.recipe.parts
        ]
        for zone in scene.zones
    ]


@contextmanager
def opened(chromium: Browser, server: Running) -> Iterator[Tab]:
    """A page of the server's origin, whose errors are the test's."""
    context = chromium.new_context()
    tab = Tab(context.new_page(), server, server.key())
    faults: list[str] = []

    def answer(route: Route) -> None:
        place = urlsplit(route.request.url).path
        if place == "/preview-test":
            route.fulfill(body=PAGE, content_type="text/html")
        elif place.startswith("/modules/"):
            script = (MODULES / Path(place).name).read_text(encoding="utf-8")
            route.fulfill(body=script, content_type="text/javascript")
        else:
            tab.asked.append(route.request)
            route.continue_()

    tab.page.route("**/*", answer)
    tab.page.on("pageerror", lambda error: faults.append(str(error)))
    tab.page.goto(f"{server.url}/preview-test")
    tab.page.wait_for_function("window.isReady")
    tab.page.evaluate("key => { window.key = key; }", tab.key)
    yield tab
    context.close()
    assert not faults


@pytest.fixture(scope="package")
def tab(chromium: Browser, server: Running) -> Iterator[Tab]:
    """A page with WebGL 2 that all tests of the preview share."""
    with opened(chromium, server) as one:
        yield one
