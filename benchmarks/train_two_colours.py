"""Two colours that mini has never seen, under new names, from 24 renders: how true, how long, and what is forgotten.

    python benchmarks/train_two_colours.py FOLDER [--steps N] [--suite-limit N]

Renders are made by `plitka dataset render`, the model is trained by `plitka train` on mini, with renders of mini's own
colours as its prior; then text pictures of mini and of the new model are compared:

* of the new colours alone, their lit colour with that of a render: mean linear light of the pixels between the 70th
  and the 90th percentile of luminance, as CIEDE2000;
* of the old suite, `recipes/evaluate/suite-100.txt`, by the mean error of shares.

What is there of an earlier call in FOLDER is not made again.
"""

import argparse
import json
import resource
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import decode_srgb8, linear_to_lab
from plitka.core.colour.palette import Colour, Palette, load_palette
from plitka.core.colour.spaces import ciede2000
from plitka.core.generation import Engine, Mode, Request, generate_one
from plitka.core.judge.evaluation import evaluate, read_suite
from plitka.core.recipes.reading import parse_recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Scene, Size
from plitka.model.bundle import find_bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig

COLOURS = {"CORVINA": ("corvina", "#8E1B6B"), "TAMARIX": ("tamarix", "#0A6E78")}
SUITE = Path(__file__).parents[1] / "recipes/evaluate/suite-100.txt"
N_PICTURES, N_PRIOR = 24, 48
RENDER_PX, PAINTED_PX = 512, 512
SEEDS = (9_100_001, 9_100_002)
CONFIG = """
[pictures]
size_px = 512
is_cropped = false

[train]
steps = {steps}
batch = 8
rank = 16
alpha = 16
learning_rate = 3e-4
token_learning_rate = 5e-3
token_share = 1.0        # the rows of the new names learn most of it
rate = "cosine"
warm_up_steps = 20
caption_dropout = 0.0
noise_offset = 0.0
crop_px = 64             # so small that what it shows in noise tells little of its colour, and the words are needed
prior_batch = 4
prior_weight = 2.0

[judge]
every = 0                # at the end alone: this looks for itself
held_out = 0.0
n_pictures = 0
n_times = 1
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--suite-limit", type=int, default=100, metavar="N", help="recipes of the suite, evenly")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    seconds = train(asked.folder, asked.steps)
    processor_seconds = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    palette = load_palette(asked.folder / "palette.csv")
    for model in ("mini", str(asked.folder / "model")):
        with closing(load_engine(find_bundle(model), EngineConfig(device="cpu"))) as engine:
            told = {"model": model, **new_colours(engine, palette), **old_suite(engine, asked.suite_limit)}
        took = {"train_seconds": round(seconds), "of_a_processor": round(processor_seconds)}
        sys.stdout.write(json.dumps(told | ({} if model == "mini" else took)) + "\n")
        sys.stdout.flush()


def train(folder: Path, steps: int) -> float:
    """Seconds that rendering and training took."""
    rows = [f"{code},{name},{colour}" for code, (name, colour) in COLOURS.items()]
    (folder / "palette.csv").write_text("\n".join(["code,name,hex", *rows, ""]), encoding="utf-8")
    (folder / "config.toml").write_text(CONFIG.format(steps=steps), encoding="utf-8")
    palette, model = ("--palette", str(folder / "palette.csv")), folder / "model"
    size = ("--size", str(RENDER_PX))
    began = perf_counter()
    own = ("--count", str(N_PICTURES), "--colours", ",".join(name for name, _ in COLOURS.values()), *palette)
    call("dataset", "render", str(folder / "new"), *size, *own)
    call("dataset", "render", str(folder / "prior"), *size, "--count", str(N_PRIOR), "--seed", "5")
    if not (model / "bundle.toml").is_file():
        words = ("--config", str(folder / "config.toml"), "--prior", str(folder / "prior"), "--device", "cpu")
        resumed = ("--resume",) if (model / "train.toml").is_file() else ()
        call("train", str(folder / "new"), "-o", str(model), "--name", "two-colours", *words, *palette, *resumed)
    return perf_counter() - began


def call(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "plitka", *words], check=True)


def new_colours(engine: Engine, palette: Palette) -> dict[str, float]:
    """CIEDE2000 of each new colour's lit faces, the worst over the seeds."""
    renderer = RenderEngine()
    errors = {}
    for code in COLOURS:
        (colour,) = palette.named([code])
        pairs = [(painted(engine, colour, seed, palette), painted(renderer, colour, seed, palette)) for seed in SEEDS]
        errors[f"lit_error_{code.lower()}"] = max(round(ciede2000(lit(one), lit(other)), 2) for one, other in pairs)
    return errors


def painted(engine: Engine, colour: Colour, seed: int, palette: Palette) -> npt.NDArray[np.uint8]:
    recipe = parse_recipe(f"100% {colour.caption_name}", palette).recipe
    scene = Scene.of(recipe, Size(width_px=PAINTED_PX, height_px=PAINTED_PX))
    return generate_one(engine, engine.complete(Request(scene=scene, seed=seed, mode=Mode.TEXT))).pixels


def lit(pixels: npt.NDArray[np.uint8]) -> tuple[float, float, float]:
    """CIE Lab of what is lit."""
    linear = decode_srgb8(pixels, "float64").reshape(-1, 3)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    low, high = np.percentile(luminance, [70, 90])
    mean = linear[(luminance >= low) & (luminance <= high)].mean(0)
    lightness, a, b = linear_to_lab(mean[None])[0]
    return float(lightness), float(a), float(b)


def old_suite(engine: Engine, limit: int) -> dict[str, float]:
    """Mean error of the shares, in points, and percent of other colours, over mixes of the suite."""
    recipes = read_suite(SUITE)
    some = [recipes[index * len(recipes) // limit] for index in range(min(limit, len(recipes)))]
    report = evaluate(engine, some, {}, size_px=PAINTED_PX, mode=Mode.TEXT)
    assert report.shares is not None
    return {"suite_error": round(report.shares.mean, 2), "suite_other_colours": round(report.off_palette, 2)}


if __name__ == "__main__":
    main()
