"""Marks in a single file that tell what its network predicts, and on which noise.

A checkpoint has no scheduler configuration. Its tools leave marks of their own: tensors without meaning for the
networks (`v_pred`, `ztsnr`: NoobAI, A1111, ComfyUI; `edm_mean` and `edm_std`: Playground v2.5;
`edm_vpred.sigma_max`: CosXL; `alphas_cumprod`: the original code), and fields of the header
(`modelspec.prediction_type`: sd-scripts; `modelspec.predict_key`: ComfyUI; `ss_v_parameterization`,
`ss_zero_terminal_snr`; a bare `prediction_type`).

They become a scheduler configuration over the one that the file is read with, which is of another file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from plitka.errors import BundleError
from plitka.model.noise import Prediction
from plitka.model.scheduler_config import EDM_CLASS, Config, Schedule
from plitka.model.tensor_file import Header, read_tensors

log = structlog.get_logger(__name__)

TENSORS = ("v_pred", "ztsnr", "edm_mean", "edm_std", "edm_vpred.sigma_max", "edm_vpred.sigma_min", "alphas_cumprod")
"""Keys of tensors that are marks and no weights."""
_MAX_NUMBERS = 100_000
_PREDICTION_FIELDS = ("modelspec.prediction_type", "modelspec.predict_key", "prediction_type", "ss_prediction_type")
_VELOCITY_FIELDS = ("ss_v_parameterization",)
_ZERO_SNR_FIELDS = ("ss_zero_terminal_snr", "ss_zsnr", "zsnr", "ztsnr")
_SPELLED = {
    "epsilon": Prediction.NOISE,
    "eps": Prediction.NOISE,
    "v": Prediction.VELOCITY,
    "v_pred": Prediction.VELOCITY,
    "v-pred": Prediction.VELOCITY,
    "v_prediction": Prediction.VELOCITY,
    "vpred": Prediction.VELOCITY,
}
_SAYS_VELOCITY = re.compile(
    r"""^\s*parameterization\s*:\s*["']?v["']?\s*(#.*)?$|denoiser_scaling\.VScaling""", re.MULTILINE
)
_MAX_YAML_CHARACTERS = 1_000_000
_PLAYGROUND_SCALING = 0.5
_TRUE = ("true", "1")
_ZERO_SNR_BELOW = 1e-5
"""What is left of the signal's power at the last timestep: 0.0047 in SDXL."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a file says of its noise, as parts of configurations."""

    scheduler: Config = field(default_factory=dict)
    """Keys of a scheduler configuration."""
    vae: Config = field(default_factory=dict)
    """Keys of an autoencoder's configuration: how EDM's latents are scaled."""
    sources: tuple[str, ...] = ()
    """The keys and fields that said so."""


def read_marks(path: Path, header: Header) -> Marks:
    """The marks of a file, of which only theirs are read.

    Raises:
        BundleError: two marks contradict each other, or one is unknown or incomplete.
    """
    values = _values(path, header)
    predictions = _predictions(path, header)
    zero_snr = [name for name in ("ztsnr",) if name in header.shapes]
    zero_snr += [name for name in _ZERO_SNR_FIELDS if str(header.metadata.get(name, "")).lower() in _TRUE]
    zero_snr += _zero_snr_of_alphas(path, values)
    if "edm_mean" in values or "edm_std" in values:
        return _playground(path, values, predictions, zero_snr)
    if "edm_vpred.sigma_max" in values:
        predictions["edm_vpred.sigma_max"] = Prediction.VELOCITY
        if zero_snr:
            raise _contradiction(path, [*predictions, *zero_snr])
        _refuse_several(path, predictions)
        return _cos_xl(values, predictions)
    _refuse_several(path, predictions)
    scheduler: dict[str, Any] = {}
    if predictions:
        scheduler["prediction_type"] = str(next(iter(predictions.values())))
    if zero_snr:
        scheduler["rescale_betas_zero_snr"] = True
    return Marks(scheduler, {}, (*predictions, *zero_snr))


def marked(config: Config, marks: Marks, path: Path) -> Config:
    """A scheduler configuration with a file's marks in the place of what they contradict.

    Raises:
        BundleError: the file says that it predicts noise, and the configuration something else.
    """
    usual, said = config.get("prediction_type", Prediction.NOISE), marks.scheduler.get("prediction_type")
    is_edm = marks.scheduler.get("_class_name") == EDM_CLASS
    if said == Prediction.NOISE and not is_edm and usual != Prediction.NOISE:
        raise BundleError(
            "{path} says by {sources} that it predicts noise, and the configuration that it is read with says "
            "{found}; name a fitting one with --config, or take the mark out of the file",
            path=path,
            sources=", ".join(marks.sources),
            found=usual,
        )
    if not marks.scheduler:
        return config
    log.info("noise_marks_read", path=str(path), marks=list(marks.sources), **dict(marks.scheduler))
    return marks.scheduler if is_edm else {**config, **marks.scheduler}


