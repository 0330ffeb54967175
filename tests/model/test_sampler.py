"""Our DPM-Solver++ beside diffusers', the reference: schedules, steps, and the guided start."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.painter import n_steps_run
from plitka.errors import BundleError
from plitka.model.library_imports import quiet_libraries
from plitka.model.noise import NoiseSchedule
from plitka.model.sampler import sample
from plitka.model.scheduler_config import read_schedule

SDXL = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "num_train_timesteps": 1000}
MINI = {"beta_schedule": "scaled_linear", "beta_start": 0.007, "beta_end": 0.0095, "num_train_timesteps": 1000}
LINEAR = {"beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02, "num_train_timesteps": 1000}
PREDICTIONS = (("epsilon", False), ("v_prediction", False), ("v_prediction", True))
"""What is predicted, and whether the last timestep has no signal."""


def schedule_of(config: dict[str, Any]) -> NoiseSchedule:
    """The schedule of a scheduler configuration."""
    schedule = read_schedule(config, Path("scheduler_config.json"), {})
    assert isinstance(schedule, NoiseSchedule)
    return schedule


def reference(config: dict[str, Any], n_steps: int, strength: float) -> Any:  # noqa: ANN401  (diffusers has no types)
    """diffusers' scheduler, cut to the tail that its image-to-image pipelines run."""
    diffusers: Any = importlib.import_module("diffusers")
    with quiet_libraries():
        scheduler = diffusers.DPMSolverMultistepScheduler.from_config(
            config,
            algorithm_type="dpmsolver++",
            solver_order=2,
            use_karras_sigmas=not config["rescale_betas_zero_snr"],
            timestep_spacing="trailing",
            final_sigmas_type="zero",
        )
        scheduler.set_timesteps(n_steps)
    start = n_steps - n_steps_run(n_steps, strength)
    scheduler.timesteps, scheduler.sigmas = scheduler.timesteps[start:], scheduler.sigmas[start:]
    scheduler.num_inference_steps = len(scheduler.timesteps)
    scheduler.set_begin_index(0)
    return scheduler


def network(seed: int = 0) -> Any:  # noqa: ANN401
    """A smooth function of latents and timestep, in place of a UNet with guidance."""
    weights = torch.randn(4, 4, generator=torch.Generator().manual_seed(seed)) * 0.3
    return lambda latents, timestep: torch.einsum("oc,nchw->nohw", weights, torch.tanh(latents)) + timestep * 1e-4


def last_latents(config: dict[str, Any], latents: torch.Tensor, n_steps: int, strength: float) -> torch.Tensor:
    """What our sampler ends with."""
    schedule = schedule_of(config)
    steps = schedule.steps(n_steps, strength)
    *_, last = sample(network(), latents, steps)
    assert last.number == last.n_steps == len(steps)
    return last.latents


@pytest.mark.parametrize(("prediction", "zero_snr"), PREDICTIONS)
@pytest.mark.parametrize("schedule", [SDXL, MINI, LINEAR])
@pytest.mark.parametrize(("n_steps", "strength"), [(20, 1.0), (20, 0.6), (20, 0.05), (4, 1.0), (1, 1.0), (50, 0.3)])
def test_it_equals_diffusers_in_float32(
    schedule: dict[str, Any], prediction: str, n_steps: int, strength: float, zero_snr: bool
) -> None:
    """The same sigmas and timesteps to the bit, and latents within 1e-5 of their norm, whole or from the middle on."""
    config = schedule | {"prediction_type": prediction, "rescale_betas_zero_snr": zero_snr}
    expected, steps = reference(config, n_steps, strength), schedule_of(config).steps(n_steps, strength)
    assert torch.equal(steps.sigmas, expected.sigmas)
    assert torch.equal(steps.timesteps, expected.timesteps)
    noise = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    clean = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(2))
    noised = steps.noised(clean, noise)
    assert torch.equal(noised, expected.add_noise(clean, noise, expected.timesteps[:1].repeat(2)))
    start = noise if strength == 1 else noised
    latents, denoise = start, network()
    for timestep in expected.timesteps:
        latents = expected.step(denoise(latents, timestep), timestep, latents, return_dict=False)[0]
    found = last_latents(config, start, n_steps, strength)
    assert float((found - latents).norm() / latents.norm()) < 1e-5


@given(st.integers(1, 150), st.floats(0.05, 1))
@settings(max_examples=50, deadline=None)
def test_a_schedule_falls_from_noise_to_none(n_steps: int, strength: float) -> None:
    """Sigmas fall strictly to 0, timesteps never rise, and there are as many as the strength runs."""
    steps = schedule_of(SDXL).steps(n_steps, strength)
    assert len(steps) == n_steps_run(n_steps, strength) >= 1
    assert (steps.sigmas.diff() < 0).all()
    assert steps.sigmas[-1] == 0
    assert (steps.timesteps.diff() <= 0).all()


def test_at_full_strength_hardly_a_trace_of_the_start_is_left() -> None:
    """The first step then sees noise, with less than a tenth of the start's latents."""
    clean, noise = torch.full((1, 4, 8, 8), 1.0), torch.zeros(1, 4, 8, 8)
    schedule = schedule_of(SDXL)
    left = [float(schedule.steps(20, strength).noised(clean, noise).mean()) for strength in (0.1, 0.6, 1.0)]
    assert 0.9 < left[0] < 1
    assert 0.1 < left[1] < left[0]
    assert 0 < left[2] < 0.1


@given(st.integers(1, 5))
@settings(max_examples=5, deadline=None)
def test_the_latents_of_a_batch_do_not_see_each_other(n: int) -> None:
    """Each row ends as it does alone."""
    latents = torch.randn(n, 4, 8, 8, generator=torch.Generator().manual_seed(n))
    together = last_latents(SDXL, latents, 6, 1.0)
    alone = torch.cat([last_latents(SDXL, row[None], 6, 1.0) for row in latents])
    assert torch.allclose(together, alone, rtol=1e-5, atol=1e-6)


def test_a_perfect_network_finds_the_picture_in_one_step_or_many() -> None:
    """One that predicts the noise exactly brings any start back to the latents that it knows."""
    clean = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(4))
    schedule = schedule_of(SDXL)
    for n_steps in (1, 2, 20):
        steps = schedule.steps(n_steps)
        sigmas = dict(zip(steps.timesteps.tolist(), steps.sigmas.tolist(), strict=False))

        def denoise(latents: torch.Tensor, timestep: torch.Tensor, sigmas: dict[int, float] = sigmas) -> torch.Tensor:
            sigma = sigmas[int(timestep)]
            noise_left: torch.Tensor = (latents * (sigma**2 + 1) ** 0.5 - clean) / sigma
            return noise_left

        *_, last = sample(denoise, steps.noised(clean, noise), steps)
        assert torch.allclose(last.latents, clean, atol=1e-4)
        assert torch.allclose(last.clean, clean, atol=1e-4)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (SDXL | {"prediction_type": "sample"}, "prediction_type 'sample'"),
        (SDXL | {"beta_schedule": "squaredcos_cap_v2"}, "beta_schedule 'squaredcos_cap_v2'"),
    ],
)
def test_another_kind_of_noise_is_refused_by_name(config: dict[str, Any], message: str) -> None:
    """It would be run wrongly otherwise."""
    with pytest.raises(BundleError, match=message):
        schedule_of(config)
