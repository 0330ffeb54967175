"""What each part of `--quality fast` costs on a bundle: pixels, shares and realism beside the exact pictures.

    python benchmarks/fast_quality.py [--model mini] [--count 6] [--size 512] [--guidance 2] [--strength 0.2]
        [--device cuda --dtype float16]

The same recipes and seeds are painted each way, guided, one attempt, by the lean network, as a rule in float32; on a
processor eight bits are emulated, so nothing here tells how quick they are. mini is not guided as a rule: guidance is
asked for.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from plitka.model.loading import tune_process

tune_process()

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402

from plitka.core.generation import Defaults, Mode, Request  # noqa: E402
from plitka.core.judge.evaluation import photographed_recipes  # noqa: E402
from plitka.core.judge.realism import (  # noqa: E402
    Reference,
    compare,
    image_statistics,
    load_references,
    measure_distances,
    recipe_key,
)
from plitka.core.measure.shares import measure_shares  # noqa: E402
from plitka.core.painter import Canvas, Painted  # noqa: E402
from plitka.core.recipes.recipe import Recipe  # noqa: E402
from plitka.core.scene import Scene, Size  # noqa: E402
from plitka.core.tile.granule_map import GuideConfig, MapSpec, lay_map  # noqa: E402
from plitka.core.tile.layout import Layout  # noqa: E402
from plitka.core.watch import Unwatched  # noqa: E402
from plitka.model.assembly import Assembly, assemble  # noqa: E402
from plitka.model.bundle import find_bundle  # noqa: E402
from plitka.model.fast import FastUnet  # noqa: E402
from plitka.model.late_guidance import guided_early  # noqa: E402
from plitka.model.painter import DiffusionPainter  # noqa: E402
from plitka.model.recordings import Recordings  # noqa: E402
from plitka.model.unet import Network  # noqa: E402

Ways = dict[str, DiffusionPainter]


@dataclass(frozen=True, slots=True)
class Subject:
    """What one picture is made of."""

    recipe: Recipe
    reference: Reference
    canvas: Canvas
    laid: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Made:
    """A picture, and the percents that it shows."""

    pixels: npt.NDArray[np.uint8]
    shares: Mapping[str, float]


def ways(assembly: Assembly) -> Ways:
    """Painters over the same modules: exact, with each part of what is fast, and with both."""
    network = FastUnet(assembly, Recordings(assembly.placement.device), is_narrow=True)

    def narrow(way: Network) -> Network:
        return lambda conditions: way(replace(conditions, is_exact=False))

    networks: dict[str, Network] = {
        "exact": network,
        "guidance in half of the steps": partial(guided_early, network),
        "eight bits": narrow(network),
        "both": narrow(partial(guided_early, network)),
    }
    return {name: DiffusionPainter(assembly, network=one) for name, one in networks.items()}


def subjects(painter: DiffusionPainter, usual: Defaults, asked: argparse.Namespace) -> Iterator[Subject]:
    """The last photographed mixes, each over a map of its own seed."""
    references, size, config = load_references(), Size(width_px=asked.size, height_px=asked.size), GuideConfig()
    choices = {"mode": Mode.GUIDED, "guidance": asked.guidance, "strength": asked.strength}
    for seed, recipe in enumerate(photographed_recipes(references)[-asked.count :]):
        request = usual.complete(Request(scene=Scene.of(recipe, size), seed=seed, **choices))
        layout = Layout(request, lay_map(MapSpec.of(request), config), config)
        quotas = (tuple(recipe.shares),)
        canvas = Canvas(
            prompt=painter.prompt(recipe),
            negative_prompt=request.negative_prompt,
            seed=seed,
            width_px=asked.size,
            height_px=asked.size,
            steps=request.steps,
            guidance=request.guidance,
            start=layout.paint(quotas),
            strength=request.strength,
        )
        yield Subject(recipe, references[recipe_key(recipe)], canvas, layout.lay(quotas))


def row(subjects: Sequence[Subject], made: Sequence[Made], exact: Sequence[Made]) -> tuple[float, ...]:
    """Levels and points from what is exact, the mean error of the shares, and realism: 1 is as near as photographs."""
    levels = [np.abs(one.pixels.astype(int) - other.pixels).mean() for one, other in zip(made, exact, strict=True)]
    moved = [apart(one.shares, other.shares) for one, other in zip(made, exact, strict=True)]
    errors = [apart(one.shares, subject.recipe.percents) for one, subject in zip(made, subjects, strict=True)]
    distances = [
        (measure_distances(image_statistics(one.pixels), subject.reference.statistics), subject.reference.halves)
        for one, subject in zip(made, subjects, strict=True)
    ]
    return float(np.mean(levels)), max(moved), float(np.mean(errors)), compare(distances).patches


def apart(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The largest distance of a share, in points."""
    return max(abs(one[code] - other[code]) for code in one)


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--count", type=int, default=6, help="recipes")
    parser.add_argument("--size", type=int, default=512, help="px")
    parser.add_argument("--guidance", type=float, default=2.0)
    parser.add_argument("--strength", type=float, default=0.2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    asked = parser.parse_args()
    bundle = find_bundle(asked.model)
    painters = ways(assemble(bundle, asked.device, asked.dtype))
    each, exact = list(subjects(painters["exact"], bundle.defaults, asked)), []
    sys.stdout.write(
        "| | levels off, mean | points off, most | error, mean points | realism |\n|---|---:|---:|---:|---:|\n"
    )
    for name, painter in painters.items():
        made = [make(painter, subject) for subject in each]
        exact = exact or made
        sys.stdout.write(f"| {name} | {' | '.join(f'{figure:.3f}' for figure in row(each, made, exact))} |\n")
        sys.stdout.flush()


def make(painter: DiffusionPainter, subject: Subject) -> Made:
    """One attempt, measured."""
    (one,) = painter.paint([subject.canvas], Unwatched())
    assert isinstance(one, Painted)
    return Made(one.pixels, measure_shares(one.pixels, subject.recipe.colours, laid=subject.laid))


if __name__ == "__main__":
    main()
