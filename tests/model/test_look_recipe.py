"""Laws of the shards that the mini model is trained on."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from plitka.core.recipes.reading import parse_recipe
from plitka.core.tile import shading
from plitka.core.tile.granules import USUAL_PX_PER_MM, GranuleConfig, lay_granules

ROOT = Path(__file__).parents[2]
N_CELLS = 192
MODULES = ("beds", "laying", "lighting", "finishes", "painting", "two_sample")


@pytest.fixture(scope="module")
def look() -> Iterator[dict[str, ModuleType]]:
    """The recipe's modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "recipes/look"))
        yield {name: importlib.import_module(name) for name in MODULES}


@pytest.fixture(scope="module")
def lit(look: dict[str, ModuleType]) -> tuple[Any, Any]:
    """Two beds of a few shards, and the light on them."""
    config = look["laying"].BedConfig(n_cells=N_CELLS)
    beds, light = look["beds"].lay_lit_beds(2, config, 1, torch.device("cpu"), n_shards=4)
    return beds, light


def test_a_bed_is_covered_and_lit_and_painted_in_its_shares(look: dict[str, ModuleType], lit: tuple[Any, Any]) -> None:
    """Every cell has a shard, every kind of light is a number, and what is dealt is what is seen."""
    beds, light = lit
    assert int(beds.ids.min()) >= 0
    for part in (light.lamp, light.coat, light.sky, light.hint, light.hint_sheen):
        assert torch.isfinite(part).all()
        assert float(part.min()) >= 0
    areas = look["finishes"].seen_areas(beds.ids, beds.n_fallen)
    assert areas.sum(1).tolist() == [N_CELLS**2] * 2
    order = torch.randn(areas.shape, generator=torch.Generator().manual_seed(1)).argsort(1)
    dealt = look["painting"].deal(areas, torch.tensor([[0.7, 0.3], [0.2, 0.8]]), order)
    for of_bed, area, share in zip(dealt, areas, (0.7, 0.2), strict=True):
        seen = float(area[of_bed == 0].sum()) / N_CELLS**2
        assert seen == pytest.approx(share, abs=float(area.max()) / N_CELLS**2)  # shards are whole


def test_a_bed_is_periodic(lit: tuple[Any, Any]) -> None:
    """Fields are rolled in training."""
    beds, _ = lit
    across = (beds.ids[0, :, 0] == beds.ids[0, :, -1]).float().mean()
    within = (beds.ids[0, :, 1:] == beds.ids[0, :, :-1]).float().mean()
    assert abs(float(across - within)) < 0.15


@pytest.mark.parametrize("laid", ["here", "elsewhere"])
def test_slopes_know_no_outlines(look: dict[str, ModuleType], lit: tuple[Any, Any], laid: str) -> None:
    """Heights jump where one shard ends, and its face there is no steeper for it; inside both say the same."""
    beds, _ = lit
    if laid == "elsewhere":
        beds = look["laying"].beds_of_heights(beds.ids, beds.height)
    rises = look["lighting"].rises(beds.height)
    for axis in (0, 1):
        own, risen = beds.slopes[:, axis], rises[:, axis]
        ends = torch.zeros_like(beds.ids, dtype=torch.bool)
        for step in (-1, 1):
            ends |= beds.ids.roll(step, 2 - axis) != beds.ids
        assert float(own[ends].abs().mean()) < 0.4 * float(risen[ends].abs().mean())
        assert float((own - risen)[~ends].abs().median()) < 1e-5


