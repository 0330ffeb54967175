"""How far `measure` is from the truth: on renders, whose shares are exact, and on a folder of photographs.

    python benchmarks/measure_accuracy.py renders --n 300 [--laid]
    python benchmarks/measure_accuracy.py near
    python benchmarks/measure_accuracy.py zones
    python benchmarks/measure_accuracy.py looks
    python benchmarks/measure_accuracy.py speed
    python benchmarks/measure_accuracy.py photographs FOLDER

With --laid, and in the second part of each row of near and zones, the measure is told what was laid, of which 5 % of
the chips are untrue; in the third of near, it has a swatch: as much of each colour on other granules. A folder holds
pictures and `captions.csv` with the columns file and caption, "60% red, 40% blue".
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import numpy.typing as npt

from plitka.core.colour.palette import Colour, default_palette
from plitka.core.dataset.photographs import read_photographs
from plitka.core.generation import Request, Swatch
from plitka.core.measure.identification import measure_named
from plitka.core.measure.shares import Measurement, measure, zone_laid
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Part, Recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.dealing import Chips, deal_colours
from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.masks import label_masks
from plitka.core.tile.renderer import LitLayer, paint_layer, recolour
from plitka.core.tile.shading import LightMaps, compute_light
from plitka.core.tile.surfaces import finished
from plitka.core.tile.zones import ZonedChips, asked_shares

FIRST_SEED = 9_000_000
"""Far from the seeds of `recipes/measure`, which trains the network."""
N_LAYERS = 50
NEAR = (
    *(("gray", "dark gray"), ("gray", "light gray"), ("blue", "dark blue"), ("black", "dark gray")),
    *(("khaki", "beige"), ("white", "pearl"), ("sand", "beige"), ("lilac", "violet")),
)
NEAR_PERCENTS = (95, 80, 50, 20, 5)
ZONED = (
    ("60% red, 40% black", ("border:8%", "50% blue, 50% white")),
    ("60% red, 40% black", ("text:СТ", "70% white, 30% yellow")),
    ("60% red, 40% black", ("checker:4", "30% blue, 70% white")),
    ("60% gray, 40% dark gray", ("stripes:3", "30% light gray, 70% gray")),
    ("80% green, 20% yellow", ("circle", "100% white"), ("text:A", "50% red, 50% black")),
)
"""The recipe of the ground, then masks with theirs."""
UNTRUE = 0.05
LOOKED_AT = (
    *("80% black, 20% white", "50% black, 50% white", "60% red, 40% black", "60% red, 30% black, 10% white"),
    *("40% dark green, 30% black, 30% yellow", "80% khaki, 20% beige", "50% gray, 50% dark gray"),
    "70% blue, 30% dark blue",
)
TIMED = (
    *("100% red", "60% red, 40% black", "60% red, 30% black, 10% white"),
    "25% blue, 25% dark green, 25% red, 25% yellow",
)
N_TIMED = 5
"""Repetitions, of which the shortest counts."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One picture with its shares, and what was measured of it."""

    colours: tuple[Colour, ...]
    percents: tuple[float, ...]
    found: Measurement
    seconds: float

    @property
    def errors(self) -> npt.NDArray[np.float64]:
        """(n,) points by which each share is off."""
        found = [self.found.percents[colour.code] for colour in self.colours]
        return np.abs(np.array(found) - np.array(self.percents))

    def __str__(self) -> str:
        shares = zip(self.colours, self.percents, self.found.percents.values(), strict=True)
        listed = ", ".join(f"{colour.code} {true:.1f} {found:.1f}" for colour, true, found in shares)
        return f"{listed}; uncertainty {self.found.uncertainty:.1f}, off palette {self.found.off_palette:.1f}"


