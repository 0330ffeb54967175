"""The close look at folders of pictures beside the photographs: figures by recipe, and how far they are from them.

    judge.py --photos DIR NAME=FOLDER...

A folder holds a PNG for each photographed recipe, named by its codes and percents as `BLUE60_RED40.png`.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from photographs import inner_photographs
from PIL import Image
from two_sample import Pairs, accuracy

from plitka.core.judge.close_look import figures, look_closely
from plitka.model.lattice import without_lattice

TAILS = ("gaps", "glints", "clipped", "chroma")
"""Figures of which twice or half the photograph's is still near."""
LEAST = {"gaps": 0.2, "glints": 0.2, "clipped": 0.1, "chroma": 0.3}
"""Below which a figure is as good as none."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument(
        "--steps", type=int, default=500, help="of the two-sample network, for each fold; 0: not at all"
    )
    parser.add_argument("--without-lattice", type=int, metavar="PX", help="take off that of latent places of this side")
    parser.add_argument("--table", action="store_true", help="every recipe's figures as well")
    parser.add_argument("folders", nargs="+", metavar="NAME=FOLDER")
    asked = parser.parse_args()
    photographs = dict(inner_photographs(asked.photos))
    looks = {"photographs": {name: figures(look_closely(pixels)) for name, pixels in photographs.items()}}
    report("photographs", looks["photographs"], looks["photographs"])
    if asked.steps:
        say(f"  two-sample accuracy, halves against each other {accuracy(Pairs.halves(photographs), asked.steps):.3f}")
    for given in asked.folders:
        name, folder = given.split("=")
        pictures = dict(pictures_of(Path(folder), photographs, asked.without_lattice))
        looks[name] = {recipe: figures(look_closely(pixels)) for recipe, pixels in pictures.items()}
        report(name, looks[name], looks["photographs"])
        if asked.steps:
            say(f"  two-sample accuracy {accuracy(Pairs.of(photographs, pictures), asked.steps):.3f}")
    if asked.table:
        print_table(looks)


def pictures_of(
    folder: Path, photographs: Mapping[str, np.ndarray], place_px: int | None = None
) -> Iterator[tuple[str, np.ndarray]]:
    for path in sorted(folder.glob("*.png")):
        if (name := "_".join(sorted(path.stem.split("_")))) in photographs:
            pixels = np.asarray(Image.open(path).convert("RGB"))
            yield name, pixels if place_px is None else smoothed(pixels, place_px)


def smoothed(pixels: np.ndarray, place_px: int) -> np.ndarray:
    """A picture without its lattice, as far as bytes can tell."""
    picture = without_lattice(torch.from_numpy(pixels.copy()).permute(2, 0, 1) / 255, place_px)
    return (picture.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()


def report(name: str, looks: Mapping[str, Mapping[str, float]], wanted: Mapping[str, Mapping[str, float]]) -> None:
    """Means over solids and mixes, the largest spikes, and how many recipes have tails like the photograph's."""
    for kind, recipes in (("solids", [r for r in looks if "_" not in r]), ("mixes", [r for r in looks if "_" in r])):
        if not recipes:
            continue
        means = {key: np.mean([looks[r][key] for r in recipes]) for key in next(iter(looks.values()))}
        spikes = {key: np.max([looks[r][key] for r in recipes]) for key in means if key.startswith("lattice")}
        near = {key: np.mean([is_near(key, looks[r][key], wanted[r][key]) for r in recipes]) for key in TAILS}
        say(f"{name}, {len(recipes)} {kind}: {listed(means, '.2f')}")
        say(f"  largest {listed(spikes, '.1f')}")
        say(f"  within a factor of 2 of the photograph: {listed(near, '.0%')}")


def listed(numbers: Mapping[str, float], how: str) -> str:
    return ", ".join(f"{key} {value:{how}}" for key, value in numbers.items())


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def is_near(key: str, ours: float, theirs: float) -> bool:
    ours, theirs = (max(value, LEAST[key]) for value in (ours, theirs))
    return theirs / 2 <= ours <= theirs * 2


def print_table(looks: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    for recipe in looks["photographs"]:
        for name, every in looks.items():
            if recipe in every:
                row = " ".join(f"{key}={value:.2f}" for key, value in every[recipe].items())
                say(f"{recipe:45s} {name:12s} {row}")


if __name__ == "__main__":
    main()
