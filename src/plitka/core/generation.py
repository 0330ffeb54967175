"""What is asked of an engine and what it answers.

Standard library only: the image type is named for the type checker and never imported at run time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from plitka.core.recipes.recipe import Recipe
from plitka.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    RgbImage = npt.NDArray[np.uint8]
    """(H, W, 3) uint8 sRGB."""
    GranuleIds = npt.NDArray[np.int32]
    """(H, W) the granule of each cell."""
    ColourIndex = npt.NDArray[np.uint8]
    """(H, W) the place of a colour in its recipe, from 0."""

MAX_SEED = 2**32 - 1
RANDOM_SEED_LIMIT = 1_000_000_000
"""Seeds that we draw ourselves are below this, as the old system's were."""
MIN_STRENGTH = 0.05
STEPS_RANGE = (1, 150)
GUIDANCE_RANGE = (1, 30)
SIZE_PX_RANGE = (64, 2048)
SIZE_STEP_PX = 64
"""Sides are multiples of this."""


class Mode(StrEnum):
    """How the words become a picture."""

    GUIDED = "guided"
    """From a granule map in exact shares, measured and corrected until the shares are true."""
    TEXT = "text"
    """The prompt alone, from pure noise: the v45 recipe to the letter."""


USUAL_MODE = Mode.GUIDED
"""Where nothing else is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How true the shares of a guided picture are to be, in points.

    Raises:
        InputError: a tolerance outside 0..100.
    """

    aim: float = 1.5
    """Above this another attempt is worth its time; never above the tolerance."""
    tolerance: float = 3.0
    """No share is to be further off than this."""

    def __post_init__(self) -> None:
        _check_range("tolerance", self.tolerance, 0, 100)
        object.__setattr__(self, "aim", min(self.aim, self.tolerance))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidedDefaults:
    """What guided mode uses where a request leaves the choice to it."""

    steps: int | None = None
    """Of the whole schedule, of which the last `strength` is run; None: as many as text mode."""
    guidance: float | None = None
    """None: as text mode."""
    strength: float = 0.6
    """How much noise the map drowns in, 0.05..1: the arrangement of colours survives, the flatness does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What an engine uses where a request leaves the choice to it."""

    steps: int = 20
    """Denoising steps, 1..150."""
    guidance: float = 7.0
    """Classifier-free guidance scale, 1..30; 1 switches guidance off."""
    width_px: int = 1024
    height_px: int = 1024
    negative_prompt: str = (
        "blurry, worst quality, low quality, deformed, watermark, 3d render, cartoon, abstract, "
        "painting, drawing, text, sketch, low resolution"
    )
    guided: GuidedDefaults = GuidedDefaults()

    def complete(self, request: Request) -> Request:
        """The request with every choice filled in that its mode has."""
        is_guided = request.mode is Mode.GUIDED
        own = self.guided if is_guided else GuidedDefaults()
        usual: dict[str, float | str] = {
            "steps": own.steps or self.steps,
            "guidance": own.guidance or self.guidance,
            "width_px": self.width_px,
            "height_px": self.height_px,
            "negative_prompt": self.negative_prompt,
        }
        if is_guided:
            usual |= {"strength": own.strength, "tolerance": Accuracy().tolerance}
        missing = {name: choice for name, choice in usual.items() if getattr(request, name) is None}
        return replace(request, **missing)  # type: ignore[arg-type]  # by name, as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One picture to make; None leaves the choice to the engine's `defaults`.

    Raises:
        InputError: a value is outside its range, or belongs to another mode.
    """

    recipe: Recipe
    seed: int
    """0..2**32-1; the same request with the same seed gives the same picture."""
    mode: Mode = USUAL_MODE
    steps: int | None = None
    guidance: float | None = None
    width_px: int | None = None
    """64..2048, a multiple of 64."""
    height_px: int | None = None
    negative_prompt: str | None = None
    strength: float | None = None
    """0.05..1, in guided mode only."""
    tolerance: float | None = None
    """0..100 points, in guided mode only: `Accuracy.tolerance`."""
    guide: GranuleIds | None = field(default=None, compare=False, repr=False)
    """Granules from outside, in guided mode only: any numbers, stretched over the picture."""

    def __post_init__(self) -> None:
        _check_range("seed", self.seed, 0, MAX_SEED)
        _check_range("steps", self.steps, *STEPS_RANGE)
        _check_range("guidance", self.guidance, *GUIDANCE_RANGE)
        _check_range("strength", self.strength, MIN_STRENGTH, 1)
        _check_range("tolerance", self.tolerance, 0, 100)
        for name, size_px in (("width", self.width_px), ("height", self.height_px)):
            _check_range(name, size_px, *SIZE_PX_RANGE)
            if size_px is not None and size_px % SIZE_STEP_PX:
                raise InputError("{name} must be a multiple of 64 px, not {value}", name=name, value=size_px)
        if self.mode is Mode.TEXT:
            self._refuse_guided_choices()

    def _refuse_guided_choices(self) -> None:
        for name in ("strength", "tolerance", "guide"):
            if getattr(self, name) is not None:
                raise InputError("{name} belongs to the mode guided; leave it out, or ask for that mode", name=name)


def _check_range(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise InputError("{name} must lie in {low}..{high}, not {value}", name=name, low=low, high=high, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one picture has come."""

    step: int
    """Steps done, 0..n_steps."""
    n_steps: int
    """Of one attempt."""
    attempt: int = 1
    """A guided picture may take several; each counts its steps anew."""
    preview: Callable[[], RgbImage] | None = field(default=None, compare=False, repr=False)
    """Paints what there is so far, small; to be called before `on_progress` returns, or not at all."""


