"""Tiles calculated from their recipe: geometry, light and paint in one call, exact in their shares."""

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from plitka.core.generation import Defaults, Engine, OnProgress, Progress, Request, Result
from plitka.core.recipes.recipe import Recipe, format_colours
from plitka.core.tile.dealing import deal_grains, grain_shares
from plitka.core.tile.granules import FloatMap, Geometry, Grain, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.shading import Light, light_granules, lit_colours, normals, photograph, shrink, vary_chips
from plitka.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
    normal = shrink(normals(geometry.height_mm * geometry.config.cells_per_mm), oversample)
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
