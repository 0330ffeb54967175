"""The noise that a base was trained on, what it predicts of it, and the steps of a run.

Of a *discrete* schedule a network knows a number of timesteps and is given whole ones. Its steps are spaced as
T. Karras et al. propose, arXiv:2206.00364, equation 5; with zero terminal SNR, where those would nearly all lie in
noise that hides everything, evenly over the timesteps from the last one on ("trailing": S. Lin et al.,
arXiv:2305.08891, table 2), and so for a base that was distilled to a few steps. A network of *EDM* knows any level of
noise in a range and is given its logarithm; latents and answer are scaled by table 1 of Karras et al.

Latents are kept variance-preserving throughout: signal and noise have factors whose squares sum to 1. For
DPM-Solver++ this is no other path than the one that keeps the signal, since it depends on noise over signal alone.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import torch

from plitka.core.painter import n_steps_run

RHO = 7.0
"""Karras et al., table 1."""


class Prediction(StrEnum):
    """What a network was trained to say, by diffusers' names."""

    NOISE = "epsilon"
    VELOCITY = "v_prediction"


class Spacing(StrEnum):
    """How the steps of a run are chosen."""

    KARRAS = "karras"
    TRAILING = "trailing"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network is given at a level of noise, and how what it says becomes latents without noise."""

    prediction: Prediction
    sigma_data: float | None = None
    """Deviation of the latents that an EDM network was trained on; None for a discrete schedule."""

    def given(self, latents: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """The latents as the network wants to see them."""
        if self.sigma_data is None:
            return latents
        return latents * ((sigma**2 + 1) / (sigma**2 + self.sigma_data**2)) ** 0.5

    def clean(self, output: torch.Tensor, latents: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """Its guess of the latents without noise."""
        is_velocity = self.prediction is Prediction.VELOCITY
        if self.sigma_data is not None:
            power = sigma**2 + self.sigma_data**2
            skip = self.sigma_data**2 / power * (sigma**2 + 1) ** 0.5
            scale = sigma * self.sigma_data / power**0.5
            return skip * latents - scale * output if is_velocity else skip * latents + scale * output
        signal, level = signal_and_noise(sigma)
        return signal * latents - level * output if is_velocity else (latents - level * output) / signal


@dataclass(frozen=True, slots=True)
class StepSchedule:
    """The sigmas and timesteps of a run."""

    sigmas: torch.Tensor
    """(n + 1,) float32 on the CPU, falling to 0: noise over signal."""
    timesteps: torch.Tensor
    """(n,) int64 or, for EDM, float32: what the network is given as its time."""
    answer: Answer
    is_first_order: bool = False
    """Straight steps, for networks that were distilled to take such."""

    def __len__(self) -> int:
        return len(self.timesteps)

    def noised(self, clean: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """(N, C, h, w) latents as noisy as the first step expects them."""
        signal, level = signal_and_noise(self.sigmas[:1].to(clean.device, clean.dtype).reshape(1, 1, 1, 1))
        return signal * clean + level * noise


@dataclass(frozen=True, slots=True)
class NoiseSchedule:
    """The noise that a network was trained on, and what it predicts: of a discrete schedule."""

    alphas_cumprod: torch.Tensor
    """(n_train_timesteps,) float32: part of the signal's power that is left."""
    prediction: Prediction
    is_zero_snr: bool = False
    """The last timestep has no signal."""
    is_distilled: bool = False
    """To a few steps."""

    @property
    def answer(self) -> Answer:
        """How the network is asked."""
        return Answer(self.prediction)

    @property
    def spacing(self) -> Spacing:
        """How the steps of a run are chosen."""
        return Spacing.TRAILING if self.is_zero_snr or self.is_distilled else Spacing.KARRAS

    @property
    def sigma_range(self) -> tuple[float, float]:
        """Least and most noise over signal."""
        sigmas = self._sigmas()
        return sigmas[0].item(), sigmas[-1].item()

    def steps(self, n_steps: int, strength: float = 1.0) -> StepSchedule:
        """The last `strength` of a schedule of `n_steps`, at least one step."""
        train_sigmas = self._sigmas()
        if self.spacing is Spacing.TRAILING:
            timesteps = _trailing(len(train_sigmas), n_steps)
            sigmas = train_sigmas[timesteps].astype(np.float64)
        else:
            sigmas = _karras(*self.sigma_range, n_steps)
            timesteps = _timesteps(sigmas, np.log(train_sigmas)).round().astype(np.int64)
        start = n_steps - n_steps_run(n_steps, strength)
        times = torch.from_numpy(timesteps[start:].copy())
        return StepSchedule(_with_end(sigmas[start:]), times, self.answer, self.is_distilled)

    def _sigmas(self) -> npt.NDArray[np.float32]:
        sigmas: npt.NDArray[np.float32] = (((1 - self.alphas_cumprod) / self.alphas_cumprod) ** 0.5).numpy()
        return sigmas


