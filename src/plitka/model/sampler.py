"""DPM-Solver++ of second order (2M, midpoint): the sampler of the v45 recipe.

Of a whole schedule, or of its tail for latents that are noised to where the tail begins, as in image-to-image. It
works on any batch of latents around a `denoise` callable and keeps its state in float32.

C. Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models", arXiv:2211.01095,
algorithm 2. The order of operations is that of diffusers' `DPMSolverMultistepScheduler`, the reference in tests.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from plitka.model.noise import StepSchedule, signal_and_noise

Denoise = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(noisy latents, timestep) -> what the network predicts, in float32, guidance included.

Latents and prediction are (N, C, h, w), the timestep has no dimensions, all on the device. The arguments are
the caller's: they are not changed, and not kept past the call. The prediction is the network's: its next call may
overwrite it, as captured graphs do, so the sampler keeps nothing of it.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """The state after one step."""

    number: int
    """Steps done, from 1."""
    n_steps: int
    latents: torch.Tensor
    """(N, C, h, w) float32, still noisy but after the last step."""
    clean: torch.Tensor
    """(N, C, h, w) the network's present guess of them without noise."""


def sample(denoise: Denoise, latents: torch.Tensor, steps: StepSchedule) -> Iterator[Step]:
    """Take one step after another; whoever iterates may stop at any of them.

    Args:
        denoise: the network.
        latents: (N, C, h, w) float32, as noisy as the first step expects them.
        steps: a whole schedule or its tail, and what `denoise` gives.
    """
    former: torch.Tensor | None = None
    timesteps = steps.timesteps.to(latents.device)
    n_steps = len(steps)
    for index in range(n_steps):
        sigma = steps.sigmas[index]
        output = denoise(steps.answer.given(latents, sigma), timesteps[index])
        clean = steps.answer.clean(output, latents, sigma)
        # The last step goes to sigma 0, where the second order has no meaning.
        second = former if index < n_steps - 1 and not steps.is_first_order else None
        latents = _advance(latents, clean, second, steps.sigmas, index)
        former = clean
        yield Step(index + 1, n_steps, latents, clean)


def _advance(
    latents: torch.Tensor, clean: torch.Tensor, former: torch.Tensor | None, sigmas: torch.Tensor, index: int
) -> torch.Tensor:
    """One step of the solver; of first order where there is no former guess."""
    signal_to, level_to = signal_and_noise(sigmas[index + 1])
    signal_at, level_at = signal_and_noise(sigmas[index])
    log_snr_to = torch.log(signal_to) - torch.log(level_to)
    log_snr_at = torch.log(signal_at) - torch.log(level_at)
    step = log_snr_to - log_snr_at
    keep, blend = level_to / level_at, signal_to * (torch.exp(-step) - 1.0)
    moved = keep * latents - blend * clean
    if former is None:
        return moved
    signal_from, level_from = signal_and_noise(sigmas[index - 1])
    last_step = log_snr_at - (torch.log(signal_from) - torch.log(level_from))
    slope = (1.0 / (last_step / step)) * (clean - former)
    return moved - 0.5 * blend * slope