@dataclass(frozen=True, slots=True)
class Swatch:
    """A picture of some colours, by which `measure` learns how they look in others by the same hand."""

    pixels: RgbImage
    laid: ColourIndex
    """(H, W) which of the colours was laid at each pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A picture, what was asked of it, and what was measured on it."""

    pixels: RgbImage
    request: Request
    """The request with every choice filled in."""
    prompt: str
    """The full prompt as the text encoders read it."""
    engine: str
    """Name of the model that made it, with the first 12 digits of its hash: `mini@0123456789ab`."""
    measured: Mapping[str, float]
    """Percent of the visible tile by colour code; sums to 100."""
    laid: ColourIndex | None = field(default=None, compare=False, repr=False)
    """(H, W) which of the recipe's colours was laid at each pixel, if it was painted over a map; `measure` learns from
    it how the colours look."""
    swatch: Swatch | None = field(default=None, compare=False, repr=False)
    """From which `measure` learns it, if this was painted without a map."""
    attempts: int = 1
    """How often it was painted; this is the best of them."""
    seconds: float = 0.0
    stage_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def max_error(self) -> float:
        """The largest distance between asked and measured, in points."""
        return max(abs(percent - self.measured[code]) for code, percent in self.request.recipe.percents.items())


OnProgress = Callable[[Progress], None]
"""Called after each step on the engine's own thread; raising `Cancelled` from it stops the picture."""


class Engine(Protocol):
    """Anything that makes a tile from a request.

    One thread owns an engine: calls to `generate` never overlap.
    """

    @property
    def name(self) -> str: ...

    @property
    def defaults(self) -> Defaults: ...

    def prompt(self, recipe: Recipe) -> str:
        """The full prompt that this engine reads for a recipe.

        Raises:
            PromptTooLong: the encoders would not see all of it.
        """
        ...

    def generate(self, request: Request, on_progress: OnProgress | None = None) -> Result:
        """Make one picture.

        Raises:
            InputError: the request cannot be met by this engine.
            EngineError: the network failed.
            Cancelled: `on_progress` raised it.
        """
        ...
