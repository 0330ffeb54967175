"""Laws of the shards that the mini model is trained on."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

ROOT = Path(__file__).parents[2]
N_CELLS = 192


@pytest.fixture(scope="module")
def look() -> Iterator[dict[str, ModuleType]]:
    """The recipe's modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "recipes/look"))
        yield {name: importlib.import_module(name) for name in ("beds", "laying", "finishes", "painting")}


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
    assert torch.allclose(light.hint.mean((1, 2)), torch.ones(2), atol=1e-4)
    areas = look["finishes"].seen_areas(beds.ids, beds.n_fallen)
    assert areas.sum(1).tolist() == [N_CELLS**2] * 2
    torch.manual_seed(1)
    dealt = look["painting"].deal(areas[0], [0.7, 0.3])
    assert float(areas[0][dealt == 0].sum()) / N_CELLS**2 == pytest.approx(0.7, abs=float(areas[0].max()) / N_CELLS**2)


def test_a_bed_is_periodic_and_its_slopes_know_no_outlines(lit: tuple[Any, Any]) -> None:
    """Fields are rolled in training, and an edge is no steep face."""
    beds, _ = lit
    across = (beds.ids[0, :, 0] == beds.ids[0, :, -1]).float().mean()
    within = (beds.ids[0, :, 1:] == beds.ids[0, :, :-1]).float().mean()
    assert abs(float(across - within)) < 0.15
    assert float(beds.slopes.abs().max()) <= 2.5


def test_bytes_keep_the_light(look: dict[str, ModuleType], lit: tuple[Any, Any]) -> None:
    """Half a step of a byte is all that is lost of what a field's light reaches."""
    beds, light = lit
    kept = look["beds"].LitFields.of(beds, light).light(torch.tensor([0, 1]))
    assert float((kept.sky - light.sky).abs().max()) < 0.003
    assert float((kept.lamp - light.lamp.clamp(max=2)).abs().max()) < 0.005
