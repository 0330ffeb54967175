"""Many beds of shards at once: each shard falls where it comes to rest lowest of a few places.

As `plitka.core.tile.granules` lays one bed on a processor, here a batch of them is laid on a GPU, one shard of each bed
at a time. Beds are periodic. What is kept of a bed is which shard lies on top of each cell and where that shard's
middle is, so that all that a stamp knows of its surface, slopes included, can be looked up without a step at its
outline.
"""

import math
from dataclasses import dataclass

import torch
from shards import Shards
from torch import Tensor

OVERSAMPLE = 2
"""Cells along a pixel's side, of beds as of the light on them."""
TORN_CELLS, TORN_DEPTH = 8, 3.0
"""Radius of the bends that make shards of chips, and their depth, in cells: with them a two-sample network takes fewer
lit chips for what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BedConfig:
    """How a bed is laid and pressed."""

    n_cells: int = 1024
    """Side of the bed."""
    layers: float = 3.5
    """Shards fall until their areas add up to this many times the bed."""
    n_places: int = 3
    give: float = 0.2
    """A shard rests on this quantile of the gap below it: rubber gives."""
    press: float = 0.6
    """How much relief is left above the pressed level."""
    press_quantile: float = 0.6
    deepest: float = 60.0
    """Cells below the pressed level; nothing deeper is seen."""


@dataclass(frozen=True, slots=True)
class Beds:
    """A batch of beds on (B, N, N) cells."""

    ids: Tensor
    """int64, which of the shards that fell lies on top; each bed's are numbered from 0."""
    height: Tensor
    """In cells, pressed."""
    slopes: Tensor
    """(B, 2, N, N) rise to the right and downwards of the shard on top."""
    n_fallen: int


@torch.no_grad()
def lay_beds(shards: Shards, config: BedConfig, n: int, draw: torch.Generator) -> Beds:
    """Lay n beds; `draw` lives on the shards' device."""
    device, side = shards.top.device, config.n_cells
    fall = _Fall(shards, config, draw)
    height = torch.zeros(n, side * side, device=device)
    ids = torch.full((n, side * side), -1, dtype=torch.int32, device=device)
    n_fallen = int(config.layers * side * side / shards.solid.float().sum((1, 2)).mean())
    stamps = torch.randint(len(shards.top), (n, n_fallen), device=device, generator=draw)
    middles = torch.empty(n, n_fallen, 2, dtype=torch.long, device=device)
    for index in range(n_fallen):
        middles[:, index] = fall.drop(height, ids, stamps[:, index], index)
    ids = fill_holes(ids.view(n, side, side)).long()
    slopes = _slopes(shards, ids, stamps, middles)
    height, factor = _press(height.view(n, side, side), config)
    return Beds(ids, height, slopes * factor[:, None], n_fallen)


class _Fall:
    """What one shard of each bed does at a time."""

    N_PROBES = 192
    """Cells of a stamp that tell where it rests."""

    def __init__(self, shards: Shards, config: BedConfig, draw: torch.Generator) -> None:
        self.shards, self.config, self.draw = shards, config, draw
        size = shards.top.shape[-1]
        offset = torch.arange(size, device=shards.top.device) - shards.reach
        self.down, self.right = (part.flatten() for part in torch.meshgrid(offset, offset, indexing="ij"))
        self.bottom, self.top = shards.bottom.flatten(1), shards.top.flatten(1)
        self.solid = shards.solid.flatten(1)
        self.probes = torch.multinomial(self.solid.float(), self.N_PROBES, replacement=True, generator=draw)
        self.probe_bottom = self.bottom.gather(1, self.probes)

    def drop(self, height: Tensor, ids: Tensor, stamp: Tensor, index: int) -> Tensor:
        """Let a shard of each bed's stamp (B,) fall, and return where its middle came to lie, (B, 2)."""
        n, side = len(stamp), self.config.n_cells
        places = torch.randint(side, (n, self.config.n_places, 2), device=height.device, generator=self.draw)
        probes, bottom = self.probes[stamp], self.probe_bottom[stamp]
        rows = (places[..., :1] + self.down[probes][:, None]) % side
        columns = (places[..., 1:] + self.right[probes][:, None]) % side
        gaps = height.gather(1, (rows * side + columns).flatten(1)).view(rows.shape) - bottom[:, None]
        best = gaps.amax(-1).argmin(1)
        batch = torch.arange(n, device=height.device)
        place = places[batch, best]
        rest = gaps[batch, best].kthvalue(max(1, round(self.config.give * self.N_PROBES)), dim=1).values
        cells = ((place[:, :1] + self.down) % side) * side + (place[:, 1:] + self.right) % side
        under, top = height.gather(1, cells), rest[:, None] + self.top[stamp]
        covers = self.solid[stamp] & (top > under)
        height.scatter_(1, cells, torch.where(covers, top, under))
        ids.scatter_(1, cells, torch.where(covers, index, ids.gather(1, cells)))
        return place


