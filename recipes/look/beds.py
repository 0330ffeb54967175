"""Lit beds in one call, and in a form that keeps hundreds of them on a GPU."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from laying import OVERSAMPLE, BedConfig, Beds, beds_of_heights, lay_beds, torn
from lighting import BoxConfig, LightMaps, light_beds
from shards import ShardConfig, Shards, make_shards
from torch import Tensor

from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.shading import compute_light

PX_PER_MM = 7.0
"""Of the photographs."""
N_SHARDS = 96
"""Different ones in a bed of 640 px, of some two thousand: few enough for a processor, too many to be seen twice."""
CHIPS_RELIEF = 1.1
"""`BoxConfig.relief` of chips: they lie a third higher and lower than shards, and their gaps would be too dark."""
TOPS = {"lamp": 2.0, "coat": 1.0, "sky": 1.0, "hint": 2.5, "hint_sheen": 8.0}
"""What a byte's 255 stands for in each of the kept maps."""


def shard_library(n: int, seed: int, device: torch.device, scale: float = 1.0) -> Shards:
    batch = 4 if device.type == "cpu" else 16
    return make_shards(ShardConfig(n=n), scale * PX_PER_MM * OVERSAMPLE, seed, device, batch)


def lay_lit_beds(
    n: int,
    config: BedConfig,
    seed: int,
    device: torch.device,
    *,
    n_shards: int = N_SHARDS,
    box: BoxConfig | None = None,
    scale: float = 1.0,
) -> tuple[Beds, LightMaps]:
    """n beds of one library and the light on them, drawn from the seed."""
    library = shard_library(n_shards, seed, device, scale)
    draw = torch.Generator(device).manual_seed(seed)
    beds = lay_beds(library, config, n, draw)
    return beds, light_beds(beds, box or BoxConfig(), draw)


def lay_chip_beds(n: int, size_px: int, seed: int) -> list[Geometry]:
    """n layers of the engine's chips, as thick as those of renders."""
    config = GranuleConfig(size_px=size_px, field_mm=size_px / PX_PER_MM, oversample=OVERSAMPLE)
    return [lay_granules(config, seed + index) for index in range(n)]


def light_by_box(geometries: Sequence[Geometry], seed: int, device: torch.device) -> tuple[Beds, LightMaps]:
    """Chips as they lie, lit as shards are."""
    ids = torch.from_numpy(np.stack([one.ids for one in geometries])).long().to(device)
    cells = np.stack([one.height_mm * one.config.cells_per_mm for one in geometries]).astype(np.float32)
    beds = beds_of_heights(ids, torch.from_numpy(cells).to(device))
    draw = torch.Generator(device).manual_seed(seed)
    return beds, light_beds(beds, BoxConfig(relief=CHIPS_RELIEF), draw)


def light_by_engine(geometries: Sequence[Geometry], seed: int, device: torch.device) -> tuple[Beds, LightMaps]:
    """Chips in the light of a render: its faces are neither smooth nor crumpled, and the map has no hints."""
    beds, _ = light_by_box(geometries, seed, device)
    lit = [compute_light(one, LightConfig()) for one in geometries]

    def stacked(name: str) -> Tensor:
        return torch.from_numpy(np.stack([getattr(one, name) for one in lit]).astype(np.float32)).to(device)

    lamp, coat = (stacked(name)[:, None].expand(-1, 2, -1, -1) for name in ("lamp", "sheen"))
    none = torch.zeros(len(lit), 1, 1, device=device)
    return beds, LightMaps(lamp, coat, stacked("sky").clamp(0, 1), none, none)


@dataclass(frozen=True, slots=True)
class LitFields:
    """Beds and their light in bytes."""

    ids: Tensor
    """(F, C, C) int16."""
    lamp: Tensor
    """(F, 2, C, C) uint8, of smooth and of crumpled faces."""
    coat: Tensor
    sky: Tensor
    """(F, C, C) uint8."""
    hint: Tensor
    """(F, P, P) uint8: of a pixel's size."""
    hint_sheen: Tensor

    @classmethod
    def of(cls, beds: Beds, light: LightMaps) -> "LitFields":
        return cls(beds.ids.short(), *(to_bytes(getattr(light, name), top) for name, top in TOPS.items()))

    @classmethod
    def cat(cls, parts: Sequence["LitFields"]) -> "LitFields":
        return cls(*(torch.cat([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    def light(self, chosen: Tensor) -> LightMaps:
        """Of some fields, as it was."""
        return LightMaps(**{name: getattr(self, name)[chosen].float() * (top / 255) for name, top in TOPS.items()})


def to_bytes(light: Tensor, top: float) -> Tensor:
    return (light / top).clamp(0, 1).mul(255).round().byte()


def shard_fields(
    n: int, n_cells: int, n_shards: int, seed: int, device: torch.device, *, varied: bool, batch: int = 32
) -> Iterator[LitFields]:
    """n fields in batches, each of a library of its own; varied ones differ in size, press and lamp by batch."""
    rng = np.random.default_rng(seed)
    for index in range(0, n, batch):
        config, box, scale = BedConfig(n_cells=n_cells), BoxConfig(), 1.0
        if varied:
            scale = rng.uniform(0.8, 1.15)
            config = BedConfig(n_cells=n_cells, press=rng.uniform(0.4, 0.8))
            box = varied_box(rng)
        few, own_seed = min(batch, n - index), 1000 * seed + index
        yield LitFields.of(*lay_lit_beds(few, config, own_seed, device, n_shards=n_shards, box=box, scale=scale))


def varied_box(rng: np.random.Generator) -> BoxConfig:
    return BoxConfig(
        azimuth_deg=rng.uniform(0, 360), elevation_deg=rng.uniform(50, 74), half_width=rng.uniform(0.4, 0.9)
    )


def laid_fields(ids: Tensor, heights: Tensor, seed: int, *, varied: bool, batch: int = 16) -> Iterator[LitFields]:
    """The same of beds (F, C, C) that were laid elsewhere, of chips with flat faces, heights in cells.

    Maps show them so; they are lit as if they were shards.
    """
    rng, draw = np.random.default_rng(seed), torch.Generator(ids.device).manual_seed(seed)
    for one, height in zip(ids.split(batch), heights.split(batch), strict=True):
        chips, flat = one.long(), height.float()
        beds = beds_of_heights(chips, torn(chips, flat, draw))
        box = replace(varied_box(rng) if varied else BoxConfig(), relief=CHIPS_RELIEF)
        yield LitFields.of(beds, light_beds(beds, box, draw, mapped=beds_of_heights(chips, flat)))
