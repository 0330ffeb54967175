"""Guidance in the first part of a picture's steps alone: the last ones run one half of the batch and not two.

What guidance changes is decided early: A. Castillo et al., "Adaptive Guidance: Training-free Acceleration of
Conditional Diffusion Models", arXiv:2312.12487, leave it out of the second half with hardly a difference.
"""

import math
from dataclasses import replace

import torch

from plitka.model.sampler import Denoise
from plitka.model.unet import Conditions, Network

GUIDED_SHARE = 0.5
"""Of the steps that are run, the first ones."""


def guided_early(network: Network, conditions: Conditions) -> Denoise:
    """A network's `Denoise` that is guided in the first `GUIDED_SHARE` of the steps.

    Args:
        network: what runs each part.
        conditions: of the batch, with the timesteps of all steps.
    """
    timesteps = conditions.timesteps
    if timesteps is None or conditions.guidance <= 1:
        return network(conditions)
    n_guided = math.ceil(GUIDED_SHARE * len(timesteps))
    current = network(replace(conditions, timesteps=timesteps[:n_guided]))
    step = iter(range(len(timesteps)))

    def denoise(latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        nonlocal current
        if next(step) == n_guided:
            # Only now: the two parts may share their memory.
            current = network(replace(conditions, guidance=1.0, timesteps=timesteps[n_guided:]))
        return current(latents, timestep)

    return denoise
