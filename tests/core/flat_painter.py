"""An engine without a network: its painter gives the start picture back, after as many steps as a network would run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from plitka.core.canvas_batch import CanvasBatch
from plitka.core.generation import Defaults, Mode, Outcome, Request, Result
from plitka.core.maker import Maker
from plitka.core.painter import Canvas, Painted
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Recipe, format_prompt
from plitka.core.scene import Scene, Size
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.map_pool import MapPool
from plitka.core.watch import Progress, Watch
from plitka.errors import Cancelled, EngineError, PlitkaError, PromptTooLong

SMALL = Size(width_px=128, height_px=128)
RgbImage = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
MAX_PROMPT_CH = 240
FEW_SHAPES = GuideConfig(n_shapes=20, n_places=2)
"""Of chips, to whose variety no test here looks: making them takes longest."""


def as_it_is(canvas: Canvas) -> RgbImage:
    """The start picture; of pure noise, noise."""
    if canvas.start is not None:
        return canvas.start
    shape = (canvas.height_px, canvas.width_px, 3)
    return np.random.default_rng(canvas.seed).integers(0, 256, shape, np.uint8)


@dataclass
class FlatPainter:
    """A `Painter` whose every canvas comes out as `paint_one` has it."""

    max_batch: int = 1
    paint_one: Callable[[Canvas], RgbImage] = as_it_is
    failing: dict[int, PlitkaError] = field(default_factory=dict)
    """By seed: what the canvas ends with."""
    breaking: set[int] = field(default_factory=set)
    """Seeds at which the device fails, and with it the whole batch."""
    batches: list[list[Canvas]] = field(default_factory=list)
    name: str = "flat@000000000000"
    defaults: Defaults = field(default_factory=lambda: Defaults(steps=4, width_px=128, height_px=128))
    warmed: list[Size] = field(default_factory=list)
    is_closed: bool = False
    reads_words: bool = True

    def prompt(self, recipe: Recipe, words: Sequence[str] = ()) -> str:
        """The usual words, of which a few hundred characters are read."""
        text = format_prompt(recipe, words=words)
        _check_length(text)
        return text

    def check_negative(self, negative_prompt: str) -> None:
        """As many characters are read of it."""
        _check_length(negative_prompt)

    def warm_up(self, sizes: Sequence[Size]) -> None:
        """It is always warm; note for what."""
        self.warmed.extend(sizes)

    def paint(self, canvases: Sequence[Canvas], watch: Watch) -> Sequence[Painted | PlitkaError]:
        """One batch."""
        self.batches.append(list(canvases))
        if any(canvas.seed in self.breaking for canvas in canvases):
            raise EngineError("the device failed")
        batch = CanvasBatch(canvases, watch)
        for step in range(1, batch.first.n_steps + 1):
            if not batch.go_on(step, lambda place: self.paint_one(canvases[place])):
                break
        return batch.outcomes(lambda place: self._finish(canvases[place]))

    def _finish(self, canvas: Canvas) -> Painted | PlitkaError:
        if canvas.seed in self.failing:
            return self.failing[canvas.seed]
        return Painted(pixels=self.paint_one(canvas), stage_seconds={"denoise": 0.001})

    def free(self) -> None:
        """There is no device."""

    def memory_bytes(self) -> Mapping[str, int]:
        """None."""
        return {}

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


def _check_length(text: str) -> None:
    if len(text) > MAX_PROMPT_CH:
        lost = text[MAX_PROMPT_CH:]
        raise PromptTooLong("{n_tokens} are too many", n_tokens=len(text), limit=MAX_PROMPT_CH, lost=lost)


def maker_of(painter: FlatPainter, maps: MapPool | None = None, *, is_pipelined: bool = False) -> Maker[FlatPainter]:
    """An engine over a painter, which lays its maps itself unless it is lent what does."""
    return Maker(painter, maps or MapPool(FEW_SHAPES), is_pipelined=is_pipelined)


def ask(
    text: str = "60% red, 40% black", seed: int = 1, mode: Mode = Mode.GUIDED, size: Size = SMALL, **choices: float
) -> Request:
    """A request for a plain tile."""
    return Request(scene=Scene.of(parse_recipe(text).recipe, size), seed=seed, mode=mode, **choices)  # type: ignore[arg-type]


@dataclass
class Follower:
    """Notes every step, and stops pictures at a step of theirs."""

    stops: dict[int, int] = field(default_factory=dict)
    heard: dict[int, list[Progress]] = field(default_factory=dict)
    looks: bool = False

    def wants_preview(self, _index: int, _step: int) -> bool:
        """As it was told."""
        return self.looks

    def report(self, index: int, progress: Progress) -> None:
        """Note it, and perhaps stop."""
        heard = self.heard.setdefault(index, [])
        heard.append(progress)
        if len(heard) == self.stops.get(index):
            raise Cancelled("stopped")


def result_of(outcome: Outcome) -> Result:
    """The result, where there must be one."""
    assert outcome.result is not None
    return outcome.result
