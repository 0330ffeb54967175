"""The sampler of the v45 recipe, whole or from the middle on.

DPM-Solver++ of second order with Karras sigmas, over the noise schedule of a base.
"""

from collections.abc import Mapping
from typing import Any

import torch
from diffusers.schedulers import DPMSolverMultistepScheduler

from plitka.model.pipeline import quiet_libraries

_Whole: Any = DPMSolverMultistepScheduler  # untyped


class TailScheduler(_Whole):  # type: ignore[misc]
    """Only the last steps of a schedule, for latents that are noised to where these begin.

    diffusers' image-to-image pipelines cut the schedule in the same place; with this a text-to-image pipeline
    does as they do.
    """

    timesteps: torch.Tensor
    sigmas: torch.Tensor
    strength = 1.0
    """Part of the steps that are run, 0..1; at least one is."""

    def set_timesteps(self, num_inference_steps: int, *others: Any, **choices: Any) -> None:
        """Lay the whole schedule and keep its tail."""
        super().set_timesteps(num_inference_steps, *others, **choices)
        start = num_inference_steps - n_steps_run(num_inference_steps, self.strength)
        self.timesteps = self.timesteps[start:]
        self.sigmas = self.sigmas[start:]
        self.num_inference_steps = len(self.timesteps)
        self.set_begin_index(0)


def n_steps_run(steps: int, strength: float) -> int:
    """How many of a schedule's steps a strength runs: 12 of 20 at 0.6, rounded down as diffusers does."""
    return max(1, min(int(steps * strength), steps))


def fresh_scheduler(config: Mapping[str, Any], strength: float | None = None) -> Any:
    """A scheduler without memory of other pictures.

    Args:
        config: of the base's own scheduler, whose noise schedule is kept.
        strength: how much of the schedule is run, 0..1; None for diffusers' own scheduler, which runs all.
    """
    kind = _Whole if strength is None else TailScheduler
    with quiet_libraries():
        scheduler = kind.from_config(
            config, algorithm_type="dpmsolver++", solver_order=2, use_karras_sigmas=True, final_sigmas_type="zero"
        )
    if strength is not None:
        scheduler.strength = strength
    return scheduler


def noise_to_start(scheduler: TailScheduler, steps: int, clean: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Latents as noisy as those that the scheduler's first step expects, where the whole schedule has `steps`."""
    with quiet_libraries():
        scheduler.set_timesteps(steps)
    noised: torch.Tensor = scheduler.add_noise(clean, noise, scheduler.timesteps[:1])
    return noised
