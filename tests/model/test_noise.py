"""Schedules and steps beside float64 references of their equations."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.painter import n_steps_run
from plitka.model.noise import EdmSchedule, NoiseSchedule, Prediction, Spacing
from plitka.model.sampler import sample

N_TRAIN, START, END = 1000, 0.00085, 0.012
PLAYGROUND = EdmSchedule(sigma_min=0.002, sigma_max=80.0, sigma_data=0.5, prediction=Prediction.NOISE)
COS_XL = EdmSchedule(sigma_min=0.002, sigma_max=120.0, sigma_data=1.0, prediction=Prediction.VELOCITY)
Denoiser = Callable[[torch.Tensor, float], torch.Tensor]


def power_left(*, is_zero_snr: bool) -> np.ndarray:
    """(1000,) float64 part of the signal's power that is left in SDXL; with zero SNR by Lin et al., algorithm 1."""
    betas = np.linspace(START**0.5, END**0.5, N_TRAIN, dtype=np.float64) ** 2
    roots = np.sqrt(np.cumprod(1 - betas))
    if is_zero_snr:
        roots = (roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])
        roots[-1] = 2**-12
    left: np.ndarray = roots**2
    return left


def discrete(prediction: Prediction, *, is_zero_snr: bool = False, is_distilled: bool = False) -> NoiseSchedule:
    """SDXL's schedule."""
    alphas = torch.from_numpy(power_left(is_zero_snr=is_zero_snr)).float()
    return NoiseSchedule(alphas, prediction, is_zero_snr, is_distilled)


def ideal(latents: torch.Tensor, sigma: float) -> torch.Tensor:
    """The best guess of pictures that are normal about a known mean: closed form, for latents with unscaled signal."""
    mean = torch.linspace(-1, 1, latents.numel(), dtype=torch.float64).reshape(latents.shape)
    return mean + 0.4**2 / (0.4**2 + sigma**2) * (latents - mean)


def reference(sigmas: list[float], noise: torch.Tensor, *, is_first_order: bool) -> torch.Tensor:
    """DPM-Solver++(2M) in float64 where the signal keeps its size, as k-diffusion writes it; from noise to latents."""
    latents = noise * (sigmas[0] ** 2 + 1) ** 0.5
    former, last_step = None, 0.0
    for at, to in zip(sigmas, [*sigmas[1:], 0.0], strict=True):
        guess = ideal(latents, at)
        if to == 0:
            return guess
        step = math.log(at / to)
        blended = guess
        if former is not None and not is_first_order:
            ratio = last_step / step
            blended = (1 + 1 / (2 * ratio)) * guess - 1 / (2 * ratio) * former
        latents = to / at * latents - math.expm1(-step) * blended
        former, last_step = guess, step
    raise AssertionError


