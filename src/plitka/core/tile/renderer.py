"""Tiles calculated from their scene: geometry, light and paint in one call, exact in their shares."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import encode_srgb, lit_colours
from plitka.core.scene import Scene
from plitka.core.tile.dealing import Chips, deal_colours
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.granules import FloatMap, Geometry, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.masks import ZoneIndex, label_masks
from plitka.core.tile.painting import PixelChips, finishes_of, light_pixels, paint_dealt
from plitka.core.tile.shading import LightMaps, compute_light, normals, shrink, wetted_albedo
from plitka.core.tile.surfaces import SURFACES, configure_light
from plitka.core.tile.zones import ZonedChips, asked_shares, part_at_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plitka.core.generation import ColourIndex, CompleteRequest, RgbImage
    from plitka.core.recipes.recipe import Recipe

OFF_TILE = 255
"""In a zone index: paper, beside a whole tile."""
_TILE_MARGIN = 0.07
"""Of the picture's width and of its height, left white on each side of a whole tile: it has the proportions of the
picture."""
_RIM_SLACK = 0.25
"""Of the largest chip: how far one may stick out of the mould's line, as chips at a tile's edge do."""
_SHADOW_MM, _SHADOW_DEPTH = 2.0, 0.28
"""How far a whole tile's soft shadow reaches on the paper, and how much light it takes. By eye."""
_ROUGHNESS_OF_GAPS = 0.95
"""In the roughness map: of dry places that see no sky. By eye."""
_WET_SMOOTHNESS_GAIN = 2.5
"""Times as smooth, where smoothness is 1 - roughness, as a film of water makes a face (Lagarde 2013, Water drop 3b:
physically based wet surfaces)."""


@dataclass(frozen=True, slots=True)
class LitLayer:
    """A layer of granules and the light on it: what one scene after another can be painted on."""

    geometry: Geometry
    light: LightMaps
    light_config: LightConfig
    """What the light was computed by."""
    pixel_chips: PixelChips = field(init=False, repr=False)
    pixel_light: LightMaps = field(init=False, repr=False)

    def __post_init__(self) -> None:
        oversample = self.geometry.config.oversample
        object.__setattr__(self, "pixel_chips", PixelChips.of(self.geometry.ids, oversample))
        object.__setattr__(self, "pixel_light", light_pixels(self.light, oversample))


@dataclass(frozen=True, slots=True)
class Rendering:
    """A painted tile and the truth about it."""

    pixels: "RgbImage"
    """(H, W, 3) sRGB."""
    layer: LitLayer
    albedo: FloatMap
    """(n_chips, 3) linear light that each chip gives back."""
    zone_shares: tuple[tuple[float, ...], ...]
    """For each zone the share of each colour of its recipe over all its cells, exact."""
    areas: tuple[float, ...]
    """Part of the tile that each zone covers, 0..1."""
    n_granules: tuple[int, ...]
    """Of each zone."""
    zone_index: ZoneIndex
    """(H, W) zone of the granule in the upper left cell of each pixel, or `OFF_TILE`."""
    laid: "ColourIndex"
    """(H, W) place among the scene's colours of that granule's."""

    @property
    def geometry(self) -> Geometry:
        """The layer of granules."""
        return self.layer.geometry

    @property
    def light(self) -> LightMaps:
        """What falls on it."""
        return self.layer.light

    @property
    def shares(self) -> tuple[float, ...]:
        """Of each colour of the first zone's recipe: of the tile's, where it has one zone."""
        return self.zone_shares[0]


def render(request: "CompleteRequest", *, whole_tile: bool = False) -> Rendering:
    """Lay, light and paint a tile; the same scene and seed give the same bytes.

    Args:
        request: a complete one.
        whole_tile: the tile on white with its ragged edge: the chips that lie within 86 % of the picture's sides.

    Raises:
        InputError: masks that cannot be used.
    """
    layer = lay_layer(MapSpec.of(request), whole_tile=whole_tile)
    return paint_layer(layer, request.scene, request.seed, whole_tile=whole_tile)


def lay_layer(spec: MapSpec, *, whole_tile: bool = False) -> LitLayer:
    """Lay and light what all scenes of one spec are painted on.

    Raises:
        InputError: masks that cannot be used.
    """
    return light_layer(lay_geometry(spec, whole_tile=whole_tile), spec)


