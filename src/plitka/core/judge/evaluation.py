"""A suite of recipes given to an engine: how true its colours are, how real its pictures look, how long it takes.

Decisions:
* Every engine's pictures are measured here by the same `measure`, with the engine's labels of what it laid where,
  or its swatch, if it has any. What the engine measured itself is not used.
* A tile of one colour has no shares to get wrong, so it counts for realism and off-palette area only.
* The suite is cut into groups of neighbours with one seed each, so that an engine can reuse what depends on the seed
  alone, as the renderer does with its granules.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from plitka.core.colour.palette import Palette, nearest
from plitka.core.files.sheet import thumbnail
from plitka.core.generation import (
    USUAL_MODE,
    CompleteRequest,
    Engine,
    Mode,
    Request,
    generate_one,
)
from plitka.core.judge.realism import (
    MIN_PICTURE_PX,
    Distances,
    Realism,
    Reference,
    compare,
    image_statistics,
    measure_distances,
    recipe_key,
)
from plitka.core.measure.shares import Measurement, measure
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Recipe
from plitka.core.scene import Scene, Size
from plitka.core.watch import OnProgress
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

N_SEEDS = 10
"""A suite is made with this many consecutive seeds."""
NEAR_POINTS = 3.0
"""A picture is near enough when no share is further off than this: points."""
_COMMENT = "#"

WatchRecipe = Callable[[Recipe], AbstractContextManager[OnProgress | None]]
"""For a recipe, a context in which its picture is made; what it yields is called after each step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How far a picture is from the photograph of its recipe, and the photograph's halves from each other."""

    ours: Distances
    halves: Distances


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One picture of a suite."""

    recipe: Recipe
    seed: int
    measurement: Measurement
    exact: Mapping[str, float] | None
    """Percent by colour code where the engine knows them by construction."""
    comparison: Comparison | None
    """Where its recipe was photographed."""
    attempts: int
    seconds: float
    thumbnail: "RgbImage"

    @property
    def max_error(self) -> float:
        """The largest distance between asked and measured, in points."""
        return _max_apart(self.recipe.percents, self.measurement.percents)

    @property
    def measure_error(self) -> float | None:
        """The largest distance between measured and true, in points, where the truth is known."""
        return None if self.exact is None else _max_apart(self.exact, self.measurement.percents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Statistics of a set of errors, in points."""

    n: int
    mean: float
    median: float
    p95: float
    maximum: float
    near: float
    """Fraction of them that are at most `NEAR_POINTS`, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an engine did with a suite."""

    engine: str
    mode: Mode | None
    """None where no model made a picture."""
    size_px: int
    rows: Sequence[Row]
    refused: Sequence[tuple[Recipe, InputError]]
    """Recipes that this engine cannot make."""

    @property
    def shares(self) -> Spread | None:
        """Errors of the shares over the mixes."""
        return _spread([row.max_error for row in self.rows if len(row.recipe.parts) > 1])

    @property
    def measure_error(self) -> Spread | None:
        """Errors of `measure` itself over the mixes whose true shares are known."""
        errors = [row.measure_error for row in self.rows if len(row.recipe.parts) > 1]
        return _spread([error for error in errors if error is not None])

    @property
    def off_palette(self) -> float:
        """Mean percent of a picture in colours that its recipe does not have."""
        return float(np.mean([row.measurement.off_palette for row in self.rows])) if self.rows else 0.0

    @property
    def attempts(self) -> tuple[float, int]:
        """Mean and largest number of attempts at a picture."""
        every = [row.attempts for row in self.rows] or [0]
        return float(np.mean(every)), max(every)

    @property
    def seconds(self) -> tuple[float, float]:
        """Mean and longest time of a picture."""
        every = [row.seconds for row in self.rows] or [0.0]
        return float(np.mean(every)), max(every)

    @property
    def realism(self) -> dict[str, Realism]:
        """The ratios for `solids` and for `mixes`, as far as such were photographed."""
        kinds = {
            "solids": [row.comparison for row in self.rows if len(row.recipe.parts) == 1],
            "mixes": [row.comparison for row in self.rows if len(row.recipe.parts) > 1],
        }
        known = {kind: [one for one in every if one is not None] for kind, every in kinds.items()}
        return {kind: compare((one.ours, one.halves) for one in every) for kind, every in known.items() if every}


