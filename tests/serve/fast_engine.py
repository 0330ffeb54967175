"""An engine that is quick: coloured noise in exact shares; and how it can be made to misbehave by a seed."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from plitka.core.recipes.recipe import format_prompt
from plitka.core.scene import Size
from plitka.core.tile.masks import zone_labels
from plitka.core.watch import Progress, Unwatched, Watch
from plitka.errors import BadOutput, Cancelled, EngineError, OutOfMemory, PlitkaError, PromptTooLong

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

SEED_OUT_OF_MEMORY = 4_000_000_001
SEED_BROKEN = 4_000_000_002
SEED_CRASH = 4_000_000_003
SEED_BAD_OUTPUT = 4_000_000_004
SEED_KILL = 4_000_000_005
_LOOK_S = 0.03
"""Between two looks of a picture that lingers."""
_PATIENCE_S = 120
"""After which a test that never lets a picture end has failed."""
MAX_WORDS = 75
"""Of a negative prompt: the text encoders of the real engine have a limit too."""


@dataclass(slots=True)
class FastEngine(Engine):
    """An `Engine` without a network."""

    step_s: float = 0.0
    max_batch: int = 1
    name: str = "fast@000000000000"
    defaults: Defaults = field(default_factory=lambda: Defaults(steps=4, width_px=64, height_px=64))
    made: list[int] = field(default_factory=list)
    """Seeds, in the order in which they were made."""
    may_end: threading.Event | None = None
    """No picture ends while it is not set."""
    batches: list[list[int]] = field(default_factory=list)
    """Seeds that were asked for at once."""
    n_may_end: float = math.inf
    """So many batches take their last step; the next one stays before it, and is stopped there as anywhere else."""

    def may_go_on(self) -> bool:
        """Whether pictures take their last step now."""
        return self.n_may_end >= 1

    @contextmanager
    def lingering(self) -> Iterator[None]:
        """Within the block pictures of two steps or more stay before their last one, however long a test needs."""
        self.n_may_end = 0
        try:
            yield
        finally:
            self.n_may_end = math.inf

    def complete(self, request: Request) -> CompleteRequest:
        """The request with this engine's defaults; a negative prompt has a limit."""
        complete = self.defaults.complete(request)
        words = complete.negative_prompt.split()
        if len(words) > MAX_WORDS:
            lost = " ".join(words[MAX_WORDS:])
            raise PromptTooLong(
                "the prompt has {n_tokens} tokens, and {limit} are read; lost: {lost}",
                n_tokens=len(words),
                limit=MAX_WORDS,
                lost=lost,
            )
        return complete

    def prompt(self, request: CompleteRequest) -> str:
        """The usual words."""
        return format_prompt(request.scene.recipe)

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """It is always warm."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """Pictures, each after as many steps as were asked for; all take each step together."""
        self.batches.append([request.seed for request in requests])
        watch, started = watch or Unwatched(), time.perf_counter()
        open_pictures: dict[int, RgbImage] = {}
        for index, request in enumerate(requests):
            try:
                _misbehave(request.seed)
                open_pictures[index] = _noise(request)
            except PlitkaError as error:
                yield Outcome(index=index, error=error)
        n_steps = max(request.steps for request in requests)
        for step in range(1, n_steps + 1):
            if not open_pictures:  # all were stopped
                return
            time.sleep(self.step_s)
            if 1 < step == n_steps:
                while open_pictures and not self.may_go_on():
                    yield from self._step(requests, open_pictures, step - 1, watch, started)
                    time.sleep(_LOOK_S)
                self.n_may_end -= 1
            yield from self._step(requests, open_pictures, step, watch, started)

    def _step(
        self,
        requests: Sequence[CompleteRequest],
        open_pictures: dict[int, RgbImage],
        step: int,
        watch: Watch,
        started: float,
    ) -> Iterator[Outcome]:
        for index, pixels in list(open_pictures.items()):
            request = requests[index]
            preview = pixels if watch.wants_preview(index, step) else None
            try:
                watch.report(index, Progress(step=step, n_steps=request.steps, preview=preview))
            except Cancelled as error:
                del open_pictures[index]
                yield Outcome(index=index, error=error)
                continue
            if step == request.steps:
                if self.may_end is not None:
                    self.may_end.wait(_PATIENCE_S)
                del open_pictures[index]
                self.made.append(request.seed)
                yield Outcome(index=index, result=self._result(request, pixels, time.perf_counter() - started))

    def _result(self, request: CompleteRequest, pixels: RgbImage, seconds: float) -> Result:
        labels = zone_labels(request.scene, request.size.width_px, request.size.height_px)
        return Result(
            pixels=pixels,
            request=request,
            prompt=self.prompt(request),
            engine=self.name,
            zones=tuple(
                ZoneShares(
                    asked=zone.recipe.percents, measured=zone.recipe.percents, area=float((labels == index).mean())
                )
                for index, zone in enumerate(request.scene.zones)
            ),
            seconds=seconds,
            stage_seconds={"denoise": seconds},
        )


def _noise(request: CompleteRequest) -> RgbImage:
    """Points of each zone's colours, scattered by the seed."""
    shape = (request.size.height_px, request.size.width_px)
    labels = zone_labels(request.scene, request.size.width_px, request.size.height_px)
    chance = np.random.default_rng(request.seed).random(shape)
    pixels = np.zeros((*shape, 3), np.uint8)
    for index, zone in enumerate(request.scene.zones):
        colours = np.array([[int(c.srgb_hex[i : i + 2], 16) for i in (1, 3, 5)] for c in zone.recipe.colours], np.uint8)
        dealt = np.minimum(np.searchsorted(np.cumsum(zone.recipe.shares), chance), len(colours) - 1)
        pixels[labels == index] = colours[dealt][labels == index]
    return pixels


def _misbehave(seed: int) -> None:
    if seed == SEED_OUT_OF_MEMORY:
        raise OutOfMemory("{device} ran out of memory while {doing}", device="cuda:0", doing="a test")
    if seed == SEED_BROKEN:
        raise EngineError("{device} failed: /secret/path.py", device="cuda:0")
    if seed == SEED_CRASH:
        raise ZeroDivisionError("/secret/path.py")
    if seed == SEED_BAD_OUTPUT:
        raise BadOutput("the network made an empty picture of one colour; verify the model, try another seed")
    if seed == SEED_KILL:
        os._exit(9)
