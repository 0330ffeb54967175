"""One picture while it is made: by attempts over a granule map, or by its words alone.

In guided mode the prompt is painted over a granule map (`plitka.core.tile.layout`), and what is measured corrects the
map until the shares are true (`plitka.core.correction`). In text mode it is painted from pure noise; then a swatch is
painted over a map, to learn from it how this model shows the colours that are to be measured.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import structlog

from plitka.core.colour.palette import Colour
from plitka.core.correction import Correction, CorrectionConfig, Plan, Quotas
from plitka.core.generation import (
    Accuracy,
    CompleteRequest,
    Mode,
    Request,
    Result,
    Swatch,
    ZoneShares,
)
from plitka.core.measure.samples import Labels, Mask
from plitka.core.measure.shares import MeasureShares, measure, measure_shares, zone_laid
from plitka.core.painter import Canvas, Painted, Painter
from plitka.core.quality import Quality
from plitka.core.scene import Size, overall_recipe
from plitka.core.tile.detail import restore_detail
from plitka.core.tile.granule_map import GranuleMap, MapSpec, stretch_map
from plitka.core.tile.layout import Layout
from plitka.core.tile.masks import zone_labels
from plitka.core.watch import begin_stage
from plitka.errors import EngineError

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage
    from plitka.core.tile.map_pool import MapPool

log = structlog.get_logger(__name__)

SWATCH_PX = 512
"""Side of a swatch: some 2,500 chips."""


class PictureSteps(Protocol):
    """How a picture of one mode is made."""

    @property
    def attempt(self) -> int:
        """Of the canvas that was asked for last, from 1."""
        ...

    @property
    def is_aside(self) -> bool:
        """Whether that canvas is not the picture itself: an error on it does not fail the picture."""
        ...

    def next_canvas(self) -> Canvas | None:
        """What to paint next; None when `finish` is due."""
        ...

    def take(self, painted: Painted) -> None:
        """The canvas is painted."""
        ...

    def finish(self) -> Result:
        """The picture."""
        ...


class Workshop:
    """What the pictures share: painter, maps, what measures, and the last swatch."""

    def __init__(
        self,
        painter: Painter,
        maps: "MapPool",
        correction: CorrectionConfig,
        measure_shares: MeasureShares = measure_shares,
    ) -> None:
        self.painter = painter
        self.maps = maps
        self.correction = correction
        self.measure_shares = measure_shares
        self.swatch: tuple[CompleteRequest, Swatch] | None = None

    def begin(self, request: CompleteRequest) -> PictureSteps:
        """A picture of its mode; nothing is laid yet."""
        making = _Making(self, request)
        return _Guided(making) if request.mode is Mode.GUIDED else _Text(making)

    def prompt(self, request: CompleteRequest) -> str:
        """The full prompt of a request."""
        zones, size = request.scene.zones, request.size
        if len(zones) == 1:
            return self.painter.prompt(zones[0].recipe, request.scene.words)
        labels = zone_labels(request.scene, size.width_px, size.height_px)
        areas = np.bincount(labels.ravel(), minlength=len(zones)) / labels.size
        return self.painter.prompt(overall_recipe(zones, areas.tolist()), request.scene.words)

    def lay_ahead(self, request: CompleteRequest) -> None:
        """Have the map of a request laid that will come soon."""
        if _needs_map(request):
            self.maps.lay_ahead(MapSpec.of(request))

    def expect(self, requests: Sequence[CompleteRequest]) -> None:
        """Have the maps of requests laid, the first of which is made at once; those of others are discarded.

        Without any, maps are laid whose seeds can be given to those that come.
        """
        self.maps.keep({MapSpec.of(request) for request in requests if _needs_map(request)})
        for request in requests[1:]:
            self.lay_ahead(request)
        if not requests:
            self.maps.spares.rest()

    def seed_ahead(self, request: CompleteRequest) -> int | None:
        """A seed of which the map of such a request is laid; None where there is none, or it needs no map."""
        return self.maps.spares.give_seed(MapSpec.of(request)) if _needs_map(request) else None

    def layout(self, request: CompleteRequest) -> Layout:
        """The map of a request, with its scene.

        Raises:
            InputError: the granules of a guide, or of a small zone, cannot be dealt within the tolerance.
        """
        layout = Layout(request, self._granules(request), self.maps.config)
        if request.guide is not None or len(request.scene.zones) > 1:
            layout.check(request.tolerance)
        return layout

    def _granules(self, request: CompleteRequest) -> GranuleMap:
        if request.guide is None:
            return self.maps.take(MapSpec.of(request))
        return stretch_map(request.guide, request.size.width_px, request.size.height_px)


def _needs_map(request: CompleteRequest) -> bool:
    return request.mode is Mode.GUIDED and request.guide is None


@dataclass(slots=True)
class _Making:
    """One request while it is made."""

    workshop: Workshop
    request: CompleteRequest
    _prompt: str | None = None
    started_s: float = field(default_factory=time.perf_counter)
    stage_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """The full prompt; an error in it is found when it is first needed."""
        if self._prompt is None:
            self._prompt = self.workshop.prompt(self.request)
        return self._prompt

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time and log a part of the work."""
        begin_stage(name)
        started = time.perf_counter()
        yield
        self.count(name, time.perf_counter() - started)
        log.info("stage_done", stage=name, seconds=round(time.perf_counter() - started, 3))

    def count(self, name: str, seconds: float) -> None:
        """Add to the time of a stage."""
        self.stage_seconds[name] = self.stage_seconds.get(name, 0.0) + seconds

    def canvas(self, request: CompleteRequest, start: "RgbImage | None", strength: float) -> Canvas:
        """A canvas for this picture's words."""
        return Canvas(
            prompt=self.prompt,
            negative_prompt=request.negative_prompt,
            seed=request.seed,
            width_px=request.size.width_px,
            height_px=request.size.height_px,
            steps=request.steps,
            guidance=request.guidance,
            start=start,
            strength=strength,
            is_exact=request.quality is Quality.EXACT,
        )

    def result(self, pixels: "RgbImage", zones: Sequence[ZoneShares]) -> Result:
        """What is known of every picture."""
        return Result(
            pixels=pixels,
            request=self.request,
            prompt=self.prompt,
            engine=self.workshop.painter.name,
            zones=tuple(zones),
            seconds=time.perf_counter() - self.started_s,
            stage_seconds=dict(self.stage_seconds),
        )


