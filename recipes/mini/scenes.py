"""Rendered tiles without end: some hundred geometries, lit once on the CPU, recoloured on the GPU."""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from prompts import Sample, kept_tokenizer
from stage import Stage
from torch import Tensor
from torch.nn import functional

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import Colour
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.granules import GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.shading import SHOULDER, compute_light

STYLE_LIGHT = LightConfig()
"""The light of the photographs, which the LoRA learns."""
GUIDE = GuideConfig()
"""How the engine paints the map of a guided picture."""
FLAT_SHARE = 0.15
"""Of maps without relief."""


def lay_field(seed: int, size_px: int, style: bool) -> tuple[np.ndarray, ...]:
    """Ids (int16) and light maps (uint8) of one geometry; base fields vary in size, press and lamp."""
    rng = np.random.default_rng([seed, style])
    granules = GranuleConfig(size_px=size_px, field_mm=size_px / 7)
    light = STYLE_LIGHT
    if not style:
        scale = rng.uniform(0.75, 1.15)
        granules = replace(granules, field_mm=granules.field_mm * scale, press=rng.uniform(0.15, 0.6))
        azimuth_deg, elevation_deg = rng.uniform(0, 360), rng.uniform(35, 75)
        light = replace(light, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, softness_deg=rng.uniform(4, 14))
    geometry = lay_granules(granules, seed)
    maps = compute_light(geometry, light)
    quantised = (
        np.rint(np.clip(part / top, 0, 1) * 255).astype(np.uint8)
        for part, top in zip((maps.lamp, maps.sky, maps.sheen), (1.6, 1.0, 1.0), strict=True)
    )
    return (geometry.ids.astype(np.int16), *quantised)


def kept_fields(stage: Stage, *, style: bool) -> Path:
    """The file of all fields, laid and lit on all cores if a former stage has not made it."""
    n, size_px = stage.config.n_fields // (4 if style else 1), stage.config.field_px
    kept = stage.work / f"fields-{'style' if style else 'base'}-{n}-{size_px}.npz"
    if not kept.exists():
        with ProcessPoolExecutor(max_workers=os.cpu_count()) as workers:
            fields = list(workers.map(lay_field, range(n), [size_px] * n, [style] * n))
        np.savez(kept, *(np.stack(part) for part in zip(*fields, strict=True)))
    return kept


