"""Rendered tiles without end: some hundred geometries, lit once on the CPU, recoloured on the GPU."""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import torch
from prompts import Sample
from stage import Stage
from torch import Tensor
from torch.nn import functional

from plitka.core.granules import GranuleConfig, lay_granules
from plitka.core.palette import Colour
from plitka.core.shading import SHOULDER, LightConfig, light_granules, lit_colours

STYLE_LIGHT = LightConfig()
"""The light of the photographs, which the LoRA learns."""


def lay_field(seed: int, size_px: int, style: bool) -> tuple[np.ndarray, ...]:
    """Ids (int16) and light maps (uint8) of one geometry; base fields vary in size, press and lamp."""
    rng = np.random.default_rng([seed, style])
    granules = GranuleConfig(size_px=size_px, field_mm=size_px / 7)
    light = STYLE_LIGHT
    if not style:
        scale = rng.uniform(0.75, 1.15)
        granules = replace(granules, field_mm=granules.field_mm * scale, press=rng.uniform(0.15, 0.6))
        azimuth_deg, elevation_deg = rng.uniform(0, 360), rng.uniform(35, 70)
        light = replace(light, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, softness_deg=rng.uniform(4, 14))
    geometry = lay_granules(granules, seed)
    maps = light_granules(geometry, light)
    quantised = (
        np.rint(np.clip(part / top, 0, 1) * 255).astype(np.uint8)
        for part, top in zip((maps.lamp, maps.sky, maps.sheen), (1.6, 1.0, 1.0), strict=True)
    )
    return (geometry.ids.astype(np.int16), *quantised)


@dataclass
class Scenes:
    """Fields on a device, ready to be painted in any recipe."""

    ids: Tensor  # (F, C, C) int16
    lamp: Tensor  # (F, C, C) uint8, /255*1.6
    sky: Tensor
    sheen: Tensor
    areas: Tensor  # (F, n_chips) cells of each chip
    palette: Tensor  # (n_colours, 3) linear
    style: bool

    @classmethod
    def build(cls, stage: Stage, colours: tuple[Colour, ...], *, style: bool) -> "Scenes":
        """Lay and light all fields, on all cores, or take them from the work folder; move them to the device."""
        n, size_px = stage.config.n_fields // (4 if style else 1), stage.config.field_px
        kept = stage.work / f"fields-{'style' if style else 'base'}-{n}-{size_px}.npz"
        if not kept.exists():
            with ProcessPoolExecutor(max_workers=os.cpu_count()) as workers:
                fields = list(workers.map(lay_field, range(n), [size_px] * n, [style] * n))
            np.savez(kept, *(np.stack(part) for part in zip(*fields, strict=True)))
        with np.load(kept) as stored:
            ids, lamp, sky, sheen = (torch.from_numpy(stored[name]).to(stage.device) for name in stored.files)
        n_chips = int(ids.max()) + 1
        areas = torch.stack([torch.bincount(field.flatten().long(), minlength=n_chips) for field in ids])
        return cls(ids, lamp, sky, sheen, areas, torch.from_numpy(lit_colours(colours)).to(stage.device), style)

    @torch.no_grad()
    def paint(self, samples: list[Sample]) -> Tensor:
        """Pictures (B, 3, H, W) in -1..1 of the recipes."""
        # Drawn on the CPU, so that no step waits for the device.
        fields = torch.randint(len(self.ids), (len(samples),))
        albedo = self._chip_colours(samples, fields)  # (B, n_chips, 3)
        return torch.stack([self._paint_one(field, albedo[b]) for b, field in enumerate(fields.tolist())])

    def _chip_colours(self, samples: list[Sample], fields: Tensor) -> Tensor:
        """Deal colours by visible area: chips in random order, each colour a run as long as its share."""
        device, areas = self.ids.device, self.areas[fields.to(self.ids.device)].float()
        n, n_chips = areas.shape
        edges, chosen = torch.ones(n, 8), torch.zeros(n, 8, dtype=torch.long)
        for b, sample in enumerate(samples):
            edges[b, : len(sample.shares)] = torch.tensor(sample.shares).cumsum(0)
            chosen[b, : len(sample.colours)] = torch.tensor(sample.colours)
            chosen[b, len(sample.colours) :] = sample.colours[-1]
        edges, chosen = edges.to(device), chosen.to(device)
        order = torch.rand(n, n_chips, device=device).argsort(1)
        seen = areas.gather(1, order)
        middle = (seen.cumsum(1) - seen / 2) / seen.sum(1, keepdim=True)
        run = torch.searchsorted(edges, middle).clamp(max=7)
        dealt = torch.empty_like(order).scatter_(1, order, chosen.gather(1, run))
        tone = (STYLE_LIGHT.tone * torch.randn(n, n_chips, 1, device=device)).clamp(-0.5, 0.5).exp()
        tint = (STYLE_LIGHT.tint * torch.randn(n, n_chips, 3, device=device)).clamp(-0.1, 0.1).exp()
        return self.palette[dealt] * tone * tint

    def _paint_one(self, field: int, albedo: Tensor) -> Tensor:
        look = STYLE_LIGHT
        exposure, warmth, lamp_share = 1.0, 0.0, look.lamp / (look.lamp + look.sky)
        if not self.style:
            jitter = torch.rand(3).tolist()
            exposure, warmth, lamp_share = 0.88 + 0.24 * jitter[0], 1.6 * jitter[1] - 0.8, 0.35 + 0.4 * jitter[2]
        total = (look.lamp + look.sky) * exposure
        tint = torch.tensor([1 + 0.06 * warmth, 1.0, 1 - 0.09 * warmth], device=albedo.device)
        lamp = self.lamp[field].float()[..., None] * (1.6 / 255) * tint
        sky = self.sky[field].float()[..., None] / 255
        surface = albedo[self.ids[field].long()]
        surface = surface * (1 + look.grain * torch.randn(*surface.shape[:2], 1, device=albedo.device))
        light = total * (lamp_share * lamp + (1 - lamp_share) * sky) + look.bounce * (1 - sky) * surface
        linear = surface * light + look.sheen * self.sheen[field].float()[..., None] / 255  # (C, C, 3)
        linear = functional.avg_pool2d(linear.permute(2, 0, 1)[None], 2)[0]
        return self._move(to_srgb(roll_off(linear)) * 2 - 1)

    def _move(self, picture: Tensor) -> Tensor:
        """Roll the periodic field; base fields are also turned, the look of the style has one lamp."""
        down, right, turn = torch.randint(1 << 20, (3,)).tolist()
        picture = picture.roll((down % picture.shape[1], right % picture.shape[2]), (1, 2))
        if self.style:
            return picture
        picture = picture.rot90(turn % 4, (1, 2))
        return picture.flip(2) if turn & 4 else picture


def roll_off(linear: Tensor, shoulder: float = SHOULDER) -> Tensor:
    """Highlights bent towards white, as `plitka.core.shading.develop` does."""
    room = 1 - shoulder
    return torch.where(linear > shoulder, shoulder + room * torch.tanh((linear - shoulder) / room), linear)


def to_srgb(linear: Tensor) -> Tensor:
    """Linear light to sRGB in 0..1 by IEC 61966-2-1."""
    linear = linear.clamp(0, 1)
    return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp_min(1e-6) ** (1 / 2.4) - 0.055)
