"""Finds the finish of each photographed colour, and the camera of mixes, on the renderer itself.

Random steps towards the photographs' figures, for each colour by itself. The photographs are measured and not kept:
what is written is a handful of numbers for each colour, in `src/plitka/core/tile/data/finishes.json`.
"""

import argparse
import json
import math
import random
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from photographs import inner_photographs

from plitka.core.colour.arrays import decode_srgb8, lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.colour.spaces import hex_to_srgb8
from plitka.core.judge.close_look import BRIGHT, CLIPPED, DARK, chroma_noise
from plitka.core.judge.evaluation import photographed_recipes
from plitka.core.judge.realism import Statistics, image_statistics, load_references, measure_distances
from plitka.core.recipes.recipe import Part, Recipe
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.finishes import CAMERA, FIELDS, GAINS, MATTER, MIX, MIXED_GAINS, Finishes
from plitka.core.tile.granules import USUAL_PX_PER_MM, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.painting import Illumination, draw_chips, make_chips, take_picture, vary_tones
from plitka.core.tile.renderer import LitLayer
from plitka.core.tile.shading import compute_light

TABLE = Path("src/plitka/core/tile/data/finishes.json")
RANGES: Mapping[str, tuple[float, float]] = {
    "coat": (0.005, 2.0),
    "coat_spread": (0.3, 1.6),
    "tone": (0.02, 0.14),
    "mottle": (0.005, 0.04),
    "lamp": (0.2, 0.6),
    "occlusion": (0.8, 4.0),
    "veil": (0.0005, 0.03),
    "toe": (0.0, 0.02),
    "gamma": (0.75, 1.5),
    "gloss": (0.02, 1.2),
    "lens_px": (0.2, 0.8),
    "sharpen": (0.0, 1.0),
    "noise": (0.003, 0.012),
    "hue_noise": (0.0005, 0.015),
}
LIT_FROM, LIT_TO = 0.65, 0.9
"""Lit facets lie between these quantiles of light."""
STEP = 0.22
"""Of a range's width, where a search begins; it ends at a sixth of that."""
FIXED_OF_SOLIDS = (*MATTER[GAINS], *MATTER[MIXED_GAINS], "gloss")
"""The gains follow from the colour of lit facets and of all, and the gloss of a solid is its coat; the gains in mixes
follow from lit facets there, see `settle_in_mixes`."""
SIDE_PX, SMALL_PX = 448, 224
"""Of the layer that is judged, and of the one on which gains are settled."""


LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
TAILS = {"gaps": (0.2, 0.5), "glints": (0.2, 0.5), "clipped": (0.1, 0.3), "chroma": (0.3, 0.6)}
"""What is added to each figure before its logarithm is taken, and how much that counts."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is measured of a photograph."""

    statistics: Statistics
    figures: Mapping[str, float]
    facets: np.ndarray
    """(3,) linear light of lit facets."""
    mean: np.ndarray
    """(3,), linear."""

    @classmethod
    def of(cls, pixels: np.ndarray) -> "Target":
        return cls(
            image_statistics(pixels),
            tails_of(pixels),
            lit_facets(decode_srgb8(pixels)),
            decode_srgb8(pixels).mean((0, 1)),
        )

    def distance(self, other: "Target") -> float:
        """0 is the same; a photograph's other half is at about 2."""
        apart = measure_distances(other.statistics, self.statistics)
        levels = [weight * level for weight, level in zip((1, 1, 1, 0.5), apart.levels, strict=True)]
        tails = sum(
            weight * abs(math.log((other.figures[key] + least) / (self.figures[key] + least)))
            for key, (least, weight) in TAILS.items()
        )
        return apart.lightness / 2 + apart.spectrum / 1.5 + sum(levels) / 2 + tails


def lit_facets(linear: np.ndarray) -> np.ndarray:
    """(3,) mean linear light of those points that are light but do not glint."""
    linear = linear.reshape(-1, 3)
    order = np.argsort(linear.mean(-1))
    return linear[order[int(LIT_FROM * len(order)) : int(LIT_TO * len(order))]].mean(0)


def tails_of(pixels: np.ndarray) -> dict[str, float]:
    """The figures of `plitka.core.judge.close_look` that are quickly taken."""
    luma = pixels @ LUMA
    return {
        "gaps": 100 * float((luma < DARK).mean()),
        "glints": 100 * float((luma > BRIGHT).mean()),
        "clipped": 100 * float((pixels >= CLIPPED).all(-1).mean()),
        "chroma": chroma_noise(pixels.astype(np.float32)),
    }