class Painted(NamedTuple):
    """Tiles, the maps that would guide there, and the noise by which their chips got colours and tones."""

    lit: Tensor
    """(B, 3, H, W) tiles in -1..1."""
    flat: Tensor
    """(B, 3, H, W) their maps, likewise."""
    hinted: Tensor
    """(B,) which maps hint at relief."""
    deal: Tensor
    """(B, 2, h, w) white noise that tells the colours and the tones: see `noise_of_values`."""


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
    place_px: int
    """Of a picture, to a latent place."""

    @classmethod
    def build(cls, stage: Stage, colours: tuple[Colour, ...], *, style: bool) -> "Scenes":
        """The stage's fields on its device."""
        kept = kept_fields(stage, style=style)
        with np.load(kept) as stored:
            ids, lamp, sky, sheen = (torch.from_numpy(stored[name]).to(stage.device) for name in stored.files)
        n_chips = int(ids.max()) + 1
        areas = torch.stack([torch.bincount(field.flatten().long(), minlength=n_chips) for field in ids])
        palette = torch.from_numpy(lit_colours(colours)).to(stage.device)
        return cls(ids, lamp, sky, sheen, areas, palette, style, stage.config.downscale)

    @torch.no_grad()
    def paint(self, samples: list[Sample], flat_share: float = FLAT_SHARE) -> Painted:
        """Tiles of the recipes and their maps, all but `flat_share` of which hint at relief."""
        # Drawn on the CPU, so that no step waits for the device.
        n = len(samples)
        fields, moves = torch.randint(len(self.ids), (n,)), torch.randint(1 << 20, (n, 3)).tolist()

        def moved(pictures: Tensor) -> Tensor:
            return torch.stack([self._move(picture, *move) for picture, move in zip(pictures, moves, strict=True)])

        fields = fields.to(self.ids.device)
        ids = self.ids[fields].long()  # (B, C, C)
        ids_of_pixels = ids[:, ::2, ::2]
        values = torch.randn(n, 2, self.areas.shape[1], device=ids.device)
        deal = noise_of_values(values, at_places(moved(ids_of_pixels[:, None])[:, 0], self.place_px))
        albedo = self._chip_colours(samples, fields, values)
        surface = gather_chips(albedo, ids)
        hinted = (torch.rand(n) > flat_share).to(ids.device)
        flat = self._guide(fields, ids_of_pixels, surface[:, ::2, ::2], hinted).permute(0, 3, 1, 2)
        lit, flat = (moved(to_srgb(part) * 2 - 1) for part in (self._light(fields, surface), flat))
        return Painted(lit, flat, hinted, deal)

    def _chip_colours(self, samples: list[Sample], fields: Tensor, values: Tensor) -> Tensor:
        """Deal colours by visible area, in order of the first of values (B, 2, n_chips), and tones by the second."""
        device, areas = self.ids.device, self.areas[fields].float()
        n, n_chips = areas.shape
        edges, chosen = torch.ones(n, 8), torch.zeros(n, 8, dtype=torch.long)
        for b, sample in enumerate(samples):
            edges[b, : len(sample.shares)] = torch.tensor(sample.shares).cumsum(0)
            chosen[b, : len(sample.colours)] = torch.tensor(sample.colours)
            chosen[b, len(sample.colours) :] = sample.colours[-1]
        edges, chosen = edges.to(device), chosen.to(device)
        place_in_line, tones = values.unbind(1)
        order = place_in_line.argsort(1)
        seen = areas.gather(1, order)
        middle = (seen.cumsum(1) - seen / 2) / seen.sum(1, keepdim=True)
        run = torch.searchsorted(edges, middle).clamp(max=7)
        dealt = torch.empty_like(order).scatter_(1, order, chosen.gather(1, run))
        tone = (STYLE_LIGHT.tone * tones[..., None]).clamp(-0.5, 0.5).exp()
        tint = (STYLE_LIGHT.tint * torch.randn(n, n_chips, 3, device=device)).clamp(-0.1, 0.1).exp()
        return self.palette[dealt] * tone * tint

    def _guide(self, fields: Tensor, ids: Tensor, surface: Tensor, hinted: Tensor) -> Tensor:
        """The engine's map of (B, H, W, 3) colours in linear light; some without relief, as maps from outside are."""
        config, shown = STYLE_LIGHT, hinted.view(-1, 1, 1)
        seams = (ids != ids.roll(-1, 1)) | (ids != ids.roll(-1, 2))
        lamp, sky, sheen = (
            part[fields, ::2, ::2].float() / 255 * top
            for part, top in ((self.lamp, 1.6), (self.sky, 1.0), (self.sheen, 1.0))
        )
        light = config.lamp * lamp + config.sky * sky
        light, sheen = (1 + shown * (part / part.mean((1, 2), keepdim=True) - 1) for part in (light, sheen))
        surface = (
            surface
            * (GUIDE.mean_of_lit * torch.where(seams, GUIDE.seam, 1.0) * (1 + GUIDE.relief * (light - 1)))[..., None]
        )
        return surface + GUIDE.veil * sheen[..., None]

    def _light(self, fields: Tensor, surface: Tensor) -> Tensor:
        """(B, 3, H, W) linear light of (B, C, C, 3) colours; base pictures vary in exposure, tint, lamp and focus."""
        config, device = STYLE_LIGHT, surface.device
        n, shape = len(fields), (len(fields), 1, 1, 1)
        total, warmth = torch.full(shape, config.lamp + config.sky), torch.zeros(shape)
        lamp_share = config.lamp / total
        if not self.style:
            jitter = torch.rand(3, *shape)
            total, warmth, lamp_share = total * (0.88 + 0.24 * jitter[0]), 1.6 * jitter[1] - 0.8, 0.35 + 0.4 * jitter[2]
        tint = (1 + warmth * torch.tensor([0.06, 0.0, -0.09])).to(device)
        total, lamp_share = total.to(device), lamp_share.to(device)
        lamp, sky, sheen = (
            part[fields].float()[..., None] * (top / 255)
            for part, top in ((self.lamp, 1.6), (self.sky, 1.0), (self.sheen, 1.0))
        )
        surface = surface * (1 + config.speckle * torch.randn(n, *surface.shape[1:3], 1, device=device))
        light = total * (lamp_share * lamp * tint + (1 - lamp_share) * sky) + config.bounce * (1 - sky) * surface
        linear = functional.avg_pool2d((surface * light + config.sheen * sheen).permute(0, 3, 1, 2), 2)
        if not self.style:
            linear = linear.lerp(out_of_focus(linear), torch.rand(shape).to(device))
        return roll_off(linear)

    def _move(self, picture: Tensor, down: int, right: int, turn: int) -> Tensor:
        """Roll the periodic field; base fields are also turned, the look of the style has one lamp."""
        picture = picture.roll((down % picture.shape[1], right % picture.shape[2]), (1, 2))
        if self.style:
            return picture
        picture = picture.rot90(turn % 4, (1, 2))
        return picture.flip(2) if turn & 4 else picture


