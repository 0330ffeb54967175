"""How fast the renderer is, from nothing and with another recipe, beside a baseline in the same run.

    python benchmarks/render_speed.py [--baseline heightfield.py]

The baseline is any script called as `SCRIPT OUT.png '#HEX:SHARE,...' CELLS FIELD_MM` that writes a picture of
half as many pixels as cells; the times of its stages are its own business, here the whole process is timed.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from timeit import repeat

from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Coarseness
from plitka.core.tile.granules import GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.renderer import recolour
from plitka.core.tile.shading import compute_light

RECIPE = parse_recipe("60% red, 30% black, 10% white").recipe
REPEATS = 3


def seconds(task: Callable[[], object]) -> float:
    """The median of a few runs."""
    return median(repeat(task, number=1, repeat=REPEATS))


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", type=Path)
    asked = parser.parse_args()
    granules, config = GranuleConfig(), LightConfig()
    half_fine = replace(granules, mixes=(((Coarseness.FINE, 0.5), (Coarseness.USUAL, 0.5)),))
    geometry = lay_granules(granules, 1)
    light = compute_light(geometry, config)
    rows = {
        "lay 1024 px": seconds(lambda: lay_granules(granules, 1)),
        "light": seconds(lambda: compute_light(geometry, config)),
        "paint another recipe": seconds(lambda: recolour(geometry, light, RECIPE, config, 1)),
    }
    rows["from nothing"] = sum(rows.values())
    rows["lay, half of it fine"] = seconds(lambda: lay_granules(half_fine, 1))
    if asked.baseline:
        with tempfile.TemporaryDirectory() as folder:
            mix = ",".join(f"{part.colour.srgb_hex}:{part.percent / 100}" for part in RECIPE.parts)
            command = [sys.executable, str(asked.baseline), f"{folder}/tile.png", mix, "2048", "146"]
            rows["baseline, from nothing"] = seconds(lambda: subprocess.run(command, check=True, capture_output=True))
            rows["baseline over ours, times"] = rows["baseline, from nothing"] / rows["from nothing"]
    sys.stdout.writelines(f"| {name} | {value:.2f} |\n" for name, value in rows.items())


if __name__ == "__main__":
    main()
