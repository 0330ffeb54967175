"""`plitka.core.tile.painting` in torch, for many layers at once: colours on lit granules, as a camera takes them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from scenes import to_srgb
from torch import Tensor
from torch.nn import functional

from plitka.core.tile.finishes import GAINS, MATTER, Camera
from plitka.core.tile.grain import LEVELS_PER_DEVIATION, make_grain
from plitka.core.tile.painting import (
    BOUNCE,
    BOUNCE_AGAIN,
    BOUNCE_OF_LOST,
    BRIGHTEST,
    DARKEST,
    MIDDLE,
    MOST_TONE,
    NEAR_PX,
    SHOULDER,
    TINT,
    Illumination,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """By what pictures differ that does not differ within one: (B, 1, 1, 1) tensors, (B, 3, 1, 1) of the lamp."""

    illumination: dict[str, Tensor]
    camera: dict[str, Tensor]

    @classmethod
    def of(cls, lights: Sequence[Illumination], cameras: Sequence[Camera], device: torch.device) -> "Taken":
        """Each picture's."""
        return cls(*(_stacked(each, device) for each in (lights, cameras)))


def _stacked(each: Sequence[Illumination] | Sequence[Camera], device: torch.device) -> dict[str, Tensor]:
    names = [one.name for one in fields(each[0])]
    values = (torch.tensor([getattr(one, name) for one in each]) for name in names)
    return {name: part.view(len(each), -1, 1, 1).to(device) for name, part in zip(names, values, strict=True)}


def make_chips(colours: Tensor, finishes: Tensor, drawn: Tensor, taken: Taken) -> Tensor:
    """(B, 5, n) albedo, coat and mottle of chips.

    Args:
        colours: (B, n, 3) linear light of each chip's lit colour.
        finishes: (B, n, `FIELDS`).
        drawn: (B, 5, n) deviations.
        taken: each picture's.
    """
    tone = (finishes[..., MATTER.index("tone")] * drawn[:, 0]).clamp(-MOST_TONE, MOST_TONE)
    albedo = colours.mT * (tone[:, None] + TINT * drawn[:, 1:4]).exp() * finishes[..., GAINS].mT
    exponent, gain = (taken.illumination[name][..., 0] for name in ("exponent", "gain"))
    coat, spread, _, mottle = finishes[..., : GAINS.start].unbind(-1)
    return torch.cat([albedo**exponent * gain, torch.stack([coat * (spread * drawn[:, 4]).exp(), mottle], 1)], 1)


def show(of_chips: Tensor, ids: Tensor, oversample: int) -> Tensor:
    """(B, C, H, W) means over pixels of figures (B, C, n) of the chips at (B, H k, W k) cells."""
    n, n_figures, _ = of_chips.shape
    cells = of_chips.gather(2, ids.reshape(n, 1, -1).expand(-1, n_figures, -1)).view(n, n_figures, *ids.shape[1:])
    return functional.avg_pool2d(cells, oversample) if oversample > 1 else cells


def take_pictures(planes: Tensor, light: Tensor, taken: Taken) -> Tensor:
    """(B, 3, H, W) sRGB in 0..1.

    Args:
        planes: (B, 5, H, W) what the pixels show of chips.
        light: (B, 3, H, W) of the lamp, of the sky, and sheen.
        taken: each picture's.
    """
    camera, grain = taken.camera, make_grain(*planes.shape[2:])
    mottle, noise, hues = (torch.from_numpy(part.copy()).to(planes.device) / LEVELS_PER_DEVIATION for part in grain)
    encoded = _develop(_shine(planes, mottle, light, taken), camera)
    return _focus(encoded + camera["noise"] * noise + camera["hue_noise"] * hues, camera)


def _shine(planes: Tensor, mottle: Tensor, light: Tensor, taken: Taken) -> Tensor:
    shone, camera = taken.illumination, taken.camera
    surface, coat, mottled = planes[:, :3], planes[:, 3:4], 1 + planes[:, 4:5] * mottle
    lamp, sky, sheen = light.split(1, 1)
    open_sky = sky.clamp_min(0) ** camera["occlusion"]
    lightness = surface.mean(1, keepdim=True)
    around = _near(lightness) / lightness.clamp_min(DARKEST)
    hidden = BOUNCE * (1 - open_sky) * (around * surface).clamp_max(1)
    falls = (shone["lamp"] * lamp + shone["sky"] * open_sky) / (1 - BOUNCE_AGAIN * hidden)
    falls = falls + BOUNCE_OF_LOST * open_sky.sqrt() * hidden
    glint = (shone["coat"] * coat + shone["water"]) * sheen + camera["veil"] * sky
    return surface * mottled * falls + glint


def _near(lightness: Tensor) -> Tensor:
    squares = functional.pad(functional.avg_pool2d(lightness, NEAR_PX), (1, 1, 1, 1), mode="circular")
    smooth = functional.interpolate(squares, scale_factor=NEAR_PX, mode="bilinear", align_corners=False)
    return smooth[..., NEAR_PX:-NEAR_PX, NEAR_PX:-NEAR_PX]


def _develop(linear: Tensor, camera: dict[str, Tensor]) -> Tensor:
    light = (linear - camera["toe"]).clamp_min(0) / (1 - camera["toe"])
    light = MIDDLE * (light / MIDDLE) ** camera["gamma"]
    room = 1 - SHOULDER
    return to_srgb(torch.where(light > SHOULDER, SHOULDER + room * torch.tanh((light - SHOULDER) / room), light))


def _focus(encoded: Tensor, camera: dict[str, Tensor]) -> Tensor:
    side, gain = camera["lens_px"] ** 2 / 2, camera["sharpen"]
    lens = _along_both(encoded, (1 - 2 * side, side, torch.zeros_like(side)))
    soft = _along_both(encoded, (6 / 16, 4 / 16, 1 / 16))
    return ((1 + gain) * lens - gain * soft).clamp(0, BRIGHTEST)


def _along_both(picture: Tensor, weights: tuple[Tensor | float, ...]) -> Tensor:
    """Each pixel and those on its two sides, near and far, along columns, then along rows."""
    middle, near, far = weights
    for axis in (2, 3):
        one, two = (picture.roll(step, axis) + picture.roll(-step, axis) for step in (1, 2))
        picture = middle * picture + near * one + far * two
    return picture