def noise_of_values(values: Tensor, chips: Tensor) -> Tensor:
    """White noise from which a normal value of each chip can be read: the mean over the places that the chip covers.

    So the noise deals the colours. A sampler of a velocity may be taught on any pairs of noise and picture, if either
    is distributed as it should be (Lipman et al. 2023; Tong et al. 2024): the pairs say which noise becomes which
    picture. Were they drawn apart, a chip's colour would be decided late and by small differences, and many chips
    would end between two colours. So much of it can be read from the noise at once, and a share is a threshold.

    Args:
        values: (B, D, n_chips), independent, with mean 0 and deviation 1.
        chips: (B, h, w) int64, which of them is at a place.

    Returns:
        (B, D, h, w), independent and normal with deviation 1, whatever the chips.
    """
    noise = torch.randn(*values.shape[:2], *chips.shape[1:], device=values.device)
    means, counts = means_of_chips(noise, chips, values.shape[2])
    # Of n places the mean has a deviation of 1 / sqrt(n).
    missing = values * counts.clamp_min(1).rsqrt()[:, None] - means
    return noise + missing.gather(2, chips.flatten(1)[:, None].expand(-1, values.shape[1], -1)).view_as(noise)


def means_of_chips(maps: Tensor, chips: Tensor, n_chips: int) -> tuple[Tensor, Tensor]:
    """(B, C, n_chips) means of (B, C, h, w) over the places of each chip, and (B, n_chips) how many these are."""
    n, n_channels = maps.shape[:2]
    places = chips.flatten(1)
    counts = torch.zeros(n, n_chips, device=maps.device).scatter_add_(1, places, torch.ones_like(places).float())
    sums = torch.zeros(n, n_channels, n_chips, device=maps.device)
    sums = sums.scatter_add(2, places[:, None].expand(-1, n_channels, -1), maps.flatten(2))
    return sums / counts.clamp_min(1)[:, None], counts


def at_places(chips: Tensor, place_px: int) -> Tensor:
    """(B, h, w) chips in the middles of latent places, of those at pixels (B, H, W)."""
    return chips[:, place_px // 2 :: place_px, place_px // 2 :: place_px]


def gather_chips(albedo: Tensor, ids: Tensor) -> Tensor:
    """(B, h, w, 3) colours of the chips (B, n, 3) at (B, h, w) places."""
    n, height, width = ids.shape
    return albedo.gather(1, ids.reshape(n, -1, 1).expand(-1, -1, 3)).view(n, height, width, 3)


def out_of_focus(linear: Tensor) -> Tensor:
    """Periodic pictures (B, 3, H, W) blurred with a deviation of 1.15 px, by two means over 3x3."""
    for _ in range(2):
        linear = functional.avg_pool2d(functional.pad(linear, (1, 1, 1, 1), mode="circular"), 3, 1)
    return linear


def roll_off(linear: Tensor, shoulder: float = SHOULDER) -> Tensor:
    """Highlights bent towards white, as `plitka.core.tile.shading.photograph` does."""
    room = 1 - shoulder
    return torch.where(linear > shoulder, shoulder + room * torch.tanh((linear - shoulder) / room), linear)


def to_srgb(linear: Tensor) -> Tensor:
    """Linear light to sRGB in 0..1 by IEC 61966-2-1."""
    linear = linear.clamp(0, 1)
    return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp_min(1e-6) ** (1 / 2.4) - 0.055)


def main() -> None:
    """Stage 0: the tokenizer and the lit fields of all later stages, on all cores."""
    stage = Stage.from_command_line(str(main.__doc__))
    kept_tokenizer(stage.work / "tokenizer", stage.config.vocabulary)
    for style in (False, True):
        kept_fields(stage, style=style)
        stage.log(stage="fields", style=style)


if __name__ == "__main__":
    main()
