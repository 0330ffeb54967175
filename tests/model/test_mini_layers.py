"""What guided mode of the mini model learns from: the engine's own maps and renders, painted in torch."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Lighting, Scene
from plitka.core.tile.finishes import load_finishes
from plitka.core.tile.granule_map import GuideConfig, MapSpec, lay_map
from plitka.core.tile.painting import Illumination, draw_chips, finishes_of, paint_dealt
from plitka.core.tile.renderer import lay_layer
from plitka.core.tile.surfaces import configure_light

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def recipe() -> Iterator[dict[str, ModuleType]]:
    """The recipe's modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in ("look", "mini"):
            patch.syspath_prepend(str(ROOT / "recipes" / folder))
        yield {name: importlib.import_module(name) for name in ("finished", "layers", "prompts")}


@pytest.mark.parametrize("light", [Lighting.STUDIO, Lighting.WARM])
def test_pictures_are_the_engines(recipe: dict[str, ModuleType], light: Lighting) -> None:
    """To a level of 255, of chips of three colours with the same draws."""
    finished = recipe["finished"]
    scene = Scene.of(parse_recipe("60% red, 30% black, 10% white").recipe)
    layer = lay_layer(MapSpec(width_px=128, height_px=128, field_mm=18, seed=3, granule_mm=(1.0, 4.0), light=light))
    finishes, camera = finishes_of(scene, (1.0,))
    colours, n = lit_colours(scene.colours), layer.geometry.areas.size
    dealt = np.random.default_rng(0).integers(0, 3, n).astype(np.int32)
    wanted, _ = paint_dealt(layer, colours, finishes, dealt, camera, np.random.default_rng(5))
    taken = finished.Taken.of([Illumination.of(layer.light_config, camera)], [camera], torch.device("cpu"))
    drawn = torch.from_numpy(draw_chips(n, np.random.default_rng(5)))[None]
    of_chips = finished.make_chips(
        torch.from_numpy(colours[dealt])[None], torch.from_numpy(finishes[dealt])[None], drawn, taken
    )
    ids = torch.from_numpy(layer.geometry.ids).long()[None]
    on_pixels = torch.from_numpy(np.stack(list(layer.pixel_light)))[None]
    planes = finished.show(of_chips, ids, layer.geometry.config.oversample)
    (painted,) = 255 * finished.take_pictures(planes, on_pixels, taken)
    assert np.abs(painted.permute(1, 2, 0).numpy() - wanted).max() <= 1


def test_layers_are_of_all_scenes(recipe: dict[str, ModuleType]) -> None:
    """Half of them in the usual look; each surface, light and fraction among the others."""
    specs = [recipe["layers"].draw_spec(seed, 128) for seed in range(200)]
    usual = [spec for spec in specs if (spec.surface, spec.light, spec.wet) == ("pressed", "studio", False)]
    assert 80 < len(usual) < 140
    assert {spec.light for spec in specs} == set(Lighting)
    assert any(spec.wet for spec in specs)
    assert len({spec.granule_mm for spec in specs}) == 4


def test_a_layer_is_the_map_that_the_engine_lays(recipe: dict[str, ModuleType]) -> None:
    """The same granules, and the same light on them but for the rounding of half precision."""
    layers = recipe["layers"]
    ids, light = layers.lay_layer(5, 96)
    granules = lay_map(layers.draw_spec(5, 96), GuideConfig())
    assert (ids == granules.cells).all()
    assert granules.light is not None
    for kept, of_map in zip(light, granules.light, strict=True):
        np.testing.assert_allclose(kept, of_map, atol=2e-3)


@pytest.mark.parametrize("outlines_share", [0.0, 1.0])
def test_a_map_of_a_layer_is_its_render(recipe: dict[str, ModuleType], outlines_share: float) -> None:
    """But for maps of which only outlines are known, as those from outside."""
    layers, colours = recipe["layers"], default_palette().catalogue[:3]
    ids, light = (torch.from_numpy(part)[None] for part in layers.lay_layer(5, 96))
    areas = torch.bincount(ids.flatten().long())[None]
    configs = [configure_light(layers.draw_spec(5, 96))]
    palette = torch.from_numpy(lit_colours(colours))
    few = layers.Layers(ids, light, configs, areas, palette, load_finishes().of(colours), 4)
    painted = few.paint([recipe["prompts"].Sample((0, 1, 2), (0.5, 0.3, 0.2), "")], outlines_share)
    assert painted.lit.shape == painted.flat.shape == (1, 3, 96, 96)
    assert bool((painted.lit == painted.flat).all()) is (outlines_share == 0)