def lay_geometry(spec: MapSpec, *, whole_tile: bool = False) -> Geometry:
    """The granules of a spec, whatever its light and however wet.

    Raises:
        InputError: masks that cannot be used.
    """
    config = granule_config(spec)
    zone_map = _label_cells(spec.masks, config, whole_tile) if spec.masks else None
    return lay_granules(config, spec.seed, zone_map)


def granule_config(spec: MapSpec) -> GranuleConfig:
    """How the layer of a spec is laid."""
    return GranuleConfig(
        size_px=spec.width_px,
        height_px=spec.height_px,
        field_mm=spec.field_mm,
        granule_mm=spec.granule_mm,
        mixes=spec.mixes,
        surface=spec.surface,
    )


def light_layer(geometry: Geometry, spec: MapSpec) -> LitLayer:
    """Granules in the light of a spec, as wet as it says."""
    light_config = configure_light(spec)
    return LitLayer(geometry, compute_light(geometry, light_config), light_config)


def paint_layer(layer: LitLayer, scene: Scene, seed: int, *, whole_tile: bool = False) -> Rendering:
    """Paint a scene on a layer that was laid and lit for it.

    Raises:
        InputError: masks that cannot be used, or a zone without granules.
    """
    layer, zoned, kept = _zoned(layer, scene, whole_tile=whole_tile)
    geometry, oversample = layer.geometry, layer.geometry.config.oversample
    rng = painting_stream(seed)
    dealt = zoned.deal(asked_shares(scene), rng, plain=deal_colours)
    finishes, camera = finishes_of(scene, zoned.areas)
    ground = _pixel_ground(kept, geometry) if whole_tile else None
    pixels, albedo = paint_dealt(layer, lit_colours(scene.colours), finishes, dealt, camera, rng, ground)
    chips = geometry.ids[::oversample, ::oversample]
    zone_index = np.where(kept, zoned.zone_of_chip, np.uint8(OFF_TILE))[chips]
    laid = dealt.astype(np.uint8)[chips]
    return Rendering(pixels, layer, albedo, zoned.shares(dealt), zoned.areas, zoned.n_granules, zone_index, laid)


def recolour(geometry: Geometry, light: LightMaps, recipe: "Recipe", light_config: LightConfig, seed: int) -> Rendering:
    """Paint a plain recipe on a geometry whose light is known."""
    return paint_layer(LitLayer(geometry, light, light_config), Scene.of(recipe), seed)


def painting_stream(seed: int) -> np.random.Generator:
    """What dealing, then what chips differ by, draw from; each further zone is dealt from a child."""
    return np.random.default_rng([seed, 1])


def zone_layer(layer: LitLayer, scene: Scene) -> tuple[LitLayer, ZonedChips]:
    """A layer and its chips, all of them seen, by the zones of a scene; chips of two zones are cut at the tile's edges.

    Raises:
        InputError: masks that cannot be used, or a zone without granules.
    """
    return _zoned(layer, scene, whole_tile=False)[:2]


def _zoned(layer: LitLayer, scene: Scene, *, whole_tile: bool) -> tuple[LitLayer, ZonedChips, npt.NDArray[np.bool_]]:
    """The layer as a scene's zones part it; its chips, those beside the tile without an area; which are on the tile."""
    masks = [zone.mask for zone in scene.zones if zone.mask is not None]
    labels = _label_cells(masks, layer.geometry.config, whole_tile) if masks else None
    if labels is not None and not whole_tile:
        origin, ids = part_at_edges(layer.geometry.ids, labels, len(scene.zones))
        layer = replace(layer, geometry=layer.geometry.numbered_anew(origin, ids))
    geometry = layer.geometry
    kept = _chips_of_tile(geometry) if whole_tile else np.ones(geometry.areas.size, bool)
    chips = Chips(np.where(kept, geometry.areas, 0), geometry.coarseness, geometry.radius_mm)
    return layer, ZonedChips.of(scene, chips, geometry.ids, labels), kept


def _label_cells(masks: "Sequence[str]", config: GranuleConfig, whole_tile: bool) -> ZoneIndex:
    """(M, N) zone of each cell; the masks lie on the tile, not on the paper beside it."""
    (rows, columns), (down, across) = config.shape, _margins(config) if whole_tile else (0, 0)
    shown_px = columns // config.oversample, rows // config.oversample
    labels = label_masks(masks, columns - 2 * across, rows - 2 * down, shown_px=shown_px)
    return np.pad(labels, ((down, down), (across, across)), mode="edge")


