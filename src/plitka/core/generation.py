"""What is asked of an engine and what it answers.

Standard library only: the image types are named for the type checker and never imported at run time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

from plitka.core.quality import USUAL_QUALITY, Quality
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import Scene, Size, check_range, check_text
from plitka.core.watch import FollowOne, OnProgress, Watch
from plitka.errors import FieldName, InputError, Phrase, PlitkaError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    RgbImage = npt.NDArray[np.uint8]
    """(H, W, 3) uint8 sRGB."""
    GranuleIds = npt.NDArray[np.int32]
    """(H, W) the granule of each cell."""
    ColourIndex = npt.NDArray[np.uint8]
    """(H, W) the place of a colour among a scene's colours, from 0."""
    ZoneIndex = npt.NDArray[np.uint8]
    """(H, W) the place of a zone in its scene, from 0."""

MAX_SEED = 2**32 - 1
RANDOM_SEED_LIMIT = 1_000_000_000
"""Seeds that we draw ourselves are below this, as the old system's were."""
STRENGTH_RANGE = (0.05, 1)
DETAIL_PX_RANGE = (0.3, 8)
STEPS_RANGE = (1, 150)
GUIDANCE_RANGE = (1, 30)
TOLERANCE_RANGE = (0, 100)
_COMPARABLE = 3.0
"""Points from what is exact up to which measured shares go without a remark; the usual tolerance of guided mode."""
_WET_ERROR = 6.0
"""Points by which shares of colours that are not near are off at most, over all lights and surfaces in the wet."""
_T = TypeVar("_T")


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
    """Another attempt is made while the largest error is above this; never above the tolerance."""
    tolerance: float = 3.0
    """No share may be further off than this."""

    def __post_init__(self) -> None:
        check_range(FieldName("tolerance"), self.tolerance, *TOLERANCE_RANGE)
        object.__setattr__(self, "aim", min(self.aim, self.tolerance))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidedDefaults:
    """What guided mode uses where a request leaves the choice to it."""

    steps: int | None = None
    """Of the whole schedule, of which the last `strength` is run; None: as many as text mode."""
    guidance: float | None = None
    """None: as text mode."""
    strength: float = 0.6
    """Fraction of the schedule that is re-run over the map, 0.05..1: of the map its flat look is painted over."""
    steps_range: tuple[float, float] | None = None
    """What the model stands, smallest and largest; None where nobody has found it out."""
    guidance_range: tuple[float, float] | None = None
    strength_range: tuple[float, float] | None = None
    detail_px: float | None = None
    """What is finer than a blur of so many pixels is the map's: for a model that leaves chips where they lie, and whose
    autoencoder cannot keep their edges and grain. None: all is as the model paints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What an engine uses where a request leaves the choice to it."""

    steps: int = 20
    """Denoising steps, 1..150."""
    guidance: float = 7.0
    """Classifier-free guidance scale, 1..30; 1 switches guidance off."""
    width_px: int = 1024
    height_px: int = 1024
    px_per_mm: float = 7.0
    """Scale of the picture, as in the photographs."""
    negative_prompt: str = (
        "blurry, worst quality, low quality, deformed, watermark, 3d render, cartoon, abstract, "
        "painting, drawing, text, sketch, low resolution"
    )
    guided: GuidedDefaults = GuidedDefaults()

    def complete(self, request: Request) -> CompleteRequest:
        """The request with every choice filled in.

        Raises:
            InputError: granules that cannot be laid or seen at that size.
        """
        is_guided = request.mode is Mode.GUIDED
        own = self.guided if is_guided else GuidedDefaults()
        size = request.scene.size or Size(width_px=self.width_px, height_px=self.height_px)
        return CompleteRequest(
            scene=replace(request.scene, size=size),
            seed=request.seed,
            mode=request.mode,
            steps=_first(request.steps, own.steps, self.steps),
            guidance=_first(request.guidance, own.guidance, self.guidance),
            negative_prompt=_first(request.negative_prompt, self.negative_prompt),
            strength=_first(request.strength, own.strength) if is_guided else 1.0,
            tolerance=_first(request.tolerance, Accuracy().tolerance),
            quality=request.quality,
            field_mm=_first(request.scene.field_mm, size.longer_px / self.px_per_mm),
            guide=request.guide,
            notices=request.notices,
        )


