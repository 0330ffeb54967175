"""Bases that predict other things than noise, from the file to the picture, beside diffusers' own schedulers."""

import importlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests.model.conftest import Checkpoint

from plitka.core.painter import Canvas, Painted
from plitka.core.watch import Unwatched
from plitka.model.bundle_builder import BundleParts, add_bundle
from plitka.model.engine import load_painter
from plitka.model.engine_config import EngineConfig
from plitka.model.library_imports import quiet_libraries
from plitka.model.painter import DiffusionPainter

pytestmark = pytest.mark.usefixtures("remembered_networks")

SDXL = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
NONE = torch.empty(0)
MEAN, STD = torch.tensor([-0.5, 0.25, -0.25, 0.5]), torch.tensor([1.5, 0.75, 1.25, 1.0])
ONE = Canvas(prompt="60% red", negative_prompt="blue", seed=1, width_px=64, height_px=64, steps=5, guidance=3.0)
Painters = Callable[..., DiffusionPainter]


@dataclass(frozen=True)
class Kind:
    """Marks in a file, and diffusers' scheduler of what they mean."""

    tensors: dict[str, torch.Tensor] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    scheduler: str = "DPMSolverMultistepScheduler"
    choices: dict[str, Any] = field(default_factory=lambda: dict(SDXL))


ZERO_SNR = SDXL | {
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
}
VELOCITY = SDXL | {"prediction_type": "v_prediction", "use_karras_sigmas": True}
KINDS = {
    "NoobAI: v_pred and ztsnr": Kind({"v_pred": NONE, "ztsnr": NONE}, {}, choices=ZERO_SNR),
    "v_pred alone": Kind({"v_pred": NONE}, {}, choices=VELOCITY),
    "sd-scripts: modelspec.prediction_type": Kind({}, {"modelspec.prediction_type": "v"}, choices=VELOCITY),
    "Playground v2.5: edm_mean and edm_std": Kind(
        {"edm_mean": MEAN, "edm_std": STD}, {}, "EDMDPMSolverMultistepScheduler", {}
    ),
    "CosXL: edm_vpred": Kind(
        {"edm_vpred.sigma_max": torch.tensor(120.0), "edm_vpred.sigma_min": torch.tensor(0.002)},
        {},
        "EDMDPMSolverMultistepScheduler",
        {"sigma_max": 120.0, "sigma_data": 1.0, "prediction_type": "v_prediction"},
    ),
}


@dataclass(frozen=True)
class Folder:
    """A scheduler's and an autoencoder's configuration in a folder, and diffusers' scheduler of what they mean."""

    config: dict[str, Any]
    kind: Kind
    vae: dict[str, Any] = field(default_factory=dict)


PLAYGROUND = {"latents_mean": MEAN.tolist(), "latents_std": STD.tolist(), "scaling_factor": 0.5}
EDM = Kind({}, {}, "EDMDPMSolverMultistepScheduler", {})
FOLDERS = {
    "SimpleTuner 217: Terminus XL Velocity": Folder(
        {"_class_name": "DDIMScheduler", **ZERO_SNR}, Kind(choices=ZERO_SNR), {}
    ),
    "velocity in the scheduler's configuration": Folder(
        {"_class_name": "EulerDiscreteScheduler", **SDXL, "prediction_type": "v_prediction"}, Kind(choices=VELOCITY)
    ),
    "Forge 461: Playground's folder": Folder({"_class_name": "EDMDPMSolverMultistepScheduler"}, EDM, PLAYGROUND),
    "Forge 461: the same with the other scheduler": Folder({"_class_name": "EDMEulerScheduler"}, EDM, PLAYGROUND),
}


def load_file_of(source: Checkpoint, folder: Path, kind: Kind, name: str) -> DiffusionPainter:
    """A bundle of a file with marks, loaded."""
    path = folder / f"{name}.safetensors"
    save_file({**source.tensors, **kind.tensors}, path, kind.metadata)
    bundle = add_bundle(BundleParts(name=name, base=str(path), config=str(source.configs)))
    return load_painter(bundle, EngineConfig(device="cpu", dtype="float32"))


