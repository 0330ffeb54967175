"""How often a second the preview of a page is dealt, lit and drawn anew in Chromium, and how like the render it is.

    python benchmarks/preview_speed.py [--graphics-card] [--sizes 512 1024]

Needs chromium and the packages of `plitka[dev]`. Without `--graphics-card` WebGL runs in software (SwiftShader). Each
frame has other shares; it counts as drawn when a pixel of it has been read back. Where WebGL is software, the page
follows a slider with drafts, and paints in full when it rests. The last column is the mean CIEDE2000 between the recipe
as the page paints it in full and as the server renders it, of every seventh pixel.
"""

import argparse
import base64
import gzip
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, Page, Route, sync_playwright

import plitka
from plitka.core.colour.arrays import decode_srgb8, linear_to_lab
from plitka.core.colour.spaces import ciede2000
from plitka.core.generation import Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Granules, Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.blanks import Blank
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.renderer import lay_layer, paint_layer
from plitka.serve.previews import Previews
from plitka.serve.settings import Settings

MODULES = Path(plitka.__file__).parent / "web" / "preview"
SOFTWARE_GL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
ORIGIN = "http://preview.test"
RECIPE = parse_recipe("60% red, 30% black, 10% white").recipe
SCENES = {
    "a mix": Scene(zones=(Zone(RECIPE),)),
    "a border": Scene(zones=(Zone(RECIPE), Zone(RECIPE, "border:15%"))),
    "a fleck": Scene(zones=(Zone(RECIPE),), granules=Granules(fine=("WHITE",))),
}
LOOKS = {
    "in the sun": Scene(zones=(Zone(RECIPE),), light=Lighting.SUN),
    "overcast": Scene(zones=(Zone(RECIPE),), light=Lighting.OVERCAST),
    "wet": Scene(zones=(Zone(RECIPE),), wet=True),
    "cut": Scene(zones=(Zone(RECIPE),), surface=Surface.CUT),
}
"""They are painted as fast as a mix is."""
EVERY = 7
MEASURE = """async ([kinds, nZones, recipe]) => {
  const { createPreview } = await import("/preview.js");
  const preview = createPreview(document.querySelector("canvas"));
  const gl = document.querySelector("canvas").getContext("webgl2");
  const buffer = await (await fetch("/geometry")).arrayBuffer();
  const began = performance.now();
  preview.setGeometry(buffer);
  const pixel = new Uint8Array(4);
  const zones = Array.from({ length: nZones }, () => ({ colours: ["#b4242a", "#26282b", "#e8e8e6"].map((litHex, k) =>
    ({ litHex, share: 0, coarseness: kinds[k] })) }));
  const frame = (n, isDraft = false) => {
    for (const { colours } of zones) {
      colours[0].share = 0.3 + 0.3 * Math.abs(((n / 60) % 2) - 1);
      colours[1].share = 0.9 - colours[0].share;
      colours[2].share = 0.1;
    }
    preview.paint(zones, isDraft);
    const dealt = performance.now();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return dealt;
  };
  frame(0);
  const ready = performance.now() - began;
  for (let n = 0; n < 20; n++) frame(n);
  const times = [];
  const dealt = [];
  for (let n = 0; n < 120; n++) {
    const start = performance.now();
    dealt.push(frame(n) - start);
    times.push(performance.now() - start);
  }
  const drafts = [];
  for (let n = 0; n < 120; n++) {
    const start = performance.now();
    frame(n, true);
    drafts.push(performance.now() - start);
  }
  for (const one of [times, dealt, drafts]) one.sort((a, b) => a - b);
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const card = gl.getParameter(info.UNMASKED_RENDERER_WEBGL);
  preview.paint(zones.map(() => ({ colours: recipe.map((colour, k) => ({ ...colour, coarseness: kinds[k] })) })));
  const { width, height } = gl.canvas;
  const drawn = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, drawn);
  preview.dispose();
  let text = "";
  for (let at = 0; at < drawn.length; at += 32768) text += String.fromCharCode(...drawn.subarray(at, at + 32768));
  return [ready, dealt[60], times[60], times[113], drafts[60], card, btoa(text)];
}"""


def measure(page: Page, blank: bytes, scene: Scene) -> list[Any]:
    """Milliseconds: to the first frame, of dealing, a middling and a slow frame, a draft; what drew; the pixels."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(f"{ORIGIN}/")
        if name == "geometry":
            route.fulfill(body=blank, content_type="application/octet-stream")
        elif name:
            route.fulfill(body=(MODULES / name).read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><canvas></canvas>", content_type="text/html")

    page.route("**/*", answer)
    page.goto(f"{ORIGIN}/")
    kinds = [scene.granules.coarseness(colour.code).value for colour in RECIPE.colours]
    colours = [
        {"litHex": part.colour.lit_hex or part.colour.srgb_hex, "share": float(part.percent) / 100}
        for part in RECIPE.parts
    ]
    found: list[Any] = page.evaluate(MEASURE, [kinds, len(scene.zones), colours])
    return found


def delta_e(painted: str, rendered: npt.NDArray[np.uint8]) -> float:
    """The mean CIEDE2000 of what a page painted, its lowest row first, and what the server renders."""
    rows = np.frombuffer(base64.b64decode(painted), np.uint8).reshape(*rendered.shape[:2], 4)[::-1, :, :3]
    labs = (linear_to_lab(decode_srgb8(pixels)).reshape(-1, 3)[::EVERY].tolist() for pixels in (rows, rendered))
    return float(np.mean([ciede2000(first, second) for first, second in zip(*labs, strict=True)]))


def row(browser: Browser, previews: Previews, name: str, plain: Scene, side_px: int) -> str:
    """One line of the table."""
    size = Size(width_px=side_px, height_px=side_px)
    scene = previews.framed(Request(scene=replace(plain, size=size), seed=7)).request.scene
    began = time.perf_counter()
    layer = lay_layer(MapSpec.of(previews.framed(Request(scene=scene, seed=7)).request))
    laid_s = time.perf_counter() - began
    blank = Blank.of(layer, scene, 7).encode()
    page = browser.new_page()
    first, dealt, usual, slow, draft, card, painted = measure(page, blank, scene)
    page.close()
    sys.stderr.write(f"{card}\n")
    told = (
        name,
        side_px,
        layer.geometry.areas.size,
        f"{laid_s:.1f}",
        f"{len(gzip.compress(blank, 6)) / 1000:.0f}",
        *(f"{ms:.1f}" for ms in (first, dealt, usual, slow, draft)),
        f"{1000 / draft:.0f}",
        f"{delta_e(painted, paint_layer(layer, scene, 7).pixels):.2f}",
    )
    return f"| {' | '.join(map(str, told))} |\n"


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphics-card", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 1024])
    asked = parser.parse_args()
    options = ["--no-sandbox", "--ignore-gpu-blocklist"] if asked.graphics_card else ["--no-sandbox", *SOFTWARE_GL]
    out, previews = sys.stdout, Previews(Settings(), version="0")
    columns = (
        "scene, px, granules, lay and light/s, kB, first/ms, deal/ms, frame/ms, slow/ms, draft/ms, drafts a second"
    )
    columns += ", CIEDE2000"
    out.write(f"| {columns.replace(', ', ' | ').replace('/', ', ')} |\n|---|{'---:|' * 11}\n")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        for side_px in asked.sizes:
            for name, scene in (SCENES | (LOOKS if side_px == min(asked.sizes) else {})).items():
                out.write(row(browser, previews, name, scene, side_px))
        browser.close()


if __name__ == "__main__":
    main()
