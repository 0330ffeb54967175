"""Read a base's scheduler configuration: what the network predicts, and on which noise.

Only what says something of the network is read. How its steps were meant to be chosen (`use_exponential_sigmas`,
`timestep_spacing`, `final_sigmas_type` and the like) is a choice of a sampler, and ours takes its place.

A folder may name a scheduler and carry the numbers of another: diffusers' `from_config` fills in what the new class
has and keeps what the old one had. Numbers that are not just a class's defaults were somebody's, and decide.
"""

import inspect
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import structlog
import torch

from plitka.core.generation import STEPS_RANGE
from plitka.errors import BundleError, Phrase
from plitka.model.noise import EdmSchedule, NoiseSchedule, Prediction

log = structlog.get_logger(__name__)

Config: TypeAlias = Mapping[str, Any]
Schedule: TypeAlias = NoiseSchedule | EdmSchedule

EDM_CLASS = "EDMDPMSolverMultistepScheduler"
_EDM_CLASSES = (EDM_CLASS, "EDMEulerScheduler")
_EDM_DEFAULTS = {"sigma_min": 0.002, "sigma_max": 80.0, "sigma_data": 0.5}
"""Playground v2.5's, which diffusers' EDM classes have as defaults."""
_BETAS = ("beta_start", "beta_end", "beta_schedule", "trained_betas")
_BETA_DEFAULTS = {"beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear", "trained_betas": None}
"""What most of diffusers' classes take where a configuration says nothing; no SDXL was trained on it."""
_TERMINAL_ALPHA = 2**-24
"""Instead of 0, with zero terminal SNR: float16's smallest number, so that the first sigma is finite."""
_MAX_TIMESTEPS = 100_000
_REPLACED = {
    "use_exponential_sigmas": (False, None),
    "use_beta_sigmas": (False, None),
    "use_flow_sigmas": (False, None),
    "use_lu_lambdas": (False, None),
    "final_sigmas_type": ("zero", None),
    "sigma_schedule": ("karras", None),
}
"""Choices of a sampler that contradict ours, by the values that do not."""


def read_schedule(config: Config, path: Path, vae: Config, *, is_distilled: bool = False) -> Schedule:
    """The schedule that a configuration describes.

    Args:
        config: of any of diffusers' schedulers.
        path: where it stands, for messages.
        vae: the autoencoder's configuration, of which Playground's says that it is one for EDM.
        is_distilled: to a few steps, for which another spacing is right.

    Raises:
        BundleError: a kind of noise or of prediction that is not run here, or numbers that contradict each other.
    """
    _refuse_flow(config, path)
    replaced = sorted(key for key, usual in _REPLACED.items() if config.get(key) not in usual)
    if replaced:
        log.info("sampler_choices_replaced", path=str(path), keys=replaced, by="DPM-Solver++ 2M, Karras sigmas")
    prediction = _prediction(config, path)
    if _is_edm(config, path, vae):
        return _edm(config, path, prediction)
    return _discrete(config, path, prediction, is_distilled=is_distilled)


def _refuse_flow(config: Config, path: Path) -> None:
    name, prediction = str(config.get("_class_name", "")), config.get("prediction_type")
    if "Flow" in name or prediction == "flow_prediction":
        raise BundleError(
            "{path}: the network was trained by flow matching ({found}), as SD 3 and FLUX are, and plitka runs SDXL "
            "that predicts noise or velocity; use another base",
            path=path,
            found=name if "Flow" in name else prediction,
        )


def _prediction(config: Config, path: Path) -> Prediction:
    found = config.get("prediction_type", Prediction.NOISE)
    try:
        return Prediction(found)
    except ValueError:
        raise _refusal(path, "prediction_type", found, ", ".join(Prediction)) from None


def _is_edm(config: Config, path: Path, vae: Config) -> bool:
    """Whether the numbers are those of EDM, whatever class is named."""
    is_named = config.get("_class_name") in _EDM_CLASSES
    has_edm = is_named or "sigma_data" in config
    has_betas = _has_own(config, _BETA_DEFAULTS)
    has_own_edm = _has_own(config, _EDM_DEFAULTS)
    if not has_edm:
        return False
    has_edm_latents = bool(vae.get("latents_mean")) and bool(vae.get("latents_std"))
    if has_betas and has_own_edm and not has_edm_latents:
        raise BundleError(
            "{path} has the numbers of EDM ({edm}) and those of a schedule of betas ({betas}), and a network was "
            "trained on one of them; delete the others from the file",
            path=path,
            edm=_listed(config, _EDM_DEFAULTS),
            betas=_listed(config, _BETAS),
        )
    is_edm = has_edm_latents or not has_betas
    if is_named != is_edm or has_betas:
        numbers = _listed(config, _EDM_DEFAULTS if is_edm else _BETAS)
        log.warning("noise_decided_by_numbers", path=str(path), named=config.get("_class_name"), decided=numbers)
    return is_edm


def _has_own(config: Config, usual: Config) -> bool:
    """Whether a configuration has other numbers than a class's defaults; other classes write null for what is unset."""
    return any(config.get(key) is not None and config[key] != value for key, value in usual.items())