def asked(schedule: NoiseSchedule | EdmSchedule) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """A network that knows those pictures, and answers in the schedule's own way to what it is given."""

    def discretely(given: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        assert isinstance(schedule, NoiseSchedule)
        assert timestep.dtype == torch.int64
        left = power_left(is_zero_snr=schedule.is_zero_snr)[int(timestep)]
        signal, level = left**0.5, (1 - left) ** 0.5
        clean = ideal(given.double() / signal, level / signal)
        noise: torch.Tensor = (given.double() - signal * clean) / level
        if schedule.prediction is Prediction.VELOCITY:  # Salimans and Ho, arXiv:2202.00512, appendix D
            noise = (signal * given.double() - clean) / level
        return noise.float()

    def by_edm(given: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        assert isinstance(schedule, EdmSchedule)
        sigma, data = math.exp(4 * float(timestep)), schedule.sigma_data
        latents = given.double() * math.hypot(sigma, data)  # given is c_in * latents
        skip, scale = data**2 / (sigma**2 + data**2), sigma * data / math.hypot(sigma, data)
        sign = -1 if schedule.prediction is Prediction.VELOCITY else 1
        return (sign * (ideal(latents, sigma) - skip * latents) / scale).float()

    return by_edm if isinstance(schedule, EdmSchedule) else discretely


def karras(low: float, high: float, n_steps: int) -> list[float]:
    """Karras et al., equation 5, in float64."""
    ends = [high ** (1 / 7) + step / (n_steps - 1) * (low ** (1 / 7) - high ** (1 / 7)) for step in range(n_steps)]
    return [end**7 for end in ends]


NOISE = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("schedule", [PLAYGROUND, COS_XL], ids=["playground", "cosxl"])
def test_edm_is_its_equations_in_float64(schedule: EdmSchedule) -> None:
    """Input, time, skip and scale of table 1: a network that answers so comes to what the equations give."""
    steps = schedule.steps(20)
    sigmas = karras(schedule.sigma_min, schedule.sigma_max, 20)
    assert steps.sigmas.tolist() == pytest.approx([*sigmas, 0], rel=1e-6)
    assert steps.timesteps.tolist() == pytest.approx([math.log(sigma) / 4 for sigma in sigmas], rel=1e-6)
    *_, last = sample(asked(schedule), NOISE, steps)
    expected = reference(sigmas, NOISE.double(), is_first_order=False)
    assert torch.allclose(last.latents.double(), expected, atol=2e-5)


@pytest.mark.parametrize(
    ("schedule", "is_first_order"),
    [
        (discrete(Prediction.VELOCITY, is_zero_snr=True), False),
        (discrete(Prediction.NOISE, is_distilled=True), True),
        (discrete(Prediction.VELOCITY, is_distilled=True), True),
    ],
    ids=["velocity and zero SNR", "distilled", "distilled velocity"],
)
def test_trailing_steps_are_their_equations_in_float64(schedule: NoiseSchedule, is_first_order: bool) -> None:
    """Every fiftieth timestep from the last one on, with the rescaled schedule's noise."""
    steps = schedule.steps(20)
    assert steps.timesteps.tolist() == list(range(999, 0, -50))
    left = power_left(is_zero_snr=schedule.is_zero_snr)[steps.timesteps.numpy()]
    sigmas = [math.sqrt((1 - one) / one) for one in left]
    assert steps.sigmas.tolist() == pytest.approx([*sigmas, 0], rel=1e-4)
    *_, last = sample(asked(schedule), NOISE, steps)
    expected = reference(sigmas, NOISE.double(), is_first_order=is_first_order)
    assert torch.allclose(last.latents.double(), expected, atol=2e-4)


def test_velocity_is_its_equations_in_float64() -> None:
    """With Karras sigmas, at the whole timesteps that are nearest to them."""
    schedule = discrete(Prediction.VELOCITY)
    steps = schedule.steps(20)
    left = power_left(is_zero_snr=False)
    sigmas = karras(math.sqrt((1 - left[0]) / left[0]), math.sqrt((1 - left[-1]) / left[-1]), 20)
    assert steps.sigmas.tolist() == pytest.approx([*sigmas, 0], rel=1e-4)

    def exactly(given: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        sigma = sigmas[steps.timesteps.tolist().index(int(timestep))]
        clean = ideal(given.double() * math.hypot(1, sigma), sigma)
        return ((given.double() / math.hypot(1, sigma) - clean) / (sigma / math.hypot(1, sigma))).float()

    *_, last = sample(exactly, NOISE, steps)
    assert torch.allclose(last.latents.double(), reference(sigmas, NOISE.double(), is_first_order=False), atol=2e-4)


@pytest.mark.parametrize("schedule", [PLAYGROUND, COS_XL, discrete(Prediction.VELOCITY)], ids=str)
def test_taken_for_epsilon_the_same_answers_make_another_picture(schedule: NoiseSchedule | EdmSchedule) -> None:
    """What used to happen in silence: nothing of the picture is left."""
    wrong = discrete(Prediction.NOISE)
    *_, right = sample(asked(schedule), NOISE, schedule.steps(20))
    answers = (
        asked(schedule)
        if isinstance(schedule, NoiseSchedule)
        else lambda given, _: asked(schedule)(given, torch.tensor(0.1))
    )
    *_, taken = sample(answers, NOISE, wrong.steps(20))
    assert float((taken.latents - right.latents).norm() / right.latents.norm()) > 0.5


@given(st.integers(1, 150), st.floats(0.05, 1), st.sampled_from([PLAYGROUND, COS_XL, None]))
@settings(max_examples=50, deadline=None)
def test_a_run_falls_from_most_noise_to_none(n_steps: int, strength: float, edm: EdmSchedule | None) -> None:
    """In every kind, and as many steps as the strength runs."""
    schedule = edm or discrete(Prediction.VELOCITY, is_zero_snr=True)
    steps = schedule.steps(n_steps, strength)
    assert len(steps) == n_steps_run(n_steps, strength)
    assert steps.sigmas[-1] == 0
    assert (steps.sigmas.diff() < 0).all()
    assert (steps.timesteps.diff() < 0).all()


def test_with_zero_snr_a_run_begins_in_pure_noise() -> None:
    """And in even steps; without it Karras et al. space them."""
    zero, usual = discrete(Prediction.VELOCITY, is_zero_snr=True), discrete(Prediction.VELOCITY)
    assert (zero.spacing, usual.spacing) == (Spacing.TRAILING, Spacing.KARRAS)
    assert zero.sigma_range[1] == pytest.approx(4096, rel=1e-3)
    assert usual.sigma_range[1] == pytest.approx(14.6, rel=1e-2)
    clean = torch.ones(1, 4, 8, 8)
    assert float(zero.steps(20).noised(clean, torch.zeros_like(clean)).max()) < 3e-4
