"""Light on a layer of granules: from geometry and colours to a picture and its maps.

The light that falls on the layer does not depend on its colours, but for what chips reflect on each
other, which is approximated. So it is computed once for a geometry (`light_granules`) and any recipe is
painted with it in a fraction of the time (`paint`).

All arithmetic is in linear light; heights are periodic, so pictures tile.
"""

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from plitka.core.dealing import deal_grains, grain_shares
from plitka.core.generation import Defaults, Engine, OnProgress, Progress, Request, Result
from plitka.core.granules import FloatMap, Geometry, Grain, GranuleConfig, IdMap, Surface, lay_granules
from plitka.core.lighting import LightConfig
from plitka.core.recipe import Recipe, format_colours
from plitka.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plitka.core.palette import Colour

__all__ = ["Light", "LightConfig", "RenderConfig", "RenderEngine", "Rendering", "Surface", "light_granules", "render"]

_LONGEST_SHADOW = 60
"""Cells; a lamp so low that shadows are longer is no tile photographer's."""
_SKY_STEPS = (1, 2, 3, 5, 8, 12, 18, 26, 38)
"""Cells at which the horizon is looked for."""
SHOULDER = 0.7
"""Linear light above this is bent towards white."""
_BAND_PX = 32
"""Maps of a whole picture do not fit a processor's cache; bands of so many rows do."""
LinearRgb = FloatMap
"""(..., 3) linear-light sRGB primaries, 0..1."""


