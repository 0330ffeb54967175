"""What the maker asks of a network: canvases painted in batches, by a `Painter`.

Standard library only: the image type is named for the type checker and never imported at run time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from plitka.core.generation import Defaults, RgbImage, Watch
    from plitka.core.recipes.recipe import Recipe
    from plitka.errors import PlitkaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """One attempt at a picture, as a painter needs it."""

    prompt: str
    negative_prompt: str
    seed: int
    """Of the noise."""
    width_px: int
    height_px: int
    steps: int
    """Of the whole schedule."""
    guidance: float
    start: RgbImage | None = None
    """What is noised and painted over; None: pure noise."""
    strength: float = 1.0
    """Fraction of the schedule that is run over the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A finished canvas."""

    pixels: RgbImage
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    """Of the batch that it was painted in."""


class Painter(Protocol):
    """A network that paints canvases; one thread owns it."""

    @property
    def name(self) -> str: ...

    @property
    def defaults(self) -> Defaults: ...

    @property
    def max_batch(self) -> int:
        """Canvases of one size and number of steps that are painted at once."""
        ...

    def prompt(self, recipe: Recipe) -> str:
        """The full prompt for a mix.

        Raises:
            PromptTooLong: a text encoder would not see all of it.
        """
        ...

    def check_negative(self, negative_prompt: str) -> None:
        """Refuse a negative prompt that a text encoder would not see all of.

        Raises:
            PromptTooLong: with what would be lost.
        """
        ...

    def paint(self, canvases: Sequence[Canvas], watch: Watch) -> Sequence[Painted | PlitkaError]:
        """Paint canvases of one size, number of steps and kind, at most `max_batch`, in one batch.

        The watch knows each canvas by its place here. One that it stops is `Cancelled`; the bytes of its neighbours
        stay as they would have been.
        """
        ...

    def free(self) -> None:
        """Give back the device's memory that nothing needs now."""
        ...
