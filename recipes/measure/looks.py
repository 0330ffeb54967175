"""Count how granules look in each light, on renders: the tables of `plitka.core.measure.looks`.

    python recipes/measure/looks.py src/plitka/core/measure/data/looks.npz

All is counted on mixes of 1 to 5 of the 29 colours, edges of chips included: beside other colours facets look otherwise
than alone. A grainy look is that of a dry scene with the grain of cameras and networks on its points. A look of
photographs is that of the studio, blurred, at four exposures; those of the file stay as they are unless `--photographs`
is given. Takes three minutes.
"""

import argparse
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import linear_to_lab, lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.generation import Request
from plitka.core.measure.facets import usual_facets
from plitka.core.measure.identification import find_even
from plitka.core.measure.looks import (
    BESIDE_EDGES,
    CHROMA_EDGES,
    LIGHT_EDGES,
    Look,
    class_of,
    lit_class,
    place_points,
)
from plitka.core.measure.points import cut_points
from plitka.core.recipes.recipe import Part, Recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.renderer import LitLayer, lay_layer, paint_layer

Array = npt.NDArray[np.floating]
SIZE_PX, N_POINTS, N_LAYERS, N_MIXES = 448, 3000, 2, 20
FIRST_SEED = 50_000
LIT_FROM, LIT_TO = 0.5, 0.8
"""Lit facets lie between these quantiles of luminance."""
WET_EXPONENT = 1.35
"""As `plitka.core.tile.lighting` has it."""
FLOOR, BESIDE_FLOOR, BESIDE_FALL = 0.002, 0.004, 8.0
"""Share of each table that is even, so that nothing is impossible; beside the curve it falls off, in Lab units."""
GRAIN = (0.5, 2.0)
"""Deviation of L*, a* and b* of a point: neutral colours of a network's pictures have one of 1.2 and more, those of
renders 0.1 to 0.4, so that black with grain would be likelier as the shade of a colour that varies more."""
PHOTOGRAPH_LOG_GAINS = (-0.3, -0.15, 0.0, 0.15)
LIGHT_BLUR, CHROMA_BLUR, BESIDE_BLUR = 2.5, 1.5, 5.0
"""Of photographs: deviations in bins, and in Lab units."""
COLOURS = default_palette().catalogue
LIT = lit_colours(COLOURS, "float64")


def main() -> None:
    """Write the looks to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--photographs", action="store_true", help="count those of photographs too, not only renders'")
    asked = parser.parse_args()
    scenes = list(product(Lighting, (False, True), Surface))
    looks = [count_look(*scene) for scene in scenes]
    looks += [count_look(light, wet=False, surface=face, is_grainy=True) for light, face in product(Lighting, Surface)]
    photographs = (
        blurred_looks(count_look(*scenes[0], is_photograph=True)) if asked.photographs else looks_of(asked.file)
    )
    n, all_looks = len(looks), looks + photographs
    np.savez_compressed(
        asked.file,
        gain=np.array([look.gain for look in all_looks], np.float32),
        exponent=np.array([look.exponent for look in all_looks], np.float32),
        veil=np.array([look.veil for look in all_looks], np.float32),
        light_table=np.array([look.light_table for look in looks], np.float16),
        beside_table=np.array([look.beside_table for look in looks], np.float16),
        photograph_light_table=photographs[0].light_table.astype(np.float16),
        photograph_beside_table=photographs[0].beside_table.astype(np.float16),
        table=np.array([*range(n), *[n] * len(photographs)], np.uint8),
        is_photograph=np.array([look.is_photograph for look in all_looks]),
    )


def looks_of(file: Path) -> list[Look]:
    """Those of photographs as they are: how far they are blurred was chosen on photographs, whatever renders become."""
    with np.load(file) as data:
        tables = data["photograph_light_table"], data["photograph_beside_table"]
        facets = zip(data["gain"], data["exponent"], data["veil"], data["is_photograph"], strict=True)
        return [
            Look(gain, float(power), veil, *tables, is_photograph=True)
            for gain, power, veil, is_own in facets
            if is_own
        ]


def blurred_looks(studio: Look) -> list[Look]:
    """Those of photographs, from the studio's."""
    tables = blur_light(studio.light_table), blur_beside(studio.beside_table)
    gains = (studio.gain + log_gain for log_gain in PHOTOGRAPH_LOG_GAINS)
    return [Look(gain, 1.0, studio.veil, *tables, is_photograph=True) for gain in gains]


