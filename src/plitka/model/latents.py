"""Encode pictures to latents and decode latents to pictures, scaled as the autoencoder's configuration says.

The kinds of autoencoders differ in what `encode` returns, in how they scale, and in whether their tiling works for
encoding; the functions here treat them alike.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from plitka.errors import BadOutput
from plitka.model.lattice import has_shuffled_pixels, without_lattice

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

_FLAT_LEVELS = 2
"""A picture whose levels differ by less than this in every channel is empty."""
_PREVIEW_CELLS = 32
"""Longest side of a preview in latents: a sixteenth of a usual picture's latents, and of the time to decode them."""


def encode_picture(vae: Any, pixels: "RgbImage") -> torch.Tensor:
    """(1, C, H/f, W/f) float32 latents of an (H, W, 3) uint8 sRGB picture: the mode, scaled for a UNet."""
    with torch.no_grad():
        unit = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1
        return scaled(vae, _mode(_encode(vae, unit.to(vae.device, vae.dtype))).float())


def scaled(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """Latents of the autoencoder as its UNet knows them."""
    mean, std, shift = _scaling(vae, latents)
    return (latents - mean - shift) / std * float(vae.config.scaling_factor)


def unscaled(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """Latents of the UNet as its autoencoder knows them."""
    mean, std, shift = _scaling(vae, latents)
    unit: torch.Tensor = latents / vae.config.scaling_factor
    return unit * std + mean + shift


def preview_latents(vae: Any, clean: torch.Tensor) -> "RgbImage":
    """(h, w, 3) uint8 sRGB, at most `_PREVIEW_CELLS` latents wide: what the picture will be.

    Args:
        vae: the autoencoder.
        clean: (1, C, H/f, W/f) the sampler's present guess of the latents without noise.

    Raises:
        BadOutput: NaN, or still of one colour.
    """
    clean = clean.float()
    factor = -(-max(clean.shape[-2:]) // _PREVIEW_CELLS)
    return decode_latents(vae, torch.nn.functional.avg_pool2d(clean, factor, ceil_mode=True))


def decode_latents(vae: Any, latents: torch.Tensor) -> "RgbImage":
    """(H, W, 3) uint8 sRGB of latents as a UNet leaves them.

    Raises:
        BadOutput: NaN, or a picture of one colour.
    """
    torch.cuda.empty_cache()  # of the steps' small blocks no large tensor can be made; without a GPU it does nothing
    with torch.no_grad():
        latents = unscaled(vae, latents.float())
        image = vae.decode(latents.to(vae.dtype), return_dict=False)[0][0].float()  # (3, H, W) in -1..1
        if not image.isfinite().all():
            raise BadOutput("the VAE gave NaN in {dtype}; set force_upcast in its config.json", dtype=str(vae.dtype))
        if has_shuffled_pixels(vae):
            # What lies beyond black and white is lost: of a lattice there one half would be left.
            image = without_lattice(image.clamp(-1, 1), image.shape[-1] // latents.shape[-1])
        pixels = (image / 2 + 0.5).clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
    return checked_picture(np.ascontiguousarray(pixels))


def checked_picture(pixels: "RgbImage") -> "RgbImage":
    """The same, (H, W, 3).

    Raises:
        BadOutput: a picture of one colour.
    """
    if not _has_contrast(pixels):
        raise BadOutput("the network made an empty picture of one colour; verify the model, try another seed")
    return pixels


def _has_contrast(pixels: "RgbImage") -> bool:
    """Whether levels differ; nearly always some of every thirty-first pixel do, which takes no time to see."""
    flat = pixels.reshape(-1, 3)
    return any(np.ptp(part, axis=0).max() >= _FLAT_LEVELS for part in (flat[::31], flat))


def _mode(output: Any) -> torch.Tensor:
    """The latents of what `AutoencoderKL`, `AutoencoderTiny` or `AutoencoderDC` returns, each under another name."""
    if hasattr(output, "latent_dist"):
        mode: torch.Tensor = output.latent_dist.mode()
        return mode
    latents: torch.Tensor = output.latents if hasattr(output, "latents") else output.latent
    return latents


def _encode(vae: Any, image: torch.Tensor) -> Any:
    """What the encoder returns; tiled in AutoencoderKL alone, since AutoencoderTiny expects tiles of four channels."""
    tiles = vae.use_tiling
    vae.use_tiling = tiles and type(vae).__name__ == "AutoencoderKL"
    try:
        return vae.encode(image)
    finally:
        vae.use_tiling = tiles


def _scaling(vae: Any, latents: torch.Tensor) -> tuple[torch.Tensor | float, torch.Tensor | float, float]:
    """Mean and deviation by channel where the configuration has both, and its shift where it has one."""
    mean, std = (getattr(vae.config, name, None) for name in ("latents_mean", "latents_std"))
    shift = float(getattr(vae.config, "shift_factor", None) or 0)
    if mean is None or std is None:
        return 0.0, 1.0, shift
    shape = (1, -1, 1, 1)
    return latents.new_tensor(mean).view(shape), latents.new_tensor(std).view(shape), shift