class _Guided:
    """The best of a few attempts over a granule map, each with its quotas corrected by those before it."""

    is_aside = False

    def __init__(self, making: _Making) -> None:
        self._making = making
        self._layout: Layout | None = None
        self._plan: Plan | None = None
        self._start: RgbImage | None = None
        self._best: RgbImage | None = None
        request = making.request
        self._correction = Correction(
            [zone.recipe.shares for zone in request.scene.zones],
            request.strength,
            Accuracy(tolerance=request.tolerance),
            making.workshop.correction,
        )

    @property
    def attempt(self) -> int:
        """The one that is painted now."""
        return self._correction.n_attempts + 1

    @property
    def layout(self) -> Layout:
        """The map with its scene, laid when it is first needed."""
        if self._layout is None:
            with self._making.stage("map"):
                self._layout = self._making.workshop.layout(self._making.request)
        return self._layout

    def next_canvas(self) -> Canvas | None:
        """The next plan, painted flat."""
        self._plan = self._correction.next_plan()
        if self._plan is None:
            return None
        self._start = self.layout.paint(self._plan.quotas)
        return self._making.canvas(self._making.request, self._start, self._plan.strength)

    def take(self, painted: Painted) -> None:
        """Measure the attempt, and keep its picture if it is the best."""
        assert self._plan is not None
        for stage, seconds in painted.stage_seconds.items():
            self._making.count(stage, seconds)
        pixels = self._with_detail(painted.pixels)
        with self._making.stage("measure"):
            measured = self._measure_zones(pixels)
        attempt = self._correction.tell(self._plan, measured)
        log.info("attempt_done", attempt=self._correction.n_attempts, plan=self._plan, measured=measured)
        if attempt is self._correction.best:
            self._best = pixels

    def _with_detail(self, pixels: "RgbImage") -> "RgbImage":
        """With the finest of a map in relief, if the model says so and is to change no more than it usually does."""
        assert self._plan is not None
        assert self._start is not None
        usual = self._making.workshop.painter.defaults.guided
        if usual.detail_px is None or self.layout.granules.light is None or self._plan.strength > usual.strength:
            return pixels
        with self._making.stage("detail"):
            return restore_detail(pixels, self._start, usual.detail_px)

    def _measure_zones(self, pixels: "RgbImage") -> Quotas:
        """For each zone, the share of each colour, 0..1; how the colours look is learnt from where they were laid."""
        assert self._plan is not None
        measure_shares = self._making.workshop.measure_shares
        views = _zone_views(self._making.request, self.layout, self._plan.quotas)
        return tuple(_shares(measure_shares(pixels, view.colours, laid=view.laid, where=view.where)) for view in views)

    def finish(self) -> Result:
        """The best attempt."""
        assert self._best is not None
        best, layout, scene = self._correction.best, self.layout, self._making.request.scene
        zones = [
            ZoneShares(
                asked=zone.recipe.percents, measured=_percents(zone.recipe.percents, shares), area=area, n_granules=n
            )
            for zone, shares, area, n in zip(scene.zones, best.measured, layout.areas, layout.n_granules, strict=True)
        ]
        if scene.wet:  # the dry are as sure as is promised of all
            views = _zone_views(self._making.request, layout, best.plan.quotas)
            doubts = (measure(self._best, view.colours, laid=view.laid, where=view.where).uncertainty for view in views)
            zones = [replace(zone, uncertainty=doubt) for zone, doubt in zip(zones, doubts, strict=True)]
        return replace(
            self._making.result(self._best, zones),
            laid=layout.lay(best.plan.quotas),
            zone_index=layout.zone_index if len(zones) > 1 else None,
            attempts=self._correction.n_attempts,
        )


