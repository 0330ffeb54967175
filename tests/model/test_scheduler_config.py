from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from plitka.errors import BundleError
from plitka.model.noise import EdmSchedule, NoiseSchedule, Prediction, Spacing
from plitka.model.scheduler_config import Schedule, read_schedule

PATH = Path("base/scheduler/scheduler_config.json")
SDXL = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "num_train_timesteps": 1000}
EDM = {"sigma_min": 0.002, "sigma_max": 80.0, "sigma_data": 0.5}
EDM_CLASS = {"_class_name": "EDMDPMSolverMultistepScheduler"}
PLAYGROUND_VAE = {"latents_mean": [-1.6, 1.9, -1.4, 2.5], "latents_std": [8.5, 5.9, 6.5, 5.2]}


def read(config: dict[str, Any], vae: dict[str, Any] | None = None) -> Schedule:
    """The schedule of a configuration."""
    return read_schedule(config, PATH, vae or {})


@pytest.mark.parametrize(
    ("config", "most_noise"),
    [
        ({"_class_name": "EulerDiscreteScheduler", **SDXL}, 14.61),
        ({"_class_name": "LCMScheduler"}, 14.61),
        ({"_class_name": "HeunDiscreteScheduler"}, 25.15),
        ({"_class_name": "DDIMScheduler"}, 157.4),
        ({"_class_name": "KDPM2DiscreteScheduler", "beta_schedule": "scaled_linear"}, 14.61),
    ],
)
def test_what_a_configuration_leaves_out_is_its_own_classes_default(config: dict[str, Any], most_noise: float) -> None:
    """Not that of the scheduler that is run in its place."""
    assert read(config).sigma_range[1] == pytest.approx(most_noise, rel=1e-2)


@pytest.mark.parametrize(
    ("config", "vae"),
    [
        (EDM_CLASS | EDM, {}),
        (EDM_CLASS, {}),
        ({"_class_name": "EDMEulerScheduler"}, PLAYGROUND_VAE),
        (EDM_CLASS | EDM | SDXL, PLAYGROUND_VAE),
        ({"_class_name": "EulerDiscreteScheduler", "beta_schedule": "linear"} | EDM, {}),
    ],
    ids=["as Playground has it", "by its class alone", "the other class", "with betas, and EDM's latents", "renamed"],
)
def test_edm_is_known_by_its_numbers(config: dict[str, Any], vae: dict[str, Any]) -> None:
    """Whatever class is named."""
    assert read(config, vae) == EdmSchedule(0.002, 80.0, 0.5, Prediction.NOISE)


def test_the_numbers_of_edm_are_read() -> None:
    """Those of CosXL, for example."""
    config = EDM_CLASS | {"sigma_max": 120, "sigma_data": 1, "prediction_type": "v_prediction"}
    assert read(config) == EdmSchedule(0.002, 120.0, 1.0, Prediction.VELOCITY)


@pytest.mark.parametrize(
    "extra",
    [{}, EDM, {"sigma_min": None, "sigma_max": None}],
    ids=["class alone", "with the defaults that the class fills in", "with what EulerDiscreteScheduler leaves unset"],
)
def test_sdxls_betas_under_the_name_of_edm_are_betas(extra: dict[str, Any]) -> None:
    """`from_config` keeps them beside its defaults; what was decided is said in the log."""
    with capture_logs() as logs:
        schedule = read(EDM_CLASS | SDXL | extra)
    assert isinstance(schedule, NoiseSchedule)
    assert schedule.sigma_range[1] == pytest.approx(14.61, rel=1e-2)
    assert [line["event"] for line in logs] == ["noise_decided_by_numbers"]
    assert "beta_end 0.012" in logs[0]["decided"]


def test_numbers_of_both_kinds_contradict_each_other() -> None:
    """Somebody's sigmas and somebody's betas: nothing tells which are the network's."""
    with pytest.raises(BundleError, match=r"numbers of EDM \(sigma_max 120.*betas \(beta_start 0.00085.*delete"):
        read(EDM_CLASS | SDXL | {"sigma_max": 120.0, "sigma_data": 1.0})


