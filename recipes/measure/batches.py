"""Measure batches of the catalogue's colours on photographs of mixes: `plitka.core.colour`'s table `photo_batches.csv`.

    python recipes/measure/batches.py FOLDER --out src/plitka/core/colour/data/photo_batches.csv
    python recipes/measure/batches.py FOLDER

The catalogue's colours are those of tiles of one colour. The mixes were made of other batches: a colour's is the
median, over the mixes that have it, of the lit ones among the points that are surely of it. Without --out the colours
of each picture are looked for with batches that were measured on the other pictures.
"""

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import encode_srgb8, lit_colours
from plitka.core.colour.palette import Colour, default_palette
from plitka.core.colour.spaces import srgb8_to_hex
from plitka.core.dataset.photographs import read_photographs
from plitka.core.measure.classifier import classify, compute_features
from plitka.core.measure.colour_model import fit_colours
from plitka.core.measure.identification import identify
from plitka.core.measure.points import cut_points
from plitka.core.recipes.recipe import Recipe

Array = npt.NDArray[np.floating]
Lit = Mapping[str, Array]
SURE, LEAST_POINTS = 0.9, 200
"""Probability of a point's colour, and how many such points are needed."""
LIT_FROM, LIT_TO = 0.6, 0.9
"""Lit facets lie between these quantiles of luminance."""
N_SAMPLES, WIDEST_PX = 5000, 1600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    photographs = list(read_photographs(asked.folder))
    measured = [measure_lit(recipe, pixels) if len(recipe.parts) > 1 else {} for recipe, pixels in photographs]
    if asked.out:
        with asked.out.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["code", "lit_facet_hex"])
            rows.writerows(sorted(median_batches(measured).items()))
        return
    n_right = 0
    for index, (recipe, pixels) in enumerate(photographs):
        batches = median_batches(measured[:index] + measured[index + 1 :])
        found = {colour.code for colour in identify(pixels, with_batches(batches)).colours}
        n_right += found == set(recipe.percents)
        if found != set(recipe.percents):
            sys.stdout.write(f"{' '.join(sorted(recipe.percents))} | {' '.join(sorted(found))}\n")
    sys.stdout.write(f"{len(photographs)} pictures, the right set on {n_right}\n")


def measure_lit(recipe: Recipe, pixels: npt.NDArray[np.uint8]) -> Lit:
    """(3,) linear light of the lit facets of each colour that enough points are surely of."""
    colours = sorted(recipe.colours, key=lambda colour: colour.code)
    points = cut_points(pixels, None, None, widest_px=WIDEST_PX)
    fit = fit_colours(points.draw(N_SAMPLES), lit_colours(colours, "float64"))
    chances = classify(compute_features(points.linear, fit), points.inside)
    lit = {}
    for index, colour in enumerate(colours):
        own = points.linear[points.inside & (chances[..., index] > SURE)]
        if len(own) >= LEAST_POINTS:
            low, high = np.quantile(own.mean(-1), (LIT_FROM, LIT_TO))
            lit[colour.code] = np.median(own[(own.mean(-1) >= low) & (own.mean(-1) <= high)], axis=0)
    return lit


def median_batches(measured: Sequence[Lit]) -> dict[str, str]:
    """The hex of each colour's median."""
    codes = {code for lit in measured for code in lit}
    medians = {code: np.median([lit[code] for lit in measured if code in lit], axis=0) for code in codes}
    return {code: srgb8_to_hex(tuple(encode_srgb8(median).tolist())) for code, median in medians.items()}


def with_batches(batches: Mapping[str, str]) -> list[Colour]:
    """The catalogue with these batches in place of its own."""
    return [
        replace(colour, batch_lit_hexes=(batches[colour.code],) if colour.code in batches else ())
        for colour in default_palette().catalogue
    ]


if __name__ == "__main__":
    main()