def main() -> None:
    """Read the command line and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    renders = kinds.add_parser("renders")
    renders.add_argument("--n", type=int, default=300)
    renders.add_argument("--size-px", type=int, default=512)
    renders.add_argument("--verbose", action="store_true")
    renders.add_argument("--laid", action="store_true")
    renders.set_defaults(run=lambda asked: report(list(on_renders(asked.n, asked.size_px, asked.verbose, asked.laid))))
    near = kinds.add_parser("near")
    near.add_argument("--size-px", type=int, default=512)
    near.add_argument("--untrue", type=float, default=UNTRUE)
    near.set_defaults(run=lambda asked: report_near(asked.size_px, asked.untrue))
    zones = kinds.add_parser("zones")
    zones.add_argument("--size-px", type=int, default=512)
    zones.add_argument("--untrue", type=float, default=UNTRUE)
    zones.set_defaults(run=lambda asked: report_zones(asked.size_px, asked.untrue))
    looks = kinds.add_parser("looks")
    looks.add_argument("--size-px", type=int, default=512)
    looks.set_defaults(run=lambda asked: report_looks(asked.size_px))
    speed = kinds.add_parser("speed")
    speed.add_argument("--size-px", type=int, default=1024)
    speed.set_defaults(run=lambda asked: report_speed(asked.size_px))
    photographs = kinds.add_parser("photographs")
    photographs.add_argument("folder", type=Path)
    photographs.set_defaults(run=lambda asked: report_photographs(asked.folder))
    asked = parser.parse_args()
    asked.run(asked)


def on_renders(n: int, size_px: int, verbose: bool, laid: bool) -> Iterator[Trial]:
    """Trials of recipes drawn at random, on layers drawn at random."""
    for layer in range(N_LAYERS):
        geometry, light, config = lay(FIRST_SEED + layer, size_px)
        for index in range(layer, n, N_LAYERS):
            recipe = draw_recipe(np.random.default_rng(FIRST_SEED - 1 - index))
            picture = recolour(geometry, light, recipe, config, FIRST_SEED + index)
            told = tell(geometry, recipe, FIRST_SEED + index, UNTRUE) if laid else None
            trial = time_measure(picture.pixels, recipe.colours, tuple(100 * share for share in picture.shares), told)
            if verbose:
                say(f"{trial.errors.mean():5.2f} {trial}")
            yield trial


def lay(seed: int, size_px: int) -> tuple[Geometry, LightMaps, LightConfig]:
    """A layer with granules of 0.7 to 1.5 times the usual size, under any light, a tenth of other surfaces."""
    u = np.random.default_rng(seed).uniform
    scale = float(np.exp(u(np.log(0.7), np.log(1.5))))
    drawn, others = u(), [surface for surface in Surface if surface is not Surface.PRESSED]
    surface = others[int(10 * drawn * len(others))] if drawn < 0.1 else Surface.PRESSED
    granules = GranuleConfig(size_px=size_px, field_mm=size_px / 7 / scale, press=u(0.28, 0.45), surface=surface)
    light = LightConfig(
        azimuth_deg=u(0, 360), elevation_deg=u(38, 68), softness_deg=u(5, 32), lamp=u(0.42, 0.7), sky=u(0.4, 0.58),
        sheen=u(0.02, 0.2), warmth=u(-1, 1), wetness=max(0.0, u(-1.5, 0.5)),
    )  # fmt: skip
    geometry, config = lay_granules(granules, seed), finished(light, surface)
    return geometry, compute_light(geometry, config), config


def draw_recipe(rng: np.random.Generator) -> Recipe:
    """1 to 8 of the 29 colours in any shares."""
    catalogue = default_palette().catalogue
    colours = [catalogue[index] for index in rng.choice(len(catalogue), rng.integers(1, 9), replace=False)]
    percents = 1 + np.floor(rng.dirichlet(np.full(len(colours), 1.5)) * (100 - len(colours)))
    percents[0] += 100 - percents.sum()
    parts = zip(colours, percents, strict=True)
    return Recipe(tuple(Part(colour, Decimal(int(percent))) for colour, percent in parts))


def tell(geometry: Geometry, recipe: Recipe, seed: int, untrue: float) -> npt.NDArray[np.int64]:
    """(H, W) index of the colour that is said to be laid at each pixel of `recolour`'s picture of a seed."""
    dealt = deal_colours(geometry.areas, recipe.shares, np.random.default_rng([seed, 1]))
    return at_pixels(geometry, falsify(dealt, len(recipe.parts), seed, untrue))


def falsify(dealt: npt.NDArray[np.int32], n_colours: int, seed: int, untrue: float) -> npt.NDArray[np.int64]:
    """The colours of chips, some of which are any colour instead."""
    rng = np.random.default_rng([seed, 2])
    return np.where(rng.random(dealt.size) < untrue, rng.integers(n_colours, size=dealt.size), dealt)