def _first(*choices: _T | None) -> _T:
    """The first choice that was made."""
    return next(choice for choice in choices if choice is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One picture to make; None leaves the choice to the engine's `defaults`.

    Raises:
        InputError: a value is outside its range, or belongs to another mode.
    """

    scene: Scene
    seed: int
    """0..2**32-1; the same request with the same seed gives the same picture."""
    mode: Mode = USUAL_MODE
    steps: int | None = None
    guidance: float | None = None
    negative_prompt: str | None = None
    strength: float | None = None
    """0.05..1, in guided mode only."""
    tolerance: float | None = None
    """0..100 points, in guided mode only: `Accuracy.tolerance`."""
    quality: Quality = USUAL_QUALITY
    is_forced: bool = field(default=False, compare=False)
    """Made even outside of what the model stands."""
    guide: GranuleIds | None = field(default=None, compare=False, repr=False)
    """Granules from outside, in guided mode only: any numbers, stretched over the picture."""
    notices: tuple[Notice, ...] = field(default=(), compare=False)
    """What had to be settled to read it, where nobody was told."""

    def __post_init__(self) -> None:
        check_range(FieldName("seed"), self.seed, 0, MAX_SEED)
        check_range(FieldName("steps"), self.steps, *STEPS_RANGE)
        check_range(FieldName("guidance"), self.guidance, *GUIDANCE_RANGE)
        check_range(FieldName("strength"), self.strength, *STRENGTH_RANGE)
        check_range(FieldName("tolerance"), self.tolerance, *TOLERANCE_RANGE)
        check_text(Phrase("the negative prompt"), self.negative_prompt or "")
        if self.mode is Mode.TEXT:
            self._refuse_guided_choices()

    def _refuse_guided_choices(self) -> None:
        for name in ("strength", "tolerance", "guide"):
            if getattr(self, name) is not None:
                raise InputError(
                    "{name} belongs to the mode guided; leave it out, or ask for that mode", name=FieldName(name)
                )
        if not self.scene.is_plain:
            raise InputError(
                "zones, granules, surface, light and wetness belong to the mode guided; leave them out, or ask for "
                "that mode"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteRequest:
    """A request with nothing left open; an engine makes it by `complete`.

    Raises:
        InputError: granules that cannot be laid or seen at that size.
    """

    scene: Scene
    """Its size is known."""
    seed: int
    mode: Mode
    steps: int
    guidance: float
    negative_prompt: str
    strength: float
    """1 in text mode; 0 where nothing is painted over, as in the renderer."""
    tolerance: float
    """Points; without effect in text mode."""
    field_mm: float
    """Length that the longer side of the picture shows."""
    quality: Quality = USUAL_QUALITY
    guide: GranuleIds | None = field(default=None, compare=False, repr=False)
    notices: tuple[Notice, ...] = field(default=(), compare=False)
    """What had to be settled to read it, and what the picture will not show as it was asked for."""

    def __post_init__(self) -> None:
        self.scene.check_scale(self.size, self.field_mm)

    @property
    def is_painted(self) -> bool:
        """Whether a model paints it, in its mode; else it is calculated."""
        return self.strength > 0

    @property
    def size(self) -> Size:
        """Of the picture."""
        if self.scene.size is None:
            raise ValueError("a complete request has a size")
        return self.scene.size


@dataclass(frozen=True, slots=True, eq=False)
class Swatch:
    """A picture of some colours, by which `measure` learns how they look in others by the same model."""

    pixels: RgbImage
    laid: ColourIndex
    """(H, W) which of the colours was laid at each pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShares:
    """What was asked of one zone, and what is there."""

    asked: Mapping[str, float]
    """Percent of the zone by colour code; sums to 100."""
    measured: Mapping[str, float]
    """The same, as measured on the picture."""
    exact: Mapping[str, float] | None = None
    """The same, where it is known by construction."""
    area: float = 1.0
    """Part of the tile that the zone covers, 0..1."""
    n_granules: int | None = None
    """How many granules it is made of, where they are known: shares of few cannot be exact."""
    uncertainty: float | None = None
    """Points within which the largest error of `measured` is expected to lie, where that was estimated."""

    @property
    def measure_error(self) -> float | None:
        """The largest distance between measured and exact, in points, where what is exact is known."""
        exact = self.exact
        return None if exact is None else max(abs(self.measured[code] - percent) for code, percent in exact.items())

    @property
    def max_error(self) -> float:
        """The largest distance between asked and measured, in points."""
        return max(abs(percent - self.measured[code]) for code, percent in self.asked.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A picture, what was asked of it, and what was measured on it."""

    pixels: RgbImage
    request: CompleteRequest
    prompt: str
    """The full prompt as the text encoders read it."""
    engine: str
    """Name of the model that made it, with the first 12 digits of its hash: `mini@0123456789ab`."""
    zones: tuple[ZoneShares, ...]
    """In the order of the scene's."""
    laid: ColourIndex | None = field(default=None, compare=False, repr=False)
    """(H, W) the scene's colour that was laid at each pixel of a map; `measure` learns from it how colours look."""
    zone_index: ZoneIndex | None = field(default=None, compare=False, repr=False)
    """(H, W) the zone of the granule at each pixel; None for a scene of one zone."""
    swatch: Swatch | None = field(default=None, compare=False, repr=False)
    """From which `measure` learns it, if this was painted without a map."""
    attempts: int = 1
    """How often it was painted; this is the best of them."""
    seconds: float = 0.0
    stage_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def asked(self) -> Mapping[str, float]:
        """Percent of the whole tile by colour code."""
        return _over_zones(self.zones, [zone.asked for zone in self.zones])

    @property
    def measured(self) -> Mapping[str, float]:
        """Percent of the whole visible tile by colour code, as measured; sums to 100."""
        return _over_zones(self.zones, [zone.measured for zone in self.zones])

    @property
    def exact(self) -> Mapping[str, float] | None:
        """The same as it is known by construction, where it is."""
        known = [zone.exact for zone in self.zones if zone.exact is not None]
        return _over_zones(self.zones, known) if len(known) == len(self.zones) else None

    @property
    def max_error(self) -> float:
        """The largest distance between asked and measured in any zone, in points."""
        return max(zone.max_error for zone in self.zones)

    @property
    def uncertainty(self) -> float | None:
        """The largest of any zone, where it was estimated."""
        return max((zone.uncertainty for zone in self.zones if zone.uncertainty is not None), default=None)

    @property
    def remarks(self) -> tuple[Notice, ...]:
        """What must be told with the measured shares, where they cannot be compared with those asked for."""
        errors = [zone.measure_error for zone in self.zones if zone.measure_error is not None]
        doubt = self.uncertainty if self.request.scene.wet and not errors else None
        if errors and max(errors) > _COMPARABLE:
            return (
                Notice(
                    "the measured shares are up to {points} points from the exact ones: the measure tells "
                    "these colours badly in this light or in granules so fine; the exact shares are to be trusted",
                    {"points": round(max(errors))},
                ),
            )
        if doubt is not None and len(self.asked) > 1:
            return (
                Notice(
                    "gloss and depth of colour mislead the measure of a wet tile: its shares may be {points} points "
                    "off, those of near colours more",
                    {"points": round(max(_WET_ERROR, doubt))},
                ),
            )
        return ()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All that must be told with the picture."""
        return (*self.request.notices, *self.remarks)


def _over_zones(zones: Sequence[ZoneShares], percents: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """Percent of the whole tile, of what is known of each zone."""
    if len(zones) == 1:
        return percents[0]
    total: dict[str, float] = {}
    for zone, own in zip(zones, percents, strict=True):
        for code, percent in own.items():
            total[code] = total.get(code, 0.0) + zone.area * percent
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one of several requests: a result or an error, never both."""

    index: int
    """Its place among the requests, from 0."""
    result: Result | None = None
    error: PlitkaError | None = None


class Engine(Protocol):
    """Anything that makes tiles from requests.

    One thread owns an engine; `complete`, `prompt`, `seed_ahead` and what is read are quick and safe on any other, at
    any time. A class that derives from this one holds no GPU and has nothing to close, unless it says so.
    """

    @property
    def name(self) -> str: ...

    @property
    def defaults(self) -> Defaults: ...

    @property
    def max_batch(self) -> int:
        """How many pictures are worth asking for at once."""
        ...

    def complete(self, request: Request) -> CompleteRequest:
        """The request with every choice filled in, once it is known that this engine can make it.

        Raises:
            InputError: it cannot, such as PromptTooLong where the text encoders would not see all of the words.
        """
        ...

    def prompt(self, request: CompleteRequest) -> str:
        """The full prompt that this engine reads."""
        ...

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """Do once what the first pictures of these sizes would wait for; without any, of the usual size.

        Raises:
            EngineError: the network does not run here.
        """
        ...

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """Make pictures; each outcome comes as soon as it is known, in whatever order.

        What goes wrong with one picture is its own outcome: an InputError, an EngineError, or the watch's Cancelled.
        """
        ...

    def expect(self, requests: Sequence[CompleteRequest]) -> None:  # noqa: ARG002
        """These come next, the first at once: others may be begun beside it, in no time. Without any it is idle."""
        return

    def seed_ahead(self, request: CompleteRequest) -> int | None:  # noqa: ARG002
        """A seed by which such a picture is there sooner, and which nobody else is given; None: there is none."""
        return None

    def memory_bytes(self) -> Mapping[str, int]:
        """The memory of a GPU that the engine holds, by kind; empty where there is none."""
        return {}

    def close(self) -> None:
        """End what would outlive the engine, such as child processes; nothing is made after it. Twice is once."""
        return


def generate_one(engine: Engine, request: CompleteRequest, on_progress: OnProgress | None = None) -> Result:
    """One picture by an engine.

    Raises:
        InputError: the engine cannot make it.
        EngineError: the network failed.
        Cancelled: `on_progress` raised it.
    """
    watch = None if on_progress is None else FollowOne(on_progress)
    outcome = next(iter(engine.generate([request], watch)))
    if outcome.error is not None:
        raise outcome.error
    assert outcome.result is not None
    return outcome.result