def count_look(
    light: Lighting, wet: bool, surface: Surface, *, is_grainy: bool = False, is_photograph: bool = False
) -> Look:
    """One look from renders of it, with the tables of renders or those for photographs."""
    points = [
        render(draw_mix(seed), light, wet, surface, 1 + seed % N_LAYERS, seed) for seed in range(N_LAYERS * N_MIXES)
    ]
    linear, labels = (np.concatenate(part) for part in zip(*points, strict=True))
    exponent = WET_EXPONENT if wet else 1.0
    usual = LIT if is_photograph else usual_facets().lift(LIT)
    present = np.unique(labels)
    facets = np.array([lit_mean(linear[labels == index]) for index in present])
    gain, veil = fit_facets(facets, usual[present] ** exponent)
    lab = linear_to_lab(linear)
    if is_grainy:
        lab = with_grain(lab)
    unknown = Look(gain, exponent, veil, np.zeros(0), np.zeros(0), is_photograph=is_photograph)
    lit = unknown.lit(LIT)
    tables = count_tables(lab, labels, lit, lit_class(lit) if is_photograph else class_of(LIT))
    return Look(gain, exponent, veil, *tables, is_photograph=is_photograph)


def draw_mix(seed: int) -> Recipe:
    """1 to 5 of the 29 colours in any shares."""
    rng = np.random.default_rng([FIRST_SEED, seed])
    colours = [COLOURS[index] for index in rng.choice(len(COLOURS), rng.integers(1, 6), replace=False)]
    percents = 1 + np.floor(rng.dirichlet(np.full(len(colours), 1.5)) * (100 - len(colours)))
    percents[0] += 100 - percents.sum()
    return Recipe(tuple(Part(colour, Decimal(int(part))) for colour, part in zip(colours, percents, strict=True)))


@lru_cache(maxsize=N_LAYERS + 1)
def lay(spec: MapSpec) -> LitLayer:
    """A layer, kept for the next mixes on it."""
    return lay_layer(spec, whole_tile=False)


def render(
    recipe: Recipe, light: Lighting, wet: bool, surface: Surface, layer: int, seed: int
) -> tuple[Array, npt.NDArray[np.intp]]:
    """(k, 3) linear light of points at even places of a render, and (k,) which of the 29 colours was laid there."""
    size = Size(width_px=SIZE_PX, height_px=SIZE_PX)
    scene = Scene(zones=(Zone(recipe),), size=size, light=light, wet=wet, surface=surface)
    spec = MapSpec.of(RenderEngine().complete(Request(scene=scene, seed=FIRST_SEED + layer)))
    picture = paint_layer(lay(spec), scene, FIRST_SEED + seed, whole_tile=False)
    points = cut_points(picture.pixels, None, None, widest_px=SIZE_PX)
    rows, columns = np.nonzero(find_even(points.linear, points.inside))
    taken = np.random.default_rng(seed).choice(len(rows), N_POINTS, replace=False)
    at = rows[taken], columns[taken]
    index = np.array([COLOURS.index(colour) for colour in scene.colours])
    return points.linear[at], index[picture.laid[2 * at[0], 2 * at[1]]]


def lit_mean(linear: Array) -> Array:
    """(3,) mean of the lit points of one colour."""
    order = np.argsort(linear.mean(-1))
    return linear[order[int(LIT_FROM * len(order)) : int(LIT_TO * len(order))]].mean(0)


def fit_facets(facets: Array, deepened: Array) -> tuple[Array, Array]:
    """(3,) log gain and (3,) veil, by least squares of relative errors."""
    pairs = []
    for channel in range(3):
        weight = 1 / (facets[:, channel] + 0.02)
        matrix = np.stack([deepened[:, channel], np.ones(len(facets))], -1) * weight[:, None]
        pairs.append(np.linalg.lstsq(matrix, facets[:, channel] * weight, rcond=None)[0])
    gain, veil = np.array(pairs).T
    return np.log(gain), np.maximum(veil, 0)