def fill_holes(ids: Tensor) -> Tensor:
    """Bare cells of (B, N, N) go to a neighbouring shard, so that every cell has one."""
    ids = ids.clone()
    while bool((ids < 0).any()):
        for axis, step in ((1, 1), (1, -1), (2, 1), (2, -1)):
            ids = torch.where(ids < 0, ids.roll(step, axis), ids)
    return ids


def _slopes(shards: Shards, ids: Tensor, stamps: Tensor, middles: Tensor) -> Tensor:
    """Slopes of the shard at each cell, as its stamp has them; level beyond the stamp, in filled holes."""
    side, size, reach = ids.shape[-1], shards.top.shape[-1], shards.reach
    line, flat = torch.arange(side, device=ids.device), ids.flatten(1)
    stamp = stamps.gather(1, flat).view_as(ids)
    row, column = (middles[..., axis].gather(1, flat).view_as(ids) for axis in (0, 1))
    down = (line[:, None] - row + side // 2) % side - side // 2 + reach
    right = (line - column + side // 2) % side - side // 2 + reach
    known = (down >= 0) & (down < size) & (right >= 0) & (right < size)
    down, right = down.clamp(0, size - 1), right.clamp(0, size - 1)
    return torch.stack([shards.slopes[:, axis][stamp, down, right] for axis in (0, 1)], 1) * known[:, None]


def _press(height: Tensor, config: BedConfig) -> tuple[Tensor, Tensor]:
    """What sticks out above a level of the bed is pressed towards it; also by what slopes are pressed."""
    some = height[:, ::8, ::8].flatten(1)
    level = some.quantile(config.press_quantile, dim=1)[:, None, None]
    above = height > level
    pressed = torch.where(above, level + (height - level) * config.press, height)
    factor = torch.where(above, config.press, 1.0)
    return torch.maximum(pressed, level - config.deepest), factor


def torn(ids: Tensor, height: Tensor, draw: torch.Generator) -> Tensor:
    """Heights (B, N, N) of chips with flat faces, which are bent and torn as shards are, each in a way of its own."""
    side, n_chips = ids.shape[-1], int(ids.max()) + 1
    bends = smooth_noise(ids.shape, TORN_CELLS, draw).flatten(1)
    down, right = torch.randint(side, (2, len(ids), n_chips), device=ids.device, generator=draw)
    line, flat = torch.arange(side, device=ids.device), ids.flatten(1)
    rows = (line[:, None] + down.gather(1, flat).view_as(ids)) % side
    columns = (line + right.gather(1, flat).view_as(ids)) % side
    return height + TORN_DEPTH * bends.gather(1, (rows * side + columns).flatten(1)).view_as(ids)


def smooth_noise(shape: torch.Size, radius_cells: int, draw: torch.Generator) -> Tensor:
    """Periodic noise (B, N, N) of unit deviation, as smooth as that of `plitka.core.tile.shading` of this radius.

    Its means over squares show in what a coat mirrors; here it is smooth alike in all directions.
    """
    noise = torch.randn(shape, device=draw.device, generator=draw)
    deviation = math.sqrt(((2 * radius_cells + 1) ** 2 - 1) / 6)
    rows, columns = (torch.fft.fftfreq(side, device=draw.device) for side in shape[-2:])
    columns = columns[: shape[-1] // 2 + 1]
    gain = torch.exp(-2 * (math.pi * deviation) ** 2 * (rows[:, None] ** 2 + columns**2))
    noise = torch.fft.irfft2(torch.fft.rfft2(noise) * gain, s=shape[-2:])
    return noise / noise.std()


def beds_of_heights(ids: Tensor, height: Tensor) -> Beds:
    """Beds that were laid elsewhere, (B, N, N) in cells: slopes are taken within each shard alone."""
    slopes = []
    for axis in (2, 1):
        sides = [(ids.roll(step, axis) == ids, (height.roll(step, axis) - height) * -step) for step in (-1, 1)]
        rise = sum(torch.where(same, step, 0.0) for same, step in sides)
        slopes.append(rise / sum(same.float() for same, _ in sides).clamp_min(1))
    return Beds(ids, height, torch.stack(slopes, 1).clamp(-2.5, 2.5), int(ids.max()) + 1)