class _ZoneView(NamedTuple):
    """What `measure` is told of a zone."""

    colours: Sequence[Colour]
    laid: Labels
    where: Mask | None
    """None: the whole tile."""


def _zone_views(request: CompleteRequest, layout: Layout, quotas: Quotas) -> Iterator[_ZoneView]:
    """What is known of each zone before it is looked at."""
    scene, laid = request.scene, layout.lay(quotas)
    for index, zone in enumerate(scene.zones):
        where = layout.zone_index == index if len(scene.zones) > 1 else None
        yield _ZoneView(zone.recipe.colours, zone_laid(laid, scene.colours, zone.recipe.colours), where)


def _shares(percents: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(percent / 100 for percent in percents.values())


def _percents(codes: Mapping[str, float], shares: Sequence[float]) -> dict[str, float]:
    return dict(zip(codes, (100 * share for share in shares), strict=True))


class _Text:
    """The words alone from pure noise, and then a swatch by which the picture is measured."""

    attempt = 1

    def __init__(self, making: _Making) -> None:
        self._making = making
        self._pixels: RgbImage | None = None
        self._swatch_layout: Layout | None = None
        self.is_aside = False

    def next_canvas(self) -> Canvas | None:
        """The picture; after it, unless the last one was of the same colours, a swatch."""
        request, workshop = self._making.request, self._making.workshop
        if self._pixels is None:
            return self._making.canvas(request, None, 1.0)
        wanted = self._wanted_swatch()
        if self.is_aside or wanted is None or (workshop.swatch and workshop.swatch[0] == wanted):
            return None
        # Only now: what the swatch needs, and how it may fail, changes no byte of the picture.
        self.is_aside = True
        try:
            with self._making.stage("swatch"):
                self._swatch_layout = workshop.layout(wanted)
        except EngineError as error:
            log.warning("swatch_failed", reason=str(error))
            return None
        start = self._swatch_layout.paint(_equal(wanted))
        return self._making.canvas(wanted, start, wanted.strength)

    def _wanted_swatch(self) -> CompleteRequest | None:
        """As much of each colour, over a map; None for one colour, which is not measured."""
        request, recipe = self._making.request, self._making.request.scene.recipe
        if len(recipe.parts) == 1:
            return None
        size = Size(width_px=min(request.size.width_px, SWATCH_PX), height_px=min(request.size.height_px, SWATCH_PX))
        asked = Request(scene=replace(request.scene, size=size), seed=0, mode=Mode.GUIDED, quality=request.quality)
        return self._making.workshop.painter.defaults.complete(asked)

    def take(self, painted: Painted) -> None:
        """Keep the picture, or the swatch for this and the next picture of the recipe."""
        if not self.is_aside:
            self._pixels = painted.pixels
            for stage, seconds in painted.stage_seconds.items():
                self._making.count(stage, seconds)
            return
        wanted = self._wanted_swatch()
        assert wanted is not None
        assert self._swatch_layout is not None
        self._making.count("swatch", sum(painted.stage_seconds.values()))
        laid = self._swatch_layout.lay(_equal(wanted))
        self._making.workshop.swatch = wanted, Swatch(painted.pixels, laid)

    def finish(self) -> Result:
        """The picture, measured."""
        assert self._pixels is not None
        recipe, kept = self._making.request.scene.recipe, self._making.workshop.swatch
        swatch = kept[1] if kept is not None and kept[0] == self._wanted_swatch() else None
        with self._making.stage("measure"):
            measured = self._making.workshop.measure_shares(self._pixels, recipe.colours, swatch=swatch)
        zone = ZoneShares(asked=recipe.percents, measured=_percents(recipe.percents, _shares(measured)))
        return replace(self._making.result(self._pixels, [zone]), swatch=swatch)


def _equal(request: CompleteRequest) -> Quotas:
    """As much of each colour."""
    n = len(request.scene.recipe.parts)
    return ((1 / n,) * n,)