def read_suite(path: Path, palette: Palette | None = None) -> list[Recipe]:
    """The recipes of a text file: one a line; empty lines and those that begin with # are skipped.

    Raises:
        InputError: the file cannot be read or holds no recipe, or a line is no recipe.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error
    recipes = list(_recipes(path, lines, palette))
    if not recipes:
        raise InputError("{path} holds no recipe; write one a line", path=path)
    return recipes


def _recipes(path: Path, lines: Sequence[str], palette: Palette | None) -> Iterator[Recipe]:
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith(_COMMENT):
            try:
                yield parse_recipe(text, palette).recipe
            except InputError as error:
                raise InputError("{path}, line {line}: {reason}", path=path, line=number, reason=error) from error


def photographed_recipes(references: Mapping[str, Reference]) -> list[Recipe]:
    """The recipes of references, in their order."""
    parts = ([part.split(":") for part in key.split()] for key in references)
    return [parse_recipe(", ".join(f"{percent}% {code}" for code, percent in recipe)).recipe for recipe in parts]


def compare_photographs(references: Mapping[str, Reference]) -> dict[str, Realism]:
    """How photographs of other tiles score, by `solids` and `mixes`: as good as a picture can be expected to be.

    A solid is compared with the solid whose colour is nearest, a mix with those of the same colours in
    other shares.
    """
    by_key = {recipe_key(recipe): recipe for recipe in photographed_recipes(references)}
    pairs: dict[str, list[tuple[Distances, Distances]]] = {"solids": [], "mixes": []}
    for key, recipe in by_key.items():
        kind = "solids" if len(recipe.parts) == 1 else "mixes"
        for other in _similar(key, recipe, by_key):
            apart = measure_distances(references[other].statistics, references[key].statistics)
            pairs[kind].append((apart, references[key].halves))
    return {kind: compare(found) for kind, found in pairs.items() if found}


def _similar(key: str, recipe: Recipe, by_key: Mapping[str, Recipe]) -> list[str]:
    """Keys of the photographs of other tiles that are most like one."""
    others = {other: its for other, its in by_key.items() if other != key}
    if len(recipe.parts) > 1:
        return [other for other, its in others.items() if set(its.percents) == set(recipe.percents)]
    solids = {its.colours[0].code: other for other, its in others.items() if len(its.parts) == 1}
    if not solids:
        return []
    colours = [by_key[other].colours[0] for other in solids.values()]
    return [solids[nearest(recipe.colours[0].lab_d65, colours).code]]


def evaluate(
    engine: Engine,
    recipes: Sequence[Recipe],
    references: Mapping[str, Reference],
    *,
    size_px: int,
    mode: Mode = USUAL_MODE,
    seed: int = 0,
    watch: WatchRecipe = lambda _recipe: nullcontext(),
) -> Report:
    """Have every recipe made and measured.

    Args:
        engine: what makes the pictures.
        recipes: the suite, in its order.
        references: photographs by `recipe_key`; recipes without one count for shares only.
        size_px: side of the pictures.
        mode: of all of them.
        seed: the first of `N_SEEDS`.
        watch: who follows them.

    Raises:
        EngineError: the network failed.
        Cancelled: a progress callback raised it.
    """
    rows, refused, is_painted = [], [], False
    for recipe, own_seed in zip(recipes, _seeds(len(recipes), seed), strict=True):
        scene = Scene.of(recipe, Size(width_px=size_px, height_px=size_px))
        try:
            request = engine.complete(Request(scene=scene, seed=own_seed, mode=mode))
            is_painted = request.is_painted
            with watch(recipe) as on_progress:
                rows.append(_make_row(engine, request, references.get(recipe_key(recipe)), on_progress))
        except InputError as error:  # as a prompt of eight long names may be for a text encoder
            refused.append((recipe, error))
    return Report(engine=engine.name, mode=mode if is_painted else None, size_px=size_px, rows=rows, refused=refused)


def _seeds(n: int, first: int) -> list[int]:
    edges = np.linspace(0, n, N_SEEDS + 1).round().astype(int)
    return [first + group for group, (start, end) in enumerate(pairwise(edges)) for _ in range(start, end)]


def _make_row(
    engine: Engine, request: CompleteRequest, reference: Reference | None, on_progress: OnProgress | None
) -> Row:
    began = perf_counter()
    result = generate_one(engine, request, on_progress)
    seconds = perf_counter() - began
    recipe = request.scene.recipe
    return Row(
        recipe=recipe,
        seed=request.seed,
        measurement=measure(result.pixels, recipe.colours, laid=result.laid, swatch=result.swatch),
        exact=result.exact,
        comparison=_compare_with_photograph(result.pixels, reference),
        attempts=result.attempts,
        seconds=seconds,
        thumbnail=thumbnail(result.pixels),
    )


def _compare_with_photograph(pixels: "RgbImage", reference: Reference | None) -> Comparison | None:
    """None where there is no photograph, or the picture is too small for the statistics."""
    if reference is None or min(pixels.shape[:2]) < MIN_PICTURE_PX:
        return None
    ours = measure_distances(image_statistics(pixels), reference.statistics)
    return Comparison(ours=ours, halves=reference.halves)


def _max_apart(asked: Mapping[str, float], found: Mapping[str, float]) -> float:
    return max(abs(percent - found[code]) for code, percent in asked.items())


def _spread(errors: Sequence[float]) -> Spread | None:
    if not errors:
        return None
    return Spread(
        n=len(errors),
        mean=float(np.mean(errors)),
        median=float(np.median(errors)),
        p95=float(np.percentile(errors, 95)),
        maximum=max(errors),
        near=float(np.mean(np.asarray(errors) <= NEAR_POINTS)),
    )
