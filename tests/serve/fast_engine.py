"""An engine that is quick: coloured noise in exact shares; and how it can be made to misbehave by a seed."""

import os
import time
from dataclasses import dataclass, field

import numpy as np

from plitka.core.generation import Defaults, OnProgress, Progress, Request, Result
from plitka.core.recipes.recipe import Recipe, format_prompt
from plitka.errors import BadOutput, EngineError, OutOfMemory

SEED_OUT_OF_MEMORY = 4_000_000_001
SEED_BROKEN = 4_000_000_002
SEED_CRASH = 4_000_000_003
SEED_BAD_OUTPUT = 4_000_000_004
SEED_KILL = 4_000_000_005


@dataclass(slots=True)
class FastEngine:
    """An `Engine` without a network."""

    step_s: float = 0.0
    name: str = "fast@000000000000"
    defaults: Defaults = field(default_factory=lambda: Defaults(steps=4, width_px=64, height_px=64))
    made: list[int] = field(default_factory=list)
    """Seeds, in the order in which they were made."""

    def prompt(self, recipe: Recipe) -> str:
        """The usual words."""
        return format_prompt(recipe)

    def generate(self, request: Request, on_progress: OnProgress | None = None) -> Result:
        """A picture, after as many steps as were asked for."""
        _misbehave(request.seed)
        started = time.perf_counter()
        request = self.defaults.complete(request)
        pixels = _noise(request)
        for step in range(1, (request.steps or 0) + 1):
            time.sleep(self.step_s)
            if on_progress is not None:
                on_progress(Progress(step=step, n_steps=request.steps or 0, preview=lambda: pixels))
        self.made.append(request.seed)
        return Result(
            pixels=pixels,
            request=request,
            prompt=self.prompt(request.recipe),
            engine=self.name,
            measured=request.recipe.percents,
            seconds=time.perf_counter() - started,
            stage_seconds={"denoise": time.perf_counter() - started},
        )


def _noise(request: Request) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Points of the recipe's colours, scattered by the seed."""
    shape = (request.height_px or 0, request.width_px or 0)
    colours = np.array([[int(c.srgb_hex[i : i + 2], 16) for i in (1, 3, 5)] for c in request.recipe.colours], np.uint8)
    ends = np.cumsum(request.recipe.shares)
    chance = np.random.default_rng(request.seed).random(shape)
    return colours[np.minimum(np.searchsorted(ends, chance), len(colours) - 1)]


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