def test_the_hint_is_the_engines(look: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a layer of the engine, but for the relief that either draws by itself, it is the light that it computes."""
    monkeypatch.setattr(shading, "_reliefs", lambda shape, *_: (np.zeros(shape, np.float32),) * 3)
    field_mm, config = N_CELLS / USUAL_PX_PER_MM, look["lighting"].HINT_LIGHT
    geometry = lay_granules(GranuleConfig(size_px=N_CELLS, field_mm=field_mm, oversample=1, layers=2.5), seed=3)
    maps = shading.compute_light(geometry, config)
    engines = config.lamp * maps.lamp + config.sky * maps.sky
    k = look["laying"].OVERSAMPLE
    ids, height = (
        torch.from_numpy(part).repeat_interleave(k, 0).repeat_interleave(k, 1)[None]
        for part in (geometry.ids, (k * geometry.height_mm * geometry.config.cells_per_mm).astype(np.float32))
    )
    beds = look["laying"].beds_of_heights(ids.long(), height)
    none = torch.zeros_like(height)
    light, sheen = look["lighting"]._hint(beds, look["lighting"].BoxConfig(), none, none)
    assert float((engines / engines.mean()).std()) > 0.4
    assert float((maps.sheen / maps.sheen.mean()).std()) > 1
    assert np.abs(light[0].numpy() - engines / engines.mean()).max() < 0.15  # shadows are marched less far here
    assert np.abs(sheen[0].numpy() - maps.sheen / maps.sheen.mean()).max() < 1e-4


def test_kept_finishes_are_as_they_are_written(look: dict[str, ModuleType], tmp_path: Path) -> None:
    """Of mixes only what a mix is painted with is kept: lamp and camera."""
    kept, again = look["finishes"].KEPT, tmp_path / "finishes.json"
    look["finishes"].Finishes.load().save(again)
    assert again.read_text() == kept.read_text()
    assert set(json.loads(kept.read_text())[look["finishes"].MIX]["finish"]) == set(look["painting"].PER_TILE)


def test_granules_of_a_mix_are_those_of_its_solids(look: dict[str, ModuleType], lit: tuple[Any, Any]) -> None:
    """Nothing that is said of the shards of mixes changes a picture by a byte."""
    beds, light = lit
    finishes, painting, mix = look["finishes"], look["painting"], look["finishes"].MIX
    recipe, areas = parse_recipe("60% red, 40% black").recipe, finishes.seen_areas(beds.ids, beds.n_fallen)
    kept = finishes.Finishes.load()
    finish, exposure = kept.of(mix)
    other = finishes.Finishes(
        kept.by_code | {mix: (replace(finish, **dict.fromkeys(painting.PER_SHARD, 0.5)), exposure)}
    )
    pictures = []
    for one in (kept, other):
        torch.manual_seed(1)
        made_of = finishes.paint_of(recipe, areas[0], one)
        pictures.append(painting.paint(beds.ids[:1], light.of(slice(1)), made_of, one.camera(recipe), 2))
    assert torch.equal(*pictures)


def test_bytes_keep_the_light(look: dict[str, ModuleType], lit: tuple[Any, Any]) -> None:
    """Half a step of a byte is all that is lost of what a field's light reaches."""
    beds, light = lit
    kept = look["beds"].LitFields.of(beds, light).light(torch.tensor([0, 1]))
    assert float((kept.sky - light.sky).abs().max()) < 0.003
    assert float((kept.lamp - light.lamp.clamp(max=2)).abs().max()) < 0.005


def test_the_two_sample_network_is_not_shown_how_files_are_stored(look: dict[str, ModuleType]) -> None:
    """Photographs keep their hues at full size, so ours do: a checkerboard of two hues of one lightness is left."""
    hues = np.array([[200, 100, 100], [120, 131, 120]], np.uint8)
    board = hues[np.indices((64, 64)).sum(0) % 2]
    kept = look["two_sample"].stored(board).astype(int)
    redder = kept[..., 0] - kept[..., 1]
    assert redder[::2, ::2].mean() - redder[1::2, ::2].mean() > 90  # of 111


@pytest.mark.parametrize("how", ["light_by_box", "light_by_engine"])
def test_chips_of_the_engine_take_the_finishes(look: dict[str, ModuleType], how: str) -> None:
    """Black is dark and white is light on the same chips, in either light, and every cell is a chip's."""
    torch.manual_seed(1)
    beds, light = getattr(look["beds"], how)(look["beds"].lay_chip_beds(1, 64, 5), 5, torch.device("cpu"))
    areas, finishes = look["finishes"].seen_areas(beds.ids, beds.n_fallen)[0], look["finishes"].Finishes.load()
    assert areas.sum() == 128**2
    levels = []
    for text in ("100% black", "100% white"):
        recipe = parse_recipe(text).recipe
        made_of = look["finishes"].paint_of(recipe, areas, finishes)
        painted = look["painting"].paint(beds.ids, light, made_of, finishes.camera(recipe), 2)
        assert painted.shape == (1, 3, 64, 64)
        levels.append(float(painted.mean()))
    assert levels[0] < 0.3
    assert levels[1] > 0.6