def at_pixels(geometry: Geometry, of_chips: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(H, W) what is known of the chip at each pixel."""
    oversample = geometry.config.oversample
    return of_chips[geometry.ids[::oversample, ::oversample]]


def report_zones(size_px: int, untrue: float) -> None:
    """Print by how many points each share of each zone is off, blind and told what was laid."""
    geometry = lay_granules(GranuleConfig(size_px=size_px, field_mm=size_px / 7), FIRST_SEED)
    layer = LitLayer(geometry, compute_light(geometry, LightConfig()), LightConfig())
    largest = []
    say("zone, part of the tile: blind | told what was laid")
    for ground, *masked in ZONED:
        zones = [(None, ground), *masked]
        scene = Scene(zones=tuple(Zone(parse_recipe(text).recipe, mask) for mask, text in zones))
        picture, laid = paint_layer(layer, scene, FIRST_SEED), tell_zones(geometry, scene, FIRST_SEED, untrue)
        for number, zone in enumerate(scene.zones):
            colours, where = zone.recipe.colours, picture.zone_index == number
            own_laid = zone_laid(laid, scene.colours, colours)
            found = (
                measure(picture.pixels, colours, where=where),
                measure(picture.pixels, colours, laid=own_laid, where=where),
            )
            true = 100 * np.array(picture.zone_shares[number])
            errors = [np.array(list(one.percents.values())) - true for one in found]
            largest.append([np.abs(error).max() for error in errors])
            listed = " | ".join(" ".join(f"{error:+5.2f}" for error in each) for each in errors)
            say(f"{zone.mask or 'ground'} {zones[number][1]}, {100 * where.mean():.0f} %: {listed}")
    say("mean of the largest errors " + " | ".join(f"{way:.2f}" for way in np.mean(largest, axis=0)))


def tell_zones(geometry: Geometry, scene: Scene, seed: int, untrue: float) -> npt.NDArray[np.int64]:
    """(H, W) index of the scene's colour that is said to be laid at each pixel of `paint_layer`'s picture of a seed."""
    n_cells = geometry.config.n_cells
    labels = label_masks([zone.mask for zone in scene.zones if zone.mask], n_cells, n_cells)
    chips = Chips(geometry.areas, geometry.coarseness, geometry.radius_mm)
    zoned = ZonedChips.of(scene, chips, geometry.ids, labels)
    dealt = zoned.deal(asked_shares(scene), np.random.default_rng([seed, 1]))
    told = np.zeros(dealt.size, np.int64)
    for number, zone in enumerate(scene.zones):
        own, places = zoned.zone_of_chip == number, [scene.colours.index(colour) for colour in zone.recipe.colours]
        of_zone = np.searchsorted(np.sort(places), dealt[own])
        told[own] = np.sort(places)[falsify(of_zone, len(places), seed + number, untrue)]
    return at_pixels(geometry, told)


def report_near(size_px: int, untrue: float) -> None:
    """Print by how many points the first colour's share is off in pictures of two near ones, in three ways."""
    granules = GranuleConfig(size_px=size_px, field_mm=size_px / 7)
    geometry, other = (lay_granules(granules, FIRST_SEED + index) for index in range(2))
    light, other_light = (compute_light(each, LightConfig()) for each in (geometry, other))
    errors = []
    say(f"first colour at {NEAR_PERCENTS} %, blind | told what was laid | with a swatch")
    for pair in NEAR:
        row = []
        even = parse_recipe(f"50% {pair[0]}, 50% {pair[1]}").recipe
        pixels = recolour(other, other_light, even, LightConfig(), FIRST_SEED).pixels
        swatch = Swatch(pixels, tell(other, even, FIRST_SEED, 0.0).astype(np.uint8))
        for percent in NEAR_PERCENTS:
            recipe = parse_recipe(f"{percent}% {pair[0]}, {100 - percent}% {pair[1]}").recipe
            picture = recolour(geometry, light, recipe, LightConfig(), FIRST_SEED + percent)
            told = tell(geometry, recipe, FIRST_SEED + percent, untrue)
            found = (
                measure_named(picture.pixels, recipe.colours),
                measure(picture.pixels, recipe.colours, laid=told),
                measure(picture.pixels, recipe.colours, swatch=swatch),
            )
            row.append([one.percents[recipe.colours[0].code] - 100 * picture.shares[0] for one in found])
            errors.append([*np.abs(row[-1]), found[1].uncertainty, found[2].uncertainty])
        parts = (" ".join(f"{error:+5.1f}" for error in part) for part in zip(*row, strict=True))
        say(f"{', rest '.join(pair):24} {' | '.join(parts)}")
    off, of_told, of_swatch = np.hsplit(np.array(errors), [3, 4])
    say("mean " + " | ".join(f"{way.mean():.2f}" for way in off.T))
    say("largest " + " | ".join(f"{way.max():.1f}" for way in off.T))
    for name, error, stated in (("told", off[:, 1:2], of_told), ("swatch", off[:, 2:], of_swatch)):
        say(f"{name}: uncertainty covers {100 * (error <= stated).mean():.0f} %; median {np.median(stated):.2f} points")


def report_looks(size_px: int) -> None:
    """Print by how many points renders are off, told what was laid, over every light and surface, dry and wet."""
    engine, size = RenderEngine(), Size(width_px=size_px, height_px=size_px)
    for text, is_wet in product(LOOKED_AT, (False, True)):
        errors = []
        for light, surface in product(Lighting, Surface):
            scene = Scene(zones=(Zone(parse_recipe(text).recipe),), surface=surface, light=light, wet=is_wet, size=size)
            result, _ = engine.render(engine.complete(Request(scene=scene, seed=5)))
            errors += [zone.measure_error for zone in result.zones if zone.measure_error is not None]
        say(f"{text}, {'wet' if is_wet else 'dry'}: mean {np.mean(errors):.1f}, largest {max(errors):.1f}")


def report_speed(size_px: int) -> None:
    """Print how long pictures of a number of colours take to measure, blind and told what was laid."""
    geometry = lay_granules(GranuleConfig(size_px=size_px, field_mm=size_px / 7), FIRST_SEED)
    light = compute_light(geometry, LightConfig())
    for text in TIMED:
        recipe = parse_recipe(text).recipe
        pixels = recolour(geometry, light, recipe, LightConfig(), FIRST_SEED).pixels
        told = tell(geometry, recipe, FIRST_SEED, UNTRUE)
        taken = [min(_times(pixels, recipe, laid)) for laid in (None, told)]
        say(f"{text}: " + " | ".join(f"{wall:.2f} s, processor {cpu:.2f} s" for wall, cpu in taken))


def _times(
    pixels: npt.NDArray[np.uint8], recipe: Recipe, laid: npt.NDArray[np.int64] | None
) -> Iterator[tuple[float, float]]:
    """Wall and processor time of some repetitions."""
    for _ in range(N_TIMED):
        wall, cpu = perf_counter(), process_time()
        time_measure(pixels, recipe.colours, (), laid)
        yield perf_counter() - wall, process_time() - cpu


def time_measure(
    pixels: npt.NDArray[np.uint8],
    colours: tuple[Colour, ...],
    percents: tuple[float, ...],
    laid: npt.NDArray[np.int64] | None = None,
) -> Trial:
    """Measure one picture whose percents are known."""
    began = perf_counter()
    found = measure_named(pixels, colours) if laid is None else measure(pixels, colours, laid=laid)
    return Trial(colours, percents, found, perf_counter() - began)


def report(trials: Sequence[Trial]) -> None:
    """Print what is promised of the measure."""
    mean = np.array([trial.errors.mean() for trial in trials])
    largest = np.array([trial.errors.max() for trial in trials])
    stated = np.array([trial.found.uncertainty for trial in trials])
    say(f"{len(trials)} pictures, {np.mean([trial.seconds for trial in trials]):.2f} s each")
    say(f"mean error {mean.mean():.2f} points; of 95 in 100 recipes at most {np.quantile(mean, 0.95):.2f}")
    say(f"largest error of a recipe: mean {largest.mean():.2f}, 95 in 100 at most {np.quantile(largest, 0.95):.2f}")
    say(f"uncertainty covers {100 * (largest <= stated).mean():.0f} %; median {np.median(stated):.2f} points")
    say(f"off palette: mean {np.mean([trial.found.off_palette for trial in trials]):.2f} %")
    mixes = mean[[len(trial.colours) > 1 for trial in trials]]
    say(f"mixes only: mean error {mixes.mean():.2f}")


def report_photographs(folder: Path) -> None:
    """Print each photograph's trial, then all mixes together; captions are nominal."""
    trials = []
    for recipe, pixels in read_photographs(folder):
        if len(recipe.parts) > 1:
            percents = tuple(100 * share for share in recipe.shares)
            trials.append(time_measure(pixels, recipe.colours, percents))
            say(f"{trials[-1].errors.mean():5.2f} {trials[-1]}")
        else:
            report_solid(recipe.colours[0], pixels)
    report(trials)


def report_solid(colour: Colour, pixels: npt.NDArray[np.uint8]) -> None:
    """A tile of one colour: what is none of it, and what goes to the most similar colour, which is absent."""
    others = [other for other in default_palette().catalogue if other.code != colour.code]
    other = min(others, key=lambda other: np.linalg.norm(np.subtract(other.lab_d65, colour.lab_d65)))
    alone, both = measure(pixels, [colour]), measure_named(pixels, [colour, other])
    say(
        f"{colour.code}: off palette {alone.off_palette:.1f} %; {other.code}, absent, "
        f"{both.percents[other.code]:.1f} % with uncertainty {both.uncertainty:.1f}"
    )


def say(line: str) -> None:
    """One line to standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