def with_grain(lab: Array) -> Array:
    """(k, 3) CIE Lab of points, each of them off at random."""
    rng = np.random.default_rng(FIRST_SEED)
    return lab + rng.uniform(*GRAIN, (len(lab), 1)) * rng.normal(0, 1, lab.shape)


def count_tables(lab: Array, labels: npt.NDArray[np.intp], lit: Array, classes: Array) -> tuple[Array, Array]:
    """Both tables of a look, from points in CIE Lab whose colours are known."""
    places, own = place_points(lab, lit), np.arange(len(labels))
    of_class, n_classes = classes[labels], int(classes.max()) + 1
    light, chroma, beside = (part[own, labels] for part in (places.light, places.chroma, places.beside))
    n_light, n_chroma, n_beside = len(LIGHT_EDGES) - 1, len(CHROMA_EDGES) - 1, len(BESIDE_EDGES) - 1
    counts, far = np.zeros((n_classes, n_light, n_chroma)), np.zeros((n_classes, n_light, n_beside))
    np.add.at(counts, (of_class, light, chroma), 1)
    np.add.at(far, (of_class, light, beside), 1)
    return np.array(list(light_logs(smooth(smooth(counts, 1), 2)))), beside_logs(smooth(far, 1))


def light_logs(counts: Array) -> Iterator[Array]:
    """Log likelihoods of brightness and chroma; a class with few points is like all of them together."""
    of_all = counts.sum(0) / counts.sum()
    for own in counts:
        by_light = (own.sum(1) + 200 * of_all.sum(1)) / (own.sum() + 200)
        expected = of_all / np.maximum(of_all.sum(1, keepdims=True), 1e-9)
        by_chroma = (own + 20 * expected) / (own.sum(1, keepdims=True) + 20)
        joint = (1 - FLOOR) * by_light[:, None] * by_chroma + FLOOR / own.size
        yield np.log(joint / (2 * (CHROMA_EDGES[1] - CHROMA_EDGES[0])))


def beside_logs(counts: Array) -> Array:
    """Log likelihoods of the distance beside the curve, per Lab unit."""
    widths = np.diff(BESIDE_EDGES)
    tail = np.exp(-BESIDE_EDGES[:-1] / BESIDE_FALL) * widths
    of_all = counts.sum((0, 1)) + 1
    of_light = counts.sum(0) + 50 * of_all / of_all.sum()
    mixed = counts + 100 * of_light / of_light.sum(-1, keepdims=True)
    shares = (1 - BESIDE_FLOOR) * mixed / mixed.sum(-1, keepdims=True) + BESIDE_FLOOR * tail / tail.sum()
    return np.log(shares / widths / 2)


def smooth(counts: Array, axis: int, deviation: float | None = None) -> Array:
    """Counts under a binomial filter of three taps, or under a Gaussian."""
    taps = np.array([0.25, 0.5, 0.25])
    if deviation:
        reach = int(3 * deviation) + 1
        taps = np.exp(-((np.arange(-reach, reach + 1) / deviation) ** 2) / 2)
    reach, taps = len(taps) // 2, taps / taps.sum()
    return np.apply_along_axis(lambda line: np.convolve(np.pad(line, reach, mode="edge"), taps, "valid"), axis, counts)


def blur_light(table: Array) -> Array:
    """A table of brightness and chroma for photographs."""
    width = 2 * (CHROMA_EDGES[1] - CHROMA_EDGES[0])
    joint = smooth(smooth(np.exp(table) * width, 1, LIGHT_BLUR), 2, CHROMA_BLUR)
    return np.log(joint / joint.sum((1, 2), keepdims=True) / width + 1e-9)


def blur_beside(table: Array) -> Array:
    """A table of distances beside the curve for photographs."""
    widths, middles = np.diff(BESIDE_EDGES), (BESIDE_EDGES[:-1] + BESIDE_EDGES[1:]) / 2
    kernel = np.exp(-(((middles[:, None] - middles) / BESIDE_BLUR) ** 2) / 2) * widths
    shares = np.exp(table) * widths * 2 @ (kernel / kernel.sum(1, keepdims=True))
    return np.log(shares / shares.sum(-1, keepdims=True) / widths / 2 + 1e-9)


if __name__ == "__main__":
    main()
