"""Light on beds of shards, without colour: the lamp, the sky, and what a thin wrinkled coat mirrors of the lamp.

Bodies are lit by their own slopes and are smooth; the coat has wrinkles of its own, which no body shading shows. A
soft box is mirrored with an outline, so that glints are strokes and patches and not a veil.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import torch
from laying import OVERSAMPLE, Beds, smooth_noise
from torch import Tensor
from torch.nn import functional

from plitka.core.tile.lighting import LightConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxConfig:
    """The soft box, the sky, and the coat."""

    azimuth_deg: float = 225.0
    """0 to the right, 90 below."""
    elevation_deg: float = 68.0
    half_width: float = 0.70
    """Of the soft box, as a tangent."""
    n_rays: int = 12
    """Points of the box that shadows are found from."""
    wrinkle: tuple[float, float] = (0.22, 0.25)
    """Deviation of the coat's slopes, on smooth and on crumpled faces."""
    mirrored: float = 0.42
    """Half width of what the coat mirrors, as a tangent: the bright middle of the box."""
    coat_edge: float = 0.18
    """How soft the mirrored outline of the box is, as a tangent."""
    crumple: tuple[float, float] = (0.06, 0.45)
    """Deviation of the bodies' own slopes, likewise."""
    relief: float = 1.6
    """How much deeper a bed is than its heights say: shards hang over, which heights cannot."""


@dataclass(frozen=True, slots=True)
class LightMaps:
    """What falls on each cell: for smooth and for crumpled faces, (B, 2, N, N), and the sky, (B, N, N)."""

    lamp: Tensor
    """1 for a level cell in the open."""
    coat: Tensor
    """0..1, where the coat mirrors the box."""
    sky: Tensor
    """Cosine-weighted share of the sky."""
    hint: Tensor
    """(B, H, W) the light that the map of a guided picture shows of these granules, 1 on the mean."""
    hint_sheen: Tensor
    """Likewise, where the binder shines on the map."""

    def of(self, some: slice) -> "LightMaps":
        """Of some of the beds."""
        return LightMaps(*(getattr(self, field.name)[some] for field in fields(self)))


HINT_LIGHT = LightConfig(
    elevation_deg=71.0,
    softness_deg=6.0,
    occlusion=1.56,
    fine_relief_px=0.02,
    coarse_relief_px=0.75,
    film_relief_px=1.2,
    film_width_px=4.0,
)
"""By which plain maps hint at relief: a lamp higher and harder than that of renders."""
HINT_PENUMBRA = 4
"""Cells, as `plitka.core.tile.shading` has it."""
SKY_STEPS = (1, 2, 3, 5, 8, 12, 17, 24, 34)
HINT_SKY_STEPS = (1, 2, 3, 5, 8, 12, 18, 26, 38)
SHADOW_STEPS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40)


@torch.no_grad()
def light_beds(beds: Beds, config: BoxConfig, draw: torch.Generator, mapped: Beds | None = None) -> LightMaps:
    """The light on beds, and the hints of their maps, on which they may be laid otherwise (`mapped`)."""
    k = OVERSAMPLE
    fine, coarse = (smooth_noise(beds.height.shape, radius * k, draw) for radius in (2, 3))
    wrinkled, crumpled = _unit_slopes(fine), _unit_slopes(coarse)
    height = config.relief * beds.height
    towards = _direction(config.azimuth_deg, config.elevation_deg)
    open_to_box = _box_visibility(height, config)
    lamp, coat = [], []
    for crumple, wrinkle in zip(config.crumple, config.wrinkle, strict=True):
        # Torn rubber is crumpled at both scales, and its coat follows; on smooth rubber only the coat is.
        slopes = beds.slopes + crumple * (crumpled + 0.5 * wrinkled)
        normal = _normals(slopes)
        cosine = sum(part * normal[:, axis] for axis, part in enumerate(towards))
        lamp.append(cosine.clamp_min(0) / towards[2] * open_to_box)
        coat.append(_mirrored(slopes + wrinkle * wrinkled, config) * open_to_box)
    sky = _sky(height, _normals(beds.slopes))
    return LightMaps(torch.stack(lamp, 1), torch.stack(coat, 1), sky, *_hint(mapped or beds, config, fine, coarse))


def _direction(azimuth_deg: float, elevation_deg: float) -> tuple[float, float, float]:
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    flat = math.cos(elevation)
    return math.cos(azimuth) * flat, math.sin(azimuth) * flat, math.sin(elevation)


def _box_points(config: BoxConfig) -> list[tuple[float, float, float]]:
    """Directions to points spread evenly over the box."""
    x, y, z = _direction(config.azimuth_deg, config.elevation_deg)
    flat = math.hypot(x, y)
    side, up = (-y / flat, x / flat, 0.0), (-z * x / flat, -z * y / flat, flat)
    points = []
    for i in range(config.n_rays):
        u = (2 * (i + 0.5) / config.n_rays - 1) * config.half_width
        v = (2 * ((i * 0.618034) % 1.0) - 1) * config.half_width
        point = [middle + u * a + v * b for middle, a, b in zip((x, y, z), side, up, strict=True)]
        points.append(tuple(part / math.hypot(*point) for part in point))
    return points


def _box_visibility(height: Tensor, config: BoxConfig) -> Tensor:
    points = _box_points(config)
    return sum(_open(height, point, SHADOW_STEPS, 2) for point in points) / len(points)


