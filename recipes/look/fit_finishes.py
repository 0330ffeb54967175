"""Finds the finish of each photographed colour, and of mixes, by random steps towards the photographs' figures.

The photographs are measured and not kept: what is written is a handful of numbers for each colour.
"""

import argparse
import math
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from beds import lay_lit_beds
from finishes import MIX, Finishes, fields_of, paint_of, seen_areas
from laying import OVERSAMPLE, BedConfig
from painting import Finish, paint
from photographs import inner_photographs

from plitka.core.colour.arrays import decode_srgb8
from plitka.core.judge.close_look import figures, look_closely
from plitka.core.judge.evaluation import photographed_recipes
from plitka.core.judge.realism import Statistics, image_statistics, load_references, measure_distances
from plitka.core.recipes.recipe import Recipe

RANGES: Mapping[str, tuple[float, float]] = {
    "coat": (0.005, 1.2),
    "coat_spread": (0.3, 1.6),
    "crumple": (0.0, 1.0),
    "tone": (0.02, 0.14),
    "mottle": (0.01, 0.10),
    "lamp": (0.15, 1.0),
    "sky": (0.2, 0.9),
    "occlusion": (0.8, 3.0),
    "veil": (0.001, 0.03),
    "toe": (0.0, 0.02),
    "gamma": (0.85, 1.5),
    "gloss": (0.02, 1.2),
    "lens_px": (0.2, 0.8),
    "sharpen": (0.0, 1.0),
    "noise": (0.001, 0.03),
}
STEP = 0.22
"""Of a range's width, where a search begins; it ends at a sixth of that."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--only", nargs="*", help="codes, or mix")
    asked = parser.parse_args()
    recipes = {"_".join(sorted(f"{c}{p:g}" for c, p in r.percents.items())): r for r in known_recipes()}
    targets = {name: Target.of(pixels) for name, pixels in inner_photographs(asked.photos)}
    solids = {recipe.colours[0].code: [name] for name, recipe in recipes.items() if len(recipe.parts) == 1}
    mixes = {MIX: [name for name, recipe in recipes.items() if len(recipe.parts) > 1]}
    search, finishes = Search(), Finishes.load()
    for code, kind in (solids | mixes).items():
        if asked.only and code not in asked.only:
            continue
        pairs = [(recipes[name], targets[name]) for name in kind]
        found, loss = search.run(finishes, code, pairs, asked.steps)
        finishes.by_code[code] = found
        finishes.save()
        sys.stdout.write(f"{code} {loss:.2f} {found[0]}\n")


def known_recipes() -> Sequence[Recipe]:
    return photographed_recipes(load_references())


@dataclass(frozen=True, slots=True)
class Target:
    """What is measured of a photograph."""

    statistics: Statistics
    figures: Mapping[str, float]
    mean: np.ndarray
    """(3,), linear."""

    @classmethod
    def of(cls, pixels: np.ndarray) -> "Target":
        mean = decode_srgb8(pixels).mean((0, 1))
        return cls(image_statistics(pixels), figures(look_closely(pixels)), mean)

    def distance(self, other: "Target") -> float:
        """0 is the same; a photograph's other half is at about 2."""
        apart = measure_distances(other.statistics, self.statistics)
        levels = [weight * level for weight, level in zip((1, 1, 1, 0.5), apart.levels, strict=True)]
        tails = sum(abs(math.log((other.figures[key] + 0.2) / (self.figures[key] + 0.2))) for key in ("gaps", "glints"))
        fine = abs(math.log((other.figures["chroma"] + 0.3) / (self.figures["chroma"] + 0.3)))
        edge = abs(other.figures["edge_px"] - self.figures["edge_px"])
        return apart.lightness / 2 + apart.spectrum / 1.5 + sum(levels) / 2 + 0.4 * tails + 0.4 * fine + edge


class Search:
    """Random steps of a finish on one lit bed."""

    def __init__(self, seed: int = 3) -> None:
        torch.manual_seed(seed)
        self.rng = random.Random(seed)
        self.beds, self.light = lay_lit_beds(1, BedConfig(n_cells=768), seed, torch.device("cpu"))
        self.areas = seen_areas(self.beds.ids, self.beds.n_fallen)[0]

    def run(
        self, finishes: Finishes, code: str, pairs: Sequence[tuple[Recipe, Target]], n_steps: int
    ) -> tuple[tuple[Finish, tuple[float, float, float]], float]:
        best = finishes.of(code)
        best, loss = self.judged(finishes, code, best, pairs)
        for step in range(n_steps):
            finish = self.moved(best[0], code, STEP * (1 - 5 / 6 * step / n_steps))
            tried, its_loss = self.judged(finishes, code, (finish, best[1]), pairs)
            if its_loss < loss:
                best, loss = tried, its_loss
        return best, loss

    def moved(self, finish: Finish, code: str, step: float) -> Finish:
        chosen = self.rng.sample(sorted(fields_of(code)), 4)
        moved = {}
        for name in chosen:
            low, high = RANGES[name]
            moved[name] = min(high, max(low, getattr(finish, name) + step * (high - low) * self.rng.gauss(0, 1)))
        return replace(finish, **moved)

    def judged(
        self,
        finishes: Finishes,
        code: str,
        given: tuple[Finish, tuple[float, float, float]],
        pairs: Sequence[tuple[Recipe, Target]],
    ) -> tuple[tuple[Finish, tuple[float, float, float]], float]:
        """The mean distance from the photographs, once the exposure of a solid is settled."""
        if code == MIX:
            pairs = pairs[:: max(1, len(pairs) // 4)]
        finish, exposure = given
        with_it = Finishes(finishes.by_code | {code: (finish, exposure)})
        if code != MIX:
            ((recipe, target),) = pairs
            ratio = target.mean / np.maximum(decode_srgb8(self.picture(with_it, recipe)).mean((0, 1)), 1e-4)
            exposure = tuple(float(e * min(2.0, max(0.5, r))) for e, r in zip(exposure, ratio, strict=True))
            with_it = Finishes(finishes.by_code | {code: (finish, exposure)})
        losses = [target.distance(Target.of(self.picture(with_it, recipe))) for recipe, target in pairs]
        return (finish, exposure), float(np.mean(losses))

    def picture(self, finishes: Finishes, recipe: Recipe) -> np.ndarray:
        torch.manual_seed(0)
        made_of, camera = paint_of(recipe, self.areas, finishes), finishes.camera(recipe)
        painted = paint(self.beds.ids, self.light, made_of, camera, OVERSAMPLE)
        return (painted[0].permute(1, 2, 0) * 255).round().byte().numpy()


if __name__ == "__main__":
    main()
