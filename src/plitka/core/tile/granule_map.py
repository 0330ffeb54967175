"""The granule map that a guided picture starts from: which granule lies where, and how a lamp would light it.

Decisions:
* The map is laid in less depth than a rendered layer: it is to hint at facets and at where the binder shines. Without
  the hint a network that makes few steps paints chips as dull, rounded pebbles.
* A map depends on its spec alone, so maps can be laid ahead of need, in other processes, and kept.
* A map from outside has no relief, and is painted flat.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from plitka.core.scene import Lighting, Surface
from plitka.core.tile.dealing import Chips
from plitka.core.tile.granules import CoarsenessShares, GranuleConfig, lay_granules, numbered
from plitka.core.tile.lighting import LIGHTS, LightConfig
from plitka.core.tile.masks import label_masks
from plitka.core.tile.shading import compute_light
from plitka.core.tile.surfaces import SURFACES, configure_light
from plitka.core.tile.zones import zone_mixes

if TYPE_CHECKING:
    import numpy.typing as npt

    from plitka.core.generation import CompleteRequest, GranuleIds
    from plitka.core.tile.granules import FloatMap, Geometry
    from plitka.core.tile.masks import ZoneIndex

_USUAL = LIGHTS[Lighting.STUDIO]
_USUAL_LAMP, _USUAL_SKY, _USUAL_SHEEN = 0.640, 0.559, 0.075
"""Means of the light maps of usual granules in the usual light: over seeds and sizes from 512 px within 0.5 %, of the
sheen within 3 %."""
_BOUNCING_ALBEDO = 0.5
"""Of a chip that gives light on to its neighbours; the middle between black and white is near enough."""
_WET_VEIL_GAIN = 1.22
"""Of the veil on a wet tile, beside `GuideConfig.veil` times its highlight. That veil is less than the highlight on the
mean: being fitted by a straight line it lacks what bright chips throw on each other, and wet chips are dark. So chosen
that maps are as bright as renders under every light on every surface."""
_USUAL_COARSENESS = 1
"""Place of the usual one in `Coarseness`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideConfig:
    """How the map is laid and painted."""

    px_per_cell: int = 1
    """Side of the map's cells: on wider ones torn edges are stairs."""
    layers: float = 2.5
    """Of a relief's six, enough for a hint of it; what is bare is given to the chips around it."""
    bare_share: float = 0.05
    n_places: int = 4
    n_shapes: int = 120
    mean_of_lit: float = 0.81
    veil: float = 0.008
    """Linear light inside a chip: `mean_of_lit` of its lit colour, and on top of it the sheen of the binder, on the
    mean, which black shows as well. With the seams it is the mean of a rendered layer: least squares over renders of
    catalogue colours in the usual light."""
    relief: float = 0.5
    """How much the map shows of the light and shade that a lamp would put on its chips: 0 is flat, 1 all of it."""
    seam: float = 0.85
    """Part of a chip's colour that is left in the cells at its right and lower sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSpec:
    """All that decides a granule map but for `GuideConfig`; requests of one spec can share a map."""

    width_px: int
    height_px: int
    field_mm: float
    """Length that the longer side shows."""
    seed: int
    granule_mm: tuple[float, float]
    mixes: tuple[CoarsenessShares, ...] = ()
    """As `GranuleConfig.mixes`."""
    masks: tuple[str, ...] = ()
    """Of the zones whose mixes differ from the ground's; none where there is one mix."""
    surface: Surface = Surface.PRESSED
    light: Lighting = Lighting.STUDIO
    wet: bool = False

    @classmethod
    def of(cls, request: "CompleteRequest") -> "MapSpec":
        """The map that a request needs."""
        scene, mixes = request.scene, zone_mixes(request.scene)
        return cls(
            width_px=request.size.width_px,
            height_px=request.size.height_px,
            field_mm=request.field_mm,
            seed=request.seed,
            granule_mm=scene.granules.size_mm,
            mixes=mixes,
            masks=tuple(zone.mask for zone in scene.zones if zone.mask is not None) if len(mixes) > 1 else (),
            surface=scene.surface,
            light=scene.light,
            wet=scene.wet,
        )


@dataclass(frozen=True, slots=True)
class Exposure:
    """How much light falls on granules, beside dry pressed ones in the usual light."""

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """In each primary, on the mean."""
    veil_gain: float = 1.0
    """Of the veil that the highlights are on the mean."""


@dataclass(frozen=True, slots=True)
class LitRelief:
    """How a lamp would light the granules: (h, w) maps, each 1 on the mean."""

    light: "FloatMap"
    sheen: "FloatMap"
    exposure: Exposure = field(default_factory=Exposure)