def _open(height: Tensor, towards: tuple[float, float, float], steps: Iterable[int], penumbra: float) -> Tensor:
    """0..1, whether a direction is free; a penumbra of some cells stands for what a thin edge lets through."""
    x, y, z = towards
    flat = math.hypot(x, y)
    horizon = torch.full_like(height, -1e9)
    for step in steps:
        there = height.roll((-round(y / flat * step), -round(x / flat * step)), (1, 2))
        horizon = torch.maximum(horizon, there - step * z / flat)
    return ((penumbra - (horizon - height)) / penumbra).clamp(0, 1)


def _sky(height: Tensor, normal: Tensor, n_slices: int = 8) -> Tensor:
    """Horizons in a few vertical slices, each integrated with the cosine (Jimenez et al. 2016, "GTAO")."""
    total = torch.zeros_like(height)
    for index in range(n_slices):
        angle = math.pi * index / n_slices
        right, down = math.cos(angle), math.sin(angle)
        along = right * normal[:, 0] + down * normal[:, 1]
        length = torch.hypot(along, normal[:, 2]).clamp_min(1e-4)
        lean = torch.atan2(along, normal[:, 2])
        horizons = []
        for sign in (-1, 1):
            tangent = torch.full_like(height, -8.0)
            for step in SKY_STEPS:
                there = height.roll((-round(sign * down * step), -round(sign * right * step)), (1, 2))
                tangent = torch.maximum(tangent, (there - height) / step)
            # From the zenith, and no further than the plane of the surface.
            zenith = math.pi / 2 - torch.atan(tangent)
            limit = math.pi / 2 + sign * lean
            horizons.append(torch.minimum(zenith, limit.clamp_min(0)) * sign)
        arcs = [0.25 * (-torch.cos(2 * h - lean) + lean.cos() + 2 * h * lean.sin()) for h in horizons]
        total += length * (arcs[0] + arcs[1]).clamp(0, 1)
    return (total / n_slices).clamp(0, 1)


def _mirrored(slopes: Tensor, config: BoxConfig) -> Tensor:
    """How much of the box a coat of these slopes mirrors straight up."""
    right, down = slopes[:, 0], slopes[:, 1]
    # The mirrored ray of the zenith at a normal (-r, -d, 1): 2 (n.z) n - z.
    square = 1 + right**2 + down**2
    x, y, z = -2 * right / square, -2 * down / square, 2 / square - 1
    box_x, box_y, box_z = _direction(config.azimuth_deg, config.elevation_deg)
    flat = math.hypot(box_x, box_y)
    towards = x * box_x + y * box_y + z * box_z
    across = (-x * box_y + y * box_x) / flat
    upward = (-box_z * (x * box_x + y * box_y) / flat) + z * flat
    inside = [
        ((config.mirrored - (part / towards.clamp_min(1e-3)).abs()) / config.coat_edge + 0.5).clamp(0, 1)
        for part in (across, upward)
    ]
    return torch.where(towards > 0, inside[0] * inside[1], 0.0)


def rises(height: Tensor) -> Tensor:
    """(B, 2, N, N) slopes to the right and downwards of periodic heights in cells."""
    return torch.stack([(height.roll(-1, axis) - height.roll(1, axis)) / 2 for axis in (2, 1)], 1)


def _unit_slopes(height: Tensor) -> Tensor:
    slopes = rises(height)
    return slopes / slopes.std()


def _normals(slopes: Tensor) -> Tensor:
    return functional.normalize(torch.cat([-slopes, torch.ones_like(slopes[:, :1])], 1), dim=1)


def _hint(beds: Beds, config: BoxConfig, fine: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
    """What a plain map hints at of a bed: `compute_light` on cells of a pixel, in torch."""
    k, usual = OVERSAMPLE, HINT_LIGHT
    lifted = config.elevation_deg + usual.elevation_deg - BoxConfig().elevation_deg
    look = replace(usual, azimuth_deg=config.azimuth_deg, elevation_deg=min(lifted, 80.0))
    height, fine, coarse = beds.height[:, ::k, ::k] / k, fine[:, ::k, ::k], coarse[:, ::k, ::k]
    surface = height + look.fine_relief_px * fine + look.coarse_relief_px * coarse
    normal, film = _normals(rises(surface)), _normals(rises(surface + look.film_relief_px * fine))
    towards = _direction(look.azimuth_deg, look.elevation_deg)
    seen = torch.zeros_like(height)
    for turn, lift in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
        spread = look.softness_deg
        point = _direction(look.azimuth_deg + spread * turn, look.elevation_deg + spread * lift)
        seen += _open(height, point, range(1, 25), HINT_PENUMBRA)
    cosine = sum(part * normal[:, axis] for axis, part in enumerate(towards)).clamp_min(0) / towards[2]
    half = functional.normalize(torch.tensor([towards[0], towards[1], towards[2] + 1]), dim=0).tolist()
    sheen = sum(part * film[:, axis] for axis, part in enumerate(half)).clamp(0, 1) ** look.sheen_exponent * seen / 5
    sky = _horizon_sky(height) ** look.occlusion * (0.6 + 0.4 * normal[:, 2])
    light = look.lamp * cosine * seen / 5 + look.sky * sky
    return light / light.mean((1, 2), keepdim=True), sheen / sheen.mean((1, 2), keepdim=True)


def _horizon_sky(height: Tensor, n_directions: int = 12) -> Tensor:
    """Share of an even sky from horizons alone, as the maps of guided pictures have it."""
    total = torch.zeros_like(height)
    for index in range(n_directions):
        angle = 2 * math.pi * index / n_directions
        tangent = torch.zeros_like(height)
        for step in HINT_SKY_STEPS:
            there = height.roll((-round(math.sin(angle) * step), -round(math.cos(angle) * step)), (1, 2))
            tangent = torch.maximum(tangent, (there - height) / step)
        total += 1 / (1 + tangent.square())
    return total / n_directions
