"""A LoRA from some photographs, and whether mini's pictures of the others are nearer to them with it.

    python benchmarks/train_photographs.py PHOTOGRAPHS --work FOLDER [--steps N] [--device cuda]

Of PHOTOGRAPHS, whole tiles on white with captions, 14 are held out, spread evenly over the sorted names; the rest is
learnt by `plitka train` on mini. Then mini and the new model make the held-out recipes, and each picture is compared
with the photograph of its recipe as `plitka evaluate` does: patches, spectrum and lightness, as multiples of the
distance between the halves of a photograph. What is there of an earlier call in FOLDER is not made again.
"""

import argparse
import csv
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import perf_counter

from plitka.core.dataset.folder import Entry, read_folder
from plitka.core.dataset.photographs import read_photographs
from plitka.core.generation import Mode
from plitka.core.judge.evaluation import evaluate, photographed_recipes
from plitka.core.judge.realism import Reference, compare, describe_photograph, recipe_key
from plitka.model.bundle import find_bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig

N_HELD = 14
CONFIG = """
[pictures]
size_px = 896            # of a photograph of 1024 px the tile takes about 880: granules keep their size
is_cropped = true

[train]
steps = {steps}
batch = 8
rank = 16
alpha = 16
learning_rate = {rate}
token_learning_rate = 1e-4
rate = "cosine"
warm_up_steps = 20
noise_offset = 0.0
crop_px = 256
ema_decay = 0.99
precision = "float32"

[judge]
every = {steps}
held_out = 0.0
n_pictures = 0
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--size", type=int, default=1024, metavar="PX", help="side of the pictures that are compared")
    parser.add_argument("--limit", type=int, default=N_HELD, metavar="N", help="pictures of each model")
    parser.add_argument("--modes", nargs="+", type=Mode, default=[Mode.TEXT, Mode.GUIDED])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    entries = sorted(read_folder(asked.photographs).entries, key=lambda entry: entry.name)
    held = {entries[(2 * index + 1) * len(entries) // (2 * N_HELD)].name for index in range(N_HELD)}
    parts = {name: [each for each in entries if (each.name in held) == (name == "held")] for name in ("learnt", "held")}
    for name, part in parts.items():
        write_part(asked.work / name, part)
    seconds = train(asked)
    photographs = read_photographs(asked.work / "held")[: asked.limit]
    references = {recipe_key(recipe): describe_photograph(pixels) for recipe, pixels in photographs}
    told: dict[str, object] = {"learnt": len(parts["learnt"]), "held": len(held), "train_seconds": round(seconds)}
    for model in ("mini", str(asked.work / "model")):
        with closing(load_engine(find_bundle(model), EngineConfig(device=asked.device))) as engine:
            for mode in asked.modes:
                told[f"{Path(model).name}, {mode}"] = figures(engine, references, asked.size, mode)
        if asked.json:
            asked.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(told, indent=2) + "\n")


def write_part(folder: Path, entries: list[Entry]) -> None:
    """Links to photographs, with their captions."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "captions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "caption"])
        for entry in entries:
            link = folder / entry.path.name
            if not link.exists():
                link.symlink_to(entry.path.resolve())
            table.writerow([entry.path.name, entry.caption])


def train(asked: argparse.Namespace) -> float:
    """Seconds that it took; 0 where it was done before."""
    model = asked.work / "model"
    (asked.work / "config.toml").write_text(CONFIG.format(steps=asked.steps, rate=asked.rate), encoding="utf-8")
    began = perf_counter()
    if not (model / "bundle.toml").is_file():
        words = ["train", str(asked.work / "learnt"), "-o", str(model), "--name", "photographs"]
        words += ["--device", asked.device]
        words += ["--resume"] if (model / "train.toml").is_file() else ["--config", str(asked.work / "config.toml")]
        subprocess.run([sys.executable, "-m", "plitka", *words], check=True)
    return perf_counter() - began


def figures(engine: object, references: dict[str, Reference], size_px: int, mode: Mode) -> dict[str, float]:
    """The three figures over all pictures, and how true colours are."""
    report = evaluate(engine, photographed_recipes(references), references, size_px=size_px, mode=mode)  # type: ignore[arg-type]
    found = [row.comparison for row in report.rows if row.comparison is not None]
    realism = compare((one.ours, one.halves) for one in found)
    return {
        "patches": round(realism.patches, 3),
        "spectrum": round(realism.spectrum, 3),
        "lightness": round(realism.lightness, 3),
        "share_error": round(report.shares.mean, 2) if report.shares else 0.0,
        "other_colours": round(report.off_palette, 2),
    }


if __name__ == "__main__":
    main()
