"""The granule map that a guided picture starts from: which granule lies where, and how a lamp would light it.

Decisions:
* The map is laid in less depth than a rendered layer, which takes half the time.
* Its cells are as fine as a render's, and it is lit as a render is. What the map does not show of facets, gaps and
  glints a network that makes few steps cannot know: it paints dull, rounded pebbles, and of outlines that are stairs
  ragged ones.
* A map depends on its spec alone, so maps can be laid ahead of need, in other processes, and kept.
* A map from outside has no relief, and is painted flat.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from plitka.core.scene import Granules, Lighting, Surface
from plitka.core.tile.dealing import Chips
from plitka.core.tile.granules import CoarsenessShares, GranuleConfig, lay_granules, numbered
from plitka.core.tile.masks import label_masks
from plitka.core.tile.painting import light_pixels
from plitka.core.tile.shading import LightMaps, compute_light
from plitka.core.tile.surfaces import configure_light
from plitka.core.tile.zones import zone_mixes

if TYPE_CHECKING:
    import numpy.typing as npt

    from plitka.core.generation import CompleteRequest, GranuleIds
    from plitka.core.tile.granules import FloatMap
    from plitka.core.tile.masks import ZoneIndex
    from plitka.core.tile.surfaces import Appearance

_USUAL_COARSENESS = 1
"""Place of the usual one in `Coarseness`."""
_SAMPLE_PX, _SAMPLE_MM = 192, 27.0
"""Side of the granules that tell how light usual ones are on the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideConfig:
    """How the map is laid and painted."""

    oversample: int = 2
    """Cells to a pixel's side."""
    layers: float = 3.0
    """Of a relief's six, enough for a hint of it; what is bare is given to the chips around it."""
    bare_share: float = 0.02
    n_places: int = 8
    n_shapes: int = 120
    seam: float = 0.85
    """Part of the light that is left in the cells at a chip's right and lower sides where only outlines are known, so
    that neighbours of one colour stay apart."""


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
class GranuleMap:
    """Which granule lies where in a picture of (H, W)."""

    cells: "GranuleIds"
    """(H k, W k) 0..n-1 without holes."""
    oversample: int
    """k."""
    coarseness: "npt.NDArray[np.int8]"
    """(n,) place of each granule's coarseness in `Coarseness`."""
    radius_mm: "FloatMap"
    """(n,) of the whole granule; 0 where it is not known."""
    light: LightMaps | None = None
    """(H, W) maps of what falls on the granules; None where only outlines are known."""

    @property
    def ids(self) -> "GranuleIds":
        """(H, W) the granule in the upper left cell of each pixel."""
        return self.cells[:: self.oversample, :: self.oversample]

    def numbered_anew(self, origin: "npt.NDArray[np.intp]", cells: "GranuleIds") -> "GranuleMap":
        """The map with other numbers, some granules being parts of those of before.

        Args:
            origin: (m,) which granule each one was.
            cells: (H k, W k) 0..m-1 without holes.
        """
        return replace(self, cells=cells, coarseness=self.coarseness[origin], radius_mm=self.radius_mm[origin])

    @property
    def chips(self) -> Chips:
        """What dealing has to know of the granules."""
        return Chips(np.bincount(self.cells.ravel()), self.coarseness, self.radius_mm)

    @property
    def seams(self) -> "npt.NDArray[np.bool_]":
        """(H, W) whether another granule begins in the next pixel to the right or below."""
        ids = self.ids
        ends = np.zeros(ids.shape, np.bool_)
        ends[:, :-1] = ids[:, :-1] != ids[:, 1:]
        ends[:-1] |= ids[:-1] != ids[1:]
        return ends


def lay_map(spec: MapSpec, config: GuideConfig) -> GranuleMap:
    """Granules over a picture of any format, cut from a square of its longer side.

    Raises:
        InputError: masks that cannot be used, as `label_masks`.
    """
    granules = map_granules(spec, config)
    geometry = lay_granules(granules, spec.seed, _zone_map(spec, config, granules.n_cells))
    light, k = light_pixels(compute_light(geometry, configure_light(spec)), config.oversample), config.oversample
    seen, cells = numbered(geometry.ids[: k * spec.height_px, : k * spec.width_px])
    return GranuleMap(
        cells,
        k,
        geometry.coarseness[seen],
        geometry.radius_mm[seen],
        LightMaps(*(part[: spec.height_px, : spec.width_px] for part in light)),
    )


def map_granules(spec: MapSpec, config: GuideConfig) -> GranuleConfig:
    """How the square is laid that a map is cut from."""
    return GranuleConfig(
        size_px=max(spec.width_px, spec.height_px),
        field_mm=spec.field_mm,
        granule_mm=spec.granule_mm,
        mixes=spec.mixes,
        surface=spec.surface,
        oversample=config.oversample,
        n_shapes=config.n_shapes,
        n_places=config.n_places,
        layers=config.layers,
        bare_share=config.bare_share,
    )


def stretch_map(guide: "GranuleIds", width_px: int, height_px: int) -> GranuleMap:
    """A map from outside over a picture: each pixel takes the granule at its middle."""
    rows, columns = (
        ((np.arange(length_px) + 0.5) * n_cells / length_px).astype(int)
        for length_px, n_cells in zip((height_px, width_px), guide.shape, strict=True)
    )
    seen, cells = numbered(guide[np.ix_(rows, columns)])
    coarseness = np.full(seen.size, _USUAL_COARSENESS, np.int8)
    return GranuleMap(cells, 1, coarseness, np.zeros(seen.size, np.float32))


def light_outlines(granules: GranuleMap, tile: "Appearance", config: GuideConfig) -> LightMaps:
    """(H, W) light on a map of which only outlines are known: on each chip what usual ones get on the mean."""
    spec = MapSpec(
        width_px=_SAMPLE_PX,
        height_px=_SAMPLE_PX,
        field_mm=_SAMPLE_MM,
        seed=0,
        granule_mm=Granules().size_mm,
        surface=tile.surface,
        light=tile.light,
        wet=tile.wet,
    )
    left = np.where(granules.seams, np.float32(config.seam), np.float32(1))
    return LightMaps(*(mean * left for mean in _mean_light(spec, config)))


@lru_cache(maxsize=20)
def _mean_light(spec: MapSpec, config: GuideConfig) -> tuple[float, float, float]:
    light = lay_map(spec, config).light
    assert light is not None
    lamp, sky, sheen = (float(part.mean()) for part in light)
    return lamp, sky, sheen


def _zone_map(spec: MapSpec, config: GuideConfig, side: int) -> "ZoneIndex | None":
    """(side, side) zone of each cell of the square that the map is cut from; None where there is one mix."""
    if not spec.masks:
        return None
    width, height = config.oversample * spec.width_px, config.oversample * spec.height_px
    labels = label_masks(spec.masks, width, height, shown_px=(spec.width_px, spec.height_px))
    return np.pad(labels, ((0, side - height), (0, side - width)), mode="edge")
