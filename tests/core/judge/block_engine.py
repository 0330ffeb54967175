"""An engine whose faults are known, for evaluations."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from plitka.core.colour.arrays import encode_srgb8, lit_colours
from plitka.core.generation import (
    CompleteRequest,
    Defaults,
    Engine,
    Outcome,
    Request,
    Result,
    ZoneShares,
)
from plitka.core.judge.evaluation import Report, evaluate
from plitka.core.judge.realism import load_references
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Recipe, format_colours
from plitka.core.scene import Size
from plitka.core.watch import Progress, Unwatched, Watch
from plitka.errors import InputError, PlitkaError

SIZE_PX = 256
_BLOCK_PX = 8


class BlockEngine(Engine):
    """Paints blocks of 8 px in lit colours, in the asked shares but for what it takes from the first.

    Args:
        skew: points taken from the first colour of a mix and given to the second.
        refuse_colours: recipes of so many colours are refused.
        is_exact: it tells its shares, as the renderer does.
        tells_laid: it tells what it laid where, as guided mode does.
    """

    name = "blocks@000000000000"
    defaults = Defaults(steps=1)
    max_batch = 1

    def __init__(
        self, skew: float = 0.0, refuse_colours: int = 9, *, is_exact: bool = False, tells_laid: bool = False
    ) -> None:
        self.skew = skew
        self.refuse_colours = refuse_colours
        self.is_exact = is_exact
        self.tells_laid = tells_laid
        self.seeds: list[int] = []

    def complete(self, request: Request) -> CompleteRequest:
        """As the defaults have it."""
        if len(request.scene.recipe.parts) >= self.refuse_colours:
            raise InputError("too many colours")
        return self.defaults.complete(request)

    def prompt(self, request: CompleteRequest) -> str:
        """The recipe alone."""
        return format_colours(request.scene.recipe)

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """It is always warm."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """Blocks in random order."""
        for index, request in enumerate(requests):
            try:
                result = self._paint(request)
                (watch or Unwatched()).report(index, Progress(step=1, n_steps=1))
                yield Outcome(index=index, result=result)
            except PlitkaError as error:
                yield Outcome(index=index, error=error)

    def _paint(self, request: CompleteRequest) -> Result:
        recipe = request.scene.recipe
        self.seeds.append(request.seed)
        side = request.size.width_px // _BLOCK_PX
        shares = np.array(recipe.shares)
        if shares.size > 1:
            shares += np.array([-self.skew, self.skew] + [0] * (shares.size - 2)) / 100
        counts = np.floor(np.cumsum(shares) * side * side + 0.5).astype(int)
        blocks = np.searchsorted(counts, np.arange(side * side), side="right").clip(max=shares.size - 1)
        blocks = np.random.default_rng(request.seed).permutation(blocks).reshape(side, side)
        laid = blocks.astype(np.uint8).repeat(_BLOCK_PX, 0).repeat(_BLOCK_PX, 1)
        exact = dict(zip(recipe.percents, (100 * shares).tolist(), strict=True))
        own = ZoneShares(asked=recipe.percents, measured=exact, exact=exact if self.is_exact else None)
        return Result(
            pixels=encode_srgb8(lit_colours(recipe.colours))[laid],
            request=request,
            prompt=self.prompt(request),
            engine=self.name,
            zones=(own,),
            laid=laid if self.tells_laid else None,
        )


def recipes(*texts: str) -> list[Recipe]:
    """Recipes as people write them."""
    return [parse_recipe(text).recipe for text in texts]


MIXED = recipes("100% red", "60% red, 40% black", "50% white, 50% blue", "70% yellow, 30% dark green")


def run(engine: BlockEngine, suite: list[Recipe] = MIXED) -> Report:
    """The suite at a small size."""
    return evaluate(engine, suite, load_references(), size_px=SIZE_PX)


@cache
def report_of(skew: float = 0, *, is_exact: bool = False) -> Report:
    """The suite by an engine that takes `skew` points from the first colour."""
    return run(BlockEngine(skew, is_exact=is_exact))
