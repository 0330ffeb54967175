"""Guided pictures beside renders, look by look: shares, how far apart they are, and a sheet to look at.

    python benchmarks/scene_sheet.py sheet.png [--model mini] [--size 640]

One mix in every fraction, surface and light, and wet; each look alone, the rest as usual. A picture is compared with
the render of its scene by patches, spectrum and lightness, as multiples of the distance between the halves of
photographs: below 1 it is nearer to the render than photographs are to themselves.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from plitka.core.files.sheet import Cell, contact_sheet, encode_sheet, thumbnail
from plitka.core.generation import Engine, Request, Result, generate_one
from plitka.core.judge.realism import compare, image_statistics, load_references, measure_distances
from plitka.core.recipes.reading import parse_recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import FRACTIONS_MM, Granules, Lighting, Scene, Size, Surface
from plitka.model.bundle import find_bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig

RECIPE = "60% red, 30% black, 10% white"
SEED = 7


def main() -> None:
    """Print a Markdown table, and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", type=int, default=640, metavar="PX")
    parser.add_argument("--limit", type=int, metavar="N", help="of the looks, the first ones")
    asked = parser.parse_args()
    renderer, cells = RenderEngine(), []
    sys.stdout.write("| look | error, points | patches | spectrum | lightness |\n|---|---:|---:|---:|---:|\n")
    with closing(load_engine(find_bundle(asked.model), EngineConfig(device=asked.device))) as engine:
        for name, scene in list(looks(asked.size))[: asked.limit]:
            painted, rendered = made(engine, scene), made(renderer, scene)
            apart = measure_distances(*(image_statistics(one.pixels) for one in (painted, rendered)))
            far = compare((apart, reference.halves) for reference in load_references().values())
            error = max(abs(zone.measured[code] - zone.asked[code]) for zone in painted.zones for code in zone.asked)
            sys.stdout.write(
                f"| {name} | {error:.2f} | {far.patches:.2f} | {far.spectrum:.2f} | {far.lightness:.2f} |\n"
            )
            sys.stdout.flush()
            for kind, one in (("guided", painted), ("render", rendered)):
                cells.append(Cell(pixels=thumbnail(one.pixels), lines=(f"{name}, {kind}",)))
    asked.sheet.write_bytes(encode_sheet(contact_sheet(cells)))


def looks(size_px: int) -> Iterator[tuple[str, Scene]]:
    """Each with its name."""
    usual = Scene.of(parse_recipe(RECIPE).recipe, Size(width_px=size_px, height_px=size_px))
    for name, size_mm in FRACTIONS_MM.items():
        yield f"{name} mm", replace(usual, granules=Granules(size_mm=size_mm))
    for surface in Surface:
        yield surface.value, replace(usual, surface=surface)
    for light in Lighting:
        yield light.value, replace(usual, light=light)
    yield "wet", replace(usual, wet=True)


def made(engine: Engine, scene: Scene) -> Result:
    """One picture."""
    return generate_one(engine, engine.complete(Request(scene=scene, seed=SEED)))


if __name__ == "__main__":
    main()