def refuse_velocity_beside(file: Path, schedule: Schedule) -> None:
    """Refuse a file that is to be read as predicting noise, while A1111's configuration beside it says velocity.

    Raises:
        BundleError: with the configuration's name.
    """
    if schedule.prediction is not Prediction.NOISE:
        return
    for beside in (file.with_suffix(".yaml"), file.with_suffix(".yml")):
        if not beside.is_file():
            continue
        with beside.open(encoding="utf-8", errors="replace") as stream:
            text = stream.read(_MAX_YAML_CHARACTERS)
        if _SAYS_VELOCITY.search(text):
            raise BundleError(
                "{path} is without marks, and {beside} beside it says that it predicts velocity; give --config with a "
                "folder whose scheduler/scheduler_config.json says {wanted}, or take that file away",
                path=file,
                beside=beside.name,
                wanted=Prediction.VELOCITY,
            )


def _values(path: Path, header: Header) -> dict[str, list[float]]:
    """The numbers of the marks; those without numbers say what they say by being there."""
    present = [key for key in TENSORS if key in header.shapes]
    large = [key for key in present if _n_numbers(header.shapes[key]) > _MAX_NUMBERS]
    if large:
        raise _unreadable(path, large[0])
    tensors = read_tensors(path, present) if present else {}
    return {key: [float(number) for number in tensor.double().flatten().tolist()] for key, tensor in tensors.items()}


def _n_numbers(shape: tuple[int, ...]) -> int:
    n = 1
    for size in shape:
        n *= size
    return n


def _predictions(path: Path, header: Header) -> dict[str, Prediction]:
    """What each mark says of the prediction, but those of EDM."""
    found = {"v_pred": Prediction.VELOCITY} if "v_pred" in header.shapes else {}
    for name in _PREDICTION_FIELDS:
        value = header.metadata.get(name)
        if value is not None:
            if str(value).strip().lower() not in _SPELLED:
                raise BundleError(
                    "{path}: its header says {name} {value!r}, and plitka runs {known}; use another base",
                    path=path,
                    name=name,
                    value=str(value)[:40],
                    known=", ".join(Prediction),
                )
            found[name] = _SPELLED[str(value).strip().lower()]
    for name in _VELOCITY_FIELDS:
        if str(header.metadata.get(name, "")).lower() in _TRUE:
            found[name] = Prediction.VELOCITY
    return found


def _zero_snr_of_alphas(path: Path, values: Mapping[str, list[float]]) -> list[str]:
    """The original code's own schedule says zero SNR if its last timestep has no signal."""
    alphas = values.get("alphas_cumprod")
    if alphas is None:
        return []
    if not alphas or not all(0 <= alpha <= 1 for alpha in alphas):
        raise _unreadable(path, "alphas_cumprod")
    return ["alphas_cumprod"] if alphas[-1] < _ZERO_SNR_BELOW else []


def _playground(
    path: Path, values: Mapping[str, list[float]], predictions: dict[str, Prediction], zero_snr: list[str]
) -> Marks:
    mean, std = values.get("edm_mean", []), values.get("edm_std", [])
    if not mean or len(mean) != len(std) or not all(number > 0 for number in std):
        raise _unreadable(path, "edm_mean, edm_std")
    others = [name for name, value in predictions.items() if value is Prediction.VELOCITY] + zero_snr
    if "edm_vpred.sigma_max" in values or others:
        raise _contradiction(path, ["edm_mean", *others])
    scheduler = {"_class_name": EDM_CLASS, "prediction_type": str(Prediction.NOISE)}
    vae = {"latents_mean": mean, "latents_std": std, "scaling_factor": _PLAYGROUND_SCALING}
    return Marks(scheduler, vae, ("edm_mean", "edm_std", *predictions))


def _cos_xl(values: Mapping[str, list[float]], predictions: Mapping[str, Prediction]) -> Marks:
    """EDM over SDXL's own latents, whose deviation is 1, by ComfyUI's defaults."""
    scheduler: dict[str, Any] = {
        "_class_name": EDM_CLASS,
        "prediction_type": str(Prediction.VELOCITY),
        "sigma_data": 1.0,
    }
    for key in ("sigma_max", "sigma_min"):
        numbers = values.get(f"edm_vpred.{key}")
        if numbers is not None:
            scheduler[key] = numbers[0] if len(numbers) == 1 else None
    return Marks(scheduler, {}, tuple(predictions))


def _refuse_several(path: Path, predictions: Mapping[str, Prediction]) -> None:
    if len(set(predictions.values())) > 1:
        raise _contradiction(path, [f"{source} ({value})" for source, value in predictions.items()])


def _contradiction(path: Path, sources: list[str]) -> BundleError:
    return BundleError(
        "{path}: its marks contradict each other in what it predicts: {sources}; take the wrong ones out of the file, "
        "as its page describes it",
        path=path,
        sources=", ".join(sources),
    )


def _unreadable(path: Path, keys: str) -> BundleError:
    return BundleError(
        "{path}: its mark {keys} is not what tools write; use the file as its maker published it", path=path, keys=keys
    )