@dataclass(slots=True)
class Search:
    """Random steps of one finish on one layer."""

    table: dict[str, dict[str, Any]]
    layer: LitLayer
    small: LitLayer
    n_steps: int
    rng: random.Random = field(default_factory=lambda: random.Random(3))

    def run(self, pairs: Sequence[tuple[Recipe, Target]], code: str) -> tuple[str, dict[str, Any], float]:
        best, loss = self.settled(code, self.table[code], pairs)
        for step in range(self.n_steps):
            tried = self.moved(best, code, STEP * (1 - 5 / 6 * step / self.n_steps))
            tried, its_loss = self.settled(code, tried, pairs)
            if its_loss < loss:
                best, loss = tried, its_loss
        return code, best, loss

    def moved(self, row: dict[str, Any], code: str, step: float) -> dict[str, Any]:
        names = CAMERA if code == MIX else [name for name in FIELDS if name not in FIXED_OF_SOLIDS]
        moved = dict(row)
        for name in self.rng.sample(sorted(names), 4):
            low, high = RANGES[name]
            moved[name] = min(high, max(low, row[name] + step * (high - low) * self.rng.gauss(0, 1)))
        return moved

    def settled(
        self, code: str, row: dict[str, Any], pairs: Sequence[tuple[Recipe, Target]]
    ) -> tuple[dict[str, Any], float]:
        """The mean distance from the photographs, once the gains of a solid are settled."""
        if code != MIX:
            ((recipe, target),) = pairs
            seen = decode_srgb8(self.picture(code, row, recipe, self.small))
            ratio = np.sqrt(
                target.facets / np.maximum(lit_facets(seen), 1e-4) * target.mean / np.maximum(seen.mean((0, 1)), 1e-4)
            )
            ratio = np.clip(ratio, 0.5, 2.0).tolist()
            row = row | {name: row[name] * by for name, by in zip(("red", "green", "blue"), ratio, strict=True)}
        losses = [target.distance(Target.of(self.picture(code, row, recipe))) for recipe, target in pairs]
        return row, float(np.mean(losses))

    def picture(self, code: str, row: dict[str, Any], recipe: Recipe, layer: LitLayer | None = None) -> np.ndarray:
        finishes = Finishes.read(self.table | {code: row})
        return paint_with(finishes, layer or self.layer, recipe)


def paint_with(finishes: Finishes, layer: LitLayer, recipe: Recipe, seed: int = 0) -> np.ndarray:
    """(H, W, 3) a recipe in a table's finishes."""
    rng = np.random.default_rng(seed)
    rows = finishes.mixed(finishes.of(recipe.colours), recipe.shares, lit_colours(recipe.colours))
    dealt = deal_colours(layer.geometry.areas, recipe.shares, rng)
    drawn, camera = draw_chips(dealt.size, rng), finishes.camera(rows, recipe.shares)
    illumination = Illumination.of(layer.light_config, camera)
    albedo = vary_tones(lit_colours(recipe.colours)[dealt], rows[dealt], drawn)
    chips = make_chips(albedo, rows[dealt], drawn, illumination)
    return take_picture(layer.pixel_chips, layer.pixel_light, chips, illumination, camera)


def lit_layer(size_px: int, seed: int) -> LitLayer:
    geometry = lay_granules(GranuleConfig(size_px=size_px, field_mm=size_px / USUAL_PX_PER_MM), seed)
    return LitLayer(geometry, compute_light(geometry, LightConfig()), LightConfig())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", help="codes, or mix")
    asked = parser.parse_args()
    recipes = {"_".join(sorted(f"{c}{p:g}" for c, p in r.percents.items())): r for r in known_recipes()}
    targets = {name: Target.of(pixels) for name, pixels in inner_photographs(asked.photos)}
    table = json.loads(TABLE.read_text())
    search = Search(table, lit_layer(SIDE_PX, 3), lit_layer(SMALL_PX, 4), asked.steps)
    solids = [(r.colours[0].code, [(r, targets[name])]) for name, r in recipes.items() if len(r.parts) == 1]
    mixes = [(recipe, targets[name]) for name, recipe in recipes.items() if len(recipe.parts) > 1]
    with ProcessPoolExecutor(asked.jobs) as pool:
        chosen = [(pairs, code) for code, pairs in solids if not asked.only or code in asked.only]
        for code, row, loss in pool.map(partial(_run, search), chosen):
            keep(table, code, row, loss)
    settle_in_mixes(search, targets)
    if not asked.only or MIX in asked.only:
        keep(table, *replace(search, table=table).run(mixes[::2], MIX))


def settle_in_mixes(search: Search, targets: Mapping[str, Target]) -> None:
    """In mixes the lit facets of a colour are as they are alone, or as they were in photographs of mixes."""
    palette = {colour.code: colour for colour in default_palette().catalogue}
    for code in (code for code in search.table if code != MIX):
        colour = palette[code]
        own, partner = targets[f"{code}100"].facets, palette["BLACK" if code != "BLACK" else "WHITE"]
        if colour.batch_lit_hexes:
            own = decode_srgb8(np.array(hex_to_srgb8(colour.batch_lit_hexes[0]), np.uint8))
        recipe = Recipe((Part(colour, Decimal(50)), Part(partner, Decimal(50))))
        row = search.table[code]
        for _ in range(3):
            seen = decode_srgb8(search.picture(code, row, recipe))
            dealt = deal_colours(search.layer.geometry.areas, recipe.shares, np.random.default_rng(0))
            oversample = search.layer.geometry.config.oversample
            is_own = dealt[search.layer.geometry.ids[::oversample, ::oversample]] == 0
            ratio = np.clip(own / np.maximum(lit_facets(seen[is_own]), 1e-4), 0.5, 2.0)
            names = zip(MATTER[MIXED_GAINS], ratio.tolist(), strict=True)
            row = row | {name: min(1.6, max(0.25, row[name] * by)) for name, by in names}
        keep(search.table, code, row, 0.0)


def _run(search: Search, given: tuple[Sequence[tuple[Recipe, Target]], str]) -> tuple[str, dict[str, Any], float]:
    return search.run(*given)


def keep(table: dict[str, dict[str, Any]], code: str, row: dict[str, Any], loss: float) -> None:
    names = CAMERA if code == MIX else FIELDS
    lit = {} if code == MIX else {"lit": row["lit"]}
    table[code] = lit | {name: round(row[name], 4) for name in names}
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
    sys.stdout.write(f"{code} {loss:.2f} {table[code]}\n")
    sys.stdout.flush()


def known_recipes() -> Sequence[Recipe]:
    return photographed_recipes(load_references())


if __name__ == "__main__":
    main()
