"""What the maker asks of a network: canvases painted in batches, by a `Painter`.

Standard library only: the image type is named for the type checker and never imported at run time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from plitka.core.generation import Defaults, RgbImage
    from plitka.core.recipes.recipe import Recipe
    from plitka.core.scene import Size
    from plitka.core.watch import Watch
    from plitka.errors import PlitkaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """One attempt at a picture, as a painter needs it."""

    prompt: str
    """The full prompt, as `Painter.prompt` gave it."""
    negative_prompt: str
    """Without effect where guidance is 1."""
    seed: int
    """Of the noise, 0..2**32-1: float32 normal deviates by a generator on the CPU, so that a seed means the same
    picture on every device."""
    width_px: int
    """A multiple of 64, as the height is."""
    height_px: int
    steps: int
    """Of the whole schedule."""
    guidance: float
    """Classifier-free guidance scale; 1 switches guidance off."""
    start: RgbImage | None = None
    """(height_px, width_px, 3) uint8 sRGB that is noised and painted over, and never written to; None: pure noise."""
    strength: float = 1.0
    """Fraction of the schedule that is run over the start, its last part; 1 without a start."""
    is_exact: bool = True
    """False lets the painter leave out what changes little."""

    @property
    def kind(self) -> tuple[object, ...]:
        """What canvases of one batch have in common.

        Size, steps, guidance, strength, quality, and whether there is a start picture. Prompts, negative prompts, seeds
        and the start pictures themselves may differ.
        """
        size = self.width_px, self.height_px
        return (*size, self.steps, self.guidance, self.strength, self.is_exact, self.start is None)

    @property
    def n_steps(self) -> int:
        """How many of the steps are run."""
        return n_steps_run(self.steps, self.strength)


def n_steps_run(n_steps: int, strength: float) -> int:
    """How many of a schedule's steps a strength runs: 12 of 20 at 0.6, rounded down as diffusers does, at least 1."""
    return max(1, min(int(n_steps * strength), n_steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A canvas that was painted to its end."""

    pixels: RgbImage
    """(height_px, width_px, 3) uint8 sRGB, the caller's to keep."""
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    """What the stages of the whole batch took, the same for each of its canvases. The names become labels of a metric:
    a few fixed words, such as `encode_words`, `denoise`, `decode`."""


class Painter(Protocol):
    """A network that paints canvases.

    One thread owns a painter: the one that calls `warm_up`, `paint`, `free`, `memory_bytes` and `close`, one call after
    the other. Any thread may at any time, also during `paint`, read `name`, `defaults` and `max_batch`, and call
    `prompt` and `check_negative`. What every painter must keep is tested by `tests/core/painter_laws.py`.
    """

    @property
    def name(self) -> str:
        """The bundle's `name@digest`, with the first 12 digits of its hash.

        It names the networks, not how they are run: painters of one bundle share it, and their bytes may differ for a
        seed, as they do between devices.
        """
        ...

    @property
    def defaults(self) -> Defaults:
        """The bundle's choices for what a request leaves open."""
        ...

    @property
    def max_batch(self) -> int:
        """How many canvases of one kind are worth painting at once, at least 1."""
        ...

    @property
    def reads_words(self) -> bool:
        """Whether words beside the recipe change what is painted."""
        ...

    def prompt(self, recipe: Recipe, words: Sequence[str] = ()) -> str:
        """The full prompt for a mix, with words of the look behind its colours; quick, and without the device.

        Raises:
            PromptTooLong: a text encoder would not see all of it.
        """
        ...

    def check_negative(self, negative_prompt: str) -> None:
        """Refuse a negative prompt that a text encoder would not see all of; as quick.

        Raises:
            PromptTooLong: with what would be lost.
        """
        ...

    def warm_up(self, sizes: Sequence[Size]) -> None:
        """Do once what a first picture would have to wait for: compile, capture, reserve memory.

        It takes whatever time it needs, paints canvases from noise and over a start of every size, and changes no byte
        of later pictures.

        Raises:
            EngineError: the network does not run here.
        """
        ...

    def paint(self, canvases: Sequence[Canvas], watch: Watch) -> Sequence[Painted | PlitkaError]:
        """Paint canvases of one `kind`, 1 to `max_batch`, in one batch.

        Exactly one outcome comes back for each canvas, in their order. An error that is one canvas's own is its
        outcome: `Cancelled`, the very one that the watch raised, and `BadOutput`. A stopped canvas changes no byte of
        its neighbours.

        The watch is called on this thread and not after `paint` has returned; it knows a canvas by its place here. Of
        every canvas that is not stopped it hears each step, numbered 1 to `Canvas.n_steps`, which is
        `Progress.n_steps`; before each it is asked whether a preview is wanted. A preview has about the proportions of
        the canvas, some 256 px on its longer side and never more than the canvas itself; None where there is nothing
        to see yet. Where memory runs out the painter tries again by itself, with less at once, and steps are counted
        from 1 again. `plitka.core.canvas_batch.CanvasBatch` keeps these rules for a painter.

        Raises:
            EngineError: the device failed, for all of the canvases; OutOfMemory where not even one of them fits.
            Exception: anything else that is raised, here or by the watch, is a defect, and ends the engine.
        """
        ...

    def free(self) -> None:
        """Give back the device's memory that nothing needs now; called whenever pictures have ended.

        What makes the next picture quick stays: weights, compiled code, captured graphs and their memory.
        """
        ...

    def memory_bytes(self) -> Mapping[str, int]:
        """The memory of the device that this painter holds, wherever it runs, by kind.

        The kinds become labels of a metric: `allocated` by tensors, `reserved` by torch. Empty without a GPU, and where
        it cannot be told: nothing is raised.
        """
        ...

    def close(self) -> None:
        """End what would outlive the painter: child processes, threads, files.

        Memory goes with the last reference. It may be called twice; nothing is painted after it, and what any thread
        may call either works on or raises EngineError.
        """
        ...
