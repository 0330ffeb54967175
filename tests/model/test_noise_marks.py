from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from plitka.errors import BundleError
from plitka.model.noise_marks import Marks, marked, read_marks
from plitka.model.tensor_file import read_header

NONE = torch.empty(0)
VELOCITY = {"prediction_type": "v_prediction"}
ZERO_SNR = VELOCITY | {"rescale_betas_zero_snr": True}
MEAN, STD = torch.tensor([-1.5, 2.0, -1.25, 2.5]), torch.tensor([8.5, 5.75, 6.5, 5.25])
EDM = {"_class_name": "EDMDPMSolverMultistepScheduler"}


def marks_of(folder: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str] | None = None) -> Marks:
    """The marks of a file with such tensors and header fields beside a weight."""
    path = folder / "base.safetensors"
    save_file({"model.diffusion_model.out.2.bias": torch.ones(4)} | tensors, path, metadata)
    return read_marks(path, read_header(path))


@pytest.mark.parametrize(
    ("tensors", "metadata", "scheduler"),
    [
        ({}, {}, {}),
        ({"v_pred": NONE}, {}, VELOCITY),
        ({"v_pred": NONE, "ztsnr": NONE}, {}, ZERO_SNR),
        ({"v_pred": NONE, "ztsnr": NONE}, {"modelspec.predict_key": "v"}, ZERO_SNR),
        ({}, {"modelspec.prediction_type": "v"}, VELOCITY),
        ({}, {"modelspec.prediction_type": "epsilon"}, {"prediction_type": "epsilon"}),
        ({}, {"modelspec.predict_key": "epsilon"}, {"prediction_type": "epsilon"}),
        ({}, {"prediction_type": "v_prediction"}, VELOCITY),
        ({}, {"ss_v_parameterization": "True"}, VELOCITY),
        ({}, {"ss_v_parameterization": "True", "ss_zero_terminal_snr": "True"}, ZERO_SNR),
        ({}, {"ss_v_parameterization": "None"}, {}),
        ({"v_pred": NONE, "alphas_cumprod": torch.linspace(0.999, 0, 1000)}, {}, ZERO_SNR),
        ({"v_pred": NONE, "alphas_cumprod": torch.linspace(0.999, 0.0047, 1000)}, {}, VELOCITY),
    ],
)
def test_each_tool_s_marks_are_read(
    tmp_path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str], scheduler: dict[str, Any]
) -> None:
    """By what ComfyUI, A1111, NoobAI and sd-scripts write."""
    assert marks_of(tmp_path, tensors, metadata).scheduler == scheduler


def test_playground_s_latents_come_from_the_file(tmp_path: Path) -> None:
    """Each channel has its own mean and deviation, and half the scale."""
    found = marks_of(tmp_path, {"edm_mean": MEAN, "edm_std": STD})
    assert found.scheduler == EDM | {"prediction_type": "epsilon"}
    assert found.vae == {"latents_mean": MEAN.tolist(), "latents_std": STD.tolist(), "scaling_factor": 0.5}


def test_cosxl_s_range_comes_from_the_file(tmp_path: Path) -> None:
    """Over SDXL's own latents."""
    found = marks_of(tmp_path, {"edm_vpred.sigma_max": torch.tensor(120.0), "edm_vpred.sigma_min": torch.tensor(0.5)})
    assert found.scheduler == EDM | VELOCITY | {"sigma_data": 1.0, "sigma_max": 120.0, "sigma_min": 0.5}
    assert found.vae == {}


@pytest.mark.parametrize(
    ("tensors", "metadata", "message"),
    [
        ({"v_pred": NONE}, {"modelspec.prediction_type": "epsilon"}, r"contradict.*v_pred \(v_prediction\), modelspec"),
        ({}, {"prediction_type": "v", "modelspec.predict_key": "epsilon"}, "contradict each other"),
        ({"edm_mean": MEAN, "edm_std": STD, "v_pred": NONE}, {}, "contradict each other.*edm_mean, v_pred"),
        ({"edm_mean": MEAN, "edm_std": STD, "ztsnr": NONE}, {}, "contradict each other.*edm_mean, ztsnr"),
        ({"edm_vpred.sigma_max": torch.ones(1), "ztsnr": NONE}, {}, "contradict each other"),
        ({"edm_mean": MEAN}, {}, "mark edm_mean, edm_std is not what tools write"),
        ({"edm_mean": MEAN, "edm_std": 0 * STD}, {}, "mark edm_mean, edm_std"),
        ({}, {"modelspec.prediction_type": "flow"}, "says modelspec.prediction_type 'flow', and plitka runs epsilon"),
        ({"v_pred": NONE, "alphas_cumprod": torch.full((9,), 2.0)}, {}, "mark alphas_cumprod"),
    ],
)
def test_marks_that_contradict_each_other_are_refused(
    tmp_path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str], message: str
) -> None:
    """With their names."""
    with pytest.raises(BundleError, match=message):
        marks_of(tmp_path, tensors, metadata)


def test_the_file_speaks_before_the_configuration_that_it_is_read_with() -> None:
    """That one is of another file, and SDXL's own says epsilon; what the file does not say is left."""
    config = {"prediction_type": "epsilon", "beta_end": 0.012, "rescale_betas_zero_snr": False}
    assert marked(config, Marks(VELOCITY), Path("x")) == config | VELOCITY
    assert marked(config, Marks(), Path("x")) == config
    assert marked(config, Marks(EDM), Path("x")) == EDM


def test_a_file_of_epsilon_is_not_read_as_velocity() -> None:
    """Whoever named that configuration meant it, and so did the file's maker."""
    with pytest.raises(BundleError, match=r"x says by modelspec.prediction_type that it predicts noise.*v_prediction"):
        marked(VELOCITY, Marks({"prediction_type": "epsilon"}, {}, ("modelspec.prediction_type",)), Path("x"))