def test_zero_snr_is_rescaled_and_spaced_evenly() -> None:
    """The last timestep has no signal left."""
    schedule = read(SDXL | {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True})
    assert isinstance(schedule, NoiseSchedule)
    assert schedule.spacing is Spacing.TRAILING
    assert schedule.alphas_cumprod[-1] == 2**-24
    assert float(schedule.alphas_cumprod[0]) == pytest.approx(1 - 0.00085, rel=1e-5)


@pytest.mark.parametrize(
    ("choice", "event"),
    [
        ({"use_exponential_sigmas": True}, ["sampler_choices_replaced"]),
        ({"use_beta_sigmas": True}, ["sampler_choices_replaced"]),
        ({"use_flow_sigmas": True}, ["sampler_choices_replaced"]),
        ({"use_lu_lambdas": True}, ["sampler_choices_replaced"]),
        ({"final_sigmas_type": "sigma_min"}, ["sampler_choices_replaced"]),
        ({"timestep_spacing": "trailing", "use_karras_sigmas": False, "steps_offset": 1}, []),
        ({"algorithm_type": "sde-dpmsolver++", "solver_order": 3, "euler_at_final": True}, []),
    ],
)
def test_how_steps_were_meant_to_be_chosen_changes_nothing(choice: dict[str, Any], event: list[str]) -> None:
    """The same sigmas to the bit, and the log names what contradicted ours."""
    with capture_logs() as logs:
        steps = read(SDXL | choice).steps(20)
    assert steps.sigmas.equal(read(SDXL).steps(20).sigmas)
    assert [line["event"] for line in logs] == event


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}, "flow matching .FlowMatchEuler"),
        (SDXL | {"prediction_type": "flow_prediction", "use_flow_sigmas": True}, "flow matching .flow_prediction"),
        (SDXL | {"prediction_type": "sample"}, "prediction_type 'sample', and plitka runs epsilon, v_prediction"),
        (SDXL | {"prediction_type": ["v"]}, "prediction_type"),
        (SDXL | {"rescale_betas_zero_snr": True}, "zero terminal SNR and prediction of noise, which contradict"),
        (SDXL | {"beta_schedule": "squaredcos_cap_v2"}, "beta_schedule 'squaredcos_cap_v2'"),
        (SDXL | {"beta_end": "0.012"}, "beta_end '0.012', and plitka runs a number"),
        (SDXL | {"beta_end": 1.5}, "0 < beta < 1"),
        (SDXL | {"beta_end": -0.1}, "scaled_linear"),
        (SDXL | {"num_train_timesteps": 10}, "num_train_timesteps 10"),
        (SDXL | {"num_train_timesteps": 1e9}, "num_train_timesteps"),
        ({"trained_betas": [0.1, 0.2]}, "trained_betas"),
        ({"trained_betas": [0.5] * 1000}, "leaves some signal"),
        ({"_class_name": "MyScheduler"}, "_class_name 'MyScheduler'"),
        (EDM_CLASS | {"sigma_max": 0.001}, "0 < sigma_min < sigma_max"),
        (EDM_CLASS | {"sigma_data": None}, "sigma_data None"),
    ],
)
def test_what_is_not_run_is_refused_by_name(config: dict[str, Any], message: str) -> None:
    """With the file where it stands."""
    with pytest.raises(BundleError, match=message) as caught:
        read(config)
    assert caught.value.path == PATH


def test_betas_of_ones_own_are_read() -> None:
    """As diffusers takes them."""
    betas = [0.001 + 0.00001 * step for step in range(1000)]
    schedule = read({"trained_betas": betas})
    assert isinstance(schedule, NoiseSchedule)
    assert float(schedule.alphas_cumprod[0]) == pytest.approx(0.999)