def _margins(config: GranuleConfig) -> tuple[int, int]:
    """Rows above and below a whole tile, and columns beside it."""
    rows, columns = config.shape
    return round(_TILE_MARGIN * rows), round(_TILE_MARGIN * columns)


def _chips_of_tile(geometry: Geometry) -> npt.NDArray[np.bool_]:
    """(n_chips,) whether no cell of a chip lies outside the rectangle that the mould left."""
    config = geometry.config
    slack = round(_RIM_SLACK * config.granule_mm[1] * config.cells_per_mm)
    down, across = (max(margin - slack, 0) for margin in _margins(config))
    rows, columns = config.shape
    outside = np.ones(config.shape, bool)
    outside[down : rows - down, across : columns - across] = False
    kept = np.ones(geometry.areas.size, bool)
    kept[np.unique(geometry.ids[outside])] = False
    return kept


def _pixel_ground(kept: npt.NDArray[np.bool_], geometry: Geometry) -> tuple[FloatMap, FloatMap]:
    """(H, W) how much of each pixel is tile, and the paper's light."""
    on_tile, oversample = kept[geometry.ids], geometry.config.oversample
    maps = on_tile.astype(np.float32), _lit_ground(on_tile, geometry.config)
    tile, paper = (shrink(one[..., None], oversample)[..., 0] for one in maps)
    return tile, paper


def _lit_ground(on_tile: npt.NDArray[np.bool_], config: GranuleConfig) -> FloatMap:
    """(M, N) white paper in the soft shadow of a tile that stands on it."""
    shadow: FloatMap = on_tile.astype(np.float32)
    reach = max(1, round(_SHADOW_MM * config.cells_per_mm))
    for axis in (0, 1, 0, 1):
        shadow = np.mean([np.roll(shadow, step, axis) for step in (-reach, -reach // 2, 0, reach // 2, reach)], axis=0)
    return (1 - _SHADOW_DEPTH * shadow).astype(np.float32)


def render_maps(rendering: Rendering) -> dict[str, npt.NDArray[np.uint16]]:
    """The surface as maps for other renderers, 16 bits a channel, periodic.

    Returns:
        albedo: (H, W, 3) sRGB without light or shadow, dry or wet. ids: (H, W) chip. height: (H, W) from the lowest to
        the highest point. normal: (H, W, 3) OpenGL convention, -1..1 as 0..65535. roughness: (H, W), of the surface,
        dry or wet. ao: (H, W) share of the sky that is seen.
    """
    layer, geometry, oversample = rendering.layer, rendering.geometry, rendering.geometry.config.oversample
    height = shrink(geometry.height_mm[..., None], oversample)[..., 0]
    normal = shrink(normals(geometry.height_mm * geometry.config.cells_per_mm), oversample)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    upward = normal * np.array([1, -1, 1], np.float32)
    span = max(float(np.ptp(height)), 1e-6)
    ao = shrink(layer.light.sky[..., None], oversample)[..., 0]
    albedo = wetted_albedo(rendering.albedo, layer.light_config)
    return {
        "albedo": _to_uint16(encode_srgb(shrink(albedo[geometry.ids], oversample))),
        "ids": geometry.ids[::oversample, ::oversample].astype(np.uint16),
        "height": _to_uint16((height - height.min()) / span),
        "normal": _to_uint16((upward + 1) / 2),
        "roughness": _to_uint16(_roughness(layer, ao)),
        "ao": _to_uint16(ao),
    }


def _roughness(layer: LitLayer, ao: FloatMap) -> FloatMap:
    """(H, W) 0..1, by how much of the sky each place sees."""
    of_facets = SURFACES[layer.geometry.config.surface].roughness
    dry = _ROUGHNESS_OF_GAPS - (_ROUGHNESS_OF_GAPS - of_facets) * ao
    return np.maximum(dry - (_WET_SMOOTHNESS_GAIN - 1) * layer.light_config.wetness * (1 - dry), 0)


def _to_uint16(unit: FloatMap) -> npt.NDArray[np.uint16]:
    levels: npt.NDArray[np.uint16] = np.rint(np.clip(unit, 0, 1) * 65535).astype(np.uint16)
    return levels
