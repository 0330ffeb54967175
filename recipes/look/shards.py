"""A library of torn rubber shards as stamps: the underside and the top of each over a square of cells.

A shard is what is left of a bent and twisted block between a few curved cuts, sometimes with a bite torn out. It is
sampled in columns: where the highest and the lowest point of a column inside of it lie. That is all that a bed of
shards seen from above needs.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

N_CUTS = 8
"""At most; each shard has four or more of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardConfig:
    """Sizes and shapes; lengths in millimetres, the rest in parts of a shard's own axes."""

    n: int = 512
    """Different shards, each in one orientation."""
    median_mm: float = 2.4
    spread: float = 0.20
    """Deviation of the logarithm of diameters."""
    smallest_mm: float = 1.2
    largest_mm: float = 3.3
    flatness: tuple[float, float] = (0.6, 1.0)
    """Least and most thickness, of the length."""
    strip_share: float = 0.02
    """Of long thin pieces."""
    hollow: float = 0.10
    """Deviation of how far a cut is curved, inwards or outwards."""
    bend: float = 0.06
    twist: float = 0.30
    bite_share: float = 0.45
    roundness: float = 0.006
    """How far ridges are worn."""
    lump_mm: float = 0.012
    crumb_mm: float = 0.006
    """Relief of torn faces, about 0.9 and 0.4 mm wide."""
    frayed_mm: float = 0.05
    frayed_share: float = 0.6
    """Relief of ridges, and how many shards have it."""
    tilt: float = 0.70
    """Deviation of the angle between a shard's longest plane and the ground, in radians."""
    tumbled_share: float = 0.25
    """Of shards that lie anyhow."""


@dataclass(frozen=True, slots=True)
class Shards:
    """Stamps in cells: underside and top of each column, and the slopes of the top."""

    bottom: Tensor
    """(n, G, G); anything where the stamp is empty."""
    top: Tensor
    slopes: Tensor
    """(n, 2, G, G) rise of the top to the right and downwards."""
    solid: Tensor
    """(n, G, G) bool."""

    @property
    def reach(self) -> int:
        """Cells from the middle of a stamp to its border."""
        return self.top.shape[-1] // 2

    def to(self, device: torch.device) -> "Shards":
        return Shards(*(part.to(device) for part in (self.bottom, self.top, self.slopes, self.solid)))


def make_shards(config: ShardConfig, cells_per_mm: float, seed: int, device: torch.device, batch: int = 16) -> Shards:
    """The library, drawn from the seed; the same on every device up to rounding."""
    draw = torch.Generator().manual_seed(seed)
    reach = math.ceil(1.15 * config.largest_mm * cells_per_mm)
    parts = [
        _make(config, min(batch, config.n - i), cells_per_mm, reach, draw, device) for i in range(0, config.n, batch)
    ]
    made = [torch.cat(part) for part in zip(*parts, strict=True)]
    there = made[-1].flatten(1).any(1)
    return Shards(*(part[there] for part in made))


def _make(
    config: ShardConfig, n: int, cells_per_mm: float, reach: int, draw: torch.Generator, device: torch.device
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    axes = _axes(config, n, draw).to(device)
    step_mm = 0.085
    height = math.ceil(0.75 * config.largest_mm / step_mm) * step_mm
    z = torch.arange(-height, height + step_mm / 2, step_mm, device=device)
    plane = torch.arange(-reach, reach + 1, device=device) / cells_per_mm
    y, x, z3 = torch.meshgrid(plane, plane, z, indexing="ij")
    points = torch.stack([x, y, z3], -1).reshape(1, -1, 3).expand(n, -1, -1)
    inside = _implicit(config, points, axes, draw).view(n, *x.shape)
    bottom, top, solid = _columns(inside, z)
    bottom, top = bottom * cells_per_mm, top * cells_per_mm
    return bottom, top, _slopes(top, solid), solid


def _axes(config: ShardConfig, n: int, draw: torch.Generator) -> Tensor:
    """(n, 3) half axes in mm, the longest first."""
    diameter = config.median_mm * (config.spread * torch.randn(n, 1, generator=draw)).exp()
    diameter = diameter.clamp(config.smallest_mm, config.largest_mm)
    uniform = torch.rand(n, 4, generator=draw)
    thinnest, thickest = config.flatness
    usual = torch.stack(
        [torch.ones(n), 0.62 + 0.38 * uniform[:, 0], thinnest + (thickest - thinnest) * uniform[:, 1]], 1
    )
    strip = torch.stack([torch.full((n,), 1.5), 0.45 + 0.35 * uniform[:, 0], 0.3 + 0.2 * uniform[:, 1]], 1)
    axes = torch.where(uniform[:, 2:3] < config.strip_share, strip, usual)
    return axes / axes.prod(1, keepdim=True) ** (1 / 3) * diameter * 0.5


def _implicit(config: ShardConfig, points: Tensor, axes: Tensor, draw: torch.Generator) -> Tensor:
    """(n, P) about the distance in mm from the surface, negative inside of the shard."""
    n, device = len(axes), points.device

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw).to(device)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=draw).to(device)

    x = torch.bmm(points, _orientations(config, n, draw).to(device)) / axes[:, None]
    x = x + config.bend * torch.stack([_waves(x, 0.28, 7, draw) for _ in range(3)], -1)
    turn = config.twist * normal(n, 1) * x[..., 0]
    x = torch.stack(
        [x[..., 0], x[..., 1] * turn.cos() - x[..., 2] * turn.sin(), x[..., 1] * turn.sin() + x[..., 2] * turn.cos()],
        -1,
    )
    normals = _spread_directions(normal(n, N_CUTS, 3))
    absent = torch.arange(N_CUTS, device=device) >= 4 + 5 * uniform(n, 1)
    across, along = _tangents(normals, normal(n, N_CUTS, 3))
    distance, curved = 0.40 + 0.45 * uniform(n, N_CUTS), config.hollow * normal(n, N_CUTS, 2)
    largest = x.norm(dim=-1) - 1.38
    second = torch.full_like(largest, -10.0)
    for cut in range(N_CUTS):
        u, v, w = (torch.einsum("npc,nc->np", x, part[:, cut]) for part in (across, along, normals))
        one = w - distance[:, cut, None] + curved[:, cut, :1] * u**2 + 0.6 * curved[:, cut, 1:] * v**2
        one = one + 0.035 * _waves(x, 0.9, 5, draw)
        one = torch.where(absent[:, cut, None], -10.0, one)
        largest, second = torch.maximum(largest, one), torch.maximum(second, torch.minimum(largest, one))
    centre = torch.nn.functional.normalize(normal(n, 3), dim=-1) * (1.0 + 0.3 * uniform(n, 1))
    bite = 0.35 + 0.35 * uniform(n, 1) - (x - centre[:, None]).norm(dim=-1)
    bite = torch.where(uniform(n, 1) < config.bite_share, bite, -10.0)
    largest, second = torch.maximum(largest, bite), torch.maximum(second, torch.minimum(largest, bite))
    apart = largest - second
    surface = (largest + config.roundness * torch.log1p(torch.exp(-apart / config.roundness))) * axes.mean(
        1, keepdim=True
    )
    frayed = config.frayed_mm * (uniform(n, 1) < config.frayed_share)
    surface = surface + (config.lump_mm + frayed * torch.exp(-apart / 0.10)) * _waves(points, 1.1, 9, draw)
    return surface + config.crumb_mm * _waves(points, 2.4, 9, draw)


