"""DPM-Solver++ of second order (2M, midpoint) with Karras sigmas: the sampler of the v45 recipe.

Of a whole schedule, or of its tail for latents that are noised to where the tail begins, as in image-to-image. It
works on any batch of latents around a `denoise` callable and keeps its state in float32.

C. Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models", arXiv:2211.01095,
algorithm 2. T. Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models", arXiv:2206.00364,
equation 5. The order of operations is that of diffusers' `DPMSolverMultistepScheduler`, the reference in tests.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from plitka.core.painter import n_steps_run
from plitka.errors import ManifestError

RHO = 7.0
"""Karras et al., table 1."""
_TERMINAL_ALPHA = 2**-24
"""Instead of 0, with zero terminal SNR: float16's smallest number, so that the first sigma is finite."""

Denoise = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(noisy latents, timestep) -> what the network predicts, in float32: noise or velocity, guidance included.

Latents and prediction are (N, C, h, w), the timestep is int64 without dimensions, all on the device. The arguments are
the caller's: they are not changed, and not kept past the call. The prediction is the network's: its next call may
overwrite it, as captured graphs do, so the sampler keeps nothing of it.
"""


@dataclass(frozen=True, slots=True)
class NoiseSchedule:
    """The noise that a network was trained on, and what it predicts."""

    alphas_cumprod: torch.Tensor
    """(n_train_timesteps,) float32: part of the signal's power that is left."""
    predicts_velocity: bool
    """v-prediction; else the noise itself."""

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "NoiseSchedule":
        """The schedule of a base's scheduler configuration, read as diffusers' DPM-Solver reads it.

        Raises:
            ManifestError: a kind of schedule or of prediction that is not SDXL's.
        """
        prediction = config.get("prediction_type", "epsilon")
        if prediction not in ("epsilon", "v_prediction"):
            raise _refusal("prediction_type", prediction, "epsilon, v_prediction")
        betas = _betas(config)
        if config.get("rescale_betas_zero_snr", False):
            betas = _rescaled(betas)
        alphas_cumprod = torch.cumprod(1.0 - betas, dim=0)
        if config.get("rescale_betas_zero_snr", False):
            alphas_cumprod[-1] = _TERMINAL_ALPHA
        return cls(alphas_cumprod, prediction == "v_prediction")

    def steps(self, n_steps: int, strength: float = 1.0) -> "StepSchedule":
        """The last `strength` of a schedule of `n_steps`, at least one step."""
        train_sigmas = (((1 - self.alphas_cumprod) / self.alphas_cumprod) ** 0.5).numpy()
        sigmas = _karras(train_sigmas, n_steps)
        timesteps = _timesteps(sigmas, np.log(train_sigmas)).round()
        start = n_steps - n_steps_run(n_steps, strength)
        with_end = np.concatenate([sigmas, [0]]).astype(np.float32)
        return StepSchedule(
            torch.from_numpy(with_end[start:].copy()), torch.from_numpy(timesteps[start:].copy()).to(torch.int64)
        )


