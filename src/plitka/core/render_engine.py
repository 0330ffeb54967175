"""The renderer as an engine: exact shares, no network, and the same geometry for the same seed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from plitka.core.colour.arrays import decode_srgb8, encode_srgb8
from plitka.core.generation import (
    CompleteRequest,
    Defaults,
    Engine,
    Outcome,
    Request,
    Result,
    ZoneShares,
)
from plitka.core.measure.shares import measure, zone_laid
from plitka.core.quality import USUAL_QUALITY
from plitka.core.recipes.recipe import format_colours
from plitka.core.scene import Scene, Size, Zone, short_mask
from plitka.core.tile.fineness import remark_fine_zones
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.granules import USUAL_PX_PER_MM
from plitka.core.tile.renderer import OFF_TILE, LitLayer, Rendering, lay_layer, paint_layer
from plitka.core.tile.shading import shrink
from plitka.core.watch import Progress, Unwatched, Watch
from plitka.core.words import settle_words
from plitka.errors import FieldName, InputError, PlitkaError


class RenderEngine(Engine):
    """Tiles that are calculated, exact in their shares."""

    name = "render"
    max_batch = 1
    defaults = Defaults(steps=1, guidance=1.0, negative_prompt="", px_per_mm=USUAL_PX_PER_MM)

    def __init__(self) -> None:
        # One layer and its light are kept: another recipe with the same seed is then only painted.
        self._lit: tuple[MapSpec, bool, LitLayer] | None = None

    def complete(self, request: Request) -> CompleteRequest:
        """The request with every choice filled in; what belongs to networks is passed over.

        Raises:
            InputError: granules from outside, granules that cannot be laid or seen, or masks that cannot be used.
        """
        if request.guide is not None:
            raise InputError("the renderer lays its own granules; leave the guide out, or name another model")
        complete = settle_words(self.defaults.complete(request), are_read=False)
        _check_shorter_side(complete)
        notices = (*complete.notices, *remark_fine_zones(complete))
        complete = replace(complete, quality=USUAL_QUALITY, notices=notices)
        return replace(complete, steps=1, guidance=1.0, negative_prompt="", strength=0.0)

    def prompt(self, request: CompleteRequest) -> str:
        """The colours and their percents, zone by zone; there is nothing else that a renderer reads in words."""
        ground, *zones = request.scene.zones
        return "; ".join([format_colours(ground.recipe), *(_words(zone) for zone in zones)])

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """Nothing is prepared ahead."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """Render the requests in their order."""
        watch = watch or Unwatched()
        for index, request in enumerate(requests):
            try:
                result, _ = self.render(request)
                watch.report(index, Progress(step=1, n_steps=1))
                yield Outcome(index=index, result=result)
            except PlitkaError as error:
                yield Outcome(index=index, error=error)

    def render(self, request: CompleteRequest, *, whole_tile: bool = False) -> tuple[Result, Rendering]:
        """One picture, with the layer that it was painted on.

        Args:
            request: made by `complete`.
            whole_tile: the tile with its rim, on white.

        Raises:
            InputError: masks that cannot be used, or a zone without granules.
        """
        began = perf_counter()
        rendering = paint_layer(self._layer(request, whole_tile), request.scene, request.seed, whole_tile=whole_tile)
        is_zoned = len(request.scene.zones) > 1
        result = Result(
            pixels=rendering.pixels,
            request=request,
            prompt=self.prompt(request),
            engine=self.name,
            zones=tuple(
                _shares(rendering, request.scene, number, whole_tile=whole_tile)
                for number in range(len(request.scene.zones))
            ),
            laid=rendering.laid if is_zoned else None,
            zone_index=rendering.zone_index if is_zoned else None,
            seconds=perf_counter() - began,
        )
        return result, rendering

    def _layer(self, request: CompleteRequest, whole_tile: bool) -> LitLayer:
        """The layer of the last picture, if this one can lie on it as well."""
        spec = MapSpec.of(request)
        on_whole = whole_tile and bool(spec.masks)
        if self._lit is None or self._lit[:2] != (spec, on_whole):
            self._lit = spec, on_whole, lay_layer(spec, whole_tile=on_whole)
        return self._lit[2]


def make_smaller(result: Result, size: Size) -> Result:
    """The result with its picture at that size, of which its own is a multiple; it stays measured as it was drawn.

    The light of each square of pixels is averaged, as a lens does that is further away.
    """
    times = result.request.size.width_px // size.width_px
    if times == 1:
        return result
    return replace(result, pixels=encode_srgb8(shrink(decode_srgb8(result.pixels), times)))


def _check_shorter_side(request: CompleteRequest) -> None:
    """Refuse granules that would meet themselves across the edges of a narrow picture, whose sides continue."""
    _, largest_mm = request.scene.granule_range_mm
    least_mm = 2 * largest_mm * request.size.longer_px / request.size.shorter_px
    if request.field_mm < least_mm:
        raise InputError(
            "{name} must be at least {low:.4g} for a picture of {width}x{height} px, not {value:.4g}: two of the "
            "largest granules must fit into the shorter side",
            name=FieldName("field_mm"),
            low=least_mm,
            width=request.size.width_px,
            height=request.size.height_px,
            value=request.field_mm,
        )


def _words(zone: Zone) -> str:
    return f"{short_mask(zone.mask or '')} = {format_colours(zone.recipe)}"


def _shares(rendering: Rendering, scene: Scene, number: int, *, whole_tile: bool) -> ZoneShares:
    """What was asked of a zone, what is exactly there, and what a picture of it shows.

    It is measured by what was laid, as guided pictures are: in the wet, gloss and depth of colour would else be taken
    for other colours. Where a whole tile lies on its paper is known here, and cannot be seen in a small picture.
    """
    zone, where = scene.zones[number], None
    if len(scene.zones) > 1:
        where = np.equal(rendering.zone_index, number)
    elif whole_tile:
        where = np.not_equal(rendering.zone_index, OFF_TILE)
    laid = zone_laid(rendering.laid, scene.colours, zone.recipe.colours)
    found = measure(rendering.pixels, zone.recipe.colours, laid=laid, where=where)
    shares = dict(zip(zone.recipe.percents, rendering.zone_shares[number], strict=True))
    return ZoneShares(
        asked=zone.recipe.percents,
        measured=found.percents,
        exact=_percents(shares),
        area=rendering.areas[number],
        n_granules=rendering.n_granules[number],
        uncertainty=found.uncertainty,
    )


def _percents(shares: Mapping[str, float]) -> dict[str, float]:
    return {code: 100 * share for code, share in shares.items()}