def load_folder_of(
    source: Checkpoint, folder: Path, scheduler: dict[str, Any], vae: dict[str, Any], name: str
) -> DiffusionPainter:
    """A bundle of a folder with such configurations, loaded."""
    base = Path(shutil.copytree(source.configs, folder / name))
    (base / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler))
    config = base / "vae" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | vae))
    return load_painter(add_bundle(BundleParts(name=name, base=str(base))), EngineConfig(device="cpu", dtype="float32"))


@pytest.fixture
def painters(checkpoint_source: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Painters:
    """Make a bundle of a file with marks, and load it."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    return lambda kind: load_file_of(checkpoint_source, tmp_path, kind, "mine")


@pytest.fixture
def folder_painters(checkpoint_source: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Painters:
    """Make a bundle of a folder with such configurations, and load it."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    return lambda scheduler, vae: load_folder_of(checkpoint_source, tmp_path, scheduler, vae, "mine")


@dataclass(frozen=True)
class Plain:
    """What the same weights are where they predict noise, in a file and in a folder."""

    painter: DiffusionPainter
    of_file: np.ndarray
    of_folder: np.ndarray


@pytest.fixture(scope="module")
def epsilon(checkpoint_source: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Plain:
    """Pictures that the others are held against."""
    folder = tmp_path_factory.mktemp("epsilon")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLITKA_HOME", str(folder / "home"))
        in_file = load_file_of(checkpoint_source, folder, Kind(), "file")
        in_folder = load_folder_of(checkpoint_source, folder, SDXL, {}, "folder")
        return Plain(in_file, painted(in_file), painted(in_folder))


def painted(painter: DiffusionPainter) -> np.ndarray:
    """A picture of its."""
    (outcome,) = painter.paint([ONE], Unwatched())
    assert isinstance(outcome, Painted)
    return outcome.pixels.astype(int)


def stock(painter: DiffusionPainter, kind: Kind) -> np.ndarray:
    """The picture that diffusers' own pipeline makes with that scheduler, over the same modules."""
    diffusers: Any = importlib.import_module("diffusers")
    with quiet_libraries(), torch.no_grad():
        scheduler = getattr(diffusers, kind.scheduler)(**kind.choices)
        pipe = diffusers.StableDiffusionXLPipeline(
            **painter._pipe.components | {"scheduler": scheduler}, add_watermarker=False
        )
        pipe.set_progress_bar_config(disable=True)
        size = (painter.defaults.height_px, painter.defaults.width_px)
        picture = pipe(
            prompt=ONE.prompt,
            negative_prompt=ONE.negative_prompt,
            num_inference_steps=ONE.steps,
            guidance_scale=ONE.guidance,
            latents=painter._noise(ONE),
            width=64,
            height=64,
            original_size=size,
            target_size=size,
            output_type="np",
        ).images[0]
    return np.asarray((picture * 255).round().astype(int))


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_painted_as_its_marks_say(painters: Painters, epsilon: Plain, name: str) -> None:
    """The stock pipeline with the scheduler that they mean makes the same picture; an epsilon base another."""
    kind = KINDS[name]
    painter = painters(kind)
    found = painted(painter)
    assert np.abs(found - stock(painter, kind)).max() <= 1
    assert np.abs(found - epsilon.of_file).mean() > 2


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_painted_as_its_configurations_say(folder_painters: Painters, epsilon: Plain, name: str) -> None:
    """As the stock pipeline does with the scheduler that they mean; the same folder for epsilon paints another."""
    folder = FOLDERS[name]
    painter = folder_painters(folder.config, folder.vae)
    found = painted(painter)
    assert np.abs(found - stock(painter, folder.kind)).max() <= 1
    assert np.abs(found - epsilon.of_folder).mean() > 2


def test_sdxl_s_betas_under_edm_s_name_are_painted_as_betas(folder_painters: Painters, epsilon: Plain) -> None:
    """`from_config` wrote the name: the picture is that of the same folder with SDXL's own scheduler."""
    named = {"_class_name": "EDMDPMSolverMultistepScheduler", **SDXL, "sigma_min": 0.002, "sigma_max": 80.0}
    assert np.array_equal(painted(folder_painters(named, {})), epsilon.of_folder)


def test_an_epsilon_file_is_painted_as_ever(epsilon: Plain) -> None:
    """With Karras sigmas over SDXL's own schedule."""
    expected = stock(epsilon.painter, Kind(choices=SDXL | {"use_karras_sigmas": True}))
    assert np.abs(epsilon.of_file - expected).max() <= 1