@dataclass(frozen=True, slots=True)
class StepSchedule:
    """The sigmas and timesteps of a run."""

    sigmas: torch.Tensor
    """(n + 1,) float32 on the CPU, falling to 0: noise over signal."""
    timesteps: torch.Tensor
    """(n,) int64: what the network is given as its time."""

    def __len__(self) -> int:
        return len(self.timesteps)

    def noised(self, clean: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """(N, C, h, w) latents as noisy as the first step expects them."""
        signal, level = _signal_and_noise(self.sigmas[:1].to(clean.device, clean.dtype).reshape(1, 1, 1, 1))
        return signal * clean + level * noise


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


def sample(denoise: Denoise, latents: torch.Tensor, steps: StepSchedule, *, predicts_velocity: bool) -> Iterator[Step]:
    """Take one step after another; whoever iterates may stop at any of them.

    Args:
        denoise: the network.
        latents: (N, C, h, w) float32, as noisy as the first step expects them.
        steps: a whole schedule or its tail.
        predicts_velocity: what `denoise` gives.
    """
    former: torch.Tensor | None = None
    timesteps = steps.timesteps.to(latents.device)
    n_steps = len(steps)
    for index in range(n_steps):
        output = denoise(latents, timesteps[index])
        clean = _clean(output, latents, steps.sigmas[index], predicts_velocity=predicts_velocity)
        # The last step goes to sigma 0, where the second order has no meaning.
        second = former if index < n_steps - 1 else None
        latents = _advance(latents, clean, second, steps.sigmas, index)
        former = clean
        yield Step(index + 1, n_steps, latents, clean)


def _clean(
    output: torch.Tensor, latents: torch.Tensor, sigma: torch.Tensor, *, predicts_velocity: bool
) -> torch.Tensor:
    signal, level = _signal_and_noise(sigma)
    return signal * latents - level * output if predicts_velocity else (latents - level * output) / signal


def _advance(
    latents: torch.Tensor, clean: torch.Tensor, former: torch.Tensor | None, sigmas: torch.Tensor, index: int
) -> torch.Tensor:
    """One step of the solver; of first order where there is no former guess."""
    signal_to, level_to = _signal_and_noise(sigmas[index + 1])
    signal_at, level_at = _signal_and_noise(sigmas[index])
    log_snr_to = torch.log(signal_to) - torch.log(level_to)
    log_snr_at = torch.log(signal_at) - torch.log(level_at)
    step = log_snr_to - log_snr_at
    keep, blend = level_to / level_at, signal_to * (torch.exp(-step) - 1.0)
    moved = keep * latents - blend * clean
    if former is None:
        return moved
    signal_from, level_from = _signal_and_noise(sigmas[index - 1])
    last_step = log_snr_at - (torch.log(signal_from) - torch.log(level_from))
    slope = (1.0 / (last_step / step)) * (clean - former)
    return moved - 0.5 * blend * slope


def _signal_and_noise(sigma: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Factors of signal and noise at a sigma; their squares sum to 1."""
    signal = 1 / ((sigma**2 + 1) ** 0.5)
    return signal, sigma * signal


def _betas(config: Mapping[str, Any]) -> torch.Tensor:
    """(n_train_timesteps,) float32 noise added at each timestep."""
    if config.get("trained_betas") is not None:
        return torch.tensor(config["trained_betas"], dtype=torch.float32)
    kind, n = config.get("beta_schedule", "linear"), int(config.get("num_train_timesteps", 1000))
    start, end = config.get("beta_start", 0.0001), config.get("beta_end", 0.02)
    if kind == "linear":
        return torch.linspace(start, end, n, dtype=torch.float32)
    if kind == "scaled_linear":
        return torch.linspace(start**0.5, end**0.5, n, dtype=torch.float32) ** 2
    raise _refusal("beta_schedule", kind, "linear, scaled_linear")


def _rescaled(betas: torch.Tensor) -> torch.Tensor:
    """Betas whose last timestep has no signal: S. Lin et al., arXiv:2305.08891, algorithm 1."""
    roots = (1.0 - betas).cumprod(0).sqrt()
    first, last = roots[0].clone(), roots[-1].clone()
    roots = (roots - last) * (first / (first - last))
    powers = roots**2
    alphas = torch.cat([powers[0:1], powers[1:] / powers[:-1]])
    return 1 - alphas


def _karras(train_sigmas: npt.NDArray[np.float32], n_steps: int) -> npt.NDArray[np.float64]:
    """(n_steps,) sigmas from the largest to the smallest that the network knows."""
    smallest, largest = (train_sigmas[index].item() ** (1 / RHO) for index in (0, -1))
    sigmas: npt.NDArray[np.float64] = (largest + np.linspace(0, 1, n_steps) * (smallest - largest)) ** RHO
    return sigmas


def _timesteps(sigmas: npt.NDArray[np.float64], log_train_sigmas: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The fractional timestep of each sigma, between the two trained ones around it."""
    log_sigmas = np.log(np.maximum(sigmas, 1e-10))
    distances = log_sigmas - log_train_sigmas[:, np.newaxis]
    below = np.cumsum(distances >= 0, axis=0).argmax(axis=0).clip(max=len(log_train_sigmas) - 2)
    low, high = log_train_sigmas[below], log_train_sigmas[below + 1]
    weight = np.clip((low - log_sigmas) / (low - high), 0, 1)
    timesteps: npt.NDArray[np.float64] = (1 - weight) * below + weight * (below + 1)
    return timesteps


def _refusal(key: str, value: object, known: str) -> ManifestError:
    return ManifestError(
        "the base's scheduler has {key} {value!r}, and plitka runs {known}; use another base",
        path="scheduler/scheduler_config.json",
        key=key,
        value=value,
        known=known,
    )
