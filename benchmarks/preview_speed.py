"""How often a second the preview of a page is dealt, lit and drawn anew in Chromium, and how large a geometry is.

    python benchmarks/preview_speed.py [--graphics-card] [--sizes 512 1024]

Needs chromium and the packages of `plitka[dev]`. Without `--graphics-card` WebGL runs in software (SwiftShader). Each
frame has other shares; it counts as drawn when a pixel of it has been read back.
"""

import argparse
import gzip
import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, Route, sync_playwright

import plitka
from plitka.core.generation import Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Granules, Scene, Size, Zone
from plitka.core.tile.blanks import Blank
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.renderer import lay_layer
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
MEASURE = """async ([kinds, nZones]) => {
  const { createPreview } = await import("/preview.js");
  const preview = createPreview(document.querySelector("canvas"));
  const gl = document.querySelector("canvas").getContext("webgl2");
  const buffer = await (await fetch("/geometry")).arrayBuffer();
  const began = performance.now();
  preview.setGeometry(buffer);
  const pixel = new Uint8Array(4);
  const zones = Array.from({ length: nZones }, () => ({ colours: ["#b4242a", "#26282b", "#e8e8e6"].map((litHex, k) =>
    ({ litHex, share: 0, coarseness: kinds[k] })) }));
  const frame = (n) => {
    for (const { colours } of zones) {
      colours[0].share = 0.3 + 0.3 * Math.abs(((n / 60) % 2) - 1);
      colours[1].share = 0.9 - colours[0].share;
      colours[2].share = 0.1;
    }
    preview.paint(zones);
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
  for (const one of [times, dealt]) one.sort((a, b) => a - b);
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const card = gl.getParameter(info.UNMASKED_RENDERER_WEBGL);
  preview.dispose();
  return [ready, dealt[60], times[60], times[113], card];
}"""


def measure(page: Page, blank: bytes, scene: Scene) -> list[float]:
    """Milliseconds: until the first frame, of dealing, of a middling frame and of a slow one; and what drew."""

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
    found: list[float] = page.evaluate(MEASURE, [kinds, len(scene.zones)])
    return found


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphics-card", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 1024])
    asked = parser.parse_args()
    options = ["--no-sandbox", "--ignore-gpu-blocklist"] if asked.graphics_card else ["--no-sandbox", *SOFTWARE_GL]
    out, previews = sys.stdout, Previews(Settings(), version="0")
    out.write(
        "| scene | px | granules | lay and light, s | kB | first, ms | deal, ms | frame, ms | slow, ms | a second |\n"
    )
    out.write("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        for side_px in asked.sizes:
            for name, plain in SCENES.items():
                scene = Scene(
                    zones=plain.zones, granules=plain.granules, size=Size(width_px=side_px, height_px=side_px)
                )
                began = time.perf_counter()
                layer = lay_layer(MapSpec.of(previews.framed(Request(scene=scene, seed=7)).request))
                laid_s = time.perf_counter() - began
                blank = Blank.of(layer, scene, 7).encode()
                page = browser.new_page()
                first, dealt, usual, slow, card = measure(page, blank, scene)
                page.close()
                sent_kb = len(gzip.compress(blank, 6)) / 1000
                out.write(
                    f"| {name} | {side_px} | {layer.geometry.areas.size} | {laid_s:.1f} | {sent_kb:.0f} "
                    f"| {first:.0f} | {dealt:.1f} | {usual:.1f} | {slow:.1f} | {1000 / usual:.0f} |\n"
                )
        browser.close()
    out.write(f"\n{card}\n")


if __name__ == "__main__":
    main()
