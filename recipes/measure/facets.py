"""Count how lit facets of each colour look on renders, and how brightly points are lit: `plitka.core.measure.facets`.

    python recipes/measure/facets.py src/plitka/core/measure/data/facets.npz

Mixes of 1 to 5 colours of the catalogue in any shares, on granules of any size under any light. Takes two minutes.
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scenes import CATALOGUE, POINT_PX, draw_layer, point_shares, shrink_to_points

from plitka.core.colour.arrays import decode_srgb8, encode_srgb8, linear_to_lab, lit_colours
from plitka.core.measure.brightness import N_BINS, bins_of
from plitka.core.measure.facets import Facets
from plitka.core.measure.shading_curve import residuals_of
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.finishes import load_finishes
from plitka.core.tile.painting import paint_dealt
from plitka.core.tile.renderer import LitLayer

SIZE_PX, N_LAYERS, N_MIXES, FIRST_SEED = 288, 24, 24, 70_000
LIT_FROM, LIT_TO = 0.6, 0.95
"""Lit facets lie between these quantiles of a colour's brightness."""
WHOLE, LEAST_POINTS = 0.95, 200
"""Share of a point that one colour covers, and the number of such points, from which its facets are looked at."""
LIT = lit_colours(CATALOGUE)

Points = tuple[list[int], npt.NDArray[np.float32], npt.NDArray[np.float32]]
"""Which colours, (h, w, 3) linear light and (h, w, n) true shares."""


def main() -> None:
    """Write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    pictures = [
        draw_points(layer, np.random.default_rng([FIRST_SEED, index, mix]))
        for index in range(N_LAYERS)
        for layer in [draw_layer(FIRST_SEED + index, SIZE_PX)]
        for mix in range(N_MIXES)
    ]
    levels = encode_srgb8(LIT).astype(np.float32)
    facets = Facets(levels, count_lifts(pictures), np.zeros(N_BINS, np.float32))
    histogram = count_brightness(pictures, facets)
    np.savez_compressed(asked.file, levels=levels, log_lift=facets.log_lift, histogram=histogram)


def draw_points(layer: LitLayer, rng: np.random.Generator) -> Points:
    """One render."""
    chosen = rng.choice(len(CATALOGUE), rng.integers(1, 6), replace=False).tolist()
    shares, lit, finishes = rng.dirichlet(np.full(len(chosen), 1.5)).tolist(), LIT[chosen], load_finishes()
    rows = finishes.mixed(finishes.of([CATALOGUE[index] for index in chosen]), shares, lit)
    dealt = deal_colours(layer.geometry.areas, shares, rng)
    pixels = paint_dealt(layer, lit, rows, dealt, finishes.camera(rows, shares), rng)[0]
    cells = POINT_PX * layer.geometry.config.oversample
    true = point_shares(dealt[layer.geometry.ids], len(chosen), cells)
    return chosen, shrink_to_points(decode_srgb8(pixels)), true


def count_lifts(pictures: list[Points]) -> npt.NDArray[np.float32]:
    """(n_colours, 3) mean over pictures of the log lift of each colour's lit facets."""
    lifts: list[list[npt.NDArray[np.float64]]] = [[] for _ in CATALOGUE]
    for chosen, points, true in pictures:
        brightness = residuals_of(linear_to_lab(points), LIT[chosen]).brightness
        for place, colour in enumerate(chosen):
            whole = true[..., place] > WHOLE
            if np.count_nonzero(whole) < LEAST_POINTS:
                continue
            level = brightness[..., place][whole]
            lowest, highest = np.quantile(level, (LIT_FROM, LIT_TO))
            lit = points[whole][(level >= lowest) & (level <= highest)]
            lifts[colour].append(np.log(np.maximum(lit, 1e-3)).mean(0) - np.log(LIT[colour]))
    return np.array([np.mean(each, 0) for each in lifts], np.float32)


def count_brightness(pictures: list[Points], facets: Facets) -> npt.NDArray[np.float32]:
    """(52,) share of points by their brightness, were they of their true colour; every picture counts alike."""
    counts = np.zeros(N_BINS)
    for chosen, points, true in pictures:
        bins = bins_of(residuals_of(linear_to_lab(points), facets.lift(LIT[chosen])).brightness)
        of_picture = np.bincount(bins.ravel(), true.ravel(), N_BINS)
        counts += of_picture / of_picture.sum()
    return (counts / counts.sum()).astype(np.float32)


if __name__ == "__main__":
    main()
