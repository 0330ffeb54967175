"""Makes docs/images/looks.jpg: every look, rendered on the left and guided on the right, at the pictures' own scale.

python recipes/docs/look_sheet.py docs/images/looks.jpg
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from plitka.core.generation import Engine, Request, generate_one
from plitka.core.recipes.reading import parse_recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Lighting, Size, Surface
from plitka.core.scene_json import build_scene
from plitka.model.loading import load_tuned_engine

RECIPE = "50% red, 30% black, 20% white"
SIZE_PX, CROP_PX = 512, 256
MARGIN_PX, LABEL_PX, COLUMNS = 10, 26, 3
UNUSUAL_SURFACES = [surface for surface in Surface if surface is not Surface.PRESSED]
UNUSUAL_LIGHTS = [light for light in Lighting if light is not Lighting.STUDIO]
LOOKS: dict[str, dict[str, object]] = {
    "usual": {},
    "--granules 0.5-1.5": {"granules": "0.5-1.5"},
    "--granules 2-4": {"granules": "2-4"},
    "--coarse red --fine white": {"coarse": ["red"], "fine": ["white"]},
    "--zone circle:30%=blue": {"zones": [("circle:30%", "blue")]},
    **{f"--surface {surface}": {"surface": surface} for surface in UNUSUAL_SURFACES},
    **{f"--light {light}": {"light": light} for light in UNUSUAL_LIGHTS},
    "--wet": {"wet": True},
    **{f"--wet --surface {surface}": {"wet": True, "surface": surface} for surface in UNUSUAL_SURFACES},
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("output", type=Path)
    options.add_argument("--model", default="mini")
    given = options.parse_args()
    engines: list[Engine] = [RenderEngine(), load_tuned_engine(given.model)]
    cells = [np.hstack([crop(engine, choices) for engine in engines]) for choices in LOOKS.values()]
    for engine in engines:
        engine.close()
    sheet(cells, list(LOOKS)).save(given.output, quality=88)


def crop(engine: Engine, choices: dict[str, object]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The middle of one picture."""
    size = Size(width_px=SIZE_PX, height_px=SIZE_PX)
    scene, _ = build_scene(parse_recipe(RECIPE).recipe, size=size, **choices)  # type: ignore[arg-type]
    result = generate_one(engine, engine.complete(Request(scene=scene, seed=7)))
    sys.stderr.write(f"{engine.name} {choices}: {result.max_error:.2f} points off, {result.attempts} attempts\n")
    start = (SIZE_PX - CROP_PX) // 2
    return result.pixels[start : start + CROP_PX, start : start + CROP_PX]


def sheet(cells: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]], labels: list[str]) -> Image.Image:
    """Cells in rows, each under its label."""
    height, width, _ = cells[0].shape
    across, down = width + MARGIN_PX, height + LABEL_PX + MARGIN_PX
    n_rows = -(-len(cells) // COLUMNS)
    canvas = Image.new("RGB", (COLUMNS * across + MARGIN_PX, n_rows * down + MARGIN_PX), "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(16)
    for index, (cell, label) in enumerate(zip(cells, labels, strict=True)):
        row, column = divmod(index, COLUMNS)
        x, y = MARGIN_PX + column * across, MARGIN_PX + row * down
        draw.text((x, y), label, fill=(30, 30, 30), font=font)
        canvas.paste(Image.fromarray(cell), (x, y + LABEL_PX))
    return canvas


if __name__ == "__main__":
    main()
