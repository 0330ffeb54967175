#!/usr/bin/env bash
# Fill this folder with what the machine needs: the package, its recipes and the autoencoder. Run here, not there.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf .i21/tree
mkdir -p .i21/tree/recipes .i21/tree/benchmarks .i21/tree/src
cp -r src/plitka .i21/tree/src/
rm -rf .i21/tree/src/plitka/web .i21/tree/src/plitka/mini/base/unet .i21/tree/src/plitka/mini/base/text_encoder*
find .i21/tree -name __pycache__ -prune -exec rm -rf {} +
cp -r recipes/measure .i21/tree/recipes/
cp benchmarks/measure_accuracy.py .i21/tree/benchmarks/
# The autoencoder straight from the bundle: no transformers, no stages.
cp -r src/plitka/mini/base/vae .i21/tree/vae
cat > .i21/tree/recipes/measure/autoencoder.py <<'P'
"""The recipe's `pass_through`, with the network loaded as diffusers does it."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn


def pass_through(srgb8: np.ndarray, folder: Path, rng: np.random.Generator) -> np.ndarray:
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
    from diffusers import AutoencoderDC

    torch.set_num_threads(1)
    return AutoencoderDC.from_pretrained(str(folder), variant="fp16", torch_dtype=torch.float32).eval().requires_grad_(False)
P
find .i21 -name __pycache__ -prune -exec rm -rf {} +
du -sh .i21