@dataclass(frozen=True, slots=True)
class GranuleMap:
    """Which granule lies at each cell of a picture."""

    ids: "GranuleIds"
    """(h, w) 0..n-1 without holes."""
    px_per_cell: int
    coarseness: "npt.NDArray[np.int8]"
    """(n,) place of each granule's coarseness in `Coarseness`."""
    radius_mm: "FloatMap"
    """(n,) of the whole granule; 0 where it is not known."""
    relief: LitRelief | None = None
    """None where only outlines are known."""

    def numbered_anew(self, origin: "npt.NDArray[np.intp]", ids: "GranuleIds") -> "GranuleMap":
        """The map with other numbers, some granules being parts of those of before.

        Args:
            origin: (m,) which granule each one was.
            ids: (h, w) 0..m-1 without holes.
        """
        return replace(self, ids=ids, coarseness=self.coarseness[origin], radius_mm=self.radius_mm[origin])

    @property
    def chips(self) -> Chips:
        """What dealing has to know of the granules."""
        return Chips(np.bincount(self.ids.ravel()), self.coarseness, self.radius_mm)

    @property
    def seams(self) -> "npt.NDArray[np.bool_]":
        """(h, w) whether another granule begins in the next cell to the right or below."""
        ends = np.zeros(self.ids.shape, np.bool_)
        ends[:, :-1] = self.ids[:, :-1] != self.ids[:, 1:]
        ends[:-1] |= self.ids[:-1] != self.ids[1:]
        return ends


def lay_map(spec: MapSpec, config: GuideConfig) -> GranuleMap:
    """Granules over a picture of any format, cut from a square of its longer side.

    Raises:
        InputError: masks that cannot be used, as `label_masks`.
    """
    side_px = max(spec.width_px, spec.height_px)
    granules = GranuleConfig(
        size_px=side_px // config.px_per_cell,
        field_mm=spec.field_mm,
        granule_mm=spec.granule_mm,
        mixes=spec.mixes,
        surface=spec.surface,
        oversample=1,
        n_shapes=config.n_shapes,
        n_places=config.n_places,
        layers=config.layers,
        bare_share=config.bare_share,
    )
    geometry = lay_granules(granules, spec.seed, _zone_map(spec, config, granules.size_px))
    window = slice(spec.height_px // config.px_per_cell), slice(spec.width_px // config.px_per_cell)
    relief = _light_relief(geometry, spec)
    seen, ids = numbered(geometry.ids[window])
    return GranuleMap(
        ids,
        config.px_per_cell,
        geometry.coarseness[seen],
        geometry.radius_mm[seen],
        LitRelief(relief.light[window], relief.sheen[window], relief.exposure),
    )


def stretch_map(guide: "GranuleIds", width_px: int, height_px: int, config: GuideConfig) -> GranuleMap:
    """A map from outside over a picture: each cell takes the granule at its middle."""
    rows, columns = (
        ((np.arange(n_cells) + 0.5) * length / n_cells).astype(int)
        for n_cells, length in zip(
            (height_px // config.px_per_cell, width_px // config.px_per_cell), guide.shape, strict=True
        )
    )
    seen, ids = numbered(guide[np.ix_(rows, columns)])
    coarseness = np.full(seen.size, _USUAL_COARSENESS, np.int8)
    return GranuleMap(ids, config.px_per_cell, coarseness, np.zeros(seen.size, np.float32))


def flat_exposure(config: LightConfig) -> Exposure:
    """How much light a flat layer gets, of which no relief is known."""
    # Facets of all slopes mirror the lamp in turn: the narrower the highlight, the fewer of them at once.
    return _compare(config, (1.0, 1.0, 1 / config.sheen_exponent), (1.0, 1.0, 1 / _USUAL.sheen_exponent))


def _zone_map(spec: MapSpec, config: GuideConfig, side: int) -> "ZoneIndex | None":
    """(side, side) zone of each cell of the square that the map is cut from; None where there is one mix."""
    if not spec.masks:
        return None
    width, height = spec.width_px // config.px_per_cell, spec.height_px // config.px_per_cell
    labels = label_masks(spec.masks, width, height, shown_px=(spec.width_px, spec.height_px))
    return np.pad(labels, ((0, side - height), (0, side - width)), mode="edge")


def _light_relief(geometry: "Geometry", spec: MapSpec) -> LitRelief:
    """What the lamp and the sky of a spec put on a geometry."""
    config = configure_light(spec)
    maps = compute_light(geometry, config)
    light = config.lamp * maps.lamp + config.sky * maps.sky
    exposure = Exposure()
    if spec.surface is not Surface.PRESSED or config != _USUAL:
        means = float(maps.lamp.mean()), float(maps.sky.mean()), float(maps.sheen.mean())
        exposure = _compare(config, means, (_USUAL_LAMP, _USUAL_SKY, _USUAL_SHEEN))
        exposure = replace(exposure, veil_gain=exposure.veil_gain * SURFACES[spec.surface].veil_gain)
    return LitRelief(light / light.mean(), maps.sheen / maps.sheen.mean(), exposure)


_Means = tuple[float, float, float]
"""Of the maps of the lamp, the sky and the sheen."""


def _compare(config: LightConfig, means: _Means, usual_means: _Means) -> Exposure:
    """A light, by the means of its maps, beside the usual one."""
    red, green, blue = (
        _received(config, means, tint) / _received(_USUAL, usual_means, usual_tint)
        for tint, usual_tint in zip(config.lamp_rgb, _USUAL.lamp_rgb, strict=True)
    )
    veil_gain = config.highlight * means[2] / (_USUAL.highlight * usual_means[2])
    return Exposure((red, green, blue), veil_gain * (1 + (_WET_VEIL_GAIN - 1) * config.wetness))


def _received(config: LightConfig, means: _Means, tint: float) -> float:
    """Light that falls on a chip on the mean in one primary, as `shading.paint` has it."""
    lamp, sky, _ = means
    return config.lamp * lamp * tint + config.sky * sky + config.bounce * (1 - sky) * _BOUNCING_ALBEDO