@dataclass(frozen=True, slots=True)
class EdmSchedule:
    """The same of a network that was trained as Karras et al. propose: at any level of noise in a range."""

    sigma_min: float
    sigma_max: float
    sigma_data: float
    prediction: Prediction
    """Which sign the answer has: with `VELOCITY` it is that of the velocity."""

    @property
    def answer(self) -> Answer:
        """How the network is asked."""
        return Answer(self.prediction, self.sigma_data)

    @property
    def spacing(self) -> Spacing:
        """How the steps of a run are chosen."""
        return Spacing.KARRAS

    @property
    def sigma_range(self) -> tuple[float, float]:
        """Least and most noise over signal."""
        return self.sigma_min, self.sigma_max

    def steps(self, n_steps: int, strength: float = 1.0) -> StepSchedule:
        """The last `strength` of a schedule of `n_steps`, at least one step."""
        sigmas = _karras(*self.sigma_range, n_steps)
        sigmas = sigmas[n_steps - n_steps_run(n_steps, strength) :]
        return StepSchedule(_with_end(sigmas), torch.from_numpy((np.log(sigmas) / 4).astype(np.float32)), self.answer)


def signal_and_noise(sigma: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Factors of signal and noise at a sigma; their squares sum to 1."""
    signal = 1 / ((sigma**2 + 1) ** 0.5)
    return signal, sigma * signal


def _with_end(sigmas: npt.NDArray[np.float64]) -> torch.Tensor:
    """(n + 1,) float32 sigmas of a run, with 0 behind them."""
    return torch.from_numpy(np.concatenate([sigmas, [0]]).astype(np.float32))


def _karras(smallest: float, largest: float, n_steps: int) -> npt.NDArray[np.float64]:
    """(n_steps,) sigmas from the largest to the smallest that the network knows."""
    low, high = smallest ** (1 / RHO), largest ** (1 / RHO)
    sigmas: npt.NDArray[np.float64] = (high + np.linspace(0, 1, n_steps) * (low - high)) ** RHO
    return sigmas


def _trailing(n_train: int, n_steps: int) -> npt.NDArray[np.int64]:
    """(n_steps,) timesteps, evenly from the last one down, so that a run begins in the most noise."""
    timesteps: npt.NDArray[np.int64] = (n_train - np.arange(n_steps) * (n_train / n_steps)).round().astype(np.int64) - 1
    return timesteps


def _timesteps(sigmas: npt.NDArray[np.float64], log_train_sigmas: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The fractional timestep of each sigma, between the two trained ones around it."""
    log_sigmas = np.log(np.maximum(sigmas, 1e-10))
    distances = log_sigmas - log_train_sigmas[:, np.newaxis]
    below = np.cumsum(distances >= 0, axis=0).argmax(axis=0).clip(max=len(log_train_sigmas) - 2)
    low, high = log_train_sigmas[below], log_train_sigmas[below + 1]
    weight = np.clip((low - log_sigmas) / (low - high), 0, 1)
    timesteps: npt.NDArray[np.float64] = (1 - weight) * below + weight * (below + 1)
    return timesteps
