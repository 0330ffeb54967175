"""How often the colours of a picture are found without being named: on renders, and on a folder of photographs.

    python benchmarks/identify_accuracy.py renders --n 300
    python benchmarks/identify_accuracy.py photographs FOLDER

Renders are of 1 to 5 of the 29 colours in any whole percents, in each light, wet and dry, pressed and cut, 512 px; no
seed of theirs was used to count the tables of looks. A folder holds pictures and `captions.csv`, as for
`measure_accuracy.py`.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from plitka.core.colour.palette import default_palette
from plitka.core.dataset.photographs import read_photographs
from plitka.core.generation import Request
from plitka.core.measure.identification import Identification, identify
from plitka.core.recipes.recipe import Part, Recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.renderer import lay_layer, paint_layer

FIRST_SEED = 8_200_000
SIZE_PX = 512
LARGE = 5.0
"""Percent; a colour of as much must not be missed."""
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found on a picture whose percents are known."""

    title: str
    true: Mapping[str, float]
    found: Identification
    seconds: float

    @property
    def percents(self) -> Mapping[str, float]:
        """By code, as found."""
        return self.found.measurement.percents

    @property
    def is_right(self) -> bool:
        """Whether the set is."""
        return set(self.percents) == set(self.true)

    @property
    def is_right_in_doubt(self) -> bool:
        """Whether it is once some of the doubtful colours are their alternatives."""
        instead = {doubt.colour.code: doubt.instead.code for doubt in self.found.doubts}
        options = [{code, instead.get(code, code)} for code in self.percents]
        return any(set(chosen) == set(self.true) for chosen in product(*options))

    @property
    def misses(self) -> bool:
        """Whether a large colour is missed."""
        return any(percent >= LARGE and code not in self.percents for code, percent in self.true.items())

    @property
    def error(self) -> float:
        """Mean error of the shares, in points."""
        return float(np.mean([abs(self.percents[code] - percent) for code, percent in self.true.items()]))

    def __str__(self) -> str:
        true, found = (" ".join(f"{c} {p:.0f}" for c, p in sorted(each.items())) for each in (self.true, self.percents))
        doubts = " ".join(f"{doubt.colour.code}?{doubt.instead.code}" for doubt in self.found.doubts)
        return f"{self.title}: {true} | {found} | {doubts}"


def main() -> None:
    """Read the command line and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    renders = kinds.add_parser("renders")
    renders.add_argument("--n", type=int, default=300)
    renders.add_argument("--first-seed", type=int, default=FIRST_SEED)
    renders.set_defaults(run=lambda asked: report([try_one(*each) for each in on_renders(asked.n, asked.first_seed)]))
    photographs = kinds.add_parser("photographs")
    photographs.add_argument("folder", type=Path)
    photographs.set_defaults(run=lambda asked: report([try_one(*each) for each in on_photographs(asked.folder)]))
    asked = parser.parse_args()
    asked.run(asked)


def on_renders(n: int, first_seed: int) -> Iterator[tuple[str, Pixels, Mapping[str, float]]]:
    """As many pictures of each look, on one layer of granules for each."""
    looks = list(product(Lighting, (False, True), Surface))
    size = Size(width_px=SIZE_PX, height_px=SIZE_PX)
    for number, (light, wet, surface) in enumerate(looks):
        layer = None
        for index in range(number, n, len(looks)):
            recipe = draw_recipe(np.random.default_rng(first_seed + index))
            scene = Scene(zones=(Zone(recipe),), size=size, light=light, wet=wet, surface=surface)
            spec = MapSpec.of(RenderEngine().complete(Request(scene=scene, seed=first_seed + number)))
            layer = layer or lay_layer(spec, whole_tile=False)
            picture = paint_layer(layer, scene, first_seed + index, whole_tile=False)
            shares = {code: 100 * share for code, share in zip(recipe.percents, picture.zone_shares[0], strict=True)}
            yield f"{light.value} {'wet' if wet else 'dry'} {surface.value}", picture.pixels, shares


def draw_recipe(rng: np.random.Generator) -> Recipe:
    """1 to 5 of the 29 colours in any shares."""
    catalogue = default_palette().catalogue
    colours = [catalogue[index] for index in rng.choice(len(catalogue), rng.integers(1, 6), replace=False)]
    percents = 1 + np.floor(rng.dirichlet(np.full(len(colours), 1.5)) * (100 - len(colours)))
    percents[0] += 100 - percents.sum()
    return Recipe(tuple(Part(colour, Decimal(int(part))) for colour, part in zip(colours, percents, strict=True)))


def on_photographs(folder: Path) -> Iterator[tuple[str, Pixels, Mapping[str, float]]]:
    """Those of a folder, with what their captions say."""
    for recipe, pixels in read_photographs(folder):
        yield "photograph", pixels, {code: float(percent) for code, percent in recipe.percents.items()}


def try_one(title: str, pixels: Pixels, true: Mapping[str, float]) -> Trial:
    """Find the colours of one picture."""
    began = perf_counter()
    found = identify(pixels, default_palette().catalogue)
    return Trial(title, true, found, perf_counter() - began)


def report(trials: Sequence[Trial]) -> None:
    """Print those that are wrong, then what is promised."""
    for trial in trials:
        if not trial.is_right:
            say(str(trial))
    right = [trial for trial in trials if trial.is_right]
    say(f"{len(trials)} pictures, {np.mean([trial.seconds for trial in trials]):.2f} s each")
    say(f"the right set on {_percent(trials, [trial.is_right for trial in trials])}")
    say(f"with the alternatives that were named on {_percent(trials, [trial.is_right_in_doubt for trial in trials])}")
    say(f"no colour of {LARGE:g} % or more missed on {_percent(trials, [not trial.misses for trial in trials])}")
    say(f"a doubt named on {_percent(trials, [bool(trial.found.doubts) for trial in trials])}")
    errors = [trial.error for trial in right]
    say(f"mean error of shares where the set is right {np.mean(errors):.2f} points, largest {np.max(errors):.1f}")


def _percent(trials: Sequence[Trial], good: Sequence[bool]) -> str:
    return f"{sum(good)} ({100 * sum(good) / len(trials):.1f} %)"


def say(line: str) -> None:
    """One line to standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
