"""Beds of shards in the colours of recipes: bodies, what they throw on each other, the coat, and the camera.

All in linear light until `develop`. What a gap gets back from its neighbours depends on how light they are: between
white shards it is cream, between black ones there is nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from lighting import LightMaps
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """How the granules of a colour take their light, and how the camera takes a tile of them.

    What belongs to lamp and camera may be (B, 1, 1, 1) tensors, for tiles that differ in it: see `together`.
    """

    coat: float = 0.1
    """Light that a fully mirroring place adds."""
    coat_spread: float = 0.8
    """Deviation of its logarithm among shards."""
    crumple: float = 0.2
    """From smooth, 0, to crumpled faces, 1."""
    tone: float = 0.06
    """Deviation of the logarithm of the colour among shards."""
    mottle: float = 0.03
    """Deviation within a shard, over a few pixels."""

    lamp: float = 0.5
    sky: float = 0.5
    """Of a level shard in the open, which is as light as its colour when both add up to 1."""
    occlusion: float = 1.5
    """Exponent on the share of the sky."""
    veil: float = 0.004
    """Light that every place in the open mirrors."""
    toe: float = 0.0
    """Light below which all is black."""
    gamma: float = 1.0
    """Contrast about middle gray."""
    gloss: float = 1.0
    """Part of every shard's coat light that is seen: mixes have less of it than their solids."""
    lens_px: float = 0.45
    """Deviation of the blur."""
    sharpen: float = 0.0
    noise: float = 0.006
    """Of sRGB values, 0..1."""

    @property
    def level(self) -> float:
        """Light on a level shard in the open."""
        return self.lamp + self.sky


PER_SHARD = ("coat", "coat_spread", "crumple", "tone", "mottle")
"""What shards of one tile may differ in; the rest belongs to lamp and camera."""
PER_TILE = ("lamp", "sky", "occlusion", "veil", "toe", "gamma", "gloss", "lens_px", "sharpen", "noise")
BOUNCE = 0.85
"""Of the light that neighbours throw back, how much arrives."""
TINT = 0.008
"""Deviation of the logarithms of primaries among shards."""
SHOULDER = 0.72


def together(finishes: Sequence[Finish], device: torch.device) -> Finish:
    """One finish of several tiles."""
    shape = (len(finishes), 1, 1, 1)
    rows = {name: torch.tensor([float(getattr(one, name)) for one in finishes]).view(shape) for name in PER_TILE}
    return replace(finishes[0], **{name: row.to(device) for name, row in rows.items()})


@dataclass(frozen=True, slots=True)
class Paint:
    """What each shard of a batch of beds is made of."""

    albedo: Tensor
    """(B, n_shards, 3), linear."""
    coat: Tensor
    """(B, n_shards), as the rest."""
    crumple: Tensor
    mottle: Tensor

    @classmethod
    def draw(cls, colours: Tensor, finishes: Tensor, tones: Tensor | None = None) -> "Paint":
        """Shards of the colours (B, n_shards, 3) and of their finishes (B, n_shards, 5) in the order of `PER_SHARD`.

        `tones` (B, n_shards) says which of them are lighter and darker, in deviations.
        """
        coat, spread, crumple, tone, mottled = finishes.unbind(-1)
        shine, tones = torch.randn_like(coat), torch.randn_like(coat) if tones is None else tones
        tones = (tone * tones).clamp(-0.4, 0.4)[..., None] + TINT * torch.randn_like(colours)
        return cls(colours * tones.exp(), coat * (spread * shine).exp(), crumple, mottled)


def paint(ids: Tensor, light: LightMaps, made_of: Paint, finish: Finish, oversample: int) -> Tensor:
    """(B, 3, H, W) sRGB in 0..1 of ids (B, N, N)."""
    return develop(functional.avg_pool2d(shine(ids, light, made_of, finish, oversample), oversample), finish)


