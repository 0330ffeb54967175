"""Pictures as the mini model's autoencoder gives them back: a little softer, with a grain of its own."""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn


def pass_through(srgb8: np.ndarray, folder: Path, rng: np.random.Generator) -> np.ndarray:
    """(H, W, 3) sRGB levels, not yet rounded; sides are multiples of 8 px. At times latents get a little noise."""
    vae = load_autoencoder(folder)
    picture = torch.from_numpy(srgb8.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    with torch.inference_mode():
        latents = vae.encode(picture).latent
        if rng.random() < 0.5:
            noise = torch.from_numpy(rng.normal(0, 1, latents.shape).astype(np.float32))
            latents = latents + rng.uniform(0, 0.05) * latents.std((2, 3), keepdim=True) * noise
        decoded = vae.decode(latents).sample
    return (127.5 * (decoded[0].permute(1, 2, 0) + 1)).numpy()


@cache
def load_autoencoder(folder: Path) -> nn.Module:
    """The mini model's, from a folder that `recipes/mini/train_vae.py` has written."""
    torch.set_num_threads(1)
    sys.path.append(str(Path(__file__).parents[1] / "mini"))
    from config import FULL  # noqa: PLC0415 - a folder of its own
    from networks import build_vae  # noqa: PLC0415

    vae = build_vae(FULL).eval().requires_grad_(False)
    parts = [load_file(path) for path in sorted(folder.glob("vae-*.safetensors"))]
    vae.load_state_dict({name: tensor.float() for part in parts for name, tensor in part.items()})
    return vae