@dataclass(frozen=True, slots=True)
class Light:
    """What falls on each cell, without colour: (N, N) float32 maps."""

    lamp: FloatMap
    """Cosine times visibility of the lamp, 1 for a flat unshadowed cell."""
    sky: FloatMap
    """Cosine-weighted share of the sky that is seen."""
    sheen: FloatMap
    """Highlight of the lamp."""

    def rows(self, rows: slice) -> "Light":
        """The same light on some rows of cells."""
        return Light(self.lamp[rows], self.sky[rows], self.sheen[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderConfig:
    """A layer of granules and the light on it."""

    granules: GranuleConfig = field(default_factory=GranuleConfig)
    light: LightConfig = field(default_factory=LightConfig)
    grains: "Mapping[str, Grain]" = field(default_factory=dict)
    """Of the colours, by code, whose granules are not the usual ones."""

    def grains_of(self, recipe: Recipe) -> tuple[Grain, ...]:
        """The grain of each colour of a recipe."""
        return tuple(self.grains.get(colour.code, Grain.USUAL) for colour in recipe.colours)

    def granules_for(self, recipe: Recipe) -> GranuleConfig:
        """The layer that a recipe needs: the same for all recipes if all grains are usual."""
        return replace(self.granules, grains=grain_shares(recipe.shares, self.grains_of(recipe)))


@dataclass(frozen=True, slots=True)
class Rendering:
    """A painted tile and the truth about it."""

    pixels: npt.NDArray[np.uint8]
    """(H, W, 3) sRGB."""
    colour_index: npt.NDArray[np.uint8]
    """(H, W) which of the recipe's colours lies in the upper left cell of each pixel."""
    shares: tuple[float, ...]
    """Of each colour over all cells, exact."""


def light_granules(geometry: Geometry, config: LightConfig) -> Light:
    """The light on a geometry: lamp with soft shadow, sky with occlusion, and sheen."""
    height = geometry.height_mm * geometry.config.cells_per_mm
    oversample = geometry.config.oversample
    fine, coarse = _relief(height.shape, 2 * oversample), _relief(height.shape, 3 * oversample)
    surface = height + oversample * (config.roughness * fine + config.crumple * coarse)
    normal = _normals(surface)
    to_lamp = _direction(config.azimuth_deg, config.elevation_deg)
    cosine = np.clip(normal @ to_lamp, 0, None) / to_lamp[2]
    visible = _lamp_visibility(height, config)
    half = to_lamp + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    film = _normals(surface + oversample * config.sparkle * fine)
    sheen = np.clip(film @ half, 0, 1) ** config.sheen_width * visible
    sky = _sky_visibility(height) ** config.occlusion * (0.6 + 0.4 * normal[..., 2])
    return Light(*(part.astype(np.float32) for part in (cosine * visible, sky, sheen)))


def _relief(shape: tuple[int, ...], radius: int) -> FloatMap:
    """Periodic noise of unit deviation, smooth over a radius in cells, the same for every field."""
    rng = np.random.default_rng(radius)
    relief = rng.standard_normal(shape, np.float32)
    for axis in (0, 1, 0, 1):
        sums = np.cumsum(np.concatenate([relief, relief.take(range(2 * radius + 1), axis)], axis), axis, np.float64)
        relief = (
            sums.take(range(2 * radius + 1, sums.shape[axis]), axis) - sums.take(range(shape[axis]), axis)
        ).astype(np.float32)
    relief /= relief.std()
    return relief


def _direction(azimuth_deg: float, elevation_deg: float) -> FloatMap:
    azimuth, elevation = np.deg2rad([azimuth_deg, elevation_deg])
    flat = np.cos(elevation)
    return np.array([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)], np.float32)


def _normals(height: FloatMap) -> FloatMap:
    """(N, N, 3) unit normals of a periodic height map in cells."""
    slope_x = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    slope_y = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    normal = np.stack([-slope_x, -slope_y, np.ones_like(height)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return normal


def _lamp_visibility(height: FloatMap, config: LightConfig) -> FloatMap:
    """Share of the lamp's disc that each cell sees, by marching towards five points of it."""
    spread, reach = config.softness_deg, float(np.ptp(height))
    points = ((0, 0), (spread, 0), (-spread, 0), (0, spread), (0, -spread))
    lifts = [min(max(config.elevation_deg + lift, 5.0), 88.0) for _, lift in points]
    toward = [_direction(config.azimuth_deg + turn, lift) for (turn, _), lift in zip(points, lifts, strict=True)]
    bands = [_lamp_on_band(band, toward, reach) for band in _bands(height, _LONGEST_SHADOW)]
    return np.concatenate(bands)


def _lamp_on_band(around: "_Around", points: "Sequence[FloatMap]", reach: float) -> FloatMap:
    height = around.at(0, 0)
    seen = np.zeros_like(height)
    for toward in points:
        run = float(np.hypot(toward[0], toward[1]))
        rise = float(toward[2]) / run
        horizon = np.full_like(height, -np.inf)
        for step in range(1, min(int(reach / rise) + 1, _LONGEST_SHADOW) + 1):
            there = around.at(round(float(toward[1]) / run * step), round(float(toward[0]) / run * step))
            np.maximum(horizon, there - step * rise, out=horizon)
        # A penumbra of one cell instead of a hard edge.
        seen += np.clip(1 - (horizon - height), 0, 1)
    return seen / len(points)


def _sky_visibility(height: FloatMap, n_directions: int = 12) -> FloatMap:
    """Cosine-weighted share of an even sky, from the horizon in a few directions."""
    return np.concatenate([_sky_on_band(band, n_directions) for band in _bands(height, _SKY_STEPS[-1])])


def _sky_on_band(around: "_Around", n_directions: int) -> FloatMap:
    height = around.at(0, 0)
    sky = np.zeros_like(height)
    for angle in np.arange(n_directions) * (2 * np.pi / n_directions):
        tangent = np.zeros_like(height)
        for step in _SKY_STEPS:
            rise = around.at(round(np.sin(angle) * step), round(np.cos(angle) * step)) - height
            rise /= step
            np.maximum(tangent, rise, out=tangent)
        tangent *= tangent
        tangent += 1
        sky += 1 / tangent
    return sky / n_directions


def _bands(cells: FloatMap, reach: int) -> "Iterator[_Around]":
    """A periodic map in bands that a processor's cache holds, each with its surroundings."""
    padded = np.pad(cells, reach, mode="wrap")
    height, width = cells.shape
    for top in range(0, height, _BAND_PX):
        rows = min(_BAND_PX, height - top)
        yield _Around(padded[top : top + rows + 2 * reach], reach, (rows, width))


@dataclass(frozen=True, slots=True)
class _Around:
    """Views of a band of a map from elsewhere, without copying it for each."""

    padded: FloatMap
    reach: int
    shape: tuple[int, int]

    def at(self, down: int, right: int) -> FloatMap:
        """What lies so many cells down and to the right of each cell."""
        top, left = self.reach + down, self.reach + right
        return self.padded[top : top + self.shape[0], left : left + self.shape[1]]


def paint(ids: IdMap, light: Light, albedo: LinearRgb, config: LightConfig, rng: np.random.Generator) -> LinearRgb:
    """The layer in its colours, at cell resolution.

    Args:
        ids: (M, N) chip of each cell.
        albedo: (n_chips, 3) colour of each chip: what it looks like lit from straight ahead.

    Returns:
        (M, N, 3) linear light, not clipped.
    """
    tint = np.array([1 + 0.06 * config.warmth, 1.0, 1 - 0.09 * config.warmth], np.float32)
    # Water fills the pores: less light comes back, and it has met the pigment more often.
    albedo = albedo ** (1 + 0.35 * config.wetness) * (1 - 0.15 * config.wetness)
    surface = albedo.take(ids, axis=0)
    surface *= 1 + config.grain * rng.standard_normal((*ids.shape, 1), np.float32)
    received = config.lamp * light.lamp[..., None] * tint + config.sky * light.sky[..., None]
    received += config.bounce * (1 - light.sky)[..., None] * surface
    received *= surface
    received += (config.sheen + 0.25 * config.wetness) * light.sheen[..., None]
    return received


def vary_chips(
    colours: LinearRgb, dealt: npt.NDArray[np.int32], rng: np.random.Generator, config: LightConfig | None = None
) -> LinearRgb:
    """(n_chips, 3) albedo of each chip: its colour, a little lighter or darker and a little off in tint."""
    config = config or LightConfig()
    n = dealt.size
    tone = np.exp(np.clip(rng.normal(0, config.tone, (n, 1)), -0.5, 0.5))
    tint = np.exp(np.clip(rng.normal(0, config.tint, (n, 3)), -0.1, 0.1))
    return (colours[dealt] * tone * tint).astype(np.float32)


def photograph(
    ids: IdMap,
    light: Light,
    albedo: LinearRgb,
    oversample: int,
    config: LightConfig,
    rng: np.random.Generator,
    ground: "tuple[npt.NDArray[np.bool_], FloatMap] | None" = None,
) -> npt.NDArray[np.uint8]:
    """The painted layer as an sRGB picture, through a lens that blurs a little and wraps around.

    Args:
        ground: where the layer lies, (N, N), and the light of what is seen elsewhere, (N, N).

    Returns:
        (N/oversample, N/oversample, 3).
    """
    bands = []
    for top in range(0, ids.shape[0], _BAND_PX * oversample):
        rows = slice(top, top + _BAND_PX * oversample)
        cells = paint(ids[rows], light.rows(rows), albedo, config, rng)
        if ground is not None:
            cells = np.where(ground[0][rows, :, None], cells, ground[1][rows, :, None])
        bands.append(shrink(cells, oversample))
    return to_srgb8(_roll_off(_blur(np.concatenate(bands), config.blur_px)))


def shrink(cells: LinearRgb, oversample: int) -> LinearRgb:
    """Average blocks of cells into pixels: (M, N, C) to (M/k, N/k, C)."""
    # A few sums of whole maps take a fifth of the time of numpy's mean over two short axes.
    corners = [cells[down::oversample, right::oversample] for down in range(oversample) for right in range(oversample)]
    pixels: LinearRgb = corners[0].astype(np.float32)
    for corner in corners[1:]:
        pixels += corner
    pixels /= len(corners)
    return pixels


def _blur(pixels: LinearRgb, deviation_px: float) -> LinearRgb:
    """Three-tap binomial-like blur of a given deviation, at most 0.7 px, periodic."""
    side = deviation_px**2 / 2
    for axis in (0, 1):
        pixels = (1 - 2 * side) * pixels + side * (np.roll(pixels, 1, axis) + np.roll(pixels, -1, axis))
    return pixels


def _roll_off(linear: LinearRgb) -> LinearRgb:
    """Highlights bent smoothly towards white instead of clipped, as a camera does."""
    room = 1 - SHOULDER
    return np.where(linear > SHOULDER, SHOULDER + room * np.tanh((linear - SHOULDER) / room), linear)


def to_srgb8(linear: LinearRgb) -> npt.NDArray[np.uint8]:
    """Linear light to 8-bit sRGB by IEC 61966-2-1, clipped."""
    x = np.clip(linear, 0, 1)
    encoded = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    srgb8: npt.NDArray[np.uint8] = np.rint(encoded * 255).astype(np.uint8)
    return srgb8


def to_linear(srgb8: npt.NDArray[np.uint8]) -> LinearRgb:
    """8-bit sRGB to linear light by IEC 61966-2-1."""
    x = np.arange(256, dtype=np.float32) / 255
    table = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return table[srgb8]


def lit_colours(colours: "Sequence[Colour]") -> LinearRgb:
    """(n, 3) linear light of each colour's lit facets."""
    texts = [colour.lit_hex or colour.srgb_hex for colour in colours]
    return to_linear(np.array([[int(text[i : i + 2], 16) for i in (1, 3, 5)] for text in texts], np.uint8))


def render(recipe: Recipe, config: RenderConfig, seed: int) -> Rendering:
    """Lay, light and paint a tile; the same recipe, config and seed give the same bytes."""
    geometry = lay_granules(config.granules_for(recipe), seed)
    light = light_granules(geometry, config.light)
    return recolour(geometry, light, recipe, config.light, seed, config.grains_of(recipe))


def recolour(
    geometry: Geometry, light: Light, recipe: Recipe, config: LightConfig, seed: int, grains: "Sequence[Grain]" = ()
) -> Rendering:
    """Paint a recipe on a geometry whose light is known.

    Args:
        grains: of each colour, for a geometry that was laid for them.
    """
    rng = np.random.default_rng([seed, 1])
    areas = geometry.areas
    dealt = deal_grains(geometry, areas, recipe.shares, grains, rng)
    albedo = vary_chips(lit_colours(recipe.colours), dealt, rng, config)
    oversample = geometry.config.oversample
    pixels = photograph(geometry.ids, light, albedo, oversample, config, rng)
    index = dealt[geometry.ids[::oversample, ::oversample]].astype(np.uint8)
    cells = np.bincount(dealt, areas, minlength=len(recipe.parts))
    return Rendering(pixels, index, tuple((cells / cells.sum()).tolist()))


def whole_tile(
    geometry: Geometry, light: Light, recipe: Recipe, config: LightConfig, seed: int, grains: "Sequence[Grain]" = ()
) -> Rendering:
    """A tile on white with its ragged edge: the chips that lie within 86 % of the picture's side.

    Shares are exact over the tile. In `colour_index` the ground is one past the last colour.
    """
    rng = np.random.default_rng([seed, 1])
    kept = _chips_of_tile(geometry)
    on_tile = kept[geometry.ids]
    areas = np.where(kept, geometry.areas, 0)
    dealt = deal_grains(geometry, areas, recipe.shares, grains, rng)
    albedo = vary_chips(lit_colours(recipe.colours), dealt, rng, config)
    ground = (on_tile, _lit_ground(on_tile, geometry.config))
    oversample = geometry.config.oversample
    pixels = photograph(geometry.ids, light, albedo, oversample, config, rng, ground)
    index = np.where(on_tile, dealt[geometry.ids], len(recipe.parts))[::oversample, ::oversample]
    counts = np.bincount(dealt, areas, minlength=len(recipe.parts))
    shares = tuple((counts / counts.sum()).tolist())
    return Rendering(pixels, index.astype(np.uint8), shares)


def _chips_of_tile(geometry: Geometry, margin: float = 0.07) -> npt.NDArray[np.bool_]:
    """(n_chips,) whether no cell of a chip lies outside the square that the mould left."""
    n = geometry.config.n_cells
    rim = round(margin * n)
    # A chip may stick out of the mould's line by a little, as chips at a tile's edge do.
    slack = round(0.25 * geometry.config.granule_mm[1] * geometry.config.cells_per_mm)
    outside = np.ones((n, n), bool)
    outside[rim - slack : n - rim + slack, rim - slack : n - rim + slack] = False
    kept = np.ones(geometry.areas.size, bool)
    kept[np.unique(geometry.ids[outside])] = False
    return kept


def _lit_ground(on_tile: npt.NDArray[np.bool_], config: GranuleConfig) -> FloatMap:
    """(N, N) white paper in the soft shadow of a tile that stands on it."""
    shadow: FloatMap = on_tile.astype(np.float32)
    reach = max(1, round(2.0 * config.cells_per_mm))
    for axis in (0, 1, 0, 1):
        shadow = np.mean([np.roll(shadow, step, axis) for step in (-reach, -reach // 2, 0, reach // 2, reach)], axis=0)
    return (1 - 0.28 * shadow).astype(np.float32)


def render_maps(geometry: Geometry, light: Light) -> dict[str, npt.NDArray[np.uint16]]:
    """The surface as maps for other renderers, 16 bits a channel, periodic.

    Returns:
        ids: (H, W) chip. height: (H, W) from the lowest to the highest point. normal: (H, W, 3) OpenGL
        convention, -1..1 as 0..65535. roughness: (H, W). ao: (H, W) share of the sky that is seen.
    """
    oversample = geometry.config.oversample
    height = shrink(geometry.height_mm[..., None], oversample)[..., 0]
    normal = shrink(_normals(geometry.height_mm * geometry.config.cells_per_mm), oversample)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    upward = normal * np.array([1, -1, 1], np.float32)
    span = max(float(np.ptp(height)), 1e-6)
    ao = shrink(light.sky[..., None], oversample)[..., 0]
    return {
        "ids": geometry.ids[::oversample, ::oversample].astype(np.uint16),
        "height": _to_uint16((height - height.min()) / span),
        "normal": _to_uint16((upward + 1) / 2),
        "roughness": _to_uint16(0.95 - 0.25 * ao),
        "ao": _to_uint16(ao),
    }


def _to_uint16(unit: FloatMap) -> npt.NDArray[np.uint16]:
    levels: npt.NDArray[np.uint16] = np.rint(np.clip(unit, 0, 1) * 65535).astype(np.uint16)
    return levels


class RenderEngine:
    """The renderer as an engine: exact shares, no network, and the same geometry for the same seed."""

    name = "render"

    def __init__(self, config: RenderConfig | None = None) -> None:
        self.config = config or RenderConfig()
        # One geometry and its light are kept: another recipe with the same seed is then only painted.
        self._lit: tuple[GranuleConfig, int, Geometry, Light] | None = None

    @property
    def defaults(self) -> Defaults:
        return Defaults(steps=1, guidance=1.0, negative_prompt="")

    def prompt(self, recipe: Recipe) -> str:
        """The colours and their percents; there is nothing else that a renderer reads."""
        return format_colours(recipe)

    def generate(self, request: Request, on_progress: OnProgress | None = None) -> Result:
        """Render the request; measured are the exact shares.

        Raises:
            InputError: a picture that is not square, or granules from outside.
            Cancelled: `on_progress` raised it.
        """
        if request.guide is not None:
            raise InputError("the renderer lays its own granules; leave the guide out, or name another model")
        own = {"steps": 1, "guidance": 1.0, "negative_prompt": "", "strength": None, "tolerance": None}
        request = replace(self.defaults.complete(request), **own)  # type: ignore[arg-type]  # by name
        began = perf_counter()
        geometry, light = self._light(request)
        grains = self.config.grains_of(request.recipe)
        rendering = recolour(geometry, light, request.recipe, self.config.light, request.seed, grains)
        if on_progress:
            on_progress(Progress(step=1, n_steps=1))
        codes = request.recipe.percents
        return Result(
            pixels=rendering.pixels,
            request=request,
            prompt=self.prompt(request.recipe),
            engine=self.name,
            measured=dict(zip(codes, (100 * share for share in rendering.shares), strict=True)),
            seconds=perf_counter() - began,
        )

    def _light(self, request: Request) -> tuple[Geometry, Light]:
        if request.width_px != request.height_px or request.width_px is None:
            raise InputError(
                "the renderer makes square pictures, not {width}x{height}; ask for one side",
                width=request.width_px,
                height=request.height_px,
            )
        usual = self.config.granules_for(request.recipe)
        scale = request.width_px / usual.size_px
        granules = replace(usual, size_px=request.width_px, field_mm=usual.field_mm * scale)
        if self._lit is None or self._lit[:2] != (granules, request.seed):
            geometry = lay_granules(granules, request.seed)
            self._lit = (granules, request.seed, geometry, light_granules(geometry, self.config.light))
        return self._lit[2:]


_ENGINE: type[Engine] = RenderEngine
"""The type checker's word that the renderer is an engine."""
