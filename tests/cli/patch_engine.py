"""An engine without a network: it paints stripes in the asked shares, and fails where a test tells it to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from plitka.core.generation import (
    CompleteRequest,
    Defaults,
    Engine,
    Outcome,
    Request,
    Result,
    ZoneShares,
)
from plitka.core.recipes.recipe import Notice, Recipe, format_colours
from plitka.core.scene import Size
from plitka.core.watch import Progress, Unwatched, Watch
from plitka.errors import PlitkaError

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage


class PatchEngine(Engine):
    """An `Engine` whose pictures are upright stripes, shifted by the seed; each zone has an equal part of the tile."""

    name: str = "patches@000000000000"

    def __init__(self, off_by: float = 0.0) -> None:
        self.off_by = off_by
        """Points that each zone's first colour lacks in what is measured."""
        self.requests: list[CompleteRequest] = []
        """What was asked of it, in the order in which it was begun."""
        self.n_attempts = 1
        self.failures: dict[int, PlitkaError] = {}
        """By seed."""
        self.notices: tuple[Notice, ...] = ()
        """What it says of each request."""
        self.is_backward = False
        """Whether it makes the last picture first."""
        self.after_step: Callable[[int], None] = lambda _step: None

    @property
    def defaults(self) -> Defaults:
        """Small and quick; 64 px show 18 mm."""
        return Defaults(steps=4, guidance=3.0, width_px=64, height_px=64, px_per_mm=3.5)

    @property
    def max_batch(self) -> int:
        """One at a time."""
        return 1

    def complete(self, request: Request) -> CompleteRequest:
        """By its defaults."""
        complete = self.defaults.complete(request)
        return replace(complete, notices=(*complete.notices, *self.notices))

    def prompt(self, request: CompleteRequest) -> str:
        """The recipe alone."""
        return format_colours(request.scene.recipe)

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """It is always warm."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """Stripes, after the asked number of idle steps."""
        places = range(len(requests))
        for index in reversed(places) if self.is_backward else places:
            self.requests.append(requests[index])
            try:
                yield Outcome(index=index, result=self._make(index, requests[index], watch or Unwatched()))
            except PlitkaError as error:
                yield Outcome(index=index, error=error)

    def _make(self, index: int, request: CompleteRequest, watch: Watch) -> Result:
        for attempt in range(1, self.n_attempts + 1):
            for step in range(1, request.steps + 1):
                self.after_step(step)
                watch.report(index, Progress(step=step, n_steps=request.steps, attempt=attempt))
        if request.seed in self.failures:
            raise self.failures[request.seed]
        zones = request.scene.zones
        return Result(
            pixels=paint_stripes(request),
            request=request,
            prompt=self.prompt(request),
            engine=self.name,
            zones=tuple(self._shares(zone.recipe, 1 / len(zones)) for zone in zones),
            attempts=self.n_attempts,
            seconds=0.25,
        )

    def _shares(self, recipe: Recipe, area: float) -> ZoneShares:
        measured = dict(recipe.percents)
        codes = list(measured)
        measured[codes[0]] -= self.off_by
        measured[codes[-1]] += self.off_by
        return ZoneShares(asked=recipe.percents, measured=measured, area=area)


def paint_stripes(request: CompleteRequest) -> "RgbImage":
    """Stripe k of the ground's recipe in grey level 40 k."""
    size = request.size
    edges = np.cumsum(request.scene.recipe.shares) * size.width_px
    row = np.searchsorted(edges, (np.arange(size.width_px) + request.seed) % size.width_px, side="right") * 40
    return np.broadcast_to(row[None, :, None], (size.height_px, size.width_px, 3)).astype(np.uint8)