def _waves(x: Tensor, frequency: float, n_waves: int, draw: torch.Generator) -> Tensor:
    """(n, P) smooth noise of about -1..1 at (n, P, 3): cosines in random directions."""
    n = len(x)
    direction = torch.nn.functional.normalize(torch.randn(n, n_waves, 3, generator=draw), dim=-1)
    number = 2 * math.pi * frequency * (0.6 + 0.9 * torch.rand(n, n_waves, 1, generator=draw)) * direction
    phase = 2 * math.pi * torch.rand(n, n_waves, generator=draw)
    number, phase = number.to(x.device), phase.to(x.device)
    total = torch.zeros(x.shape[:2], device=x.device)
    for wave in range(n_waves):
        total += (torch.einsum("npc,nc->np", x, number[:, wave]) + phase[:, wave, None]).cos()
    return total * (1.4 / n_waves)


def _spread_directions(directions: Tensor) -> Tensor:
    """(n, k, 3) unit vectors, pushed a little apart."""
    directions = torch.nn.functional.normalize(directions, dim=-1)
    for _ in range(12):
        apart = directions[:, :, None] - directions[:, None]
        push = apart / (apart.square().sum(-1, keepdim=True) + 0.3)
        directions = torch.nn.functional.normalize(directions + 0.05 * push.sum(2), dim=-1)
    return directions


def _tangents(normals: Tensor, some: Tensor) -> tuple[Tensor, Tensor]:
    across = torch.nn.functional.normalize(torch.linalg.cross(normals, some), dim=-1)
    return across, torch.linalg.cross(normals, across)


def _orientations(config: ShardConfig, n: int, draw: torch.Generator) -> Tensor:
    """(n, 3, 3) from the ground's axes to the shard's: most lie nearly flat, some anyhow."""
    spin, lean = (2 * math.pi * torch.rand(n, generator=draw) for _ in range(2))
    tilt = config.tilt * torch.randn(n, generator=draw)
    tumbled = torch.rand(n, generator=draw) < config.tumbled_share
    tilt = torch.where(tumbled, torch.acos(2 * torch.rand(n, generator=draw) - 1), tilt)
    return _about_z(lean) @ _about_x(tilt) @ _about_z(spin)


def _about_z(angle: Tensor) -> Tensor:
    c, s, zero, one = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    return torch.stack([c, -s, zero, s, c, zero, zero, zero, one], -1).view(-1, 3, 3)


def _about_x(angle: Tensor) -> Tensor:
    c, s, zero, one = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    return torch.stack([one, zero, zero, zero, c, -s, zero, s, c], -1).view(-1, 3, 3)


def _columns(inside: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Lowest and highest point of each column (..., Z) that is inside, between the samples, and where there is one."""
    is_in = inside < 0
    solid = is_in.any(-1)
    n_levels, step = len(z), z[1] - z[0]
    first = is_in.int().argmax(-1).clamp(1, n_levels - 2)
    last = (n_levels - 1 - is_in.flip(-1).int().argmax(-1)).clamp(1, n_levels - 2)

    def crossing(inner: Tensor, towards: int) -> Tensor:
        here, there = (inside.gather(-1, at[..., None])[..., 0] for at in (inner, inner + towards))
        return z[inner] + towards * step * (here / (here - there).clamp(max=-1e-6)).clamp(0, 1)

    return crossing(first, -1), crossing(last, 1), solid


def _slopes(top: Tensor, solid: Tensor, steepest: float = 2.5) -> Tensor:
    """(n, 2, G, G) rise of a top to the right and downwards, of solid cells alone."""
    slopes = []
    for axis in (-1, -2):
        after, before = (top.roll(shift, axis) for shift in (-1, 1))
        has_after, has_before = (solid.roll(shift, axis) for shift in (-1, 1))
        after, before = torch.where(has_after, after, top), torch.where(has_before, before, top)
        slopes.append((after - before) / (has_after.float() + has_before.float()).clamp_min(1))
    return torch.stack(slopes, 1).clamp(-steepest, steepest) * solid[:, None]