def _listed(config: Config, keys: Mapping[str, object] | tuple[str, ...]) -> str:
    return ", ".join(f"{key} {config[key]}" for key in keys if config.get(key) is not None)


def _edm(config: Config, path: Path, prediction: Prediction) -> EdmSchedule:
    low, high, data = (_number(config, path, key, usual) for key, usual in _EDM_DEFAULTS.items())
    if not 0 < low < high or data <= 0:
        raise _refusal(path, "sigma_min", low, "0 < sigma_min < sigma_max, sigma_data > 0")
    return EdmSchedule(sigma_min=low, sigma_max=high, sigma_data=data, prediction=prediction)


def _discrete(config: Config, path: Path, prediction: Prediction, *, is_distilled: bool) -> NoiseSchedule:
    is_zero_snr = bool(config.get("rescale_betas_zero_snr", False))
    if is_zero_snr and prediction is Prediction.NOISE:
        raise BundleError(
            "{path} says zero terminal SNR and prediction of noise, which contradict each other: from noise alone the "
            "noise tells nothing of a picture; say v_prediction, or take the mark of zero SNR away",
            path=path,
        )
    betas = _betas(config, path)
    if not (betas.isfinite().all() and bool(((betas > 0) & (betas < 1)).all())):
        raise _refusal(path, "betas", _listed(config, _BETAS), "0 < beta < 1")
    alphas_cumprod = torch.cumprod(1.0 - (_rescaled(betas) if is_zero_snr else betas), dim=0)
    if is_zero_snr:
        alphas_cumprod[-1] = _TERMINAL_ALPHA
    if not bool(((alphas_cumprod > 0) & (alphas_cumprod < 1)).all()):
        raise _refusal(path, "betas", _listed(config, _BETAS), Phrase("a schedule that leaves some signal"))
    return NoiseSchedule(alphas_cumprod, prediction, is_zero_snr, is_distilled)


def _betas(config: Config, path: Path) -> torch.Tensor:
    """(n_train_timesteps,) float32 noise added at each timestep."""
    trained = config.get("trained_betas")
    if trained is not None:
        return _trained_betas(trained, path)
    usual = _class_defaults(config, path)
    kind, n = config.get("beta_schedule", usual["beta_schedule"]), config.get("num_train_timesteps", 1000)
    least = STEPS_RANGE[1]
    if not _is_whole(n) or not least <= n <= _MAX_TIMESTEPS:
        raise _refusal(path, "num_train_timesteps", n, f"{least}..{_MAX_TIMESTEPS}")
    start, end = (_number(config, path, key, usual[key]) for key in ("beta_start", "beta_end"))
    if kind == "linear":
        return torch.linspace(start, end, n, dtype=torch.float32)
    if kind == "scaled_linear" and start >= 0 and end >= 0:
        return torch.linspace(start**0.5, end**0.5, n, dtype=torch.float32) ** 2
    raise _refusal(path, "beta_schedule", kind, "linear, scaled_linear")


def _trained_betas(trained: object, path: Path) -> torch.Tensor:
    try:
        betas = torch.tensor(trained, dtype=torch.float32)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        betas = torch.empty(0)
    if betas.dim() != 1 or not STEPS_RANGE[1] <= len(betas) <= _MAX_TIMESTEPS:
        raise _refusal(path, "trained_betas", str(trained)[:40], Phrase("a list of numbers, one for each timestep"))
    return betas


def _class_defaults(config: Config, path: Path) -> Mapping[str, Any]:
    """What the named class takes where the configuration says nothing."""
    import diffusers  # noqa: PLC0415  (imported where `quiet_libraries` is on)

    if all(config.get(key) is not None for key in _BETAS[:3]):
        return config
    name = config.get("_class_name", "DPMSolverMultistepScheduler")
    kind = getattr(diffusers, name, None) if isinstance(name, str) and name.endswith("Scheduler") else None
    parameters = inspect.signature(kind.__init__).parameters if kind is not None else {}
    if not {"beta_start", "beta_end", "beta_schedule"} <= parameters.keys():
        raise _refusal(
            path, "_class_name", name, Phrase("a scheduler of diffusers with beta_start, beta_end and beta_schedule")
        )
    return {key: parameters[key].default for key in _BETAS[:3]}


def _rescaled(betas: torch.Tensor) -> torch.Tensor:
    """Betas whose last timestep has no signal: S. Lin et al., arXiv:2305.08891, algorithm 1."""
    roots = (1.0 - betas).cumprod(0).sqrt()
    first, last = roots[0].clone(), roots[-1].clone()
    roots = (roots - last) * (first / (first - last))
    powers = roots**2
    alphas = torch.cat([powers[0:1], powers[1:] / powers[:-1]])
    return 1 - alphas


def _number(config: Config, path: Path, key: str, usual: float) -> float:
    value = config.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refusal(path, key, value, Phrase("a number"))
    return float(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _refusal(path: Path, key: str, value: object, known: str) -> BundleError:
    return BundleError(
        "{path}: the base's scheduler has {key} {value!r}, and plitka runs {known}; use another base",
        path=path,
        key=key,
        value=value,
        known=known,
    )