def shine(ids: Tensor, light: LightMaps, made_of: Paint, finish: Finish, oversample: int) -> Tensor:
    """(B, 3, N, N) linear light."""
    flat = ids.flatten(1)

    def at_cells(of_shards: Tensor) -> Tensor:
        return of_shards.gather(1, flat).view(len(ids), 1, *ids.shape[1:])

    surface = torch.cat([at_cells(part) for part in made_of.albedo.unbind(-1)], 1)
    surface = surface * (1 + at_cells(made_of.mottle) * mottle(ids.shape, 2.0 * oversample, ids.device)[:, None])
    crumple = at_cells(made_of.crumple)
    lamp, coat = (part[:, :1].lerp(part[:, 1:], crumple) for part in (light.lamp, light.coat))
    sky = light.sky[:, None] ** finish.occlusion
    # Each further bounce loses what the neighbours swallow.
    hidden = BOUNCE * blurred(surface.clamp(max=1), 9 * oversample) * (1 - sky)
    body = surface * ((finish.lamp * lamp + finish.sky * sky) / (1 - 0.9 * hidden) + 0.5 * hidden * sky.sqrt())
    return body + finish.gloss * at_cells(made_of.coat) * coat + finish.veil * light.sky[:, None]


def develop(linear: Tensor, finish: Finish) -> Tensor:
    """Lens, contrast, a soft shoulder, sharpening and noise."""
    linear = blurred(linear, 2.355 * finish.lens_px)
    linear = (linear - finish.toe).clamp_min(0) / (1 - finish.toe)
    linear = 0.2 * (linear / 0.2).clamp_min(1e-5) ** finish.gamma
    room = 1 - SHOULDER
    linear = torch.where(linear > SHOULDER, SHOULDER + room * torch.tanh((linear - SHOULDER) / room), linear)
    srgb = to_srgb(linear)
    srgb = srgb + finish.sharpen * (srgb - blurred(srgb, 2.4))
    return (srgb + finish.noise * mottle(srgb[:, :1].shape, 1.2, srgb.device)).clamp(0, 0.992)


def to_srgb(linear: Tensor) -> Tensor:
    """Linear light to sRGB in 0..1 by IEC 61966-2-1."""
    linear = linear.clamp(0, 1)
    return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp_min(1e-6) ** (1 / 2.4) - 0.055)


def mottle(shape: torch.Size, width: float, device: torch.device) -> Tensor:
    """Periodic noise of unit deviation, smooth over a width."""
    noise = blurred(torch.randn(shape, device=device).view(-1, 1, *shape[-2:]), width).view(shape)
    return noise / noise.std()


def blurred(picture: Tensor, width: float | Tensor) -> Tensor:
    """Periodic (B, C, H, W) blurred with a Gaussian of this width at half height."""
    rows, columns = (torch.fft.fftfreq(side, device=picture.device) for side in picture.shape[-2:])
    columns = columns[: picture.shape[-1] // 2 + 1].abs()
    gain = torch.exp(-2 * (torch.pi * width / 2.355) ** 2 * (rows[:, None] ** 2 + columns**2))
    return torch.fft.irfft2(torch.fft.rfft2(picture) * gain, s=picture.shape[-2:])


def deal(areas: Tensor, shares: Tensor, order: Tensor) -> Tensor:
    """(B, n_shards) which of the shares (B, k) each shard gets, so that seen areas meet them but for one shard.

    Args:
        areas: (B, n_shards) cells in which each shard is seen.
        shares: rows that add up to 1; zeros at their end stand for no share.
        order: (B, n_shards) the order in which shards are dealt.
    """
    seen = areas.gather(1, order)
    middle = (seen.cumsum(1) - seen / 2) / seen.sum(1, keepdim=True)
    dealt = torch.searchsorted(shares.cumsum(1), middle).clamp(max=shares.shape[1] - 1)
    return torch.empty_like(order).scatter_(1, order, dealt)
